"""Gathers what is known about an event into the atoms that rules and score ask for.

An atom is a word such as ``act:ask_transfer``, ``pressure:secrecy`` or ``relation:new``, with the words that make it true.
A missing fact is never made into one that reassures: it is named in ``unknown``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from honnin.language import strengths
from honnin.model import (
    Event,
    Evidence,
    Facts,
    Finding,
    IdentityMatch,
    Judgement,
    LinkCheck,
    Reading,
    Relationship,
)
from honnin.screening.stage import ConversationState, Step

SUBJECT = -1
"""The turn number of words that stand in the subject."""
PROFILE = -2
"""The turn number of words that stand in the profile of the account."""
BEFORE = -3
"""The turn number of words that stood in the message before this one; -4 is the one before that, and so on."""

MOST_EVIDENCE = 8
"""Eight quotes for one fact are enough for a reader; a long text must not pile up more."""
PROBE_LENGTH = 80
"""A message up to this long that only asks "are you there?" has no content of its own."""
NEW_DAYS, NEW_MESSAGES = 7, 5
OLD_DAYS, OLD_MESSAGES = 30, 20
MANY_MESSAGES = 60
"""So many messages make an old acquaintance even where nobody says since when."""
CLEAR_RISE = 0.25
"""Log-odds by which a text must have come nearer to known fraud before everything is asked again."""
DAY_BEGINS, DAY_ENDS = 6, 22
"""Hours between which people write about work."""


class FactBook:
    """Facts of one event while they are gathered. ``grew`` says whether anything new was learned since last asked."""

    def __init__(self) -> None:
        self._atoms: dict[str, list[Evidence]] = {}
        self._numbers: dict[str, float] = {}
        self._unknown: set[str] = set()
        self._concepts: frozenset[str] = frozenset()
        self._grew = False
        self._resembled = 0.0

    def add(self, atom: str, evidence: Evidence | None = None) -> None:
        held = self._atoms.get(atom)
        if held is None:
            self._atoms[atom] = [evidence] if evidence else []
            self._grew = True
        elif evidence is not None and len(held) < MOST_EVIDENCE:
            held.append(evidence)

    def number(self, name: str, value: float) -> None:
        self._numbers[name] = value

    def resemblance(self, logit: float) -> None:
        """How much all that was read is written like known fraud; only a clear rise is something new."""
        self._numbers["resemblance"] = logit
        if logit > self._resembled + CLEAR_RISE:
            self._resembled = logit
            self._grew = True

    def missing(self, name: str) -> None:
        self._unknown.add(name)

    def grew(self) -> bool:
        grew, self._grew = self._grew, False
        return grew

    def facts(self) -> Facts:
        """The facts so far. Evidence is shared, not copied: read them before more is added."""
        return Facts(
            {atom: tuple(held) for atom, held in self._atoms.items()}, dict(self._numbers), frozenset(self._unknown)
        )

    def add_event(self, event: Event) -> None:
        self.add(f"kind:{event.kind.value}")
        if event.channel is None:
            self.missing("channel")
        else:
            self.add(f"channel:{event.channel.value}")

    def add_reading(self, reading: Reading, folded: str) -> None:
        """What one text does, presses, names and hides."""
        self._add_findings("act", reading.acts)
        self._add_findings("pressure", reading.pressures)
        self._add_findings("entity", reading.entities)
        self._add_findings("hidden", reading.hidden)
        self._add_concepts(reading.concepts)
        if (
            len(reading.acts) == 1
            and reading.acts[0].kind == "probe"
            and not reading.entities
            and len(folded) <= PROBE_LENGTH
        ):
            self.add("script:contentless_probe", evidence_of(reading.acts[0]))

    def add_links(self, checks: Iterable[LinkCheck]) -> None:
        for check in checks:
            evidence = Evidence(check.url, check.turn, check.start, check.end)
            self.add("link:any", evidence)
            self.add(f"link:{check.level.value}", evidence)
            for reason in check.reasons:
                if atom := LINK_ATOMS.get(reason.id):
                    self.add(atom, evidence)
            self.number("link_score", max(check.score, self._numbers.get("link_score", 0.0)))

    def add_steps(self, steps: Iterable[Step], turn: int) -> None:
        """Stages that the script reached in this turn."""
        for step in steps:
            self.add(f"stage:{step.stage.value}", Evidence(step.quote, turn, step.start, step.end))

    def add_earlier(self, state: ConversationState, at: datetime | None) -> None:
        """What earlier messages of the same conversation did, as far as it is remembered."""
        for seen in state.remembered(at):
            self.add(seen.atom, Evidence(seen.quote, _turn_before(state, seen.turn)))
        for step in state.steps:
            self.add(f"stage:{step.stage.value}", Evidence(step.quote, _turn_before(state, step.turn)))

    def add_relationship(self, relationship: Relationship | None, at: datetime | None) -> None:
        """How well the two accounts know each other at the moment of the event."""
        known = relationship or Relationship()
        days = days_between(known.first_seen, at)
        if days is not None:
            self.number("relation_days", days)
        if known.messages is not None:
            self.number("relation_messages", float(known.messages))
        for atom in relation_atoms(days, known.messages):
            self.add(atom)
        if days is None and known.messages is None:
            self.missing("relation")
        if known.verified:
            self.add("relation:verified")

    def add_trust(self) -> None:
        """Whether this is the account of somebody known: it is theirs, or the two have long written to each other.

        It says nothing of who sits at the keyboard: what is asked still counts, and a change of manner or destination more so.
        """
        if self._atoms.keys() & KNOWN and not self._atoms.keys() & DOUBTS:
            self.add("trust:known_account")

    def add_hour(self, at: datetime | None) -> None:
        """Whether the message was sent at night or on a weekend, by the clock of its own zone; a time in UTC tells none."""
        if at is None or not at.utcoffset():
            return
        if at.weekday() >= SATURDAY or not DAY_BEGINS <= at.hour < DAY_ENDS:
            self.add("time:odd_hours")

    def add_identity(self, match: IdentityMatch, evidence: Evidence) -> None:
        """Whose name the account carries, and whether that person's accounts are known to be others."""
        self.number("identity_score", match.score)
        if match.judgement is Judgement.UNSURE:
            self.add("identity:unsure", evidence)
        if match.judgement is Judgement.SAME:
            self.add("identity:verified" if match.verified else "identity:claims_known_person", evidence)
            if match.verified is False:
                self.add("identity:not_their_account", evidence)
            if match.verified is None:
                self.missing("identity:verified")

    def _add_concepts(self, concepts: frozenset[str]) -> None:
        """Count how many parts of each script have come together in all that was read."""
        if concepts <= self._concepts:
            return
        self._concepts |= concepts
        for theme, strength in strengths(self._concepts).items():
            if strength > self._numbers.get(f"theme_{theme}", 0.0):
                self.number(f"theme_{theme}", float(strength))
                self._grew = True

    def _add_findings(self, family: str, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self.add(f"{family}:{finding.kind}", evidence_of(finding))


def is_bare_opener(facts: Facts) -> bool:
    """Whether all that is known is a question such as "are you at the office?": colleagues ask it all day long.

    >>> is_bare_opener(Facts({"script:contentless_probe": (), "relation:unknown": ()}))
    True
    >>> is_bare_opener(Facts({"script:contentless_probe": (), "relation:first_message": ()}))
    False
    """
    return "script:contentless_probe" in facts.atoms and not facts.atoms.keys() & ODD_OPENERS


def rests_on_more_than_words(facts: Facts) -> bool:
    """Whether links, addresses or accounts speak against the message, which no kind word makes undone."""
    return bool(facts.atoms.keys() & HARD_FACTS)


HARD_FACTS = frozenset(
    {
        "link:danger",
        "link:suspicious",
        "link:mismatch",
        "identity:not_their_account",
        "sender:reply_to_differs",
        "sender:brand_without_its_domain",
        "sender:lookalike_domain",
        "copy:confirmed_fraud",
        "hidden:homoglyph",
        "hidden:tag",
    }
)
ODD_OPENERS = frozenset(
    {
        "relation:new",
        "relation:first_message",
        "identity:claims_known_person",
        "identity:not_their_account",
        "identity:unsure",
        "identity:role_only",
        "sender:free_mail",
        "sender:reply_to_differs",
        "sender:lookalike_domain",
        "sender:company_in_subject",
        "act:excuse_no_call",
    }
)
"""What makes a bare opener worth more than a notice: who it comes from."""


def _turn_before(state: ConversationState, turn: int) -> int:
    return BEFORE - (state.turns - 1 - turn)


SATURDAY = 5
KNOWN = frozenset({"identity:verified", "relation:verified", "relation:established"})
DOUBTS = frozenset(
    {
        "identity:not_their_account",
        "sender:reply_to_differs",
        "sender:lookalike_domain",
    }
)
"""What keeps an account from counting as a known one, whatever else is said of it."""

LINK_ATOMS = {"shortener": "link:shortener", "mismatch": "link:mismatch", "shown_mismatch": "link:mismatch"}
"""Reasons of a link check which the rules speak about by name."""


def evidence_of(finding: Finding) -> Evidence:
    return Evidence(finding.quote, finding.turn, finding.start, finding.end)


def relation_atoms(days: float | None, messages: int | None) -> tuple[str, ...]:
    """What can be said about a relationship of so many days and messages; what is not known says nothing.

    >>> relation_atoms(0, 0), relation_atoms(400, 3), relation_atoms(None, None), relation_atoms(400, None)
    (('relation:first_message', 'relation:new'), ('relation:new',), ('relation:unknown',), ())
    >>> relation_atoms(None, 60)
    ('relation:established',)
    """
    if days is None and messages is None:
        return ("relation:unknown",)
    atoms = ["relation:first_message"] if messages == 0 else []
    if (days is not None and days <= NEW_DAYS) or (messages is not None and messages <= NEW_MESSAGES):
        atoms.append("relation:new")
    elif messages is not None and (
        messages >= MANY_MESSAGES if days is None else days >= OLD_DAYS and messages >= OLD_MESSAGES
    ):
        atoms.append("relation:established")
    return tuple(atoms)


def days_between(first: datetime | None, then: datetime | None) -> float | None:
    """Days from the first contact to the event; a time without a zone is taken as UTC."""
    if first is None or then is None:
        return None
    return max(0.0, (aware(then) - aware(first)).total_seconds() / 86_400)


def aware(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=UTC)
