"""The record of who saw and did what. It only grows; the database refuses anything else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select

from honnin.app.access import AuditNote
from honnin.app.audit import VERSION, AuditFilter, AuditLine, AuditPage, next_line
from honnin.store.database import Database, kept
from honnin.store.schema_accounts import audit

PER_PAGE = 100
AT_ONCE = 1_000
LONGEST = {"actor": 200, "kind": 20, "action": 60, "thing": 600, "outcome": 60, "address": 100}
LONGEST_DETAIL = 500
MOST_DETAILS = 20


class SqlAuditStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, note: AuditNote, /) -> AuditLine:
        """Write the next line. Writers take turns, so that each line knows the one before."""
        with self._database.transaction(locks=["audit"]) as connection:
            last = connection.execute(select(audit).order_by(audit.c.seq.desc()).limit(1)).first()
            line = next_line(_line(last) if last else None, _short(note))
            connection.execute(audit.insert().values(**_values(line)))
            return line

    def search(self, wanted: AuditFilter) -> AuditPage:
        """Return one page of the lines, newest first."""
        where = _where(wanted)
        page = max(1, wanted.page)
        with self._database.reading() as connection:
            total = connection.execute(select(func.count()).select_from(audit).where(*where)).scalar_one()
            rows = connection.execute(
                select(audit).where(*where).order_by(audit.c.seq.desc()).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
            )
            return AuditPage(tuple(_line(row) for row in rows), total, page, PER_PAGE)

    def each(self, wanted: AuditFilter) -> Iterator[AuditLine]:
        """Yield the lines, oldest first, a thousand at a time, so that nobody has to wait for a slow reader."""
        after = 0
        while True:
            chosen = select(audit).where(audit.c.seq > after, *_where(wanted)).order_by(audit.c.seq).limit(AT_ONCE)
            with self._database.reading() as connection:
                lines = [_line(row) for row in connection.execute(chosen)]
            yield from lines
            if len(lines) < AT_ONCE:
                return
            after = lines[-1].number


def _short(note: AuditNote) -> AuditNote:
    """Cut everything to what the columns hold, before the digest is made of it."""
    parts: dict[str, Any] = {name: kept(getattr(note, name), longest) for name, longest in LONGEST.items()}
    detail = {kept(key, 60): kept(value, LONGEST_DETAIL) for key, value in list(note.detail.items())[:MOST_DETAILS]}
    return replace(note, detail=detail, **parts)


def _values(line: AuditLine) -> dict[str, Any]:
    note = line.note
    return {
        "seq": line.number,
        "at": note.at,
        **{name: getattr(note, name) for name in LONGEST},
        "detail": json.dumps(note.detail, ensure_ascii=False),
        "previous": line.previous,
        "hash": line.hash,
        "version": VERSION,
    }


def _line(row: Row[Any]) -> AuditLine:
    note = AuditNote(
        row.at, row.actor, row.kind, row.action, row.thing, row.outcome, row.address, json.loads(row.detail)
    )
    return AuditLine(row.seq, note, row.previous, row.hash)


def _where(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.actor:
        found.append(audit.c.actor == kept(wanted.actor, LONGEST["actor"]))
    if wanted.action:
        action = kept(wanted.action, LONGEST["action"])
        found.append(or_(audit.c.action == action, audit.c.action.startswith(f"{action}.", autoescape=True)))
    if wanted.thing:
        found.append(audit.c.thing.contains(kept(wanted.thing, LONGEST["thing"]), autoescape=True))
    if wanted.refused is not None:
        is_refused = audit.c.outcome.startswith("refused")
        found.append(is_refused if wanted.refused else ~is_refused)
    if wanted.since is not None:
        found.append(audit.c.at >= wanted.since)
    if wanted.until is not None:
        found.append(audit.c.at < wanted.until)
    return found
