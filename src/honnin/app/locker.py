"""The evidence locker: what is captured is sealed, and everything that is done with it afterwards is in the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from honnin.evidence.item import Capture, Item


@dataclass(frozen=True, slots=True)
class Sealed:
    """An item that is sealed for good: it stands in the log at ``index``, in a tree of ``size`` entries with that root."""

    item: Item
    index: int
    size: int
    root: str
    is_new: bool = True


class Sealing(Protocol):
    """What the desk and the report form need of the locker.

    A ``folder`` is the case or report that evidence is kept for, such as ``case/2026-0001`` or ``report/R-7K2M``. Inside a
    transaction of the database the sealing is part of it; nobody else can seal until it ends, so seal last.
    """

    def capture(self, folder: str, things: Sequence[Capture], *, by: str) -> tuple[Sealed, ...]:
        """Seal all of these or none; when this returns they are kept. The same thing again for the same folder is not kept twice."""
        ...

    def is_sealed(self, ref: str, *, since: datetime | None = None) -> bool:
        """Tell whether what has that ref was captured (at or after ``since``). Ask before anything that deletes it."""
        ...

    def items(self, folder: str) -> tuple[Item, ...]:
        """Return what is kept for a folder, in the order in which it was captured."""
        ...

    def file(self, folder: str, *, into: str, by: str) -> None:
        """Let a folder belong to another one as well: a report to its case, a case to the one it was merged into."""
        ...
