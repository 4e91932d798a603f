"""A rule: what it watches for, what it tells the reader, and the examples that prove it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from honnin.model import Account, Channel, Kind, Person, Severity, Text, Turn
from honnin.rules.condition import Condition


class State(StrEnum):
    """How far a rule has come. A rule moves forward step by step; only ``live`` ones speak to people."""

    DRAFT = "draft"
    """Being written: read by the linter, never evaluated."""
    SHADOW = "shadow"
    """On trial: evaluated and counted, but told to nobody."""
    LIVE = "live"
    """At work: its signals reach the reader."""
    EXPIRED = "expired"
    """Over: kept for the record, never evaluated."""

    @property
    def is_evaluated(self) -> bool:
        return self in {State.SHADOW, State.LIVE}


@dataclass(frozen=True, slots=True)
class Example:
    """One invented message and what is known around it; a part left out is unknown, as in a real event.

    ``copy_of`` is the text of a fraud that was confirmed before.
    """

    text: str = ""
    turns: tuple[Turn, ...] = ()
    subject: str = ""
    lang: str = ""
    contact_days: float | None = None
    messages: int | None = None
    verified: bool | None = None
    channel: Channel | None = None
    kind: Kind | None = None
    sender: Account | None = None
    directory: tuple[Person, ...] = ()
    copy_of: str = ""
    line: int = 0
    file: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """``reason`` is for the reader; everything else is for those who run the product."""

    id: str
    title: Text
    severity: Severity
    state: State
    attack_types: tuple[str, ...]
    tactics: tuple[str, ...]
    when: Condition
    reason: Text
    fires_on: tuple[Example, ...] = ()
    silent_on: tuple[Example, ...] = ()
    expires: date | None = None
    line: int = 0
    file: str = ""

    def is_over(self, today: date | None) -> bool:
        """Whether its last day has passed; without a date to compare, a rule goes on."""
        return today is not None and self.expires is not None and today > self.expires


@dataclass(frozen=True, slots=True)
class LocalChange:
    """What a site changes on a shipped rule without editing it."""

    state: State | None = None
    severity: Severity | None = None
    line: int = 0
    file: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """A condition with its name, and where it is written."""

    name: str
    condition: Condition
    line: int = 0
    file: str = ""


@dataclass(frozen=True, slots=True)
class PackContent:
    """Everything written in one file of a pack."""

    ids: tuple[str, ...] = ()
    definitions: tuple[Definition, ...] = ()
    rules: tuple[Rule, ...] = ()
    local: tuple[tuple[str, LocalChange], ...] = ()
