"""Tables for reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "reports",
        sa.Column("seq", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("event_id", sa.String(512), nullable=False),
        sa.Column("reported_by", sa.String(200), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("contact", sa.Text, nullable=False),
        sa.Column("contact_erased_at", TIME),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("state_at", TIME),
        sa.Column("reply", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_reports"),
        sa.UniqueConstraint("number", name="uq_reports_number"),
    )
    op.create_index("ix_reports_event_id", "reports", ["event_id"])
    op.create_index("ix_reports_reported_by_seq", "reports", ["reported_by", "seq"])
    op.create_index("ix_reports_state_state_at", "reports", ["state", "state_at"])
    op.create_table(
        "report_additions",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("report_seq", BIG_ID, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_report_additions"),
        sa.ForeignKeyConstraint(
            ["report_seq"], ["reports.seq"], name="fk_report_additions_report_seq_reports", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_report_additions_report_seq", "report_additions", ["report_seq"])
    op.create_table(
        "report_pictures",
        sa.Column("report_seq", BIG_ID, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("picture", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("report_seq", "sha256", name="pk_report_pictures"),
        sa.ForeignKeyConstraint(
            ["report_seq"], ["reports.seq"], name="fk_report_pictures_report_seq_reports", ondelete="CASCADE"
        ),
    )
