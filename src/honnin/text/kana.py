"""Kana and romaji: one script for another, and a key in which different romanisations meet."""

from __future__ import annotations

import re
import unicodedata

_HIRAGANA = "".join(map(chr, range(0x3041, 0x3097))) + "ゝゞ"
_KATAKANA = "".join(map(chr, range(0x30A1, 0x30F7))) + "ヽヾ"
_TO_KATAKANA = str.maketrans(_HIRAGANA, _KATAKANA)
_TO_HIRAGANA = str.maketrans(_KATAKANA, _HIRAGANA)

_ROWS = {
    "": "アイウエオ",
    "k": "カキクケコ",
    "s": "サ-スセソ",
    "t": "タ--テト",
    "n": "ナニヌネノ",
    "h": "ハヒ-ヘホ",
    "m": "マミムメモ",
    "y": "ヤ-ユ-ヨ",
    "r": "ラリルレロ",
    "w": "ワヰ-ヱヲ",
    "g": "ガギグゲゴ",
    "z": "ザ-ズゼゾ",
    "d": "ダ--デド",
    "b": "バビブベボ",
    "p": "パピプペポ",
}
_ROMAJI = {
    kana: row + vowel for row, line in _ROWS.items() for kana, vowel in zip(line, "aiueo", strict=True) if kana != "-"
}
_ROMAJI |= {
    "シ": "shi",
    "チ": "chi",
    "ツ": "tsu",
    "フ": "fu",
    "ジ": "ji",
    "ヂ": "ji",
    "ヅ": "zu",
    "ヴ": "vu",
    "ン": "n",
}
_ROMAJI |= {"ヰ": "i", "ヱ": "e", "ヲ": "o", "ヵ": "ka", "ヶ": "ke", "ヷ": "va", "ヸ": "vi", "ヹ": "ve", "ヺ": "vo"}
_SMALL = dict(zip("ァィゥェォャュョヮ", ("a", "i", "u", "e", "o", "ya", "yu", "yo", "wa"), strict=True))
_VOWELS = "aiueo"


def to_katakana(text: str) -> str:
    """The text with every hiragana as katakana.

    >>> to_katakana("たなか 一郎")
    'タナカ 一郎'
    """
    return text.translate(_TO_KATAKANA)


def to_hiragana(text: str) -> str:
    """The text with every katakana as hiragana; ー stays.

    >>> to_hiragana("タナカ")
    'たなか'
    """
    return text.translate(_TO_HIRAGANA)


def kana_to_romaji(kana: str) -> str:
    """Hepburn as on a passport, but with every vowel written out; what is not kana stays as it is.

    >>> kana_to_romaji("しょうじ きょうこ")
    'shouji kyouko'
    >>> kana_to_romaji("ハットリ シンイチ")
    "hattori shin'ichi"
    """
    out: list[str] = []
    doubled = False
    for char in to_katakana(unicodedata.normalize("NFKC", kana)):
        if char == "ッ":
            doubled = True
            continue
        sound = _sound(char, out)
        if doubled and sound and sound[0] in "kstcpgzjdbfhmrywv":
            sound = ("t" if sound.startswith("ch") else sound[0]) + sound
        doubled = False
        out.append(sound)
    return "".join(out)


def _sound(char: str, out: list[str]) -> str:
    """The romaji of one kana after what stands before it; may shorten the last sound for a contracted one."""
    last = out[-1] if out else ""
    if char in _SMALL:
        return _contracted(_SMALL[char], out)
    if char == "ー":
        return last[-1] if last and last[-1] in _VOWELS else ""
    sound = _ROMAJI.get(char, char)
    if last == "n" and sound[:1] in (*_VOWELS, "y") and char in _ROMAJI:
        return "'" + sound
    return sound


def _contracted(small: str, out: list[str]) -> str:
    """キ + ャ = kya, シ + ャ = sha, フ + ァ = fa: the vowel before gives way where it stood in the right row."""
    last = out[-1] if out else ""
    if len(last) > 1 and last[-1] == "i" and small[0] == "y":
        out[-1] = last[:-1]
        return small[1:] if last in {"shi", "chi", "ji"} else small
    if last in {"u", "'u"} and small in {"a", "i", "e", "o"}:
        out[-1] = "w"
        return small
    if len(last) > 1 and last[-1] in "iueo" and len(small) == 1 and last[-1] != small:
        out[-1] = last[:-1]
        return small
    return small


# Each pair brings one way of writing to another. Order matters: the longer spelling first.
_SPELLINGS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), key)
    for pattern, key in (
        (r"[^a-z ]", ""),  # apostrophes, hyphens, long marks left over
        (r"ph", "f"),
        (r"l", "r"),
        (r"[tc]ch", "ch"),  # Hepburn doubles ch with a t
        (r"sh(?=[aueo])|sy", "si~"),
        (r"sh", "s"),
        (r"ch(?=[aueo])|ty|cy", "ti~"),
        (r"ch", "t"),
        (r"j(?=[aueo])|jy|zy|dy", "zi~"),
        (r"j", "z"),
        (r"dz|dj", "z"),
        (r"di", "zi"),
        (r"du", "zu"),
        (r"ts", "t"),
        (r"(?<![aiueo])wo", "o"),
        (r"f", "h"),
        (r"m(?=[bpm])", "n"),
        (r"(?<=[aiueo])h(?![aiueoy~])", ""),  # Ohno, Satoh
        (r"[~y]+", "y"),
        (r"iy(?=[aueo])", "y"),
        (r"ou", "o"),
    )
)
_RUN = re.compile(r"(.)\1+")
_SPACES = re.compile(r" +")


def romaji_key(s: str) -> str:
    """A key in which different romanisations of one name meet: Ohno, Ono, Oono and Ōno are all "ono".

    Kana may be given too. The key is for comparing only; it is nobody's spelling.

    >>> romaji_key("Syouji") == romaji_key("Shoji") == romaji_key("しょうじ")
    True
    >>> romaji_key("Huzii") == romaji_key("Fujii")
    True
    """
    plain = unicodedata.normalize("NFD", kana_to_romaji(s).casefold())
    key = "".join(char for char in plain if char.isalpha() or char == " ")
    for pattern, replacement in _SPELLINGS:
        key = pattern.sub(replacement, key)
    return _SPACES.sub(" ", _RUN.sub(r"\1", key)).strip()
