"""Finds the names of people in a text, wherever they stand, so that they can be left out of what is passed on."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

from sudachipy import Dictionary, SplitMode, Tokenizer

LONGEST = 4_000
"""Characters looked at; the analyser refuses much more at once."""

_LETTERS = re.compile(r"[^\W\d_]")
_BETWEEN = frozenset({" ", "\u3000", "・", "=", "-"})
_CAPITAL = re.compile(r"[A-Z][a-z'’]+")
_PERSON = "人名"


class People:
    """Built once and shared by threads; each thread has a tokenizer of its own."""

    def __init__(self) -> None:
        self._dictionary = Dictionary(dict="core")
        self._own = threading.local()

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield (start, end) of each name of a person, family and given name together.

        >>> text = "経理の佐久間さんに、三田村 一郎から連絡が行きます。"
        >>> [text[start:end] for start, end in People().find(text)]
        ['佐久間', '三田村 一郎']
        """
        first = last = -1
        for start, end in self._parts(text[:LONGEST]):
            if first >= 0 and (start == last or (start == last + 1 and text[last] in _BETWEEN)):
                last = end
                continue
            if first >= 0:
                yield first, last
            first, last = start, end
        if first >= 0:
            yield first, last

    def _parts(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield each name the dictionary knows, and a capitalised word right after one: a family name it does not know."""
        named = -2
        for token in self._tokenizer().tokenize(text):
            start, end = token.begin(), token.end()
            word = text[start:end]
            is_known = token.part_of_speech()[2] == _PERSON and _LETTERS.search(word)
            is_next = start == named + 1 and text[named] == " " and _CAPITAL.fullmatch(word)
            if is_known or is_next:
                named = end
                yield start, end

    def _tokenizer(self) -> Tokenizer:
        found: Tokenizer | None = getattr(self._own, "tokenizer", None)
        if found is None:
            found = self._own.tokenizer = self._dictionary.tokenizer(SplitMode.C)
        return found
