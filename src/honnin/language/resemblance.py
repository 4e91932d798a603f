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
from honnin.text import language_of, plain_text

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
    text = _masked(plain_text(folded[:READ_AT_MOST]))
    return _letter_groups(_squeezed(text)) if language_of(text) == "ja" else _word_groups(_WORD.findall(text))


def _masked(folded: str) -> str:
    """The text in small letters with its masks; none of them reaches over the end of a line."""
    text = folded.lower()
    for sign, pattern, mask in _MASKS:
        if sign in text:
            text = pattern.sub(mask, text)
    if _BLANK_SIGN.search(text):
        text = _BLANK.sub("\x03", text)
    return _NUMBER.sub("0", text)


def _squeezed(text: str) -> str:
    return _SPACE.sub("", text)


def _letter_groups(squeezed: str) -> set[str]:
    pairs = list(map(add, squeezed, squeezed[1:]))
    triples = list(map(add, pairs, squeezed[2:]))
    return {*squeezed, *pairs, *triples, *map(add, triples, squeezed[3:])}


def _word_groups(words: list[str]) -> set[str]:
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

        >>> Resemblance({"gift": 3 + 1j, "gift card": 5 + 4j}, 0.0, -0.1).logit("a gift card") > 0
        True
        """
        found = grams(folded)
        if concepts:
            found |= signs(concepts)
        return self.of_grams(found, ja=language_of(folded) == "ja")

    def of_grams(self, found: AbstractSet[str], *, ja: bool) -> float:
        """Return the log-odds of a text by the set of its groups."""
        return self.of_sum(self.sum_of(found), ja=ja)

    def sum_of(self, found: AbstractSet[str]) -> complex:
        """Return what groups say together: the sum of their weights and of their shares of the length."""
        return sum(filter(None, map(self.weights.get, found)), 0j)

    def of_sum(self, total: complex, *, ja: bool) -> float:
        """Return the log-odds of a text by what its groups say together."""
        bias, length = self.bias_ja if ja else self.bias_en, total.imag
        return float(bias + total.real / (length + LEAST_LENGTH) ** 0.5) if length else min(bias, 0.0)

    def excerpt(self, folded: str) -> tuple[int, int]:
        """Return the offsets of the sentence that is most like known fraud."""
        best = max(_SENTENCE.finditer(folded[:READ_AT_MOST]), key=lambda match: self.logit(match.group()), default=None)
        return best.span() if best else (0, min(len(folded), 120))


class Growing:
    """The resemblance of all that was said so far: each text is looked at once, however often the whole is asked for.

    >>> whole = Resemblance({"gift card": 5 + 4j}, 0.0, -1.0)
    >>> growing = Growing(whole)
    >>> growing.add("one gift"), growing.add("card please")
    (None, None)
    >>> growing.logit() == whole.logit("one gift card please")
    True
    """

    def __init__(self, resemblance: Resemblance) -> None:
        self._resemblance = resemblance
        self._folded = self._masked = ""
        self._ja = False
        self._squeezed = ""
        self._words: list[str] = []
        self._seen: set[str] = set()
        self._total = 0j

    def add(self, folded: str) -> None:
        """Go on with a further text, which begins a line."""
        room = READ_AT_MOST - len(self._folded) - 1
        if room <= 0:
            return
        self._folded += f"\n{folded[:room]}"
        masked = "\n" + _masked(plain_text(folded[:room]))
        self._masked += masked
        ja = language_of(self._masked) == "ja"
        if ja != self._ja:  # read so far as the other language
            self._ja, self._squeezed, self._words, self._seen, self._total = ja, "", [], set(), 0j
            masked = self._masked
        if ja:
            self._squeezed = self._squeezed[-3:] + _squeezed(masked)
            self._count(_letter_groups(self._squeezed))
        else:
            self._words = self._words[-2:] + _WORD.findall(masked)
            self._count(_word_groups(self._words))

    def logit(self, concepts: AbstractSet[str] = frozenset()) -> float:
        """Return the log-odds of all lines so far and what their words stand for; concepts only come, they never go."""
        self._count(signs(concepts))
        return self._resemblance.of_sum(self._total, ja=language_of(self._folded) == "ja")

    def _count(self, found: set[str]) -> None:
        new = found - self._seen if self._seen else found
        self._seen |= new
        self._total += self._resemblance.sum_of(new)
