import io
import json

import pytest

from honnin.app.trial import Backtest, backtest, fired_on, run_examples
from honnin.model import Event, Severity, Text
from honnin.rules import Example, Pack, Rule, State
from honnin.rules.condition import Atom
from honnin.screening import Engine

GROUP = "LINEでグループを作成してください。"
TALK = "昨日の資料、ありがとうございました。"


def rule(name, state, **examples):
    return Rule(
        name, Text("", ""), Severity.HIGH, state, (), (), Atom("act:ask_group"), Text("理由", "why"), **examples
    )


@pytest.fixture(scope="module")
def trial(engine):
    pack = Pack(
        "test",
        "1",
        {},
        (
            rule("live", State.LIVE, fires_on=(Example(GROUP), Example(TALK)), silent_on=(Example(TALK),)),
            rule("shadow", State.SHADOW),
            rule("draft", State.DRAFT, fires_on=(Example(TALK),)),
        ),
    )
    return Engine(engine.reader, engine.resemblance, engine.links, pack, engine.score, engine.policy, engine.advisor)


def test_an_example_that_does_not_hold_is_named(trial):
    (failure,) = run_examples(trial, trial.pack)
    assert failure.rule == "live"
    assert failure.example.text == TALK


def test_rules_on_trial_are_counted_too(trial):
    assert fired_on(trial, Event("m", text=GROUP)) == {"live", "shadow"}


def test_a_backtest_tells_how_often_each_rule_would_have_spoken(trial):
    events = [{"id": "a", "text": GROUP}, {"id": "b", "text": TALK}, {"id": "c", "text": 3}]
    report = Backtest()
    backtest(trial, io.BytesIO("\n".join(map(json.dumps, events)).encode()).read, report)
    assert (report.events, report.alerts, report.unreadable) == (2, 1, 1)
    assert {count.rule: (count.events, count.first) for count in report.rules.values()} == {
        "live": (1, ["a"]),
        "shadow": (1, ["a"]),
    }
