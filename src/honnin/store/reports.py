"""Reports, what was added to them, and the pictures that may be shown of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, Select, select, update
from sqlalchemy.dialects import postgresql, sqlite

from honnin.cases.report import Addition, Report, State
from honnin.store.codec import from_json, to_json
from honnin.store.database import Database, kept
from honnin.store.schema_reports import additions, pictures, reports

LONGEST_NAME, LONGEST_SOURCE, LONGEST_EVENT, LONGEST_CONTACT, LONGEST_REPLY = 200, 100, 512, 1_000, 10_000
CLOSED = tuple(state.value for state in State if state.is_closed)


class SqlReportStore:
    """Keeps reports; see ``honnin.app.reports.ReportStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, report: Report, *, secret_hash: str, drawn: Mapping[str, bytes] | None = None) -> bool:
        insert = (postgresql if self._database.is_postgres else sqlite).insert(reports)
        statement = (
            insert.values(
                number=report.number,
                secret_hash=secret_hash,
                received_at=report.received_at,
                source=kept(report.source, LONGEST_SOURCE),
                event_id=kept(report.event_id, LONGEST_EVENT),
                reported_by=kept(report.by, LONGEST_NAME),
                body=to_json(_body(report)),
                contact=kept(report.contact, LONGEST_CONTACT),
                state=report.state.value,
                reply="",
            )
            .on_conflict_do_nothing()
            .returning(reports.c.seq)
        )
        with self._database.transaction() as connection:
            seq = connection.execute(statement).scalar()
            if seq is None:
                return False
            self._keep_pictures(connection, seq, drawn)
            return True

    def _keep_pictures(self, connection: Connection, seq: int, drawn: Mapping[str, bytes] | None) -> None:
        insert = (postgresql if self._database.is_postgres else sqlite).insert(pictures)
        for sha256, picture in (drawn or {}).items():
            row = insert.values(report_seq=seq, sha256=sha256, picture=picture)
            connection.execute(row.on_conflict_do_nothing())

    def get(self, number: str) -> Report | None:
        found = self._read(select(reports).where(_is(number)))
        return found[0][1] if found else None

    def secret_hash(self, number: str) -> str:
        with self._database.reading() as connection:
            return connection.execute(select(reports.c.secret_hash).where(_is(number))).scalar() or ""

    def append(self, number: str, addition: Addition, *, drawn: Mapping[str, bytes] | None = None) -> bool:
        with self._database.transaction() as connection:
            seq = connection.execute(select(reports.c.seq).where(_is(number))).scalar()
            if seq is None:
                return False
            connection.execute(additions.insert().values(report_seq=seq, body=to_json(addition)))
            self._keep_pictures(connection, seq, drawn)
            return True

    def picture(self, number: str, sha256: str) -> bytes | None:
        wanted = (
            select(pictures.c.picture)
            .join(reports, reports.c.seq == pictures.c.report_seq)
            .where(_is(number), pictures.c.sha256 == kept(sha256, 64))
        )
        with self._database.reading() as connection:
            return connection.execute(wanted).scalar()

    def move(self, number: str, state: State, *, at: datetime, reply: str = "") -> bool:
        may = [each.value for each in State if each.may_become(state)]
        change = (
            update(reports)
            .where(_is(number), reports.c.state.in_(may))
            .values(state=state.value, state_at=at, reply=kept(reply, LONGEST_REPLY))
        )
        with self._database.transaction() as connection:
            return connection.execute(change).rowcount > 0

    def newest(self, *, before: int = 0, most: int = 50, by: str | None = None) -> Sequence[tuple[int, Report]]:
        wanted = select(reports).order_by(reports.c.seq.desc()).limit(most)
        if by is not None:
            wanted = wanted.where(reports.c.reported_by == kept(by, LONGEST_NAME))
        return self._read(wanted.where(reports.c.seq < before) if before else wanted)

    def arrived(self, *, after: int = 0, most: int = 200) -> Sequence[tuple[int, Report]]:
        return self._read(select(reports).where(reports.c.seq > after).order_by(reports.c.seq).limit(most))

    def of_event(self, event_id: str, source: str) -> Sequence[Report]:
        wanted = select(reports).where(
            reports.c.event_id == kept(event_id, LONGEST_EVENT), reports.c.source == kept(source, LONGEST_SOURCE)
        )
        return [report for _, report in self._read(wanted.order_by(reports.c.seq))]

    def contacts_over(self, closed_before: datetime, *, most: int = 500) -> Sequence[str]:
        wanted = (
            select(reports.c.number)
            .where(reports.c.state.in_(CLOSED), reports.c.state_at < closed_before, reports.c.contact != "")
            .order_by(reports.c.state_at)
            .limit(most)
        )
        with self._database.reading() as connection:
            return list(connection.execute(wanted).scalars())

    def erase_contact(self, number: str, *, at: datetime) -> bool:
        change = update(reports).where(_is(number), reports.c.contact != "").values(contact="", contact_erased_at=at)
        with self._database.transaction() as connection:
            return connection.execute(change).rowcount > 0

    def _read(self, wanted: Select[tuple[object, ...]]) -> list[tuple[int, Report]]:
        """Return reports with their places, each with all that was added to it."""
        with self._database.reading() as connection:
            rows = connection.execute(wanted).all()
            more = select(additions.c.report_seq, additions.c.body).where(
                additions.c.report_seq.in_([row.seq for row in rows])
            )
            added: dict[int, list[Addition]] = {}
            for row in connection.execute(more.order_by(additions.c.id)):
                added.setdefault(row.report_seq, []).append(from_json(Addition, row.body))
        return [(row.seq, _report(row, tuple(added.get(row.seq, ())))) for row in rows]


def _is(number: str) -> ColumnElement[bool]:
    return reports.c.number == kept(number, 20)


def _body(report: Report) -> Report:
    """Return the report without what has a column of its own because it changes or is searched for."""
    return replace(report, contact="", additions=(), state=State.RECEIVED, state_at=None, reply="")


def _report(row: Row[tuple[object, ...]], more: tuple[Addition, ...]) -> Report:
    return replace(
        from_json(Report, row.body),
        contact=row.contact,
        contact_erased_at=row.contact_erased_at,
        additions=more,
        state=State(row.state),
        state_at=row.state_at,
        reply=row.reply,
    )
