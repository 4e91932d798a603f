"""Fingerprints of confirmed fraud."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "copies",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("groups", sa.Integer, nullable=False),
        sa.Column("sketch", sa.Text, nullable=False),
        sa.Column("tactic", sa.String(60), nullable=False),
        sa.Column("remembered_at", TIME, nullable=False),
        sa.Column("remembered_by", sa.String(200), nullable=False),
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("event_id", sa.String(512), nullable=False),
        sa.Column("origin", sa.String(100), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("seen_at", TIME),
        sa.Column("sightings", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_copies"),
    )
    op.create_index("ix_copies_expires_at", "copies", ["expires_at"])
    op.create_index("ix_copies_remembered_at_id", "copies", ["remembered_at", "id"])
