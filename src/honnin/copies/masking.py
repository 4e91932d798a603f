"""Takes out of a text what a fraudster changes from one victim to the next, and what would tell who the victim is.

Links, addresses, numbers, punctuation and blanks go; so do names, where their place gives them away (before 様 or 社長, after
株式会社 or "Dear", in "〜の〜です") or where the caller knows them. What is left are the words of the script itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

READ_AT_MOST = 20_000
"""Characters of one text that are looked at: more than any script, and a bound on what a hostile text can cost."""

GAP = "〆"
"""Stands where a name stood. It is a letter of no name, so nothing new comes together across it and masking twice changes nothing."""

_WEB = re.compile(r"(?:https?://|www\.)[^\s<>「」（）]{1,2000}")
_MAIL = re.compile(r"(?<![a-z0-9._%+\-])[a-z0-9._%+\-]{1,64}@[a-z0-9.\-]{1,255}")
_DOMAIN = re.compile(
    r"(?<![a-z0-9.\-])[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63}){0,5}"
    r"\.(?:[a-z]{2,24}/[^\s<>「」（）]{0,2000}|(?:com|net|org|jp|info|biz|cn|ru|xyz|top|shop|site|online|example|invalid|test)(?![a-z0-9\-]))"
)
_DOT_INSIDE = re.compile(r"\.[a-z]")
_KANJI_NUMERAL = re.compile("[〇一二三四五六七八九十百千万億兆]+")
_NO_LETTERS = re.compile(r"[\W\d_]+")

_NAME_LETTERS = "一-龥々ァ-ヶーa-z"
_COMPANY = re.compile(f"(?:株式|有限|合同|合資)会社 ?[{_NAME_LETTERS}]{{1,10}}")
_HONORIFIC = re.compile(
    " ?(?:様|さま|さん|氏|殿|先生|社長|会長|専務|常務|部長|課長|係長|株式会社|有限会社|合同会社|と申し|ともうし)"
)
_NAME_BEFORE = re.compile(f"[{_NAME_LETTERS}]{{1,8}}\\Z")
_I_AM = re.compile("の[一-龥々]{1,4} ?(?=です|でござい|だ)")
_ENGLISH_WORD = f"[^\\W\\d_{GAP}]+"
_GREETED = re.compile(rf"\b(dear|hello|hi|mr|mrs|ms|miss|dr) {_ENGLISH_WORD}")
_SIGNED = re.compile(rf"\b(regards|sincerely|yours) {_ENGLISH_WORD}(?: {_ENGLISH_WORD})?")
_GREETS_OR_SIGNS = re.compile("dear|hello|hi|m[rs]|dr|regards|sincerely|yours")


def mask(folded: str, names: Iterable[str] = ()) -> str:
    """Return the letters of a folded text without names, numbers and links, words apart by one blank.

    ``names`` are those that ``name_parts`` gave. Masking twice is the same as once.

    >>> mask("田中様、社長の三田村です。本日15時までに480万円を https://pay.example.invalid/x へ。")
    '〆 社長の〆です 本日 時までに 円を へ'
    >>> mask("Dear Maria, please buy 5 cards. Regards, Peter Stone")
    'dear 〆 please buy cards regards 〆'
    """
    text = folded[:READ_AT_MOST].lower()
    if "http" in text or "www." in text:
        text = _WEB.sub(" ", text)
    if "@" in text:
        text = _MAIL.sub(" ", text)
    if _DOT_INSIDE.search(text):
        text = _DOMAIN.sub(" ", text)
    text = _NO_LETTERS.sub(" ", _KANJI_NUMERAL.sub("", text)).strip()
    for name in names:
        text = text.replace(name, GAP)
    if text.isascii():
        return _without_english_names(text)
    text = _I_AM.sub(f"の{GAP}", _without_honoured(_COMPANY.sub(GAP, text)))
    return _without_english_names(text)


def name_parts(names: Iterable[str]) -> tuple[str, ...]:
    """Return the parts of folded names that are worth taking out, longest first.

    >>> name_parts(["三田村 一郎", "Maria Kestrel", "K"])  # kanji numerals are out of the text already
    ('kestrel', 'maria', '田村')
    """
    parts = {
        part
        for name in names
        for part in _NO_LETTERS.sub(" ", _KANJI_NUMERAL.sub("", name[:200].lower())).split()
        if len(part) >= (3 if part.isascii() else 2)
    }
    return tuple(sorted(parts, key=lambda part: (-len(part), part)))


def _without_honoured(text: str) -> str:
    """Take out what stands before an honorific, a title or "と申します", as far as it can be a name."""
    pieces: list[str] = []
    last = 0
    for found in _HONORIFIC.finditer(text):
        name = _NAME_BEFORE.search(text, max(last, found.start() - 8), found.start())
        if name:
            pieces += (text[last : name.start()], GAP)
            last = found.end()
    return "".join(pieces) + text[last:] if pieces else text


def _without_english_names(text: str) -> str:
    if not _GREETS_OR_SIGNS.search(text):
        return text
    return _SIGNED.sub(rf"\1 {GAP}", _GREETED.sub(rf"\1 {GAP}", text))
