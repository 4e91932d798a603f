"""Reading a display name: the words in it, and what each of them is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from honnin.identity import keys
from honnin.identity.organisation import core, has_legal_form, role
from honnin.identity.words import (
    COMPANY,
    DECORATION,
    LONGEST_PHRASE,
    RELATION,
    TITLE,
    words,
)
from honnin.model.event import Account

_MOST_WORDS = 24
_CJK = "々〆〇一-鿿㐀-䶿豈-﫿𠀀-𰀀ぁ-ゖァ-ヺー"
_TOKEN = re.compile(
    rf"(?P<cjk>[{_CJK}]+)|(?P<latin>[^\W_{_CJK}]+(?:['’´`][^\W_{_CJK}]+)*)"
    r"|(?P<apart>[()\[\]{}【】「」『』〔〕<>《》〈〉|/\\@:;\n•]|\s[-–—~]+\s)"
)
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_OF = re.compile(r"(?<=[一-龯々ァ-ヺー])の(?=[一-龯々ァ-ヺ])")
_BRACKETS = re.compile(r"\([^()]*\)")
_LONG_KANA = re.compile(r"[ぁ-ゖ]+ー[ぁ-ゖー]*")
_LONGEST_BIO = 400
_FIRM_LETTERS = "一-龯々ァ-ヺーA-Za-z0-9"
_LEGAL_IN_BIO = re.compile(
    rf"(?:(?:株式|有限|合同)会社|医療法人|社会福祉法人)[{_FIRM_LETTERS}]{{2,15}}|[{_FIRM_LETTERS}]{{2,15}}(?:株式|有限|合同)会社"
)
_WORKS_AT = re.compile(
    r"[一-龯々ァ-ヺー]{3,15}(?=で(?:働|勤|仕事|営業|経理|事務|看護|エンジニア|店長)|に(?:勤|在籍|所属)|勤務|所属|社員)"
)
_WORKS_AT_EN = re.compile(r"\b(?:at|for|with|@)\s?([A-Z][\w&'-]{1,20}(?: [A-Z][\w&'-]{1,20}){0,3})")
_MARK = re.compile(r"[(（]\s*(\w{1,3})\s*[)）]")


class Token(NamedTuple):
    """One word of a display name. ``key`` is what it is compared by, ``kind`` is "" for what may be part of the name."""

    text: str
    key: str
    latin: bool
    segment: int
    kind: str = ""


@dataclass(frozen=True)
class Claim:
    """What a display name says. ``runs`` maps every row of neighbouring words, written together, to its place."""

    display: str
    tokens: tuple[Token, ...]

    @cached_property
    def kinds(self) -> frozenset[str]:
        return frozenset(token.kind for token in self.tokens if token.kind)

    @cached_property
    def titles(self) -> tuple[str, ...]:
        return tuple(token.text for token in self.tokens if token.kind == TITLE)

    @cached_property
    def _firms(self) -> tuple[tuple[Token, ...], ...]:
        """Rows of words that name a firm: with a legal form in or beside them, or by the line of business."""
        found: list[tuple[Token, ...]] = []
        for at, token in enumerate(self.tokens):
            if token.kind == COMPANY:
                found.append(self._around(at) if token.latin or not core(token.text) else (token,))
            elif self._is_business(token):
                found.append((token,))
        return tuple(found)

    def _around(self, at: int) -> tuple[Token, ...]:
        """The words a lone legal form belongs to: English names stand before it, Japanese ones on either side."""
        mark = self.tokens[at]
        start = at
        while start and self._joins(self.tokens[start - 1], mark):
            start -= 1
            if not mark.latin:
                break
        end = at + 1
        if start == at and not mark.latin and end < len(self.tokens) and self._joins(self.tokens[end], mark):
            end += 1
        return self.tokens[start:end]

    @staticmethod
    def _joins(token: Token, mark: Token) -> bool:
        return token.segment == mark.segment and token.latin == mark.latin and token.kind in {"", COMPANY}

    @staticmethod
    def _is_business(token: Token) -> bool:
        return (
            not token.kind and not token.latin and len(token.key) > 3 and bool(words().business_ja.search(token.text))
        )

    @cached_property
    def firms(self) -> tuple[str, ...]:
        """Organisations named in the display name, without legal forms."""
        return tuple(filter(None, (core(" ".join(token.text for token in row)) for row in self._firms)))

    def is_firm(self, token: Token) -> bool:
        return any(token in row for row in self._firms)

    @cached_property
    def names(self) -> tuple[Token, ...]:
        """The words that may be a name."""
        return tuple(token for token in self.tokens if not token.kind)

    @cached_property
    def without_brackets(self) -> Claim:
        return parse(_BRACKETS.sub(" ", self.display))

    @cached_property
    def runs(self) -> dict[str, tuple[Token, ...]]:
        found = _runs(self.tokens)
        if len(self.names) < len(self.tokens):
            found = _runs(self.names) | found
        return found

    @cached_property
    def looks(self) -> dict[str, tuple[Token, ...]]:
        return {look_key(run): tokens for run, tokens in self.runs.items() if len(run) > 1}

    @cached_property
    def twins(self) -> dict[str, tuple[Token, ...]]:
        return {keys.twin(run): tokens for run, tokens in self.runs.items() if not run.isascii() and len(run) > 1}

    @cached_property
    def sounds(self) -> dict[str, tuple[Token, ...]]:
        """Runs of Latin letters, and of kana with a long vowel, by how they sound in Japanese."""
        return {
            keys.sound(run): tokens
            for run, tokens in self.runs.items()
            if 3 < len(run) < 40 and (run.isascii() or _LONG_KANA.fullmatch(run))
        }


def look_key(run: str) -> str:
    return keys.look(run) if run.isascii() else keys.shape(run)


def _runs(tokens: tuple[Token, ...]) -> dict[str, tuple[Token, ...]]:
    found: dict[str, tuple[Token, ...]] = {}
    for start in range(len(tokens)):
        joined = ""
        for end in range(start, len(tokens)):
            joined += tokens[end].key
            found.setdefault(joined, tokens[start : end + 1])
    return found


@lru_cache(maxsize=2048)
def parse(display: str) -> Claim:
    """Read a display name.

    >>> [(token.text, token.kind) for token in parse("【公式】山田太郎社長").tokens]
    [('公式', 'decoration'), ('山田太郎', ''), ('社長', 'title')]
    """
    marks = words().legal_marks
    seen = _MARK.sub(lambda m: " 株式会社 " if m.group(1) in marks else m.group(), keys.clean(display))
    tokens: list[Token] = []
    segment = 0
    for match in _TOKEN.finditer(seen):
        if match.lastgroup == "apart":
            segment += 1
        elif match.lastgroup == "cjk":
            segment = _add_japanese(match.group(), segment, tokens)
        else:
            _add_latin(match.group(), segment, tokens)
        if len(tokens) >= _MOST_WORDS:
            break
    return Claim(display=" ".join(seen.split()), tokens=tuple(_phrases(tokens[:_MOST_WORDS])))


def without(claim: Claim, firm: str) -> Claim:
    """The claim with a firm's name and its legal form taken out of the display name."""
    display = words().legal_ja.sub(" ", claim.display) if keys.is_cjk(firm) else claim.display
    return parse(re.sub(re.escape(firm), "\n", display, flags=re.IGNORECASE))


def _add_latin(word: str, segment: int, tokens: list[Token]) -> None:
    owner = len(word) > 3 and word[-2] in "'’´`" and word[-1] in "sS"
    word = word[:-2] if owner else word
    for part in [word] if keys.letters(word) in words().english else _HUMP.split(word):
        key = keys.letters(part)
        if key:
            tokens.append(Token(part, key, True, segment, DECORATION if key.isdecimal() else ""))
    if owner:
        tokens.append(Token("'s", "s", True, segment, RELATION))


def _add_japanese(text: str, segment: int, tokens: list[Token]) -> int:
    parts = [text] if text in words().japanese else _OF.split(text)
    for number, part in enumerate(parts):
        if number:
            tokens.append(Token("の", "の", False, segment, DECORATION))
            segment += 1
        tokens.extend(
            Token(piece, keys.japanese(piece), False, segment, kind) for piece, kind in _pieces(part) if piece
        )
    return segment


def _pieces(text: str) -> list[tuple[str, str]]:
    """Take the words off that are stuck to the front and the back of a name."""
    table = words()
    front: list[tuple[str, str]] = []
    back: list[tuple[str, str]] = []
    for _ in range(4):
        kind = table.japanese.get(text)
        if kind is not None:
            return [*front, (text, kind), *back]
        if has_legal_form(text):
            return [*front, (text, COMPANY), *back]
        if (found := table.suffix.match(text[::-1])) and (cut := len(text) - found.end()) > 0:
            back.insert(0, (text[cut:], table.japanese[text[cut:]]))
            text = text[:cut]
        elif (found := table.prefix.match(text)) and found.end() < len(text):
            front.append((found.group(), table.japanese[found.group()]))
            text = text[found.end() :]
        else:
            break
    return [*front, (text, ""), *back]


def _phrases(tokens: list[Token]) -> list[Token]:
    """Name the kinds of English words, longest phrase first."""
    english = words().english
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        for length in range(min(LONGEST_PHRASE, len(tokens) - at), 0, -1):
            row = tokens[at : at + length]
            if not all(token.latin and not token.kind for token in row):
                continue
            kind = english.get(" ".join(token.key for token in row))
            if kind:
                joined = Token(" ".join(t.text for t in row), "".join(t.key for t in row), True, row[0].segment, kind)
                out.append(joined)
                at += length
                break
        else:
            out.append(tokens[at])
            at += 1
    return out


@dataclass(frozen=True)
class Claimed:
    """All an account says of itself that is compared: the name as read, firms, roles and the profile text."""

    account: Account
    claim: Claim
    firm: str
    role: str
    bio: str
    employers: tuple[str, ...]


@lru_cache(maxsize=2048)
def claimed_by(account: Account, name: str = "") -> Claimed:
    """What an account claims; ``name`` stands in for the display name where a text introduces its writer."""
    shown = name or account.name or account.chatwork_id or account.email.partition("@")[0]
    bio = keys.clean(account.bio[:_LONGEST_BIO])
    return Claimed(
        account, parse(shown), core(account.organization), role(account.title), bio.casefold(), employers_in(bio)
    )


def employers_in(bio: str) -> tuple[str, ...]:
    """The firms a profile text says its owner works for.

    >>> employers_in("若葉建設で働いています。"), employers_in("Barista at Kestrel Coffee")
    (('若葉建設',), ('kestrel coffee',))
    """
    found = [match.group() for match in _LEGAL_IN_BIO.finditer(bio)]
    found += [m.group() for m in _WORKS_AT.finditer(bio) if words().business_ja.search(m.group())]
    found += [match.group(1) for match in _WORKS_AT_EN.finditer(bio)]
    return tuple(dict.fromkeys(filter(None, map(core, found))))
