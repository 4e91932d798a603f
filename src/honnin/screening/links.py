"""The links of an event, each judged once against all brands the event speaks of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from honnin.links import Links
from honnin.model import LinkCheck
from honnin.text import Normalised

MOST_LINKS = 200
"""Different links judged in one event; a text with more of them is no message to a person."""


class LinkReader:
    """Reads links turn by turn. A brand named anywhere so far counts for the links that follow."""

    def __init__(self, links: Links, own_domains: frozenset[str] = frozenset()) -> None:
        self._links = links
        self._own_domains = own_domains
        self._brands: dict[str, None] = {}
        self._checked: dict[str, LinkCheck] = {}
        self._waiting: list[str] = []

    def name_brands(self, names: Iterable[str]) -> None:
        """Brands the event speaks of outside its texts, as in the sender's name."""
        self._brands.update(dict.fromkeys(names))

    def read(self, text: Normalised, turn: int) -> list[LinkCheck]:
        """Judge the links of one text. Links are looked for in the original words, brands in the folded ones."""
        found = self._links.extract(text.original)
        if not found:
            self._waiting.append(text.text)
            return []
        for waiting in (*self._waiting, text.text):
            self.name_brands(mention.brand for mention in self._links.brands_in(waiting))
        self._waiting.clear()
        brands = tuple(self._brands)
        new = []
        for link in found:
            if link.url not in self._checked and len(self._checked) < MOST_LINKS:
                check = self._links.check(link.url, brands=brands, known_domains=self._own_domains, shown=link.shown)
                check = replace(check, start=link.start, end=link.end, turn=turn)
                self._checked[link.url] = check
                new.append(check)
        return new

    def checks(self) -> tuple[LinkCheck, ...]:
        """All links judged, in order of appearance."""
        return tuple(self._checked.values())
