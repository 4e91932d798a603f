"""An event, its verdict and what is remembered of it are kept together or not at all."""

from datetime import UTC, datetime

import pytest

from honnin.app.screen import EVERYONE, ScreeningDesk
from honnin.bootstrap import engine
from honnin.model import Account, Event, Recipient
from honnin.store import SqlConversationStore, SqlDirectoryStore, SqlRelationshipStore, SqlVerdictStore

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
EVENT = Event(
    "e-1",
    text="今、オフィスにいますか。",
    sender=Account(platform="chatwork", account_id="7", name="三田村 一郎"),
    recipient=Recipient("佐久間"),
    sent_at=NOW,
)


class BrokenRelationships(SqlRelationshipStore):
    def record(self, account, other, *, at, messages=1):
        super().record(account, other, at=at, messages=messages)
        raise ConnectionError("the disk is full")


def desk(database, relationships):
    return ScreeningDesk(
        engine(),
        SqlDirectoryStore(database),
        SqlVerdictStore(database),
        relationships(database),
        SqlConversationStore(database),
        lambda: NOW,
        database.transaction,
    )


def test_nothing_is_half_kept(database):
    broken = desk(database, BrokenRelationships)
    with pytest.raises(ConnectionError):
        broken.receive(EVENT, source="test", conversation="room")
    whole = desk(database, SqlRelationshipStore)
    assert whole.verdicts.get("e-1") is None
    assert whole.relationships.get("chatwork:7", EVERYONE) is None
    assert whole.conversations.load("room chatwork:7") is None
    whole.receive(EVENT, source="test", conversation="room")
    assert whole.verdicts.get("e-1").event == EVENT
    assert whole.relationships.get("chatwork:7", EVERYONE).messages == 1
    assert whole.conversations.load("room chatwork:7")
