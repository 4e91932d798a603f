"""The tables of reports."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, String, Table, Text

from honnin.store.schema import BigId, UtcTime, metadata

reports = Table(
    "reports",
    metadata,
    Column("seq", BigId, primary_key=True, autoincrement=True),
    Column("number", String(20), nullable=False, unique=True),
    Column("secret_hash", String(64), nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("source", String(100), nullable=False),
    Column("event_id", String(512), nullable=False),
    Column("reported_by", String(200), nullable=False),
    Column("body", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("contact_erased_at", UtcTime),
    Column("state", String(20), nullable=False),
    Column("state_at", UtcTime),
    Column("reply", Text, nullable=False),
    Index(None, "event_id"),
    Index(None, "reported_by", "seq"),
    Index(None, "state", "state_at"),
)

additions = Table(
    "report_additions",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("report_seq", BigId, ForeignKey(reports.c.seq, ondelete="CASCADE"), nullable=False),
    Column("body", Text, nullable=False),
    Index(None, "report_seq"),
)

pictures = Table(
    "report_pictures",
    metadata,
    Column("report_seq", BigId, ForeignKey(reports.c.seq, ondelete="CASCADE"), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("picture", LargeBinary, nullable=False),
)
