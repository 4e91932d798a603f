"""Collect the words that are recognised when they are cut up, misspelt or spelt by their sound.

    python scripts/make_plain_words.py DICTIONARY...

Which words matter is counted in training/. The DICTIONARY files (one English word a line, such as those of Debian's wamerican-large
and wbritish-large, made from SCOWL) and the Japanese analyser's own dictionary say which neighbours are words themselves and
must be left alone. The results stand in src/honnin/text/data/.
"""

import json
import re
import string
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from sudachipy import Dictionary, SplitMode

ROOT = Path(__file__).parents[1]
OUT = ROOT / "src/honnin/text/data"
TEXTS = 3  # a word has to stand in so many texts
ENGLISH_TEXTS = 4
LEAST = 5  # letters of an English word, or of a katakana one
KATAKANA = "".join(map(chr, range(0x30A1, 0x30F7))) + "ー"
NOT_BY_SOUND = frozenset(
    {"ナイヨウ", "ヨウヤク", "ケッコウ", "タダイマ", "コンバン"}
)  # in kana these are something else
SHORT_SOUNDS = frozenset(
    [
        "コウザ",
        "デンワ",
        "シキン",
        "ケイリ",
        "ヒミツ",
        "ヒヨウ",
        "キゲン",
        "メイギ",
        "ガゾウ",
        "ソウフ",
        "イライ",
        "オカネ",
        "トウシ",
        "ユウシ",
        "イサン",
    ]
)  # three kana stand for too much, but for these
HEAD = "# Made by scripts/make_plain_words.py from training/"


def main() -> None:
    english(set(words_of(sys.argv[1:])))
    japanese()


def texts(lang: str) -> Iterator[str]:
    for path in sorted((ROOT / "training" / lang).glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            turns = "\n".join(turn["text"] for turn in row.get("turns", ()))
            yield f"{row.get('subject', '')}\n{row.get('text') or turns}"


def words_of(paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        yield from re.findall(r"^[A-Za-z]+$", Path(path).read_text("utf-8"), re.MULTILINE)


def variants(word: str, letters: str) -> set[str]:
    """Everything one slip of the hand makes of a word."""
    found = set()
    for at in range(len(word) + 1):
        found.update(word[:at] + letter + word[at:] for letter in letters)
        if at < len(word):
            found.add(word[:at] + word[at + 1 :])
            found.update(word[:at] + letter + word[at + 1 :] for letter in letters)
        if at < len(word) - 1:
            found.add(word[:at] + word[at + 1] + word[at] + word[at + 2 :])
    return found - {word}


def english(dictionary: set[str]) -> None:
    counts: Counter[str] = Counter()
    for text in texts("en"):
        counts.update(set(re.findall("[a-z]+", text.lower())))
    brands = counts + Counter(word for text in texts("ja") for word in set(re.findall("[a-z]+", text.lower())))
    everything = set(map(str.lower, dictionary))  # names too
    words = {
        word for word, count in counts.items() if count >= ENGLISH_TEXTS and word in dictionary and len(word) >= LEAST
    }
    # names and brands that are written often are no slips; short words may stand beside a gap
    others = {
        word for word, count in brands.items() if count >= TEXTS and (len(word) < LEAST or word not in dictionary)
    }
    near = {other for word in words for other in variants(word, string.ascii_lowercase)} & everything - words
    often = [word for word, _ in counts.most_common() if word in words]
    write("plain_words_en.txt", "Words worth recognising, the most frequent first.", often, sort=False)
    write(
        "other_words_en.txt",
        "Short words, names, and words one letter away from those worth recognising: left alone.",
        others | near,
    )


def japanese() -> None:
    tokenizer = Dictionary(dict="core").tokenizer(SplitMode.C)
    counts: Counter[str] = Counter()
    sounds: dict[str, Counter[str]] = defaultdict(Counter)
    for text in texts("ja"):
        seen = set()
        for line in text.split("\n"):
            for token in tokenizer.tokenize(line[:5000]):
                kind = token.part_of_speech()
                if kind[0] == "名詞" and kind[1] not in {"固有名詞", "数詞"} and len(token.surface()) > 1:
                    seen.add(token.surface())
                    sounds[token.surface()][token.reading_form()] += 1
        counts.update(seen)
    often = [word for word, count in counts.most_common() if count >= TEXTS]
    kanji = [word for word in often if re.fullmatch("[一-鿿々ぁ-ゖァ-ヺー]+", word) and re.search("[一-鿿]", word)]
    lines = [f"{word}\t{sound(sounds[word])}" for word in kanji]
    write(
        "plain_words_ja.tsv",
        "A word, a tab, its sound; of words that sound alike the most frequent one stands first.",
        lines,
        sort=False,
    )
    known = (OUT / "katakana_words.txt").read_text("utf-8").split()
    katakana = {word for word in (*often, *known) if re.fullmatch(f"[{KATAKANA}]{{{LEAST},}}", word)}
    others = set()
    for word in katakana:
        meant = tokenizer.tokenize(word)[0].normalized_form()
        for other in variants(word, KATAKANA) - katakana:
            tokens = tokenizer.tokenize(other)
            if len(tokens) == 1 and not tokens[0].is_oov() and tokens[0].normalized_form() != meant:
                others.add(other)
    first = [*(word for word in often if word in katakana), *sorted(katakana - set(often))]
    write("plain_words_katakana.txt", "Words worth recognising, the most frequent first.", first, sort=False)
    write("other_words_katakana.txt", "Words one letter away from those worth recognising: left alone.", others)


def sound(read: Counter[str]) -> str:
    most = read.most_common(1)[0][0]
    return most if (len(most) > 3 and most not in NOT_BY_SOUND) or most in SHORT_SOUNDS else ""


def write(name: str, what: str, words: Iterable[str], *, sort: bool = True) -> None:
    """Write a list; words without a sound several to a line."""
    listed = sorted(words) if sort else list(words)
    lines = listed if name.endswith(".tsv") else [" ".join(listed[at : at + 20]) for at in range(0, len(listed), 20)]
    (OUT / name).write_text("\n".join([f"{HEAD}. {what}", *lines]) + "\n", encoding="utf-8")
    print(f"{name}: {len(listed)}")


if __name__ == "__main__":
    main()
