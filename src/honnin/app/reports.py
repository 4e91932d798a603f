"""The report desk: takes reports in, tells reporters how far theirs has come, and forgets whom to write to in time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from honnin.cases.report import Addition, Report, State


class ReportStore(Protocol):
    """Where reports are kept. Each call is one transaction, or part of the one it stands in."""

    def add(self, report: Report, *, secret_hash: str) -> bool:
        """Keep a new report with all its files; False where the number is taken."""
        ...

    def get(self, number: str) -> Report | None: ...
    def secret_hash(self, number: str) -> str:
        """Return the hash of the reporter's secret; empty where there is no such report, or nobody has a secret for it."""
        ...

    def append(self, number: str, addition: Addition) -> bool:
        """Keep what a reporter added; False where there is no such report."""
        ...

    def move(self, number: str, state: State, *, at: datetime, reply: str = "") -> bool:
        """Note how far it has come; False where there is no such report or the state may not come next."""
        ...

    def newest(self, *, before: int = 0, most: int = 50) -> Sequence[tuple[int, Report]]:
        """Return the newest reports with their places in the order of arrival, or those ``before`` a place."""
        ...

    def arrived(self, *, after: int = 0, most: int = 200) -> Sequence[tuple[int, Report]]:
        """Return reports in the order of arrival, those ``after`` a place: for whoever works through them all."""
        ...

    def of_event(self, event_id: str, source: str) -> Sequence[Report]:
        """Return what was reported from one event."""
        ...

    def contacts_over(self, closed_before: datetime, *, most: int = 500) -> Sequence[str]:
        """Return the numbers of closed reports that still know whom to write to, though it is long enough ago."""
        ...

    def erase_contact(self, number: str, *, at: datetime) -> bool:
        """Forget whom to write to; False where there is nothing left to forget."""
        ...
