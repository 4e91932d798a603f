"""Phrases of the word lists: alternatives written once, and parts that follow one another closely.

``{妻|友人}の{口座|通帳}`` is four phrases. ``{_docs} ~ {_later}`` is any word of the one part, then any word of the other with at
most a few characters between: "稟議については後追いで" as well as "稟議は後追いで". The parts of a chain are looked up like all
other words, so that a list of a hundred documents and a hundred ways to leave them out costs two hundred words, not ten thousand.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

GAP = 6  # characters that may stand between two parts of a chain
_CHOICE = re.compile(r"\{([^{}]*)\}")
_STOPS = re.compile(r"[。!?！？\n「」]")

Spots = dict[str, list[tuple[int, int]]]
"""Where the words of each part stand: (start, end), in order."""


class Chain(NamedTuple):
    """Parts that must follow one another, and the concept they stand for together."""

    concept: str
    parts: tuple[str, ...]


def expand(phrase: str, lists: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield every way to say a phrase.

    >>> list(expand("{_who}の{口座|通帳}", {"_who": ["妻", "友人"]}))
    ['妻の口座', '妻の通帳', '友人の口座', '友人の通帳']
    """
    if "{" not in phrase:
        yield phrase
        return
    pieces = _CHOICE.split(phrase)
    choices = [
        [piece] if index % 2 == 0 else lists[piece] if piece in lists else piece.split("|")
        for index, piece in enumerate(pieces)
    ]
    yield from map("".join, product(*choices))


def chained(chains: Sequence[Chain], spots: Spots, text: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, concept) of each chain that stands in the text, as short as it can be, once for each first part."""
    for chain in chains:
        if not all(part in spots for part in chain.parts):
            continue
        for start, end in spots[chain.parts[0]]:
            last = _follow(chain.parts[1:], end, spots, text)
            if last is not None:
                yield start, last, chain.concept


def _follow(parts: Sequence[str], end: int, spots: Spots, text: str) -> int | None:
    if not parts:
        return end
    places = spots[parts[0]]
    for start, stop in places[bisect_left(places, (end, 0)) :]:
        if start > end + GAP:
            break
        if _STOPS.search(text, end, start) is None:
            last = _follow(parts[1:], stop, spots, text)
            if last is not None:
                return last
    return None
