"""How one listed English phrase meets the ways people write it."""

import pytest

from honnin.language.lexicon import Lexicon
from honnin.language.spellings import phrases, spellings

LEXICON = Lexicon({"ja": {}, "en": {"later": "i'll (sort|do) the (paperwork|form) later", "mine": "use your account"}})


@pytest.mark.parametrize(
    "text",
    [
        "i'll sort the paperwork later",
        "i will do the form later",
        "ill do the paperwork later",
        "use your account",
        "use ur acct",
    ],
)
def test_a_listed_phrase_is_met_as_people_write_it(text):
    assert [(hit.start, hit.end) for hit in LEXICON.find(text)] == [(0, len(text))]


@pytest.mark.parametrize("text", ["hill do the paperwork later", "use your accounts", "do the form later"])
def test_other_words_are_not(text):
    assert LEXICON.find(text) == []


def test_an_alternative_may_be_empty():
    assert {phrase.beginning for phrase in phrases("a (big|) b")} == {"a big b", "a b"}


def test_single_words_keep_their_spelling():
    assert spellings("can't") == {"can't"}
