"""Tables for indicators, and for requests for what we know."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _indicators()
    _notes_and_noise()
    _requests()


def _indicators() -> None:
    op.create_table(
        "indicators",
        sa.Column("origin", sa.String(100), nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("confidence", sa.Integer, nullable=False),
        *(sa.Column(name, TIME, nullable=False) for name in ("first_seen", "last_seen", "expires_at")),
        *(sa.Column(name, TIME, nullable=False) for name in ("created_at", "modified_at")),
        sa.Column("tlp", sa.String(20), nullable=False),
        sa.Column("tactics", sa.Text, nullable=False),
        sa.Column("standing", sa.String(20), nullable=False),
        sa.Column("sightings", sa.Integer, nullable=False),
        sa.Column("external_id", sa.String(200), nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("case_id", sa.String(100), nullable=False),
        sa.Column("shared_at", TIME),
        sa.PrimaryKeyConstraint("origin", "key", name="pk_indicators"),
    )
    op.create_index("ix_indicators_key", "indicators", ["key"])
    op.create_index("ix_indicators_standing_modified_at", "indicators", ["standing", "modified_at"])
    op.create_index("ix_indicators_modified_at_key", "indicators", ["modified_at", "key"])


def _notes_and_noise() -> None:
    op.create_table(
        "indicator_notes",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("origin", sa.String(100), nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_indicator_notes"),
    )
    op.create_index("ix_indicator_notes_origin_key_id", "indicator_notes", ["origin", "key", "id"])
    op.create_table(
        "indicator_noise",
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("added_by", sa.String(200), nullable=False),
        sa.Column("added_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name="pk_indicator_noise"),
    )


def _requests() -> None:
    op.create_table(
        "cooperation_requests",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("received_by", sa.String(200), nullable=False),
        sa.Column("people", sa.Text, nullable=False),
        sa.Column("confidential", sa.Boolean, nullable=False),
        *(sa.Column(name, sa.String(20), nullable=False) for name in ("state", "requester", "basis", "outcome")),
        sa.Column("hold_until", TIME),
        sa.Column("retain_until", TIME),
        sa.Column("steps", sa.Integer, nullable=False),
        sa.Column("letter", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cooperation_requests"),
    )
    op.create_index("ix_cooperation_requests_state_received_at", "cooperation_requests", ["state", "received_at"])
    op.create_index("ix_cooperation_requests_received_at_id", "cooperation_requests", ["received_at", "id"])
    op.create_table(
        "cooperation_steps",
        sa.Column("request_id", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("step", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("request_id", "number", name="pk_cooperation_steps"),
        _of_request("cooperation_steps"),
    )
    op.create_table(
        "cooperation_copies",
        sa.Column("request_id", sa.String(40), nullable=False),
        sa.Column("copy_sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("redactions", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("request_id", "copy_sha256", name="pk_cooperation_copies"),
        _of_request("cooperation_copies"),
    )


def _of_request(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["request_id"],
        ["cooperation_requests.id"],
        name=f"fk_{table}_request_id_cooperation_requests",
        ondelete="CASCADE",
    )
