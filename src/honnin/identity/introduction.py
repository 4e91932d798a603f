"""How a writer introduces himself: 「社長の山田です」, "this is Ken from accounting".

Only the writer's own words about himself count. 「山田社長からの指示です」 speaks of somebody else, 「山田さんですか」 asks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from honnin.identity.keys import reshape
from honnin.identity.organisation import has_legal_form
from honnin.identity.readings import is_family_name
from honnin.identity.words import DECORATION, HONORIFIC, OFFICE, RELATION, TITLE, Words, words
from honnin.text import Normalised, normalise

_LOOKED_AT = 100_000
_MOST_FOUND = 50


@dataclass(frozen=True, slots=True)
class Introduction:
    """A self-introduction and where it stands in the text as written; parts that are not given are empty."""

    name: str
    role: str
    organisation: str
    start: int
    end: int

    @property
    def claim(self) -> str:
        """The introduction as a display name would put it, for ``match``."""
        return " ".join(part for part in (self.organisation, self.role, self.name) if part)


def introductions(text: str | Normalised) -> tuple[Introduction, ...]:
    """All places where the writer says who he is, in order; a text that is folded already is not folded again.

    >>> [(i.name, i.role) for i in introductions("お疲れ様です。社長の山田です。山田社長からの指示です。")]
    [('山田', '社長')]
    >>> introductions("This is John Smith, CEO of Acme Foods.")[0].organisation
    'Acme Foods'
    """
    if isinstance(text, Normalised) and len(text.text) <= _LOOKED_AT:
        seen = text
    else:
        seen = normalise((text.original if isinstance(text, Normalised) else text)[:_LOOKED_AT])
    found: list[Introduction] = []
    for finder in (_japanese, _signed, _english):
        for name, role, organisation, start, end in finder(seen.text):
            first, last = seen.span(start, end)
            if any(begin <= first < stop for begin, stop in seen.quoted):
                continue
            found.append(Introduction(name, role, organisation, first, last))
            if len(found) >= _MOST_FOUND:
                break
    return tuple(sorted(set(found), key=lambda one: (one.start, one.end)))


_Found = tuple[str, str, str, int, int]

_ENDING = re.compile(
    r"(?P<plain>です|でございます|だ)(?=$|[。.!！…\s、,（(がけ])|(?P<formal>と(?:申|もう)します|と(?:言|い)います|と申す者)"
)
_CLAUSE_ENDS = "。.!?！？\n、,;「」『』()（）:・…♪"
_CLAUSE = 48
_LONGEST_LINE = 400
_QUOTED = re.compile(r"[。、!]?\s?[」』]|と(?:名乗|言|いう|の)")
_LEAD = re.compile(
    r"\s*(?:私が|私は|わたくしは|わたしは|僕は|俺は|私|わたくし|こちらは|こちら|改めまして|はじめまして|初めまして|突然失礼します|お疲れ様です|お世話になります|もしもし)?\s*"
)
_PARTICLE = re.compile(r"(?<=[一-龯々ァ-ヺー])(?:は|が|を|に|も|で|へ|と|から|まで|より|って)(?=[一-龯々ァ-ヺA-Z]|$)")
_JA_NAME = re.compile(
    r"[一-龯々ヶァ-ヺーぁ-ゖ]{1,10}(?:[\s・][一-龯々ヶァ-ヺーぁ-ゖ]{1,8})?|[A-Za-z][A-Za-z.'-]{1,20}(?:\s[A-Za-z.'-]{1,20}){0,2}"
)
_BARE_NAME = re.compile(r"[一-龯々ヶ]{2,5}|[一-龯々ヶ]{1,4}[\s・][一-龯々ヶぁ-ゖァ-ヺー]{1,5}|[ァ-ヺー・]{2,10}")
_HONORIFIC_END = re.compile(r"(?:さん|さま|様|殿|氏|くん|君|ちゃん|先生|先輩|たち|方)$")
_INFLECTED = re.compile(
    r"[ぁ-ゖ][一-龯]|^[おごこそあ][一-龯]|(?:の|こと|もの|ため|そう|よう|だけ|ほど|まで|から|ない|たい|せん|ます|した|して|れば|ところ|つもり|はず|ばかり|など|くらい|とおり|通り|中)$"
)


def _japanese(text: str) -> list[_Found]:
    found: list[_Found] = []
    for ending in _ENDING.finditer(text):
        name_end = _before_reading(text, ending.start())
        start = _clause_start(text, name_end)
        piece = text[start:name_end]
        if _is_quoted(text, start, ending.end()):
            continue
        read = _read_japanese(piece, formal=ending.lastgroup == "formal")
        if read:
            lead = len(piece) - len(piece.lstrip())
            found.append((*read, start + lead, ending.end()))
    return found


def _before_reading(text: str, end: int) -> int:
    """Where the name ends in 「山田(やまだ)」."""
    opening = text.rfind("(", max(0, end - 20), end) if text[end - 1 : end] == ")" else -1
    return opening if opening > 0 and text[opening - 1] not in _CLAUSE_ENDS else end


def _clause_start(text: str, end: int) -> int:
    low = max(0, end - _CLAUSE)
    for at in range(end - 1, low - 1, -1):
        if text[at] in _CLAUSE_ENDS and not _inside_name(text, at):
            return at + 1
    return low


def _inside_name(text: str, at: int) -> bool:
    """Marks that may stand within a name or a firm: 「(株)青葉」, 「マイク・山田」."""
    return text[at] == "・" or (text[at] in "()" and "(" in text[max(0, at - 3) : at + 1] and ")" in text[at : at + 4])


def _is_quoted(text: str, start: int, end: int) -> bool:
    line = text.rfind("\n", max(0, start - _LONGEST_LINE), start) + 1
    return text[line : line + 1] == ">" or _QUOTED.match(text, end) is not None


def _read_japanese(piece: str, *, formal: bool) -> tuple[str, str, str] | None:
    piece = piece[_LEAD.match(piece).end() :].strip()  # type: ignore[union-attr]
    if not piece or _HONORIFIC_END.search(piece) or _PARTICLE.search(piece):
        return None
    table = words()
    owner, _, name = piece.rpartition("の") if _has_owner(piece) else ("", "", piece)
    organisation, role = _owner(owner.strip("の 、"), table)
    if owner and not role and not _is_firm(organisation, table) and not _opens_with_family(name):
        return None  # 「緊急の案件です」 has the form, but no name
    organisation = "" if organisation in table.own_firm else organisation
    if not owner:
        organisation, role, name = _before_name(name.strip(), table)
    name = name.strip(" ・")
    if table.japanese.get(name) == TITLE:
        return ("", name, organisation)
    if not _is_name(name, table, formal=formal or bool(organisation or role)):
        return None
    return (name, role, organisation)


def _is_firm(text: str, table: Words) -> bool:
    return has_legal_form(text) or table.business_ja.search(text) is not None


def _opens_with_family(name: str) -> bool:
    plain = reshape(name.strip())
    return any(is_family_name(plain[:length]) for length in (2, 3, 4) if length <= len(plain))


def _has_owner(piece: str) -> bool:
    """Whether a の stands between an owner and a name, and not within a name in kana."""
    at = piece.rfind("の")
    return at > 0 and re.match(r"[一-龯々ァ-ヺーA-Za-z0-9)部課]", piece[at - 1]) is not None and at < len(piece) - 1


def _owner(owner: str, table: Words) -> tuple[str, str]:
    """Organisation and role in 「株式会社青葉 代表」."""
    if not owner:
        return "", ""
    organisation, role, rest = _before_name(owner, table)
    if rest and table.japanese.get(rest) in {TITLE, OFFICE}:
        return organisation, role or rest
    if not role and rest and (found := table.suffix.match(rest[::-1])):
        cut = len(rest) - found.end()
        if cut and table.japanese[rest[cut:]] in {TITLE, OFFICE}:
            return organisation or rest[:cut].strip("の "), rest[cut:]
    if rest and len(rest) <= 20 and (has_legal_form(rest) or not _INFLECTED.search(rest)):
        return organisation or rest, role
    return organisation, role


def _before_name(text: str, table: Words) -> tuple[str, str, str]:
    """Take organisation and role off the front of 「株式会社青葉 代表取締役 山田太郎」."""
    organisation, role = [], ""
    row = text.split()
    while len(row) > 1:
        word = row[0].strip("の")
        if table.japanese.get(word) in {TITLE, OFFICE} or table.english.get(word.casefold()) == TITLE:
            role = word
        elif not role and (has_legal_form(word) or table.business_ja.search(word)):
            organisation.append(word)
        elif (
            not role
            and (found := table.suffix.match(word[::-1]))
            and table.japanese[word[len(word) - found.end() :]] == TITLE
        ):
            role = word[len(word) - found.end() :]
            organisation.append(word[: len(word) - found.end()])
        else:
            break
        row.pop(0)
    rest = " ".join(row)
    if (stuck := table.prefix.match(rest)) and table.japanese[stuck.group()] == TITLE and stuck.end() < len(rest):
        role, rest = role or stuck.group(), rest[stuck.end() :].strip("の ")
    return " ".join(filter(None, organisation)), role, rest


def _is_name(name: str, table: Words, *, formal: bool) -> bool:
    if not _JA_NAME.fullmatch(name) or name in table.no_names or _INFLECTED.search(name):
        return False
    if table.japanese.get(name) in {HONORIFIC, DECORATION, RELATION, OFFICE}:
        return False
    if (found := table.suffix.match(name[::-1])) and table.japanese[name[len(name) - found.end() :]] in {
        TITLE,
        HONORIFIC,
        RELATION,
    }:
        return False
    if formal:
        return True
    return _BARE_NAME.fullmatch(name) is not None or _opens_with_family(name)


_SIGNATURE_LINES = 8


def _signed(text: str) -> list[_Found]:
    """A signature among the last lines: a title and a name, nothing else."""
    found: list[_Found] = []
    end = len(text)
    table = words()
    for _ in range(_SIGNATURE_LINES):
        start = text.rfind("\n", 0, end) + 1
        if start == 0:
            break
        line = text[start:end]
        if 2 < len(line) <= 60 and not line.startswith(">"):
            organisation, role, name = _before_name(line.strip(), table)
            if role and not _HONORIFIC_END.search(name) and _is_name(name, table, formal=True):
                found.append((name, role, organisation, start, end))
        end = start - 1
    return found


_CAP = r"(?:(?:Mrs?|Ms|Dr|Prof)\.?|[A-Z]\.|[A-Z][A-Za-z'’-]{0,20})"
_EN_OPENING = re.compile(
    rf"\b(?:(?i:this is|it is|it['’]?s|i am|i['’]m|im)\s{{1,3}}(?P<name>{_CAP}(?: {_CAP}){{0,3}})"
    rf"|(?i:my name is|my name['’]s)\s{{1,3}}(?P<any>[A-Za-z][A-Za-z'’-]{{0,20}}(?: {_CAP}){{0,3}})"
    rf"|(?P<here>{_CAP}(?: {_CAP}){{0,2}}) (?i:here)(?=[\s,.!-]))"
)
_EN_SIGNS = ("this is", "it is", "it's", "it’s", "its", "i am", "i'm", "i’m", "im", "my name", "here")
_EN_TAIL = re.compile(r"\s{0,2}[,(–-]?\s{0,2}(?:(?:the|your|our|a)\s)?", re.IGNORECASE)
_EN_FROM = re.compile(r"\s{0,2}[,(–-]?\s{0,2}(?:of|at|from|with|for|in|@)\s(?:the\s)?", re.IGNORECASE)
_EN_FIRM = re.compile(r"[A-Za-z0-9&'’-]{1,30}(?:\s[A-Z0-9&][A-Za-z0-9&'’-]{0,30}){0,4}")


def _english(text: str) -> list[_Found]:
    found: list[_Found] = []
    low = text.lower().replace("i\u0307", "i")  # as İ is met by patterns without case
    if not any(map(low.__contains__, _EN_SIGNS)):
        return found
    for opening in _EN_OPENING.finditer(text):
        group = next(key for key in ("name", "any", "here") if opening.group(key))
        name, end = opening.group(group).rstrip("."), opening.end(group)
        first = name.split()[0].casefold()
        follows = text[end : end + 2]
        if (
            first in words().no_names
            or follows in {"'s", "’s"}
            or name.endswith(("'s", "’s"))
            or words().english.get(first) == TITLE
        ):
            continue
        if _is_quoted(text, opening.start(), opening.end()) or _asks_before(text, opening.start()):
            continue
        role, organisation, end = _english_tail(text, end)
        found.append((name, role, organisation, opening.start(), max(end, opening.end())))
    return found


def _asks_before(text: str, start: int) -> bool:
    """「he said: this is John」 reports; so does a quotation mark."""
    before = text[max(0, start - 14) : start].rstrip().casefold()
    return before.endswith(('"', "“", "'", "that", "said", "says", "say", "saying", "claiming", "whether", "if"))


def _english_tail(text: str, end: int) -> tuple[str, str, int]:
    role = organisation = ""
    at = _EN_TAIL.match(text, end).end()  # type: ignore[union-attr]
    row = re.findall(r"[A-Za-z&.]+", text[at : at + 60])[:4]
    for length in range(len(row), 0, -1):
        phrase = " ".join(row[:length])
        if words().english.get(phrase.replace(".", "").casefold()) == TITLE and text.startswith(phrase, at):
            role, end = phrase, at + len(phrase)
            break
    if (joint := _EN_FROM.match(text, end)) and (firm := _EN_FIRM.match(text, joint.end())):
        organisation, end = firm.group().rstrip("."), firm.end()
    return role, organisation, end
