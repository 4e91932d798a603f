"""A verdict made ready for reading: what was written, what was found in it, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from honnin.model import Event, IdentityMatch, Kind, Level, LinkCheck, Signal, Stage, Turn, Verdict
from honnin.model.text import Language
from honnin.web.marking import LONGEST_SHOWN, Segment, Span, segments, span_of, visible
from honnin.web.words import say

MOST_TURNS = 300
SENDER = "sender"
STEPS = tuple(stage for stage in Stage if stage is not Stage.NONE)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why we speak up, with its number in the text and the words, where words show it."""

    number: int
    text: str
    quote: str
    is_marked: bool


@dataclass(frozen=True, slots=True)
class ShownTurn:
    index: int
    who: str
    is_sender: bool
    is_first_alert: bool
    segments: tuple[Segment, ...]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class ShownLink:
    url: str
    host: str
    level: str
    reasons: tuple[str, ...]
    official: str
    brand: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the script: passed, where we are, or not reached."""

    stage: Stage
    state: str


@dataclass(frozen=True, slots=True)
class Answer:
    level: Level
    reasons: tuple[Reason, ...]
    actions: tuple[str, ...]
    subject: tuple[Segment, ...]
    turns: tuple[ShownTurn, ...]
    left_out: int
    is_conversation: bool
    links: tuple[ShownLink, ...]
    unknown: tuple[str, ...]
    identity: IdentityMatch | None
    steps: tuple[Step, ...]


def answer_of(event: Event, verdict: Verdict, language: Language, *, attachments: Sequence[str] = ()) -> Answer:
    """Make a verdict ready for a page in that language."""
    turns = event.turns or (Turn(event.text, SENDER),)
    signals = _told_once(verdict.signals)
    spans, in_subject, marked = _spans(event, turns, signals)
    reasons = tuple(
        Reason(number, signal.reason.in_language(language), visible(signal.quote[:200]), number in marked)
        for number, signal in enumerate(signals, 1)
    )
    shown = tuple(
        ShownTurn(
            index=index,
            who=visible(turn.who[:100]),
            is_sender=turn.who == SENDER,
            is_first_alert=bool(event.turns) and verdict.first_alert_turn == index,
            segments=segments(turn.text, spans.get(index, ())),
            is_cut=len(turn.text) > LONGEST_SHOWN,
        )
        for index, turn in enumerate(turns)
        if index < MOST_TURNS or index in spans or index == verdict.first_alert_turn
    )
    return Answer(
        level=verdict.level,
        reasons=reasons,
        actions=tuple(action.text.in_language(language) for action in verdict.actions),
        subject=segments(event.subject, in_subject) if event.subject else (),
        turns=shown if event.turns or event.text else (),
        left_out=len(turns) - len(shown),
        is_conversation=bool(event.turns),
        links=tuple(_links(verdict.links, language)),
        unknown=tuple(_unknown(event, verdict, language, attachments)),
        identity=verdict.identity,
        steps=_steps(verdict.stage),
    )


def _told_once(signals: Sequence[Signal]) -> list[Signal]:
    """Leave out what would read the same twice: two rules may see one thing."""
    return list({(signal.reason.ja, signal.quote, signal.turn): signal for signal in reversed(signals)}.values())[::-1]


def _spans(
    event: Event, turns: Sequence[Turn], signals: Sequence[Signal]
) -> tuple[dict[int, list[Span]], list[Span], set[int]]:
    """Find where the words of each reason stand: in which turn, or in the subject."""
    by_turn: dict[int, list[Span]] = {}
    in_subject: list[Span] = []
    marked: set[int] = set()
    for number, signal in enumerate(signals, 1):
        text = turns[signal.turn].text if 0 <= signal.turn < len(turns) else ""
        if span := span_of(text, signal.quote, signal.start, signal.end, number):
            by_turn.setdefault(signal.turn, []).append(span)
        elif span := span_of(event.subject, signal.quote, 0, 0, number):
            in_subject.append(span)
        else:
            continue
        marked.add(number)
    return by_turn, in_subject, marked


def _links(links: Sequence[LinkCheck], language: Language) -> Iterator[ShownLink]:
    for link in {link.url: link for link in links}.values():
        yield ShownLink(
            url=visible(link.url[:500]),
            host=visible(link.host[:300]),
            level=link.level.value,
            reasons=tuple(reason.text.in_language(language) for reason in link.reasons),
            official=link.official,
            brand=link.brand,
        )


def _unknown(event: Event, verdict: Verdict, language: Language, attachments: Sequence[str]) -> Iterator[str]:
    """Say what we could not know, so that nobody takes silence for a yes."""
    sender = event.sender
    if sender is None or not (sender.name or sender.email or sender.account_id):
        yield say("unknown.sender", language)
    elif verdict.identity is None or verdict.identity.verified is None:
        yield say("unknown.identity", language)
    if event.relationship is None and event.kind is not Kind.CONTACT_REQUEST:
        yield say("unknown.relationship", language)
    if verdict.links:
        yield say("unknown.links", language)
    if attachments:
        names = "、".join(visible(name[:80]) for name in attachments[:5])
        yield say("unknown.attachments", language, names=names)


def _steps(reached: Stage) -> tuple[Step, ...]:
    if reached is Stage.NONE:
        return ()
    here = STEPS.index(reached)
    return tuple(
        Step(stage, "passed" if index < here else "here" if index == here else "ahead")
        for index, stage in enumerate(STEPS)
    )
