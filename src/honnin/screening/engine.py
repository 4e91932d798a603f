"""One event in, one verdict out: the whole screening, pure and in one pass over the text.

The event is read turn by turn. Facts only add up, so that rules and score are asked again just when a turn brought a
new kind of fact; a conversation of ten thousand turns costs what its words cost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from honnin.copies import Memory
from honnin.identity import Directory
from honnin.language import Growing, Reader, Resemblance
from honnin.links import Links
from honnin.model import (
    Act,
    Event,
    Facts,
    Finding,
    Level,
    Pressure,
    Reading,
    Relationship,
    Severity,
    Signal,
    Stage,
    Text,
    Verdict,
)
from honnin.rules import Pack, evaluate, severities, shipped_pack
from honnin.screening.actions import Advisor
from honnin.screening.contact import Contact, own_domains
from honnin.screening.copies import CopyReader
from honnin.screening.decide import (
    LIFTS,
    LOOK_REASON,
    RESEMBLANCE_REASON,
    RESEMBLES,
    WORTH_A_LOOK,
    Policy,
    decide,
    in_order,
    is_doubted,
    level_by_score,
    lifts,
    weighed,
)
from honnin.screening.facts import BEFORE, PROFILE, SUBJECT, FactBook, evidence_of
from honnin.screening.links import LinkReader
from honnin.screening.score import Score
from honnin.screening.stage import ConversationState, Machine
from honnin.screening.why import why_now
from honnin.text import Normalised, normalise

EXAMINED = "sender"
"""The label of the account under examination in ``Turn.who``."""

IDLE = frozenset({Act.ALREADY_DONE, Act.WARN_ABOUT_FRAUD, Pressure.AUTHORITY, Pressure.UNAVAILABLE, Pressure.REWARD})
"""What does not take a conversation any further."""

LONGEST_QUESTION = 400
"""What the other side says at greater length is no question for an account."""

NOTHING = Memory()
"""What is remembered where nothing is."""

READ_FOR_RESEMBLANCE = 6_000
"""Characters after which the way a conversation is written is known well enough."""


def examined(event: Event) -> Iterator[tuple[int, str]]:
    """What the account under examination wrote, each text with its place; everybody where no turn is marked as theirs.

    >>> from honnin.model import Turn
    >>> list(examined(Event("e", subject="Hello", turns=(Turn("Are you there?", "sender"), Turn("Yes", "me")))))
    [(-1, 'Hello'), (0, 'Are you there?')]
    """
    if event.subject:
        yield SUBJECT, event.subject
    if not event.turns:
        yield 0, event.text
        return
    marked = any(turn.who == EXAMINED for turn in event.turns)
    for index, turn in enumerate(event.turns):
        if not marked or turn.who == EXAMINED:
            yield index, turn.text


@dataclass(frozen=True, slots=True)
class Screened:
    """A verdict with what it rests on: the facts, for those who fit and test; the state, for the next message.

    ``copy_of`` is the id of the remembered fraud of which the event is a near copy.
    """

    verdict: Verdict
    facts: Facts
    state: ConversationState
    concepts: frozenset[str]
    copy_of: str = ""


@dataclass(frozen=True, slots=True)
class Engine:
    """Everything screening needs, built once. It holds no state and can be shared by threads."""

    reader: Reader
    resemblance: Resemblance
    links: Links
    pack: Pack
    score: Score
    policy: Policy
    advisor: Advisor

    @classmethod
    def load(cls, pack: Pack | None = None) -> Engine:
        """The engine with all that comes with the product; ``pack`` replaces the shipped rules."""
        return cls(
            Reader(), Resemblance.load(), Links(), pack or shipped_pack(), Score.load(), Policy.load(), Advisor.load()
        )

    def screen(
        self,
        event: Event,
        *,
        directory: Directory | None = None,
        relationship: Relationship | None = None,
        state: ConversationState | None = None,
        memory: Memory | None = None,
    ) -> Verdict:
        """Say what is found in the event and how strongly.

        ``directory`` is the installed one, beside the people the event itself brings. ``relationship`` is what is known
        of the two accounts (the event's own is used where none is given), ``state`` what is remembered of the
        conversation this event goes on with, ``memory`` the confirmed fraud whose near copies are known again.
        """
        return self.screening(event, directory=directory, relationship=relationship, state=state, memory=memory).verdict

    def screening(
        self,
        event: Event,
        *,
        directory: Directory | None = None,
        relationship: Relationship | None = None,
        state: ConversationState | None = None,
        memory: Memory | None = None,
    ) -> Screened:
        """Screen, and keep what the verdict rests on."""
        known = event.relationship if relationship is None else relationship
        return _Screening(self, event, directory, known, state or ConversationState(), memory=memory or NOTHING).run()


@dataclass(frozen=True, slots=True)
class _Opinion:
    """What can be said with the facts at one moment."""

    level: Level
    score: float
    signals: tuple[Signal, ...]
    facts: Facts


class _Screening:
    """One run of the engine over one event."""

    def __init__(
        self,
        engine: Engine,
        event: Event,
        directory: Directory | None,
        relationship: Relationship | None,
        before: ConversationState,
        *,
        memory: Memory,
    ) -> None:
        self._engine = engine
        self._event = event
        self._before = before
        self._at = event.sent_at or next((turn.sent_at for turn in event.turns if turn.sent_at), None)
        self._book = FactBook()
        self._machine = Machine(before)
        self._contact = Contact(event, directory, engine.links)
        self._links = LinkReader(engine.links, own_domains(directory) if directory is not None else frozenset())
        self._copies = CopyReader(memory, event)
        self._texts: list[tuple[int, Normalised]] = []
        self._concepts: frozenset[str] = frozenset()
        self._length = self._told = 0
        self._growing = Growing(engine.resemblance)
        self._went_on = False
        self._asked_for_account = False
        self._marked = any(turn.who == EXAMINED for turn in event.turns)
        self._one_hand = self._marked or len({turn.who for turn in event.turns}) <= 1
        self._relationship = relationship

    def run(self) -> Screened:
        first_alert: int | None = None
        last_turn = 0
        self._read_surroundings()
        for turn, text in self._turns():
            last_turn = max(turn, 0)
            self._read_turn(normalise(text), turn)
            if first_alert is None and self._event.turns and self._book.grew() and self._alerts():
                first_alert = max(turn, 0)
        last = self._opinion()
        if first_alert is None and self._event.turns and last.level.is_alert:
            first_alert = last_turn
        if not last.level.is_alert:
            first_alert = None
        return Screened(
            self._verdict(last, first_alert),
            last.facts,
            self._machine.state(self._at),
            self._concepts,
            self._copies.found,
        )

    def _read_surroundings(self) -> None:
        """What is known before a word was read: who writes to whom, in what kind of event."""
        book = self._book
        book.add_event(self._event)
        book.add_relationship(self._relationship, self._at)
        book.number("turns", float(len(self._event.turns) or 1))
        book.add_hour(self._event.sent_at)
        self._contact.add_sender(book)
        book.add_trust()

    def _turns(self) -> Iterator[tuple[int, str]]:
        """The texts of the account under examination, each with its place; what others say between is heard on the way."""
        event = self._event
        if event.sender is not None and event.sender.bio:
            yield PROFILE, event.sender.bio
        if not self._marked:
            yield from examined(event)
            return
        if event.subject:
            yield SUBJECT, event.subject
        for index, turn in enumerate(event.turns):
            if turn.who == EXAMINED:
                yield index, turn.text
            else:
                self._hear(turn.text)

    def _hear(self, text: str) -> None:
        """Note that the other side asked for an account by itself, before anything was asked of it."""
        if self._machine.stage is Stage.NONE and len(text) <= LONGEST_QUESTION:
            acts = self._engine.reader.read(normalise(text)).acts
            self._asked_for_account |= any(act.kind == Act.ASK_ACCOUNT_DATA for act in acts)

    def _read_turn(self, text: Normalised, turn: int) -> None:
        reading = self._engine.reader.read(text, turn=turn)
        book = self._book
        book.add_reading(reading, text.text)
        findings = (*reading.acts, *reading.pressures)
        if self._before.turns and not self._went_on and any(finding.kind not in IDLE for finding in findings):
            # Only a message that asks or presses goes on with the script: small talk is not blamed for what went before.
            self._went_on = True
            book.add_earlier(self._before, self._at)
        if turn >= 0:
            self._read_step(findings, reading, text, turn)
        book.add_links(self._links.read(text, turn))
        self._contact.read(book, text, turn)
        self._copies.read(book, text, turn)
        if turn != PROFILE and self._length < READ_FOR_RESEMBLANCE:
            self._texts.append((turn, text))
            self._concepts |= reading.concepts
            self._length += len(text.text) + 1
        self._measure()

    def _read_step(self, findings: tuple[Finding, ...], reading: Reading, text: Normalised, turn: int) -> None:
        """How the turn goes on with the script, and with what this account wrote and named before."""
        book, machine = self._book, self._machine
        answered = self._asked_for_account and machine.stage is Stage.NONE
        for entity in machine.new_destinations(reading.entities):
            book.add("destination:new", evidence_of(entity))
        asking = next((finding for finding in findings if finding.kind not in IDLE), None)
        if self._one_hand and machine.breaks_manner(text.text) and asking is not None:
            book.add("manner:broken", evidence_of(asking))
        book.add_steps(machine.read(findings, text.text), turn)
        for act in reading.acts:
            if answered and act.kind == Act.GIVE_ACCOUNT:
                book.add("answers:account", evidence_of(act))

    def _measure(self) -> None:
        """How much all texts so far are written like known fraud; each text is looked at once, the first few thousand letters."""
        if self._told < len(self._texts):
            for _, text in self._texts[self._told :]:
                self._growing.add(text.text)
            self._told = len(self._texts)
            self._book.resemblance(self._growing.logit(self._concepts))

    def _alerts(self) -> bool:
        """Whether the facts so far ask for an alert.

        The words that prove it are looked for once, at the end; only where earlier messages take part they decide now.
        """
        if self._before.turns:
            return self._opinion().level.is_alert
        engine, facts = self._engine, self._book.facts()
        score = engine.score.probability(facts)
        found = severities(engine.pack, facts, today=self._today())
        doubted = is_doubted(score, engine.policy, facts)
        by_score = level_by_score(score, engine.policy, facts).is_alert
        return by_score or any(lifts(one, doubted=doubted).is_alert for one in found)

    def _today(self) -> date | None:
        return self._at.date() if self._at else None

    def _opinion(self) -> _Opinion:
        engine = self._engine
        facts = self._book.facts()
        # What stands in earlier messages alone was said when they came.
        found = evaluate(engine.pack, facts, today=self._today()).signals
        score = engine.score.probability(facts)
        signals = weighed((signal for signal in found if signal.turn > BEFORE), score, engine.policy, facts)
        level = decide(signals, score, engine.policy, facts)
        return _Opinion(level, score, signals, facts)

    def _verdict(self, opinion: _Opinion, first_alert: int | None) -> Verdict:
        links = self._links.checks()
        signals = opinion.signals
        if opinion.level.is_alert and not any(LIFTS[signal.severity].is_alert for signal in signals):
            signals = (*signals, self._score_signal(opinion.facts, RESEMBLES, Severity.HIGH, RESEMBLANCE_REASON))
        elif opinion.level is Level.NOTICE and not any(LIFTS[one.severity] is Level.NOTICE for one in signals):
            signals = (*signals, self._score_signal(opinion.facts, WORTH_A_LOOK, Severity.MEDIUM, LOOK_REASON))
        return Verdict(
            id=self._event.id,
            level=opinion.level,
            score=round(opinion.score, 4),
            stage=self._machine.stage,
            first_alert_turn=first_alert,
            signals=in_order(signals),
            identity=self._contact.match,
            links=links,
            actions=self._engine.advisor.advise(opinion.level, opinion.facts.atoms.keys(), links),
            pack=self._engine.pack.label,
            why_now=why_now(opinion.facts, first_alert or 0) if opinion.level.is_alert else None,
        )

    def _score_signal(self, facts: Facts, name: str, severity: Severity, reason: Text) -> Signal:
        """What to say where the score alone speaks up, with the words that weigh most."""
        if evidence := self._engine.score.heaviest(facts):
            return Signal(name, severity, evidence.quote, reason, evidence.turn, evidence.start, evidence.end)
        resemblance = self._engine.resemblance
        turn, text = self._texts[0]
        if len(self._texts) > 1:
            turn, text = max(self._texts, key=lambda read: resemblance.logit(read[1].text))
        start, end = resemblance.excerpt(text.text)
        first, last = text.span(start, end)
        return Signal(name, severity, text.quote(start, end), reason, turn, first, last)
