"""Cuts masked text into small overlapping groups and gives each a number that is the same on every machine.

Japanese is cut into groups of four letters, blanks left out; other writing into pairs of words. Two texts share as many groups as
they share wording, wherever it stands.
"""

from __future__ import annotations

from itertools import pairwise
from zlib import crc32

from honnin.text import language_of

LETTERS = 4
"""Letters in a Japanese group. Three are shared by unrelated letters, five are broken by every second change; docs/quality.md."""
_BYTES = 2 * LETTERS
_SPREAD = 2_654_435_761
"""Odd, near 2**32 divided by the golden ratio: spreads neighbouring checksums over the whole range and keeps each distinct."""


def shingles(masked: str) -> list[int]:
    """Return the number of each group in the order of the text.

    A group's number is the CRC-32 of its letters in UTF-16-LE, or of its two words with a blank between in UTF-8, times
    ``_SPREAD``, modulo 2**32. There is no salt: the same words give the same numbers everywhere, or fingerprints could
    not be shared.

    >>> shingles("振り込んで") == [_number("振り込ん".encode("utf-16-le")), _number("り込んで".encode("utf-16-le"))]
    True
    >>> shingles("buy gift cards") == [_number(b"buy gift"), _number(b"gift cards")]
    True
    """
    if language_of(masked) == "ja":
        letters = masked.replace(" ", "").encode("utf-16-le")
        return [
            crc32(letters[at : at + _BYTES]) * _SPREAD & 0xFFFFFFFF for at in range(0, len(letters) - _BYTES + 1, 2)
        ]
    words = masked.encode().split()
    return [crc32(second, crc32(first + b" ")) * _SPREAD & 0xFFFFFFFF for first, second in pairwise(words)]


def _number(group: bytes) -> int:
    return crc32(group) * _SPREAD & 0xFFFFFFFF
