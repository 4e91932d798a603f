"""Near copies of confirmed fraud: which words of an event are compared, and what is noted where they are known again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from honnin.copies import Fingerprint, Known, Match, Memory, fingerprint, name_parts
from honnin.model import Account, Event, Evidence, Recipient
from honnin.screening.facts import FactBook
from honnin.text import Normalised, normalise

ATOM = "copy:confirmed_fraud"
SENDER = "sender"


class CopyReader:
    """Compares what the account under examination writes with what is remembered, until something is known again.

    ``found`` is then the id of what was remembered.
    """

    def __init__(self, memory: Memory, event: Event) -> None:
        self._memory, self._event = memory, event
        self._search = None if not len(memory) else memory.search(names_of(event))
        self.found = ""

    def read(self, book: FactBook, text: Normalised, turn: int) -> None:
        """Read what was said in one more turn; subject and profile are left out, for every copy has its own."""
        if self._search is None or turn < 0:
            return
        match = self._search.read(text.text)
        if match is None:
            return
        start, end = self._search.passage(text.text, match)
        book.add(ATOM, Evidence(text.quote(start, end), turn, *text.span(start, end)))
        self.found, self._search = match.id, None


def event_fingerprint(event: Event) -> Fingerprint | None:
    """Return the fingerprint of what the account under examination wrote, None where that is too short for one."""
    return fingerprint([normalise(text).text for text in written_by_sender(event)], names_of(event))


def written_by_sender(event: Event) -> Iterator[str]:
    """Yield the texts of the account under examination; where nobody is marked so, of everybody."""
    if not event.turns:
        yield event.text
    marked = any(turn.who == SENDER for turn in event.turns)
    for turn in event.turns:
        if not marked or turn.who == SENDER:
            yield turn.text


def names_of(event: Event) -> tuple[str, ...]:
    """Return the names that the event itself tells, which no fingerprint should hold."""
    sender, recipient = event.sender or Account(), event.recipient or Recipient()
    given = (sender.name, sender.organization, recipient.name)
    return name_parts([normalise(name).text for name in given if name]) if any(given) else ()


def memory_of(texts: Iterable[str]) -> Memory:
    """Return a memory of these texts alone, named by their order: for trying things out."""
    made = ((str(place), event_fingerprint(Event("", text=text))) for place, text in enumerate(texts))
    return Memory(Known(place, found) for place, found in made if found is not None)


def known_again(memory: Memory, event: Event) -> Match | None:
    """Return what is known again in an event, without anything else of a screening."""
    if not len(memory):
        return None
    search = memory.search(names_of(event))
    return next((match for text in written_by_sender(event) if (match := search.read(normalise(text).text))), None)
