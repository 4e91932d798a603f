"""The words we know and what they can stand for, found in one pass over the text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from operator import itemgetter
from typing import Any, NamedTuple

import ahocorasick
import yaml

from honnin.language.phrases import Chain, Spots, chained, expand
from honnin.language.spellings import phrases

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
        """Take concept -> comma-separated words for each language ("ja", "en").

        In Japanese lists ``{a|b}`` stands for each of its alternatives and ``{_name}`` for the words listed under ``_name``,
        which is no concept itself; in English ones it is written ``(a|b)``. A phrase written so does not hide the words that
        stand inside it, and neither does any word of a list whose concept is written ``+concept``.
        """
        merged: dict[str, _Entry] = {}
        chains: list[Chain] = []
        for language, concepts in words.items():
            lists = {name: _split(listed) for name, listed in concepts.items() if name.startswith("_")}
            for name, listed in concepts.items():
                if name not in lists:
                    concept, hides = name.removeprefix("+"), not name.startswith("+")
                    for written in _ways(concept, listed, language, lists, chains):
                        bare = written.word.strip("*")
                        if bare not in merged:
                            merged[bare] = _Entry(written.word, language)
                        merged[bare].note(written if hides else written._replace(is_phrase=True))
        merged.pop("", None)
        self._chains: dict[str, list[Chain]] = {}
        for chain in chains:
            self._chains.setdefault(chain.parts[0], []).append(chain)
        self._automaton = ahocorasick.Automaton()
        for word, entry in merged.items():
            self._automaton.add_word(word, entry)
        self._automaton.make_automaton()

    @classmethod
    def load(cls) -> Lexicon:
        """Return the lexicon shipped with the package."""
        return cls({"ja": read_data("ja.yaml"), "en": read_data("en.yaml")})

    def find(self, lowered: str) -> list[Hit]:
        """Return the words found in lower-cased text, in order; a word inside a longer one gives way to it."""
        kept: list[Hit] = []
        spots: Spots = {}
        reach = -1
        for start, minus_end, entry in self._matches(lowered):
            end = -minus_end
            if entry.as_word and end > reach:
                kept.append(Hit(start, end, entry.as_word))
                reach = end
            if entry.inside:
                kept.append(Hit(start, end, entry.inside))
            for part in entry.parts:
                spots.setdefault(part, []).append((start, end))
            if entry.goes_on:
                kept += [
                    Hit(start, stop, way.concepts) for way in entry.goes_on if (stop := way.ends_at(lowered, end)) >= 0
                ]
        if spots:
            possible = [chain for part in spots for chain in self._chains.get(part, ())]
            kept += [Hit(start, end, frozenset({concept})) for start, end, concept in chained(possible, spots, lowered)]
        kept.sort(key=itemgetter(0))
        return kept

    def _matches(self, lowered: str) -> list[tuple[int, int, _Entry]]:
        """Return (start, minus end, entry) in order: the longest word stands first where several begin."""
        size = len(lowered)
        found = []
        for last, entry in self._automaton.iter(lowered):
            end = last + 1
            start = end - entry.length
            if entry.not_before and start and lowered[start - 1] in entry.not_before:
                continue
            if entry.not_behind and end < size and lowered[end] in entry.not_behind:
                continue
            found.append((start, -end, entry))
        found.sort()
        return found


class _Way(NamedTuple):
    """One way to write a word of the lists, and what it stands for: a concept, or part of a chain if that begins with "~".

    ``rest`` is the expression that must follow; ``is_phrase`` says that it does not hide the words inside it.
    """

    word: str
    concept: str
    is_phrase: bool = False
    rest: str = ""
    open_end: bool = False


class _Onward(NamedTuple):
    """What must follow a beginning for it to stand for something, and whether its last word may go on."""

    rest: str
    concepts: frozenset[str]
    open_end: bool

    def ends_at(self, text: str, start: int) -> int:
        """Where the phrase ends that goes on here, -1 where it does not go on as it must."""
        behind = _compiled(self.rest).match(text, start)
        if behind is None:
            return -1
        end = behind.end()
        return end if self.open_end or end >= len(text) or text[end] not in _LATIN else -1


class _Entry:
    """What is known of one word: what it stands for as a word and as a phrase, of what it is a part, what begins with it.

    ``not_before`` and ``not_behind`` are the letters that may not stand next to it; empty where that side is open.
    """

    __slots__ = ("as_word", "goes_on", "inside", "length", "not_before", "not_behind", "parts")

    def __init__(self, word: str, language: str) -> None:
        bare = word.strip("*")
        alphabet = _alphabet(bare, language)
        self.length = len(bare)
        self.as_word = _NOTHING
        self.inside = _NOTHING
        self.parts: tuple[str, ...] = ()
        self.goes_on: tuple[_Onward, ...] = ()
        self.not_before = _NOTHING if word.startswith("*") else alphabet
        self.not_behind = _NOTHING if word.endswith("*") else alphabet

    def note(self, way: _Way) -> None:
        # one list that lets the word go on is enough: the lists do not know of one another
        if not way.rest and way.word.endswith("*"):
            self.not_behind = _NOTHING
        if way.rest:
            self.goes_on += (_Onward(way.rest, _with(_NOTHING, way.concept), way.open_end),)
        elif way.concept.startswith("~"):
            if way.concept not in self.parts:
                self.parts += (way.concept,)
        elif way.is_phrase:
            self.inside = _with(self.inside, way.concept)
        else:
            self.as_word = _with(self.as_word, way.concept)


_NOTHING: frozenset[str] = frozenset()


@cache
def _with(concepts: frozenset[str], concept: str) -> frozenset[str]:
    """Return both together; thousands of words share one set, which keeps the lexicon small."""
    return concepts | {concept}


@cache
def _compiled(rest: str) -> re.Pattern[str]:
    """Compile what follows a beginning once one of our texts has it: most never do, and all at the start take long."""
    return re.compile(rest)


def _split(listed: str) -> list[str]:
    return [word for raw in listed.split(",") if (word := raw.strip())]


def _ways(
    concept: str, listed: str, language: str, lists: Mapping[str, list[str]], chains: list[Chain]
) -> Iterator[_Way]:
    """Yield every way to write what a comma-separated list names; its chains are added to ``chains``."""
    for raw in _split(listed.lower()):
        if language == "en":
            for phrase in phrases(raw):
                word = f"{phrase.beginning}*" if phrase.goes_on and not phrase.rest else phrase.beginning
                yield _Way(word, concept, "(" in raw, phrase.rest, phrase.goes_on)
        elif "~" in raw:
            parts = [f"~{part.strip()}" for part in raw.split("~")]
            chains.append(Chain(concept, tuple(parts)))
            for part in parts:
                yield from (_Way(written, part) for written in expand(part[1:], lists))
        else:
            yield from (_Way(written, concept, "{" in raw) for written in expand(raw, lists))


def _alphabet(word: str, language: str) -> frozenset[str]:
    """Return the letters that may not stand next to the word: those that would make it part of a longer one.

    A word in katakana or Latin letters stands alone (ライン is not found in オンライン); words with kanji or hiragana do not,
    since Japanese writes no spaces.
    """
    if language == "en" or (word.isascii() and word[:1] in _LATIN):
        return _LATIN
    return _KATAKANA if _KATAKANA.issuperset(word) else frozenset()
