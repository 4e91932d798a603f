"""Ways in which fraud is rewritten so that a filter does not see it, applied to real messages to measure what they cost us.

Every operator keeps the meaning for a human reader, leaves links and addresses as they are (they have to work) and is repeatable: the
same text is always rewritten in the same way. The operators are harsher than most real disguises, since they touch a fixed
share of all words, not only those that matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib.resources import files
from random import Random
from textwrap import wrap
from typing import Any, Literal

import jaconv
import yaml
from sudachipy import Dictionary, SplitMode, Tokenizer

from honnin.model import Event
from honnin.text import kana_to_romaji, to_hiragana, to_katakana

Lang = Literal["ja", "en"]
Rewrite = Callable[[str, Lang, Random], str]

WORDS_TOUCHED = 0.5  # share of words that are split, spelt otherwise, reworded or said in the other language
LETTERS_TOUCHED = 0.5  # share of letters that get a lookalike
WORDS_MISSPELT = 0.15
WORDS_IN_ROMAJI = 0.15
WIDTH = 76  # columns of a quoted line
FLOOD = 8000  # characters put in front of a message to push it out of sight

# What has to work as it stands, and masks that the corpora use: [mail], [URL].
_KEEP = re.compile(r"https?://\S+|www\.\S+|[\w.+\-]+@[\w.\-]+|\[[^\]\n]{1,20}\]")
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>「」（）()]+")
_JA_WORD = re.compile("[一-鿿々]{2,}|[ァ-ヺー]{3,}")
_EN_WORD = re.compile("[A-Za-z]{5,}")
_LATIN = re.compile("[A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Operator:
    """One disguise. ``whole`` is put on the body of a message once, the others on every text of it."""

    name: str
    rewrite: Rewrite
    langs: tuple[Lang, ...] = ("ja", "en")
    whole: bool = False

    def apply(self, event: Event, lang: Lang) -> Event:
        """The event in this disguise; the very same event where the operator finds nothing to change."""
        change = partial(self._rewritten, lang=lang)
        turns = tuple(replace(turn, text=change(turn.text)) for turn in event.turns)
        subject = event.subject if self.whole else change(event.subject)
        changed = replace(event, text=change(event.text), subject=subject, turns=turns)
        return event if changed == event else changed

    def _rewritten(self, text: str, lang: Lang) -> str:
        return self.rewrite(text, lang, Random(f"{self.name}\n{text}")) if text.strip() else text  # noqa: S311 -- repeatable


# Tables


def _lines(name: str) -> Iterator[tuple[str, list[str]]]:
    text = files("honnin.learning").joinpath("data", name).read_text("utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            left, right = line.split("\t")
            yield left, right.split("|")


@cache
def table(name: str) -> Mapping[str, list[str]]:
    """A table of words and what may stand for them."""
    return dict(_lines(name))


@cache
def _mixing(lang: Lang) -> Mapping[str, list[str]]:
    pairs = [(left, right[0]) for left, right in _lines("mixing.tsv")]
    if lang == "ja":
        return {left: [right] for left, right in pairs}
    return {right.lower(): [left] for left, right in reversed(pairs) if right.isascii()}


@cache
def _padding() -> Any:
    return yaml.safe_load(files("honnin.learning").joinpath("data", "padding.yaml").read_text("utf-8"))


@cache
def _pattern(words: frozenset[str], lang: Lang) -> re.Pattern[str]:
    longest_first = "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word))))
    return re.compile(longest_first if lang == "ja" else rf"\b(?:{longest_first})\b", re.IGNORECASE)


@cache
def _analyser() -> Tokenizer:
    return Dictionary(dict="core").tokenizer(SplitMode.C)


# Helpers


def _outside_links(text: str, change: Callable[[str], str]) -> str:
    """Change everything but links and addresses."""
    out, position = [], 0
    for kept in _KEEP.finditer(text):
        out += [change(text[position : kept.start()]), kept.group()]
        position = kept.end()
    return "".join([*out, change(text[position:])])


def _some(pattern: re.Pattern[str], text: str, chance: Random, share: float, change: Callable[[str], str]) -> str:
    """Change a share of what a pattern finds, links and addresses apart."""

    def one(match: re.Match[str]) -> str:
        return change(match.group()) if chance.random() < share else match.group()

    return _outside_links(text, lambda piece: pattern.sub(one, piece))


def _swap(text: str, lang: Lang, chance: Random, *, words: Mapping[str, list[str]], share: float) -> str:
    """Put other words in place of those of a table, keeping a capital at the start."""

    def other(word: str) -> str:
        chosen = chance.choice(words[word.lower()])
        return chosen[:1].upper() + chosen[1:] if word[:1].isupper() else chosen

    return _some(_pattern(frozenset(words), lang), text, chance, share, other)


# Splitting


def split(text: str, lang: Lang, chance: Random, *, between: str) -> str:
    """Put something between the letters of words: in one place, or everywhere in a third of them."""

    def cut(word: str) -> str:
        if chance.random() < 1 / 3:
            return between.join(word)
        place = chance.randrange(1, len(word))
        return word[:place] + between + word[place:]

    return _some(_JA_WORD if lang == "ja" else _EN_WORD, text, chance, WORDS_TOUCHED, cut)


def break_lines(text: str, lang: Lang, chance: Random) -> str:
    """Break lines inside words."""

    def cut(word: str) -> str:
        place = chance.randrange(1, len(word))
        return word[:place] + "\n" + word[place:]

    return _some(_JA_WORD if lang == "ja" else _EN_WORD, text, chance, WORDS_TOUCHED, cut)


# Lookalikes

_SHAPES = dict(zip("カロニタトハーエチヘペベへぺべりソ", "力口二夕卜八一工千へぺべヘペベリン", strict=True)) | dict(
    zip("力口二夕一工八千", "カロニターエハチ", strict=True)
)
_CYRILLIC = dict(zip("ABEHIKMOPCTXaeiopcxysj", "АВЕНІКМОРСТХаеіорсхуѕј", strict=True))
_GREEK = dict(zip("ABEZHIKMNOPTYXov", "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧον", strict=True))
_MATHEMATICAL = (("𝐀", "𝐚"), ("𝑨", "𝒂"), ("𝓐", "𝓪"), ("𝖠", "𝖺"), ("𝙰", "𝚊"), ("𝗔", "𝗮"))
_KANJI = dict(
    zip(
        "円会変確発関対応電気売買帰国学点数権続経総単実済届価様図広転験訳読売証拠来両万円独黒真体団区医台当画辺"
        "弁仏払処残検険勧観楽薬労営",
        "圓會變确發關對應電氣賣買歸國學點數權續經總單實濟屆價樣圖廣轉驗譯讀賣證據來兩萬圓獨黑眞體團區醫臺當畫邊"
        "辨佛拂處殘檢險勸觀樂藥勞營",
        strict=True,
    )
)
_SIMPLIFIED = dict(
    zip(
        "電話銀請買費開関問題認証録時間動業務報場書設定連絡進運選達違過達頼額預領頭顧員貨資財責贈車軍転輸門閉務個億価優備"
        "側傷則創勝収園塊壊増声処夢実審専将導層岡島帯帰張強後復態応慮憶戦抜択担拡掃採",
        "电话银请买费开关问题认证录时间动业务报场书设定连络进运选达违过达赖额预领头顾员货资财责赠车军转输门闭务个亿价优备"
        "侧伤则创胜收园块坏增声处梦实审专将导层冈岛带归张强后复态应虑忆战拔择担扩扫采",
        strict=True,
    )
)
_RADICALS = {
    "金": "⾦", "口": "⼝", "人": "⼈", "入": "⼊", "力": "⼒", "土": "⼟", "大": "⼤", "女": "⼥", "子": "⼦", "小": "⼩", "山": "⼭",
    "工": "⼯", "心": "⼼", "手": "⼿", "文": "⽂", "方": "⽅", "日": "⽇", "月": "⽉", "木": "⽊", "止": "⽌", "水": "⽔", "火": "⽕",
    "用": "⽤", "田": "⽥", "白": "⽩", "目": "⽬", "石": "⽯", "立": "⽴", "米": "⽶", "糸": "⽷", "耳": "⽿", "自": "⾃", "色": "⾊",
    "行": "⾏", "見": "⾒", "言": "⾔", "足": "⾜", "身": "⾝", "車": "⾞", "里": "⾥", "長": "⾧", "門": "⾨", "雨": "⾬", "面": "⾯",
    "音": "⾳", "食": "⾷", "首": "⾸", "高": "⾼",
}  # fmt: skip


def lookalikes(text: str, _lang: Lang, chance: Random, *, tables: tuple[Mapping[str, str], ...]) -> str:
    """Put a letter that looks the same in place of a share of those that have one."""

    def change(piece: str) -> str:
        return "".join(
            found if (found := chance.choice(tables).get(char)) and chance.random() < LETTERS_TOUCHED else char
            for char in piece
        )

    return _outside_links(text, change)


def full_width(text: str, lang: Lang, chance: Random) -> str:
    """Latin letters and digits in full width; in Japanese, katakana in half width too."""

    def change(piece: str) -> str:
        wide = jaconv.h2z(piece, kana=False, ascii=True, digit=True)
        return jaconv.z2h(wide, kana=True, ascii=False, digit=False) if lang == "ja" and chance.random() < 0.5 else wide

    return _outside_links(text, change)


def mathematical(text: str, _lang: Lang, chance: Random) -> str:
    """Latin letters in the bold, slanted or script shapes that mathematics has for them."""
    upper, lower = chance.choice(_MATHEMATICAL)
    shapes = {ord("A") + n: ord(upper) + n for n in range(26)} | {ord("a") + n: ord(lower) + n for n in range(26)}
    return _outside_links(text, lambda piece: piece.translate(shapes))


# Kana


def spelt_in_kana(text: str, _lang: Lang, chance: Random, *, spelling: Callable[[str], str], share: float) -> str:
    """Words with kanji spelt by their sound."""

    def change(piece: str) -> str:
        out = []
        for word in _analyser().tokenize(piece):
            surface, sound = word.surface(), word.reading_form()
            spelt = re.search("[一-鿿]", surface) and re.fullmatch("[ァ-ヺー]+", sound) and chance.random() < share
            out.append(spelling(sound) if spelt else surface)
        return "".join(out)

    return _outside_links(text, lambda piece: "\n".join(map(change, piece.split("\n"))))


def _half_width(sound: str) -> str:
    return jaconv.z2h(sound, kana=True, ascii=False, digit=False)


def _in_romaji(sound: str) -> str:
    return f" {kana_to_romaji(sound)} "


# Padding and quoting


def padded(text: str, lang: Lang, chance: Random, *, before: tuple[str, ...] = (), after: tuple[str, ...] = ()) -> str:
    """Harmless words before and after."""
    parts = _padding()[lang]
    pieces = {name: parts[name] for name in ("greeting", "signature", "warning")}
    pieces["newsletter"] = "\n".join(chance.sample(parts["newsletter"], 3))
    pieces["foreign"] = "\n".join(chance.sample(_padding()["en" if lang == "ja" else "ja"]["newsletter"], 4))
    everything = "\n".join(parts["newsletter"])
    pieces["flood"] = "\n".join([everything] * (1 + FLOOD // len(everything)))
    return "\n\n".join([*(pieces[name] for name in before), text, *(pieces[name] for name in after)])


def quoted(text: str, lang: Lang, _chance: Random, *, mark: str, width: int) -> str:
    """Every line behind a quotation mark, broken as mail programs do; nobody but the sender wrote it."""
    lines: list[str] = []
    for line in text.split("\n"):
        if lang == "ja":  # a full-width letter is two columns wide, and there are no spaces to break at
            lines += [line[at : at + width // 2] for at in range(0, max(len(line), 1), width // 2)]
        else:
            lines += wrap(line, width, break_long_words=False, break_on_hyphens=False) or [""]
    return "\n".join(f"{mark}{line}" for line in lines)


def attributed(text: str, lang: Lang, chance: Random) -> str:
    """Quoted as an answer quotes the letter before it."""
    first = (
        "2026年11月9日(月) 10:12 花田 みどり <hanada@example.jp>:"
        if lang == "ja"
        else "On Mon, 9 Nov 2026, Marjorie Fenwick wrote:"
    )
    return f"{first}\n{quoted(text, lang, chance, mark='> > ', width=WIDTH)}"


def forwarded(text: str, lang: Lang, _chance: Random) -> str:
    """Dressed as a message passed on."""
    if lang == "ja":
        return (
            "---------- 転送メッセージ ----------\n差出人: 花田 みどり <hanada@example.jp>\n日時: 2026年11月9日 10:12\n"
            f"件名: Fwd: ご連絡\n宛先: 総務 各位\n\n{text}\n---------- 転送ここまで ----------"
        )
    return (
        "---------- Forwarded message ----------\nFrom: Marjorie Fenwick <fenwick@example.com>\nDate: Mon, 9 Nov 2026\n"
        f"Subject: Fwd: a note\nTo: office\n\n{text}\n----- End forwarded message -----"
    )


def in_brackets(text: str, lang: Lang, _chance: Random) -> str:
    """The whole message between quotation marks."""
    return f"「{text}」" if lang == "ja" else f'"{text}"'


# Pictures instead of links

_CLICKING = {
    "ja": re.compile(
        r"(?:(?:以下|下記|次|こちら|上記|下)の?)?(?:URL|リンク|ボタン|アドレス|サイト|こちら)(?:を|から|より|へ|に|で)[^。\n、]{0,14}"
        r"(?:クリック|タップ|アクセス|押して|ログイン|手続き)(?:して(?:ください|下さい)?)?"
    ),
    "en": re.compile(r"\b(?:click|tap|press|follow|visit)(?: on)?(?: (?:the|this|that|our|your))?(?: \w+){0,2}? ?(?:link|button|here|below|url|website)\b(?: below)?", re.IGNORECASE),
}  # fmt: skip
_PICTURE = {
    "ja": "画像のQRコードをスマートフォンで読み取ってください",
    "en": "scan the QR code in the picture with your phone",
}


def picture(text: str, lang: Lang, _chance: Random) -> str:
    """The link gone, a QR code in a picture named instead."""
    asked = _CLICKING[lang].sub(_PICTURE[lang], text)
    return _LINK.sub("" if asked != text else f" {_PICTURE[lang]} ", asked)


# Slips of the hand

_KEYS = dict(zip("abcdefghijklmnopqrstuvwxyz", "snvfrghjoklknmpowtdyibecux", strict=True))  # the key beside


def misspelt(text: str, lang: Lang, chance: Random) -> str:
    """Letters swapped, dropped, doubled or hit beside; in Japanese, wrong conversions and kana left out."""
    if lang == "en":
        return _some(re.compile("[A-Za-z]{4,}"), text, chance, WORDS_MISSPELT, lambda word: _slip(word, chance))
    slipped = _swap(text, lang, chance, words=table("misspelt_ja.tsv"), share=WORDS_MISSPELT * 2)
    return _some(
        re.compile("[ァ-ヺー]{4,}|[ぁ-ゖ]{5,}"), slipped, chance, WORDS_MISSPELT * 2, lambda word: _slip(word, chance)
    )


def _slip(word: str, chance: Random) -> str:
    place = chance.randrange(1, len(word) - 1)
    match chance.randrange(4):
        case 0:
            return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        case 1:
            return word[:place] + word[place + 1 :]
        case 2:
            return word[:place] + word[place] + word[place:]
        case _:
            return word[:place] + _KEYS.get(word[place], "") + word[place + 1 :]


def _mixed(text: str, lang: Lang, chance: Random) -> str:
    return _swap(text, lang, chance, words=_mixing(lang), share=WORDS_TOUCHED)


def _paraphrased(text: str, lang: Lang, chance: Random) -> str:
    return _swap(text, lang, chance, words=table(f"paraphrase_{lang}.tsv"), share=WORDS_TOUCHED)


_SPELLINGS: dict[str, tuple[Callable[[str], str], float]] = {
    "hiragana": (to_hiragana, WORDS_TOUCHED),
    "katakana": (to_katakana, WORDS_TOUCHED),
    "half-width": (_half_width, WORDS_TOUCHED),
    "romaji": (_in_romaji, WORDS_IN_ROMAJI),
}

OPERATORS: tuple[Operator, ...] = (
    Operator("split: spaces", partial(split, between=" ")),
    Operator("split: dots", partial(split, between=".")),
    Operator("split: zero width", partial(split, between="\u200b")),
    Operator("split: soft hyphens", partial(split, between="\u00ad")),
    Operator("split: line breaks", break_lines, whole=True),
    Operator("homoglyphs: shapes", partial(lookalikes, tables=(_SHAPES,)), langs=("ja",)),
    Operator("homoglyphs: old kanji", partial(lookalikes, tables=(_KANJI,)), langs=("ja",)),
    Operator("homoglyphs: simplified kanji", partial(lookalikes, tables=(_SIMPLIFIED,)), langs=("ja",)),
    Operator("homoglyphs: radicals", partial(lookalikes, tables=(_RADICALS,)), langs=("ja",)),
    Operator("homoglyphs: Cyrillic and Greek", partial(lookalikes, tables=(_CYRILLIC, _CYRILLIC | _GREEK))),
    Operator("homoglyphs: full and half width", full_width),
    Operator("homoglyphs: mathematical", mathematical),
    *(
        Operator(f"kana: {name}", partial(spelt_in_kana, spelling=spelling, share=share), langs=("ja",))
        for name, (spelling, share) in _SPELLINGS.items()
    ),
    Operator("paraphrase", _paraphrased),
    Operator(
        "padding: greeting and signature", partial(padded, before=("greeting",), after=("signature",)), whole=True
    ),
    Operator("padding: newsletter before", partial(padded, before=("newsletter",)), whole=True),
    Operator("padding: newsletter after", partial(padded, after=("newsletter", "signature")), whole=True),
    Operator("padding: fraud warning after", partial(padded, after=("warning", "signature")), whole=True),
    Operator("padding: other language before", partial(padded, before=("foreign",)), whole=True),
    Operator("padding: flood before", partial(padded, before=("flood",)), whole=True),
    Operator("quoting: marks", partial(quoted, mark="> ", width=WIDTH), whole=True),
    Operator("quoting: bars", partial(quoted, mark="| ", width=WIDTH), whole=True),
    Operator("quoting: an answer", attributed, whole=True),
    Operator("quoting: passed on", forwarded, whole=True),
    Operator("quoting: brackets", in_brackets, whole=True),
    Operator("mixed languages", _mixed),
    Operator("picture instead of link", picture),
    Operator("typing errors", misspelt),
)
"""All disguises, the mildest of each kind beside the harsher ones."""
