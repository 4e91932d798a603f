"""When another reader is worth asking, and what its opinion may do to a verdict: raise it or explain it, never lower it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from honnin.model import (
    Event,
    Level,
    OpinionFinding,
    OpinionOutcome,
    SecondOpinion,
    Severity,
    Signal,
    Turn,
    Verdict,
)
from honnin.screening.actions import Advisor
from honnin.screening.decide import Policy, in_order
from honnin.screening.engine import Screened
from honnin.screening.facts import PROFILE, SUBJECT
from honnin.screening.opinion.answer import Opinion
from honnin.screening.opinion.vocabulary import vocabulary

KNOWN = "trust:known_account"
_SEVERITY = {Level.NOTICE: Severity.MEDIUM, Level.CAUTION: Severity.HIGH, Level.DANGER: Severity.CRITICAL}
"""The severity by which a finding asks for the level the verdict was raised to."""


@dataclass(frozen=True, slots=True)
class Band:
    """The scores between which a second opinion can matter."""

    lowest: float
    highest: float

    def holds(self, screened: Screened, policy: Policy) -> bool:
        """Whether to ask: never about danger, nor about a known account with nothing found.

        A level that a rule asked for counts as the score that would ask for it.
        """
        verdict = screened.verdict
        if verdict.level is Level.DANGER or (verdict.level is Level.OK and KNOWN in screened.facts.atoms):
            return False
        policy = policy.on_the_way_of(screened.facts)
        as_score = {Level.NOTICE: policy.notice, Level.CAUTION: policy.caution}.get(verdict.level, 0.0)
        return self.lowest <= max(verdict.score, as_score) <= self.highest


def combine(event: Event, screened: Screened, opinion: Opinion | None, *, by: str, advisor: Advisor) -> Verdict:
    """Add an opinion to a verdict; None stands for one that was asked for and did not come in a form we trust.

    Nothing that was found is taken away, and the level never falls. An opinion alone makes no more than a caution; danger
    needs an alert of our own beside it. The score stays ours: it is calibrated, an opinion is not.
    """
    verdict = screened.verdict
    if opinion is None or not opinion.findings:
        outcome = OpinionOutcome.UNANSWERED if opinion is None else OpinionOutcome.NOTHING_ADDED
        heard = SecondOpinion(by, outcome, verdict.level, opinion.level if opinion else None)
        return replace(verdict, second_opinion=heard)
    level = max(verdict.level, min(opinion.level, _ceiling(verdict, opinion), key=_rank), key=_rank)
    is_raised = level is not verdict.level
    outcome = OpinionOutcome.RAISED if is_raised else OpinionOutcome.EXPLAINED
    severity = _SEVERITY[level] if is_raised else Severity.LOW
    added = tuple(_signal(event, finding, severity) for finding in opinion.findings)
    found = replace(
        verdict,
        level=level,
        signals=in_order((*verdict.signals, *added)),
        second_opinion=SecondOpinion(by, outcome, verdict.level, opinion.level, opinion.findings),
    )
    if not is_raised:
        return found
    atoms = {*screened.facts.atoms, *_advised(opinion)}
    return replace(
        found,
        first_alert_turn=_first_alert(event, verdict, opinion) if level.is_alert else verdict.first_alert_turn,
        actions=advisor.advise(level, atoms, verdict.links),
    )


def _rank(level: Level) -> int:
    return level.rank


def _ceiling(verdict: Verdict, opinion: Opinion) -> Level:
    """How far this opinion may raise this verdict."""
    tactics = vocabulary().tactics
    if all(tactics[finding.tactic].is_weak for finding in opinion.findings if finding.tactic in tactics):
        return Level.NOTICE
    return Level.DANGER if verdict.level.is_alert else Level.CAUTION


def _signal(event: Event, finding: OpinionFinding, severity: Severity) -> Signal:
    """Say it in our own words, with the very words of the message."""
    quote = _text(event, finding.turn)[finding.start : finding.end]
    start = finding.start + len(quote) - len(quote.lstrip())
    quote = quote.strip()
    name = f"second-opinion-{finding.tactic.replace('_', '-')}"
    reason = vocabulary().tactics[finding.tactic].reason
    return Signal(name, severity, quote, reason, finding.turn, start, start + len(quote))


def _text(event: Event, turn: int) -> str:
    if turn == PROFILE:
        return event.sender.bio if event.sender else ""
    if turn == SUBJECT:
        return event.subject
    turns = event.turns or (Turn(event.text),)
    return turns[turn].text if 0 <= turn < len(turns) else ""


def _advised(opinion: Opinion) -> Iterator[str]:
    for finding in opinion.findings:
        yield from vocabulary().tactics[finding.tactic].advise


def _first_alert(event: Event, verdict: Verdict, opinion: Opinion) -> int | None:
    """The turn with which it became an alert: the last of those the opinion rests on."""
    if not event.turns or verdict.first_alert_turn is not None:
        return verdict.first_alert_turn
    return max(0, *(finding.turn for finding in opinion.findings))
