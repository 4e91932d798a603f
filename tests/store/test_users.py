"""Users, their sessions, and failed sign-ins, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from alembic import command

from honnin.app.access import Role, Scope
from honnin.app.accounts import ApiKey, Method, Session
from honnin.store import Database, SqlUserStore
from honnin.store.database import migration_config

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def store(database):
    store = SqlUserStore(database)
    store.create_user("hana", "hash", at=NOW, roles=[Role.STAFF, Role.ANALYST])
    return store


def open_session(store, number, user="hana", **parts):
    session = Session(f"s{number}", user, Method.TOTP, NOW, LATER, NOW, "192.0.2.1", "Browser", **parts)
    store.open_session(session, f"token-{number}")
    return session


def test_a_session_knows_its_user_and_the_roles_they_have_now(store):
    opened = open_session(store, 1)

    assert store.session("token-1", at=NOW) == replace(opened, roles=frozenset({Role.STAFF, Role.ANALYST}))
    store.set_roles("hana", [Role.AUDITOR])
    assert store.session("token-1", at=NOW).roles == {Role.AUDITOR}


def test_a_session_ends_at_its_time_when_closed_and_with_its_user(store):
    for number in (1, 2, 3):
        open_session(store, number)

    assert store.session("token-1", at=LATER) is None
    store.close_session("token-1")
    assert store.session("token-1", at=NOW) is None
    assert store.session("token-2", at=NOW)
    store.set_active("hana", since=NOW)
    assert store.session("token-2", at=NOW) is None
    assert store.password_hash("hana") is None
    store.set_active("hana", since=None)
    assert store.session("token-2", at=NOW) is None  # letting somebody in again opens nothing old
    assert store.password_hash("hana") == "hash"


def test_when_a_session_was_last_seen_is_noted_once_a_minute(store):
    open_session(store, 1)
    store.session("token-1", at=NOW + timedelta(seconds=30))
    assert store.sessions("hana", at=NOW)[0].seen_at == NOW
    store.session("token-1", at=NOW + timedelta(minutes=5))
    assert store.sessions("hana", at=NOW)[0].seen_at == NOW + timedelta(minutes=5)


def test_one_or_all_other_sessions_can_be_revoked_but_only_ones_own(store):
    store.create_user("taro", "hash", at=NOW)
    for number, user in ((1, "hana"), (2, "hana"), (3, "hana"), (4, "taro")):
        open_session(store, number, user)

    assert store.revoke_sessions("hana", only="s4") == 0
    assert store.revoke_sessions("hana", only="s1") == 1
    assert store.revoke_sessions("hana", but="s2") == 1
    assert [session.id for session in store.sessions("hana", at=NOW)] == ["s2"]
    assert [session.id for session in store.sessions("taro", at=NOW)] == ["s4"]


def test_a_new_password_ends_all_sessions(store):
    open_session(store, 1)

    assert store.set_password("hana", "hash-2")
    assert not store.set_password("nobody", "hash-2")
    assert store.session("token-1", at=NOW) is None


def test_users_are_listed_with_what_they_may(store):
    assert [(user.name, user.roles, user.is_active) for user in store.users()] == [
        ("hana", {Role.STAFF, Role.ANALYST}, True)
    ]
    assert store.user("nobody") is None


def test_a_key_keeps_its_scopes(store):
    store.add_key(ApiKey("hk_1", "gateway", NOW, scopes=frozenset({Scope.REPORTS})), "digest")

    assert store.find_key("digest", at=NOW).scopes == {Scope.REPORTS}
    assert store.keys()[0].scopes == {Scope.REPORTS}


def test_failures_are_counted_by_user_by_address_and_by_both(store):
    for user, address, minutes in (("hana", "a", 0), ("hana", "a", 5), ("hana", "b", 6), ("taro", "a", 7)):
        store.note_failure(user, address, at=NOW + timedelta(minutes=minutes))

    def counted(**whose):
        return store.failures(since=NOW, **whose)

    assert counted(user="hana") == (3, NOW + timedelta(minutes=6))
    assert counted(address="a") == (3, NOW + timedelta(minutes=7))
    assert counted(user="hana", address="a") == (2, NOW + timedelta(minutes=5))
    assert counted(user="nobody") == (0, None)
    store.forget_failures("hana", "a")
    assert counted(user="hana") == (1, NOW + timedelta(minutes=6))


def test_who_was_there_before_there_were_roles_goes_on(database_url):
    """An upgrade takes nothing away: users could do everything, and keys could screen and exchange fingerprints."""
    database = Database(database_url)
    with database.transaction() as connection:
        command.upgrade(migration_config(connection), "0002")
        at = NOW.isoformat(" ") if database.is_postgres else "2026-11-24 03:00:00.000000"
        connection.exec_driver_sql(
            f"INSERT INTO users (name, password_hash, created_at) VALUES ('hana', 'hash', '{at}')"
        )
        connection.exec_driver_sql(
            "INSERT INTO api_keys (id, key_hash, name, created_at, created_by) "
            f"VALUES ('hk_1', 'digest', 'gateway', '{at}', 'hana')"
        )
    database.migrate()
    store = SqlUserStore(database)

    assert store.user("hana").roles == {Role.ADMIN, Role.ANALYST}
    assert store.password_hash("hana") == "hash"
    assert store.find_key("digest", at=NOW).scopes == {Scope.SCREENING, Scope.COPIES}
    database.close()
