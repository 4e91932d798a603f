"""Words as they are meant: put together where they are cut up, spelt right where a letter slipped, in kanji where only their sound is written.

``normalise`` deals with letters and is right for names too; this deals with words and is for reading what a text asks. It works on the
words that business and fraud are written with (``data/plain_words_*``), and leaves everything alone that may be another word.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache, lru_cache

import ahocorasick

from honnin.text.kana import kana_to_romaji, to_hiragana, to_katakana
from honnin.text.normalise import Normalised
from honnin.text.scripts import language_of
from honnin.text.tables import lines, words

Edit = tuple[int, int, str]
"""A stretch of the text and what it is read as."""

LOOKED_AT = 100_000  # characters; nobody reads further either
LONG_KATAKANA = 4  # letters from which on even the first one may be wrong
LEAST_ROMAJI = 5
LEAST_SLIP, LONGEST_SLIP = 4, 24  # letters of an English word that may be misspelt
LEAST_CUT = 5  # letters of an English word that may be put together
LONGEST = 10  # characters of a Japanese word that may be cut up

_JA = "ぁ-ゖァ-ヺー々一-鿿"
_TOKEN = re.compile("(?<!['a-z])[a-z]+(?![a-z]*')")
_LETTERS = re.compile("[a-z]+")
_PHRASE = re.compile("[a-z]+(?: [a-z]+){0,5}")
_LINE = re.compile(r"[^\n]+")
_ENGLISH_STRETCH = re.compile(r"[a-z']+(?:[ ,.]+[a-z']+){4}")
_BETWEEN = re.compile(r"[ .·_\n]|  | ?-? ?\n")
_SIGNS = frozenset("._·")
_OFTEN_CUT = frozenset(["password", "passcode", "paypal", "mailbox", "webmail"])  # in pieces that are words
_OFTEN_CUT_PARTS = frozenset(["pass", "pay", "mail", "web"])
_CUT_BY_SIGN = re.compile(r"[a-z][._·][a-z]")
_GAP = re.compile(rf"(?: {{1,2}}|[.・_\-]| ?\n ?)(?=[{_JA}])")
_KATAKANA_TOKEN = re.compile("[ァ-ヺー]{4,20}")
_LETTER = re.compile(f"[{_JA}]")
_CODE = frozenset("(`<>{}")  # what names of a program stand beside
_JOINTS = frozenset("@/._-=:&#%+~")
_HIRAGANA = re.compile("[ぁ-ゖ]")
_LATIN = re.compile("[a-z0-9'-]")
_KATAKANA = re.compile("[ァ-ヺー]")
# What may stand before and after a word in a run of hiragana.
_BEFORE = frozenset("はがをにでとのもへやかおごねよ、")
_AFTER = re.compile(
    r"(?:[はがをにでとのもへやかねよな]|です|でし|だっ|から|まで|より|だけ|など|ほど|さん|さま|さき|する|すれ|し[たてまなろよ]|され|させ|いただ|いたし"
    r"|ま[しすせ]|ねが|くださ|ちゅう|ずみ|なし|あり|ある|ござ|よう|じょう)"
)
_UNUSUAL = re.compile("(?:いじょう|イジョウ)(?=[なをが]|ログ|アク)(?<![0-9].{4}|[一-鿿].{4})")  # sounds like 以上
_UNITS = {
    "えん": "円",
    "まん": "万",
    "まんえん": "万円",
    "おくえん": "億円",
    "じかん": "時間",
    "じかんいない": "時間以内",
    "にちいない": "日以内",
}
_AFTER_NUMBER = re.compile(
    f"[0-9万億千]({'|'.join(sorted([*_UNITS, *map(to_katakana, _UNITS)], key=len, reverse=True))})(?![ァ-ヺー])"
)
_LINE_END = re.compile(r"\n")
_NARROW, _WIDE = 50, 100  # columns at which programs break lines
_FURNITURE_SIGN = re.compile(
    r"wrote:|書きました|^-{2,}.*(?:message|メッセージ)|^(?:from|差出人|送信者) ?:|^(?:19|20)\d\d[年/].*:$", re.MULTILINE
)
_FURNITURE = re.compile(
    r"^on .{5,120}wrote: *$|^.{0,80}(?:さん)?[はが]書きました:? *$|^(?:19|20)\d\d[年/].{5,100}(?:>|\d) ?: *$"
    r"|^[-_ ]*(?:original message|(?:begin |end )?forwarded message|(?:転送|元の)メッセージ|転送ここまで)[-_ :]*$"
    r"|^(?:from|to|cc|date|sent|reply-to|差出人|送信者|宛先|日時|送信日時|送信日) ?: .{0,200}\n(?=(?:from|to|cc|date|sent|subject|reply-to|差出人|送信者|宛先|日時|送信日時|送信日|件名|\n| ?$))",
    re.MULTILINE,
)
_FULL_LINE = 18  # characters: lines broken by width are at least so long


def plain(text: Normalised) -> Normalised:
    """The text with its words as they are meant; positions still lead back to what was written.

    >>> from honnin.text import normalise
    >>> plain(normalise("ふりこみさきの銀 行をおしらせください")).text
    '振込先の銀行をお知らせください'
    >>> plain(normalise("Please conf irm your pasword")).text
    'Please confirm your password'
    """
    found = edits(text.text)
    if not found:
        return text
    starts, ends, pieces = array("I"), array("I"), []
    position = 0
    for start, end, meant in [*found, (len(text.text), len(text.text), "")]:
        for at in range(position, start):
            first, last = text.span(at, at + 1)
            starts.append(first)
            ends.append(last)
        pieces += [text.text[position:start], meant]
        if meant:
            first, last = text.span(start, end)
            starts.extend([first] * len(meant))
            ends.extend([last] * len(meant))
        position = end
    return replace(text, text="".join(pieces), _starts=starts, _ends=ends)


def plain_text(folded: str) -> str:
    """Folded text with its words as they are meant."""
    found = edits(folded)
    if not found:
        return folded
    pieces, position = [], 0
    for start, end, meant in found:
        pieces += [folded[position:start], meant]
        position = end
    return "".join([*pieces, folded[position:]])


@lru_cache(maxsize=64)
def edits(folded: str) -> tuple[Edit, ...]:
    """What has to be read otherwise, in order and without overlap."""
    text = folded[:LOOKED_AT].lower()
    if len(text) != min(len(folded), LOOKED_AT):
        return ()  # a few letters grow when lowered; nobody needs them here
    found = [*_english(text, folded), *_furniture(text), *_usual(text)]
    if not text.isascii():
        found += _japanese(text)
    elif "\n" in text:
        found += _unwrapped(text)
    if found:
        found.sort(key=lambda edit: (edit[0], -edit[1]))
    kept: list[Edit] = []
    for edit in found:
        if not kept or edit[0] >= kept[-1][1]:
            kept.append(edit)
    return tuple(kept)


# Rarer wordings of what business and fraud usually say


def _usual(text: str) -> Iterator[Edit]:
    """Wordings that are read as the usual word for the same."""
    for last, (length, word) in _wordings().iter(text):
        start, end = last + 1 - length, last + 1
        if _is_whole(text, start, end):
            yield start, end, word


@cache
def _wordings() -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for name in ("usual_words_ja.tsv", "usual_words_en.tsv"):
        for line in lines(name):
            word, rarer = line.split("\t")
            for wording in rarer.lower().split("|"):
                if wording not in automaton:
                    automaton.add_word(wording, (len(wording), word))
    automaton.make_automaton()
    return automaton


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether a wording is no part of a longer word: Latin letters and katakana do not go on beside it."""
    for letters in (_LATIN, _KATAKANA):
        if letters.match(text, start) and start and letters.match(text, start - 1):
            return False
        if letters.match(text, end - 1) and letters.match(text, end):
            return False
    return True


# English: words cut in two, and slips of the hand


@cache
def _english_words() -> dict[str, int]:
    """Each word worth recognising, with its rank by how often it is written."""
    return {word: rank for rank, word in enumerate(words("plain_words_en.txt"))}


@cache
def _left_alone() -> frozenset[str]:
    return frozenset([*_english_words(), *words("other_words_en.txt")])


def _furniture(text: str) -> Iterator[Edit]:
    """Lines that programs put above a quoted or forwarded message; nobody wrote them."""
    if _FURNITURE_SIGN.search(text):
        for match in _FURNITURE.finditer(text):
            yield *match.span(), ""


def _unwrapped(text: str) -> Iterator[Edit]:
    """Line ends at which a program broke an English paragraph by its width."""
    ends = [match.start() for match in _LINE_END.finditer(text)]
    if len(ends) < 2:
        return
    starts = [0, *(end + 1 for end in ends)]
    width = max(end - start for start, end in zip(starts, ends, strict=False))
    if _NARROW <= width <= _WIDE:
        for start, end in zip(starts, ends, strict=False):
            word = _LETTERS.match(text, end + 1)
            if word and end - start <= width < end - start + 1 + len(word[0]) and text[end - 1] not in ".!?:;":
                yield end, end + 1, " "


def _english(text: str, written: str) -> Iterator[Edit]:
    tokens = set(_LETTERS.findall(text))
    odd = tokens - _left_alone()
    broken = len(odd) > 1 and "\n" in text
    if broken or any(map(_may_be_meant, odd)) or _CUT_BY_SIGN.search(text) or not _OFTEN_CUT_PARTS.isdisjoint(tokens):
        yield from _english_edits(text, written)


@lru_cache(maxsize=20_000)
def _may_be_meant(token: str) -> bool:
    """Whether a token that is no known word may be a slip or a piece of one."""
    return token in _pieces() or (len(token) >= LEAST_SLIP and _meant(token) != "")


@cache
def _pieces() -> frozenset[str]:
    """What the words worth recognising begin or end with."""
    listed = [word for word in _english_words() if len(word) >= LEAST_CUT]
    return frozenset(piece for word in listed for at in range(1, len(word)) for piece in (word[:at], word[at:]))


def _english_edits(text: str, written: str) -> Iterator[Edit]:
    known, whole = _left_alone(), _english_words()
    last, last_start, last_end = "", 0, 0
    for match in _TOKEN.finditer(text):
        token, start, end = match[0], match.start(), match.end()
        if last:
            joined = last + token
            gap = text[last_end:start]
            # two pieces on two lines are one word, whichever; the second one of a name would begin with a capital
            broken = "\n" in gap and last not in known and token not in known and written[start].islower()
            if (
                len(joined) >= LEAST_CUT
                and (joined in whole or broken)
                and _BETWEEN.fullmatch(gap)
                and (_is_piece(last) or _is_piece(token) or joined in _OFTEN_CUT or gap in _SIGNS)
                and not _in_address(text, last_start, end)
            ):
                yield last_start, end, joined
                last = ""
                continue
        if len(token) >= LEAST_SLIP and token not in known:
            meant = _meant(token)
            is_name = len(token) == LEAST_SLIP and not written[start:end].islower()
            if meant and not is_name and not _in_address(text, start, end):
                yield start, end, meant
        last, last_start, last_end = token, start, end


def _is_piece(token: str) -> bool:
    """Whether a token is no word by itself."""
    return token not in _left_alone() or (len(token) == 1 and token not in {"a", "i"})


def _in_address(text: str, start: int, end: int) -> bool:
    """Whether letters are part of a link, an address or a name of a program."""
    return text[start - 1 : start] in _JOINTS or (
        text[end : end + 1] in _JOINTS and not text[end + 1 : end + 2].isspace() and end + 1 < len(text)
    )


@lru_cache(maxsize=20_000)
def _meant(token: str) -> str:
    """The word of which a token is a slip, empty where it is none."""
    if len(token) > LONGEST_SLIP:
        return ""
    found = _slips(token, _english_shortened(), _english_words())
    return found if found[:1] == token[:1] or len(token) > 6 else ""


@cache
def _english_shortened() -> dict[str, tuple[str, ...]]:
    return _shortened(_english_words())


def _shortened(listed: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Every word by itself and by what is left when one letter is missing."""
    table: dict[str, tuple[str, ...]] = {}
    for word in listed:
        for short in {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}:
            table[short] = (*table.get(short, ()), word)
    return table


def _slips(token: str, table: dict[str, tuple[str, ...]], rank: dict[str, int]) -> str:
    """The likeliest word of which a token is a slip, empty where it is none."""
    shortened = {token, *(token[:at] + token[at + 1 :] for at in range(len(token)))}
    near = {word for short in shortened for word in table.get(short, ()) if _one_slip(token, word)}
    return min(near, key=lambda word: (not _swapped(token, word), rank[word]), default="")


def _swapped(token: str, word: str) -> bool:
    """Whether only two letters changed places, which is the commonest slip."""
    return len(token) == len(word) and sorted(token) == sorted(word)


def _one_slip(token: str, word: str) -> bool:
    """Whether one letter was left out, put in, exchanged, or changed places with the next."""
    at = next((at for at, (left, right) in enumerate(zip(token, word, strict=False)) if left != right), None)
    if at is None:
        return abs(len(token) - len(word)) == 1
    if len(token) != len(word):
        return token[at + (len(token) > len(word)) :] == word[at + (len(word) > len(token)) :]
    if token[at + 1 :] == word[at + 1 :]:
        return True
    return token[at : at + 2] == word[at : at + 2][::-1] and token[at + 2 :] == word[at + 2 :]


# Japanese: words cut up, spelt by their sound in kana or Latin letters, and slips in katakana


@cache
def _sounds() -> dict[str, str]:
    """Sound (in katakana) to the word that most often sounds so."""
    table: dict[str, str] = {}
    for line in lines("plain_words_ja.tsv"):
        word, sound = line.split("\t")
        if sound:
            table.setdefault(sound, word)
    return table


@cache
def _japanese_words() -> frozenset[str]:
    listed = [line.split("\t")[0] for line in lines("plain_words_ja.tsv")]
    return frozenset([*listed, *_katakana_words(), *words("katakana_words.txt")])


def by_sound(sounds: Mapping[str, str]) -> ahocorasick.Automaton:
    """What finds the words of a table (sound in katakana to word) wherever they are spelt in kana."""
    automaton = ahocorasick.Automaton()
    for sound, word in sounds.items():
        for spelt in (sound, to_hiragana(sound)):
            if spelt != word:
                automaton.add_word(spelt, (len(spelt), word))
    automaton.make_automaton()
    return automaton


@cache
def _by_sound() -> ahocorasick.Automaton:
    return by_sound(_sounds())


@cache
def _foreign_words() -> dict[str, str]:
    """Romaji and English words that stand in Japanese sentences, with the Japanese word."""
    table = {english: word for word, listed in _loan_words() for english in listed}
    for sound, word in _sounds().items():
        long = kana_to_romaji(sound).replace("'", "")
        short = re.sub(r"ou|oo", "o", long).replace("uu", "u")
        for spelt in (long, short):
            if len(spelt) >= LEAST_ROMAJI and spelt not in _left_alone():
                table.setdefault(spelt, word)
    return table


def _loan_words() -> Iterator[tuple[str, list[str]]]:
    for line in lines("loan_words.tsv"):
        word, english = line.split("\t")
        yield word, english.split("|")


@cache
def _japanese_in_english() -> tuple[dict[str, str], re.Pattern[str]]:
    table = {word: listed[0] for word, listed in _loan_words() if listed[0].isascii()}
    return table, re.compile("|".join(sorted(table, key=len, reverse=True)))


@cache
def _katakana_shortened() -> dict[str, tuple[str, ...]]:
    return _shortened(_katakana_words())


@cache
def _katakana_words() -> dict[str, int]:
    return {word: rank for rank, word in enumerate(words("plain_words_katakana.txt"))}


@cache
def _katakana_known() -> frozenset[str]:
    return _japanese_words() | frozenset(words("other_words_katakana.txt"))


def _japanese(text: str) -> Iterator[Edit]:
    yield from _cut_up(text)
    for match in _UNUSUAL.finditer(text):
        yield *match.span(), "異常"
    yield from spelt_by_sound(text, _by_sound())
    for match in _AFTER_NUMBER.finditer(text):
        yield *match.span(1), _UNITS[to_hiragana(match[1])]
    for match in _KATAKANA_TOKEN.finditer(text):
        meant = _katakana_meant(match[0])
        if meant:
            yield *match.span(), meant
    if not _foreign_words().keys().isdisjoint(_LETTERS.findall(text)):
        yield from _in_latin_letters(text)
    if language_of(text) == "en":
        yield from _in_japanese_letters(text)


def _in_latin_letters(text: str) -> Iterator[Edit]:
    """Words of a Japanese sentence that are written in English or in romaji."""
    known = _foreign_words()
    for line in _LINE.finditer(text):
        if _ENGLISH_STRETCH.search(line[0]) or language_of(line[0]) != "ja":
            continue
        for match in _PHRASE.finditer(text, *line.span()):
            words = match[0].split(" ")
            start = match.start()
            while words:
                size = next((size for size in (3, 2, 1) if " ".join(words[:size]) in known), 0)
                phrase = " ".join(words[: size or 1])
                end = start + len(phrase)
                if size and text[end : end + 1] not in _CODE and not _in_address(text, start, end):
                    # the gaps around a word in Latin letters are no gaps of the sentence
                    yield start - (text[start - 1 : start] == " "), end + (text[end : end + 1] == " "), known[phrase]
                start = end + 1
                words = words[size or 1 :]


def _in_japanese_letters(text: str) -> Iterator[Edit]:
    """Words of an English sentence that are written in Japanese."""
    meant, pattern = _japanese_in_english()
    for line in _LINE.finditer(text):
        if not line[0].isascii() and language_of(line[0]) == "en":
            for match in pattern.finditer(text, *line.span()):
                before = " " if text[match.start() - 1 : match.start()].isalnum() else ""
                after = " " if text[match.end() : match.end() + 1].isalnum() else ""
                yield *match.span(), f"{before}{meant[match[0]]}{after}"


@lru_cache(maxsize=5_000)
def _katakana_meant(token: str) -> str:
    if token in _katakana_known():
        return ""
    found = _slips(token, _katakana_shortened(), _katakana_words())
    return found if found[:1] == token[:1] or len(token) > LONG_KATAKANA else ""


def _cut_up(text: str) -> Iterator[Edit]:
    """Gaps inside words, and line ends at which a program broke a sentence by its width."""
    known = _japanese_words()
    width = -1
    for gap in _GAP.finditer(text):
        if not _LETTER.match(text[gap.start() - 1 : gap.start()]):
            continue
        width = _width(text) if width < 0 else width
        before, after = _run_before(text, gap.start()), _run_after(text, gap.end())
        if (width and "\n" in gap[0] and _is_full(text, gap.start(), width)) or any(
            before[-left:] + after[:right] in known
            for left in range(1, len(before) + 1)
            for right in range(1, len(after) + 1)
            if not _goes_on(before, left, after, right, gap[0])
        ):
            yield *gap.span(), ""


def _run_before(text: str, end: int) -> str:
    start = end
    while start > 0 and end - start < LONGEST and _LETTER.match(text[start - 1]):
        start -= 1
    return text[start:end]


def _run_after(text: str, start: int) -> str:
    end = start
    while end < len(text) and end - start < LONGEST and _LETTER.match(text[end]):
        end += 1
    return text[start:end]


def _goes_on(before: str, left: int, after: str, right: int, gap: str) -> bool:
    """Whether other kanji stand on both sides, so that 支社 長田 is no 社長; a break by a sign or line is never so."""
    outside = before[: len(before) - left][-1:], after[right:][:1]
    kanji = [bool(char) and "一" <= char <= "鿿" for char in outside]
    return all(kanji) or (gap.strip() == "" and "\n" not in gap and any(kanji) and left + right < 4)


def _width(text: str) -> int:
    """The width at which a program broke the lines, 0 where nobody did."""
    sizes = [len(line) for line in text.split("\n")]
    widest = max(sizes)
    return widest if widest >= _FULL_LINE and sum(size >= widest - 1 for size in sizes) > 1 else 0


def _is_full(text: str, end: int, width: int) -> bool:
    return end - (text.rfind("\n", 0, end) + 1) >= width - 1


def spelt_by_sound(text: str, words_by_sound: ahocorasick.Automaton) -> Iterator[Edit]:
    """Words spelt in kana, where what stands beside them leaves no other reading."""
    found: dict[int, list[tuple[int, str]]] = {}
    for last, (length, word) in words_by_sound.iter(text):
        found.setdefault(last + 1 - length, []).append((last + 1, word))
    ends: dict[int, bool] = {}
    for start in sorted(found, reverse=True):
        found[start] = [(end, word) for end, word in found[start] if ends.get(end, False) or _ends(text, end)]
        ends[start] = bool(found[start])  # a word may end where another begins
    reach = -1
    for start in sorted(found):
        if found[start] and start >= reach and (start == reach or _begins(text, start)):
            reach, word = max(found[start])
            yield start, reach, word


def _begins(text: str, at: int) -> bool:
    """Whether a word may begin there: the kana before it are of the other kind, or join sentences, or are お or ご."""
    before = text[at - 1 : at]
    if not _HIRAGANA.match(text, at):
        return not _KATAKANA.match(before) or (before in "ゴオ" and not _KATAKANA.match(text[at - 2 : at - 1]))
    return not _HIRAGANA.match(before) or before in _BEFORE


def _ends(text: str, at: int) -> bool:
    """Whether a word may end there."""
    if not _HIRAGANA.match(text, at - 1):
        return not _KATAKANA.match(text, at)
    return not _HIRAGANA.match(text, at) or _AFTER.match(text, at) is not None
