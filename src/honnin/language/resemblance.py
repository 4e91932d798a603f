"""How much a text is written like known fraud: letter groups in Japanese, runs of words in English, with fitted weights.

A second opinion beside the acts, for what no one has named yet. It cannot see who asks whom, so it never decides alone: the
score gives it one bounded voice among many (``honnin.screening.score``). Fitted by ``honnin fit``; see docs/quality.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise
from operator import add

from honnin.language.lexicon import read_json
from honnin.text import language_of

SIGN = "\x05"  # before what words stand for, so that no word of a text can be taken for it
LEAST_LENGTH = 300.0  # about five words: what is shorter says less, whatever it says
READ_AT_MOST = 6000  # characters: what follows adds cost, not knowledge
_MASKS = (
    ("http", re.compile(r"https?://[^\s<>「」（）]{1,2000}"), "\x01"),
    ("www.", re.compile(r"www\.[^\s<>「」（）]{1,500}"), "\x01"),
    ("@", re.compile(r"[a-z0-9._%+\-]{1,64}@[a-z0-9.\-]{1,255}"), "\x02"),
)
_BLANK = re.compile(r"[○●〇◯x*＊]{2,}|\[[^\]\n]{0,20}\]|\{\{?[^}\n]{0,40}\}\}?|<[^>\n]{0,80}>")
_BLANK_SIGN = re.compile(r"[○●〇◯x*＊\[{<]")  # quick to look for; without one there is no blank
_NUMBER = re.compile(r"[0-9][0-9,.:/\-]*")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|0|[\x01\x02]|[$£€!?]")
_SPACE = re.compile(r"[\s　\x03]+")
_SENTENCE = re.compile(r"[^。.!?！？\n]{8,200}")


def grams(folded: str) -> set[str]:
    """Return the groups of one to four letters (Japanese) or one to three words (English) of folded text.

    Links, mail addresses, numbers and blanks of templates are masked, so that none of them can be a mark of good or bad.
    """
    text = folded[:READ_AT_MOST].lower()
    for sign, pattern, mask in _MASKS:
        if sign in text:
            text = pattern.sub(mask, text)
    if _BLANK_SIGN.search(text):
        text = _BLANK.sub("\x03", text)
    text = _NUMBER.sub("0", text)
    if language_of(text) == "ja":
        squeezed = _SPACE.sub("", text)
        pairs = list(map(add, squeezed, squeezed[1:]))
        triples = list(map(add, pairs, squeezed[2:]))
        return {*squeezed, *pairs, *triples, *map(add, triples, squeezed[3:])}
    words = _WORD.findall(text)
    return {*words, *map(" ".join, pairwise(words)), *map(" ".join, zip(words, words[1:], words[2:], strict=False))}


def signs(concepts: AbstractSet[str]) -> set[str]:
    """Return what the words of a text stand for, as groups beside those of its letters."""
    return {f"{SIGN}{concept}" for concept in concepts}


@dataclass(frozen=True)
class Resemblance:
    """For each group that says something, its weight and, as the imaginary part, its share of the length: rare groups have more.

    The two are one number because hundreds of groups of every text are added up. ``bias`` and weights are in log-odds at equal
    shares of both kinds.
    """

    weights: Mapping[str, complex]
    bias_ja: float
    bias_en: float

    @classmethod
    def load(cls) -> Resemblance:
        """Return the fitted weights shipped with the package."""
        data = read_json("resemblance.json")
        scale = data["scale"]
        weights = {gram: complex(weight * scale, length * scale) for gram, (weight, length) in data["weights"].items()}
        return cls(weights, data["bias_ja"], data["bias_en"])

    def logit(self, folded: str, concepts: AbstractSet[str] = frozenset()) -> float:
        """Return the log-odds (negative: unlike fraud; 0: cannot tell), of folded text and what its words stand for.

        >>> Resemblance({"gift": 3 + 1j, "gift card": 5 + 4j}, 0.0, -1.0).logit("a gift card") > 0
        True
        """
        found = grams(folded)
        if concepts:
            found |= signs(concepts)
        return self.of_grams(found, ja=language_of(folded) == "ja")

    def of_grams(self, found: AbstractSet[str], *, ja: bool) -> float:
        """Return the log-odds of a text by the set of its groups."""
        bias = self.bias_ja if ja else self.bias_en
        total = sum(filter(None, map(self.weights.get, found)), 0j)
        length = total.imag
        return float(bias + total.real / (length + LEAST_LENGTH) ** 0.5) if length else min(bias, 0.0)

    def excerpt(self, folded: str) -> tuple[int, int]:
        """Return the offsets of the sentence that is most like known fraud."""
        best = max(_SENTENCE.finditer(folded[:READ_AT_MOST]), key=lambda match: self.logit(match.group()), default=None)
        return best.span() if best else (0, min(len(folded), 120))
