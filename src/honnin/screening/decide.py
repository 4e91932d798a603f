"""From signals and a calibrated score to one level: how strongly to speak."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib.resources import files

import yaml

from honnin.model import Facts, Level, Severity, Signal, Text
from honnin.screening.facts import is_bare_opener, rests_on_more_than_words

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
NOTHING = Facts({})
LETTERS, TALK = "", "talk"
WAYS = {
    "channel:mail": LETTERS,
    "channel:sms": LETTERS,
    "channel:chat": TALK,
    "channel:contact_request": TALK,
    "channel:meeting": TALK,
    "channel:phone_script": TALK,
    "kind:conversation": TALK,
    "kind:contact_request": TALK,
}
"""On which way people write: the first sign that is known counts, and where none is, a letter is meant. An SMS counts as one."""
ORDER = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)


@dataclass(frozen=True, slots=True)
class Policy:
    """From which calibrated probability of fraud on the verdict speaks up by itself.

    ``ways`` holds what ``caution`` is elsewhere than in mail and SMS: ordinary talk is less like fraud than ordinary mail, so that
    less is needed there for the same share of false alerts. A notice is asked for at half of it.

    Below ``doubt`` everything that was read speaks so clearly against fraud that one grave finding is worth a notice only: a
    scam that is quoted in a warning, a surprise party.
    """

    notice: float
    caution: float
    danger: float
    doubt: float = 0.0
    ways: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def load(cls) -> Policy:
        """The thresholds that were fitted together with the shipped score."""
        kept = yaml.safe_load((files("honnin.screening") / "data" / "policy.yaml").read_text("utf-8"))
        return cls(**kept)

    def on_the_way_of(self, facts: Facts) -> Policy:
        """The thresholds for the way on which the event came.

        >>> Policy(0.3, 0.6, 0.9, ways={"talk": 0.2}).on_the_way_of(Facts({"channel:chat": ()})).caution
        0.2
        """
        caution = self.ways.get(way_of(facts))
        return self if caution is None else replace(self, notice=caution / 2, caution=caution)

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


def weighed(signals: Iterable[Signal], score: float, policy: Policy, facts: Facts = NOTHING) -> tuple[Signal, ...]:
    """The signals as they are told beside this score: a grave one that is doubted is worth a look."""
    doubted = is_doubted(score, policy, facts)
    return tuple(
        replace(signal, severity=Severity.MEDIUM) if doubted and signal.severity is Severity.HIGH else signal
        for signal in signals
    )


def decide(signals: Iterable[Signal], score: float, policy: Policy, facts: Facts = NOTHING) -> Level:
    """The strongest of what the signals and the score ask for; the score of a bare opener asks for a notice at most.

    >>> decide([], 0.7, Policy(0.3, 0.5, 0.9), Facts({"script:contentless_probe": ()})).value
    'notice'
    """
    doubted = is_doubted(score, policy, facts)
    asked = [lifts(signal.severity, doubted=doubted) for signal in signals]
    return max([level_by_score(score, policy, facts), *asked], key=lambda level: level.rank)


def level_by_score(score: float, policy: Policy, facts: Facts) -> Level:
    """The level that the score alone asks for."""
    level = policy.on_the_way_of(facts).level_of(score)
    return Level.NOTICE if level.is_alert and is_bare_opener(facts) else level


def way_of(facts: Facts) -> str:
    """Return the way on which an event came, empty for letters.

    >>> way_of(Facts({"channel:sms": ()})), way_of(Facts({"kind:conversation": ()})), way_of(Facts({}))
    ('', 'talk', '')
    """
    return next((way for sign, way in WAYS.items() if sign in facts.atoms), LETTERS)


def is_doubted(score: float, policy: Policy, facts: Facts) -> bool:
    """Whether a grave finding is doubted: only where it rests on words, for a link or an account does not change its mind."""
    return score < policy.doubt and not rests_on_more_than_words(facts)


def lifts(severity: Severity, *, doubted: bool) -> Level:
    """The level that one signal asks for; the gravest ask for it whatever the score.

    >>> lifts(Severity.HIGH, doubted=False).value, lifts(Severity.HIGH, doubted=True).value
    ('caution', 'notice')
    """
    return LIFTS[Severity.MEDIUM if doubted and severity is Severity.HIGH else severity]


def in_order(signals: Iterable[Signal]) -> tuple[Signal, ...]:
    """The gravest first, and among equals as they stand in the text."""
    return tuple(sorted(signals, key=lambda signal: (ORDER.index(signal.severity), signal.turn, signal.start)))
