"""Near copies: knows again the text of a confirmed fraud when names, numbers, links, spacing and some words were changed."""

from __future__ import annotations

from honnin.copies.fingerprint import FEWEST, MOST, SKETCH, Fingerprint, UnusableError, fingerprint
from honnin.copies.masking import mask, name_parts
from honnin.copies.memory import Known, Match, Memory, Search

__all__ = [
    "FEWEST",
    "MOST",
    "SKETCH",
    "Fingerprint",
    "Known",
    "Match",
    "Memory",
    "Search",
    "UnusableError",
    "fingerprint",
    "mask",
    "name_parts",
]
