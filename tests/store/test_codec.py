import json
from dataclasses import MISSING, fields
from datetime import UTC, datetime, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from honnin.model import Event, Level, Stage, Turn, Verdict
from honnin.store.codec import from_json, to_json

hostile = st.text(st.characters(), max_size=20)  # halves of characters and NUL included
st.register_type_strategy(str, hostile)
st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))


@settings(max_examples=60)
@given(st.from_type(Event))
def test_an_event_reads_back_equal(event):
    text = to_json(event)

    assert text.isascii()
    assert "\x00" not in text
    assert from_json(Event, text) == event


@settings(max_examples=60)
@given(st.from_type(Verdict))
def test_a_verdict_reads_back_equal(verdict):
    assert from_json(Verdict, to_json(verdict)) == verdict


def test_times_keep_their_moment():
    event = Event("m", turns=(Turn("x", sent_at=datetime(2026, 1, 1, 9, tzinfo=timezone.max)),))

    assert from_json(Event, to_json(event)) == event


def test_a_field_of_a_later_version_is_passed_over():
    assert from_json(Event, '{"id":"m","mood":"new"}') == Event("m")


def test_fields_without_default_are_always_written():
    verdict = Verdict("m", Level.OK, 0.0, Stage.NONE, None, (), None, (), (), "p")

    wanted = {field.name for field in fields(Verdict) if field.default is MISSING}
    assert wanted == set(json.loads(to_json(verdict)))
