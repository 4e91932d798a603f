"""Clause groups and moods of Japanese, read from the morphology of each sentence (SudachiPy)."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import NamedTuple

from sudachipy import Dictionary, SplitMode, Tokenizer

from honnin.language.clauses import Mood, Unit, sentences

_STOP = re.compile(r"[。!?！？]+|\n\s*\n|\n(?=[■●・◆▼※*＊\-\[【＜<>])|(?<![はがをにでとのもへや、,\n])\n")
_REPORTED = re.compile(
    r"(?<!ちょっ)と(?:言われ|いわれ|書か|連絡があ|頼まれ|指示され|要求され|求められ|お願いされ|いう(?:連絡|メール|メッセージ|手口|内容|電話|依頼|話|事例|文面|被害))"
    r"|との(?:連絡|メール|電話|要求|文面)|などと|求められ|求める(?:連絡|メール|電話|メッセージ|SMS|手口)|という(?:手口|文面|被害|ケース)|装(?:う|っ|い)"
)
_LINKING = frozenset({"て", "で", "つつ", "ながら"})
_TURNING = frozenset({"が", "けれど", "けれども", "けど", "ので", "のに", "から", "し"})
_CONDITION = frozenset({"ば", "たら", "と", "なら"})
_CONDITION_NOUNS = frozenset({"場合", "際", "後", "時", "折", "次第"})
_AFTER_TE = frozenset(
    {
        "下さる",
        "頂く",
        "居る",
        "有る",
        "置く",
        "仕舞う",
        "見る",
        "貰う",
        "呉れる",
        "遣る",
        "欲しい",
        "良い",
        "参る",
        "も",
        "は",
        "から",
        "御座る",
        "くださる",
        "てる",
        "どく",
        "とく",
        "願う",
        "宜しい",
    }
)
_ASKING = frozenset(
    {
        "願う",
        "お願い",
        "御願い",
        "頼む",
        "欲しい",
        "下さる",
        "くださる",
        "呉れる",
        "為さる",
        "なさる",
        "べし",
        "助かる",
        "幸い",
        "幸甚",
        "必要",
        "必須",
        "義務付ける",
        "求める",
        "依頼",
        "要請",
        "勧める",
        "推奨",
        "急ぐ",
    }
)
_GLAD = frozenset({"助かる", "幸い", "幸甚", "有り難い", "嬉しい", "思う", "存ずる", "存じる"})
_RECEIVING = frozenset({"頂く", "貰う"})
_CAUSATIVE = frozenset({"せる", "させる"})
_NEGATION = frozenset({"ない", "ず", "無い", "ぬ", "まい"})


class Word(NamedTuple):
    """A word as the analyser sees it: as written, its standard form, part of speech (two levels), form, and where it stands."""

    surface: str
    lemma: str
    kind: str
    sub: str
    form: str
    begin: int
    end: int


class Japanese:
    """The analyser, built once; its dictionary is shared by all threads of the process, each with a tokenizer of its own."""

    def __init__(self) -> None:
        self._dictionary = Dictionary(dict="core")
        self._own = threading.local()
        self._kinds: dict[int, tuple[str, str, str]] = {}

    def _tokenizer(self) -> Tokenizer:
        """The tokenizer of this thread; one cannot be asked by two at the same time."""
        found: Tokenizer | None = getattr(self._own, "tokenizer", None)
        if found is None:
            found = self._own.tokenizer = self._dictionary.tokenizer(SplitMode.C)
        return found

    def _words(self, sentence: str) -> list[Word]:
        words = []
        for token in self._tokenizer().tokenize(sentence):
            number = token.part_of_speech_id()
            kinds = self._kinds.get(number)
            if kinds is None:
                kind = token.part_of_speech()
                kinds = self._kinds[number] = (kind[0], kind[1], kind[5])
            words.append(Word(token.surface(), token.normalized_form(), *kinds, token.begin(), token.end()))
        return words

    def units(self, text: str, wanted: list[tuple[int, bool]]) -> Iterator[Unit]:
        """Yield the units of those sentences in which a word of ours stands, in order.

        ``wanted`` says where each word starts and whether the mood of its clause matters; a sentence without such a word
        is one plain unit, and is not analysed.
        """
        position = 0
        for start, end in sentences(text, _STOP):
            while position < len(wanted) and wanted[position][0] < start:
                position += 1
            inside = position
            while inside < len(wanted) and wanted[inside][0] < end:
                inside += 1
            if any(matters for _, matters in wanted[position:inside]):
                yield from self._sentence_units(text, start, end)
            elif inside > position:
                reported = _REPORTED.search(text, start, end) is not None
                yield Unit(start, end, Mood.REPORTED if reported else Mood.PLAIN)
            position = inside

    def _sentence_units(self, text: str, start: int, end: int) -> Iterator[Unit]:
        sentence = text[start:end]
        asks = text[end : end + 1] in {"?", "？"}
        segments = list(_segments(self._words(sentence)))
        group_start = 0
        wished = False
        for index, segment in enumerate(segments):
            last = index == len(segments) - 1
            wish = not last and _is_condition(segment) and _is_wish(segments[index + 1])
            if not last and (wish or _is_linked(segment)):
                wished = wished or wish
                continue
            tokens = [token for part in segments[group_start : index + 1] for token in part]
            mood = _mood(segment, asks=asks and last)
            if wished:
                mood = (mood | Mood.REQUEST) & ~Mood.CONDITION
            wished = False
            if _REPORTED.search(sentence, tokens[0].begin, len(sentence)):
                mood |= Mood.REPORTED
            yield Unit(start + tokens[0].begin, start + tokens[-1].end, mood)
            group_start = index + 1


def _segments(tokens: list[Word]) -> Iterator[list[Word]]:
    """Cut a sentence after commas, line ends and conjunctive particles."""
    part: list[Word] = []
    for index, token in enumerate(tokens):
        part.append(token)
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        if following is None or _ends_segment(token, following):
            yield part
            part = []


def _ends_segment(token: Word, following: Word) -> bool:
    surface = token.surface
    if surface in {"、", ",", "\n", "，"}:
        return True
    if token.sub != "接続助詞":
        return False
    if surface in _LINKING:
        return following.lemma not in _AFTER_TE
    return surface in _TURNING or surface in _CONDITION


def _is_wish(segment: list[Word]) -> bool:
    """Whether a condition goes on to how glad the writer would be: 払っていただけると助かります asks."""
    return any(token.lemma in _GLAD for token in segment)


def _words(segment: list[Word]) -> list[Word]:
    return [token for token in segment if token.kind not in {"補助記号", "空白", "記号"}]


def _is_linked(segment: list[Word]) -> bool:
    """Whether the segment waits for the next predicate: a bare phrase, a te-form, or a verb left open before a comma."""
    words = _words(segment)
    if not words:
        return True
    final = words[-1]
    if [token.surface for token in words[-2:]] == ["の", "で"]:  # ので: a reason, told apart from what follows
        return False
    if final.kind == "助詞":
        return final.sub not in {"接続助詞", "終助詞"} or final.surface in _LINKING
    if final.kind in {"動詞", "助動詞"}:
        return final.form.startswith("連用形") and not _is_condition(segment)
    if final.lemma in _CONDITION_NOUNS:
        return False
    return final.kind in {"名詞", "接尾辞", "副詞", "連体詞", "接続詞", "代名詞", "感動詞", "形状詞"}


def _is_condition(segment: list[Word]) -> bool:
    words = _words(segment)
    if not words:
        return False
    final = words[-1]
    before = words[-2] if len(words) > 1 else None
    return (
        (final.sub == "接続助詞" and final.surface in _CONDITION)
        or final.form.startswith("仮定形")
        or final.lemma in _CONDITION_NOUNS
        or (final.surface in {"は", "に", "も"} and before is not None and before.lemma in _CONDITION_NOUNS)
    )


def _mood(segment: list[Word], *, asks: bool) -> int:
    words = _words(segment)
    lemmas = [token.lemma for token in words]
    if not words:
        return Mood.QUESTION if asks else Mood.PLAIN
    mood = Mood.PLAIN
    question = asks or lemmas[-1] == "か" or lemmas[-2:] in (["か", "ね"], ["か", "な"])
    denied = _denied(words, lemmas)
    if question:
        mood |= Mood.QUESTION
    if denied and not question:
        mood |= Mood.PROHIBIT if _prohibits(words, lemmas) else Mood.NEGATED
    if _requests(words, lemmas, question=question) and not (denied and not question):
        mood |= Mood.REQUEST
    elif _is_condition(segment):
        mood |= Mood.CONDITION
    elif _past(words) and not question:
        mood |= Mood.DONE
    return mood


def _denied(words: list[Word], lemmas: list[str]) -> bool:
    """Whether the predicate is denied: looked for from the last verb on, so that 足りない分 in an object does not count."""
    tail = next((i for i in range(len(words) - 1, -1, -1) if words[i].kind == "動詞" and words[i].sub == "一般"), 0)
    pairs = zip(lemmas[tail:], [*lemmas[tail + 1 :], ""], strict=True)
    return any(
        (lemma in _NEGATION and following not in {"成る", "なる"}) or lemma in {"不要", "禁止", "控える", "厳禁"}
        for lemma, following in pairs
    )


def _prohibits(words: list[Word], lemmas: list[str]) -> bool:
    if any(lemma in {"禁止", "控える", "厳禁"} for lemma in lemmas):
        return True
    joined = "".join(token.surface for token in words)
    return any(form in joined for form in ("ないで", "ないよう", "ずに", "せんよう", "なきよう", "ないこと", "ない様"))


def _requests(words: list[Word], lemmas: list[str], *, question: bool) -> bool:
    for index, lemma in enumerate(lemmas):
        if lemma in _ASKING:
            return True
        if lemma in _RECEIVING and not (index >= 2 and _CAUSATIVE & set(lemmas[index - 2 : index])):
            after = lemmas[index + 1 :]
            if question or ({"たい", "でしょう", "です"} & set(after[:4]) and "有り難う" not in after):
                return True
    final = words[-1]
    imperative = any(token.form.startswith("命令形") for token in words[-3:])
    volitional = final.form.startswith("意志推量形") and lemmas[-1] not in {"です", "だ"}
    told = lemmas[-1] == "事" and len(words) > 1 and words[-2].kind in {"動詞", "助動詞"}
    te_form = final.surface in _LINKING and final.sub == "接続助詞"
    casual = (te_form or final.surface in {"ちょうだい", "頂戴", "よろしく"}) and any(
        token.kind == "動詞" for token in words
    )
    return imperative or volitional or told or casual


def _past(words: list[Word]) -> bool:
    core = list(words)
    while len(core) > 1 and (core[-1].kind == "助詞" or core[-1].lemma in {"だ", "です"}):
        core.pop()
    final = core[-1]
    return final.lemma == "た" or final.lemma in {"済み", "済", "完了"}
