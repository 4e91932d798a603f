"""Requests for what we know: closed with the site's key, one row a step, and nothing but counts after their time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, or_, select, update

from honnin.app.cooperation import Copy, RequestPage
from honnin.app.vault import Vault
from honnin.model.clock import JST
from honnin.sharing import request as steps_module
from honnin.sharing.disclosure import decision
from honnin.sharing.redaction import Redaction
from honnin.sharing.request import OPEN, Letter, Request, State, Taken
from honnin.sharing.transparency import Counted
from honnin.store.codec import from_json, to_json
from honnin.store.database import Database, kept
from honnin.store.schema_sharing import copies, requests, steps

PER_PAGE = 50
LAST_PAGE = 1_000_000
READ_AT_ONCE = 200
PURPOSE = "cooperation"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """A request without its steps, which have rows of their own."""

    id: str
    letter: Letter
    received_at: datetime
    received_by: str
    state: State
    preparers: frozenset[str] = frozenset()
    hold_since: datetime | None = None
    hold_until: datetime | None = None
    retain_until: datetime | None = None


_FIELDS = tuple(field.name for field in fields(_Standing))


class SqlCooperationStore:
    """Keeps requests; see ``honnin.app.cooperation.CooperationStore``."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def add(self, request: Request) -> None:
        with self._database.transaction() as connection:
            connection.execute(requests.insert().values(id=request.id, **self._row(request)))

    def get(self, request_id: str) -> Request | None:
        with self._database.reading() as connection:
            row = connection.execute(select(requests).where(requests.c.id == kept(request_id, 40))).first()
            return self._read(connection, row) if row and row.letter else None

    def append(self, after: Request, *, copies: Sequence[Copy] = ()) -> bool:
        with self._database.transaction(locks=[f"cooperation:{after.id}"]) as connection:
            if not self._move(connection, after):
                return False
            taken = after.history[-1]
            number = len(after.history)
            place = f"{after.id}:{number}"
            written = f"{type(taken.step).__name__}\n{to_json(taken.step)}"
            connection.execute(
                steps.insert().values(
                    request_id=after.id,
                    number=number,
                    at=taken.at,
                    actor=kept(taken.by, 200),
                    step=self._vault.close(written.encode(), PURPOSE, place),
                )
            )
            if copies:
                self._keep_copies(connection, after.id, copies)
            return True

    def _move(self, connection: Connection, after: Request) -> bool:
        """Write where the request stands now, unless somebody else moved it since it was read."""
        before = len(after.history) - 1
        change = update(requests).where(requests.c.id == after.id, requests.c.steps == before)
        return connection.execute(change.values(**self._row(after))).rowcount > 0

    def _keep_copies(self, connection: Connection, request_id: str, made: Sequence[Copy]) -> None:
        """Keep the copies of the last preparation, and those alone."""
        connection.execute(delete(copies).where(copies.c.request_id == request_id))
        rows = {
            copy.sha256: {
                "request_id": request_id,
                "copy_sha256": copy.sha256,
                "content": self._vault.close(copy.content, PURPOSE, f"{request_id}:{copy.sha256}"),
                "redactions": self._vault.close(
                    to_json(copy.redactions).encode(), PURPOSE, f"{request_id}:{copy.sha256}:list"
                ),
            }
            for copy in made
        }
        connection.execute(copies.insert(), list(rows.values()))

    def page(self, page: int, *, state: State | None, confidential: bool, involving: str) -> RequestPage:
        page = min(max(page, 1), LAST_PAGE)
        those = [requests.c.state != State.ERASED.value]
        if state is not None:
            those.append(requests.c.state == state.value)
        if not confidential:
            name = kept(involving, 200)
            works_on_it = requests.c.people.contains(f"\n{name}\n", autoescape=True)
            those.append(or_(~requests.c.confidential, works_on_it))
        query = (
            select(requests)
            .where(*those)
            .order_by(requests.c.received_at.desc(), requests.c.id)
            .limit(PER_PAGE)
            .offset((page - 1) * PER_PAGE)
        )
        with self._database.reading() as connection:
            items = tuple(self._read(connection, row) for row in connection.execute(query).all())
            total = connection.execute(select(func.count()).select_from(requests).where(*those)).scalar_one()
        return RequestPage(items, total, page, PER_PAGE)

    def each(self) -> Iterator[Request]:
        """Yield all that are still kept, newest first, some at a time."""
        place = 0
        while True:
            query = (
                select(requests)
                .where(requests.c.state != State.ERASED.value)
                .order_by(requests.c.received_at.desc(), requests.c.id)
                .limit(READ_AT_ONCE)
                .offset(place)
            )
            with self._database.reading() as connection:
                found = [self._read(connection, row) for row in connection.execute(query).all()]
            yield from found
            if len(found) < READ_AT_ONCE:
                return
            place += len(found)

    def copies(self, request_id: str) -> tuple[Copy, ...]:
        query = select(copies).where(copies.c.request_id == kept(request_id, 40)).order_by(copies.c.copy_sha256)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(self._copy(row) for row in rows)

    def _copy(self, row: Row[Any]) -> Copy:
        place = f"{row.request_id}:{row.copy_sha256}"
        written = self._vault.open(row.redactions, PURPOSE, f"{place}:list").decode()
        found = from_json(tuple[Redaction, ...], written)
        return Copy(row.copy_sha256, self._vault.open(row.content, PURPOSE, place), found)

    def due(self, at: datetime) -> tuple[str, ...]:
        over = select(requests.c.id).where(
            requests.c.retain_until <= at,
            requests.c.state.not_in([State.ERASED.value, *(state.value for state in OPEN)]),
            or_(requests.c.hold_until.is_(None), requests.c.hold_until <= at),
        )
        with self._database.reading() as connection:
            return tuple(connection.execute(over.order_by(requests.c.id)).scalars())

    def erase(self, after: Request) -> bool:
        nothing: dict[str, Any] = {"letter": b"", "received_by": "", "people": "", "hold_until": None}
        nothing |= {"state": State.ERASED.value, "steps": len(after.history)}
        with self._database.transaction(locks=[f"cooperation:{after.id}"]) as connection:
            before = len(after.history) - 1
            change = update(requests).where(requests.c.id == after.id, requests.c.steps == before)
            if not connection.execute(change.values(**nothing)).rowcount:
                return False
            connection.execute(delete(steps).where(steps.c.request_id == after.id))
            connection.execute(delete(copies).where(copies.c.request_id == after.id))
            return True

    def counted(self) -> tuple[Counted, ...]:
        query = select(requests.c.received_at, requests.c.requester, requests.c.basis, requests.c.outcome)
        with self._database.reading() as connection:
            return tuple(
                Counted(row.received_at.astimezone(JST).year, row.requester, row.basis, row.outcome)
                for row in connection.execute(query)
            )

    def _row(self, request: Request) -> dict[str, Any]:
        standing = _Standing(**{name: getattr(request, name) for name in _FIELDS})
        return {
            "received_at": request.received_at,
            "received_by": kept(request.received_by, 200),
            "people": "".join(f"\n{kept(name, 200)}\n" for name in sorted(request.people)),
            "confidential": request.letter.confidential,
            "state": request.state.value,
            "requester": request.letter.requester.value,
            "basis": request.scope.basis.value if request.scope else "",
            "outcome": decision(request),
            "hold_until": request.hold_until,
            "retain_until": request.retain_until,
            "steps": len(request.history),
            "letter": self._vault.close(to_json(standing).encode(), PURPOSE, request.id),
        }

    def _read(self, connection: Connection, row: Row[Any]) -> Request:
        standing = from_json(_Standing, self._vault.open(row.letter, PURPOSE, row.id).decode())
        query = select(steps).where(steps.c.request_id == row.id).order_by(steps.c.number)
        history = tuple(self._step(each) for each in connection.execute(query))
        return Request(**{name: getattr(standing, name) for name in _FIELDS}, history=history)

    def _step(self, row: Row[Any]) -> Taken:
        place = f"{row.request_id}:{row.number}"
        name, _, written = self._vault.open(row.step, PURPOSE, place).decode().partition("\n")
        return Taken(from_json(getattr(steps_module, name), written), row.actor, row.at)
