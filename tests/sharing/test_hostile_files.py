"""Files from outside that are broken or mean harm: each mistake is named with object and field, the rest goes on."""

import copy
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sharing.samples import NOW, PRODUCER, TACTICS, indicator, intake

from honnin.sharing import exchange as ex
from honnin.sharing import misp, stix
from honnin.sharing.values import HIDDEN, Kind

GOOD = indicator(Kind.DOMAIN, "still-good.example.test")
OTHER = indicator(Kind.URL)


def bundle(*many):
    return json.loads(json.dumps(stix.to_bundle(list(many) or [OTHER], PRODUCER, NOW)))


def read(given, **parts):
    return stix.read_objects(given, intake(**parts), TACTICS)


WRONG = [
    ("id", 5, ex.NO_ID),
    ("id", "indicator--1\u202e23", ex.NO_ID),
    ("pattern", ["x"], ex.NO_WORD),
    ("pattern", "[url:value = '" + "a" * 9_000 + "']", ex.TOO_LONG),
    ("pattern", "[file:hashes.'SHA-256' = 'aa']", stix.TOO_COMPLEX),
    ("pattern", "[domain-name:value = 'a.example.test'] WITHIN 5 SECONDS", stix.TOO_COMPLEX),
    ("pattern", "[domain-name:value MATCHES '(a+)+$']", stix.TOO_COMPLEX),
    ("pattern", "[domain-name:value = 'a\u202eb.example.test']", HIDDEN),
    ("pattern", "[domain-name:value = 'a\u200bb.example.test']", HIDDEN),
    ("pattern_type", "yara", stix.TOO_COMPLEX),
    ("confidence", 101, ex.NO_NUMBER),
    ("confidence", True, ex.NO_NUMBER),
    ("confidence", "60", ex.NO_NUMBER),
    ("confidence", 10**400, ex.NO_NUMBER),
    ("valid_from", None, ex.NO_TIME),
    ("valid_from", "yesterday", ex.NO_TIME),
    ("valid_from", "2099-01-01T00:00:00Z", ex.FUTURE),
    ("valid_from", "0001-01-01T00:00:00+14:00", ex.NO_TIME),
    ("valid_from", "1970-01-01T00:00:00Z", ex.TOO_OLD),
    ("modified", "2027-11-24T03:00:00Z", ex.FUTURE),
    ("valid_until", "2026-11-23T00:00:00Z", ex.OVER),
    ("valid_until", "2020-01-01T00:00:00Z", ex.BEFORE_START),
    ("object_marking_refs", "TLP:RED", ex.NO_LIST),
]


@pytest.mark.parametrize(("name", "value", "text"), WRONG)
def test_a_wrong_field_is_named_and_the_rest_is_taken(name, value, text):
    given = bundle(OTHER, GOOD)
    place = next(n for n, each in enumerate(given["objects"]) if each["type"] == "indicator")
    wrong = given["objects"][place]
    wrong[name] = value
    found = read(given)

    assert [one.value for one in found.indicators] == [GOOD.value]
    assert found.refused == 1
    called = f"objects[{place}]" if name == "id" else wrong["id"]
    assert (f"{called}.{name}", text) in [(mistake.field, mistake.text) for mistake in found.mistakes]
    assert "\u202e" not in str(found.mistakes[0])


@pytest.mark.parametrize("junk", [None, 5, "x", [], [[]], {"type": ["indicator"]}, {"type": "indicator"}, {"type": {}}])
def test_junk_between_good_objects(junk):
    given = bundle(GOOD)
    given["objects"] = [junk, *given["objects"], junk]
    assert [one.value for one in read(given).indicators] == [GOOD.value]


@pytest.mark.parametrize("given", [None, [], 5, "x", {}, {"objects": {}}, {"objects": None}])
def test_what_is_no_bundle_is_said(given):
    found = read(given)
    assert (found.indicators, found.refused) == ([], 1)
    assert len(found.mistakes) == 1


class TestSameId:
    def test_the_very_same_counts_once(self):
        given = bundle(GOOD)
        given["objects"] += given["objects"]
        found = read(given)
        assert len(found.indicators) == 1
        assert found.mistakes == []

    def test_the_last_changed_counts(self):
        given = bundle(GOOD)
        newer = copy.deepcopy(next(each for each in given["objects"] if each["type"] == "indicator"))
        newer |= {"modified": "2026-11-24T03:30:00.000Z", "revoked": True}
        given["objects"].insert(0, newer)
        assert [one.standing.value for one in read(given).indicators] == ["withdrawn"]

    def test_two_that_contradict_each_other_are_refused(self):
        given = bundle(OTHER, GOOD)
        wrong = copy.deepcopy(next(each for each in given["objects"] if each["type"] == "indicator"))
        given["objects"].append(wrong | {"pattern": "[domain-name:value = 'other.example.test']"})
        found = read(given)
        assert [one.value for one in found.indicators] == [GOOD.value]
        assert [(each.field, each.text) for each in found.mistakes] == [(f"{wrong['id']}.id", ex.SAME_ID)]


def test_too_many_objects_are_refused_at_once():
    found = read({"objects": [{}] * (ex.MOST_OBJECTS + 1)})
    assert [(each.field, each.text) for each in found.mistakes] == [("objects", ex.TOO_MANY)]


def test_only_so_many_mistakes_are_told_but_all_are_counted():
    found = read({"objects": [5] * 5_000})
    assert len(found.mistakes) == ex.MOST_MISTAKES
    assert found.refused == 5_000


def test_a_long_pattern_is_read_in_no_time():
    for pattern in (
        "[" * 8_000,
        "[a:b = '" + "\\'" * 3_900,
        "[" + "a:b = 'c' AND " * 500,
        "[a:" + "'x'" * 2_600,
        " " * 8_000,
    ):
        given = bundle(OTHER)
        next(each for each in given["objects"] if each["type"] == "indicator")["pattern"] = pattern
        began = time.perf_counter()
        assert read(given).indicators == []
        assert time.perf_counter() - began < 0.2


def test_nobody_keeps_anything_for_ever():
    given = bundle(GOOD)
    next(each for each in given["objects"] if each["type"] == "indicator")["valid_until"] = "2999-01-01T00:00:00Z"
    assert read(given).indicators[0].expires_at == NOW + ex.LONGEST


def test_a_mark_cannot_be_redefined_as_a_wider_one():
    given = bundle(indicator(tlp=stix.Tlp.RED))
    mark = next(each for each in given["objects"] if each["type"] == "marking-definition")
    mark |= {"definition_type": "tlp", "definition": {"tlp": "white"}}
    assert read(given).indicators[0].tlp is stix.Tlp.RED


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_whatever_stands_in_a_field_nothing_breaks(data):
    given = bundle(OTHER, GOOD)
    event = json.loads(json.dumps(misp.to_event([OTHER, indicator(Kind.BANK_ACCOUNT), GOOD], PRODUCER, NOW)))["Event"]
    for each in [*(each for each in given["objects"] if each["type"] in {"indicator", "sighting"})][:2]:
        each[data.draw(st.sampled_from(sorted(each)))] = data.draw(ANYTHING)
    for each in [event["Attribute"][0], event["Object"][0], event["Object"][0]["Attribute"][0]]:
        each[data.draw(st.sampled_from(sorted(each)))] = data.draw(ANYTHING)

    assert GOOD.value in [one.value for one in read(given).indicators]
    found = misp.read_event({"Event": event}, intake(), TACTICS)
    assert GOOD.value in [one.value for one in found.indicators]


@settings(max_examples=80, deadline=None)
@given(ANYTHING)
def test_anything_at_all_is_answered(given):
    for answer in (
        read(given),
        misp.read_event(given, intake(), TACTICS),
        misp.read_event({"Event": given}, intake(), TACTICS),
    ):
        assert answer.indicators == []


MISP_WRONG = [
    ("uuid", "1", ex.NO_UUID),
    ("timestamp", "later", ex.NO_TIME),
    ("timestamp", "99999999999", ex.FUTURE),
    ("value", 5, ex.NO_WORD),
    ("value", "https://a.example.test/" + "a" * 2_100, ex.TOO_LONG),
    ("value", "https://\u202ea.example.test/", HIDDEN),
    ("first_seen", "2099-01-01T00:00:00Z", ex.FUTURE),
]


@pytest.mark.parametrize(("name", "value", "text"), MISP_WRONG)
def test_misp_names_the_wrong_field(name, value, text):
    event = json.loads(json.dumps(misp.to_event([OTHER, GOOD], PRODUCER, NOW)))
    wrong = event["Event"]["Attribute"][0]
    wrong[name] = value
    found = misp.read_event(event, intake(), TACTICS)

    assert [one.value for one in found.indicators] == [GOOD.value]
    called = "Event.Attribute[0]" if name == "uuid" else wrong["uuid"]
    assert (f"{called}.{name}", text) in [(mistake.field, mistake.text) for mistake in found.mistakes]


def test_misp_refuses_two_of_one_uuid_that_differ():
    event = misp.to_event([OTHER, GOOD], PRODUCER, NOW)
    event["Event"]["Attribute"][1]["uuid"] = event["Event"]["Attribute"][0]["uuid"]
    found = misp.read_event(event, intake(), TACTICS)
    assert [mistake.text for mistake in found.mistakes] == [ex.SAME_ID]
