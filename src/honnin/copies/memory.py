"""Knows near copies of remembered texts, among a hundred thousand in a fraction of a tenth of a millisecond.

Of every fingerprint the ``KEYS`` smallest numbers stand in one sorted list. A text is looked up by all its numbers: most are
dismissed by one look into a table of bytes, the few others are searched for, and fingerprints that were met several times
are compared in full.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from sys import getsizeof

from honnin.copies.fingerprint import Fingerprint
from honnin.copies.masking import READ_AT_MOST, mask
from honnin.copies.passage import passage
from honnin.copies.shingles import shingles

KEYS = 16
"""Numbers of each fingerprint that are searched by. A copy that keeps half of the groups misses all but two of 16 once in 3,800 times."""
MET = 3
"""How many keys must be met before it is worth comparing in full."""
OWNERS = 24
"""How many fingerprints one number leads to at most."""
SAMPLE = 4_000
"""From how many fingerprints it is learnt which numbers are common."""
COMPARED = 8
"""How many fingerprints are compared in full for one text."""

SHARE = 0.45
"""The share of the sketch that must stand in the text. Measured: see docs/copies.md."""
SHARED = 14
"""And at least so many groups, however short the remembered text is."""
SPREAD, SLACK = 2.5, 40
"""They must stand close together: within so many times the length of what is remembered, and so many groups more."""


@dataclass(frozen=True, slots=True)
class Known:
    """A fingerprint as the memory knows it, by the name that it has in the store."""

    id: str
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True)
class Match:
    """A remembered text of which the words read are a near copy; ``share`` of it was met again."""

    id: str
    share: float


class Memory:
    """Fingerprints of confirmed fraud, ready to be searched. It never changes and can be shared by threads."""

    __slots__ = ("_ids", "_keys", "_owners", "_sizes", "_sketches", "_starts", "_table")

    def __init__(self, known: Iterable[Known] = ()) -> None:
        # By name, so that the same fingerprints make the same memory in whatever order they come.
        everything = sorted({one.id: one for one in known}.items())
        self._ids = tuple(name for name, _ in everything)
        self._sizes = array("I", (one.fingerprint.groups for _, one in everything))
        self._sketches, self._starts = array("I"), array("I", [0])
        common = _common([one.fingerprint.sketch for _, one in everything])
        entries: list[int] = []
        for owner, (_, one) in enumerate(everything):
            sketch = one.fingerprint.sketch
            self._sketches.extend(sketch)
            self._starts.append(len(self._sketches))
            keys = sketch[:KEYS]
            if not common.isdisjoint(keys):
                keys = tuple(sorted(sketch, key=common.__contains__)[:KEYS])
            entries.extend(number << 32 | owner for number in keys)
        entries.sort()
        self._keys = array("I", (entry >> 32 for entry in entries))
        self._owners = array("I", (entry & 0xFFFFFFFF for entry in entries))
        self._table = bytearray(1 << max(10, (8 * len(entries)).bit_length()))
        last = len(self._table) - 1
        for number in self._keys:
            self._table[number & last] = 1

    def __len__(self) -> int:
        return len(self._ids)

    def size(self) -> int:
        """Return how many bytes it holds, ids included."""
        parts = (self._keys, self._owners, self._sketches, self._starts, self._sizes, self._table, self._ids)
        return sum(map(getsizeof, parts)) + sum(map(getsizeof, self._ids))

    def search(self, names: Iterable[str] = ()) -> Search:
        """Begin to read one event; ``names`` are those that ``name_parts`` gave."""
        return Search(self, tuple(names))

    def owners(self, numbers: Iterable[int]) -> list[int]:
        """Return which fingerprints have these numbers among their keys, one entry for each number."""
        table, keys = self._table, self._keys
        last = len(table) - 1
        met: list[int] = []
        for number in [number for number in numbers if table[number & last]]:
            at = bisect_left(keys, number)
            end = min(at + OWNERS, len(keys))
            while at < end and keys[at] == number:
                met.append(self._owners[at])
                at += 1
        return met

    def sketch_of(self, name: str) -> frozenset[int]:
        """Return the numbers of one fingerprint, empty where there is none of that name."""
        at = bisect_left(self._ids, name)
        there = at < len(self._ids) and self._ids[at] == name
        return frozenset(self.sketch(at)) if there else frozenset()

    def sketch(self, owner: int) -> array[int]:
        return self._sketches[self._starts[owner] : self._starts[owner + 1]]

    def groups(self, owner: int) -> int:
        return self._sizes[owner]

    def id(self, owner: int) -> str:
        return self._ids[owner]


class Search:
    """Reads the texts of one event, one after the other, as they would be heard: what came before still counts."""

    __slots__ = ("_length", "_memory", "_met", "_names", "_places")

    def __init__(self, memory: Memory, names: tuple[str, ...]) -> None:
        self._memory, self._names = memory, names
        self._places: dict[int, int] = {}
        self._met: Counter[int] = Counter()
        self._length = 0

    def read(self, folded: str) -> Match | None:
        """Read one more text and return the remembered one that is met in all that was read so far.

        >>> from honnin.copies import fingerprint
        >>> text = "buy five gift cards for a client, scratch them, take photos of the back and send me all codes before noon please"
        >>> Memory([Known("a", fingerprint([text]))]).search().read("Hello! " + text.replace("five", "nine")).id
        'a'
        """
        if self._length > READ_AT_MOST:
            return None
        read = shingles(mask(folded, self._names))
        new = {number for number in read if number not in self._places} if self._places else set(read)
        self._places.update(zip(read, range(self._length, self._length + len(read)), strict=True))
        self._length += len(read)
        met = self._memory.owners(new)
        if not met:
            return None
        self._met.update(met)
        worth = sorted((-self._met[owner], owner) for owner in set(met) if self._met[owner] >= MET)
        matches = [self._compare(owner) for _, owner in worth[:COMPARED]]
        return max((match for match in matches if match), key=lambda match: match.share, default=None)

    def passage(self, folded: str, match: Match) -> tuple[int, int]:
        """Return the offsets of the words in this text that are met again most."""
        return passage(folded, self._memory.sketch_of(match.id), self._names)

    def _compare(self, owner: int) -> Match | None:
        memory, places = self._memory, self._places
        sketch = memory.sketch(owner)
        found = sorted(places[number] for number in sketch if number in places)
        wanted = max(SHARED, SHARE * len(sketch))
        if len(found) < wanted:
            return None
        shared = _most_within(found, int(SPREAD * memory.groups(owner)) + SLACK)
        return Match(memory.id(owner), shared / len(sketch)) if shared >= wanted else None


def _common(sketches: Sequence[tuple[int, ...]]) -> frozenset[int]:
    """Return the numbers of stock phrases, which stand in so many fingerprints that they tell none apart."""
    sample = sketches[:: max(1, len(sketches) // SAMPLE)]
    often = max(3.0, OWNERS * len(sample) / max(1, len(sketches)))
    return frozenset(number for number, times in Counter(chain.from_iterable(sample)).items() if times > often)


def _most_within(places: list[int], width: int) -> int:
    """Return how many of the ascending places stand within a stretch of that width at most.

    >>> _most_within([1, 2, 50, 51, 52, 90], 10)
    3
    """
    most = first = 0
    for last, place in enumerate(places):
        while place - places[first] > width:
            first += 1
        most = max(most, last - first + 1)
    return most
