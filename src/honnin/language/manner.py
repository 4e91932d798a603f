"""How somebody usually writes, and whether a message breaks with it: another hand on a known account often shows.

A manner is a handful of habits counted over the texts of one account in one conversation: polite or plain endings, full stops
or none, small or capital beginnings, the language itself. A single change says nothing; several at once are worth a word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from honnin.text import language_of

# Looked for one by one in lower-cased text: that takes a fraction of the time of one expression for all.
_POLITE = ("です", "ます", "ました", "ません", "ましょう", "ください", "下さい", "でしょう", "ございま")
_STIFF = ("いただけ", "頂け", "恐れ入り", "幸甚", "存じます", "何卒", "お手数", "賜り")
_STIFF_WORDS = ("kindly", "dear", "regards", "sincerely")
_STIFF_WORD = re.compile(r"\b(?:kindly|dear|regards|sincerely)\b")
_LOOSE = ("笑", "www", "^^", "(^", ";)", ":)")
_LOOSE_WORDS = ("lol", "haha")
_LOOSE_WORD = re.compile(r"\blol\b|\bhaha")
_LAUGHS_LAST = re.compile(r"(?<![a-z])w$")
_EMOJI = re.compile("[\U0001f300-\U0001faff☀-➿]")
_CONTRACTED = re.compile(r"\b(?:i'm|i'll|it's|don't|can't|we're|won't|that's|you're|let's|gonna|didn't|isn't)\b")
_WRITTEN_OUT = re.compile(r"\b(?:i am|i will|it is|do not|cannot|we are|will not|that is|you are|did not|is not)\b")

_OPPOSITES = (
    ("polite", "plain"),
    ("ja", "en"),
    ("stopped", "unstopped"),
    ("small", "capital"),
    ("contracted", "written_out"),
    ("loose", "stiff"),
)
_WHOLE_BREAK = frozenset({"ja", "en"})
"""A change of the language is a break by itself."""

LEAST_TEXTS = 4
"""So many earlier texts make a habit."""
_HABIT, _SELDOM = 0.7, 0.1
_SHORTEST = 6
_BREAKS = 2


@dataclass(frozen=True, slots=True)
class Manner:
    """Habits counted over ``texts`` texts.

    >>> usual = Manner()
    >>> for said in ("了解、あとで見るね", "今日は外だよ", "ごめん、遅れる", "資料見たよ、いい感じだね"):
    ...     usual = usual.with_text(said)
    >>> usual.broken_by("お手数ですが、本日中にお手続きいただけますと幸いです。"), usual.broken_by("了解、明日行くね")
    (True, False)
    """

    texts: int = 0
    counts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def with_text(self, folded: str) -> Manner:
        """The manner once one more text is counted; very short ones have none."""
        return self._with(traits_of(folded))

    def _with(self, traits: frozenset[str]) -> Manner:
        if not traits:
            return self
        return Manner(self.texts + 1, {**self.counts, **{one: self.counts.get(one, 0) + 1 for one in traits}})

    def broken_by(self, folded: str) -> bool:
        """Whether a text breaks with several habits at once, or with the language."""
        return self.texts >= LEAST_TEXTS and self._breaks(traits_of(folded))

    def meet(self, folded: str) -> tuple[bool, Manner]:
        """Whether a text breaks with the manner, and the manner once that text is counted: both in one reading."""
        traits = traits_of(folded)
        return self.texts >= LEAST_TEXTS and self._breaks(traits), self._with(traits)

    def _breaks(self, traits: frozenset[str]) -> bool:
        broken = 0
        for one, other in _OPPOSITES:
            for usual, unusual in ((one, other), (other, one)):
                if unusual in traits and usual not in traits and self._is_habit(usual) and self._is_rare(unusual):
                    if unusual in _WHOLE_BREAK:
                        return True
                    broken += 1
        return broken >= _BREAKS

    def _is_habit(self, trait: str) -> bool:
        return self.counts.get(trait, 0) >= _HABIT * self.texts

    def _is_rare(self, trait: str) -> bool:
        return self.counts.get(trait, 0) <= _SELDOM * self.texts


def traits_of(folded: str) -> frozenset[str]:
    """The habits one text shows.

    >>> sorted(traits_of("お疲れ様です。資料を送ります。"))
    ['ja', 'polite', 'stopped']
    """
    text = folded[:600]
    lang = language_of(text)
    if len(text.strip()) < _SHORTEST or not lang:
        return frozenset()
    low = text.lower()
    found: set[str] = {lang}
    if lang == "ja":
        found.add("polite" if _has(low, _POLITE) else "plain")
        found.add("stopped" if "。" in text else "unstopped")
    else:
        first = text.lstrip()[:1]
        found.add("small" if first.islower() else "capital" if first.isupper() else "")
        found.add("contracted" if _CONTRACTED.search(low) else "written_out" if _WRITTEN_OUT.search(low) else "")
        found.add("stopped" if "." in text else "unstopped")
    found.add("loose" if _is_loose(low) else "")
    found.add("stiff" if _has(low, _STIFF) or (_has(low, _STIFF_WORDS) and _STIFF_WORD.search(low)) else "")
    return frozenset(found - {""})


def _is_loose(low: str) -> bool:
    return (
        _has(low, _LOOSE)
        or (not low.isascii() and _EMOJI.search(low) is not None)
        or ("w" in low[-2:] and _LAUGHS_LAST.search(low) is not None)
        or (_has(low, _LOOSE_WORDS) and _LOOSE_WORD.search(low) is not None)
    )


def _has(text: str, signs: tuple[str, ...]) -> bool:
    return any(map(text.__contains__, signs))
