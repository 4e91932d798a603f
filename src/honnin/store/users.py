"""Users, sessions, API keys and failed sign-ins."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from honnin.app.access import Role, roles_from, scopes_from
from honnin.app.accounts import ApiKey, Method, Session, User
from honnin.store.database import Database, kept
from honnin.store.schema_accounts import api_keys, login_failures, passkeys, sessions, users

FAILURES_KEPT = timedelta(days=1)
NOTED_AGAIN_AFTER = timedelta(minutes=1)
LONGEST_NAME = 200
LONGEST_ADDRESS = 100
LONGEST_AGENT = 300


class SqlUserStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def has_users(self) -> bool:
        with self._database.reading() as connection:
            return connection.execute(select(users.c.name).limit(1)).first() is not None

    def create_user(self, name: str, password_hash: str, *, at: datetime, roles: Iterable[Role] = ()) -> bool:
        """Keep a new user; False where the name is taken."""
        insert = (postgresql if self._database.is_postgres else sqlite).insert(users)
        statement = (
            insert.values(
                name=kept(name, LONGEST_NAME), password_hash=password_hash, created_at=at, roles=_written(roles)
            )
            .on_conflict_do_nothing()
            .returning(users.c.name)
        )
        with self._database.transaction() as connection:
            return connection.execute(statement).first() is not None

    def user(self, name: str) -> User | None:
        with self._database.reading() as connection:
            row = connection.execute(_with_passkeys().where(users.c.name == kept(name, LONGEST_NAME))).first()
        return _user(row) if row else None

    def users(self) -> tuple[User, ...]:
        with self._database.reading() as connection:
            return tuple(_user(row) for row in connection.execute(_with_passkeys().order_by(users.c.name)))

    def set_roles(self, name: str, roles: Iterable[Role]) -> bool:
        return self._change(name, roles=_written(roles))

    def set_active(self, name: str, *, since: datetime | None) -> bool:
        """Deactivate a user since then and end their sessions, or let them in again (None)."""
        with self._database.transaction():
            if since is not None:
                self.revoke_sessions(name)
            return self._change(name, deactivated_at=since)

    def _change(self, name: str, **values: Any) -> bool:
        change = update(users).where(users.c.name == kept(name, LONGEST_NAME)).values(**values)
        with self._database.transaction() as connection:
            return connection.execute(change).rowcount > 0

    def password_hash(self, name: str) -> str | None:
        """Return the hash of somebody who may sign in with a password."""
        wanted = select(users.c.password_hash).where(
            users.c.name == kept(name, LONGEST_NAME), users.c.deactivated_at.is_(None), users.c.password_hash != ""
        )
        with self._database.reading() as connection:
            return connection.execute(wanted).scalar()

    def set_password(self, name: str, password_hash: str) -> bool:
        """Change a password and end the user's sessions; False where there is no such user."""
        with self._database.transaction():
            self.revoke_sessions(name)
            return self._change(name, password_hash=password_hash)

    def open_session(self, session: Session, token_hash: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires_at <= session.created_at))
            connection.execute(
                sessions.insert().values(
                    token_hash=token_hash,
                    id=session.id,
                    user_name=kept(session.user, LONGEST_NAME),
                    method=session.method.value,
                    created_at=session.created_at,
                    expires_at=session.expires_at,
                    seen_at=session.seen_at,
                    address=kept(session.address, LONGEST_ADDRESS),
                    agent=kept(session.agent, LONGEST_AGENT),
                )
            )

    def session(self, token_hash: str, *, at: datetime) -> Session | None:
        """Return the session with the roles its user has now; None where it is over or the user was deactivated."""
        wanted = _sessions_at(at).where(sessions.c.token_hash == token_hash, users.c.deactivated_at.is_(None))
        with self._database.reading() as connection:
            row = connection.execute(wanted).first()
        if row is None:
            return None
        if at - row.seen_at > NOTED_AGAIN_AFTER:
            with self._database.transaction() as connection:
                connection.execute(update(sessions).where(sessions.c.token_hash == token_hash).values(seen_at=at))
        return _session(row)

    def sessions(self, user: str, *, at: datetime) -> tuple[Session, ...]:
        wanted = _sessions_at(at).where(sessions.c.user_name == kept(user, LONGEST_NAME))
        with self._database.reading() as connection:
            return tuple(_session(row) for row in connection.execute(wanted.order_by(sessions.c.seen_at.desc())))

    def close_session(self, token_hash: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))

    def revoke_sessions(self, user: str, *, only: str = "", but: str = "") -> int:
        """End the user's sessions: ``only`` the one of that id, or all ``but`` that one."""
        where = [sessions.c.user_name == kept(user, LONGEST_NAME), sessions.c.id != kept(but, 40)]
        if only:
            where.append(sessions.c.id == kept(only, 40))
        with self._database.transaction() as connection:
            return connection.execute(delete(sessions).where(*where)).rowcount

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
                    scopes=_written(key.scopes),
                )
            )

    def keys(self) -> tuple[ApiKey, ...]:
        with self._database.reading() as connection:
            rows = connection.execute(select(api_keys).order_by(api_keys.c.created_at.desc(), api_keys.c.id))
            return tuple(_key(row, row.last_used_at) for row in rows)

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
        return _key(row, used_at)

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

    def failures(self, *, user: str = "", address: str = "", since: datetime) -> tuple[int, datetime | None]:
        """Count failed sign-ins of a user, from an address, or of both, and say when the last one was."""
        counted = select(func.count(), func.max(login_failures.c.at))
        wanted = counted.where(*_of(user, address), login_failures.c.at >= since)
        with self._database.reading() as connection:
            count, last = connection.execute(wanted).one()
            return count, last

    def forget_failures(self, user: str, address: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(delete(login_failures).where(*_of(user, address)))


def _of(user: str, address: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if user:
        found.append(login_failures.c.user_name == kept(user, LONGEST_NAME))
    if address:
        found.append(login_failures.c.address == kept(address, LONGEST_ADDRESS))
    return found


def _written(names: Iterable[str]) -> str:
    return " ".join(sorted(names))


def _with_passkeys() -> Select[Any]:
    count = select(func.count()).where(passkeys.c.user_name == users.c.name).scalar_subquery()
    return select(users, count.label("passkeys"))


def _user(row: Row[Any]) -> User:
    return User(
        row.name,
        roles_from(row.roles.split()),
        row.created_at,
        row.deactivated_at,
        has_password=bool(row.password_hash),
        has_totp=bool(row.totp),
        passkeys=row.passkeys,
    )


def _sessions_at(at: datetime) -> Select[Any]:
    joined = sessions.join(users, users.c.name == sessions.c.user_name)
    return select(sessions, users.c.roles).select_from(joined).where(sessions.c.expires_at > at)


def _session(row: Row[Any]) -> Session:
    return Session(
        row.id,
        row.user_name,
        Method(row.method),
        row.created_at,
        row.expires_at,
        row.seen_at,
        row.address,
        row.agent,
        roles_from(row.roles.split()),
    )


def _key(row: Row[Any], used_at: datetime | None) -> ApiKey:
    return ApiKey(
        row.id, row.name, row.created_at, row.created_by, row.revoked_at, used_at, scopes_from(row.scopes.split())
    )
