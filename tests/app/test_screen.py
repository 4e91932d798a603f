from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from honnin.app.screen import EVERYONE, ScreeningDesk, account_key, other_key, watch_key
from honnin.model import Account, Event, KnownAccount, Level, Person, Recipient, Relationship, Turn
from honnin.store import (
    Database,
    SqlConversationStore,
    SqlDirectoryStore,
    SqlRelationshipStore,
    SqlVerdictStore,
)

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SENDER = Account(platform="chatwork", account_id="7", name="三田村 一郎")
EVENT = Event(
    "e-1", text="昨日の資料、ありがとうございました。", sender=SENDER, recipient=Recipient("佐久間"), sent_at=NOW
)
PRESIDENT = Person("三田村 一郎", accounts=(KnownAccount("chatwork", "1"),))


@pytest.fixture
def database(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/h.db")
    database.migrate()
    yield database
    database.close()


@pytest.fixture
def desk(database, engine):
    return ScreeningDesk(
        engine,
        SqlDirectoryStore(database),
        SqlVerdictStore(database),
        SqlRelationshipStore(database),
        SqlConversationStore(database),
        lambda: NOW,
        database.transaction,
    )


def watched(desk, days):
    desk.relationships.record(watch_key("chatwork"), EVERYONE, at=NOW - timedelta(days=days))


class TestReceiving:
    def test_event_and_verdict_are_kept(self, desk):
        stored = desk.receive(EVENT, source="test")
        kept = desk.verdicts.get("e-1")
        assert kept.event == EVENT
        assert kept.verdict == stored.verdict
        assert (kept.received_at, kept.source) == (NOW, "test")

    def test_screening_keeps_nothing(self, desk):
        desk.screen(EVENT)
        assert desk.verdicts.get("e-1") is None
        assert desk.relationships.get("chatwork:7", EVERYONE) is None

    def test_what_came_before_is_not_counted_twice(self, desk):
        for _ in range(3):
            desk.receive(EVENT, source="test", conversation="room")
        assert desk.relationships.get("chatwork:7", "chatwork:佐久間").messages == 1

    def test_the_directory_is_read_again_when_it_changed(self, desk):
        assert desk.screen(EVENT).identity is None
        desk.directory.upsert([PRESIDENT])
        assert desk.screen(EVENT).identity.verified is False

    def test_an_account_in_a_room_is_not_blamed_for_another(self, desk):
        group = "LINEでグループを作成して、QRコードを送ってください。ほかの人はまだ入れないでください。"
        transfer = "本日中に下記の口座へ480万円を振り込んでください。"
        other = replace(SENDER, account_id="8", name="佐久間 玲")
        desk.receive(replace(EVENT, id="a", text=group), source="t", conversation="room")
        theirs = desk.receive(replace(EVENT, id="b", text=transfer, sender=other), source="t", conversation="room")
        alone = desk.screen(replace(EVENT, id="b", text=transfer, sender=other))
        same = desk.receive(replace(EVENT, id="c", text=transfer), source="t", conversation="room")
        assert [signal.id for signal in theirs.verdict.signals] == [signal.id for signal in alone.signals]
        assert len(same.verdict.signals) > len(theirs.verdict.signals)


class TestRelationship:
    """What is known of two accounts: what the event says, then what was counted, where that is worth anything."""

    def known(self, desk, event=EVENT, at=NOW):
        return desk.relationship_of(event, at)

    def test_a_new_installation_knows_nothing(self, desk):
        assert self.known(desk) is None

    def test_after_a_month_of_counting_a_stranger_is_a_stranger(self, desk):
        watched(desk, 29)
        assert self.known(desk) is None
        watched(desk, 31)
        assert self.known(desk) == Relationship(NOW, 0)

    def test_an_account_seen_from_the_first_day_may_be_an_old_acquaintance(self, desk):
        watched(desk, 10)
        desk.relationships.record("chatwork:7", "chatwork:佐久間", at=NOW - timedelta(days=9))
        assert self.known(desk) is None

    def test_an_account_that_came_later_is_new(self, desk):
        watched(desk, 100)
        desk.relationships.record("chatwork:7", "chatwork:佐久間", at=NOW - timedelta(days=2), messages=3)
        assert self.known(desk) == Relationship(NOW - timedelta(days=2), 3)

    def test_enough_messages_make_an_acquaintance_whatever_else_is_known(self, desk):
        desk.relationships.record("chatwork:7", "chatwork:佐久間", at=NOW - timedelta(days=200), messages=300)
        assert self.known(desk) == Relationship(NOW - timedelta(days=200), 300)

    def test_what_the_event_says_comes_first(self, desk):
        watched(desk, 100)
        said = replace(EVENT, relationship=Relationship(messages=50, verified=True))
        assert self.known(desk, said) == Relationship(NOW, 50, True)

    def test_messages_make_the_relationship(self, desk):
        watched(desk, 100)
        for number in range(4):
            desk.receive(replace(EVENT, id=f"e-{number}"), source="test")
        assert self.known(desk).messages == 4
        everyone = replace(EVENT, recipient=None)
        assert self.known(desk, everyone).messages == 4


@pytest.mark.parametrize(
    ("event", "account", "other"),
    [
        (EVENT, "chatwork:7", "chatwork:佐久間"),
        (replace(EVENT, recipient=None), "chatwork:7", EVERYONE),
        (replace(EVENT, sender=None), "", ":佐久間"),
        (Event("m", sender=Account(email="Taro@Example.jp")), "mail:taro@example.jp", EVERYONE),
        (Event("m", sender=Account("chatwork", chatwork_id="taro-cw")), "chatwork:taro-cw", EVERYONE),
        (Event("m", sender=Account(name="taro")), "", EVERYONE),  # a name alone is no account
    ],
)
def test_how_accounts_are_named(event, account, other):
    assert (account_key(event), other_key(event)) == (account, other)


def test_a_conversation_counts_as_many_messages_as_it_has_turns(desk):
    desk.receive(replace(EVENT, turns=(Turn("a"), Turn("b"), Turn("c"))), source="test")
    assert desk.relationships.get("chatwork:7", EVERYONE).messages == 3


def test_without_an_account_nothing_is_counted(desk):
    stored = desk.receive(replace(EVENT, sender=None), source="test", conversation="room")
    assert stored.verdict.level is Level.OK
    assert desk.relationships.get("", EVERYONE) is None
