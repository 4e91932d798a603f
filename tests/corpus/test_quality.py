"""What was reached stays reached, measured where the labelled corpora are at hand: each source by weights fitted without it.

What is asked for is more than this in places; ``honnin eval`` prints both, and docs/quality.md says what is missing.
"""

from pathlib import Path

import pytest

from honnin.learning import probe
from honnin.learning.corpus import read_corpus, read_training
from honnin.learning.evaluate import judge
from honnin.screening import Engine

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
KEPT = {
    ("fraud", "ja"): (0.90, 1.0),
    ("fraud", "en"): (0.83, 1.0),
    ("ordinary", ""): (0.0, 0.010),
    ("ordinary_mail", ""): (0.0, 0.010),
    ("hard_negative", ""): (0.0, 0.070),
}
"""Share found: at least, at most. An empty language stands for both."""


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the labelled corpora are not part of the project")
def test_the_corpora_are_told_apart_by_weights_that_never_saw_their_source():
    rows = [*read_corpus(CORPUS), *read_training(ROOT / "training")]
    judged = judge(rows, Engine.load(), lambda _: None)
    error = 0.0
    for (group, lang), (least, most) in KEPT.items():
        members = [one for one in judged if one.row.group == group and lang in {"", one.row.lang}]
        share = sum(one.found for one in members) / len(members)
        assert least <= share <= most, (group, lang, share)
    for tenth in range(10):
        members = [one for one in judged if min(int(one.score * 10), 9) == tenth]
        gap = sum(one.score - one.row.is_fraud for one in members)
        error += abs(gap) / len(judged)
    assert error <= 0.05  # a score of 0.9 means 0.9


def test_papers_that_avoid_the_words_are_told_apart():
    marked = probe.mark(probe.read_papers(ROOT / "probe"), Engine.load())
    fraud = [one.found for one in marked if one.question.is_fraud]
    twins = [one.found for one in marked if not one.question.is_fraud]
    known = [one.found for one in marked if one.question.is_fraud and one.question.has_context]
    talks = [one.in_time for one in marked if one.question.ask_turn is not None]
    assert len(fraud) == len(twins) == 320
    assert sum(fraud) / len(fraud) >= 0.83
    assert sum(known) / len(known) >= 0.92
    assert sum(twins) / len(twins) <= 0.05
    assert sum(talks) / len(talks) >= 0.5
