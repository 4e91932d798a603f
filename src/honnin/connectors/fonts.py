"""Finds a Japanese font and tells which letters it has, so that nothing is ever printed as an empty box."""

from __future__ import annotations

import struct
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from honnin.errors import HonninError
from honnin.model import Text

FOLDERS = (
    "/usr/share/fonts/truetype/bizud-gothic",
    "/usr/share/fonts/opentype/ipaexfont-gothic",
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/noto-cjk",
    "/usr/local/share/fonts",
)
FILES = (
    ("BIZUDGothic-Regular.ttf", "BIZ UDGothic"),
    ("ipaexg.ttf", "IPAexGothic"),
    ("NotoSansCJK-Regular.ttc", "Noto Sans CJK JP"),
)
"""Free fonts (OFL, IPA) that Debian has, the most readable first, with the name by which each is asked for."""

NO_FONT = Text(
    "日本語のフォントがないため、PDFを作れません。rootで apt-get install fonts-ipaexfont-gothic を実行するか、フォントのあるフォルダを HONNIN_FONT_DIR に指定してください。",
    "There is no Japanese font, so no PDF can be made. As root, apt-get install fonts-ipaexfont-gothic, or name the folder of one in HONNIN_FONT_DIR.",
)


@dataclass(frozen=True, slots=True)
class Font:
    """A font file with the letters it has, as ranges: ``starts`` sorted, each up to its end."""

    path: Path
    family: str
    starts: Sequence[int]
    ends: Sequence[int]

    def has(self, letter: str) -> bool:
        at = bisect_right(self.starts, ord(letter)) - 1
        return at >= 0 and ord(letter) <= self.ends[at]

    def shown(self, text: str) -> str:
        """Return the text with letters that the font lacks, and those that cannot be seen, written as their numbers."""
        return "".join(letter if self._is_shown(letter) else f"［U+{ord(letter):04X}］" for letter in text)

    def _is_shown(self, letter: str) -> bool:
        is_visible = letter.isprintable() or unicodedata.category(letter) == "Zs"
        return letter == "\n" or (is_visible and self.has(letter))


def find_font(folder: str = "") -> Font:
    """Return the first font of our list, looking first in the folder that the operator named."""
    for place in filter(None, (folder, *FOLDERS)):
        for name, family in FILES:
            path = Path(place) / name
            if path.is_file():
                ranges = _merged(_ranges(path.read_bytes()))
                return Font(path, family, [start for start, _ in ranges], [end for _, end in ranges])
    raise HonninError(NO_FONT)


def _merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Put ranges that touch or overlap into one.

    >>> _merged([(5, 6), (1, 3), (2, 2), (4, 4), (9, 9)])
    [(1, 6), (9, 9)]
    """
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _ranges(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield which letters the font has, from its ``cmap`` table."""
    start = struct.unpack_from(">I", data, 12)[0] if data[:4] == b"ttcf" else 0
    tables = {
        data[at : at + 4]: struct.unpack_from(">I", data, at + 8)[0]
        for at in range(start + 12, start + 12 + 16 * struct.unpack_from(">H", data, start + 4)[0], 16)
    }
    cmap = tables[b"cmap"]
    for number in range(struct.unpack_from(">H", data, cmap + 2)[0]):
        at = cmap + struct.unpack_from(">I", data, cmap + 8 + 8 * number)[0]
        form = struct.unpack_from(">H", data, at)[0]
        if form == 12:
            yield from _groups(data, at)
        elif form == 4:
            yield from _segments(data, at)


def _groups(data: bytes, at: int) -> Iterator[tuple[int, int]]:
    for number in range(struct.unpack_from(">I", data, at + 12)[0]):
        start, end, glyph = struct.unpack_from(">3I", data, at + 16 + 12 * number)
        yield start + (glyph == 0), end


def _segments(data: bytes, at: int) -> Iterator[tuple[int, int]]:
    count = struct.unpack_from(">H", data, at + 6)[0] // 2
    for number in range(count):
        end = struct.unpack_from(">H", data, at + 14 + 2 * number)[0]
        start = struct.unpack_from(">H", data, at + 16 + 2 * (count + number))[0]
        delta = struct.unpack_from(">H", data, at + 16 + 2 * (2 * count + number))[0]
        place = at + 16 + 2 * (3 * count + number)
        offset = struct.unpack_from(">H", data, place)[0]
        for letter in range(start, min(end, 0xFFFE) + 1):
            glyph = (
                letter + delta
                if offset == 0
                else struct.unpack_from(">H", data, place + offset + 2 * (letter - start))[0]
            )
            if glyph & 0xFFFF:
                yield letter, letter
