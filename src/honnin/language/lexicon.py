"""The words we know and what they can stand for, found in one pass over the text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any, NamedTuple

import ahocorasick
import yaml

_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_'")
_KATAKANA = frozenset(
    "ァアィイゥウェエォオカガキギクグケゲコゴサザシジスズセゼソゾタダチヂッツヅテデトドナニヌネノハバパヒビピフブプヘベペホボポマミムメモャヤュユョヨラリルレロワヲンヴー"
)


class Hit(NamedTuple):
    """A word of ours in the text: the concepts it can stand for, and where it stands."""

    start: int
    end: int
    concepts: frozenset[str]


def read_data(name: str) -> Any:
    """Return one of this package's data files, parsed."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = files("honnin.language").joinpath("data", name).read_text(encoding="utf-8")
    return yaml.load(text, Loader=loader)  # noqa: S506 -- a safe loader, written in C where there is one


def read_json(name: str) -> Any:
    """Return one of this package's fitted data files, parsed."""
    return json.loads(files("honnin.language").joinpath("data", name).read_text(encoding="utf-8"))


class Lexicon:
    """All words of both languages in one automaton: the cost of a look-up grows with the text, not with the words."""

    def __init__(self, words: Mapping[str, Mapping[str, str]]) -> None:
        """Take concept -> comma-separated words for each language ("ja", "en")."""
        merged: dict[str, tuple[set[str], frozenset[str], bool, bool]] = {}
        for language, concepts in words.items():
            for concept, listed in concepts.items():
                for raw in listed.split(","):
                    word = raw.strip().lower()
                    entry = merged.setdefault(
                        word.strip("*"),
                        (set(), _alphabet(word.strip("*"), language), word.startswith("*"), word.endswith("*")),
                    )
                    entry[0].add(concept)
        merged.pop("", None)
        self._automaton = ahocorasick.Automaton()
        for word, (stands_for, alphabet, open_start, open_end) in merged.items():
            self._automaton.add_word(word, (len(word), frozenset(stands_for), alphabet, open_start, open_end))
        self._automaton.make_automaton()

    @classmethod
    def load(cls) -> Lexicon:
        """Return the lexicon shipped with the package."""
        return cls({"ja": read_data("ja.yaml"), "en": read_data("en.yaml")})

    def find(self, lowered: str) -> list[Hit]:
        """Return the words found in lower-cased text, in order; a word inside a longer one gives way to it."""
        found = sorted(self._matches(lowered), key=lambda hit: (hit.start, -hit.end))
        kept: list[Hit] = []
        reach = -1
        for hit in found:
            if hit.end > reach:
                kept.append(hit)
                reach = hit.end
        return kept

    def _matches(self, lowered: str) -> Iterator[Hit]:
        size = len(lowered)
        for last, (length, concepts, alphabet, open_start, open_end) in self._automaton.iter(lowered):
            end = last + 1
            start = end - length
            if not open_start and start and lowered[start - 1] in alphabet:
                continue
            if not open_end and end < size and lowered[end] in alphabet:
                continue
            yield Hit(start, end, concepts)


def _alphabet(word: str, language: str) -> frozenset[str]:
    """Return the letters that may not stand next to the word: those that would make it part of a longer one.

    A word in katakana or Latin letters stands alone (ライン is not found in オンライン); words with kanji or hiragana do not,
    since Japanese writes no spaces.
    """
    if language == "en" or (word.isascii() and word[:1] in _LATIN):
        return _LATIN
    return _KATAKANA if word and all(char in _KATAKANA for char in word) else frozenset()
