"""The contract of the store of indicators, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.sharing.samples import indicator

from honnin.app.indicators import IndicatorFilter, NoiseEntry, Note
from honnin.sharing.indicator import Standing, Tlp
from honnin.sharing.values import Kind
from honnin.store.indicators import SqlIndicatorStore

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ROOM = 1_000
NOTE = Note(NOW, "hana", "seen", "case-1")


@pytest.fixture
def store(database):
    return SqlIndicatorStore(database)


def test_what_is_kept_reads_back_equal(store):
    many = [indicator(kind, origin="partner", external_id="x", tactics=("a_b", "c")) for kind in Kind]
    assert store.put(many, room=ROOM) == (len(many), 0)
    assert sorted(store.each(), key=lambda one: one.key) == sorted(many, key=lambda one: one.key)
    assert store.get(many[0].key, "partner") == many[0]
    assert store.get(many[0].key) is None  # not ours


def test_a_later_version_renews_and_an_earlier_one_does_not(store):
    one = indicator()
    store.put([one], room=ROOM)
    later = replace(one, confidence=90, modified_at=one.modified_at + DAY)
    assert store.put([later], room=ROOM) == (0, 1)
    assert store.put([one], room=ROOM) == (0, 0)
    assert store.get(one.key).confidence == 90


def test_what_was_withdrawn_stays_so(store):
    one = indicator(standing=Standing.WITHDRAWN)
    store.put([one], room=ROOM)
    again = replace(one, standing=Standing.SHARED, modified_at=one.modified_at + DAY)
    assert store.put([again], room=ROOM) == (0, 0)
    assert store.get(one.key).standing is Standing.WITHDRAWN


def test_there_is_only_so_much_room(store):
    many = [indicator(Kind.DOMAIN, f"d{n}.example.test") for n in range(5)]
    assert store.put(many, room=3) == (3, 0)
    assert store.put(many, room=0) == (0, 0)
    assert store.count() == 3


def test_one_value_of_several_sources(store):
    many = [indicator(), indicator(origin="a"), indicator(origin="b")]
    store.put(many, room=ROOM)
    assert [one.origin for one in store.of_key(many[0].key)] == ["", "a", "b"]
    assert store.origins() == {"a": 1, "b": 1}
    assert store.remove_origin("a") == 1
    assert store.remove_origin("") == 0  # our own are not meant by any name
    assert store.count() == 2


def test_a_change_is_kept_with_its_note(store):
    one = indicator()
    store.put([one], room=ROOM)
    changed = store.change(one.key, "", lambda found: replace(found, tlp=Tlp.RED), NOTE)
    assert changed.tlp is Tlp.RED
    assert store.get(one.key) == changed
    assert store.notes(one.key) == (NOTE,)
    assert store.change("nothing", "", lambda found: found, NOTE) is None


def test_a_change_that_fails_changes_nothing(store):
    one = indicator()
    store.put([one], room=ROOM)

    def fail(_):
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        store.change(one.key, "", fail, NOTE)
    assert (store.get(one.key), store.notes(one.key)) == (one, ())


def test_what_is_over_goes_with_its_notes_but_not_what_others_were_told(store):
    over = {"expires_at": NOW - DAY}
    mine, never_shared, theirs = (
        indicator(value="a.example.test", **over),
        indicator(value="b.example.test", shared_at=None, **over),
        indicator(value="c.example.test", origin="x", **over),
    )
    store.put([mine, never_shared, theirs], room=ROOM)
    store.change(never_shared.key, "", lambda found: found, NOTE)
    assert store.remove_over(NOW) == 2
    assert list(store.each()) == [mine]
    assert store.notes(never_shared.key) == ()


SEARCHES = [
    (IndicatorFilter(), {"chatwork:90001", "a%b_c.example.test", "z.example.test"}),
    (IndicatorFilter(kind=Kind.ACCOUNT), {"chatwork:90001"}),
    (IndicatorFilter(standing=Standing.PAUSED), {"z.example.test"}),
    (IndicatorFilter(origin=""), {"chatwork:90001", "a%b_c.example.test"}),
    (IndicatorFilter(origin="x"), {"z.example.test"}),
    (IndicatorFilter(text="%b_"), {"a%b_c.example.test"}),
    (IndicatorFilter(text="x" * 500), set()),
    (IndicatorFilter(page=10**12), set()),
]


def test_search(store):
    store.put(
        [
            indicator(Kind.ACCOUNT),
            indicator(value="a%b_c.example.test"),
            indicator(value="z.example.test", origin="x", standing=Standing.PAUSED),
        ],
        room=ROOM,
    )
    for wanted, values in SEARCHES:
        assert {one.value for one in store.search(wanted).items} == values, wanted


def test_noise(store):
    entry = NoiseEntry(Kind.PHONE, "+81300000000", "代表番号", "hana", NOW)
    assert store.add_noise(entry)
    assert not store.add_noise(entry)
    assert store.noise() == (entry,)
    assert store.remove_noise(Kind.PHONE, "+81300000000")
    assert store.noise() == ()


def test_hostile_words_are_kept_as_any_database_can(store):
    one = indicator(Kind.ACCOUNT, "line:a\x00b\ud800", origin="o\x00", external_id="e\x00")
    assert store.put([one], room=ROOM) == (1, 0)
    assert store.count() == 1
