"""Fingerprints of confirmed fraud, with who remembered them and until when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, case, delete, func, select, update

from honnin.app.ports import CopyPage, RememberedCopy
from honnin.copies import Fingerprint, Known
from honnin.store.database import Database, kept
from honnin.store.schema import copies, counter, raise_counter

REVISION = "copies"
PER_PAGE = 50
LAST_PAGE = 1_000_000
AT_ONCE, READ_AT_ONCE = 500, 5_000


class SqlCopyStore:
    """Keeps each fingerprint once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, remembered: Iterable[RememberedCopy]) -> int:
        """Keep these, all or none, and count the new ones; one that is kept already only lasts longer."""
        rows = {row["id"]: row for row in map(_row, remembered)}
        new = 0
        with self._database.transaction(locks=["copies"]) as connection:
            names = list(rows)
            for start in range(0, len(names), AT_ONCE):
                new += _add(connection, [rows[name] for name in names[start : start + AT_ONCE]])
            if new:
                raise_counter(connection, REVISION)
        return new

    def get(self, copy_id: str, *, at: datetime) -> RememberedCopy | None:
        wanted = select(copies).where(copies.c.id == kept(copy_id, 64), copies.c.expires_at > at)
        with self._database.reading() as connection:
            row = connection.execute(wanted).first()
        return _read(row) if row else None

    def page(self, page: int, *, at: datetime) -> CopyPage:
        """Return one page of what is remembered, newest first."""
        page = min(max(page, 1), LAST_PAGE)
        wanted = (
            select(copies)
            .where(copies.c.expires_at > at)
            .order_by(copies.c.remembered_at.desc(), copies.c.id)
            .limit(PER_PAGE)
            .offset((page - 1) * PER_PAGE)
        )
        with self._database.reading() as connection:
            items = tuple(map(_read, connection.execute(wanted)))
            return CopyPage(items, connection.execute(_count(at)).scalar_one(), page, PER_PAGE)

    def each(self, *, at: datetime) -> Iterator[RememberedCopy]:
        """Yield all of them by their ids, some at a time, so that nobody has to wait for a slow reader."""
        for rows in self._parts(select(copies), at):
            yield from map(_read, rows)

    def known(self, *, at: datetime) -> Iterator[Known]:
        """Yield only what a memory is made of."""
        for rows in self._parts(select(copies.c.id, copies.c.groups, copies.c.sketch), at):
            yield from (Known(row.id, Fingerprint.read(row.groups, row.sketch)) for row in rows)

    def _parts(self, wanted: Select[Any], at: datetime) -> Iterator[Sequence[Row[Any]]]:
        last = ""
        while True:
            part = wanted.where(copies.c.id > last, copies.c.expires_at > at).order_by(copies.c.id).limit(READ_AT_ONCE)
            with self._database.reading() as connection:
                rows = connection.execute(part).all()
            yield rows
            if len(rows) < READ_AT_ONCE:
                return
            last = rows[-1].id

    def count(self, *, at: datetime) -> int:
        with self._database.reading() as connection:
            return connection.execute(_count(at)).scalar_one()

    def origins(self, *, at: datetime) -> Mapping[str, int]:
        """Count those that came from each origin; "" are our own."""
        wanted = select(copies.c.origin, func.count()).where(copies.c.expires_at > at).group_by(copies.c.origin)
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in sorted(connection.execute(wanted))}

    def sighted(self, copy_id: str, *, at: datetime, until: datetime) -> None:
        """Note that a near copy came in, and let it last until then at least."""
        change = (
            update(copies)
            .where(copies.c.id == kept(copy_id, 64))
            .values(seen_at=at, sightings=copies.c.sightings + 1, expires_at=_later(until))
        )
        with self._database.transaction() as connection:
            connection.execute(change)

    def remove(self, copy_id: str) -> bool:
        return self._remove(copies.c.id == kept(copy_id, 64)) > 0

    def remove_origin(self, origin: str) -> int:
        return self._remove(copies.c.origin == kept(origin, 100))

    def remove_over(self, at: datetime) -> int:
        """Take out what is over; return how many."""
        return self._remove(copies.c.expires_at <= at)

    def _remove(self, those: Any) -> int:
        with self._database.transaction(locks=["copies"]) as connection:
            gone = connection.execute(delete(copies).where(those)).rowcount
            if gone:
                raise_counter(connection, REVISION)
            return gone

    def revision(self) -> int:
        """Return a number that grows when one is added or removed."""
        with self._database.reading() as connection:
            return counter(connection, REVISION)


def _count(at: datetime) -> Select[int]:
    return select(func.count()).select_from(copies).where(copies.c.expires_at > at)


def _add(connection: Connection, rows: list[dict[str, Any]]) -> int:
    names = [row["id"] for row in rows]
    there = set(connection.execute(select(copies.c.id).where(copies.c.id.in_(names))).scalars())
    for row in rows:
        if row["id"] in there:
            longer = update(copies).where(copies.c.id == row["id"]).values(expires_at=_later(row["expires_at"]))
            connection.execute(longer)
    if new := [row for row in rows if row["id"] not in there]:
        connection.execute(copies.insert(), new)
    return len(new)


def _later(until: datetime) -> Any:
    return case((copies.c.expires_at < until, until), else_=copies.c.expires_at)


def _row(one: RememberedCopy) -> dict[str, Any]:
    return {
        "id": kept(one.id, 64),
        "groups": one.fingerprint.groups,
        "sketch": one.fingerprint.written(),
        "tactic": kept(one.tactic, 60),
        "remembered_at": one.remembered_at,
        "remembered_by": kept(one.remembered_by, 200),
        "source": kept(one.source, 100),
        "event_id": kept(one.event_id, 512),
        "origin": kept(one.origin, 100),
        "expires_at": one.expires_at,
        "seen_at": one.seen_at,
        "sightings": one.sightings,
    }


def _read(row: Row[Any]) -> RememberedCopy:
    return RememberedCopy(
        id=row.id,
        fingerprint=Fingerprint.read(row.groups, row.sketch),
        tactic=row.tactic,
        remembered_at=row.remembered_at,
        expires_at=row.expires_at,
        remembered_by=row.remembered_by,
        source=row.source,
        event_id=row.event_id,
        origin=row.origin,
        seen_at=row.seen_at,
        sightings=row.sightings,
    )
