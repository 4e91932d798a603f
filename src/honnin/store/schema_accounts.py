"""The tables of who may sign in, how they prove it, and the record of what they did."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from honnin.store.schema import BigId, UtcTime, metadata

users = Table(
    "users",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("roles", String(200), nullable=False, server_default=""),
    Column("deactivated_at", UtcTime),
    Column("handle", String(100), nullable=False, server_default=""),
    Column("totp", Text, nullable=False, server_default=""),
    Column("totp_step", BigInteger, nullable=False, server_default="0"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("id", String(40), nullable=False),
    Column("user_name", String(200), ForeignKey(users.c.name, ondelete="CASCADE"), nullable=False),
    Column("method", String(40), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("address", String(100), nullable=False),
    Column("agent", String(300), nullable=False),
    UniqueConstraint("id"),
    Index(None, "user_name"),
    Index(None, "expires_at"),
)

steps = Table(
    "sign_in_steps",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("data", Text, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Index(None, "expires_at"),
)

invitations = Table(
    "invitations",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("token_hash", String(64), nullable=False),
    Column("purpose", String(20), nullable=False),
    Column("user_name", String(200), nullable=False),
    Column("roles", String(200), nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("used_at", UtcTime),
    UniqueConstraint("token_hash"),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", String(1500), primary_key=True),
    Column("user_name", String(200), ForeignKey(users.c.name, ondelete="CASCADE"), nullable=False),
    Column("public_key", Text, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("name", String(100), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("used_at", UtcTime),
    Index(None, "user_name"),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("user_name", String(200), ForeignKey(users.c.name, ondelete="CASCADE"), primary_key=True),
    Column("code_hash", String(64), primary_key=True),
    Column("used_at", UtcTime),
)

oidc_identities = Table(
    "oidc_identities",
    metadata,
    Column("issuer", String(500), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("user_name", String(200), ForeignKey(users.c.name, ondelete="CASCADE"), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Index(None, "user_name"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("key_hash", String(64), nullable=False),
    Column("name", String(200), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("revoked_at", UtcTime),
    Column("last_used_at", UtcTime),
    Column("scopes", String(200), nullable=False, server_default=""),
    UniqueConstraint("key_hash"),
)

login_failures = Table(
    "login_failures",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("user_name", String(200), nullable=False),
    Column("address", String(100), nullable=False),
    Column("at", UtcTime, nullable=False),
    Index(None, "user_name", "address", "at"),
    Index(None, "address", "at"),
    Index(None, "at"),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", BigId, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("action", String(60), nullable=False),
    Column("thing", String(600), nullable=False),
    Column("outcome", String(60), nullable=False),
    Column("address", String(100), nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Index(None, "at"),
    Index(None, "actor", "seq"),
    Index(None, "action", "seq"),
    Index(None, "thing"),
)
