"""What the use cases need from the world, each port as small as its caller needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from honnin.copies import Fingerprint, Known
from honnin.model import Channel, Event, Level, Person, Relationship, Verdict

if TYPE_CHECKING:  # the ports are asked for by commands that screen nothing
    from honnin.screening.opinion import Question


@dataclass(frozen=True, slots=True)
class StoredVerdict:
    """An event with what we said about it. ``conversation`` joins events of one conversation."""

    event: Event
    verdict: Verdict
    received_at: datetime
    source: str
    conversation: str = ""
    handled_at: datetime | None = None
    handled_by: str = ""


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which verdicts to list; a part left out does not narrow."""

    level: Level | None = None
    alerts_only: bool = False
    channel: Channel | None = None
    handled: bool | None = None
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None
    source: str | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list, newest first; ``total`` counts all pages."""

    items: tuple[StoredVerdict, ...]
    total: int
    page: int
    per_page: int


@dataclass(frozen=True, slots=True)
class RememberedCopy:
    """A confirmed fraud by its fingerprint: who remembered it when, from which event, and until when it counts.

    ``origin`` names where an imported one came from; it is empty for those of our own. ``seen_at`` and ``sightings`` tell of
    near copies that came in since.
    """

    id: str
    fingerprint: Fingerprint
    tactic: str
    remembered_at: datetime
    expires_at: datetime
    remembered_by: str = ""
    source: str = ""
    event_id: str = ""
    origin: str = ""
    seen_at: datetime | None = None
    sightings: int = 0


@dataclass(frozen=True, slots=True)
class CopyPage:
    """One page of what is remembered, newest first; ``total`` counts all pages."""

    items: tuple[RememberedCopy, ...]
    total: int
    page: int
    per_page: int


class Screener(Protocol):
    """Reads an event and says what it found. Pure for a given directory: same event, same verdict."""

    def screen(self, event: Event) -> Verdict: ...


class SecondReader(Protocol):
    """Somebody outside of us who reads a few masked sentences. What it answers is a stranger's text: see ``app.second``."""

    @property
    def name(self) -> str:
        """What the operator calls it; this is what gets recorded, never a name it gives itself."""
        ...

    def read(self, question: Question) -> str | None:
        """Return the answer as it came, or None where none came in time. Never raises, and is never late."""
        ...


class Transaction(Protocol):
    """Makes one transaction of all store calls inside; ``locks`` names what nobody else may change meanwhile."""

    def __call__(self, *, locks: Iterable[str]) -> AbstractContextManager[object]: ...


class VerdictStore(Protocol):
    def add(self, stored: StoredVerdict) -> bool:
        """Keep the event and its verdict in one transaction; False where this event of this source is already kept."""
        ...

    def get(self, event_id: str, source: str | None = None) -> StoredVerdict | None:
        """Return the event of that id, the newest where several sources have one."""
        ...

    def conversation(self, conversation: str, *, most: int = 200) -> tuple[StoredVerdict, ...]:
        """Return the last events of a conversation, oldest first."""
        ...

    def search(self, wanted: AlertFilter) -> Page: ...
    def mark_handled(self, event_id: str, *, by: str, at: datetime, source: str | None = None) -> bool:
        """Note who took care of it; False where there is nothing of that id still open."""
        ...

    def amend(self, event_id: str, verdict: Verdict, *, source: str) -> bool:
        """Put another verdict in the place of the one that is kept; False where none is."""
        ...

    def counts(self, since: datetime | None = None, source: str | None = None) -> Mapping[Level, int]: ...


class DirectoryStore(Protocol):
    def people(self) -> tuple[Person, ...]: ...
    def upsert(self, people: Iterable[Person]) -> int:
        """Keep these people, all or none, each in place of the same person kept before; count the new and changed."""
        ...

    def remove(self, person_id: str) -> bool: ...
    def revision(self) -> int: ...


class CopyStore(Protocol):
    """Fingerprints of confirmed fraud. What is over at ``at`` is as if it were not there."""

    def add(self, copies: Iterable[RememberedCopy]) -> int:
        """Keep these, all or none, and count the new ones; one that is kept already only lasts longer."""
        ...

    def get(self, copy_id: str, *, at: datetime) -> RememberedCopy | None: ...
    def page(self, page: int, *, at: datetime) -> CopyPage: ...
    def each(self, *, at: datetime) -> Iterator[RememberedCopy]:
        """Yield all of them, by their ids."""
        ...

    def known(self, *, at: datetime) -> Iterator[Known]:
        """Yield only what a memory is made of."""
        ...

    def count(self, *, at: datetime) -> int: ...
    def origins(self, *, at: datetime) -> Mapping[str, int]:
        """Count those that came from each origin; "" are our own."""
        ...

    def sighted(self, copy_id: str, *, at: datetime, until: datetime) -> None:
        """Note that a near copy came in, and let it last until then at least."""
        ...

    def remove(self, copy_id: str) -> bool: ...
    def remove_origin(self, origin: str) -> int: ...
    def remove_over(self, at: datetime) -> int:
        """Take out what is over; return how many."""
        ...

    def revision(self) -> int:
        """Return a number that grows when one is added or removed."""
        ...


class RelationshipStore(Protocol):
    """Who has exchanged how many messages since when; keys are ``platform:account_id``."""

    def get(self, account: str, other: str) -> Relationship | None: ...
    def record(self, account: str, other: str, *, at: datetime, messages: int = 1) -> None: ...


class ConversationStore(Protocol):
    """The small state of each conversation (see ``screening.stage``), as JSON text."""

    def load(self, conversation: str) -> str | None: ...
    def save(self, conversation: str, state: str, *, at: datetime) -> None: ...
