"""What becomes of each character alone: the table behind ``normalise``.

A character either stays, becomes exactly one other character (the quick way, done for the whole text at once), or needs
a closer look because it is removed, becomes several, or joins the character before it.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum
from itertools import groupby

from honnin.text.kanji import VARIANTS

CLOSER_LOOK = "\0"
"""Stands for a character that needs a closer look in a text that went through ``FOLD``."""


class Way(Enum):
    """How a character that needs a closer look is treated."""

    EXPAND = "becomes several characters"
    NUMBER = "an enclosed number or a fraction becomes its digits"
    MARK = "belongs to the character before it"
    INVISIBLE = "takes no room"
    SELECTOR = "chooses the look of the character before it"
    BIDI = "turns the direction of writing"
    TAG = "a letter nobody sees"
    CONTROL = "no character of a message"
    SURROGATE = "half a character"
    CARRIAGE_RETURN = "the first half of a Windows line end"


_INVISIBLE = frozenset(map(ord, "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200d\u3164\ufeff\uffa0"))
_INVISIBLE |= {*range(0x2060, 0x2066), *range(0x206A, 0x2070), *range(0xFFF9, 0xFFFC), *range(0x1D173, 0x1D17B)}
_BIDI = frozenset([0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_LINE_ENDS = frozenset([0x0B, 0x0C, 0x85, 0x2028, 0x2029])
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2043\u2212\ufe58\ufe63\uff0d"), "-")
_QUOTES = dict.fromkeys(map(ord, "‘’‛ʼ＇"), "'") | dict.fromkeys(map(ord, "“”„‟＂"), '"')
# Not what NFKC makes of them: three dots and signs stay one character, all wave dashes are one.
_OWN = {ord(c): c for c in "…‥™´¨¯¸˘˙˚˛˜˝￣"} | {
    ord("〜"): "~",
    ord("゛"): "゛",
    ord("゜"): "゜",
    0x2800: " ",
    0x2044: "/",
}
# Numbers in black and sans-serif circles, which NFKC leaves alone.
_CIRCLED = {first + i: str(i + 1) for first in (0x2776, 0x2780, 0x278A, 0x24F5) for i in range(10)}
_CIRCLED |= {0x24EB + i: str(i + 11) for i in range(10)} | {0x24FF: "0", 0x1F10B: "0", 0x1F10C: "0"}
_SQUARED = {first + i: chr(ord("A") + i) for first in (0x1F150, 0x1F170) for i in range(26)}
_LONGEST = 8  # ㌖ becomes six; a ligature that becomes a whole sentence stays as it is
VOICED = dict(
    zip(
        "かきくけこさしすせそたちつてとはひふへほカキクケコサシスセソタチツテトハヒフヘホウワヰヱヲうゝヽ",
        "がぎぐげござじずぜぞだぢづでどばびぶべぼガギグゲゴザジズゼゾダヂヅデドバビブベボヴヷヸヹヺゔゞヾ",
        strict=True,
    )
)
HALF_VOICED = dict(zip("はひふへほハヒフヘホ", "ぱぴぷぺぽパピプペポ", strict=True))


def _is_mark(code: int) -> bool:
    return (
        0x300 <= code <= 0x36F
        or 0x1AB0 <= code <= 0x1AFF
        or 0x1DC0 <= code <= 0x1DFF
        or 0x20D0 <= code <= 0x20FF
        or 0xFE20 <= code <= 0xFE2F
        or code in {0x3099, 0x309A, 0x309B, 0x309C, 0xFF9E, 0xFF9F}
    )


def _is_selector(code: int) -> bool:
    return 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF or 0x180B <= code <= 0x180D


def way_of(code: int) -> Way | None:
    """How a character is treated that cannot simply stay or become one other; None where it can."""
    if code == 0x0D:
        return Way.CARRIAGE_RETURN
    if code in _INVISIBLE:
        return Way.INVISIBLE
    if code in _BIDI:
        return Way.BIDI
    if _is_selector(code):
        return Way.SELECTOR
    if _is_mark(code):
        return Way.MARK
    if 0xD800 <= code <= 0xDFFF:
        return Way.SURROGATE
    if 0xE0000 <= code <= 0xE007F:
        return Way.TAG
    return None


def _is_control(code: int) -> bool:
    return (code < 0x20 and code not in {0x09, 0x0A}) or 0x7F <= code < 0xA0


def _misread_quote(code: int) -> str:
    """Windows quotes and dashes that were read as Latin-1: a broken mail, nothing hidden."""
    if 0x80 <= code < 0xA0:
        try:
            return fold_one(bytes([code]).decode("cp1252"))
        except UnicodeDecodeError:
            return ""
    return ""


def fold_one(char: str) -> str:
    """What one character is read as; may be several, or empty where only a closer look can tell."""
    code = ord(char)
    if code in _LINE_ENDS:
        return "\n"
    if way_of(code) is not None:
        return ""
    if _is_control(code):
        return _misread_quote(code)
    for table in (_OWN, _DASHES, _QUOTES, _CIRCLED, _SQUARED):
        if code in table:
            return table[code]
    folded = unicodedata.normalize("NFKC", char)
    if len(folded) > _LONGEST or (folded[0] == " " and len(folded) > 1):
        return char
    if folded == char:
        return VARIANTS.get(char, char)
    return "".join(map(fold_one, folded)) or " "


def is_number(char: str) -> bool:
    """An enclosed number or a fraction: it must not run together with digits beside it."""
    code = ord(char)
    return code in _CIRCLED or (
        code > 0xA0
        and unicodedata.category(char) == "No"
        and not 0x2070 <= code <= 0x209F
        and code not in {0xB2, 0xB3, 0xB9}
    )


class _Fold(dict[int, str]):
    """Character code to the one character it is read as, filled as texts bring characters in."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        folded = fold_one(char)
        single = folded if len(folded) == 1 and not is_number(char) else CLOSER_LOOK
        if code < 0x20000:  # what a hostile text can make us remember stays small
            self[code] = single
        return single


FOLD = _Fold()


def _ranges(codes: list[int]) -> str:
    """The inside of a character class that holds the codes, given in order."""
    out: list[str] = []
    for _, group in groupby(enumerate(codes), key=lambda pair: pair[1] - pair[0]):
        run = [code for _, code in group]
        out.append(f"{re.escape(chr(run[0]))}-{re.escape(chr(run[-1]))}")
    return "".join(out)


# Everything an ordinary message is written with, as far as it is read as it stands. A text of nothing else is done.
_ORDINARY = [0x09, 0x0A, *range(0x20, 0x7F), *map(ord, "…→○●◯★☆※"), *range(0x3001, 0x301C), *range(0x3041, 0x3097)]
_ORDINARY += [*range(0x30A1, 0x30FF), *range(0x4E00, 0xA000)]
ODD = re.compile(f"[^{_ranges(sorted(c for c in _ORDINARY if fold_one(chr(c)) == chr(c)))}]")
