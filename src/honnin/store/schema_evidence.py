"""The tables of the evidence locker."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from honnin.store.schema import BigId, UtcTime, metadata

evidence_entries = Table(
    "evidence_entries",
    metadata,
    Column("seq", BigId, primary_key=True, autoincrement=False),
    Column("folder", String(200), nullable=False),
    Column("number", Integer, nullable=False),
    Column("act", String(20), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("entry", Text, nullable=False),
    Column("hashes", LargeBinary, nullable=False),
    UniqueConstraint("folder", "number"),
    Index(None, "folder", "seq"),
)

evidence_blobs = Table(
    "evidence_blobs",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("closed", LargeBinary, nullable=False),
)

evidence_items = Table(
    "evidence_items",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("seq", BigId, ForeignKey(evidence_entries.c.seq), nullable=False),
    Column("folder", String(200), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("ref", String(512), nullable=False),
    Column("captured_at", UtcTime, nullable=False),
    Column("closed", LargeBinary, nullable=False),
    Column("erased_at", UtcTime),
    Index(None, "folder", "seq"),
    Index(None, "ref", "captured_at"),
    Index(None, "sha256"),
)

evidence_filed = Table(
    "evidence_filed",
    metadata,
    Column("folder", String(200), primary_key=True),
    Column("into", String(200), primary_key=True),
    Index(None, "into"),
)

evidence_holds = Table(
    "evidence_holds",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("folder", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("set_at", UtcTime, nullable=False),
    Column("set_by", String(200), nullable=False),
    Column("released_at", UtcTime),
    Column("released_by", String(200), nullable=False),
    Index(None, "folder"),
)

evidence_heads = Table(
    "evidence_heads",
    metadata,
    Column("size", BigId, primary_key=True, autoincrement=False),
    Column("root", String(64), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("timestamp", LargeBinary),
)
