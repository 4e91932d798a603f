"""Phrases of the Japanese word lists: alternatives, and parts that follow one another closely."""

import pytest

from honnin.language.lexicon import Lexicon
from honnin.language.phrases import Chain, chained, expand

LEXICON = Lexicon(
    {
        "ja": {
            "_docs": "稟議, 見積書",
            "put_off": "{_docs} ~ {後追い|後回し}",
            "kin_account": "{妻|友人}の口座",
            "account": "口座",
            "+tail": "口座へ",
            "long": "口座番号",
        }
    }
)


def found(text: str) -> set[str]:
    return set().union(*(hit.concepts for hit in LEXICON.find(text)))


def test_a_phrase_is_written_out():
    assert list(expand("{a|b}の{c|}", {})) == ["aのc", "aの", "bのc", "bの"]
    assert list(expand("plain", {})) == ["plain"]


@pytest.mark.parametrize(
    ("text", "concepts"),
    [
        ("稟議は後追いで", {"put_off"}),
        ("見積書については後回しで", {"put_off"}),
        ("見積書は明日までにお送りします。後回しで", set()),  # too far apart
        ("稟議。後追い", set()),  # another sentence
        ("後追いの稟議", set()),  # the other way round
        ("妻の口座", {"kin_account", "account"}),  # a phrase does not hide the word inside it
        ("口座へ", {"account", "tail"}),  # nor does a word of a list marked with +
        ("口座番号", {"long"}),  # a longer word does
    ],
)
def test_what_a_text_holds(text, concepts):
    assert found(text) == concepts


def test_hits_come_in_order():
    starts = [hit.start for hit in LEXICON.find("友人の口座、稟議は後追い、口座番号")]
    assert starts == sorted(starts)


def test_a_chain_takes_the_nearest_that_leads_on():
    spots = {"a": [(0, 1)], "b": [(2, 3), (4, 5)], "c": [(8, 9)]}
    assert list(chained([Chain("x", ("a", "b", "c"))], spots, "a b b   c")) == [(0, 9, "x")]
