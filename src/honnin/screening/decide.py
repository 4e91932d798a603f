"""From signals and a calibrated score to one level: how strongly to speak."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib.resources import files

import yaml

from honnin.model import Level, Severity, Signal, Text

LIFTS = {
    Severity.LOW: Level.OK,
    Severity.MEDIUM: Level.NOTICE,
    Severity.HIGH: Level.CAUTION,
    Severity.CRITICAL: Level.DANGER,
}
"""The level that one signal alone asks for. A low one explains, but raises nobody's voice."""

RESEMBLES = "resembles-known-fraud"
RESEMBLANCE_REASON = Text(
    "この文章の運び方は、これまでに報告された詐欺の文面とよく似ています。"
    "返信・送金・クリックの前に、以前から知っている連絡先で本人に確かめてください。",
    "The way this is written closely resembles fraud that was reported before. "
    "Before you reply, pay or click, check with the person through a contact you already had.",
)
WORTH_A_LOOK = "worth-a-look"
LOOK_REASON = Text(
    "お金や情報、手続きにかかわる頼みごとのようです。心当たりがなければ、応じる前に、以前から知っている連絡先で確かめてください。",
    "This seems to ask for money, data or a procedure. If you did not expect it, check through a contact you already had "
    "before you act.",
)
ORDER = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)


@dataclass(frozen=True, slots=True)
class Policy:
    """From which calibrated probability of fraud on the verdict speaks up by itself.

    Below ``doubt`` everything that was read speaks so clearly against fraud that one grave finding is worth a notice only: a
    scam that is quoted in a warning, a surprise party.
    """

    notice: float
    caution: float
    danger: float
    doubt: float = 0.0

    @classmethod
    def load(cls) -> Policy:
        """The thresholds that were fitted together with the shipped score."""
        kept = yaml.safe_load((files("honnin.screening") / "data" / "policy.yaml").read_text("utf-8"))
        return cls(*(float(kept[name]) for name in ("notice", "caution", "danger", "doubt")))

    def level_of(self, score: float) -> Level:
        """The level for a probability alone.

        >>> Policy(0.3, 0.5, 0.9).level_of(0.5)
        <Level.CAUTION: 'caution'>
        """
        if score >= self.danger:
            return Level.DANGER
        if score >= self.caution:
            return Level.CAUTION
        return Level.NOTICE if score >= self.notice else Level.OK


def weighed(signals: Iterable[Signal], score: float, policy: Policy) -> tuple[Signal, ...]:
    """The signals as they are told beside this score: a grave one that is doubted is worth a look."""
    doubted = score < policy.doubt
    return tuple(
        replace(signal, severity=Severity.MEDIUM) if doubted and signal.severity is Severity.HIGH else signal
        for signal in signals
    )


def decide(signals: Iterable[Signal], score: float, policy: Policy, *, bare: bool = False) -> Level:
    """The strongest of what the signals and the score ask for; the score of a ``bare`` opener asks for a notice at most.

    >>> decide([], 0.7, Policy(0.3, 0.5, 0.9), bare=True).value
    'notice'
    """
    by_score = policy.level_of(score)
    if bare and by_score.is_alert:
        by_score = Level.NOTICE
    asked = [lifts(signal.severity, score, policy) for signal in signals]
    return max([by_score, *asked], key=lambda level: level.rank)


def lifts(severity: Severity, score: float, policy: Policy) -> Level:
    """The level that one signal asks for beside this score; the gravest ask for it whatever the score.

    >>> policy = Policy(0.3, 0.5, 0.9, doubt=0.1)
    >>> lifts(Severity.HIGH, 0.2, policy).value, lifts(Severity.HIGH, 0.05, policy).value
    ('caution', 'notice')
    """
    return LIFTS[Severity.MEDIUM if severity is Severity.HIGH and score < policy.doubt else severity]


def in_order(signals: Iterable[Signal]) -> tuple[Signal, ...]:
    """The gravest first, and among equals as they stand in the text."""
    return tuple(sorted(signals, key=lambda signal: (ORDER.index(signal.severity), signal.turn, signal.start)))
