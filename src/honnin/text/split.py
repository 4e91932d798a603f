"""Words written letter by letter: 「振 込」「ふ・り・込・み」 "p a s s w o r d"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum

from honnin.text.fold import Folded
from honnin.text.lookalike import as_katakana
from honnin.text.tables import words

_WORDS = words("split_words.txt")
_PAIRS = frozenset(word for word in _WORDS if len(word) == 2)
_SENSITIVE = re.compile("|".join(_WORDS))
_SENSITIVE_LATIN = re.compile("|".join(words("split_words_latin.txt")))
_SHORT_LATIN = frozenset(["pin", "otp", "sms", "cvv", "cvc", "url", "atm", "btc"])

# What people put between letters, in Japanese and in Latin writing. The same must stand in every gap.
_MARKS = r"._\-*|~+=^・•·‧☆★♡♥♪◆◇※"
_JA_MARKS = _MARKS + "･,、/。:;…"
_JA = "[ぁ-ゖァ-ヺー々一-鿿]"
_JA_APART = f"( {{1,3}}|[{_JA_MARKS}])"
_JA_RUN = re.compile(rf"{_JA}{_JA_APART}{_JA}(?:\1{_JA})+")
_JA_PAIR = re.compile(
    f"[{''.join(sorted(pair[0] for pair in _PAIRS))}]{_JA_APART}[{''.join(sorted(pair[1] for pair in _PAIRS))}]"
)
# Part of an address, a formula or a longer word on either side: not a word written letter by letter.
_LATIN_RUN = re.compile(
    rf"[A-Za-z0-9](?=[ {_MARKS}])(?<![A-Za-z0-9/@:%&?#{_MARKS}].)( {{1,3}}|[{_MARKS}])[A-Za-z0-9](?:\1[A-Za-z0-9])+"
    r"(?![A-Za-z0-9/@:_\-*|~+=^%&?#]|\.[A-Za-z0-9])"
)
# Quick to search for, and true of every run.
_JA_ALONE = re.compile(f"[ {_JA_MARKS}]{_JA}[ {_JA_MARKS}]")
_LATIN_ALONE = re.compile(f"[ {_MARKS}][A-Za-z0-9][ {_MARKS}]")
_JA_LETTER = re.compile(_JA)
_KANJI = re.compile("[一-鿿]")
# Ordinary Japanese puts these between the members of a list.
_LISTS = frozenset("・、/,。~:;+=…☆★♡♥♪◆◇※")
_LISTINGS = tuple(
    map(
        frozenset,
        ("日月火水木金土祝", "一二三四五六七八九十", "上下左右前後中", "大中小", "東西南北", "春夏秋冬", "甲乙丙丁"),
    )
)
_IN_A_ROW = "0123456789 abcdefghijklmnopqrstuvwxyz"


class _Word(Enum):
    SUSPICIOUS = "nobody writes this word so"
    WIDE = "merely written wide, as a heading may be"
    NONE = "not one word at all"


def join(folded: Folded) -> None:
    """Put words together again that were written letter by letter."""
    text = folded.text
    gaps: dict[int, int] = {}
    for match, word in _candidates(text):
        inside = _gaps(match)
        if word is _Word.NONE or inside[0][0] in gaps:
            continue
        gaps.update(inside)
        if word is _Word.SUSPICIOUS:
            start, end = folded.origin(*match.span())
            folded.report("split_letters", start, end, folded.original[start:end])
    if gaps:
        folded.drop(sorted(gaps.items()))


def _candidates(text: str) -> Iterator[tuple[re.Match[str], _Word]]:
    if _LATIN_ALONE.search(text):
        for match in _LATIN_RUN.finditer(text):
            yield match, _latin_word(match)
    if text.isascii():
        return
    run = _JA_RUN.search(text) if _JA_ALONE.search(text) else None
    while run:
        yield run, _ja_word(text, run)
        run = _JA_RUN.search(text, run.end() - 1)  # the last letter may open the next run
    for pair in _JA_PAIR.finditer(text):
        yield pair, _pair(text, pair)


def _gaps(match: re.Match[str]) -> list[tuple[int, int]]:
    width = len(match[1])
    return [(at, at + width) for at in range(match.start() + 1, match.end() - 1, width + 1)]


def _joined(match: re.Match[str]) -> str:
    return match[0][:: len(match[1]) + 1]


def _latin_word(match: re.Match[str]) -> _Word:
    word = _joined(match).lower()
    if word in _IN_A_ROW or len(set(word)) == 1:  # a list, a filler
        return _Word.NONE
    if word.isdigit():
        return _Word.WIDE if len(word) >= 6 and match[1] != "." else _Word.NONE  # 1.2.1.3.1.1 counts sections
    if word in _SHORT_LATIN:
        return _Word.SUSPICIOUS
    if not word.isalpha() or len(word) < 4:
        return _Word.NONE
    return _Word.SUSPICIOUS if _SENSITIVE_LATIN.search(word) else _Word.WIDE


def _ja_word(text: str, match: re.Match[str]) -> _Word:
    word = _joined(match)
    if _SENSITIVE.search(word) or _SENSITIVE.search(as_katakana(word)):
        return _Word.WIDE if word.endswith("書") else _Word.SUSPICIOUS  # 「振 込 依 頼 書」 is how a form is headed
    start, end = match.span()
    attached = (start > 0 and _JA_LETTER.match(text, start - 1) is not None) + (_JA_LETTER.match(text, end) is not None)
    if (
        len(word) - attached < 3
        or len(set(word)) == 1
        or match[1] in _LISTS
        or any(listing.issuperset(word) for listing in _LISTINGS)
    ):
        return _Word.NONE
    return _Word.WIDE


def _pair(text: str, match: re.Match[str]) -> _Word:
    if _joined(match) not in _PAIRS:
        return _Word.NONE
    start, end = match.span()
    attached = (start > 0 and _KANJI.match(text, start - 1) is not None) + (_KANJI.match(text, end) is not None)
    if attached == 2 or (attached and match[1][0] in " 、,。/"):
        return _Word.NONE  # 「支社 長田」, 「窓口 座席」
    return _Word.SUSPICIOUS
