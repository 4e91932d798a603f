"""The form of a text that detectors read, with a way back to the words as they were written.

Criminals write 「振 込」, ｐａｓｓｗｏｒｄ, 力ード or put characters without width between letters, so that a filter does not
see the word. ``normalise`` folds all of it to the ordinary word, says what was hidden, and leads every position of the
folded text back to the original, because people are always shown the words that were really written.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from dataclasses import dataclass, field

from honnin.text.chars import CLOSER_LOOK, FOLD, ODD
from honnin.text.fold import Folded, closer_look
from honnin.text.hidden import Hidden
from honnin.text.lookalike import unmask
from honnin.text.quotes import unquote
from honnin.text.split import join

# 090ー1234ー5678: between digits a long vowel mark or a ruled line is a hyphen.
_NUMBER_DASH = re.compile("(?<=[0-9])[ー―—─](?=[0-9])")


@dataclass(frozen=True, slots=True)
class Normalised:
    """A text as written (``original``) and as read (``text``), and what was hidden in it.

    >>> found = normalise("至急、振 込をお願いします")
    >>> found.text, found.quote(3, 5)
    ('至急、振込をお願いします', '振 込')
    """

    original: str
    text: str
    removed: tuple[Hidden, ...] = ()
    quoted: tuple[tuple[int, int], ...] = ()
    """Where lines quoted from somebody else stand in the original."""
    # Where each folded character began and ended in the original; None while both texts run side by side.
    _starts: array[int] | None = field(default=None, repr=False, compare=False)
    _ends: array[int] | None = field(default=None, repr=False, compare=False)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a piece of the folded text stands in the original. Offsets out of reach are brought back into it."""
        size = len(self.text)
        start = min(max(start, 0), size)
        end = min(max(end, start), size)
        if self._starts is None or self._ends is None:
            return start, end
        if start == size:
            return len(self.original), len(self.original)
        first = self._starts[start]
        return first, (self._ends[end - 1] if end > start else first)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where a piece of the original stands in the folded text: the way back of ``span``.

        >>> normalise("> お振 込を").place(2, 6)
        (0, 3)
        """
        if self._starts is None:
            return start, end
        return bisect_left(self._starts, start), bisect_left(self._starts, end)

    def quote(self, start: int, end: int) -> str:
        """The words that were really written where the folded text has this piece."""
        first, last = self.span(start, end)
        return self.original[first:last]


def normalise(text: str) -> Normalised:
    """Fold a text for reading: width, kana, kanji variants, lookalikes, split-up words, characters without width.

    Linear in the length of the text; what needs no folding costs next to nothing.

    >>> normalise("ﾊﾟｽﾜｰﾄﾞは１２３４").text
    'パスワードは1234'
    """
    folded = Folded(text)
    if ODD.search(text):
        folded.text = text.translate(FOLD)
        if CLOSER_LOOK in folded.text:
            closer_look(folded)
    if not folded.text.isascii():
        folded.text = _NUMBER_DASH.sub("-", folded.text)
    quoted = unquote(folded)
    join(folded)
    unmask(folded)
    hidden = tuple(sorted(folded.hidden, key=_position))
    return Normalised(text, folded.text, hidden, tuple(quoted), folded.starts, folded.ends)


def _position(hidden: Hidden) -> tuple[int, int]:
    return hidden.start, hidden.end
