"""The official directory: who is impersonated, what they are called, and which domains are really theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from honnin.links.folding import narrow
from honnin.links.suffixes import data_lines
from honnin.links.trie import words_pattern

_SHORT_NAME = 5  # letters: "LINE" or "Apple" in lower case are ordinary words
_SHORT_TOKEN = 5  # letters: shorter tokens count only as whole words of a host
_LISTED = ("names", "tokens", "domains", "paths")


@dataclass(frozen=True, slots=True)
class Brand:
    """One brand. ``strict`` where a message about it normally leads to its own site."""

    id: str
    ja: str
    en: str
    strict: bool
    names: tuple[str, ...]
    tokens: tuple[str, ...]
    domains: tuple[str, ...]
    login: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BrandMention:
    """A brand named in a text, by its id in the directory, with the place."""

    brand: str
    start: int
    end: int


def load_brands() -> tuple[Brand, ...]:
    """Read the directory that comes with the package."""
    header, *rows = data_lines("brands.tsv")
    return tuple(_brand(dict(zip(header.split("\t"), row.split("\t"), strict=True))) for row in rows)


def _brand(row: dict[str, str]) -> Brand:
    lists = {key: tuple(part for part in row[key].split(",") if part) for key in _LISTED}
    names = lists["names"]
    names = names[1:] if names[:1] == ("-",) else (row["ja"], *names)
    return Brand(
        id=row["id"],
        ja=row["ja"],
        en=row["en"],
        strict=row["kind"] == "account",
        names=names,
        tokens=lists["tokens"],
        domains=lists["domains"],
        login=row["login"],
        paths=lists["paths"],
    )


@dataclass(slots=True)
class Directory:
    """The brands, arranged for looking up names in texts, tokens in hosts, and domains."""

    brands: tuple[Brand, ...]
    by_id: dict[str, Brand] = field(init=False)
    by_domain: dict[str, Brand] = field(init=False)
    token_owner: dict[str, Brand] = field(init=False)
    paths: tuple[tuple[str, Brand], ...] = field(init=False)
    _whole: frozenset[str] = field(init=False)
    _exact: frozenset[str] = field(init=False)
    _named: dict[str, tuple[str, Brand]] = field(init=False)
    _names: re.Pattern[str] = field(init=False)
    _tokens: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        self.by_id = {brand.id: brand for brand in self.brands}
        self.by_domain = {}
        self.token_owner = {}
        self._named = {}
        whole: set[str] = set()
        exact: set[str] = set()
        for brand in self.brands:
            for domain in brand.domains:
                self.by_domain.setdefault(domain, brand)
            for token in brand.tokens:
                word = token.lstrip("+=")
                self.token_owner.setdefault(word, brand)
                if token[0] == "=" or (token[0] != "+" and len(word) <= _SHORT_TOKEN):
                    whole.add(word)
                if token[0] == "+":
                    exact.add(word)
            for name in brand.names:
                self._named.setdefault(narrow(name).lower(), (narrow(name), brand))
        self._whole = frozenset(whole)
        self._exact = frozenset(exact)
        self.paths = tuple((path, brand) for brand in self.brands for path in brand.paths)
        self._names = re.compile(words_pattern(self._named))
        self._tokens = re.compile(words_pattern(self.token_owner))

    def find(self, brand: str) -> Brand | None:
        """A brand by its id or by one of its names."""
        found = self.by_id.get(brand)
        if found is None and (named := self._named.get(narrow(brand).lower())):
            return named[1]
        return found

    def owner(self, host: str) -> Brand | None:
        """The brand whose own domain this host is or lies under."""
        while host:
            if found := self.by_domain.get(host):
                return found
            host = host.partition(".")[2]
        return None

    def fuzzy_words(self) -> Iterable[str]:
        """Tokens long and distinctive enough that one wrong letter still points to them."""
        return (word for word in self.token_owner if len(word) >= 6 and word not in self._whole | self._exact)

    def brands_in(self, text: str) -> tuple[BrandMention, ...]:
        """The brands a text names, in order of appearance; offsets refer to the text as given."""
        plain = narrow(text)
        low = plain.lower()
        if len(low) != len(plain):  # a few letters of other scripts grow when lowered
            low = "".join(character.lower()[:1] for character in plain)
        mentions = []
        for match in self._names.finditer(low):
            start, end = match.span()
            name, brand = self._named[match[0]]
            if name.isascii() and len(name) <= _SHORT_NAME and plain[start:end] != name:
                continue
            if _stands_alone(low, start, end):
                mentions.append(BrandMention(brand.id, start, end))
        return tuple(mentions)

    def brands_in_host(self, host: str) -> list[tuple[str, Brand, int]]:
        """Brand tokens in (part of) a host, with their places."""
        found = []
        for match in self._tokens.finditer(host):
            word = match[0]
            if word in self._whole and not _whole_word(host, *match.span()):
                continue
            found.append((word, self.token_owner[word], match.start()))
        return found


def _whole_word(host: str, start: int, end: int) -> bool:
    return not host[start - 1 : start].isalpha() and not host[end : end + 1].isalpha()


def _is_katakana(character: str) -> bool:
    return "ァ" <= character <= "ヿ" and character != "・"


_NOT_THE_BRAND = {"楽天": ("的", "家", "主義")}


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether the name is a word of its own: "onlineショップ" does not name LINE, アップルパイ not Apple."""
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    first, last = text[start], text[end - 1]
    if first.isascii() and first.isalnum() and before.isascii() and (before.isalnum() or before in {"@", "-", "_"}):
        return False
    if last.isascii() and last.isalnum() and after.isascii() and (after.isalnum() or after in {"-", "_"}):
        return False
    if last.isascii() and after == "." and text[end + 1 : end + 2].isascii() and text[end + 1 : end + 2].isalnum():
        return False  # part of an address
    if _is_katakana(first) and before and _is_katakana(before):
        return False
    if _is_katakana(last) and after and _is_katakana(after):
        return False
    return not text.startswith(_NOT_THE_BRAND.get(text[start:end], ()), end)
