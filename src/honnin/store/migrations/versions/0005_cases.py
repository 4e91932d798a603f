"""Tables for cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _cases()
    _what_belongs_to_them()
    _about_accounts_and_reporters()


def _text(*names: str, longest: int) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(longest), nullable=False) for name in names]


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("is_open", "lane")),
        *(sa.Column(name, TIME, nullable=False) for name in ("look_by", "opened_at")),
        *_text("name", longest=200),
        *_text("account", longest=400),
        *_text("channel", longest=40),
        *_text("words", longest=200),
        sa.Column("search_text", sa.Text, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        *_text("harms", longest=200),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("reports", "alerts", "appeals")),
        *_text("claimed_by", longest=200),
        *(sa.Column(name, TIME) for name in ("claimed_at", "claimed_until")),
        *_text("outcome", longest=20),
        *_text("tactic", "role", longest=60),
        sa.Column("decided_at", TIME),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("snapshot", "profile")),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
    )
    op.create_index("ix_cases_is_open_lane_look_by_id", "cases", ["is_open", "lane", "look_by", "id"])
    op.create_index("ix_cases_claimed_by_claimed_until", "cases", ["claimed_by", "claimed_until"])
    op.create_index("ix_cases_decided_at", "cases", ["decided_at"])


def _what_belongs_to_them() -> None:
    op.create_table(
        "case_history",
        *_text("case_id", longest=40),
        sa.Column("version", sa.Integer, autoincrement=False, nullable=False),
        *_text("kind", longest=40),
        *_text("by", longest=200),
        sa.Column("at", TIME, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("why", "step")),
        sa.PrimaryKeyConstraint("case_id", "version", name="pk_case_history"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_history_case_id_cases"),
    )
    op.create_table(
        "case_entries",
        *_text("id", longest=200),
        *_text("case_id", longest=40),
        sa.Column("at", TIME, nullable=False),
        *_text("who", longest=200),
        *_text("account", longest=400),
        sa.Column("entry", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_case_entries"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_entries_case_id_cases"),
    )
    op.create_index("ix_case_entries_case_id_at", "case_entries", ["case_id", "at"])
    op.create_index("ix_case_entries_who", "case_entries", ["who"])
    op.create_index("ix_case_entries_account", "case_entries", ["account"])
    op.create_table(
        "case_keys",
        *_text("key", longest=200),
        *_text("case_id", longest=40),
        sa.PrimaryKeyConstraint("key", "case_id", name="pk_case_keys"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_keys_case_id_cases"),
    )
    op.create_index("ix_case_keys_case_id", "case_keys", ["case_id"])


def _about_accounts_and_reporters() -> None:
    op.create_table(
        "case_labels",
        *_text("id", longest=40),
        *_text("account", longest=400),
        *_text("kind", longest=20),
        sa.Column("reason", sa.Text, nullable=False),
        *_text("by", longest=200),
        *(sa.Column(name, TIME, nullable=False) for name in ("at", "expires_at")),
        *_text("case_id", longest=40),
        *_text("lifted_by", longest=200),
        sa.Column("lifted_at", TIME),
        sa.Column("lifted_why", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_case_labels"),
    )
    op.create_index("ix_case_labels_account", "case_labels", ["account"])
    op.create_table(
        "case_reporters_aside",
        *_text("who", longest=200),
        sa.Column("at", TIME, nullable=False),
        *_text("by", longest=200),
        sa.Column("why", sa.Text, nullable=False),
        *_text("ended_by", longest=200),
        sa.Column("ended_at", TIME),
        sa.Column("ended_why", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("who", "at", name="pk_case_reporters_aside"),
    )
