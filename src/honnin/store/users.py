"""Users, sessions, API keys and failed sign-ins."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from honnin.app.accounts import ApiKey
from honnin.store.database import Database, kept
from honnin.store.schema import api_keys, login_failures, sessions, users

FAILURES_KEPT = timedelta(days=1)
NOTED_AGAIN_AFTER = timedelta(minutes=1)
LONGEST_NAME = 200
LONGEST_ADDRESS = 100


class SqlUserStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def has_users(self) -> bool:
        with self._database.reading() as connection:
            return connection.execute(select(users.c.name).limit(1)).first() is not None

    def create_user(self, name: str, password_hash: str, *, at: datetime) -> bool:
        """Keep a new user; False where the name is taken."""
        insert = (postgresql if self._database.is_postgres else sqlite).insert(users)
        statement = (
            insert.values(name=kept(name, LONGEST_NAME), password_hash=password_hash, created_at=at)
            .on_conflict_do_nothing()
            .returning(users.c.name)
        )
        with self._database.transaction() as connection:
            return connection.execute(statement).first() is not None

    def password_hash(self, name: str) -> str | None:
        with self._database.reading() as connection:
            wanted = select(users.c.password_hash).where(users.c.name == kept(name, LONGEST_NAME))
            return connection.execute(wanted).scalar()

    def set_password(self, name: str, password_hash: str) -> bool:
        """Change a password and end the user's sessions; False where there is no such user."""
        with self._database.transaction() as connection:
            connection.execute(delete(sessions).where(sessions.c.user_name == kept(name, LONGEST_NAME)))
            change = update(users).where(users.c.name == kept(name, LONGEST_NAME)).values(password_hash=password_hash)
            return connection.execute(change).rowcount > 0

    def open_session(self, user: str, token_hash: str, *, at: datetime, until: datetime) -> None:
        with self._database.transaction() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires_at <= at))
            connection.execute(
                sessions.insert().values(
                    token_hash=token_hash, user_name=kept(user, LONGEST_NAME), created_at=at, expires_at=until
                )
            )

    def session_user(self, token_hash: str, *, at: datetime) -> str | None:
        wanted = select(sessions.c.user_name).where(sessions.c.token_hash == token_hash, sessions.c.expires_at > at)
        with self._database.reading() as connection:
            return connection.execute(wanted).scalar()

    def close_session(self, token_hash: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))

    def add_key(self, key: ApiKey, key_hash: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                api_keys.insert().values(
                    id=key.id,
                    key_hash=key_hash,
                    name=kept(key.name, LONGEST_NAME),
                    created_at=key.created_at,
                    created_by=kept(key.created_by, LONGEST_NAME),
                    revoked_at=key.revoked_at,
                    last_used_at=key.last_used_at,
                )
            )

    def keys(self) -> tuple[ApiKey, ...]:
        with self._database.reading() as connection:
            rows = connection.execute(select(api_keys).order_by(api_keys.c.created_at.desc(), api_keys.c.id))
            return tuple(
                ApiKey(row.id, row.name, row.created_at, row.created_by, row.revoked_at, row.last_used_at)
                for row in rows
            )

    def find_key(self, key_hash: str, *, at: datetime) -> ApiKey | None:
        """Return the key, revoked or not, and note the use of one that is not."""
        wanted = select(api_keys).where(api_keys.c.key_hash == key_hash)
        with self._database.reading() as connection:
            row = connection.execute(wanted).first()
        if row is None:
            return None
        # Once a minute is enough to see which keys are used, and spares a write for every call.
        used_at = row.last_used_at
        if row.revoked_at is None and (used_at is None or at - used_at > NOTED_AGAIN_AFTER):
            used_at = at
            with self._database.transaction() as connection:
                connection.execute(update(api_keys).where(api_keys.c.id == row.id).values(last_used_at=at))
        return ApiKey(row.id, row.name, row.created_at, row.created_by, row.revoked_at, used_at)

    def revoke_key(self, key_id: str, *, at: datetime) -> bool:
        change = (
            update(api_keys)
            .where(api_keys.c.id == kept(key_id, 100), api_keys.c.revoked_at.is_(None))
            .values(revoked_at=at)
        )
        with self._database.transaction() as connection:
            return connection.execute(change).rowcount > 0

    def note_failure(self, user: str, address: str, *, at: datetime) -> None:
        with self._database.transaction() as connection:
            connection.execute(delete(login_failures).where(login_failures.c.at <= at - FAILURES_KEPT))
            connection.execute(
                login_failures.insert().values(
                    user_name=kept(user, LONGEST_NAME), address=kept(address, LONGEST_ADDRESS), at=at
                )
            )

    def failures(self, user: str, address: str, *, since: datetime) -> int:
        wanted = (
            select(func.count()).select_from(login_failures).where(*_of(user, address), login_failures.c.at >= since)
        )
        with self._database.reading() as connection:
            return connection.execute(wanted).scalar_one()

    def forget_failures(self, user: str, address: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(delete(login_failures).where(*_of(user, address)))


def _of(user: str, address: str) -> tuple[ColumnElement[bool], ...]:
    return (
        login_failures.c.user_name == kept(user, LONGEST_NAME),
        login_failures.c.address == kept(address, LONGEST_ADDRESS),
    )
