"""One-time links, half-done sign-ins and second factors, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from honnin.app.access import Role
from honnin.app.credentials import Invitation, Passkey, Purpose
from honnin.store import SqlCredentialStore, SqlUserStore

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def store(database):
    users = SqlUserStore(database)
    for name in ("hana", "taro"):
        users.create_user(name, "hash", at=NOW)
    return SqlCredentialStore(database)


def together(call):
    """Call the same from four threads at once, and count who got it."""
    with ThreadPoolExecutor(4) as threads:
        return sum(threads.map(lambda _: call(), range(8)))


def test_a_link_is_used_once_however_many_press_at_once(store):
    link = Invitation("i-1", Purpose.JOIN, NOW, LATER, "jiro", frozenset({Role.STAFF, Role.ANALYST}), "hana")
    store.add_invitation(link, "hash-1")

    assert store.invitation("hash-1", at=NOW) == link
    assert store.open_invitations(at=NOW) == (link,)
    assert store.invitation("hash-1", at=LATER) is None
    assert not store.use_invitation("i-1", at=LATER)
    assert together(lambda: store.use_invitation("i-1", at=NOW)) == 1
    assert store.invitation("hash-1", at=NOW) is None
    assert store.open_invitations(at=NOW) == ()


def test_a_step_is_taken_once_of_its_kind_and_in_time(store):
    store.begin("hash-1", "second", "data", at=NOW, until=LATER)

    assert store.pending("hash-1", "second", at=NOW) == "data"
    assert store.pending("hash-1", "passkey", at=NOW) is None
    assert store.pending("hash-1", "second", at=LATER) is None
    assert together(lambda: store.finish("hash-1")) == 1
    assert store.pending("hash-1", "second", at=NOW) is None


def test_steps_that_are_over_do_not_pile_up(store, database):
    store.begin("hash-1", "second", "data", at=NOW, until=LATER)
    store.begin("hash-2", "second", "data", at=LATER, until=LATER + timedelta(hours=1))
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sign_in_steps").scalar() == 1


def test_each_code_counts_once_however_many_try_at_once(store):
    store.set_totp("hana", "closed")

    assert store.totp("hana") == "closed"
    assert together(lambda: store.use_totp_step("hana", 100)) == 1
    assert not store.use_totp_step("hana", 99)  # nor one from before
    assert store.use_totp_step("hana", 101)


def test_a_recovery_code_counts_once_and_only_for_its_user(store):
    store.set_recovery_codes("hana", ["h1", "h2"])

    assert not store.use_recovery_code("taro", "h1", at=NOW)
    assert together(lambda: store.use_recovery_code("hana", "h1", at=NOW)) == 1
    assert store.recovery_codes_left("hana") == 1
    store.set_recovery_codes("hana", ["h3"])
    assert not store.use_recovery_code("hana", "h2", at=NOW)


def test_a_passkey_belongs_to_one_user(store):
    key = Passkey("id-1", "hana", b"\x00public", 3, "鍵", NOW)

    assert store.add_passkey(key)
    assert not store.add_passkey(replace(key, user="taro"))
    assert store.passkey("id-1") == key
    store.used_passkey("id-1", sign_count=4, at=LATER)
    assert store.passkeys("hana") == (replace(key, sign_count=4, used_at=LATER),)
    assert not store.remove_passkey("taro", "id-1")
    assert store.remove_passkey("hana", "id-1")
    assert store.passkey("id-1") is None


def test_the_name_that_passkeys_know_a_user_by_stays(store):
    assert store.handle("hana", "first") == "first"
    assert store.handle("hana", "second") == "first"


def test_forgetting_takes_all_factors_and_leaves_others_alone(store):
    for name in ("hana", "taro"):
        store.set_totp(name, "closed")
        store.set_recovery_codes(name, ["h1"])
        store.add_passkey(Passkey(f"id-{name}", name, b"k", 0, "x", NOW))
    store.forget_factors("hana")

    assert (store.totp("hana"), store.passkeys("hana"), store.recovery_codes_left("hana")) == ("", (), 0)
    assert store.totp("taro")
    assert len(store.passkeys("taro")) == store.recovery_codes_left("taro") == 1


def test_an_identity_is_found_by_issuer_and_subject_together(store):
    store.link("https://a.example.jp", "s-1", "hana", at=NOW)

    assert store.linked_user("https://a.example.jp", "s-1") == "hana"
    assert store.linked_user("https://b.example.jp", "s-1") is None
    assert store.linked_user("https://a.example.jp", "s-2") is None
