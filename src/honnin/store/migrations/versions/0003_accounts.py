"""Rights, second factors and the record of who did what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TIME = sa.DateTime(timezone=True)
BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
BEFORE_THERE_WERE_ROLES = "admin analyst"
BEFORE_THERE_WERE_SCOPES = "screening copies"


def upgrade() -> None:
    _users()
    _sessions()
    _factors()
    _keys_and_failures()
    _record()


def _users() -> None:
    op.add_column("users", sa.Column("roles", sa.String(200), nullable=False, server_default=""))
    op.add_column("users", sa.Column("deactivated_at", TIME))
    op.add_column("users", sa.Column("handle", sa.String(100), nullable=False, server_default=""))
    op.add_column("users", sa.Column("totp", sa.Text, nullable=False, server_default=""))
    op.add_column("users", sa.Column("totp_step", sa.BigInteger, nullable=False, server_default="0"))
    op.execute(sa.text("UPDATE users SET roles = :roles").bindparams(roles=BEFORE_THERE_WERE_ROLES))


def _sessions() -> None:
    """Everybody signs in again: what was open knew neither its place nor how it was opened."""
    op.drop_table("sessions")
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("user_name", sa.String(200), nullable=False),
        sa.Column("method", sa.String(40), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("address", sa.String(100), nullable=False),
        sa.Column("agent", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
        sa.UniqueConstraint("id", name="uq_sessions_id"),
        _of_user("sessions"),
    )
    op.create_index("ix_sessions_user_name", "sessions", ["user_name"])
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_table(
        "sign_in_steps",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sign_in_steps"),
    )
    op.create_index("ix_sign_in_steps_expires_at", "sign_in_steps", ["expires_at"])
    op.create_table(
        "invitations",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("user_name", sa.String(200), nullable=False),
        sa.Column("roles", sa.String(200), nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("used_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        sa.UniqueConstraint("token_hash", name="uq_invitations_token_hash"),
    )


def _factors() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(1500), nullable=False),
        sa.Column("user_name", sa.String(200), nullable=False),
        sa.Column("public_key", sa.Text, nullable=False),
        sa.Column("sign_count", sa.BigInteger, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("used_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_passkeys"),
        _of_user("passkeys"),
    )
    op.create_index("ix_passkeys_user_name", "passkeys", ["user_name"])
    op.create_table(
        "recovery_codes",
        sa.Column("user_name", sa.String(200), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("used_at", TIME),
        sa.PrimaryKeyConstraint("user_name", "code_hash", name="pk_recovery_codes"),
        _of_user("recovery_codes"),
    )
    op.create_table(
        "oidc_identities",
        sa.Column("issuer", sa.String(500), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("user_name", sa.String(200), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_oidc_identities"),
        _of_user("oidc_identities"),
    )
    op.create_index("ix_oidc_identities_user_name", "oidc_identities", ["user_name"])


def _of_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["user_name"], ["users.name"], name=f"fk_{table}_user_name_users", ondelete="CASCADE"
    )


def _keys_and_failures() -> None:
    op.add_column("api_keys", sa.Column("scopes", sa.String(200), nullable=False, server_default=""))
    op.execute(sa.text("UPDATE api_keys SET scopes = :scopes").bindparams(scopes=BEFORE_THERE_WERE_SCOPES))
    op.create_index("ix_login_failures_address_at", "login_failures", ["address", "at"])


def _record() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", BIG_ID, nullable=False, autoincrement=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("thing", sa.String(600), nullable=False),
        sa.Column("outcome", sa.String(60), nullable=False),
        sa.Column("address", sa.String(100), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_actor_seq", "audit", ["actor", "seq"])
    op.create_index("ix_audit_action_seq", "audit", ["action", "seq"])
    op.create_index("ix_audit_thing", "audit", ["thing"])
    for statement in ONLY_GROWS[op.get_bind().dialect.name]:
        op.execute(statement)


_SQLITE = "CREATE TRIGGER audit_no_{0} BEFORE {0} ON audit BEGIN SELECT RAISE(ABORT, 'the record only grows'); END"
_FUNCTION = """CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the record only grows'; END $$"""
_TRIGGER = (
    "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_only_grows()"
)
_TRUNCATE = "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit EXECUTE FUNCTION audit_only_grows()"
ONLY_GROWS = {
    "sqlite": [_SQLITE.format("update"), _SQLITE.format("delete")],
    "postgresql": [_FUNCTION, _TRIGGER, _TRUNCATE],
}
"""The database itself refuses to change or remove a line of the record."""
