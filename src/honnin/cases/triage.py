"""In which order the queue is worked: what may still be stopped comes first, everything else by when it should be looked at.

Age needs no reckoning again and again: each case gets the moment by which somebody should look at it, and the earliest comes
first. So an old ordinary case overtakes a new grave one in the end, and the order can be read from an index.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from honnin.cases.entry import EntryKind, Harm, Part
from honnin.model import Level, Text

ALLOWED: dict[Harm, timedelta] = {
    Harm.MONEY_MOVING: timedelta(0),
    Harm.CREDENTIALS: timedelta(hours=2),
    Harm.DATA: timedelta(hours=4),
    Harm.MONEY_ASKED: timedelta(hours=8),
}
BY_LEVEL = {Level.DANGER: timedelta(hours=12), Level.CAUTION: timedelta(hours=24)}
OTHERWISE = timedelta(hours=48)
MOST_HASTE = 8
"""However many report it, no case gets less than an eighth of its time: a crowd can be made."""


class Lane(IntEnum):
    """Which part of the queue a case stands in; the lower one is always worked first."""

    NOW = 0
    IN_TURN = 1


@dataclass(frozen=True, slots=True)
class Priority:
    """Where a case stands in the queue, and why, in words for those who work it."""

    lane: Lane
    look_by: datetime
    why: tuple[Text, ...]


def priority(parts: Iterable[Part], *, opened_at: datetime) -> Priority:
    """Say how pressing a case is by what came in for it; what was set aside does not count."""
    counted = tuple(part for part in parts if not part.aside)
    harms = {harm for part in counted for harm in part.harms}
    reporters = len({part.who for part in counted if part.kind is EntryKind.REPORT})
    level = max((part.level for part in counted), key=lambda each: each.rank, default=Level.OK)
    first = min((part.at for part in counted), default=opened_at)
    allowed = min([ALLOWED[harm] for harm in harms] + [BY_LEVEL.get(level, OTHERWISE)])
    look_by = first + allowed / min(max(reporters, 1), MOST_HASTE)
    lane = Lane.NOW if Harm.MONEY_MOVING in harms else Lane.IN_TURN
    return Priority(lane, look_by, tuple(_why(harms, reporters, level)))


def _why(harms: set[Harm], reporters: int, level: Level) -> Iterable[Text]:
    for harm in Harm:
        if harm in harms:
            yield harm.sentence
    if level is Level.DANGER:
        yield Text("見張りが「危険」と出しています。", 'The guard said "danger".')
    if reporters > 1:
        yield Text(f"{reporters}人が通報しています。", f"{reporters} people reported it.")
