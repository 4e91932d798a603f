"""What is remembered of a fraudulent text: a sketch from which near copies are known, but the text is not.

The sketch holds the smallest numbers of the text's groups (see ``shingles``). Numbers are spread evenly, so the smallest
are a fair sample, and every text picks its sample the same way. See docs/copies.md for the format that sites exchange.
"""

from __future__ import annotations

import base64
import binascii
import sys
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise

from honnin.copies.masking import READ_AT_MOST, mask
from honnin.copies.shingles import shingles

SKETCH = 64
"""How many numbers are kept: with 64 the share that another text has of them is off by six points at most, two times in three."""
FEWEST = 20
"""A text of fewer groups says too little of its own: many harmless messages are written like it."""
MOST = 2 * READ_AT_MOST
"""No text has more groups, for no more is read."""


class UnusableError(ValueError):
    """A written fingerprint that cannot be one; ``field`` says what is wrong with it."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """``groups`` is how many different groups the text had, ``sketch`` the smallest of their numbers, ascending."""

    groups: int
    sketch: tuple[int, ...]

    @property
    def id(self) -> str:
        """A name made of the sketch alone: the same text has the same name at every site."""
        return sha256(_packed(self.sketch)).hexdigest()[:24]

    def written(self) -> str:
        """The sketch as text: base64 of 32-bit numbers, the high byte first."""
        return base64.b64encode(_packed(self.sketch)).decode("ascii")

    @classmethod
    def read(cls, groups: int, written: str) -> Fingerprint:
        """Read a sketch back, or refuse what no text can have made.

        >>> made = fingerprint(["buy five gift cards for a client, scratch them, take photos and send me the codes before "
        ...                     "noon, keep this between us until the meeting is over"])
        >>> Fingerprint.read(made.groups, made.written()) == made
        True
        """
        if not FEWEST <= groups <= MOST:
            raise UnusableError("groups")
        try:
            packed = base64.b64decode(written, validate=True)
        except (binascii.Error, ValueError):
            raise UnusableError("sketch") from None
        if len(packed) != 4 * min(groups, SKETCH):
            raise UnusableError("sketch")
        numbers = array("I", packed)
        if sys.byteorder == "little":
            numbers.byteswap()
        if any(low >= high for low, high in pairwise(numbers)):
            raise UnusableError("sketch")
        return cls(groups, tuple(numbers))


def fingerprint(folded: Iterable[str], names: Iterable[str] = ()) -> Fingerprint | None:
    """Return the fingerprint of what one side wrote, a text or several, in folded form; None where it is too short.

    ``names`` (see ``name_parts``) are taken out beside those that give themselves away. The order of the texts is no matter.
    """
    names = tuple(names)
    found: set[int] = set()
    read = 0
    for text in folded:
        groups = shingles(mask(text, names))
        found.update(groups)
        read += len(groups)
        if read > READ_AT_MOST:
            break
    if len(found) < FEWEST:
        return None
    return Fingerprint(len(found), tuple(sorted(found)[:SKETCH]))


def _packed(sketch: tuple[int, ...]) -> bytes:
    numbers = array("I", sketch)
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers.tobytes()
