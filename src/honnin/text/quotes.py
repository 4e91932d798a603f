"""Marks that mail programs put before quoted lines: "> Please pay …"."""

from __future__ import annotations

import re

from honnin.text.fold import Folded

_MARKS = re.compile(r"^[ \t]*(?:>[ \t]?)+(?![_>\-])", re.MULTILINE)  # but not >_< and ->
_BARS = re.compile(r"^[ \t]*\|[ \t](?!.*\|[ \t]*$)", re.MULTILINE)  # but not the rows of a table


def unquote(folded: Folded) -> list[tuple[int, int]]:
    """Leave the marks before quoted lines out and return the places of those lines in the original, given in order.

    A message of nothing but quoted lines quotes nobody: it is what the sender has to say, so nothing is returned for it.
    """
    text = folded.text
    marks = list(_MARKS.finditer(text)) if ">" in text else []
    if not marks and text.count("\n| ") + text.startswith("| ") > 1:
        marks = list(_BARS.finditer(text))
    if not marks:
        return []
    lines = [(mark.start(), _line_end(text, mark.end())) for mark in marks]
    own = len("".join(text.split())) - sum(len("".join(text[start:end].split())) for start, end in lines)
    quoted = [folded.origin(mark.end(), end) for mark, (_, end) in zip(marks, lines, strict=True) if end > mark.end()]
    folded.drop([mark.span() for mark in marks])
    return quoted if own > 0 else []


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end
