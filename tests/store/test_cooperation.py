"""The contract of the store of requests, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from honnin.app.cooperation import Copy
from honnin.app.vault import Vault, VaultError
from honnin.sharing.redaction import Redaction, Rule
from honnin.sharing.request import (
    Approve,
    Asked,
    Authenticate,
    Basis,
    CheckScope,
    Erase,
    Hold,
    Invite,
    Letter,
    Notice,
    NumberSource,
    Policy,
    Prepare,
    PreparedItem,
    Record,
    Refuse,
    Release,
    Requester,
    Review,
    State,
    receive,
    take,
)
from honnin.store.cooperation import SqlCooperationStore

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LETTER = Letter(
    requester=Requester.INVESTIGATOR,
    office="見本県警",
    person="例題 三郎",
    channel="post",
    asked_for="通報の内容",
    contacts=("052-000-1234",),
)
ITEMS = (PreparedItem("item-1", "会話", "a" * 64, "b" * 64, 1),)
COPY = Copy("b" * 64, "写し".encode(), (Redaction("item-1", "message 1", 0, 2, Rule.NAME, "氏名", "hana", NOW),))
WAY = [
    Authenticate("052-000-9999", NumberSource.OFFICIAL_SITE, "https://police.example.jp/", "総務"),
    CheckScope(Basis.WARRANT, frozenset({Asked.MESSAGES, Asked.REPORTS}), True, "令状のとおり"),
    Review("法務", "適法"),
    Prepare(ITEMS, "d" * 64),
    Approve("d" * 64),
    Release("手渡し", "例題", "見本県警"),
    Record("受領書", Notice.DELAYED, NOW + 90 * DAY),
    Hold(NOW + 20 * DAY, "保全1", "hold-1"),
]


@pytest.fixture
def store(database):
    return SqlCooperationStore(database, Vault(b"k" * 32))


def opened(store, request_id="r-1", **parts):
    request = receive(request_id, replace(LETTER, **parts), by="hana", at=NOW)
    store.add(request)
    return request


def step(store, request, one, *, by="hana", at=NOW + DAY, copies=(), policy=None):
    after = take(request, one, by=by, at=at, policy=policy or Policy())
    assert store.append(after, copies=copies)
    return after


def test_what_is_kept_reads_back_equal_after_every_step(store):
    request = opened(store)
    assert store.get("r-1") == request
    for number, one in enumerate(WAY):
        by = "boss" if isinstance(one, Approve) else "hana"
        request = step(store, request, one, by=by, copies=[COPY] if isinstance(one, Prepare) else ())
        assert store.get("r-1") == request, number
    assert store.copies("r-1") == (COPY,)
    assert list(store.each()) == [request]
    assert store.get("nothing") is None


def test_of_two_who_take_a_step_at_once_one_is_told(store):
    request = opened(store)
    first = take(request, Refuse("no"), by="hana", at=NOW, policy=Policy())
    second = take(request, WAY[0], by="jiro", at=NOW, policy=Policy())
    assert store.append(first)
    assert not store.append(second)
    assert store.get("r-1") == first


def test_confidential_ones_are_shown_to_who_works_on_them(store):
    opened(store, "open")
    secret = opened(store, "secret", confidential=True)

    def seen(name, **how):
        return {one.id for one in store.page(1, state=None, **{"confidential": False, "involving": name, **how}).items}

    assert seen("hana") == {"open", "secret"}
    assert seen("jiro") == seen("han") == seen("%") == seen("") == {"open"}
    assert store.page(1, state=None, confidential=False, involving="jiro").total == 1
    assert seen("jiro", confidential=True) == {"open", "secret"}
    step(store, secret, Invite("jiro"))
    assert seen("jiro") == {"open", "secret"}
    assert {one.id for one in store.page(10**12, state=State.RECEIVED, confidential=True, involving="").items} == set()


def test_only_counts_outlive_their_time(store, database):
    policy = Policy(keep_for=DAY)
    request = step(store, opened(store), Refuse("範囲が広すぎる"), policy=policy, at=NOW)
    assert store.due(NOW) == ()
    assert store.due(NOW + DAY) == ("r-1",)
    after = take(request, Erase(), by="system", at=NOW + DAY, policy=policy)
    assert store.erase(after)
    assert not store.erase(after)
    assert store.get("r-1") is None
    assert list(store.each()) == []
    (counted,) = store.counted()
    assert (counted.year, counted.requester, counted.outcome) == (2026, "investigator", "refused")
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM cooperation_steps")).scalar() == 0


def test_what_is_held_is_not_due(store):
    policy = Policy(keep_for=DAY)
    request = step(store, opened(store), Refuse("no"), policy=policy, at=NOW)
    step(store, request, Hold(NOW + 10 * DAY), policy=policy, at=NOW)
    assert store.due(NOW + 5 * DAY) == ()
    assert store.due(NOW + 10 * DAY) == ("r-1",)


def test_a_copy_of_the_database_gives_nobody_away(store, database):
    opened(store)
    with database.reading() as connection:
        row = connection.execute(text("SELECT * FROM cooperation_requests")).first()
    assert "見本県警" not in str(row)
    assert "見本県警".encode() not in bytes(row.letter)
    with pytest.raises(VaultError):
        SqlCooperationStore(database, Vault(b"x" * 32)).get("r-1")
