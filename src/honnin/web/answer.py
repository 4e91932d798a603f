"""A verdict made ready for reading: what was written, what was found in it, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from honnin.app.ports import StoredVerdict
from honnin.model import Event, IdentityMatch, Kind, Level, LinkCheck, SecondOpinion, Signal, Stage, Turn, Verdict
from honnin.model.text import Language
from honnin.screening.facts import BEFORE
from honnin.web.marking import LONGEST_SHOWN, Segment, Span, segments, span_of, visible
from honnin.web.words import say

MOST_TURNS = 300
MOST_POINTS = 6
MOST_SENTENCES = 2
LONGEST_QUOTE = 200
SENDER = "sender"
NOWHERE = -1
STEPS = tuple(stage for stage in Stage if stage is not Stage.NONE)


@dataclass(frozen=True, slots=True)
class Point:
    """Something that stood out: its number in the text, what it means, and the words, where words show it."""

    number: int
    sentences: tuple[str, ...]
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
    points: tuple[Point, ...]
    actions: tuple[str, ...]
    subject: tuple[Segment, ...]
    turns: tuple[ShownTurn, ...]
    left_out: int
    is_conversation: bool
    links: tuple[ShownLink, ...]
    unknown: tuple[str, ...]
    identity: IdentityMatch | None
    steps: tuple[Step, ...]
    why_now: str = ""
    second: SecondOpinion | None = None


def answer_of(
    event: Event,
    verdict: Verdict,
    language: Language,
    *,
    attachments: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> Answer:
    """Make a verdict ready for a page in that language; ``notes`` stand before what else we could not know."""
    turns = event.turns or (Turn(event.text, SENDER),)
    groups = _by_words(verdict.signals)
    if event.turns:  # along a conversation people read from top to bottom
        groups.sort(key=lambda group: (group[0].turn, group[0].start))
    spans, in_subject, marked = _spans(event, turns, [group[0] for group in groups])
    points = tuple(_point(number, group, number in marked, language) for number, group in enumerate(groups, 1))
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
        points=points,
        actions=tuple(action.text.in_language(language) for action in verdict.actions),
        subject=segments(event.subject, in_subject) if event.subject else (),
        turns=shown if event.turns or event.text else (),
        left_out=len(turns) - len(shown),
        is_conversation=bool(event.turns),
        links=tuple(_links(verdict.links, language)),
        unknown=(*notes, *_unknown(event, verdict, language, attachments)),
        identity=verdict.identity,
        steps=_steps(verdict.stage),
        why_now=visible(verdict.why_now.in_language(language)) if verdict.why_now else "",
        second=verdict.second_opinion,
    )


def joined(talk: Sequence[StoredVerdict], current: StoredVerdict) -> tuple[Event, Verdict]:
    """Read messages that came one by one as the conversation they are, with the verdict on the current one first.

    The script showed itself in the first message that was an alert.
    """
    here = next((index for index, item in enumerate(talk) if item == current), None)
    if here is None or len(talk) < 2 or any(item.event.turns for item in talk):
        return current.event, current.verdict
    turns = tuple(Turn(item.event.text, _speaker(item.event, current.event), item.event.sent_at) for item in talk)
    order = [here, *(index for index in reversed(range(len(talk))) if index != here)]
    signals = tuple(_placed(signal, index) for index in order for signal in talk[index].verdict.signals)
    first = next((index for index, item in enumerate(talk) if item.verdict.level.is_alert), None)
    heard = next((found for index in order if (found := talk[index].verdict.second_opinion)), None)
    verdict = replace(current.verdict, signals=signals, first_alert_turn=first, second_opinion=heard)
    return replace(current.event, turns=turns), verdict


def _placed(signal: Signal, index: int) -> Signal:
    """Give a signal of the message at ``index`` its turn in the whole talk."""
    if signal.turn <= BEFORE:
        return replace(signal, turn=max(index + signal.turn - BEFORE - 1, NOWHERE))
    return replace(signal, turn=index) if signal.turn == 0 else signal


def _speaker(event: Event, current: Event) -> str:
    mine, theirs = event.sender, current.sender
    if mine == theirs or (mine and theirs and mine.account_id and mine.account_id == theirs.account_id):
        return SENDER
    return mine.name if mine else ""


def _by_words(signals: Sequence[Signal]) -> list[list[Signal]]:
    """Put together what the same words show, each sentence once, the weightiest first."""
    groups: dict[tuple[str, int], list[Signal]] = {}
    told: set[tuple[str, int, str]] = set()
    for signal in signals:
        key = (signal.quote, signal.turn)
        group = groups.setdefault(key, [])
        if len(group) < MOST_SENTENCES and (*key, signal.reason.ja) not in told:
            told.add((*key, signal.reason.ja))
            group.append(signal)
    return list(groups.values())[:MOST_POINTS]


def _point(number: int, group: Sequence[Signal], is_marked: bool, language: Language) -> Point:
    sentences = tuple(signal.reason.in_language(language) for signal in group)
    return Point(number, sentences, visible(group[0].quote[:LONGEST_QUOTE]), is_marked)


def _spans(
    event: Event, turns: Sequence[Turn], signals: Sequence[Signal]
) -> tuple[dict[int, list[Span]], list[Span], set[int]]:
    """Find where the words of each point stand: in which turn, or in the subject."""
    by_turn: dict[int, list[Span]] = {}
    in_subject: list[Span] = []
    marked: set[int] = set()
    for number, signal in enumerate(signals, 1):
        text = turns[signal.turn].text if 0 <= signal.turn < len(turns) else ""
        if span := span_of(text, signal.quote, signal.start, signal.end, number):
            by_turn.setdefault(signal.turn, []).append(span)
        elif span := span_of(event.subject, signal.quote, signal.start, signal.end, number):
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
