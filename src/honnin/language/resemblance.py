"""How much a text is written like known fraud: letter groups in Japanese, words in English, with fitted weights.

A second opinion beside the acts, for what no one has named yet. It cannot see who asks whom, so it never decides alone: the
score gives it one bounded voice among many (``honnin.screening.score``). Fitted by ``honnin fit``; see docs/quality.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from honnin.language.lexicon import read_json
from honnin.text import language_of

READ_AT_MOST = 6000  # characters: what follows adds cost, not knowledge
_MASKS = (
    (re.compile(r"https?://[^\s<>「」（）]{1,2000}|www\.[^\s<>「」（）]{1,500}"), "\x01"),
    (re.compile(r"[a-z0-9._%+\-]{1,64}@[a-z0-9.\-]{1,255}"), "\x02"),
    (re.compile(r"[○●〇◯xX*＊]{2,}|\[[^\]\n]{0,20}\]|\{\{?[^}\n]{0,40}\}\}?|<[^>\n]{0,80}>|［[^］\n]{0,20}］"), "\x03"),
    (re.compile(r"[0-9][0-9,.:/\-]*"), "0"),
)
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|0|[\x01\x02]|[$£€!?]")
_SPACE = re.compile(r"[\s　\x03]+")
_SENTENCE = re.compile(r"[^。.!?！？\n]{8,200}")


def grams(folded: str) -> Iterator[str]:
    """Yield the letter groups (Japanese) or words and word pairs (English) of folded text.

    Links, mail addresses, numbers and blanks of templates are masked, so that none of them can be a mark of good or bad.
    """
    text = folded[:READ_AT_MOST].lower()
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    if language_of(text) == "ja":
        squeezed = _SPACE.sub("", text)
        for size in (2, 3, 4):
            for start in range(len(squeezed) - size + 1):
                yield squeezed[start : start + size]
        return
    words = _WORD.findall(text)
    yield from words
    for first, second in pairwise(words):
        yield f"{first} {second}"


@dataclass(frozen=True)
class Resemblance:
    """Weights of the groups that say something. ``bias`` and weights are in log-odds at equal shares of both kinds."""

    weights: Mapping[str, float]
    bias_ja: float
    bias_en: float

    @classmethod
    def load(cls) -> Resemblance:
        """Return the fitted weights shipped with the package."""
        data = read_json("resemblance.json")
        scale = data["scale"]
        return cls({gram: weight * scale for gram, weight in data["weights"].items()}, data["bias_ja"], data["bias_en"])

    def logit(self, folded: str) -> float:
        """Return the log-odds (negative: unlike fraud; 0: cannot tell), of folded text.

        >>> Resemblance({"gift": 3.0, "gift card": 5.0}, 0.0, -1.0).logit("a gift card") > 0
        True
        """
        return self.of_grams(set(grams(folded)), ja=language_of(folded) == "ja")

    def of_grams(self, found: Iterable[str], *, ja: bool) -> float:
        """Return the log-odds of a text by the set of its groups."""
        weights = [self.weights[gram] for gram in found if gram in self.weights]
        bias = self.bias_ja if ja else self.bias_en
        return float(bias + sum(weights) / len(weights) ** 0.5) if weights else min(bias, 0.0)

    def excerpt(self, folded: str) -> tuple[int, int]:
        """Return the offsets of the sentence that is most like known fraud."""
        best = max(_SENTENCE.finditer(folded[:READ_AT_MOST]), key=lambda match: self.logit(match.group()), default=None)
        return best.span() if best else (0, min(len(folded), 120))
