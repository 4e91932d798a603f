"""Papers are judged by the engine as it is, and what counts as found is told exactly."""

import json

import pytest

from honnin.learning import plot, probe
from honnin.learning.corpus import Row
from honnin.learning.evaluate import Judged
from honnin.model import Event, Level
from honnin.screening import Engine

ROWS = [
    {"id": "p-1", "label": "fraud", "text": "今、会社にいますか。"},  # a bare opener: a notice is enough
    {"id": "p-2", "label": "harmless", "text": "今、会社にいますか。", "relationship": {"messages": 900}},
    {"id": "p-3", "label": "harmless", "text": "明日の会議は三時からに変わりました。"},
    {
        "id": "p-4",
        "label": "fraud",
        "ask_turn": 2,
        "turns": [
            {"who": "sender", "text": "業務用のLINEグループを作成してください。ほかの人はまだ入れないでください。"},
            {"who": "me", "text": "はい"},
            {"who": "sender", "text": "できたら招待のQRコードを送ってください。"},
        ],
    },
    {
        "id": "p-5",
        "label": "fraud",
        "sender": {"name": "北山 誠一", "platform": "chatwork", "account_id": "90001"},
        "directory": [{"name": "北山 誠一", "accounts": [{"platform": "chatwork", "account_id": "10001"}]}],
        "text": "はじめまして。",
    },
]


@pytest.fixture(scope="module")
def marked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("papers")
    (folder / "ja_x.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return {one.question.event.id: one for one in probe.mark(probe.read_papers(folder), Engine.load())}


def test_a_bare_opener_counts_from_notice_on_and_only_where_nobody_is_known(marked):
    assert marked["p-1"].verdict.level is Level.NOTICE
    assert marked["p-1"].found
    assert not marked["p-2"].found


def test_talks_are_in_time_when_the_warning_stands_before_the_ask(marked):
    assert marked["p-4"].verdict.first_alert_turn == 0
    assert marked["p-4"].in_time
    assert not marked["p-5"].in_time  # no talk, no ask


def test_context_can_be_taken_away(marked):
    assert marked["p-5"].found
    blind = probe.without_context(marked["p-5"].question)
    assert blind.has_context  # what it was is still known, to compare
    assert not probe.mark([blind], Engine.load())[0].found


def test_the_table_names_every_group(marked):
    table = probe.report(list(marked.values()))
    for name in (
        "ja with context",
        "ja without context",
        "ja conversation",
        "paper ja_x",
        "all",
        "warned before the ask",
    ):
        assert name in table


def test_no_papers_are_no_mistake(tmp_path):
    assert probe.read_papers(tmp_path / "nowhere") == []


def judged(score, *, fraud):
    return Judged(Row(Event("e"), "fraud" if fraud else "ordinary", "s", "ja", "", "", fraud), score, Level.OK)


def test_the_plot_shows_each_tenth_with_its_rows():
    rows = [judged(0.95, fraud=True)] * 9 + [judged(0.91, fraud=False)] + [judged(0.0, fraud=False)] * 10
    (low, high) = plot.bins(rows)
    assert low[:2] == (0.0, 0.0)
    assert high[1] == pytest.approx(0.9)
    assert high[2] < 0.9 < high[3]
    picture = plot.reliability(rows)
    assert picture.count("<circle") == 2
    assert "詐欺の割合" in picture
    assert picture.startswith("<svg")
    assert picture.rstrip().endswith("</svg>")
