"""Keys under which different writings of one name meet."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from honnin.identity.words import kanji, variants
from honnin.text import normalise, romaji_key, to_hiragana
from honnin.text.kanji import NAME_VARIANTS

LONGEST_NAME = 200
"""Longer display names are cut: nobody reads further, and a name costs the square of its words."""

_SIGNS = re.compile(r"[™®©℠ⓇⒸⓅ]")
_SHAPES = {**variants(), **{ord(k): v for k, v in NAME_VARIANTS.items()}}
_LATIN_LIKE = str.maketrans(
    "аеорсухіјѕһԁԛԝкмтнвпгАВЕКМНОРСТУХІЈЅԚԜαβγεηικνορτυχωσΑΒΕΖΗΙΚΜΝΟΡΤΥΧıɑɡ",
    "aeopcyxijshdqwkmthbnrABEKMHOPCTYXIJSQWabyenikvoptuxwoABEZHIKMNOPTYXiag",
)
_SPECIAL = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})
_HARD_TO_TELL = str.maketrans("0134578|!$@", "oieastbiisa")
_CJK = re.compile(r"[々〆〇一-鿿㐀-䶿豈-﫿𠀀-𰀀ぁ-ゖァ-ヺー]")
_AGAIN = re.compile(r"(.)[々〻]")
_GLYPHS = kanji().glyphs
_PARTS = kanji().parts
_LOOKALIKES = kanji().lookalikes


@lru_cache(maxsize=8192)
def clean(text: str) -> str:
    """What an eye sees of a display name: no signs, nothing invisible, one width, one shape of each kanji.

    >>> clean("★山田　太郎™")
    '★山田 太郎 '
    """
    seen = normalise(_SIGNS.sub(" ", text[:LONGEST_NAME])).text
    return reshape(seen)


def reshape(text: str) -> str:
    """One shape for each kanji that names write in several."""
    return text if text.isascii() else text.translate(_SHAPES)


def is_cjk(text: str) -> bool:
    return _CJK.search(text) is not None


def letters(text: str) -> str:
    """Latin letters alone, lower case, without marks: "O'Néill" is "oneill"."""
    lower = text.translate(_LATIN_LIKE).lower().translate(_SPECIAL)
    if not lower.isascii():
        lower = unicodedata.normalize("NFKD", lower)
    return "".join(char for char in lower if "a" <= char <= "z" or "0" <= char <= "9")


def look(text: str) -> str:
    """A key in which Latin words meet that a hurried eye takes for one another: Warcl and Ward, Hel3n and Helen."""
    plain = text.translate(_HARD_TO_TELL)
    return plain.replace("vv", "w").replace("rn", "m").replace("cl", "d").replace("l", "i").replace("j", "i")


def japanese(text: str) -> str:
    """Kanji as they are, kana as hiragana, nothing else: 「国井 シンスケ」 is 「国井しんすけ」."""
    return _AGAIN.sub(r"\1\1", to_hiragana("".join(_CJK.findall(text))))


def shape(text: str) -> str:
    """A key in which Japanese names meet that are drawn alike: 永ニ and 永二, 里予 and 野."""
    return text.translate(_GLYPHS).translate(_PARTS).translate(_GLYPHS)


def twin(text: str) -> str:
    """A key in which names of different, similar kanji meet: 幸三 and 辛三."""
    return text.translate(_LOOKALIKES)


@lru_cache(maxsize=8192)
def sound(text: str) -> str:
    """The key of how a Japanese name sounds, from kana or romaji."""
    return romaji_key(text.replace("mm", "nm")).replace(" ", "")


_RUN = re.compile(r"(.)\1+")


def join_sounds(first: str, second: str) -> str:
    """The key of two names said as one, made of their keys: "sato" and "umeko" meet as "satoumeko" does."""
    return _RUN.sub(r"\1", (first + second).replace("ou", "o"))


_SYLLABLES = re.compile(r"(?>(?:[kstnhmrgzdbp]y|[kstnhmyrwgzdbpv])?[aiueo]|n)++")


def is_sounding_japanese(key: str) -> bool:
    """Whether a key of ``sound`` can be said in Japanese; a slip of the finger mostly leaves what cannot."""
    return _SYLLABLES.fullmatch(key) is not None


def consonants(word: str) -> str:
    """A rough key of how an English name sounds: Geoffrey and Jeffrey, Shawn and Sean, Marie and Mary are one."""
    key = word.replace("ph", "f").replace("sh", "s").replace("ck", "k").replace("wr", "r").replace("kn", "n")
    key = key.replace("ge", "je").replace("gi", "ji").replace("ce", "se").replace("ci", "si").replace("c", "k")
    key = key.replace("z", "s").replace("q", "k").replace("x", "ks")
    first, rest = key[:1], re.sub("[aeiouyhw]", "", key[1:])
    first = "a" if first in "aeiouy" else first
    return re.sub(r"(.)\1+", r"\1", first + rest)
