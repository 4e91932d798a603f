"""What another reader is asked: the few sentences that matter, masked, with nothing that tells who writes to whom."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from honnin.language.people import People
from honnin.links import Links
from honnin.model import Account, Event, Facts, Level, Person, Recipient
from honnin.screening.copies import SENDER
from honnin.screening.engine import Screened
from honnin.screening.facts import BEFORE, PROFILE, SUBJECT
from honnin.screening.opinion.masking import Mask
from honnin.screening.opinion.vocabulary import vocabulary

MOST_LINES = 24
MOST_CHARACTERS = 2_400
"""So many characters of the original leave at most, however long it is."""
LONGEST_LINE = 240
LONGEST_MASKED = 400
"""A line may grow by its placeholders, and where one character folds to many; not beyond this."""
MOST_EARLIER = 6
MOST_FINDINGS = 4
SENT_WHOLE = 600
"""A message of so many characters leaves whole; of a longer one only what matters does."""
READ_WHOLE = 4_000
"""A longer text is only looked at where something was found, and at its two ends."""
AROUND = 240
ENDS = 3
"""So many sentences at the beginning and at the end are part of what matters."""
REST = 3
LAST_TURNS = 4
MOST_PEOPLE = 500

_TELLING = ("act:", "pressure:", "link:", "script:", "identity:", "hidden:", "copy:", "destination:", "manner:")
# A full stop within a word and the question mark of an address end no sentence.
_SENTENCE = re.compile(r"(?:[^。!?！？\n.]|\.(?!\s|\Z)|[!?](?=[A-Za-z0-9=&/%_#-])){1,240}[。!?！？.]*")


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence as it leaves (``text``), and where it stands in the original."""

    text: str
    turn: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Question:
    """``lines`` are numbered from 1 in what leaves; ``earlier`` are words of earlier messages, oldest first.

    ``known`` and ``account`` are closed words: how long the two know each other, and whether the account is that of the
    person it claims to be.
    """

    lines: tuple[Line, ...]
    earlier: tuple[str, ...] = ()
    channel: str = "unknown"
    known: str = "unknown"
    account: str = "unknown"

    def instructions(self) -> str:
        """What the other reader is told; the same for every question."""
        told = vocabulary()
        return "\n".join([told.instructions, *(f"- {tactic.id}: {tactic.tell}" for tactic in told.tactics.values())])

    def evidence(self) -> str:
        """The question as JSON, so that no words of a message can step out of their place."""
        messages = {turn: place for place, turn in enumerate(dict.fromkeys(line.turn for line in self.lines), 1)}
        return json.dumps(
            {
                "channel": self.channel,
                "known": self.known,
                "account": self.account,
                "earlier": list(self.earlier),
                "lines": [
                    {"line": number, "message": PLACES.get(line.turn, messages[line.turn]), "text": line.text}
                    for number, line in enumerate(self.lines, 1)
                ],
            },
            ensure_ascii=False,
        )

    def answer_schema(self) -> dict[str, Any]:
        """The only shape an answer may have, as JSON Schema."""
        finding = {
            "type": "object",
            "properties": {
                "tactic": {"type": "string", "enum": list(vocabulary().tactics)},
                "line": {"type": "integer", "minimum": 1, "maximum": len(self.lines)},
            },
            "required": ["tactic", "line"],
            "additionalProperties": False,
        }
        return {
            "type": "object",
            "properties": {
                "level": {"type": "string", "enum": [level.value for level in Level]},
                "findings": {"type": "array", "items": finding, "maxItems": MOST_FINDINGS},
            },
            "required": ["level", "findings"],
            "additionalProperties": False,
        }


PLACES: Mapping[int, str] = {SUBJECT: "subject", PROFILE: "profile"}


def question_of(event: Event, screened: Screened, links: Links, people: People) -> Question | None:
    """Make the question about an event, or None where it holds no words to ask about."""
    texts = dict(_texts(event))
    places = _chosen(texts, screened.facts)
    if not places:
        return None
    mask = Mask(_names(event, screened), _ids(event), links, people)
    earlier = _earlier(screened.facts)
    for original in (*earlier, *(texts[turn][start:end] for turn, start, end in places)):
        mask.listen(original)
    atoms = screened.facts.atoms
    return Question(
        earlier=tuple(mask(quote)[:LONGEST_MASKED] for quote in earlier),
        lines=tuple(
            Line(mask(texts[turn], start, end)[:LONGEST_MASKED], turn, start, end) for turn, start, end in places
        ),
        channel=event.channel.value if event.channel else "unknown",
        known="new" if "relation:new" in atoms else "established" if "relation:established" in atoms else "unknown",
        account=(
            "not_theirs"
            if "identity:not_their_account" in atoms
            else "theirs"
            if "identity:verified" in atoms
            else "unknown"
        ),
    )


def _texts(event: Event) -> Iterator[tuple[int, str]]:
    """The words of the account under examination by their turn; nobody else's words leave."""
    if event.sender is not None and event.sender.bio:
        yield PROFILE, event.sender.bio
    if event.subject:
        yield SUBJECT, event.subject
    if not event.turns:
        yield 0, event.text
        return
    marked = any(turn.who == SENDER for turn in event.turns)
    for index, turn in enumerate(event.turns):
        if not marked or turn.who == SENDER:
            yield index, turn.text


_Place = tuple[int, int, int]


def _chosen(texts: Mapping[int, str], facts: Facts) -> list[_Place]:
    """Choose the sentences that matter: those in which something was found, their neighbours, the first and the last."""
    marks = _marks(texts, facts)
    ends = (*list(texts)[:1], *list(texts)[-LAST_TURNS:])
    turns = sorted({*marks, *ends, *(texts.keys() & PLACES.keys())})
    places = [place for turn in turns for place in _sentences(texts[turn], marks.get(turn, ()), turn)]
    hit = [any(start < last and first < end for first, last in marks.get(turn, ())) for turn, start, end in places]
    is_short = sum(end - start for _, start, end in places) <= SENT_WHOLE
    urgency = _urgency(hit)
    wanted = [at for at in sorted(range(len(places)), key=urgency) if is_short or urgency(at)[0] < REST]
    sizes = accumulate(places[at][2] - places[at][1] for at in wanted)
    fitting = [at for at, size in zip(wanted, sizes, strict=True) if size <= MOST_CHARACTERS][:MOST_LINES]
    return [places[at] for at in sorted(fitting)]


def _marks(texts: Mapping[int, str], facts: Facts) -> dict[int, list[tuple[int, int]]]:
    """Where in which turn something was found."""
    marks: dict[int, list[tuple[int, int]]] = {}
    for atom, found in facts.atoms.items():
        if atom.startswith(_TELLING):
            for evidence in found:
                if evidence.turn in texts:
                    marks.setdefault(evidence.turn, []).append((evidence.start, evidence.end))
    return marks


def _urgency(hit: Sequence[bool]) -> Callable[[int], tuple[int, int]]:
    """How soon a sentence is chosen: found in, next to such a one, at an end (the last ones first), the rest."""
    size = len(hit)

    def of(at: int) -> tuple[int, int]:
        if hit[at]:
            return 0, at
        if any(hit[max(0, at - 1) : at + 2]):
            return 1, at
        return (2, -at) if at < ENDS or at >= size - ENDS else (REST, at)

    return of


def _sentences(text: str, marks: Iterable[tuple[int, int]], turn: int) -> Iterator[_Place]:
    for first, last in _windows(text, marks):
        for found in _SENTENCE.finditer(text, first, last):
            if found.group().strip():
                yield turn, found.start(), found.end()


def _windows(text: str, marks: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where to look in a text: everywhere, or in a long one around what was found and at its ends."""
    size = len(text)
    if size <= READ_WHOLE:
        return [(0, size)]
    wanted = [(0, AROUND), (size - AROUND, size)]
    wanted += [(max(0, start - AROUND), min(size, min(end, start + AROUND) + AROUND)) for start, end in marks]
    joined: list[tuple[int, int]] = []
    for start, end in sorted(wanted):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _earlier(facts: Facts) -> list[str]:
    """Words of earlier messages of the same conversation that took part in the verdict, oldest first."""
    said = {
        (evidence.turn, evidence.quote[:LONGEST_LINE])
        for atom, found in facts.atoms.items()
        if atom.startswith(_TELLING)
        for evidence in found
        if evidence.turn <= BEFORE and evidence.quote
    }
    return [quote for _, quote in sorted(said)[-MOST_EARLIER:]]


def _names(event: Event, screened: Screened) -> Iterator[str]:
    """All names that we know to belong to this event; none of them leaves."""
    sender, recipient = event.sender or Account(), event.recipient or Recipient()
    yield from (sender.name, sender.organization, recipient.name)
    match = screened.verdict.identity
    for person in (*((match.person,) if match else ()), *event.directory[:MOST_PEOPLE]):
        yield from _names_of(person)
    for turn in event.turns[:MOST_PEOPLE]:
        if turn.who != SENDER:
            yield turn.who


def _names_of(person: Person) -> Iterator[str]:
    yield from (person.name, person.kana, person.romaji, person.organization)


def _ids(event: Event) -> Iterator[str]:
    if event.sender is not None:
        yield from (event.sender.account_id, event.sender.chatwork_id)
