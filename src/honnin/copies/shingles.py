"""Cuts masked text into small overlapping groups and gives each a number that is the same on every machine.

Japanese is cut into groups of four letters, blanks left out; other writing into pairs of words. Two texts share as many groups as
they share wording, wherever it stands.
"""

from __future__ import annotations

import re
from itertools import pairwise
from zlib import crc32

LETTERS = 4
"""Letters in a Japanese group. Three are shared by unrelated texts, five are broken by every second change; see docs/decisions/0003."""
_BYTES = 2 * LETTERS
_SPREAD = 2_654_435_761
"""Odd, near 2**32 divided by the golden ratio: spreads neighbouring checksums over the whole range and keeps each distinct."""

_JA = "ぁ-ゖァ-ヺー々一-鿿"
_JAPANESE = re.compile(f"[{_JA}]")
_FOREIGN_WORD = f"[^\\s{_JA}]+"
_FOREIGN = re.compile(f"(?<!\\S)(?:{_FOREIGN_WORD} ){{3,}}{_FOREIGN_WORD}(?!\\S)")
"""Four words on end that hold no Japanese letter are a sentence in another language; fewer are names and terms."""


def shingles(masked: str) -> list[int]:
    """Return the number of each group, in the order of the text but for sentences in another language, which come last.

    A group's number is the CRC-32 of its letters in UTF-16-LE, or of its two words with a blank between in UTF-8, times
    ``_SPREAD``, modulo 2**32. There is no salt: the same words give the same numbers everywhere, or fingerprints could
    not be shared.

    >>> shingles("振り込んで") == [_number("振り込ん".encode("utf-16-le")), _number("り込んで".encode("utf-16-le"))]
    True
    >>> shingles("buy gift cards") == [_number(b"buy gift"), _number(b"gift cards")]
    True
    >>> shingles("振り込んで please buy gift cards")[2:] == shingles("please buy gift cards")
    True
    """
    if not _JAPANESE.search(masked):
        return _pairs(masked)
    foreign = _FOREIGN.findall(masked) if " " in masked else []
    if foreign:
        masked = _FOREIGN.sub(" ", masked)
    letters = masked.replace(" ", "").encode("utf-16-le")
    found = [crc32(letters[at : at + _BYTES]) * _SPREAD & 0xFFFFFFFF for at in range(0, len(letters) - _BYTES + 1, 2)]
    for sentence in foreign:
        found += _pairs(sentence)
    return found


def _pairs(text: str) -> list[int]:
    words = text.encode().split()
    return [crc32(second, crc32(first + b" ")) * _SPREAD & 0xFFFFFFFF for first, second in pairwise(words)]


def _number(group: bytes) -> int:
    return crc32(group) * _SPREAD & 0xFFFFFFFF
