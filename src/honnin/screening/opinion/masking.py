"""Takes out of a text what tells who writes to whom, before it is passed on.

Names, phones, mail addresses, accounts, links, amounts and other long numbers become placeholders such as ``[name 1]``. The
same value gets the same placeholder throughout one question, so that "the same account as before" can still be seen. More
is taken out than need be: a word too many costs a little sense, a name too few somebody's privacy.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files

from honnin.identity import introductions
from honnin.identity.claim import parse
from honnin.identity.organisation import core, has_legal_form
from honnin.language.entities import find_entities
from honnin.language.people import People
from honnin.links import Links
from honnin.model import Entity
from honnin.text import Normalised, normalise

MOST_NAMES = 2_000
"""Names given from outside that are looked for: more than any message speaks of, and a bound on what they can cost."""

LONGEST_NAME = 200
AROUND, LONGEST_TOKEN = 60, 800
"""Characters before and after a piece that are looked at, and how far on where they end in the middle of an address."""

_ENTITIES = {
    Entity.ACCOUNT_NUMBER: "account",
    Entity.HOLDER: "name",
    Entity.PERSONAL_HOLDER: "name",
    Entity.AMOUNT: "amount",
    Entity.PHONE: "phone",
    Entity.EMAIL: "mail",
    Entity.LINE_ID: "contact",
}
_COMPANY = re.compile(
    r"(?:(?:株式|有限|合同|合資)会社|\(株\))[ \u3000]?[一-龥々ぁ-んァ-ヶーA-Za-z&]{1,14}?(?=[のはがをにとへでもや様御]|[^一-龥々ぁ-んァ-ヶーA-Za-z&]|\Z)"
    r"|[一-龥々ァ-ヶーA-Za-z]{1,12}(?:株式会社|有限会社|合同会社|\(株\))"
    r"|\b(?:[A-Z][\w&'-]{1,24} ){1,4}(?:Inc|Ltd|LLC|LLP|GmbH|Corp|Limited|PLC)\b\.?"
)
_HONOURED = re.compile(
    r"[一-龥々ァ-ヶーA-Za-z]{1,8}(?=[ \u3000]?(?:様|さま|さん|氏|殿|くん|君|先輩|社長|会長|専務|常務|部長|課長|係長))"
)
_GREETED = re.compile(
    r"\b(?:[Dd]ear|[Hh]ello|[Hh]i|[Mm]r|[Mm]rs|[Mm]s|[Mm]iss|[Dd]r|[Rr]egards|[Ss]incerely|[Yy]ours|[Tt]hanks|[Cc]heers|[Bb]est)"
    r"\b[.,]?\s{1,3}([A-Z][\w'’-]{1,24}(?: [A-Z][\w'’-]{0,24}){0,2})"
)
_CAPITALISED = re.compile(r"(?<=[a-z,;)] )[A-Z][a-z'’-]{1,24}(?: [A-Z][a-z'’-]{1,24}){0,2}\b")
_MAIL = re.compile(r"[^\s@<>()\[\]「」、。,;:]{1,64}@[^\s@<>()\[\]「」、。,;:]{1,255}")
_HANDLE = re.compile(r"@[\w.\-]{2,40}")
_ADDRESS = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.\-]{1,12}:)?//[^\s「」<>()]{1,400}|\bwww\.[^\s「」<>()]{1,400}")
_WRITTEN_AMOUNT = re.compile(
    r"[0-9][0-9,.]{0,15}[ \u3000]?(?:千|百|十)?(?:億|万|千)円?|[〇一二三四五六七八九十百千]{1,12}(?:億|万|千)?[〇一二三四五六七八九十百千万]{0,12}円"
    r"|[一二三四五六七八九十百千]{1,8}[億万](?![一-龥])"
)
_NUMBER = re.compile(r"\d(?:[ \-.,/]{0,2}\d){3,40}|[〇零一二三四五六七八九]{4,40}")
_Span = tuple[int, int, str, str]


class Mask:
    """The placeholders of one question, given out in the order in which values appear."""

    def __init__(self, names: Iterable[str], ids: Iterable[str], links: Links, people: People) -> None:
        self._links, self._people = links, people
        self._names: dict[str, str] = {}
        self._numbers: dict[tuple[str, str], int] = {}
        self._counts: dict[str, int] = {}
        self._ids = tuple({found for one in ids if len(found := normalise(one).text) >= 4})
        for name in names:
            self._learn(name)

    def __call__(self, text: str, start: int = 0, end: int | None = None) -> str:
        """Return a piece of a text as it may be passed on: folded, free of hidden characters, with placeholders.

        What stands around the piece is looked at too: half an address that was cut in two is an address all the same.
        """
        first, last = _context(text, start, len(text) if end is None else end)
        seen = normalise(text[first:last])
        at = _folded_place(seen, start - first)
        stop = len(seen.text) if end is None else _folded_place(seen, end - first)
        pieces: list[str] = []
        for begins, ends, kind, value in _apart(_trimmed(seen.text, self._spans(seen))):
            if ends > at and begins < stop:
                pieces += (seen.text[at : max(at, begins)], self._placeholder(kind, value))
                at = ends
        return "".join((*pieces, seen.text[at:stop])).strip()

    def listen(self, text: str) -> None:
        """Learn how a text introduces its writer, before anything is masked: the name may stand elsewhere as well."""
        for found in introductions(text):
            self._learn(found.name)
            self._learn(found.organisation)

    def _learn(self, name: str) -> None:
        """Take a name apart, so that each part stands for the whole: 「三田村 一郎」 and 「三田村」 are one person.

        A title is no name: 「社長」 stays, whoever shows it as his.
        """
        whole = normalise(name[:LONGEST_NAME]).text.strip().lower()
        claim = parse(whole)
        named = [token.text for token in claim.names]
        parts = (whole, core(whole), *named) if named or has_legal_form(whole) else ()
        for part in parts:
            if len(part) >= (3 if part.isascii() else 2) and len(self._names) < MOST_NAMES and part not in _no_names():
                self._names.setdefault(part, whole)

    def _whole(self, written: str) -> str:
        """The name that a written one stands for: a known one that shares a part with it, or itself, known from now on."""
        found = self._names.get(written) or next(
            (whole for part, whole in self._names.items() if part in written or written in part), ""
        )
        if not found:
            self._learn(written)
        return found or written

    def _placeholder(self, kind: str, value: str) -> str:
        number = self._numbers.get((kind, value))
        if number is None:
            number = self._numbers[kind, value] = self._counts[kind] = self._counts.get(kind, 0) + 1
        return f"[{kind} {number}]"

    def _spans(self, seen: Normalised) -> Iterator[_Span]:
        text = seen.text
        for link in self._links.extract(text):
            yield link.start, link.end, "link", link.url.lower()
        for kind, start, end, value in find_entities(text):
            if kind in _ENTITIES:
                yield start, end, _ENTITIES[kind], value.lower()
        for pattern, name in _PATTERNS:
            for match in pattern.finditer(text):
                yield *match.span(), name, match.group().lower()
        yield from self._people_in(text)

    def _people_in(self, text: str) -> Iterator[_Span]:
        lowered = "".join(low if len(low := char.lower()) == 1 else char for char in text)
        for part, whole in self._names.items():
            if part in lowered:
                for start, end in _places(lowered, part):
                    yield start, end, "name", whole
        for one in self._ids:
            for start, end in _places(text, one):
                yield start, end, "contact", one
        brands = [(mention.start, mention.end) for mention in self._links.brands_in(text)]
        for start, end in (*self._people.find(text), *_written_as_names(text)):
            word = text[start:end].lower()
            if word not in _no_names() and not any(first < end and start < last for first, last in brands):
                yield start, end, "name", self._whole(word)


_PATTERNS = (
    (_ADDRESS, "link"),
    (_MAIL, "mail"),
    (_HANDLE, "contact"),
    (_WRITTEN_AMOUNT, "amount"),
    (_NUMBER, "number"),
    (_COMPANY, "name"),
)


@cache
def _no_names() -> frozenset[str]:
    """Words that look like names and are none."""
    lines = (files("honnin.screening") / "data" / "no_names.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def _context(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the surroundings of a piece begin and end: at a blank, so that no address is cut."""
    first, last = max(0, start - AROUND), min(len(text), end + AROUND)
    while first > 0 and start - first < LONGEST_TOKEN and not text[first - 1].isspace():
        first -= 1
    while last < len(text) and last - end < LONGEST_TOKEN and not text[last].isspace():
        last += 1
    return first, last


def _folded_place(seen: Normalised, original: int) -> int:
    """Where a place of the original is found in the folded text: the first letter that stands there or after it."""
    return bisect_left(range(len(seen.text)), original, key=lambda at: seen.span(at, at + 1)[0])


def _written_as_names(text: str) -> Iterator[tuple[int, int]]:
    """Words that stand where names stand, whether a dictionary knows them or not."""
    for match in _HONOURED.finditer(text):
        yield match.span()
    if text.isascii() or _CAPITALISED.search(text):
        for match in _GREETED.finditer(text):
            yield match.span(1)
        for match in _CAPITALISED.finditer(text):
            if not set(match.group().lower().split()) <= _no_names():
                yield match.span()


def _places(text: str, part: str) -> Iterator[tuple[int, int]]:
    """Where a name stands; one in Latin letters only as a word of its own."""
    at = text.find(part)
    while at >= 0:
        end = at + len(part)
        inside = part.isascii() and (text[at - 1 : at].isalnum() or text[end : end + 1].isalnum())
        if not inside:
            yield at, end
        at = text.find(part, end)


def _trimmed(text: str, spans: Iterable[_Span]) -> Iterator[_Span]:
    for start, end, kind, value in spans:
        while end > start and text[end - 1].isspace():
            end -= 1  # noqa: PLW2901 - the blank behind a value is not part of it
        if end > start:
            yield start, end, kind, value


def _apart(spans: Iterable[_Span]) -> Iterator[_Span]:
    """Give each place to one span: of two that touch the same letters the first and longest, made to cover both."""
    current: _Span | None = None
    for span in sorted(spans, key=lambda one: (one[0], -one[1])):
        if current is None or span[0] >= current[1]:
            if current is not None:
                yield current
            current = span
        elif span[1] > current[1]:
            current = (current[0], span[1], current[2], current[3])
    if current is not None:
        yield current
