"""Yearly counts for a transparency report, in which no small number can be read or worked out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SMALLEST_SHOWN = 5
"""Fewer than this might point to one case."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What the counts need to know of one request; it outlives the request itself."""

    year: int
    requester: str
    basis: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Table:
    """Counts by one property. None stands for a number that is not told; the total too may not be told."""

    cells: Mapping[str, int | None]
    total: int | None


@dataclass(frozen=True, slots=True)
class Year:
    """The counts of a year. Only single properties are counted: two together would point to few."""

    year: int
    by_requester: Table
    by_basis: Table
    by_outcome: Table


def report(counted: Iterable[Counted]) -> list[Year]:
    """Count by year, the newest first."""
    rows = list(counted)
    years = sorted({row.year for row in rows}, reverse=True)
    return [_year(year, [row for row in rows if row.year == year]) for year in years]


def _year(year: int, rows: list[Counted]) -> Year:
    tables = [suppressed(Counter(getattr(row, name) for row in rows)) for name in ("requester", "basis", "outcome")]
    if any(table.total is None for table in tables):  # what one table does not tell, another would
        tables = [Table(dict.fromkeys(table.cells), None) for table in tables]
    return Year(year, *tables)


def suppressed(counts: Mapping[str, int]) -> Table:
    """Leave small numbers out, and as many others as it takes so that none follows from the total.

    >>> suppressed({"bank": 12, "investigator": 30, "lawyer": 2}).cells
    {'bank': None, 'investigator': 30, 'lawyer': None}
    """
    counts = {name: number for name, number in sorted(counts.items()) if number}
    hidden = {name for name, number in counts.items() if number < SMALLEST_SHOWN}
    total: int | None = sum(counts.values())
    while hidden and _follows(counts, hidden):
        left = [name for name in counts if name not in hidden]
        if not left:
            total = None
            break
        hidden.add(min(left, key=lambda name: counts[name]))
    if total is not None and total < SMALLEST_SHOWN:
        total = None
    return Table({name: None if name in hidden else number for name, number in counts.items()}, total)


def _follows(counts: Mapping[str, int], hidden: set[str]) -> bool:
    """Tell whether a hidden number follows from the total: there is only one, or all of them must be 1."""
    return len(hidden) == 1 or sum(counts[name] for name in hidden) == len(hidden)
