"""Finds the words to show where a text was known again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from honnin.copies.masking import READ_AT_MOST, mask
from honnin.copies.shingles import shingles

LONGEST = 160
"""Characters of a quote: enough to see what it is about."""
_SENTENCE = re.compile(r"(?:[^。!?！？.\n]|\.(?=\S)){1,400}[。!?！？.]*")


def passage(folded: str, sketch: AbstractSet[int], names: Sequence[str] = ()) -> tuple[int, int]:
    """Return the offsets of the sentences, up to ``LONGEST`` characters, in which most of the sketch stands.

    >>> sketch = set(shingles(mask("経理の方を入れたグループを作成してください")))
    >>> text = "お疲れ様です。経理の方を入れたグループを作成してください。それでは。"
    >>> text[slice(*passage(text, sketch))]
    '経理の方を入れたグループを作成してください。'
    """
    found = [
        (sentence.start(), sentence.end(), len(sketch & set(shingles(mask(sentence.group(), names)))))
        for sentence in _SENTENCE.finditer(folded[:READ_AT_MOST])
    ]
    best = (0, 0, min(len(folded), LONGEST))
    for first, (start, _, begins) in enumerate(found):
        met = 0
        for at in range(first, len(found) if begins else first):
            _, end, here = found[at]
            if at > first and end - start > LONGEST:
                break
            met += here
            if met > best[0]:
                best = (met, start, end)
    return _trimmed(folded, best[1], best[2])


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
