"""The tables of the case desk. ``case_history`` and ``case_labels`` only grow."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from honnin.store.schema import UtcTime, metadata

cases = Table(
    "cases",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("is_open", Integer, nullable=False),
    Column("lane", Integer, nullable=False),
    Column("look_by", UtcTime, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("name", String(200), nullable=False),
    Column("account", String(400), nullable=False),
    Column("channel", String(40), nullable=False),
    Column("words", String(200), nullable=False),
    Column("search_text", Text, nullable=False),
    Column("level", Integer, nullable=False),
    Column("harms", String(200), nullable=False),
    Column("reports", Integer, nullable=False),
    Column("alerts", Integer, nullable=False),
    Column("appeals", Integer, nullable=False),
    Column("claimed_by", String(200), nullable=False),
    Column("claimed_at", UtcTime),
    Column("claimed_until", UtcTime),
    Column("outcome", String(20), nullable=False),
    Column("tactic", String(60), nullable=False),
    Column("role", String(60), nullable=False),
    Column("decided_at", UtcTime),
    Column("snapshot", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Index(None, "is_open", "lane", "look_by", "id"),
    Index(None, "claimed_by", "claimed_until"),
    Index(None, "decided_at"),
)

case_history = Table(
    "case_history",
    metadata,
    Column("case_id", String(40), ForeignKey(cases.c.id), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(40), nullable=False),
    Column("by", String(200), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("why", Text, nullable=False),
    Column("step", Text, nullable=False),
)

case_entries = Table(
    "case_entries",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("case_id", String(40), ForeignKey(cases.c.id), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("who", String(200), nullable=False),
    Column("account", String(400), nullable=False),
    Column("entry", Text, nullable=False),
    Index(None, "case_id", "at"),
    Index(None, "who"),
    Index(None, "account"),
)

case_keys = Table(
    "case_keys",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("case_id", String(40), ForeignKey(cases.c.id), primary_key=True),
    Index(None, "case_id"),
)

case_labels = Table(
    "case_labels",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("account", String(400), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", String(200), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("case_id", String(40), nullable=False),
    Column("lifted_by", String(200), nullable=False),
    Column("lifted_at", UtcTime),
    Column("lifted_why", Text, nullable=False),
    Index(None, "account"),
)

case_reporters_aside = Table(
    "case_reporters_aside",
    metadata,
    Column("who", String(200), primary_key=True),
    Column("at", UtcTime, primary_key=True),
    Column("by", String(200), nullable=False),
    Column("why", Text, nullable=False),
    Column("ended_by", String(200), nullable=False),
    Column("ended_at", UtcTime),
    Column("ended_why", Text, nullable=False),
)
