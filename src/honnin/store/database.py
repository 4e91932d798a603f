"""One database, SQLite or PostgreSQL: connections, transactions and migrations."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import BigInteger, Connection, Engine, bindparam, create_engine, event, func, make_url, select

from honnin.app.contract import whole

_TAKE_TURN = select(func.pg_advisory_xact_lock(bindparam("number", type_=BigInteger)))
MIGRATIONS = Path(__file__).parent / "migrations"
WAIT_FOR_LOCK_MS = 15_000
LONGEST_KEY = 200


class Database:
    """Where everything is kept.

    Each call of a store is a transaction of its own, unless it stands inside ``transaction()``, which makes one of all.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._joined = threading.local()

    @property
    def is_postgres(self) -> bool:
        return self.engine.dialect.name == "postgresql"

    @contextmanager
    def transaction(self, *, locks: Iterable[str] = ()) -> Iterator[Connection]:
        """Make one transaction of all store calls inside.

        ``locks`` names what nobody else may change meanwhile (a conversation, a relationship). SQLite has one writer at
        a time anyway; in PostgreSQL the names are locked in sorted order, so that two transactions never wait for each
        other.
        """
        joined: Connection | None = getattr(self._joined, "connection", None)
        if joined is not None:
            self._lock(joined, locks)
            yield joined
            return
        with self.engine.connect().execution_options(writes=True) as connection, connection.begin():
            self._joined.connection, self._joined.locked = connection, set()
            try:
                self._lock(connection, locks)
                yield connection
            finally:
                self._joined.connection = None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        joined: Connection | None = getattr(self._joined, "connection", None)
        if joined is not None:
            yield joined
            return
        with self.engine.connect() as connection, connection.begin():
            yield connection

    def _lock(self, connection: Connection, names: Iterable[str]) -> None:
        if not self.is_postgres:
            return
        locked: set[int] = self._joined.locked
        for number in sorted({_lock_number(name) for name in names} - locked):
            connection.execute(_TAKE_TURN, {"number": number})
            locked.add(number)

    def migrate(self) -> None:
        """Bring the tables to the shape this version needs; processes that start together take turns."""
        with self.transaction(locks=["migrate"]) as connection:
            command.upgrade(migration_config(connection), "head")

    def flush(self) -> None:
        """See to it that not even a power cut takes back what was committed. PostgreSQL does so by itself with each commit.

        SQLite writes what was committed through to the disk a little later; here it is made to do so now.
        """
        if not self.is_postgres and getattr(self._joined, "connection", None) is None:
            with self.engine.connect() as connection:
                connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(PASSIVE)")  # type: ignore[union-attr]

    def close(self) -> None:
        self.engine.dispose()


def migration_config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _lock_number(name: str) -> int:
    return int.from_bytes(sha256(whole(name).encode()).digest()[:8], "big", signed=True)


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True)
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say ourselves when a transaction begins
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={WAIT_FOR_LOCK_MS}",
        "synchronous=NORMAL",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    _write_ahead(cursor)
    cursor.close()


def _write_ahead(cursor: Any) -> None:
    """Let readers read while one writes. SQLite does not wait for its lock here by itself, so we do."""
    for _ in range(WAIT_FOR_LOCK_MS // 50):
        with suppress(sqlite3.OperationalError):
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        time.sleep(0.05)
    cursor.execute("PRAGMA journal_mode=WAL")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that will write takes its turn at the start; one that turned from reading to writing half-way
    # would be refused at once where another writer was quicker.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def kept(text: str, longest: int) -> str:
    """Return the text as any database can keep it: no NUL, no half characters, not too long."""
    return whole(text[:longest]).replace("\x00", "")


def short_key(text: str) -> str:
    """Return a key that fits into an index of any database; a very long one is told apart by its digest."""
    if len(text) <= LONGEST_KEY:
        return kept(text, LONGEST_KEY)
    return kept(text, LONGEST_KEY // 2) + "#" + sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
