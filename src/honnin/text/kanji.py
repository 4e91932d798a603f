"""Kanji variants: old, popular and simplified shapes and the shape used in Japan today.

Two tables stand beside each other: ``VARIANTS`` holds in any text, ``NAME_VARIANTS`` only where names are compared,
because it joins characters that are both in daily use (斉 and 斎, 竜 and 龍).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from honnin.text.tables import lines


def _read(name: str) -> Mapping[str, str]:
    table: dict[str, str] = {}
    for line in lines(name):
        today, variants = line.split("\t")
        table |= dict.fromkeys(variants, today)
    return MappingProxyType(table)


VARIANTS = _read("kanji_variants.tsv")
NAME_VARIANTS = _read("name_variants.tsv")
