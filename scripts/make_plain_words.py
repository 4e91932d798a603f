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

from ahocorasick import Automaton
from sudachipy import Dictionary, Morpheme, SplitMode, Tokenizer

from honnin.text import normalise
from honnin.text.plain import by_sound, spelt_by_sound

ROOT = Path(__file__).parents[1]
OUT = ROOT / "src/honnin/text/data"
LEAST_SOUND = 3  # kana
NATURAL, SHARE = (
    2,
    0.05,
)  # texts in which a word may be read that is not there: so many, or such a share of those in which it is
TEXTS = 2  # a word has to stand in so many texts
ENGLISH_TEXTS = 4
LEAST, SHORTEST = 5, 4  # letters of an English word, or of a katakana one; of one that is written often
OFTEN = 40
KATAKANA = "".join(map(chr, range(0x30A1, 0x30F7))) + "ー"
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
        word
        for word, count in counts.items()
        if word in dictionary and count >= (ENGLISH_TEXTS if len(word) >= LEAST else OFTEN) and len(word) >= SHORTEST
    }
    # names and brands that are written often are no slips; short words may stand beside a gap
    others = {word for word, count in brands.items() if count > TEXTS and (len(word) < LEAST or word not in dictionary)}
    near = {other for word in words for other in variants(word, string.ascii_lowercase)} & everything - words
    often = [word for word in by_frequency(counts) if word in words]
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
        seen = []
        for line in text.split("\n"):
            for token in tokenizer.tokenize(line[:5000]):
                if is_word(token):
                    seen.append(token.surface())
                    sounds[token.surface()][token.reading_form()] += 1
        counts.update(dict.fromkeys(seen, 1))
    often = [word for word in by_frequency(counts) if counts[word] >= TEXTS]
    kanji = [word for word in often if re.fullmatch("[一-鿿々ぁ-ゖァ-ヺー]+", word) and re.search("[一-鿿]", word)]
    table: dict[str, str] = {}
    for word in kanji:
        sound = sounds[word].most_common(1)[0][0]
        if len(sound) >= LEAST_SOUND and re.fullmatch(f"[{KATAKANA}]+", sound):
            table.setdefault(sound, word)
    # What is read so in texts that spell hardly anything by its sound is something else: できない is no で機内.
    automaton = by_sound(table)
    natural = Counter(word for text in texts("ja") for word in heard(text, automaton))
    kept = {word: sound for sound, word in table.items() if natural[word] < max(NATURAL, counts[word] * SHARE)}
    lines = [f"{word}\t{kept.get(word, '')}" for word in kanji]
    write("plain_words_ja.tsv", "A word, a tab, its sound where that can be nothing else.", lines, sort=False)
    katakana(tokenizer, [word for word in often if re.fullmatch(f"[{KATAKANA}]{{{SHORTEST},}}", word)])


def is_word(token: Morpheme) -> bool:
    """A noun, or the joining form of a verb of two characters, as in 振り込みます."""
    kind = token.part_of_speech()
    noun = kind[0] == "名詞" and kind[1] not in {"固有名詞", "数詞"} and len(token.surface()) > 1
    return noun or (kind[0] == "動詞" and kind[5] == "連用形-一般" and len(re.findall("[一-鿿]", token.surface())) > 1)


def by_frequency(counts: Counter[str]) -> list[str]:
    return sorted(counts, key=lambda word: (-counts[word], word))


def heard(text: str, automaton: Automaton) -> set[str]:
    return {word for _, _, word in spelt_by_sound(normalise(text).text, automaton)}


def katakana(tokenizer: Tokenizer, often: list[str]) -> None:
    known = (OUT / "katakana_words.txt").read_text("utf-8").split()
    listed = list(dict.fromkeys([*often, *(word for word in known if len(word) >= SHORTEST)]))
    others = set()
    for word in listed:
        meant = tokenizer.tokenize(word)[0].normalized_form()
        for other in variants(word, KATAKANA) - set(listed):
            tokens = tokenizer.tokenize(other)
            if len(tokens) == 1 and not tokens[0].is_oov() and tokens[0].normalized_form() != meant:
                others.add(other)
    write("plain_words_katakana.txt", "Words worth recognising, the most frequent first.", listed, sort=False)
    write("other_words_katakana.txt", "Words one letter away from those worth recognising: left alone.", others)


def write(name: str, what: str, words: Iterable[str], *, sort: bool = True) -> None:
    """Write a list; words without a sound several to a line."""
    listed = sorted(words) if sort else list(words)
    lines = listed if name.endswith(".tsv") else [" ".join(listed[at : at + 20]) for at in range(0, len(listed), 20)]
    (OUT / name).write_text("\n".join([f"{HEAD}. {what}", *lines]) + "\n", encoding="utf-8")
    print(f"{name}: {len(listed)}")


if __name__ == "__main__":
    main()
