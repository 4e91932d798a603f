"""What is remembered between events: who knows whom since when, and how far each conversation has gone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import case, select
from sqlalchemy.dialects import postgresql, sqlite

from honnin.model import Relationship
from honnin.store.database import Database, short_key
from honnin.store.schema import conversations, relationships


class SqlRelationshipStore:
    """Counts the messages between two accounts; keys are ``platform:account_id``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, account: str, other: str) -> Relationship | None:
        wanted = select(relationships.c.first_seen, relationships.c.messages).where(
            relationships.c.account == short_key(account), relationships.c.other == short_key(other)
        )
        with self._database.reading() as connection:
            row = connection.execute(wanted).first()
        return Relationship(first_seen=row.first_seen, messages=row.messages) if row else None

    def record(self, account: str, other: str, *, at: datetime, messages: int = 1) -> None:
        """Add messages seen at that time. Older messages may come later, from an import of the past."""
        insert = (postgresql if self._database.is_postgres else sqlite).insert(relationships)
        given = insert.excluded
        first, last = relationships.c.first_seen, relationships.c.last_seen
        statement = insert.values(
            account=short_key(account),
            other=short_key(other),
            first_seen=at,
            last_seen=at,
            messages=messages,
        ).on_conflict_do_update(
            index_elements=[relationships.c.account, relationships.c.other],
            set_={
                "first_seen": case((given.first_seen < first, given.first_seen), else_=first),
                "last_seen": case((given.last_seen > last, given.last_seen), else_=last),
                "messages": relationships.c.messages + given.messages,
            },
        )
        with self._database.transaction() as connection:
            connection.execute(statement)


class SqlConversationStore:
    """Keeps the small state of each conversation as JSON text."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, conversation: str) -> str | None:
        wanted = select(conversations.c.state).where(conversations.c.conversation == short_key(conversation))
        with self._database.reading() as connection:
            return connection.execute(wanted).scalar()

    def save(self, conversation: str, state: str, *, at: datetime) -> None:
        insert = (postgresql if self._database.is_postgres else sqlite).insert(conversations)
        statement = insert.values(
            conversation=short_key(conversation), state=state, updated_at=at
        ).on_conflict_do_update(
            index_elements=[conversations.c.conversation],
            set_={"state": insert.excluded.state, "updated_at": insert.excluded.updated_at},
        )
        with self._database.transaction() as connection:
            connection.execute(statement)
