"""What is known about an event, as the rules ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words that make a fact true, where words do; ``turn`` is an index into the event's turns."""

    quote: str = ""
    turn: int = 0
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """Atoms that hold, each with its evidence, and numbers that are known.

    An atom not in ``atoms`` does not hold *or is not known*; ``unknown`` names what could not be told.
    """

    atoms: Mapping[str, tuple[Evidence, ...]]
    numbers: Mapping[str, float] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()
