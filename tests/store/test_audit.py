"""The record on both databases: a chain that only grows."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from honnin.app.access import AuditNote
from honnin.app.audit import AuditFilter, broken_at
from honnin.store import SqlAuditStore
from honnin.store.schema_accounts import audit

NOW = datetime(2026, 11, 24, 3, 0, 0, 123456, tzinfo=UTC)


def note(action="cases.read", actor="hana", minutes=0, **parts):
    return AuditNote(NOW + timedelta(minutes=minutes), actor, "user", action, **parts)


@pytest.fixture
def store(database):
    return SqlAuditStore(database)


def test_lines_come_back_as_they_were_written_and_follow_from_each_other(store):
    given = [
        note(thing="case:1", detail={"reason": "確認", "x": "\x00=1+1"}),
        note("sign-in", "taro\x00", minutes=1, outcome="refused:role", address="192.0.2.1"),
        note(thing="x" * 2_000, detail={str(number): "y" * 900 for number in range(50)}),
    ]
    for each in given:
        store.append(each)
    lines = list(store.each(AuditFilter()))

    assert [line.number for line in lines] == [1, 2, 3]
    assert broken_at(lines) is None
    assert lines[0].note.at == NOW
    assert lines[0].note.detail == {"reason": "確認", "x": "=1+1"}
    assert lines[1].note.actor == "taro"
    assert len(lines[2].note.thing) == 600


def test_many_writers_make_one_chain(store):
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda number: store.append(note(thing=f"case:{number}")), range(40)))
    lines = list(store.each(AuditFilter()))

    assert len({line.note.thing for line in lines}) == 40
    assert broken_at(lines) is None


@pytest.mark.parametrize("change", [update(audit).values(actor="nobody"), delete(audit)])
def test_the_database_refuses_to_change_or_remove_a_line(database, store, change):
    store.append(note())

    with pytest.raises(DBAPIError, match="only grows"), database.transaction() as connection:
        connection.execute(change)


def test_what_is_changed_behind_its_back_is_found(database, store):
    for number in range(5):
        store.append(note(thing=f"case:{number}"))
    with database.transaction() as connection:
        if database.is_postgres:
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        else:
            connection.execute(text("DROP TRIGGER audit_no_update"))
        connection.execute(update(audit).where(audit.c.seq == 3).values(actor="nobody"))

    assert broken_at(store.each(AuditFilter())) == 3


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (AuditFilter(), [4, 3, 2, 1]),
        (AuditFilter(actor="hana"), [3, 1]),
        (AuditFilter(action="cases"), [2, 1]),  # every cases.*
        (AuditFilter(action="cases.read"), [1]),
        (AuditFilter(action="case"), []),
        (AuditFilter(thing="se:1"), [2, 1]),
        (AuditFilter(thing="%"), []),
        (AuditFilter(refused=True), [4]),
        (AuditFilter(refused=False), [3, 2, 1]),
        (AuditFilter(since=NOW + timedelta(minutes=2)), [4, 3]),
        (AuditFilter(until=NOW + timedelta(minutes=2)), [2, 1]),
        (AuditFilter(page=2), []),
    ],
)
def test_it_is_searched(store, wanted, numbers):
    store.append(note("cases.read", "hana", thing="case:1"))
    store.append(note("cases.work", "taro", minutes=1, thing="case:12"))
    store.append(note("sign-in", "hana", minutes=2))
    store.append(note("evidence.read", "taro", minutes=3, outcome="refused:role"))

    assert [line.number for line in store.search(wanted).lines] == numbers
    assert [line.number for line in store.each(wanted)] == sorted(numbers) or wanted.page > 1
