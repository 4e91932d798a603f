"""Which language a text is written in, told by its letters."""

from __future__ import annotations

import re
from typing import Literal

_LOOKED_AT = 2_000
_KANA = re.compile("[ぁ-ゖァ-ヺｦ-ﾝ]")
_KANJI = re.compile("[々一-鿿]")
_LATIN = re.compile("[A-Za-z\uff21-\uff3a\uff41-\uff5a]")


def language_of(text: str) -> Literal["ja", "en", ""]:
    """The language of a text: any real share of kana makes it Japanese, Latin letters alone make it English.

    >>> language_of("明日 Zoom でお願いします"), language_of("See you tomorrow"), language_of("12:30")
    ('ja', 'en', '')
    """
    head = text[:_LOOKED_AT]
    if head.isascii():
        return "en" if _LATIN.search(head) else ""
    kana, latin = len(_KANA.findall(head)), len(_LATIN.findall(head))
    if kana * 20 >= latin and kana:
        return "ja"
    kanji = len(_KANJI.findall(head))
    if kanji * 4 >= latin and kanji:
        return "ja"
    return "en" if latin else ""
