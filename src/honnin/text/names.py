"""A name as it is compared: without decoration, in one width, in one shape of each kanji."""

from __future__ import annotations

import re

from honnin.text.kanji import NAME_VARIANTS
from honnin.text.normalise import normalise

_SHAPES = str.maketrans(dict(NAME_VARIANTS))
_NOT_IN_NAMES = re.compile(r"[^\w\s'&@\-]|_")  # separators and decorations alike


def fold_name(s: str) -> str:
    """The form in which two writings of one name are equal.

    >>> fold_name("★渡邉　太郎【公式】") == fold_name("渡辺 太郎 公式")
    True
    """
    text, folded = _folded(s)
    # What stood between letters may have kept them apart, which blanks do not.
    return folded if folded == text.casefold() else _folded(folded)[1]


def _folded(s: str) -> tuple[str, str]:
    """Return the text as it is read, and the name in it."""
    text = normalise(s).text.translate(_SHAPES)
    return text, " ".join(_NOT_IN_NAMES.sub(" ", text).casefold().split())
