"""What can be seen in an address with the directory in hand: brands, lookalikes, login words, known places."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from honnin.links.address import Address
from honnin.links.directory import Brand, Directory
from honnin.links.folding import skeleton
from honnin.links.trie import words_pattern

_RESTRICTED = ("co.jp", "go.jp", "lg.jp", "or.jp", "ac.jp", "ed.jp", "ad.jp", "gov", "edu", "mil")
_LOGIN_WORDS = (
    "login", "logon", "signin", "secure", "security", "verify", "verification", "account", "auth", "update", "support",
    "member", "service", "confirm", "webbank", "password", "unlock", "billing", "wallet", "authorize", "client",
    "customer", "myaccount", "kakunin", "tetsuzuki", "riyou", "entry", "card", "bank", "pay", "point", "info",
)  # fmt: skip
_LOGIN = re.compile(rf"(?<![a-z])(?:{words_pattern(_LOGIN_WORDS)})(?![a-z])")
# Another site's name inside the part before the registered name: bank.example.co.jp.something.top, www-bank-co-jp.
_INNER = re.compile(r"[a-z0-9](?:[.-](?:co|or|ne|go|ac|lg)[.-]?jp|\.(?:com|net|org|jp))(?![a-z0-9])")
_PATH_SEEN = 80
_FUZZY = range(6, 25)  # letters of a part that is compared with one letter's tolerance
_PARTS_SEEN = 12


@dataclass(frozen=True, slots=True)
class Signs:
    """``in_name`` and ``in_subdomain`` hold brands whose own domain this is not."""

    owner: Brand | None
    known: bool
    restricted: bool
    shortener: bool
    in_name: tuple[Brand, ...]
    in_subdomain: tuple[Brand, ...]
    in_path: tuple[Brand, ...]
    inner_domain: bool
    lookalike: Brand | None
    official_path: Brand | None
    login_words: tuple[str, ...]


class Watcher:
    """Finds the signs; holds the index of words with one letter missing."""

    def __init__(self, directory: Directory, shorteners: frozenset[str], popular: frozenset[str]) -> None:
        self._directory = directory
        self._shorteners = shorteners
        self._popular = popular
        self._words = frozenset(directory.fuzzy_words())
        self._missing: dict[str, list[str]] = {}
        for word in self._words:
            for shorter in _one_missing(word):
                self._missing.setdefault(shorter, []).append(word)

    def look(self, address: Address) -> Signs:
        """All signs of one address."""
        host = address.host
        shortener = address.domain in self._shorteners or host in self._shorteners
        owner = None if address.roof or shortener else self._directory.owner(host)
        name, subdomain = self._split(address)
        in_name = () if owner else self._brands(name)
        in_subdomain = () if owner else self._brands(subdomain)
        path = address.path[:_PATH_SEEN].lower()
        return Signs(
            owner=owner,
            known=address.domain in self._popular and not address.roof,
            restricted=address.suffix in _RESTRICTED,
            shortener=shortener,
            in_name=in_name,
            in_subdomain=in_subdomain,
            in_path=() if owner else self._brands(path),
            inner_domain=owner is None and _INNER.search(subdomain) is not None,
            lookalike=None if owner or in_name or in_subdomain else self._lookalike(address),
            official_path=None if owner else self._official_path(path),
            login_words=tuple(_LOGIN.findall(address.before_suffix)),
        )

    @staticmethod
    def _split(address: Address) -> tuple[str, str]:
        """The registered name and what stands before it; under a shared roof everything chosen counts as subdomain."""
        if address.roof or address.ip:
            return "", address.before_suffix
        return address.name, address.subdomain

    def _brands(self, text: str) -> tuple[Brand, ...]:
        if not text:
            return ()
        return tuple({brand.id: brand for _, brand, _ in self._directory.brands_in_host(text)}.values())

    def _official_path(self, path: str) -> Brand | None:
        return next((brand for begin, brand in self._directory.paths if path.startswith(begin)), None)

    def _lookalike(self, address: Address) -> Brand | None:
        written = address.before_suffix if address.readable == address.host else address.readable
        for part in re.split(r"[.-]", written, maxsplit=_PARTS_SEEN)[:_PARTS_SEEN]:
            if word := self._resembles(part):
                return self._directory.token_owner[word]
        if address.domain and "-" in address.name and (word := self._resembles(address.name.replace("-", ""))):
            return self._directory.token_owner[word]
        return None

    def _resembles(self, part: str) -> str:
        seen = skeleton(part)
        if seen != part:
            for word, _, _ in self._directory.brands_in_host(seen):
                if len(word) >= 4:
                    return word
        for candidate in (part, seen) if seen != part else (part,):
            if len(candidate) in _FUZZY and (word := self._one_letter_off(candidate)):
                return word
        return ""

    def _one_letter_off(self, part: str) -> str:
        for shorter in (part, *_one_missing(part)):
            for word in self._missing.get(shorter, ()):
                # In words of six letters another letter often makes another word: only a letter more or less counts.
                if OSA.distance(part, word, score_cutoff=1) == 1 and (len(word) > 6 or len(part) != len(word)):
                    return word
            if shorter != part and shorter in self._words:
                return shorter
        return ""


def _one_missing(word: str) -> set[str]:
    return {word[:place] + word[place + 1 :] for place in range(len(word))}
