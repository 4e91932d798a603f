"""Showing the original words with what was found in them marked."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

LONGEST_SHOWN = 20_000
MOST_MARKS = 200

# Joiners belong to emoji and to some scripts; shown as codes they would only puzzle.
_HARMLESS = frozenset("\n\t\u200c\u200d\ufe0e\ufe0f")


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text and the numbers of the reasons it belongs to."""

    text: str
    numbers: tuple[int, ...] = ()
    first_of: tuple[int, ...] = ()
    """The reasons whose words begin here, so that each number is shown once."""


@dataclass(frozen=True, slots=True)
class Span:
    start: int
    end: int
    number: int


def span_of(text: str, quote: str, start: int, end: int, number: int) -> Span | None:
    """Find the quoted words: where they were said to be, or else where they stand first."""
    if not quote or not 0 <= start < end <= len(text) or text[start:end] != quote:
        start = text.find(quote) if quote else -1
        end = start + len(quote)
    return Span(start, end, number) if 0 <= start < end else None


def segments(text: str, spans: Iterable[Span]) -> tuple[Segment, ...]:
    """Cut the text at the borders of the spans, which may overlap.

    >>> [(s.text, s.numbers) for s in segments("至急振込を", [Span(0, 4, 1), Span(2, 4, 2)])]
    [('至急', (1,)), ('振込', (1, 2)), ('を', ())]
    """
    shown = text[:LONGEST_SHOWN]
    kept = [span for span in spans if span.start < len(shown)][:MOST_MARKS]
    borders = sorted({0, len(shown), *(b for span in kept for b in (span.start, min(span.end, len(shown))))})
    found = []
    for start, end in pairwise(borders):
        here = [span for span in kept if span.start <= start and span.end >= end]
        found.append(
            Segment(
                visible(shown[start:end]),
                tuple(sorted({span.number for span in here})),
                tuple(sorted({span.number for span in here if span.start == start})),
            )
        )
    return tuple(found)


def visible(text: str) -> str:
    r"""Write characters that hide or turn the text around as codes, so that a page cannot be misled by them.

    >>> visible("a\u202eb")
    'a⟨U+202E⟩b'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(f"⟨U+{ord(c):04X}⟩" if _hides(c) else c for c in text)


def _hides(character: str) -> bool:
    return character not in _HARMLESS and unicodedata.category(character) in {"Cf", "Cc", "Cs"} and character != "\r"
