"""From signals and a calibrated score to one level: how strongly to speak."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
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
    """From which calibrated probability of fraud on the verdict speaks up by itself."""

    notice: float
    caution: float
    danger: float

    @classmethod
    def load(cls) -> Policy:
        """The thresholds that were fitted together with the shipped score."""
        kept = yaml.safe_load((files("honnin.screening") / "data" / "policy.yaml").read_text("utf-8"))
        return cls(float(kept["notice"]), float(kept["caution"]), float(kept["danger"]))

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


def decide(signals: Iterable[Signal], score: float, policy: Policy) -> Level:
    """The strongest of what the signals and the score ask for. Nothing ever lowers a level."""
    asked = [LIFTS[signal.severity] for signal in signals]
    return max([policy.level_of(score), *asked], key=lambda level: level.rank)


def in_order(signals: Iterable[Signal]) -> tuple[Signal, ...]:
    """The gravest first, and among equals as they stand in the text."""
    return tuple(sorted(signals, key=lambda signal: (ORDER.index(signal.severity), signal.turn, signal.start)))
