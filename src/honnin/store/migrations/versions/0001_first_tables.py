"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _events_and_verdicts()
    _directory()
    _what_is_remembered()
    _access()


def _events_and_verdicts() -> None:
    op.create_table(
        "events",
        sa.Column("seq", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("event_id", sa.String(512), nullable=False),
        sa.Column("conversation", sa.Text, nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("search_text", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_events"),
        sa.UniqueConstraint("source", "event_id", name="uq_events_source_event_id"),
    )
    op.create_index("ix_events_event_id", "events", ["event_id"])
    op.create_index("ix_events_conversation_seq", "events", ["conversation", "seq"])
    op.create_table(
        "verdicts",
        sa.Column("event_seq", BIG_ID, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("handled_at", TIME),
        sa.Column("handled_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("event_seq", name="pk_verdicts"),
        sa.ForeignKeyConstraint(["event_seq"], ["events.seq"], name="fk_verdicts_event_seq_events", ondelete="CASCADE"),
    )
    op.create_index("ix_verdicts_received_at_event_seq", "verdicts", ["received_at", "event_seq"])
    op.create_index("ix_verdicts_level_received_at", "verdicts", ["level", "received_at"])


def _directory() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.String(200), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("key", "name", "kana", "romaji")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("organization", "title")),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
    )
    op.create_index("ix_people_key", "people", ["key"])
    for table, columns in (("person_accounts", ("platform", "account_id")), ("person_emails", ("email",))):
        op.create_table(
            table,
            sa.Column("person_id", sa.String(200), nullable=False),
            sa.Column("position", sa.Integer, autoincrement=False, nullable=False),
            *(sa.Column(name, sa.Text, nullable=False) for name in columns),
            sa.PrimaryKeyConstraint("person_id", "position", name=f"pk_{table}"),
            sa.ForeignKeyConstraint(
                ["person_id"], ["people.id"], name=f"fk_{table}_person_id_people", ondelete="CASCADE"
            ),
        )


def _what_is_remembered() -> None:
    op.create_table(
        "relationships",
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("other", sa.Text, nullable=False),
        sa.Column("first_seen", TIME, nullable=False),
        sa.Column("last_seen", TIME, nullable=False),
        sa.Column("messages", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account", "other", name="pk_relationships"),
    )
    op.create_table(
        "conversations",
        sa.Column("conversation", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("conversation", name="pk_conversations"),
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("value", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )


def _access() -> None:
    op.create_table(
        "users",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_users"),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("user_name", sa.String(200), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
        sa.ForeignKeyConstraint(["user_name"], ["users.name"], name="fk_sessions_user_name_users", ondelete="CASCADE"),
    )
    op.create_index("ix_sessions_user_name", "sessions", ["user_name"])
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(100), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("revoked_at", TIME),
        sa.Column("last_used_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("key_hash", name="uq_api_keys_key_hash"),
    )
    op.create_table(
        "login_failures",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("user_name", sa.String(200), nullable=False),
        sa.Column("address", sa.String(100), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_login_failures"),
    )
    op.create_index("ix_login_failures_user_name_address_at", "login_failures", ["user_name", "address", "at"])
    op.create_index("ix_login_failures_at", "login_failures", ["at"])
