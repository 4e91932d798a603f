"""The closer look: characters that vanish, become several, or join the one before them."""

from __future__ import annotations

import re
import unicodedata
from array import array
from functools import lru_cache

from honnin.text.chars import CLOSER_LOOK, HALF_VOICED, VOICED, Way, fold_one, is_number, way_of
from honnin.text.hidden import Hidden, HiddenKind

_RUN = re.compile(f"{CLOSER_LOOK}+")
_MOST_HIDDEN = 100  # of one kind; a text with more of them is no more suspicious
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2190-\u2bff\u3030\u303d\u3297\u3299©®]")


class Folded:
    """A text on its way through the folding, with the way back and what was found so far."""

    __slots__ = ("ends", "hidden", "original", "starts", "text")

    def __init__(self, original: str) -> None:
        self.original = original
        self.text = original
        self.starts: array[int] | None = None
        self.ends: array[int] | None = None
        self.hidden: list[Hidden] = []

    def report(self, kind: HiddenKind, start: int, end: int, shown: str = "") -> None:
        """Note a hidden piece by its place in the original."""
        if sum(hidden.kind == kind for hidden in self.hidden[: _MOST_HIDDEN * 8]) < _MOST_HIDDEN:
            self.hidden.append(Hidden(kind, start, end, shown or code_points(self.original[start:end])))

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Where a non-empty piece of the folded text stands in the original."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]

    def keep(self, pieces: list[tuple[int, int]]) -> None:
        """Leave only these pieces of the folded text, given in order."""
        starts, ends = array("I"), array("I")
        for first, last in pieces:
            if self.starts is None or self.ends is None:
                starts.extend(range(first, last))
                ends.extend(range(first + 1, last + 1))
            else:
                starts.extend(self.starts[first:last])
                ends.extend(self.ends[first:last])
        self.text = "".join([self.text[first:last] for first, last in pieces])
        self.starts, self.ends = starts, ends


def code_points(piece: str) -> str:
    """A short way to show characters that cannot be seen.

    >>> code_points("\\u200b\\u200b")
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
        position = start
        while position < end:
            way, piece = _plan(self.original[position])
            if way is Way.EXPAND:
                self.write(piece, position, position + 1)
                position += 1
            elif way is Way.NUMBER:
                position = self.number(position, piece, end)
            else:
                stop = position + 1
                while stop < end and _plan(self.original[stop])[0] is way:
                    stop += 1
                self.group(way, position, stop)
                position = stop

    def number(self, position: int, piece: str, end: int) -> int:
        """Digits of an enclosed number, kept apart from ordinary digits beside it but not from their own kind."""
        before = self.original[position - 1 : position]
        after = self.quick[position + 1 : position + 2]
        if self.last.isdigit() and piece[0].isdigit() and before and not is_number(before):
            piece = " " + piece
        if after.isdigit() and piece[-1].isdigit():
            piece += " "
        self.write(piece, position, position + 1)
        return position + 1

    def group(self, way: Way, start: int, end: int) -> None:
        match way:
            case Way.CARRIAGE_RETURN:
                self.returns(start, end)
            case Way.MARK:
                self.marks(start, end)
            case Way.CONTROL | Way.SURROGATE:
                self.folded.report("control" if way is Way.CONTROL else "surrogate", start, end)
                for position in range(start, end):
                    self.write(" ", position, position + 1)
            case Way.TAG:
                if not _is_flag(self.last, self.original, start, end):
                    self.folded.report("tag", start, end)
            case Way.BIDI:
                if self.turns(start, end):
                    self.folded.report("bidi", start, end)
            case _:
                if self.splits(start, end):
                    self.folded.report("zero_width", start, end)

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
            elif mark in "\u3099\uff9e\u309a\uff9f":
                self.write("゛" if mark in "\u3099\uff9e" else "゜", position, position + 1)
            else:
                left_over += mark != "\u20e3" or self.last not in "0123456789#*"
        if left_over > 1 or (left_over and not self.last.isalpha()) or (left_over and _script(self.last) in "かカ漢"):
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
        if (
            self.original[start] == "\u00ad"
            and end - start == 1
            and "\u00ad" not in self.original[max(0, start - 3) : start]
        ):
            return _script(self.last) in "かカ漢" and self.same_script(end)
        return self.same_script(end)

    def same_script(self, end: int) -> bool:
        before = _script(self.last)
        after = self.quick[end : end + 1]
        return before != "" and after != "" and before == _script(after)

    def turns(self, start: int, end: int) -> bool:
        """An override is suspicious, except before the phone numbers that telephones copy with it; the rest in a word."""
        piece = self.original[start:end]
        if "\u202e" in piece:
            return True
        after = self.quick[end : end + 1]
        return ("\u202d" in piece and not (after.isdigit() or after in "+(")) or self.same_script(end)


def _joined(last: str, mark: str) -> str:
    if mark in "\u3099\uff9e":
        return VOICED.get(last, "")
    if mark in "\u309a\uff9f":
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
