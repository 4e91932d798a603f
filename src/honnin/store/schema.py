"""The tables. Changes to them need a migration beside this file (``migrations/versions``)."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    select,
    update,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

BigId = BigInteger().with_variant(Integer, "sqlite")


class UtcTime(TypeDecorator[datetime]):
    """An aware time: with its zone in PostgreSQL, as UTC in SQLite, which knows no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time to keep needs its zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


events = Table(
    "events",
    metadata,
    Column("seq", BigId, primary_key=True, autoincrement=True),
    Column("source", String(100), nullable=False),
    Column("event_id", String(512), nullable=False),
    Column("conversation", Text, nullable=False),
    Column("channel", String(40), nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("search_text", Text, nullable=False),
    Column("event", Text, nullable=False),
    UniqueConstraint("source", "event_id"),
    Index(None, "event_id"),
    Index(None, "conversation", "seq"),
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("event_seq", BigId, ForeignKey(events.c.seq, ondelete="CASCADE"), primary_key=True),
    Column("level", Integer, nullable=False),
    Column("score", Float, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("handled_at", UtcTime),
    Column("handled_by", String(200), nullable=False),
    Index(None, "received_at", "event_seq"),
    Index(None, "level", "received_at"),
)

people = Table(
    "people",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kana", Text, nullable=False),
    Column("romaji", Text, nullable=False),
    Column("organization", Text, nullable=False),
    Column("title", Text, nullable=False),
    Index(None, "key"),
)

person_accounts = Table(
    "person_accounts",
    metadata,
    Column("person_id", String(200), ForeignKey(people.c.id, ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("platform", Text, nullable=False),
    Column("account_id", Text, nullable=False),
)

person_emails = Table(
    "person_emails",
    metadata,
    Column("person_id", String(200), ForeignKey(people.c.id, ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("email", Text, nullable=False),
)

relationships = Table(
    "relationships",
    metadata,
    Column("account", Text, primary_key=True),
    Column("other", Text, primary_key=True),
    Column("first_seen", UtcTime, nullable=False),
    Column("last_seen", UtcTime, nullable=False),
    Column("messages", BigInteger, nullable=False),
)

conversations = Table(
    "conversations",
    metadata,
    Column("conversation", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
)

copies = Table(
    "copies",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("groups", Integer, nullable=False),
    Column("sketch", Text, nullable=False),
    Column("tactic", String(60), nullable=False),
    Column("remembered_at", UtcTime, nullable=False),
    Column("remembered_by", String(200), nullable=False),
    Column("source", String(100), nullable=False),
    Column("event_id", String(512), nullable=False),
    Column("origin", String(100), nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime),
    Column("sightings", Integer, nullable=False),
    Index(None, "expires_at"),
    Index(None, "remembered_at", "id"),
)

counters = Table(
    "counters",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("value", BigInteger, nullable=False),
)


def counter(connection: Connection, name: str) -> int:
    """Return a number that grows with every change of what has that name, so that others know when to read again."""
    return connection.execute(select(counters.c.value).where(counters.c.name == name)).scalar() or 0


def raise_counter(connection: Connection, name: str) -> None:
    raised = connection.execute(
        update(counters).where(counters.c.name == name).values(value=counters.c.value + 1)
    ).rowcount
    if not raised:
        connection.execute(counters.insert().values(name=name, value=1))
