"""The evidence locker."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _log()
    _items()
    _keeping()


def _log() -> None:
    op.create_table(
        "evidence_entries",
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("folder", sa.String(200), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("hashes", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_evidence_entries"),
        sa.UniqueConstraint("folder", "number", name="uq_evidence_entries_folder_number"),
    )
    op.create_index("ix_evidence_entries_folder_seq", "evidence_entries", ["folder", "seq"])
    op.create_table(
        "evidence_heads",
        sa.Column("size", BIG, autoincrement=False, nullable=False),
        sa.Column("root", sa.String(64), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("timestamp", sa.LargeBinary),
        sa.PrimaryKeyConstraint("size", name="pk_evidence_heads"),
    )


def _items() -> None:
    op.create_table(
        "evidence_blobs",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("closed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_evidence_blobs"),
    )
    op.create_table(
        "evidence_items",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("folder", sa.String(200), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("ref", sa.String(512), nullable=False),
        sa.Column("captured_at", TIME, nullable=False),
        sa.Column("closed", sa.LargeBinary, nullable=False),
        sa.Column("erased_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_evidence_items"),
        sa.ForeignKeyConstraint(["seq"], ["evidence_entries.seq"], name="fk_evidence_items_seq_evidence_entries"),
    )
    op.create_index("ix_evidence_items_folder_seq", "evidence_items", ["folder", "seq"])
    op.create_index("ix_evidence_items_ref_captured_at", "evidence_items", ["ref", "captured_at"])
    op.create_index("ix_evidence_items_sha256", "evidence_items", ["sha256"])


def _keeping() -> None:
    op.create_table(
        "evidence_filed",
        sa.Column("folder", sa.String(200), nullable=False),
        sa.Column("into", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("folder", "into", name="pk_evidence_filed"),
    )
    op.create_index("ix_evidence_filed_into", "evidence_filed", ["into"])
    op.create_table(
        "evidence_holds",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("folder", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("set_at", TIME, nullable=False),
        sa.Column("set_by", sa.String(200), nullable=False),
        sa.Column("released_at", TIME),
        sa.Column("released_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_evidence_holds"),
    )
    op.create_index("ix_evidence_holds_folder", "evidence_holds", ["folder"])
