"""Events with what was said about them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from honnin.app.ports import AlertFilter, Page, StoredVerdict
from honnin.model import Event, Level, Verdict
from honnin.store.codec import from_json, to_json
from honnin.store.database import Database, kept, short_key
from honnin.store.schema import events, verdicts

PER_PAGE = 50
LONGEST_SEARCHED = 20_000
LONGEST_QUESTION = 200
LAST_PAGE = 1_000_000
LEVELS = tuple(sorted(Level, key=lambda level: level.rank))


class SqlVerdictStore:
    """Keeps each event of a source once, with its verdict."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, stored: StoredVerdict) -> bool:
        """Keep the event and its verdict in one transaction; False where this event of this source is already kept."""
        event, verdict = stored.event, stored.verdict
        dialect = postgresql if self._database.is_postgres else sqlite
        row = {
            "source": kept(stored.source, 100),
            "event_id": kept(event.id, 512),
            "conversation": short_key(stored.conversation),
            "channel": event.channel.value if event.channel else "",
            "received_at": stored.received_at,
            "search_text": folded(" ".join(_words(event))[:LONGEST_SEARCHED]),
            "event": to_json(event),
        }
        with self._database.transaction() as connection:
            added = connection.execute(
                dialect.insert(events).values(row).on_conflict_do_nothing().returning(events.c.seq)
            ).scalar()
            if added is None:
                return False
            connection.execute(
                verdicts.insert().values(
                    event_seq=added,
                    level=verdict.level.rank,
                    score=verdict.score,
                    received_at=stored.received_at,
                    verdict=to_json(verdict),
                    handled_at=stored.handled_at,
                    handled_by=kept(stored.handled_by, 200),
                )
            )
        return True

    def get(self, event_id: str, source: str | None = None) -> StoredVerdict | None:
        """Return the event of that id, the newest where several sources have one."""
        wanted = _stored().where(events.c.event_id == kept(event_id, 512))
        if source is not None:
            wanted = wanted.where(events.c.source == kept(source, 100))
        with self._database.reading() as connection:
            row = connection.execute(wanted.order_by(events.c.seq.desc()).limit(1)).mappings().first()
        return _read(row) if row else None

    def conversation(self, conversation: str, *, most: int = 200) -> tuple[StoredVerdict, ...]:
        """Return the last events of a conversation, oldest first."""
        wanted = _stored().where(events.c.conversation == short_key(conversation)).order_by(events.c.seq.desc())
        with self._database.reading() as connection:
            rows = connection.execute(wanted.limit(most)).mappings().all()
        return tuple(_read(row) for row in reversed(rows))

    def search(self, wanted: AlertFilter) -> Page:
        conditions = tuple(_conditions(wanted))
        page = min(max(wanted.page, 1), LAST_PAGE)
        joined = verdicts.join(events)
        with self._database.reading() as connection:
            total = connection.execute(select(func.count()).select_from(joined).where(*conditions)).scalar_one()
            rows = connection.execute(
                _stored()
                .where(*conditions)
                .order_by(verdicts.c.received_at.desc(), verdicts.c.event_seq.desc())
                .limit(PER_PAGE)
                .offset((page - 1) * PER_PAGE)
            ).mappings()
            return Page(tuple(_read(row) for row in rows), total, page, PER_PAGE)

    def mark_handled(self, event_id: str, *, by: str, at: datetime, source: str | None = None) -> bool:
        """Note who took care of it; False where there is nothing of that id still open."""
        those = select(events.c.seq).where(events.c.event_id == kept(event_id, 512))
        if source is not None:
            those = those.where(events.c.source == kept(source, 100))
        change = (
            update(verdicts)
            .where(verdicts.c.event_seq.in_(those), verdicts.c.handled_at.is_(None))
            .values(handled_at=at, handled_by=kept(by, 200))
        )
        with self._database.transaction() as connection:
            return connection.execute(change).rowcount > 0

    def amend(self, event_id: str, verdict: Verdict, *, source: str) -> bool:
        """Put another verdict in the place of the one that is kept; who took care of it stays. False where none is."""
        that = select(events.c.seq).where(
            events.c.event_id == kept(event_id, 512), events.c.source == kept(source, 100)
        )
        change = (
            update(verdicts)
            .where(verdicts.c.event_seq.in_(that))
            .values(level=verdict.level.rank, score=verdict.score, verdict=to_json(verdict))
        )
        with self._database.transaction() as connection:
            return connection.execute(change).rowcount > 0

    def counts(self, since: datetime | None = None, source: str | None = None) -> Mapping[Level, int]:
        """Count the verdicts of each level, zero included, of everything or of one source."""
        wanted = select(verdicts.c.level, func.count()).group_by(verdicts.c.level)
        if since is not None:
            wanted = wanted.where(verdicts.c.received_at >= since)
        if source is not None:
            wanted = wanted.select_from(verdicts.join(events)).where(events.c.source == kept(source, 100))
        with self._database.reading() as connection:
            found = {row[0]: row[1] for row in connection.execute(wanted)}
        return {level: found.get(level.rank, 0) for level in Level}


def folded(text: str) -> str:
    """Fold width and case, so that a search finds what the eye would find."""
    return kept(unicodedata.normalize("NFKC", text).casefold(), 2 * LONGEST_SEARCHED)


def _words(event: Event) -> Iterator[str]:
    yield event.id
    yield event.subject
    if event.sender is not None:
        yield from (event.sender.name, event.sender.account_id, event.sender.email, event.sender.organization)
    yield from (turn.text for turn in event.turns) if event.turns else (event.text,)


def _stored() -> Select[Any]:
    return select(
        events.c.event,
        events.c.source,
        events.c.conversation,
        events.c.received_at,
        verdicts.c.verdict,
        verdicts.c.handled_at,
        verdicts.c.handled_by,
    ).select_from(verdicts.join(events))


def _read(row: RowMapping) -> StoredVerdict:
    return StoredVerdict(
        event=from_json(Event, row["event"]),
        verdict=from_json(Verdict, row["verdict"]),
        received_at=row["received_at"],
        source=row["source"],
        conversation=row["conversation"],
        handled_at=row["handled_at"],
        handled_by=row["handled_by"],
    )


def _conditions(wanted: AlertFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.level is not None:
        yield verdicts.c.level == wanted.level.rank
    if wanted.alerts_only:
        yield verdicts.c.level.in_([level.rank for level in LEVELS if level.is_alert])
    if wanted.channel is not None:
        yield events.c.channel == wanted.channel.value
    if wanted.handled is not None:
        yield verdicts.c.handled_at.is_not(None) if wanted.handled else verdicts.c.handled_at.is_(None)
    if wanted.since is not None:
        yield verdicts.c.received_at >= wanted.since
    if wanted.until is not None:
        yield verdicts.c.received_at < wanted.until
    if wanted.source is not None:
        yield events.c.source == kept(wanted.source, 100)
    for word in folded(wanted.text[:LONGEST_QUESTION]).split():
        yield events.c.search_text.contains(word, autoescape=True)
