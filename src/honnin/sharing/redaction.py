"""Taking out of a copy what the receiver does not need. The original stays sealed; the words are gone from the copy, not covered.

What is taken out by rule: other people's names, phones and mails, employee ids, and whole messages of people who are not
involved. The account that money was asked to is never taken out of what police or a bank receive.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256

from honnin.errors import HonninError
from honnin.model import Text
from honnin.sharing.request import PreparedItem, Requester
from honnin.text.normalise import Normalised, normalise


class Rule(StrEnum):
    """Why something is taken out."""

    NAME = "name"
    PHONE = "phone"
    MAIL = "mail"
    EMPLOYEE = "employee"
    UNINVOLVED = "uninvolved"
    BY_HAND = "by_hand"


REASONS: dict[Rule, Text] = {
    Rule.NAME: Text("関係のない人の氏名", "name of a person not asked about"),
    Rule.PHONE: Text("関係のない電話番号", "phone number not asked about"),
    Rule.MAIL: Text("関係のないメールアドレス", "mail address not asked about"),
    Rule.EMPLOYEE: Text("社員番号", "employee id"),
    Rule.UNINVOLVED: Text("関係のない人の発言", "message of a person not involved"),
    Rule.BY_HAND: Text("担当者の判断", "decided by the person in charge"),
}
MARKS: dict[Rule, str] = {rule: f"■■■【{REASONS[rule].ja}】" for rule in Rule}
"""What stands in the copy instead; its length says nothing of what stood there."""

_PHONE = re.compile(r"(?<![0-9])(?:\+[0-9]{1,3}[ \-.]?)?\(?0?[0-9]{1,4}\)?(?:[ \-.]?[0-9]{2,4}){2,3}(?![0-9])")
_MAIL = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9.\-]{1,190}[A-Za-z0-9]")
_EMPLOYEE = re.compile(
    r"(?:社員(?:番号|ID|コード)|従業員番号|職員番号|employee\s?(?:id|no\.?|number)|staff\s?(?:id|no\.?))"
    r"\s*[はが::#]?\s*([A-Za-z0-9\-]{2,20})",
    re.IGNORECASE,
)
_CALLED = "さん|様|さま|氏|殿|くん|君|ちゃん|部長|課長|社長|専務|常務|先生|係長|主任"
_WIDE = re.compile(r"[\s\u200b\u3000・.]*")
_GAPS = re.compile(r"[\s\u200b\u3000・.]+")
_SAFE_DIGITS = (9, 15)


@dataclass(frozen=True, slots=True)
class Passage:
    """One piece of text of an item: where it stands, who wrote it ("" nobody), and the words."""

    place: str
    author: str
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """An item as text. ``sha256`` is that of the sealed original."""

    item: str
    title: str
    sha256: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the copies are for.

    ``keep`` are the accounts and names that money was asked to, and identifiers that were asked about; ``names`` are other
    people; ``involved`` are the authors whose messages stay, None where all do.
    """

    audience: Requester
    keep: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    employee_ids: tuple[str, ...] = ()
    involved: frozenset[str] | None = None

    @property
    def keeps_destination(self) -> bool:
        return self.audience in {Requester.INVESTIGATOR, Requester.BANK}


@dataclass(frozen=True, slots=True)
class ByHand:
    """A piece that a person takes out beside the rules."""

    item: str
    place: str
    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Redaction:
    """One piece that was taken out: where it stood in the original, why, by whom, when. Not the words themselves."""

    item: str
    place: str
    start: int
    end: int
    rule: Rule
    reason: str
    by: str
    at: datetime


class RedactionRefusedError(HonninError):
    """Something that may not be taken out."""


_DESTINATION = Text(
    "振込先の口座は、警察や銀行に渡す写しから消せません。",
    "The account that money was asked to cannot be taken out of a copy for police or a bank.",
)
_NO_PLACE = Text("その場所は、この証拠にありません。", "There is no such place in this item.")
_NO_REASON = Text("消す理由を書いてください。", "Give the reason for taking it out.")

Span = tuple[int, int, Rule, str]


def redactions(
    document: Document, plan: Plan, *, by: str, at: datetime, by_hand: Sequence[ByHand] = ()
) -> list[Redaction]:
    """Return what is to be taken out of a copy of the document, in order."""
    places = {passage.place for passage in document.passages}
    for one in by_hand:
        if one.item == document.item and one.place not in places:
            raise RedactionRefusedError(_NO_PLACE)
    found: list[Redaction] = []
    for passage in document.passages:
        mine = [one for one in by_hand if (one.item, one.place) == (document.item, passage.place)]
        for start, end, rule, reason in _spans(passage, plan, mine):
            found.append(Redaction(document.item, passage.place, start, end, rule, reason, by, at))
    return found


def _spans(passage: Passage, plan: Plan, by_hand: Sequence[ByHand]) -> list[Span]:
    kept = _kept(passage.text, plan)
    if plan.involved is not None and passage.author and passage.author not in plan.involved:
        whole = [(0, len(passage.text), Rule.UNINVOLVED, REASONS[Rule.UNINVOLVED].ja)] if passage.text else []
        return list(_without(whole, kept))
    by_rule: list[Span] = [(start, end, rule, REASONS[rule].ja) for rule, start, end in _by_rule(passage.text, plan)]
    for one in by_hand:
        if not 0 <= one.start < one.end <= len(passage.text):
            raise RedactionRefusedError(_NO_PLACE)
        if not one.reason.strip():
            raise RedactionRefusedError(_NO_REASON)
        if any(one.start < end and start < one.end for start, end in kept):
            raise RedactionRefusedError(_DESTINATION)
        by_rule.append((one.start, one.end, Rule.BY_HAND, one.reason))
    return list(_apart(_without(by_rule, kept)))


def _by_rule(text: str, plan: Plan) -> Iterator[tuple[Rule, int, int]]:
    """Yield what the rules take out, looking at the words as they are written and as they are read."""
    for form in (normalise(text), Normalised(text, text)):
        for match in _MAIL.finditer(form.text):
            yield Rule.MAIL, *form.span(*match.span())
        for match in _PHONE.finditer(form.text):
            if _SAFE_DIGITS[0] <= len(re.sub(r"\D", "", match.group())) <= _SAFE_DIGITS[1]:
                yield Rule.PHONE, *form.span(*match.span())
        for match in _EMPLOYEE.finditer(form.text):
            yield Rule.EMPLOYEE, *form.span(*match.span(1))
        for one in plan.employee_ids:
            yield from ((Rule.EMPLOYEE, *form.span(*place)) for place in _places(form.text, one))
        for name in likely_names(plan.names, text):
            yield from ((Rule.NAME, *form.span(*place)) for place in _name_places(form.text, name))


def _name_places(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Yield where a name stands: whole, in any spacing and order, or its family name with a form of address."""
    for pattern in _name_patterns(name):
        yield from (match.span() for match in pattern.finditer(text))


@lru_cache(maxsize=4_096)
def _name_patterns(name: str) -> tuple[re.Pattern[str], ...]:
    parts = name.split()
    if not parts:
        return ()
    found = [f"{_loose(parts[0])}(?={_WIDE.pattern}(?:{_CALLED}))"]
    if len("".join(parts)) > 1:  # a name of one character stands in too many words
        found += [_loose(form) for form in _forms(name) | _forms(" ".join(reversed(parts)))]
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in found if pattern)


def _places(text: str, wanted: str) -> Iterator[tuple[int, int]]:
    for pattern in _word_patterns(wanted):
        yield from (match.span() for match in pattern.finditer(text))


@lru_cache(maxsize=4_096)
def _word_patterns(wanted: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(loose, re.IGNORECASE) for form in _forms(wanted) if (loose := _loose(form)))


def _forms(wanted: str) -> set[str]:
    """Return the words as they are written and as they are read."""
    return {wanted, normalise(wanted).text}


def _loose(wanted: str) -> str:
    """Return a pattern that finds the words whatever stands between their characters."""
    return _WIDE.pattern.join(re.escape(char) for char in wanted if not _WIDE.fullmatch(char))


def likely_names(names: Iterable[str], text: str) -> list[str]:
    """Return those of many names of which at least one part stands somewhere in the text."""
    squeezed = "\n".join(_squeezed(form) for form in (normalise(text).text, text))
    return [name for name in names if any(part in squeezed for part in _parts(name))]


@lru_cache(maxsize=65_536)
def _parts(name: str) -> tuple[str, ...]:
    """Return the parts of a name as they are looked for: any of them shows that the name may stand there."""
    return tuple(filter(None, {_squeezed(form) for part in name.split() for form in _forms(part)}))


def _squeezed(text: str) -> str:
    return _GAPS.sub("", text).casefold()


def _kept(text: str, plan: Plan) -> list[tuple[int, int]]:
    """Return where the destination of money stands, which police and banks must see."""
    if not plan.keeps_destination:
        return []
    found: list[tuple[int, int]] = []
    for form in (normalise(text), Normalised(text, text)):
        for wanted in plan.keep:
            if (pattern := _kept_pattern(wanted)) is not None:
                found += (form.span(*match.span()) for match in pattern.finditer(form.text))
    return sorted(found)


@lru_cache(maxsize=1_024)
def _kept_pattern(wanted: str) -> re.Pattern[str] | None:
    loose = r"[\s\-・]*".join(re.escape(char) for char in wanted if not re.fullmatch(r"[\s\-・]", char))
    return re.compile(loose, re.IGNORECASE) if loose else None


def _without(spans: Iterable[Span], kept: Sequence[tuple[int, int]]) -> Iterator[Span]:
    """Yield what is left of the spans beside the kept pieces."""
    for start, end, rule, reason in spans:
        place = start
        for first, last in kept:
            if last <= place or first >= end:
                continue
            if first > place:
                yield place, first, rule, reason
            place = max(place, last)
        if place < end:
            yield place, end, rule, reason


def _apart(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield spans that do not overlap: what two of them cover is taken out once, under the first one's reason."""
    place = 0
    for start, end, rule, reason in sorted(spans, key=lambda span: (span[0], -span[1])):
        if max(start, place) < end:
            yield max(start, place), end, rule, reason
            place = end


def redacted(document: Document, taken_out: Sequence[Redaction], plan: Plan) -> Document:
    """Return the copy. Authors who are not involved lose their names too."""
    return replace(
        document,
        title=_rewritten(document.title, plan),
        passages=tuple(
            Passage(
                _rewritten(passage.place, plan),
                _author(passage.author, plan),
                _cut(passage.text, [one for one in taken_out if one.place == passage.place]),
            )
            for passage in document.passages
        ),
    )


def _cut(text: str, taken_out: Iterable[Redaction]) -> str:
    parts, place = [], 0
    for one in taken_out:
        parts += [text[place : one.start], MARKS[one.rule]]
        place = one.end
    return "".join([*parts, text[place:]])


def _author(author: str, plan: Plan) -> str:
    if plan.involved is not None and author and author not in plan.involved:
        return MARKS[Rule.NAME]
    return _rewritten(author, plan)


def _rewritten(label: str, plan: Plan) -> str:
    """Take names and numbers out of a title or a name of an author, by the same rules."""
    spans = _spans(Passage("", "", label), plan, ())
    return _cut(label, [Redaction("", "", *span, "", _NO_TIME) for span in spans])


_NO_TIME = datetime.min  # noqa: DTZ901 - labels are rewritten by rule; nobody is named for it


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the preview: words that stay, or words that will be gone and why."""

    text: str
    rule: Rule | None = None


def preview(passage: Passage, taken_out: Iterable[Redaction]) -> list[Piece]:
    """Return the words of a passage in pieces, so that a person can see what goes before it goes."""
    pieces, place = [], 0
    for one in taken_out:
        if one.place == passage.place:
            pieces += [Piece(passage.text[place : one.start]), Piece(passage.text[one.start : one.end], one.rule)]
            place = one.end
    return [piece for piece in [*pieces, Piece(passage.text[place:])] if piece.text]


def written(copy: Document) -> bytes:
    """Write a copy as plain text that opens anywhere."""
    lines = [copy.title, f"SHA-256 of the sealed original / 封をした原本: {copy.sha256}", ""]
    for passage in copy.passages:
        lines.append(f"[{passage.place}] {passage.author}".rstrip())
        lines += [passage.text, ""]
    return "\n".join(lines).encode("utf-8", "replace")


def prepared(document: Document, copy: Document, taken_out: Sequence[Redaction]) -> PreparedItem:
    return PreparedItem(document.item, copy.title, document.sha256, sha256(written(copy)).hexdigest(), len(taken_out))


def digest(items: Iterable[PreparedItem]) -> str:
    """Return what stands for all copies together: who approves it approves exactly these."""
    rows = sorted(f"{item.item}\n{item.original_sha256}\n{item.copy_sha256}\n{item.redactions}" for item in items)
    return sha256("\n\n".join(rows).encode("utf-8", "replace")).hexdigest()
