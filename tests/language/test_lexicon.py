"""What all words together cost: how long they take to load, and that what must follow a beginning is really asked for."""

import time

import pytest

from honnin.language.lexicon import Lexicon

LOADS_IN = 0.6
"""Seconds of one core; the command line waits for it before its first verdict."""


def test_all_words_are_loaded_quickly():
    assert min(_cost_of_loading() for _ in range(3)) < LOADS_IN


def _cost_of_loading() -> float:
    start = time.process_time()
    Lexicon.load()
    return time.process_time() - start


LONG = Lexicon(
    {
        "ja": {},
        "en": {"hand": "put (|the|a|my|your|our) (one|two|three|four|five|six) (cards|codes|coins) (here|there)"},
    }
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("put the two codes there", [(0, 23)]),
        ("put my six cards here", [(0, 21)]),
        ("put the two codes away", []),  # what must follow is missing
        ("put the two codes therefore", []),  # the last word is not whole
    ],
)
def test_a_beginning_counts_only_with_what_follows(text, found):
    assert [(hit.start, hit.end) for hit in LONG.find(text)] == found
