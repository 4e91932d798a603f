"""What is asked of the whole, measured on the labelled corpora where they are at hand: each source by weights fitted without it."""

from pathlib import Path

import pytest

from honnin.learning.corpus import read_corpus, read_training
from honnin.learning.evaluate import BARS, judge
from honnin.screening import Engine

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the labelled corpora are not part of the project")
def test_bars_are_met():
    rows = [*read_corpus(CORPUS), *read_training(ROOT / "training")]
    judged = judge(rows, Engine.load(), lambda _: None)
    for (group, lang), (least, most) in BARS.items():
        members = [one for one in judged if one.row.group == group and lang in {"", one.row.lang}]
        share = sum(one.alert for one in members) / len(members)
        assert least <= share <= most, (group, lang, share)
