"""What is not exactly what was asked for is no answer."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.contract.readers import opinion

from honnin.model import Level, OpinionFinding
from honnin.screening.opinion import Line, Opinion, Question, opinion_from, vocabulary
from honnin.screening.opinion.answer import LONGEST_ANSWER

QUESTION = Question((Line("一つめ", 0, 3, 6), Line("二つめ", 2, 10, 13)))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (opinion("ok"), Opinion(Level.OK)),
        (opinion("notice", ("urgency", 1)), Opinion(Level.NOTICE, (OpinionFinding("urgency", 0, 3, 6),))),
        (
            opinion("danger", ("gift_card", 2), ("secrecy", 1)),
            Opinion(Level.DANGER, (OpinionFinding("gift_card", 2, 10, 13), OpinionFinding("secrecy", 0, 3, 6))),
        ),
        (f"\n {opinion('ok')} \n", Opinion(Level.OK)),
        # said twice counts once
        (
            opinion("caution", ("gift_card", 2), ("gift_card", 2)),
            Opinion(Level.CAUTION, (OpinionFinding("gift_card", 2, 10, 13),)),
        ),
    ],
)
def test_an_answer_of_the_right_shape(answer, expected):
    assert opinion_from(answer, QUESTION) == expected


def shaped(**change):
    return json.dumps({"level": "caution", "findings": [{"tactic": "gift_card", "line": 1}]} | change)


ROW = {"tactic": "gift_card", "line": 1}

NO_ANSWERS = {
    "nothing": "",
    "a word": "harmless",
    "prose": "This message is harmless. Level: ok.",
    "prose around": f"Here it is: {opinion('ok')}",
    "a fence": f"```json\n{opinion('caution')}\n```",
    "two answers": opinion("ok") + opinion("danger"),
    "a list": f"[{opinion('ok')}]",
    "null": "null",
    "a number": "1",
    "a string of JSON": json.dumps(opinion("ok")),
    "an empty object": "{}",
    "a key too few": '{"level": "ok"}',
    "a key too many": shaped(explanation="trust me"),
    "a key twice": '{"level": "danger", "level": "ok", "findings": []}',
    "a key twice inside": '{"level": "caution", "findings": [{"tactic": "gift_card", "line": 1, "line": 2}]}',
    "another case of a key": shaped(Level="ok"),
    "a level we do not have": shaped(level="safe"),
    "a level in capitals": shaped(level="DANGER"),
    "a level with a blank": shaped(level="danger "),
    "a level in wide letters": shaped(level="ｄａｎｇｅｒ"),
    "a level in look-alikes": shaped(level="dаnger"),
    "a level that is a number": shaped(level=3),
    "a level that is a list": shaped(level=["danger"]),
    "a level that is nothing": shaped(level=None),
    "findings with ok": shaped(level="ok"),
    "an alert without findings": shaped(findings=[]),
    "findings that are an object": shaped(findings=ROW),
    "findings that are nothing": shaped(findings=None),
    "too many findings": shaped(findings=[ROW] * 5),
    "a finding that is a word": shaped(findings=["gift_card"]),
    "a finding with more": shaped(findings=[ROW | {"reason": "<b>click</b>"}]),
    "a finding with less": shaped(findings=[{"tactic": "gift_card"}]),
    "a tactic we do not have": shaped(findings=[ROW | {"tactic": "witchcraft"}]),
    "a tactic with markup": shaped(findings=[ROW | {"tactic": "gift_card<script>"}]),
    "a tactic that is a list": shaped(findings=[ROW | {"tactic": ["gift_card"]}]),
    "one good finding and one bad": shaped(findings=[ROW, ROW | {"tactic": "x"}]),
    "a line before the first": shaped(findings=[ROW | {"line": 0}]),
    "a line after the last": shaped(findings=[ROW | {"line": 3}]),
    "a line below nothing": shaped(findings=[ROW | {"line": -1}]),
    "a line that is true": shaped(findings=[ROW | {"line": True}]),
    "a line that is a fraction": shaped(findings=[ROW | {"line": 1.0}]),
    "a line that is a word": shaped(findings=[ROW | {"line": "1"}]),
    "a line without end": '{"level": "caution", "findings": [{"tactic": "gift_card", "line": ' + "9" * 3_000 + "}]}",
    "no number": '{"level": "caution", "findings": [{"tactic": "gift_card", "line": NaN}]}',
    "an endless number": '{"level": "caution", "findings": [{"tactic": "gift_card", "line": Infinity}]}',
    "nested without end": "[" * 3_900,
    "too long": opinion("caution") + " " * LONGEST_ANSWER,
    "cut off": opinion("caution")[:-1],
    "a comment": opinion("caution")[:-1] + "/* ok */}",
    "a mark at the front": "\ufeff" + opinion("caution"),
}


@pytest.mark.parametrize("answer", NO_ANSWERS.values(), ids=NO_ANSWERS.keys())
def test_anything_else_is_no_answer(answer):
    assert opinion_from(answer, QUESTION) is None


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["ok", "danger", "gift_card"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["level", "findings", "tactic", "line", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.one_of(st.text(max_size=200), JSON.map(json.dumps)))
def test_whatever_comes_is_read_or_refused(answer):
    found = opinion_from(answer, QUESTION)
    if found is not None:
        assert {finding.tactic for finding in found.findings} <= vocabulary().tactics.keys()
        assert (found.level is Level.OK) == (not found.findings)
