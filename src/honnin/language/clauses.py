"""Cuts a text into clause groups and says in which mood each stands.

A clause group (``Unit``) is what one predicate governs: the phrases before it and the verbs chained to it. "請求書を開いて、内容を
確認してください" is one unit in the mood of a request; "お支払いが完了しましたので、ご確認ください" is two, the first of them
done. Acts are looked for inside a unit, so that a request is only tied to its own object.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple


class Mood:
    """How the words of a unit are meant; several can hold at once.

    Plain bits, for they are combined for every clause of every message, and ``enum.Flag`` takes twenty times as long.
    """

    PLAIN = 0
    REQUEST = 1
    QUESTION = 2
    PROHIBIT = 4
    NEGATED = 8
    DONE = 16
    REPORTED = 32
    CONDITION = 64


class Unit(NamedTuple):
    """A clause group: offsets into the folded text, end exclusive."""

    start: int
    end: int
    mood: int


LONGEST = 2000  # characters handed to the analyser at once; longer stretches without any stop are cut


def sentences(text: str, stop: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each stretch between stops, the stop not included; very long ones are cut."""
    position = 0
    for found in stop.finditer(text):
        yield from _cut(position, found.start())
        position = found.end()
    yield from _cut(position, len(text))


def _cut(start: int, end: int) -> Iterator[tuple[int, int]]:
    for piece in range(start, end, LONGEST):
        yield piece, min(piece + LONGEST, end)
