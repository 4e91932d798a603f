"""Cuts a text into clause groups and says in which mood each stands.

A clause group (``Unit``) is what one predicate governs: the phrases before it and the verbs chained to it. "請求書を開いて、内容を
確認してください" is one unit in the mood of a request; "お支払いが完了しましたので、ご確認ください" is two, the first of them
done. Acts are looked for inside a unit, so that a request is only tied to its own object.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Flag, auto


class Mood(Flag):
    """How the words of a unit are meant; several can hold at once."""

    PLAIN = 0
    REQUEST = auto()
    QUESTION = auto()
    PROHIBIT = auto()
    NEGATED = auto()
    DONE = auto()
    REPORTED = auto()
    CONDITION = auto()


@dataclass(frozen=True, slots=True)
class Unit:
    """A clause group: offsets into the folded text, end exclusive."""

    start: int
    end: int
    mood: Mood


LONGEST = 2000  # characters handed to the analyser at once; longer stretches without any stop are cut
