"""What we say about an event."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from honnin.model.identity import IdentityMatch
from honnin.model.link import LinkCheck
from honnin.model.text import Text


class Level(StrEnum):
    """How strongly we speak. ``ok`` means "nothing found"; we never say "safe"."""

    OK = "ok"
    NOTICE = "notice"
    CAUTION = "caution"
    DANGER = "danger"

    @property
    def rank(self) -> int:
        return ("ok", "notice", "caution", "danger").index(self.value)

    @property
    def is_alert(self) -> bool:
        return self in {Level.CAUTION, Level.DANGER}


class Severity(StrEnum):
    """How much one finding says by itself. ``high`` lifts the verdict to caution, ``critical`` to danger."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Stage(StrEnum):
    """How far the script has gone in this conversation."""

    NONE = "none"
    CONTACT = "contact"
    PROBE = "probe"
    ISOLATE = "isolate"
    MOVE = "move"
    ASK = "ask"
    PUSH = "push"
    THANK = "thank"


@dataclass(frozen=True, slots=True)
class Signal:
    """One finding: what was seen (``quote``) and what it means for the reader (``reason``), never how we know."""

    id: str
    severity: Severity
    quote: str
    reason: Text
    turn: int = 0
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do next, most important first."""

    id: str
    text: Text


class OpinionOutcome(StrEnum):
    """What a second opinion did to the verdict. There is no member for lowering it."""

    RAISED = "raised"
    EXPLAINED = "explained"
    NOTHING_ADDED = "nothing_added"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class OpinionFinding:
    """A tactic by its name in our own vocabulary, and the place in the original at which it was seen."""

    tactic: str
    turn: int = 0
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """That another reader was asked about the event as well, and what came of it, for those who look back.

    ``by`` is that reader as the operator named it. ``level`` is what it asked for, None where no usable answer came;
    ``level_without`` is what the verdict says without it.
    """

    by: str
    outcome: OpinionOutcome
    level_without: Level
    level: Level | None = None
    findings: tuple[OpinionFinding, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """``score`` is the calibrated probability (0..1) of fraud; ``pack`` names rules and weights that were used.

    ``why_now`` says what the alerting turn added to earlier ones, where it was the order that gave the script away.
    ``second_opinion`` is None where nobody else was asked.
    """

    id: str
    level: Level
    score: float
    stage: Stage
    first_alert_turn: int | None
    signals: tuple[Signal, ...]
    identity: IdentityMatch | None
    links: tuple[LinkCheck, ...]
    actions: tuple[Action, ...]
    pack: str
    why_now: Text | None = None
    second_opinion: SecondOpinion | None = None
