"""What a text tells of, in a form that can be compared quickly: its telling words, without names, numbers and courtesies.

The words of a script live on in its kanji, katakana and English words, however the sentences around them are turned. Which of
them are telling is known beforehand: words of every second scam (口座, 振込, gift card) say little about which one it is, words that
hardly anybody uses say much. Each word, and each pair of neighbours, becomes a number whose two lowest bits hold its weight.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from itertools import pairwise
from zlib import crc32

from honnin.text import normalise

READ_AT_MOST = 6_000
KEPT = 256
"""Numbers kept of one text: most texts have fewer."""
FEWEST = 12
"""A text of fewer groups says too little to be told from another."""

_LINK = re.compile(r"https?://[^\s<>「」（）]{1,2000}|(?<![a-z0-9])[a-z0-9._%+\-]{1,64}@[a-z0-9.\-]{1,255}")
_COURTESY = re.compile(
    "いつも(?:大変)?お世話になって(?:おり|い)ます|お世話になって(?:おり|い)ます|お(?:疲|つか)れ(?:様|さま)です|"
    "(?:どうぞ|何卒|以上|ご確認のほど)?(?:、)?よろしくお願い(?:いた|致)?します|お手数(?:です|をおかけします)が|"
    "ありがとうございます|失礼(?:いた|致)?します|お忙しいところ(?:恐れ入りますが|すみませんが|申し訳ありませんが)?|"
    "という(?:連絡|メッセージ|チャット)が(?:来|届き)ました|を名乗る(?:人|アカウント|相手)(?:から)?|(?:から)?連絡がありました|"
    "なりすまし(?:だ)?と思(?:い|われ)ます|ご確認(?:ください|お願いします)|"
    "hope (?:you are|this finds you) (?:doing )?well|kind regards|best regards|thank you|thanks",
)
_HONOURED = re.compile("[一-龥々ァ-ヶー]{1,8}(?=(?:様|さま|さん|氏|殿|社長|会長|専務|常務|部長|課長|株式会社))")
_COMPANY = re.compile("(?:株式|有限|合同)会社[一-龥々ァ-ヶー]{1,10}")
_NUMBER = re.compile(r"[0-9〇○●*＊xX]{2,}|[0-9]")
_CONTENT = re.compile("[ァ-ヺー]{2,}|[一-鿿々]+|[a-z]{3,}")
COMMON = 0
ORDINARY = 1
RARE = 2
UNKNOWN = 3


@cache
def word_weights() -> Mapping[str, int]:
    """Return how telling words are: common ones 0, ordinary ones 1, rare ones 2; all others are 3.

    ``scripts/count_case_words.py`` makes the list from the messages that we wrote ourselves.
    """
    found: dict[str, int] = {}
    for line in (files("honnin.cases") / "data" / "words.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            weight, words = line.split(" ", 1)
            found.update(dict.fromkeys(words.split(), int(weight)))
    return found


def sketch(texts: Iterable[str], names: Iterable[str] = ()) -> tuple[int, ...]:
    """Return the sketch of what was written, ascending; empty where that is too little. ``names`` are taken out.

    >>> first = sketch(["岡山の倉庫を買収する契約です。至急、手付金の振込をお願いします。口座番号は後ほど送ります。"])
    >>> again = sketch(["岡山にある倉庫の買収の件、契約のため 手付金を至急 振込で。口座番号はあとで送るね"])
    >>> total(set(first) & set(again)) / total(again) > 0.5
    True
    """
    found: set[int] = set()
    hidden = tuple(sorted((name for name in names if len(name) > 1), key=len, reverse=True))
    for text in texts:
        found.update(_groups(_masked(text, hidden)))
    return tuple(sorted(found)[:KEPT]) if len(found) >= FEWEST else ()


def weight(number: int) -> int:
    """Return how telling a number of a sketch is, from 1 to 3."""
    return number & 3


def total(numbers: Iterable[int]) -> int:
    return sum(map(weight, numbers))


def _masked(text: str, names: tuple[str, ...]) -> str:
    plain = normalise(text[:READ_AT_MOST]).text.lower()
    plain = _COURTESY.sub(" ", _LINK.sub(" ", plain))
    for name in names:
        plain = plain.replace(name, " ")
    return _NUMBER.sub(" ", _HONOURED.sub(" ", _COMPANY.sub(" ", plain)))


def content_words(plain: str) -> list[str]:
    """Return the words of a folded text that carry what it says, in order."""
    return _CONTENT.findall(plain)


def _groups(plain: str) -> set[int]:
    weights = word_weights()
    words = [(word, weights.get(word, UNKNOWN)) for word in content_words(plain)]
    found = {_number(word, tells) for word, tells in words if tells and len(word) > 1}
    for (first, one), (second, other) in pairwise(words):
        found.add(_number(f"{first} {second}", max(ORDINARY, (one + other) // 2)))
    return found


def _number(group: str, tells: int) -> int:
    return (crc32(group.encode()) * 2_654_435_761 & 0xFFFFFFFC) | tells
