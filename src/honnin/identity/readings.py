"""How Japanese names can be read, for telling names that sound the same."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files

from honnin.identity.keys import reshape

_LONGEST_READING = 4
_LONGEST_NAME = 12


@cache
def _table() -> dict[str, frozenset[str]]:
    """Readings of single characters and of whole family names."""
    table: dict[str, set[str]] = {}
    for line in files("honnin.identity").joinpath("data", "name_readings.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            written, _, readings = line.partition("\t")
            table.setdefault(reshape(written), set()).update(readings.split(","))
    return {written: frozenset(readings) for written, readings in table.items()}


def is_family_name(written: str) -> bool:
    """Whether this is one of the usual family names of more than one character."""
    return len(written) > 1 and written in _table()


@lru_cache(maxsize=8192)
def can_be_read(written: str, kana: str) -> bool:
    """Whether a name can be read so; ``kana`` is hiragana.

    >>> can_be_read("友美", "ともみ"), can_be_read("知己", "ともみ"), can_be_read("太郎", "ともみ")
    (True, True, False)
    """
    if not written or not kana or len(written) > _LONGEST_NAME or len(kana) > _LONGEST_READING * len(written):
        return False
    table = _table()
    if kana in table.get(written, frozenset()):
        return True
    reached = {0}
    for char in written:
        readings = table.get(char, frozenset({char}))
        reached = {
            at + len(part)
            for at in reached
            for part in (*readings, char)
            if kana.startswith(part, at)
        }  # fmt: skip
        if not reached:
            return False
    return len(kana) in reached
