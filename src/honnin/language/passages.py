"""Which language each part of a text is in, and which parts only repeat what somebody else wrote.

A Japanese mail may close with an English one, and fraud is padded with another language so that it is read by the wrong rules:
each part is read by the rules of its own language. A fraud that is quoted inside a warning asks nothing of the reader; a message
that is quoted as a whole does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from honnin.text import Normalised, language_of

_ENGLISH_STRETCH = re.compile(r"[A-Za-z']+(?:[ ,.:;\n]+[A-Za-z']+){4}")
_ENGLISH_LINE = re.compile(r"[A-Za-z']{2,}(?:[^A-Za-z]+[A-Za-z']+){3}")
_JAPANESE = re.compile("[ぁ-ゖァ-ヺ一-鿿]")
_JAPANESE_STRETCH = re.compile("[ぁ-ゖァ-ヺー々一-鿿、]{6}")
_LINE = re.compile(r"[^\n]*(?:\n|$)")


class Passage(NamedTuple):
    """A part of a text in one language: offsets, end exclusive."""

    start: int
    end: int
    lang: str


def passages(text: str) -> list[Passage]:
    r"""Cut a text where its language changes from one line to another.

    >>> [(part.lang, part.start) for part in passages("お疲れ様です。\nPlease send the password to me today.")]
    [('ja', 0), ('en', 8)]
    """
    whole = Passage(0, len(text), language_of(text) or "en")
    if text.isascii() or not _ENGLISH_STRETCH.search(text) or not _JAPANESE_STRETCH.search(text):
        return [whole]
    parts: list[Passage] = []
    for line in _LINE.finditer(text):
        lang = _of_line(line.group()) or (parts[-1].lang if parts else whole.lang)
        if parts and parts[-1].lang == lang:
            parts[-1] = Passage(parts[-1].start, line.end(), lang)
        elif line.group():
            parts.append(Passage(line.start(), line.end(), lang))
    return parts or [whole]


def _of_line(line: str) -> str:
    """The language of a line, empty where a name or a number alone says nothing."""
    if _JAPANESE.search(line) or _ENGLISH_LINE.search(line):
        return language_of(line)
    return ""


# What people write around a message that they pass on because they do not believe it, or because they warn of it.
_FRAUD = re.compile(
    r"詐欺|なりすまし|フィッシング|迷惑メール|スパム|偽の?(?:メール|サイト|請求|連絡)|怪し|あやし|不審|本物|騙|だまさ|注意喚起|手口"
    r"|\b(?:scam|phish|fraud|fake|spam|spoof|suspicious|legit|genuine|fishy|dodgy|hoax|impersonat)"
)
_DOUBT = re.compile(
    r"[?？]|でしょうか|ですか(?:ね)?[。\n]|ご?注意|気をつけ|気を付け|開かな|開けな|押さな|クリックしな|返信しな|反応しな|無視|削除|報告"
    r"|\b(?:beware|careful|watch out|do not|don't|never|ignore|delete|report|warn|going around|got this|received this|is this|looks? (?:odd|off|weird|strange))"
)
_PASSED_ON = re.compile(
    r"^[-_＿―=＝ ]{2,}(?:original message|forwarded message|begin forwarded message|転送メッセージ|転送されたメッセージ|元のメッセージ"
    r"|以下転送|ここから)[-_＿―=＝ ]*$|^begin forwarded message:",
    re.MULTILINE,
)
_SAID_AFTER = re.compile(
    r"「([^「」]{12,800})」(?=(?:と(?:い[うっわ]|言[うわっ]|書[いか]|の(?:メール|連絡|電話|メッセージ|文面|内容|SMS)|称し|名乗|装)"
    r"|といった|など|のような|みたいな|って(?:いう|言|書|メール|来)))"
)
_SAID_BEFORE = re.compile(
    r"\b(?:say(?:s|ing)?|said|read(?:s|ing)?|claim(?:s|ing|ed)?|telling (?:me|us|people)|told (?:me|us)|asking|wrote|like)[,: ]{1,3}"
    r"[\"“]([^\"”]{12,800})[\"”]"
)


def repeated(text: Normalised, lowered: str) -> list[tuple[int, int]]:
    """Return the parts of the folded text that the writer repeats from somebody else without asking them of the reader.

    Lines behind quotation marks or below "forwarded message" count only where the writer's own words doubt them or warn of
    them: fraud is passed on, too.
    """
    parts = [match.span(1) for pattern, sign in _SAID if sign in lowered for match in pattern.finditer(lowered)]
    passed_on = _PASSED_ON.search(lowered) if "-" in lowered or "forwarded" in lowered else None
    if not passed_on and not text.quoted:
        return parts
    quoted = [text.place(start, end) for start, end in text.quoted]
    if passed_on:
        quoted = [(start, end) for start, end in quoted if end <= passed_on.start()] + [
            (passed_on.start(), len(lowered))
        ]
    own = "\n".join(_outside(lowered, quoted))
    if _FRAUD.search(own) and _DOUBT.search(own):
        parts += quoted
    return parts


_SAID = ((_SAID_AFTER, "」"), (_SAID_BEFORE, '"'))


def _outside(text: str, parts: list[tuple[int, int]]) -> Iterator[str]:
    position = 0
    for start, end in [*parts, (len(text), len(text))]:
        yield text[position:start]
        position = max(position, end)
