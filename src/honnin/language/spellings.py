"""The ways one listed English phrase is written: alternatives in parentheses, contractions, chat shorthand, both spellings.

The word lists name a phrase once, in British English with contractions ("i'll (settle|clear) your account"); people write
"I will settle your account", "ill clear ur acct". The first words of a phrase are written out in every way, as words to look
for; the rest, where writing it out would be too much, becomes one small expression that is only tried behind them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

_PART = re.compile(r"\(([^()]*)\)|[^()]+")
_PAIRS = (
    # (as listed, as also written); each is applied to whole words of the phrase, everywhere at once
    ("(i|you|he|she|it|we|they)'ll", r"\1 will"),
    ("(i|you|we|they)'ve", r"\1 have"),
    ("i'm", "i am"),
    ("(you|we|they)'re", r"\1 are"),
    ("(he|she|it|that|what|who|there)'s", r"\1 is"),
    ("(do|does|did|is|are|was|has|have|would|should|could)n't", r"\1 not"),
    ("can't", "cannot"),
    ("won't", "will not"),
    ("you", "u"),
    ("your", "ur"),
    ("please", "pls"),
    ("account", "acct"),
    ("cheque", "check"),
    ("favour", "favor"),
    ("authorise", "authorize"),
)
_SPELLINGS = tuple(
    # what is left of a listed form once its alternatives are taken away stands in every phrase that has it: quick to look for
    (listed.rpartition(")")[2], re.compile(rf"(?<![\w'])(?:{listed})(?![\w'])"), also)
    for listed, also in _PAIRS
)
_WRITTEN_OUT = 40  # ways to write the first words of one phrase out; more go into the expression behind them


class Phrase(NamedTuple):
    """A way to begin a phrase, the expression that must follow ("": the beginning is all), and whether the last word may go on."""

    beginning: str
    rest: str
    goes_on: bool


class _Part(NamedTuple):
    options: tuple[str, ...]
    glued: bool  # to what stands before it, without a space


def phrases(listed: str) -> Iterator[Phrase]:
    """Yield every way to begin the listed phrase, with what must follow.

    >>> sorted(phrase.beginning for phrase in phrases("send (me|us|) the code"))
    ['send me the code', 'send the code', 'send us the code']
    """
    goes_on = listed.endswith("*")
    parts = list(_parts(listed.rstrip("*")))
    taken, ways = 0, 1
    while taken < len(parts) and (
        all("" in part.options for part in parts[:taken]) or ways * len(parts[taken].options) <= _WRITTEN_OUT
    ):
        ways *= len(parts[taken].options)
        taken += 1
    rest = _expression(parts[taken:])
    beginnings = {_joined(parts[:taken], choice) for choice in product(*(part.options for part in parts[:taken]))}
    for beginning in beginnings:
        for written in spellings(beginning, alone=not rest):
            yield Phrase(written, rest, goes_on)


def spellings(phrase: str, *, alone: bool = True) -> set[str]:
    """Return the phrase as listed and as it is also written; a word that stands alone stays as it is.

    >>> sorted(spellings("i'll do it"))
    ['i will do it', "i'll do it", 'ill do it']
    """
    written = {phrase}
    if alone and " " not in phrase:
        return written
    for sign, listed, also in _SPELLINGS:
        if sign in phrase:
            written |= {listed.sub(also, one) for one in written}
    return written | {one.replace("'", "") for one in written} if "'" in phrase else written


def _parts(listed: str) -> Iterator[_Part]:
    spaced = True
    for found in _PART.finditer(listed):
        raw = found.group(1).split("|") if found.group(1) is not None else [found.group()]
        glued = not spaced and not raw[0].startswith(" ")
        spaced = any(option.endswith(" ") for option in raw)
        options = tuple(dict.fromkeys(" ".join(option.split()) for option in raw))
        if options != ("",):
            yield _Part(options, glued)


def _joined(parts: list[_Part], choice: tuple[str, ...]) -> str:
    text = ""
    for part, option in zip(parts, choice, strict=True):
        text += option if not text or part.glued or option[:1] in {"", "'"} else f" {option}"
    return text


def _expression(parts: list[_Part]) -> str:
    pattern = ""
    for part in parts:
        written = {way for option in part.options if option for way in spellings(option, alone=False)}
        ways = sorted(written, key=lambda way: (-len(way), way))
        spaced = [f"{'' if part.glued or way.startswith(chr(39)) else ' '}{re.escape(way)}" for way in ways]
        pattern += f"(?:{'|'.join(spaced)}){'?' if '' in part.options else ''}"
    return pattern
