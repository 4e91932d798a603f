"""The closer look: characters that vanish, become several, or join the one before them."""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections import Counter
from functools import lru_cache

from honnin.text.chars import CLOSER_LOOK, HALF_VOICED, VOICED, Way, fold_one, is_number, way_of
from honnin.text.hidden import Hidden, HiddenKind

_RUN = re.compile(f"{CLOSER_LOOK}+")
_MOST_HIDDEN = 100  # of one kind; a text with more of them is no more suspicious
_SHOWN = 24
_VOICED_MARKS = "\u3099\u309b\uff9e"
_KEYCAP = "\u20e3"
_SOFT_HYPHEN = "\u00ad"
_STRIKES = frozenset(map(chr, (*range(0x334, 0x339), *range(0x20D2, 0x20D4), 0x20D8, 0x20E5, 0x20E6)))
_HALF_VOICED_MARKS = "\u309a\u309c\uff9f"

_KIND: dict[Way, HiddenKind] = {
    Way.INVISIBLE: "zero_width",
    Way.SELECTOR: "zero_width",
    Way.BIDI: "bidi",
    Way.TAG: "tag",
    Way.CONTROL: "control",
    Way.SURROGATE: "surrogate",
}
_UNREADABLE = frozenset([Way.CONTROL, Way.SURROGATE])


class Folded:
    """A text on its way through the folding, with the way back and what was found so far."""

    __slots__ = ("_found", "ends", "hidden", "original", "starts", "text")

    def __init__(self, original: str) -> None:
        self.original = original
        self.text = original
        self.starts: array[int] | None = None
        self.ends: array[int] | None = None
        self.hidden: list[Hidden] = []
        self._found: Counter[str] = Counter()

    def report(self, kind: HiddenKind, start: int, end: int, shown: str = "") -> None:
        """Note a hidden piece by its place in the original."""
        self._found[kind] += 1
        if self._found[kind] <= _MOST_HIDDEN:
            self.hidden.append(Hidden(kind, start, end, shown[:_SHOWN] or code_points(self.original[start:end])))

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Where a non-empty piece of the folded text stands in the original."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]

    def drop(self, gaps: list[tuple[int, int]]) -> None:
        """Leave these pieces of the folded text out, given in order."""
        starts = self.starts or array("I", range(len(self.text)))
        ends = self.ends or array("I", range(1, len(self.text) + 1))
        self.starts, self.ends, pieces = array("I"), array("I"), []
        position = 0
        for start, end in [*gaps, (len(self.text), len(self.text))]:
            self.starts.extend(starts[position:start])
            self.ends.extend(ends[position:start])
            pieces.append(self.text[position:start])
            position = end
        self.text = "".join(pieces)


def code_points(piece: str) -> str:
    r"""A short way to show characters that cannot be seen.

    >>> code_points("\u200b\u200b")
    'U+200B ×2'
    """
    first = f"U+{ord(piece[0]):04X}" if piece else ""
    return first if len(piece) < 2 else f"{first} ×{len(piece)}"


def closer_look(folded: Folded) -> None:
    """Work through every run of characters that the quick way left open."""
    writer = _Writer(folded)
    position = 0
    for run in _RUN.finditer(folded.text):
        writer.copy(position, run.start())
        position = run.end()
        writer.look(run.start(), position)
    writer.copy(position, len(folded.text))
    folded.text = "".join(writer.out)
    folded.starts, folded.ends = writer.starts, writer.ends


@lru_cache(maxsize=4096)
def _plan(char: str) -> tuple[Way, str]:
    way = way_of(ord(char))
    if way is not None:
        return way, ""
    folded = fold_one(char)
    if not folded:
        return Way.CONTROL, " "
    return (Way.NUMBER if is_number(char) else Way.EXPAND), folded


class _Writer:
    def __init__(self, folded: Folded) -> None:
        self.folded = folded
        self.original = folded.original
        self.quick = folded.text
        self.out: list[str] = []
        self.starts = array("I")
        self.ends = array("I")
        self.last = ""  # the last character written
        self.after = ""  # what the quick way folded after the run

    def copy(self, start: int, end: int) -> None:
        """Take over what the quick way folded."""
        if start < end:
            self.out.append(self.quick[start:end])
            self.starts.extend(range(start, end))
            self.ends.extend(range(start + 1, end + 1))
            self.last = self.quick[end - 1]

    def write(self, piece: str, start: int, end: int) -> None:
        self.out.append(piece)
        for _ in piece:
            self.starts.append(start)
            self.ends.append(end)
        self.last = piece[-1]

    def look(self, start: int, end: int) -> None:
        """Treat the characters of one run, neighbours of the same way together."""
        self.after = self.quick[end : end + 1]
        position = start
        while position < end:
            way, piece = _plan(self.original[position])
            if way is Way.EXPAND:
                self.write(piece, position, position + 1)
                position += 1
            elif way is Way.NUMBER:
                self.number(position, piece)
                position += 1
            else:
                stop = position + 1
                while stop < end and _plan(self.original[stop])[0] is way:
                    stop += 1
                self.group(way, position, stop)
                position = stop

    def number(self, position: int, piece: str) -> None:
        """Digits of an enclosed number, kept apart from ordinary digits beside it but not from their own kind."""
        before = self.original[position - 1 : position]
        after = self.quick[position + 1 : position + 2]
        if self.last.isdigit() and piece[0].isdigit() and before and not is_number(before):
            piece = " " + piece
        if after.isdigit() and piece[-1].isdigit():
            piece += " "
        self.write(piece, position, position + 1)

    def group(self, way: Way, start: int, end: int) -> None:
        if way is Way.CARRIAGE_RETURN:
            self.returns(start, end)
        elif way is Way.MARK:
            self.marks(start, end)
        elif way in _UNREADABLE:
            self.folded.report(_KIND[way], start, end)
            self.blanks(start, end)
        elif self.is_suspicious(way, start, end):
            self.folded.report(_KIND[way], start, end)

    def is_suspicious(self, way: Way, start: int, end: int) -> bool:
        """Whether characters that vanish hide something; most come from telephones, mail programs and emoji."""
        match way:
            case Way.TAG:
                return not _is_flag(self.last, self.original, start, end)
            case Way.BIDI:
                return self.turns(start, end)
            case Way.SELECTOR:
                return end - start > 2 or (_script(self.last) != "漢" and self.in_a_word())  # names have such kanji
            case _:
                return self.splits(start, end)

    def blanks(self, start: int, end: int) -> None:
        self.out.append(" " * (end - start))
        self.starts.extend(range(start, end))
        self.ends.extend(range(start + 1, end + 1))
        self.last = " "

    def returns(self, start: int, end: int) -> None:
        for position in range(start, end):
            if self.original[position + 1 : position + 2] != "\n":
                self.write("\n", position, position + 1)

    def marks(self, start: int, end: int) -> None:
        """Join marks to the character before them where there is such a character, leave them out otherwise."""
        left_over = 0
        for position in range(start, end):
            mark = self.original[position]
            joined = _joined(self.last, mark)
            if joined:
                self.replace_last(joined, position + 1)
            elif mark in _VOICED_MARKS + _HALF_VOICED_MARKS:
                self.write("゛" if mark in _VOICED_MARKS else "゜", position, position + 1)
            elif mark != _KEYCAP or self.last not in "0123456789#*":
                left_over += 2 if mark in _STRIKES else 1
        # One accent too many on a Latin letter may be a foreign word; anything else is drawn over the text.
        if left_over > (1 if _script(self.last) == "a" else 0):
            self.folded.report("combining", start, end)

    def replace_last(self, joined: str, end: int) -> None:
        if len(self.out[-1]) > 1:
            self.out[-1:] = [self.out[-1][:-1], joined]
        else:
            self.out[-1] = joined
        self.ends[-1] = end
        self.last = joined

    def splits(self, start: int, end: int) -> bool:
        """Characters without width are suspicious inside a word, not around emoji or at its edges."""
        if self.original[start:end] == _SOFT_HYPHEN and _SOFT_HYPHEN not in self.original[max(0, start - 3) : start]:
            return _script(self.last) != "a" and self.in_a_word()  # hyphenation, as mail programs do it
        return self.in_a_word()

    def turns(self, start: int, end: int) -> bool:
        """An override is suspicious, except before the phone numbers that telephones copy with it; the rest in a word."""
        piece = self.original[start:end]
        if "\u202e" in piece:
            return True
        before_number = self.after.isdigit() or self.after in {"+", "("}
        return ("\u202d" in piece and not before_number) or self.in_a_word()

    def in_a_word(self) -> bool:
        """Whether the run divides letters of one script, which belong to one word more often than not."""
        script = _script(self.last)
        return script != "" and script == _script(self.after)


def _joined(last: str, mark: str) -> str:
    if mark in _VOICED_MARKS:
        return VOICED.get(last, "")
    if mark in _HALF_VOICED_MARKS:
        return HALF_VOICED.get(last, "")
    if not last.isalpha():
        return ""
    joined = unicodedata.normalize("NFC", last + mark)
    return joined if len(joined) == 1 else ""


def _script(char: str) -> str:
    """A rough class of a character, empty for what is no letter or digit of ours."""
    if not char:
        return ""
    if char < "\u0530":
        return "a" if char.isalnum() else ""
    if "ぁ" <= char <= "ゟ":
        return "か"
    if "ァ" <= char <= "ヿ":
        return "カ"
    if "一" <= char <= "鿿" or char == "々":
        return "漢"
    return ""


def _is_flag(last: str, original: str, start: int, end: int) -> bool:
    """The flags of England, Scotland and Wales are written with tag characters."""
    return last == "\U0001f3f4" and end - start <= 7 and original[end - 1] == "\U000e007f"
