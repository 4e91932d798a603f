"""Indicators by value and origin, what was done with them, and what this site never wants to be one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, select, update

from honnin.app.indicators import IndicatorFilter, IndicatorPage, NoiseEntry, Note
from honnin.sharing.indicator import Indicator, Standing, Tlp, key_of
from honnin.sharing.values import Kind
from honnin.store.database import Database, kept
from honnin.store.schema_sharing import indicator_noise, indicator_notes, indicators

PER_PAGE = 50
LAST_PAGE = 1_000_000
AT_ONCE, READ_AT_ONCE = 300, 2_000
LOCK = "indicators"


class SqlIndicatorStore:
    """Keeps indicators; see ``honnin.app.indicators.IndicatorStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, given: Sequence[Indicator], *, room: int) -> tuple[int, int]:
        new = renewed = 0
        with self._database.transaction(locks=[LOCK]) as connection:
            for start in range(0, len(given), AT_ONCE):
                added, changed = _put(connection, given[start : start + AT_ONCE], room - new)
                new, renewed = new + added, renewed + changed
        return new, renewed

    def get(self, key: str, origin: str = "") -> Indicator | None:
        with self._database.reading() as connection:
            row = connection.execute(select(indicators).where(_is(key, origin))).first()
        return _read(row) if row else None

    def of_key(self, key: str) -> tuple[Indicator, ...]:
        wanted = select(indicators).where(indicators.c.key == kept(key, 32)).order_by(indicators.c.origin)
        with self._database.reading() as connection:
            return tuple(map(_read, connection.execute(wanted)))

    def change(
        self, key: str, origin: str, change: Callable[[Indicator], Indicator], note: Note | None
    ) -> Indicator | None:
        with self._database.transaction(locks=[LOCK]) as connection:
            row = connection.execute(select(indicators).where(_is(key, origin))).first()
            if row is None:
                return None
            changed = change(_read(row))
            connection.execute(update(indicators).where(_is(key, origin)).values(_row(changed)))
            if note is not None:
                connection.execute(
                    indicator_notes.insert().values(
                        origin=kept(origin, 100),
                        key=kept(key, 32),
                        at=note.at,
                        actor=kept(note.by, 200),
                        action=kept(note.action, 40),
                        words=kept(note.words, 2_000),
                    )
                )
            return changed

    def search(self, wanted: IndicatorFilter) -> IndicatorPage:
        page = min(max(wanted.page, 1), LAST_PAGE)
        those = and_(True, *_narrowed(wanted))
        query = (
            select(indicators)
            .where(those)
            .order_by(indicators.c.modified_at.desc(), indicators.c.key, indicators.c.origin)
            .limit(PER_PAGE)
            .offset((page - 1) * PER_PAGE)
        )
        with self._database.reading() as connection:
            items = tuple(map(_read, connection.execute(query)))
            total = connection.execute(select(func.count()).select_from(indicators).where(those)).scalar_one()
        return IndicatorPage(items, total, page, PER_PAGE)

    def each(self) -> Iterator[Indicator]:
        """Yield all by key and origin, some at a time, so that nobody has to wait for a slow reader."""
        last = ("", "")
        while True:
            after = (indicators.c.key > last[0]) | ((indicators.c.key == last[0]) & (indicators.c.origin > last[1]))
            query = select(indicators).order_by(indicators.c.key, indicators.c.origin).limit(READ_AT_ONCE)
            with self._database.reading() as connection:
                rows = connection.execute(query.where(after) if last[0] else query).all()
            yield from map(_read, rows)
            if len(rows) < READ_AT_ONCE:
                return
            last = (rows[-1].key, rows[-1].origin)

    def count(self) -> int:
        with self._database.reading() as connection:
            return connection.execute(select(func.count()).select_from(indicators)).scalar_one()

    def origins(self) -> Mapping[str, int]:
        query = select(indicators.c.origin, func.count()).group_by(indicators.c.origin)
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in sorted(connection.execute(query)) if row[0]}

    def remove_origin(self, origin: str) -> int:
        """Forget all that one source shared; our own are not meant by any name."""
        return self._remove(indicators.c.origin == kept(origin, 100)) if origin else 0

    def remove_over(self, before: datetime) -> int:
        return self._remove(
            (indicators.c.expires_at < before) & ((indicators.c.origin != "") | indicators.c.shared_at.is_(None))
        )

    def _remove(self, those: ColumnElement[bool]) -> int:
        with self._database.transaction(locks=[LOCK]) as connection:
            gone = connection.execute(delete(indicators).where(those)).rowcount
            known = select(indicators.c.key).where(
                indicators.c.key == indicator_notes.c.key, indicators.c.origin == indicator_notes.c.origin
            )
            if gone:
                connection.execute(delete(indicator_notes).where(~known.exists()))
            return gone

    def notes(self, key: str, origin: str = "") -> tuple[Note, ...]:
        query = (
            select(indicator_notes)
            .where(indicator_notes.c.key == kept(key, 32), indicator_notes.c.origin == kept(origin, 100))
            .order_by(indicator_notes.c.id)
        )
        with self._database.reading() as connection:
            return tuple(Note(row.at, row.actor, row.action, row.words) for row in connection.execute(query))

    def add_noise(self, entry: NoiseEntry) -> bool:
        key = key_of(entry.kind, entry.value)
        with self._database.transaction(locks=[LOCK]) as connection:
            if connection.execute(select(indicator_noise).where(_is_noise(entry.kind, entry.value))).first():
                return False
            row = {"kind": entry.kind.value, "key": key, "value": kept(entry.value, 4_000)}
            row |= {"reason": kept(entry.reason, 500), "added_by": kept(entry.added_by, 200)}
            connection.execute(indicator_noise.insert().values(**row, added_at=entry.added_at))
            return True

    def remove_noise(self, kind: Kind, value: str) -> bool:
        with self._database.transaction(locks=[LOCK]) as connection:
            return connection.execute(delete(indicator_noise).where(_is_noise(kind, value))).rowcount > 0

    def noise(self) -> tuple[NoiseEntry, ...]:
        query = select(indicator_noise).order_by(indicator_noise.c.added_at.desc(), indicator_noise.c.key)
        with self._database.reading() as connection:
            return tuple(
                NoiseEntry(Kind(row.kind), row.value, row.reason, row.added_by, row.added_at)
                for row in connection.execute(query)
            )


def _is(key: str, origin: str) -> ColumnElement[bool]:
    return (indicators.c.key == kept(key, 32)) & (indicators.c.origin == kept(origin, 100))


def _is_noise(kind: Kind, value: str) -> ColumnElement[bool]:
    return (indicator_noise.c.kind == kind.value) & (indicator_noise.c.key == key_of(kind, value))


def _narrowed(wanted: IndicatorFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.kind is not None:
        yield indicators.c.kind == wanted.kind.value
    if wanted.standing is not None:
        yield indicators.c.standing == wanted.standing.value
    if wanted.origin is not None:
        yield indicators.c.origin == kept(wanted.origin, 100)
    if wanted.text:
        yield indicators.c.value.contains(kept(wanted.text, 200), autoescape=True)


def _put(connection: Connection, given: Sequence[Indicator], room: int) -> tuple[int, int]:
    """Add what is new, and renew what its source has changed since; what was withdrawn once stays so."""
    names = {kept(one.key, 32) for one in given}
    columns = (indicators.c.key, indicators.c.origin, indicators.c.modified_at, indicators.c.standing)
    query = select(*columns).where(indicators.c.key.in_(names))
    there = {(row.key, row.origin): row for row in connection.execute(query)}
    new: list[dict[str, Any]] = []
    renewed = 0
    for one in given:
        row = _row(one)
        before = there.get((row["key"], row["origin"]))
        if before is None:
            new.append(row)
        elif before.modified_at < one.modified_at and before.standing != Standing.WITHDRAWN:
            connection.execute(update(indicators).where(_is(row["key"], row["origin"])).values(row))
            renewed += 1
    new = new[: max(room, 0)]
    if new:
        connection.execute(indicators.insert(), new)
    return len(new), renewed


def _row(one: Indicator) -> dict[str, Any]:
    return {
        "origin": kept(one.origin, 100),
        "key": one.key,
        "kind": one.kind.value,
        "value": kept(one.value, 4_000),
        "confidence": one.confidence,
        "first_seen": one.first_seen,
        "last_seen": one.last_seen,
        "expires_at": one.expires_at,
        "created_at": one.created_at,
        "modified_at": one.modified_at,
        "tlp": one.tlp.value,
        "tactics": " ".join(one.tactics),
        "standing": one.standing.value,
        "sightings": one.sightings,
        "external_id": kept(one.external_id, 200),
        "created_by": kept(one.created_by, 200),
        "case_id": kept(one.case_id, 100),
        "shared_at": one.shared_at,
    }


def _read(row: Row[Any]) -> Indicator:
    return Indicator(
        kind=Kind(row.kind),
        value=row.value,
        confidence=row.confidence,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        expires_at=row.expires_at,
        created_at=row.created_at,
        modified_at=row.modified_at,
        tlp=Tlp(row.tlp),
        tactics=tuple(row.tactics.split()),
        standing=Standing(row.standing),
        sightings=row.sightings,
        origin=row.origin,
        external_id=row.external_id,
        created_by=row.created_by,
        case_id=row.case_id,
        shared_at=row.shared_at,
    )
