"""The tables of indicators, and of requests for what we know."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from honnin.store.schema import BigId, UtcTime, metadata

indicators = Table(
    "indicators",
    metadata,
    Column("origin", String(100), primary_key=True),
    Column("key", String(32), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("value", Text, nullable=False),
    Column("confidence", Integer, nullable=False),
    Column("first_seen", UtcTime, nullable=False),
    Column("last_seen", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("modified_at", UtcTime, nullable=False),
    Column("tlp", String(20), nullable=False),
    Column("tactics", Text, nullable=False),
    Column("standing", String(20), nullable=False),
    Column("sightings", Integer, nullable=False),
    Column("external_id", String(200), nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("case_id", String(100), nullable=False),
    Column("shared_at", UtcTime),
    Index(None, "key"),
    Index(None, "standing", "modified_at"),
    Index(None, "modified_at", "key"),
)

indicator_notes = Table(
    "indicator_notes",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("origin", String(100), nullable=False),
    Column("key", String(32), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("action", String(40), nullable=False),
    Column("words", Text, nullable=False),
    Index(None, "origin", "key", "id"),
)

indicator_noise = Table(
    "indicator_noise",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("key", String(32), primary_key=True),
    Column("value", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("added_by", String(200), nullable=False),
    Column("added_at", UtcTime, nullable=False),
)

requests = Table(
    "cooperation_requests",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("received_at", UtcTime, nullable=False),
    Column("received_by", String(200), nullable=False),
    Column("people", Text, nullable=False),
    Column("confidential", Boolean, nullable=False),
    Column("state", String(20), nullable=False),
    Column("requester", String(20), nullable=False),
    Column("basis", String(20), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("hold_until", UtcTime),
    Column("retain_until", UtcTime),
    Column("steps", Integer, nullable=False),
    Column("letter", LargeBinary, nullable=False),
    Index(None, "state", "received_at"),
    Index(None, "received_at", "id"),
)

steps = Table(
    "cooperation_steps",
    metadata,
    Column("request_id", String(40), ForeignKey(requests.c.id, ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("step", LargeBinary, nullable=False),
)

copies = Table(
    "cooperation_copies",
    metadata,
    Column("request_id", String(40), ForeignKey(requests.c.id, ondelete="CASCADE"), primary_key=True),
    Column("copy_sha256", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("redactions", LargeBinary, nullable=False),
)
