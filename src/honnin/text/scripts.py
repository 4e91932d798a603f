"""Which language a text is written in, told by its letters."""

from __future__ import annotations

import re
from typing import Literal

_LOOKED_AT = 2_000
_LATIN = re.compile("[A-Za-z\uff21-\uff3a\uff41-\uff5a]")
# Letters are counted by taking the stretches between them away, which are few.
_NOT_HIRAGANA = re.compile("[^ぁ-ゖ]+")
_NOT_JAPANESE = re.compile("[^ぁ-ゖァ-ヺｦ-ﾝ々一-鿿]+")
_NOT_LATIN = re.compile("[^A-Za-z\uff21-\uff3a\uff41-\uff5a]+")


def language_of(text: str) -> Literal["ja", "en", ""]:
    """The language of a text: Latin letters alone make it English, a fair share of Japanese makes it Japanese.

    Hiragana, of which the joints of a sentence are made, counts most; a few Japanese words in an English sentence leave it
    English.

    >>> language_of("明日 Zoom でお願いします"), language_of("See you tomorrow"), language_of("12:30")
    ('ja', 'en', '')
    >>> language_of("Please confirm your パスワード on this page today")
    'en'
    """
    head = text[:_LOOKED_AT]
    if head.isascii():
        return "en" if _LATIN.search(head) else ""
    japanese, latin = len(_NOT_JAPANESE.sub("", head)), len(_NOT_LATIN.sub("", head))
    if japanese and (japanese >= latin or japanese + 7 * len(_NOT_HIRAGANA.sub("", head)) >= latin):
        return "ja"
    return "en" if latin else ""
