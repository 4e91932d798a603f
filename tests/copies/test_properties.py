"""Whatever comes in: masking twice is masking once, order is no matter, nothing raises, and it stays linear."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.copies.scripts import ORDINARY, SCRIPTS

from honnin.copies import Fingerprint, Known, Memory, fingerprint, mask, name_parts
from honnin.text import normalise

ANY = st.text(st.characters(codec=None), max_size=200)  # lone surrogates and NUL included
PIECES = st.lists(
    st.sampled_from(
        [
            *"一二三十百千〇様氏殿のだです \u3000\n。、.@/-1９〆々Ⅷ①İΣß'",
            "さん",
            "さま",
            "先生",
            "社長",
            "株式会社",
            "と申します",
            "田中",
            "テスト商会",
            "dear ",
            "hi",
            " mr ",
            "maria",
            "regards",
            "sincerely ",
            "http://",
            "www.",
            "a.example",
            "x@example.jp",
            "\u200b",
            "\u202e",
        ]
    ),
    max_size=40,
).map("".join)
TEXTS = st.one_of(ANY, PIECES)
NAMES = st.lists(st.sampled_from(["田中", "中様", "maria", "三田村 一郎", "ar", "社長", "K", "様氏"]), max_size=4)


@given(TEXTS, NAMES)
@settings(max_examples=1_500, deadline=None)
def test_masking_twice_is_masking_once(text, names):
    parts = name_parts(names)
    once = mask(text, parts)
    assert mask(once, parts) == once


@given(TEXTS)
@settings(max_examples=500, deadline=None)
def test_masked_text_holds_letters_and_single_blanks_only(text):
    masked = mask(text)
    assert masked == " ".join(masked.split())
    assert not any(letter.isdigit() and letter.isascii() for letter in masked)


@given(st.lists(TEXTS, max_size=6), st.randoms())
@settings(max_examples=300, deadline=None)
def test_the_order_of_texts_is_no_matter(texts, chance):
    shuffled = list(texts)
    chance.shuffle(shuffled)
    assert fingerprint(texts) == fingerprint(shuffled)


@given(st.lists(TEXTS, min_size=1, max_size=8))
@settings(max_examples=300, deadline=None)
def test_a_fingerprint_reads_back_and_meets_its_own_text(texts):
    made = fingerprint(texts)
    if made is None:
        return
    assert Fingerprint.read(made.groups, made.written()) == made
    search = Memory([Known("x", made)]).search()
    matches = [search.read(text) for text in texts]
    assert matches[-1] is None or matches[-1].share <= 1.0
    if len(texts) == 1:
        assert matches[0] is not None


@given(st.randoms())
@settings(max_examples=20, deadline=None)
def test_a_memory_is_the_same_in_whatever_order_it_was_filled(chance):
    known = [Known(name, fingerprint([normalise(text).text])) for name, text in SCRIPTS.items()]
    shuffled = list(known)
    chance.shuffle(shuffled)
    for text in (*SCRIPTS.values(), *ORDINARY):
        folded = normalise(text).text
        assert Memory(known).search().read(folded) == Memory(shuffled).search().read(folded)


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_the_passage_stands_in_the_text(text):
    memory = Memory([Known("x", fingerprint([SCRIPTS["president"]]))])
    search = memory.search()
    whole = text + SCRIPTS["president"] + text
    match = search.read(whole)
    if match is not None:
        start, end = search.passage(whole, match)
        assert 0 <= start <= end <= len(whole)


@given(st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_a_tenth_of_the_words_may_change_anywhere(seed):
    """Every tenth word on average is another one; which ones is a matter of chance."""
    chance = random.Random(seed)
    words = SCRIPTS["gift"].split()
    for at in chance.sample(range(len(words)), len(words) // 10):
        words[at] = chance.choice(["window", "yesterday", "green", "quickly", "seven", "harbour"])
    memory = Memory([Known("gift", fingerprint([normalise(SCRIPTS["gift"]).text]))])
    assert memory.search().read(normalise(" ".join(words)).text) is not None


HOSTILE = {
    "one letter": "あ" * 400_000,
    "honorifics": "様さん" * 150_000,
    "names and honorifics": "田中様 " * 120_000,
    "names without end": "漢" * 300_000 + "様",
    "domains": "a." * 200_000,
    "labels": "a-" * 200_000 + ".example",
    "addresses": "a@" * 200_000,
    "links": "http://" * 60_000,
    "greetings": "dear " * 90_000,
    "stops": "。" * 300_000,
    "dots": "." * 300_000,
    "surrogates": "\ud800振" * 100_000,
    "direction marks": "\u202e\u202d" * 150_000,
    "no width": "\u200b振\u2060込" * 80_000,
    "words in between": ("a " * 3 + "漢 ") * 60_000,
    "one foreign sentence": "a " * 200_000 + "漢",
    "one foreign word": "a" * 300_000 + "漢 b",
    "many different": "".join(map(chr, range(0x4E00, 0x9FFF))) * 18,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_huge_and_hostile_texts_cost_little(text):
    names = name_parts(["田中 " * 1_000, "dear " * 1_000])
    folded = normalise(text).text
    memory = Memory([Known("x", fingerprint([SCRIPTS["president"]]))])
    started = time.process_time()
    fingerprint([folded] * 3, names)
    search = memory.search(names)
    for _ in range(3):
        search.read(folded)
    assert time.process_time() - started < 1.5


def test_ten_thousand_turns_cost_what_their_words_cost():
    memory = Memory([Known("x", fingerprint([SCRIPTS["president"]]))])
    search = memory.search()
    started = time.process_time()
    for number in range(10_000):
        search.read(ORDINARY[number % len(ORDINARY)])
    assert time.process_time() - started < 1.5
