"""Letters that look like others: раypal with Cyrillic letters, 力ード with a kanji, 入カ with a katakana."""

from __future__ import annotations

import re

from honnin.text.fold import Folded
from honnin.text.tables import words

_CYRILLIC = dict(zip("АВЕЅІЈКМНОРСТХУаеѕіјорсухһԁԛԝӏ", "ABESIJKMHOPCTXYaesijopcyxhdqwl", strict=True))
_GREEK = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαινορυχτκ", "ABEZHIKMNOPTYXaivopuxtk", strict=True))
_SMALL_CAPS = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢɑɡ", "abcdefghijklmnoprstuvwyzag", strict=True))
_ONLY_BESIDE_LATIN = dict(zip("гпօոսց", "rnonug", strict=True))  # alike enough in a Latin word, not on their own
_LATIN_LIKE = _CYRILLIC | _GREEK | _SMALL_CAPS | _ONLY_BESIDE_LATIN
_TO_LATIN = str.maketrans(_LATIN_LIKE)
_LIKE = re.compile(f"[{''.join(_LATIN_LIKE)}]")
_WORD = re.compile(
    "[A-Za-z\u00c0-\u024f\u0250-\u02af\u0370-\u03ff\u0400-\u052f\u0531-\u0587\u1d00-\u1d7f\ua720-\ua7ff]+"
)
_FOREIGN = re.compile("[\u0370-\u03ff\u0400-\u052f\u0531-\u0587]")
_TWO_LATIN = re.compile("[A-Za-z][^A-Za-z]*[A-Za-z]")

# Kanji, dashes and what they pose as between katakana.
_DASHES = "-—―─–"
_KANJI_POSERS = "力口二夕卜八一工千于"
_POSES_AS = dict(zip(_KANJI_POSERS, "カロニタトハーエチテ", strict=True)) | dict.fromkeys(_DASHES, "ー")
_POSERS = _KANJI_POSERS + re.escape(_DASHES)
_TO_KATAKANA = str.maketrans(_POSES_AS)
_KATA = "ァ-ヺー"
_REAL = re.compile(f"[{_KATA}]")
_TOKEN = re.compile(f"[{_KATA}{_POSERS}]+")
_MET = re.compile(f"[{_KATA}{_POSERS}](?:(?<=[{_KATA}])[{_POSERS}]|(?<=[{_POSERS}])[{_KATA}])")
# 力ード, 二ュース, アカウン卜: no ordinary word goes on so beside the kanji. Counters such as 二ヶ月 or 八ッ場 do,
# and so do クリスマス夕方 and ディナー夕べ.
_CANNOT_BE_KANJI = re.compile(
    f"[力口二夕卜八工](?=[ァィゥェォャュョ])|力(?=ー[{_KATA}{_KANJI_POSERS}])"
    f"|(?<=[{_KATA}{_POSERS}])[卜夕](?=[{_KANJI_POSERS}]{{0,8}}(?:[^一-鿿々べごげ]|\\Z))"
)
_NO_WORD = re.compile(f"[{_POSERS}]{{9}}")
_KATAKANA_WORD = re.compile("|".join(sorted(words("katakana_words.txt"), key=len, reverse=True)))
_STAY = frozenset(words("kanji_before_katakana.txt"))

# Katakana in a word of kanji, by the side from which more katakana would make it another word.
_OPENING = {
    "ロ座": "口座",
    "タ方": "夕方",
    "タ刻": "夕刻",
    "エ事": "工事",
    "エ場": "工場",
    "ニ段階": "二段階",
    "ニ重": "二重",
    "ー括": "一括",
}
_CLOSING = {kanji + "ロ": kanji + "口" for kanji in "窓人入出"} | {
    kanji + "カ": kanji + "力" for kanji in "入出協能努電"
}
_MEANT = _OPENING | _CLOSING
_WRONG = re.compile(  # but not ゼロ座標, 記入カ所
    "|".join(
        [rf"{wrong}(?<![{_KATA}]{wrong})(?!標)" for wrong in _OPENING]
        + [f"{wrong}(?![{_KATA}所月国年条])" for wrong in _CLOSING]
    )
)


def as_katakana(text: str) -> str:
    """The text with every kanji and dash that could pose as katakana read so; for asking, not for reading."""
    return text.translate(_TO_KATAKANA)


def unmask(folded: Folded) -> None:
    """Put the letter that is meant in place of the one that poses as it."""
    if folded.text.isascii():
        return
    if _LIKE.search(folded.text):
        _latin(folded)
    if _MET.search(folded.text):
        _katakana(folded)
    if _WRONG.search(folded.text):
        _kanji(folded)


def _report(folded: Folded, match: re.Match[str]) -> None:
    start, end = folded.origin(*match.span())
    folded.report("homoglyph", start, end, folded.original[start:end])


def _latin(folded: Folded) -> None:
    """Fold words of mixed scripts, and words of lookalikes alone in a text that has no other letters of their kind."""
    at_home = _FOREIGN.search(_LIKE.sub("", folded.text)) is not None

    def fold(match: re.Match[str]) -> str:
        word = match[0]
        latin = word.translate(_TO_LATIN)
        if latin == word or len(word) < 3 or _FOREIGN.search(latin):
            return word
        if not _TWO_LATIN.search(word) and (
            at_home or len(word) < 4 or any(char in _ONLY_BESIDE_LATIN for char in word)
        ):
            return word
        _report(folded, match)
        return latin

    folded.text = _WORD.sub(fold, folded.text)


def _katakana(folded: Folded) -> None:
    text = folded.text
    sure = {match.start() for match in _CANNOT_BE_KANJI.finditer(text)}

    def fold(match: re.Match[str]) -> str:
        token, start = match[0], match.start()
        if not _REAL.search(token) or not _MET.search(token) or _NO_WORD.search(token):
            return token
        stay = _ordinary(token, text[start - 1 : start])
        if text.startswith(("゛", "゜"), match.end()):
            stay.add(len(token) - 1)  # marks are joined before this; a kana made here would want one
        word = _as_meant(token, {at for at in range(len(token)) if start + at in sure} - stay, stay)
        if _kanji_only(word) != _kanji_only(token):  # a dash for ー is a habit, no disguise
            _report(folded, match)
        return word

    folded.text = _TOKEN.sub(fold, text)


def _kanji_only(token: str) -> str:
    return token.translate(dict.fromkeys(map(ord, _DASHES + "ー")))


def _ordinary(token: str, before: str) -> set[int]:
    """The places where a kanji ends an ordinary word, as in 能力アップ."""
    return {
        at for at, (left, char) in enumerate(zip(before.rjust(1) + token, token, strict=False)) if left + char in _STAY
    }


def _as_meant(token: str, sure: set[int], stay: set[int]) -> str:
    """The token with those posers replaced that are surely katakana, or stand in a known word and are not to stay."""
    meant = as_katakana(token)
    out = [meant[at] if at in sure else char for at, char in enumerate(token)]
    for match in _KATAKANA_WORD.finditer(meant):
        start, end = match.span()
        # One letter left over beside the word is no word: the whole is something else.
        if start != 1 and end != len(meant) - 1 and stay.isdisjoint(range(start, end)):
            out[start:end] = meant[start:end]
    return "".join(out)


def _kanji(folded: Folded) -> None:
    def fold(match: re.Match[str]) -> str:
        _report(folded, match)
        return _MEANT[match[0]]

    folded.text = _WRONG.sub(fold, folded.text)
