"""Reads one text: which acts it performs, how it presses, what it names."""

from __future__ import annotations

from collections.abc import Iterable

from honnin.language import english
from honnin.language.acts import Pattern, Patterns, Performed, TextFacts, concepts_meant, needing_mood
from honnin.language.clauses import Mood, Unit
from honnin.language.entities import find_entities
from honnin.language.japanese import Japanese
from honnin.language.lexicon import Hit, Lexicon
from honnin.language.passages import Passage, passages, repeated
from honnin.model import Act, Finding, Reading
from honnin.text import Normalised, plain

_ACTS = frozenset(act.value for act in Act)
_MOST = 5  # findings of one kind kept from one text: enough to show, bounded for hostile texts
_QUOTE = 120  # characters of a clause shown at most


class Reader:
    """Built once and shared by threads: it holds the words, the patterns and the Japanese analyser, and no state."""

    def __init__(self) -> None:
        self._lexicon = Lexicon.load()
        self._patterns = Patterns.load()
        self._japanese = Japanese()

    def read(self, text: Normalised, *, turn: int = 0) -> Reading:
        """Return what the text does and names; positions and quotes are those of the original writing."""
        written, text = text, plain(text)
        lowered = text.text.lower()
        if len(lowered) != len(text.text):  # a few letters grow when lowered; offsets must not
            lowered = "".join(low if len(low := char.lower()) == 1 else char for char in text.text)
        entities = tuple(_entities(text, turn))
        hits = self._lexicon.find(lowered)
        kinds = frozenset(entity.kind for entity in entities)
        concepts = frozenset().union(*(hit.concepts for hit in hits))
        others = repeated(text, lowered) if text is written else _others(written, text)
        units: list[Unit] = []
        performed: list[Performed] = []
        for part in passages(lowered):
            is_whole = part.end - part.start == len(lowered)
            inside = hits if is_whole else [hit for hit in hits if part.start <= hit.start < part.end]
            possible = self._patterns.possible(TextFacts(part.lang, kinds, concepts))
            read = list(self._units(lowered, part, inside, possible))
            if others:
                read = [_as_meant(unit, others) for unit in read]
            performed += self._patterns.find(read, inside, possible)
            units += read
        found = tuple(_findings(text, performed, hits, turn))
        return Reading(
            acts=tuple(one for one in found if one.kind in _ACTS),
            pressures=tuple(one for one in found if one.kind not in _ACTS),
            entities=entities,
            concepts=concepts_meant(units, hits),
            hidden=tuple(Finding(one.kind, one.shown, one.start, one.end, turn) for one in text.removed),
        )

    def _units(self, lowered: str, part: Passage, hits: list[Hit], possible: list[Pattern]) -> Iterable[Unit]:
        if not hits:
            return []
        text, first = lowered[part.start : part.end], part.start
        if part.lang != "ja":
            read = english.units(text, [(hit.start - first, hit.end - first) for hit in hits])
        else:
            needed = needing_mood(possible)
            read = self._japanese.units(
                text, [(hit.start - first, not needed.isdisjoint(hit.concepts)) for hit in hits]
            )
        return read if not first else (Unit(unit.start + first, unit.end + first, unit.mood) for unit in read)


def _others(written: Normalised, text: Normalised) -> list[tuple[int, int]]:
    """What is only repeated, told by the text as it was written: the lines that say so are no part of what is read."""
    return [text.place(*written.span(start, end)) for start, end in repeated(written, written.text.lower())]


def _as_meant(unit: Unit, others: list[tuple[int, int]]) -> Unit:
    """The unit, as a report where it stands in words that are somebody else's."""
    if any(start <= (unit.start + unit.end) // 2 < end for start, end in others):
        return unit._replace(mood=unit.mood | Mood.REPORTED)
    return unit


def _entities(text: Normalised, turn: int) -> Iterable[Finding]:
    for kind, start, end, value in find_entities(text.text):
        first, last = text.span(start, end)
        yield Finding(kind.value, text.quote(start, end), first, last, turn, value)


def _findings(text: Normalised, performed: list[Performed], hits: list[Hit], turn: int) -> Iterable[Finding]:
    counts: dict[str, int] = {}
    for one in performed:
        counts[one.kind] = counts.get(one.kind, 0) + 1
        if counts[one.kind] <= _MOST:
            start, end = _shown(text.text, one.unit, hits)
            first, last = text.span(start, end)
            yield Finding(one.kind, text.quote(start, end), first, last, turn)


def _shown(folded: str, unit: Unit, hits: list[Hit]) -> tuple[int, int]:
    """Return the stretch to quote: the clause where it is short, else the part of it that holds our words."""
    start, end = unit.start, unit.end
    while start < end and folded[start].isspace():
        start += 1
    while end > start and (folded[end - 1].isspace() or folded[end - 1] in "、,"):
        end -= 1
    if end - start <= _QUOTE:
        return start, end
    inside = [hit for hit in hits if unit.start <= hit.start < unit.end]
    first = max(start, inside[0].start - 10) if inside else start
    return first, min(end, first + _QUOTE)
