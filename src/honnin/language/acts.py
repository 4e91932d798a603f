"""What is done to the reader: concepts tied together inside clause groups, as data/acts.yaml lists them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from honnin.language.clauses import Mood, Unit
from honnin.language.lexicon import Hit, read_data
from honnin.model import Act, Pressure

Within = Literal["unit", "near", "text"]

_REACH = 2  # units before the present one that count as near
_MOODS: Mapping[str, tuple[int, int]] = {
    # name: (one of these must hold, none of these may)
    "request": (Mood.REQUEST, Mood.PROHIBIT | Mood.REPORTED),
    "ask": (Mood.REQUEST | Mood.QUESTION, Mood.PROHIBIT | Mood.REPORTED),
    "open": (Mood.PLAIN, Mood.PROHIBIT | Mood.REPORTED | Mood.NEGATED | Mood.DONE),
    "stated": (Mood.PLAIN, Mood.PROHIBIT | Mood.REPORTED | Mood.NEGATED),
    "prohibit": (Mood.PROHIBIT, Mood.REPORTED),
    "done": (Mood.DONE, Mood.REPORTED),
    "reported": (Mood.REPORTED, Mood.PLAIN),
    "any": (Mood.PLAIN, Mood.REPORTED),
}


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way to perform an act: slots of concepts, the mood, and how near together they must stand.

    ``on_clauses`` says whether it matters where one clause ends and the next begins, and how each is meant; ``keys`` are the
    concepts that can complete it.
    """

    kind: str
    slots: tuple[frozenset[str], ...]
    mood: str = "any"
    within: Within = "unit"
    without: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()
    lang: str = ""
    needs: str = ""
    least: int = 1

    on_clauses: bool = True
    keys: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        # inside a unit the first slot must be filled anyway; across units any slot may be the last one filled
        keys = self.slots[0] if self.within == "unit" else frozenset().union(*self.slots)
        object.__setattr__(self, "keys", keys)

    def may_hold(self, text: TextFacts) -> bool:
        """Whether it can be performed somewhere in a text that has a concept of its first slot."""
        if (self.lang and self.lang != text.lang) or (self.needs and self.needs not in text.entities):
            return False
        for slot in self.slots[1:]:
            if slot.isdisjoint(text.concepts):
                return False
        return self.apart.isdisjoint(text.concepts)


@dataclass(slots=True)
class _Seen:
    """What stood in the units read so far."""

    recent: list[set[str]] = field(default_factory=list)
    everything: set[str] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)


def concepts_meant(units: Sequence[Unit], hits: Sequence[Hit]) -> frozenset[str]:
    """Return what the words can stand for, without those that only report what others say."""
    meant = [concepts for unit, concepts in _concepts_of(units, hits, {}) if not unit.mood & Mood.REPORTED]
    return frozenset().union(*meant)


@dataclass(frozen=True, slots=True)
class Performed:
    """An act or pressure, and the unit in which it was completed."""

    kind: str
    unit: Unit


class Patterns:
    """All patterns, found by any of their concepts."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._by_concept: dict[str, list[Pattern]] = {}
        for pattern in patterns:
            for concept in pattern.slots[0]:
                self._by_concept.setdefault(concept, []).append(pattern)

    @classmethod
    def load(cls) -> Patterns:
        """Return the patterns shipped with the package."""
        data = read_data("acts.yaml")
        return cls(
            [*_parse(data["acts"], {act.value for act in Act}), *_parse(data["pressures"], {p.value for p in Pressure})]
        )

    def find(self, units: Sequence[Unit], hits: Sequence[Hit], possible: Sequence[Pattern]) -> Iterator[Performed]:
        """Yield each act that is possible in the text once for every unit in which it is completed."""
        if not possible:
            return
        seen = _Seen()
        for unit, concepts in _concepts_of(units, hits, seen.counts):
            near = concepts.union(*seen.recent)
            seen.everything |= concepts
            place = _Place(unit.mood, {"unit": concepts, "near": near, "text": seen.everything}, seen.counts)
            found: set[str] = set()
            for way in possible:
                if way.kind not in found and not way.keys.isdisjoint(concepts) and place.completes(way):
                    found.add(way.kind)
                    yield Performed(way.kind, unit)
            seen.recent = [*seen.recent[-(_REACH - 1) :], concepts]

    def possible(self, text: TextFacts) -> list[Pattern]:
        """Return the patterns all of whose concepts stand somewhere in the text: few, and no other need be looked at."""
        found: dict[int, Pattern] = {}
        for concept in text.concepts:
            for way in self._by_concept.get(concept, ()):
                if way.may_hold(text):
                    found[id(way)] = way
        return list(found.values())


def needing_mood(possible: Iterable[Pattern]) -> frozenset[str]:
    """Return the concepts for which clauses and moods must be told apart in a text.

    Where no act that depends on them can come about, whatever the moods, a sentence need not be analysed at all.
    """
    return frozenset().union(*(slot for way in possible if way.on_clauses for slot in way.slots))


@dataclass(frozen=True, slots=True)
class TextFacts:
    """What holds for the whole text."""

    lang: str
    entities: frozenset[str]
    concepts: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the reading stands: the mood of the present unit and the concepts within each reach."""

    mood: int
    scopes: Mapping[Within, set[str]]
    counts: Mapping[str, int]

    def completes(self, pattern: Pattern) -> bool:
        wanted, refused = _MOODS[pattern.mood]
        if (wanted and not self.mood & wanted) or self.mood & refused or pattern.without & self.scopes["unit"]:
            return False
        if pattern.least > 1 and sum(self.counts.get(concept, 0) for concept in pattern.slots[0]) < pattern.least:
            return False
        scope = self.scopes[pattern.within]
        return not any(slot.isdisjoint(scope) for slot in pattern.slots)


def _concepts_of(units: Sequence[Unit], hits: Sequence[Hit], counts: dict[str, int]) -> Iterator[tuple[Unit, set[str]]]:
    """Pair each unit with the concepts of the words in it; both come in order of their start."""
    position = 0
    for unit in units:
        while position < len(hits) and hits[position].start < unit.start:
            position += 1
        concepts: set[str] = set()
        while position < len(hits) and hits[position].start < unit.end:
            for concept in hits[position].concepts:
                counts[concept] = counts.get(concept, 0) + 1
            concepts |= hits[position].concepts
            position += 1
        if concepts:
            yield unit, concepts


def _parse(listed: Mapping[str, list[dict[str, Any]]], known: set[str]) -> Iterator[Pattern]:
    for kind, ways in listed.items():
        if kind not in known:
            raise ValueError(f"acts.yaml speaks of {kind}, which the model does not know")
        for way in ways:
            slots = tuple(frozenset(slot.split("|")) for slot in way["all"])
            loose = way.get("mood", "any") == "any" and not way.get("without") and (len(slots) == 1 or "within" in way)
            yield Pattern(
                kind=kind,
                slots=slots,
                mood=way.get("mood", "any"),
                within=way.get("within", "unit"),
                without=frozenset(way.get("without", ())),
                apart=frozenset(way.get("apart", ())),
                lang=way.get("lang", ""),
                needs=way.get("needs", ""),
                least=way.get("min", 1),
                on_clauses=not loose,
            )
