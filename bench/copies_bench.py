"""What it costs to know near copies again among 100,000 fingerprints, and, where labelled messages are at hand, how well it is done.

copies_bench.py [COUNT]    with so many fingerprints
"""

import os
import random
import re
import resource
import sys
import time
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

from screening_bench import FRAUD, ONE_IN_TEN, ORDINARY, percentile
from sudachipy import Dictionary

from honnin.copies import Known, Memory, fingerprint, mask
from honnin.copies.shingles import shingles
from honnin.learning.corpus import read_corpus
from honnin.learning.evasion import OPERATORS
from honnin.screening.copies import event_fingerprint, known_again, written_by_sender
from honnin.text import language_of, normalise

ROOT = Path(__file__).parents[1]
CORPUS = Path(os.environ.get("HONNIN_CORPUS", ROOT.parent / "shared" / "corpus"))
ROUNDS = 20
KANA, KANJI, LATIN = (
    "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん",
    3_000,
    "etaoinshrdlucmfwypvbgk",
)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    before = held()
    known = [Known(f"{number:08}", made) for number, made in enumerate(crowd(count))]
    made = held()
    start = time.process_time()
    memory = Memory(known)
    print(f"{len(memory):,} fingerprints: made ready in {time.process_time() - start:.1f} s;", end=" ")
    print(f"process {before:.0f} MB, with the fingerprints {made:.0f} MB, at most while making ready {held():.0f} MB")
    print(f"the memory by itself: {memory.size() / 1e6:.0f} MB")
    cost(memory, "chat messages", [normalise(text).text for text in ONE_IN_TEN])
    letters = [normalise(" ".join(ORDINARY[at : at + 6])).text for at in range(len(ORDINARY) - 5)]
    cost(memory, "mails", letters)
    copies = [normalise(" ".join(FRAUD[at : at + 4]) + ORDINARY[at]).text for at in range(len(FRAUD) - 3)]
    there = Memory([*known, *(Known(f"x{at}", fingerprint([text])) for at, text in enumerate(copies))])
    cost(there, "copies of remembered texts", copies)
    if CORPUS.is_dir():
        quality()


def held() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def crowd(count: int):
    """Fingerprints of invented texts: words as common and rare as real ones are, between turns of phrase that many share."""
    chance = random.Random(1)
    letters = [*KANA, *(chr(0x4E00 + chance.randrange(KANJI)) for _ in range(800))]
    words = {
        "ja": ["".join(chance.choices(letters, k=chance.choice((1, 2, 2, 3)))) for _ in range(20_000)],
        "en": ["".join(chance.choices(LATIN, k=chance.randint(2, 9))) + " " for _ in range(20_000)],
    }
    weights = list(accumulate(1 / (rank + 5) for rank in range(20_000)))
    stock = {lang: [text for text in (*ORDINARY, *FRAUD) if language_of(text) == lang] for lang in words}
    for number in range(count):
        lang = "ja" if number % 2 else "en"
        body = "".join(chance.choices(words[lang], cum_weights=weights, k=chance.randint(25, 80)))
        yield fingerprint([" ".join((chance.choice(stock[lang]), body, chance.choice(stock[lang]))).lower()])


def cost(memory: Memory, name: str, texts: list[str]) -> None:
    """Milliseconds of one core: the look-up alone, and together with taking the text apart."""
    alone, whole = [], []
    for text in texts * ROUNDS:
        numbers = set(shingles(mask(text)))
        start = time.process_time_ns()
        memory.owners(numbers)
        alone.append((time.process_time_ns() - start) / 1e6)
        start = time.process_time_ns()
        memory.search().read(text)
        whole.append((time.process_time_ns() - start) / 1e6)
    mean = sum(alone) / len(alone)
    print(
        f"{name} ({sum(map(len, texts)) / len(texts):.0f} characters): look-up mean {mean:.3f} ms, "
        f"p99 {percentile(alone, 99):.3f} ms   <= 0.1 {'met' if mean <= 0.1 else 'NOT MET'}; "
        f"with reading the text mean {sum(whole) / len(whole):.3f} ms, p99 {percentile(whole, 99):.3f} ms"
    )


def quality() -> None:
    """False matches of ordinary messages with all fraud, and how many changed copies are known again."""
    rows = read_corpus(CORPUS)
    fraud = [(row, made) for row in rows if row.is_fraud and (made := event_fingerprint(row.event))]
    memory = Memory(Known(row.event.id, made) for row, made in fraud)
    total = sum(row.is_fraud for row in rows)
    print(f"\n{len(memory)} of {total} fraudulent messages are long enough for a fingerprint")
    for group in ("ordinary", "ordinary_mail", "hard_negative"):
        ordinary = [row for row in rows if row.group == group]
        false = [row.event.id for row in ordinary if known_again(memory, row.event)]
        print(f"false matches, {group:<14} {len(false):>4} of {len(ordinary)} {' '.join(false[:5])}")
    nearest(rows, fraud)
    chance = random.Random(1)
    tokenizer = Dictionary().tokenizer()
    pool = {
        lang: [
            word
            for row in rows
            if not row.is_fraud and row.lang == lang
            for word in words_of(row.event.text[:300], lang, tokenizer)
        ]
        for lang in ("ja", "en")
    }
    for share in (0.10, 0.15, 0.20):
        for lang in ("ja", "en"):
            of_lang = [(row, made) for row, made in fraud if row.lang == lang]
            found = sum(
                known_again(
                    memory,
                    replace(
                        row.event,
                        text=changed(
                            row.event.text, lang, share=share, pool=pool[lang], chance=chance, tokenizer=tokenizer
                        ),
                    ),
                )
                is not None
                for row, _ in of_lang
            )
            print(
                f"copies, {lang}, {share:.0%} of words and all numbers, links, spacing changed: {found} of {len(of_lang)} known again"
            )
    campaigns(fraud)
    for operator in OPERATORS:
        events = [operator.apply(row.event, row.lang) for row, _ in fraud if row.lang in operator.langs]
        found = sum(known_again(memory, event) is not None for event in events)
        print(f"disguised, {operator.name:<32} {found:>4} of {len(events)} known again")


def nearest(rows, fraud) -> None:
    """How much of a fingerprint stands in an ordinary message at most, close together or not."""
    ordinary = [groups_of(row.event) for row in rows if not row.is_fraud]
    for name, low, high in (("short", 20, 48), ("long", 48, 10**9)):
        sketches = [frozenset(made.sketch) for _, made in fraud if low <= made.groups < high]
        most = max(len(sketch & groups) / len(sketch) for sketch in sketches for groups in ordinary)
        print(f"most that an ordinary message shares with one of {len(sketches)} {name} fingerprints: {most:.0%}")


def campaigns(fraud) -> None:
    """Pairs of messages that share half of their groups were sent by the same hand: is one known from the other?"""
    groups = {row.event.id: groups_of(row.event) for row, _ in fraud}
    pairs = found = 0
    for row, made in fraud:
        memory = Memory([Known("x", made)])
        for other, _ in fraud:
            if other is row:
                continue
            if len(groups[row.event.id] & groups[other.event.id]) >= 0.5 * len(groups[row.event.id]):
                pairs += 1
                found += known_again(memory, other.event) is not None
    print(f"near duplicates of one campaign: {found} of {pairs} known from each other")


def groups_of(event) -> set[int]:
    return {number for text in written_by_sender(event) for number in shingles(mask(normalise(text).text))}


def words_of(text: str, lang: str, tokenizer) -> list[str]:
    if lang == "en":
        return re.findall(r"\w+|\W+", text)
    pieces = [line[at : at + 8_000] for line in text.splitlines(keepends=True) for at in range(0, len(line), 8_000)]
    return [word.surface() for piece in pieces for word in tokenizer.tokenize(piece)]


def changed(text: str, lang: str, *, share: float, pool: list[str], chance: random.Random, tokenizer) -> str:
    """The text as it would come to the next victim."""
    words = words_of(text, lang, tokenizer)
    places = [at for at, word in enumerate(words) if word.strip().isalnum()]
    others = [word for word in pool if word.strip().isalnum()]
    for at in chance.sample(places, round(len(places) * share)):
        words[at] = chance.choice(others)
    new = re.sub(r"https?://\S+", "https://new.example.invalid/x", "".join(words))
    new = re.sub("[0-9]", lambda _: str(chance.randrange(10)), new)
    new = new.replace("、", chance.choice("，,、")).replace("。", chance.choice("。．!"))
    return "".join(letter + (" " if lang == "ja" and chance.random() < 0.03 else "") for letter in new)


if __name__ == "__main__":
    main()
