"""Cells of tables that people open in a spreadsheet."""

from __future__ import annotations

_FORMULA = frozenset("=+-@＝＋－＠|")
_BREAKS = frozenset("\t\r\n")


def plain_cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula.

    >>> plain_cell("=1+1"), plain_cell(" +81"), plain_cell("社長")
    ("'=1+1", "' +81", '社長')
    """
    cleaned = text.replace("\x00", "")
    begins = cleaned.lstrip()
    before = cleaned[: len(cleaned) - len(begins)]
    return f"'{cleaned}" if begins[:1] in _FORMULA or not _BREAKS.isdisjoint(before) else cleaned
