import re

import pytest

from honnin.rules.vocabulary import ATOMS, TACTICS
from honnin.screening.opinion import Line, Question, vocabulary

EVERY = vocabulary().tactics.values()


def test_it_is_a_part_of_the_vocabulary_of_rules():
    assert vocabulary().tactics.keys() <= TACTICS
    assert len(vocabulary().tactics) > 30


@pytest.mark.parametrize("tactic", EVERY, ids=lambda tactic: tactic.id)
def test_each_tells_people_what_to_do_in_both_languages(tactic):
    assert tactic.reason.ja.endswith("。")
    assert tactic.reason.ja.count("。") >= 2  # what was seen, and what to do
    assert tactic.reason.en.count(". ") + tactic.reason.en.count("; ") >= 1
    assert tactic.tell
    assert tactic.advise <= ATOMS
    assert not re.search("安全|必ず詐欺|あなたの責任", tactic.reason.ja)


def test_what_the_other_reader_is_told_names_every_tactic_and_no_other():
    told = Question((Line("x", 0, 0, 1),)).instructions()
    assert re.findall(r"^- (\w+): ", told, re.MULTILINE) == [tactic.id for tactic in EVERY]


def test_the_schema_allows_nothing_else():
    schema = Question((Line("x", 0, 0, 1), Line("y", 0, 1, 2))).answer_schema()
    finding = schema["properties"]["findings"]["items"]
    assert schema["additionalProperties"] is finding["additionalProperties"] is False
    assert finding["properties"]["line"] == {"type": "integer", "minimum": 1, "maximum": 2}
    assert schema["required"] == ["level", "findings"]
