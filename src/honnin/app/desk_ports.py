"""What the case desk needs from the world."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from honnin.app.indicators import Candidate
from honnin.cases.case import Case, CaseState, Happening, Outcome
from honnin.cases.containment import Deed, DeedKind
from honnin.cases.entry import Entry, EntryKind
from honnin.cases.grouping import Profile
from honnin.cases.labels import Label
from honnin.cases.report import State
from honnin.cases.triage import Lane
from honnin.evidence.item import Capture
from honnin.model import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the queue: a case as far as it takes to choose it."""

    id: str
    state: CaseState
    lane: Lane
    look_by: datetime
    opened_at: datetime
    name: str = ""
    account: str = ""
    channel: str = ""
    words: str = ""
    level: Level = Level.OK
    harms: tuple[str, ...] = ()
    reports: int = 0
    alerts: int = 0
    appeals: int = 0
    claimed_by: str = ""
    claimed_at: datetime | None = None
    claimed_until: datetime | None = None
    outcome: Outcome | None = None
    decided_at: datetime | None = None

    def holder(self, at: datetime) -> str:
        return self.claimed_by if self.claimed_until is not None and at < self.claimed_until else ""


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which cases to list, in the order in which they are worked; a part left out does not narrow.

    ``after`` is the place of the last line of the page before: (lane, look_by, id).
    """

    is_open: bool = True
    free_at: datetime | None = None
    claimed_by: str = ""
    lane: Lane | None = None
    kind: EntryKind | None = None
    level: Level | None = None
    text: str = ""
    after: tuple[int, datetime, str] | None = None
    most: int = 50


@dataclass(frozen=True, slots=True)
class Trend:
    """How many cases ended how, by tactic, channel and whose role was played."""

    outcome: Outcome
    tactic: str
    channel: str
    role: str
    cases: int
    reports: int


@dataclass(frozen=True, slots=True)
class Aside:
    """Somebody whose reports do not count, since when and why; ``ended_at`` once they do again."""

    who: str
    by: str
    at: datetime
    why: str
    ended_by: str = ""
    ended_at: datetime | None = None
    ended_why: str = ""


class CaseStore(Protocol):
    """Where cases are kept. Each call is a transaction of its own, unless it stands in one. Histories only grow."""

    def add(self, case: Case, row: Row, profile: Profile | None) -> None: ...
    def save(self, case: Case, row: Row, happening: Happening, profile: Profile | None) -> None:
        """Keep the next version of a case with the step that made it; refuses one that is not the next.

        A ``profile`` of None stays as it is; an empty one takes the case out of those that attract what is like them. Name,
        channel and words of the row stay, too, where they are empty.
        """
        ...

    def get(self, case_id: str) -> Case | None: ...
    def profile(self, case_id: str) -> Profile: ...
    def profiles(self, keys: Collection[str], *, most: int = 60) -> tuple[Profile, ...]:
        """Return the cases that share keys with something, those that share most first."""
        ...

    def history(self, case_id: str) -> tuple[Happening, ...]: ...
    def add_entry(self, entry: Entry, case_id: str) -> None: ...
    def entry_case(self, entry_id: str) -> str:
        """Return the case an entry belongs to, "" where there is no such entry."""
        ...

    def move_entries(self, entries: Iterable[str], case_id: str) -> None: ...
    def entries(self, case_id: str, *, most: int = 100) -> tuple[Entry, ...]:
        """Return the newest entries of a case."""
        ...

    def entries_of(self, entry_ids: Collection[str]) -> tuple[Entry, ...]: ...
    def cases_of_reporter(self, who: str) -> tuple[str, ...]: ...
    def cases_of_account(self, account: str, *, most: int = 20) -> tuple[Row, ...]: ...
    def queue(self, wanted: QueueFilter) -> tuple[Row, ...]: ...
    def counts(self, *, at: datetime) -> Mapping[str, int]:
        """Count open cases: ``now``, ``waiting``, ``claimed`` and ``all``."""
        ...

    def trends(self, since: datetime) -> tuple[Trend, ...]: ...
    def add_label(self, label: Label) -> None: ...
    def lift_label(self, label: Label) -> None: ...
    def labels(self, accounts: Collection[str]) -> tuple[Label, ...]: ...
    def set_aside(self, aside: Aside) -> None: ...
    def end_aside(self, aside: Aside) -> None: ...
    def aside(self, who: str) -> Aside | None:
        """Return whether somebody's reports do not count now."""
        ...


class Sealing(Protocol):
    """What the desk needs of the evidence locker (see ``app.locker``)."""

    def capture(self, folder: str, things: Sequence[Capture], *, by: str) -> Sequence[SealedThing]: ...
    def is_sealed(self, ref: str, *, since: datetime | None = None) -> bool: ...
    def file(self, folder: str, *, into: str, by: str) -> None: ...


class SealedThing(Protocol):
    @property
    def item(self) -> HasId: ...


class HasId(Protocol):
    @property
    def id(self) -> str: ...


class Reporters(Protocol):
    """Tells reporters how far theirs has come."""

    def move(self, number: str, state: State, *, reply: str = "") -> bool: ...


@dataclass(frozen=True, slots=True)
class DeedResult:
    """What came of a deed at a service: ``is_done``, and in the service's words what was done or why not."""

    is_done: bool
    words: str


class Indicators(Protocol):
    """Takes what cases would share. It is only proposed: nothing leaves before somebody agrees."""

    def propose(self, candidates: Iterable[Candidate], *, by: str, case_id: str = "") -> object: ...


class ContainmentConnector(Protocol):
    """Acts on a service. Doing a deed of the same id twice does it once."""

    def can(self, kind: DeedKind, account: str) -> bool:
        """Tell whether the service has an interface for it; where not, a person does it by hand."""
        ...

    def perform(self, deed: Deed) -> DeedResult: ...
    def captures(self, account: str) -> Sequence[Capture]:
        """Fetch what the service still shows of the account: its profile, and what it wrote."""
        ...


class NoConnector:
    """Where no service is connected: everything is done by hand."""

    def can(self, kind: DeedKind, account: str) -> bool:  # noqa: ARG002
        return False

    def perform(self, deed: Deed) -> DeedResult:  # noqa: ARG002
        return DeedResult(False, "no service is connected")

    def captures(self, account: str) -> Sequence[Capture]:  # noqa: ARG002
        return ()
