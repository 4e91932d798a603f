"""The contract of the store of confirmed fraud, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from honnin.app.ports import RememberedCopy
from honnin.copies import Fingerprint
from honnin.store import SqlCopyStore

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def printed(number):
    return Fingerprint(64, tuple(range(number, number + 64)))


def remembered(number=1, **parts):
    made = printed(number)
    given = {"tactic": "group_creation", "remembered_at": NOW, "expires_at": NOW + 180 * DAY, "remembered_by": "admin"}
    return RememberedCopy(made.id, made, **{**given, "source": "chat", "event_id": "m-1", **parts})


@pytest.fixture
def store(database):
    return SqlCopyStore(database)


def test_what_is_kept_reads_back_equal(store):
    one = remembered(seen_at=NOW, sightings=3, origin="partner")
    assert store.add([one]) == 1
    assert store.get(one.id, at=NOW) == one
    assert store.page(1, at=NOW).items == (one,)
    assert list(store.each(at=NOW)) == [one]


def test_all_of_a_sketch_up_to_the_largest_number_is_kept(store):
    one = replace(remembered(), fingerprint=Fingerprint(9_000, tuple(range(2**32 - 64, 2**32))))
    store.add([one])
    assert store.get(one.id, at=NOW).fingerprint == one.fingerprint


def test_the_same_again_lasts_longer_but_stays_who_it_was(store):
    one = remembered()
    store.add([one])
    again = replace(one, remembered_by="other", tactic="phishing_link", expires_at=one.expires_at + DAY)
    assert store.add([again]) == 0
    assert store.get(one.id, at=NOW) == replace(one, expires_at=one.expires_at + DAY)
    assert store.add([replace(one, expires_at=NOW + DAY)]) == 0  # never shorter
    assert store.get(one.id, at=NOW).expires_at == one.expires_at + DAY


def test_twice_in_one_call_is_once(store):
    assert store.add([remembered(), remembered()]) == 1


def test_all_or_none(store):
    broken = replace(remembered(2), expires_at=datetime(2026, 11, 24))  # noqa: DTZ001 - without its zone
    with pytest.raises(Exception, match="zone"):
        store.add([remembered(1), broken])
    assert store.count(at=NOW) == 0


def test_what_is_over_is_as_if_it_were_not_there(store):
    one, other = remembered(1, expires_at=NOW), remembered(100)
    store.add([one, other])
    assert store.get(one.id, at=NOW - DAY) == one
    assert store.get(one.id, at=NOW) is None
    assert store.count(at=NOW) == 1
    assert store.page(1, at=NOW).items == (other,)
    assert list(store.each(at=NOW)) == [other]
    assert [one.id for one in store.known(at=NOW)] == [other.id]
    assert store.origins(at=NOW) == {"": 1}
    assert store.remove_over(NOW) == 1
    assert store.remove_over(NOW) == 0
    assert store.get(one.id, at=NOW - DAY) is None


def test_a_sighting_is_counted_and_lets_it_last(store):
    one = remembered(expires_at=NOW + 10 * DAY)
    store.add([one])
    store.sighted(one.id, at=NOW + DAY, until=NOW + 181 * DAY)
    store.sighted(one.id, at=NOW + 2 * DAY, until=NOW + DAY)
    found = store.get(one.id, at=NOW)
    assert (found.sightings, found.seen_at, found.expires_at) == (2, NOW + 2 * DAY, NOW + 181 * DAY)


def test_it_can_be_forgotten(store):
    one = remembered()
    store.add([one])
    assert store.remove(one.id)
    assert not store.remove(one.id)
    assert store.count(at=NOW) == 0


def test_all_of_one_origin_can_be_forgotten(store):
    store.add([remembered(1), remembered(100, origin="partner"), remembered(200, origin="partner")])
    assert store.origins(at=NOW) == {"": 1, "partner": 2}
    assert store.remove_origin("partner") == 2
    assert store.origins(at=NOW) == {"": 1}


def test_the_revision_grows_when_the_memory_changes_and_only_then(store):
    seen = [store.revision()]
    store.add([remembered()])
    seen.append(store.revision())
    store.remove(remembered().id)
    seen.append(store.revision())
    assert seen == sorted(set(seen))
    store.add([remembered()])
    now = store.revision()
    store.add([remembered()])
    store.sighted(remembered().id, at=NOW, until=NOW + DAY)
    store.remove("nobody")
    store.remove_over(NOW)
    assert store.revision() == now


def test_pages_are_newest_first(store):
    store.add(remembered(number * 100, remembered_at=NOW + number * DAY) for number in range(120))
    first, last = store.page(1, at=NOW), store.page(3, at=NOW)
    assert (first.total, first.per_page) == (120, 50)
    assert first.items[0].remembered_at == NOW + 119 * DAY
    assert len(last.items) == 20
    assert last.items[-1].remembered_at == NOW
    assert store.page(10**9, at=NOW).items == ()


def test_many_are_kept_and_read_in_parts(store, monkeypatch):
    monkeypatch.setattr("honnin.store.copies.READ_AT_ONCE", 400)
    everything = [remembered(number * 100) for number in range(1_203)]
    assert store.add(everything) == 1_203
    assert {one.id for one in store.each(at=NOW)} == {one.id for one in everything}
    assert {(one.id, one.fingerprint) for one in store.known(at=NOW)} == {
        (one.id, one.fingerprint) for one in everything
    }


def test_hostile_names_are_kept_as_any_database_can(store):
    store.add([remembered(remembered_by="a\x00\ud800" + "x" * 500, source="s" * 500, event_id="'; --" * 200)])
    found = store.page(1, at=NOW).items[0]
    assert found.remembered_by.startswith("a\ufffd")
    assert len(found.event_id) == 512
    assert store.get("x" * 10_000 + "\x00", at=NOW) is None
