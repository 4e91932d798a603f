"""Kanji variants: old, popular and simplified shapes and the shape used in Japan today.

Two tables stand beside each other: ``VARIANTS`` holds in any text, ``NAME_VARIANTS`` only where names are compared,
because it joins characters that are both in daily use (斉 and 斎, 竜 and 龍).
"""

from __future__ import annotations

from importlib.resources import files
from types import MappingProxyType


def _read(name: str) -> MappingProxyType[str, str]:
    """A table of lines "today's shape, tab, its variants"; lines that open with # are remarks."""
    table: dict[str, str] = {}
    for line in files("honnin.text").joinpath("data", name).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            today, variants = line.split("\t")
            table |= dict.fromkeys(variants, today)
    return MappingProxyType(table)


VARIANTS = _read("kanji_variants.tsv")
NAME_VARIANTS = _read("name_variants.tsv")
