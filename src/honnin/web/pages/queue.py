"""The queue: everything that waits for a person, the most pressing first; a wave of hundreds is one line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from honnin.app.access import Right
from honnin.app.desk_ports import QueueFilter, Row, Trend
from honnin.cases.case import Outcome
from honnin.cases.entry import EntryKind, Harm
from honnin.cases.triage import Lane
from honnin.model import Level
from honnin.web.marking import visible
from honnin.web.remembered import TACTICS
from honnin.web.site import Form, TheSite, Visit, needs

PER_PAGE = 40
SHOWN = ("open", "free", "mine", "closed")
KINDS: Mapping[str, EntryKind | None] = {"": None, **{kind.value: kind for kind in EntryKind}}
LEVELS: Mapping[str, Level | None] = {"": None, "danger": Level.DANGER, "caution": Level.CAUTION}
PERIODS = {"30": 30, "90": 90, "365": 365}
BAR, MOST_SHARES = 200, 8

Reader = Annotated[Visit, needs(Right.QUEUE_READ)]
Claimer = Annotated[Visit, needs(Right.QUEUE_CLAIM)]

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to, as it stands in the address."""

    show: str = "open"
    kind: str = ""
    level: str = ""
    text: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Wanted:
        """Read an address; what we never write there is as if it was not said."""
        show, kind, level = given.get("show", ""), given.get("kind", ""), given.get("level", "")
        return cls(
            show if show in SHOWN else "open",
            kind if kind in KINDS else "",
            level if level in LEVELS else "",
            given.get("text", "")[:200],
        )

    def address(self, **changed: str) -> str:
        values = {"show": self.show, "kind": self.kind, "level": self.level, "text": self.text} | changed
        given = {name: value for name, value in values.items() if value and (name, value) != ("show", "open")}
        return "/queue" + (f"?{urlencode(given)}" if given else "")

    def filter(self, user: str, now: datetime, after: str) -> QueueFilter:
        return QueueFilter(
            is_open=self.show != "closed",
            free_at=now if self.show == "free" else None,
            claimed_by=user if self.show == "mine" else "",
            kind=KINDS[self.kind],
            level=LEVELS[self.level],
            text=self.text,
            after=_place(after),
            most=PER_PAGE + 1,
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One case as the list shows it."""

    row: Row
    holder: str
    age: tuple[str, int]
    harms: tuple[Harm, ...]
    is_now: bool
    is_late: bool


@dataclass(frozen=True, slots=True)
class Share:
    """How many cases had one thing in common: the key of its name, and how long its bar is."""

    name: str
    cases: int
    width: int


@router.get("/queue")
def queue(request: Request, site: TheSite, visit: Reader) -> HTMLResponse:
    wanted = Wanted.of(request.query_params)
    desk, now = site.services.cases, site.services.now()
    rows = desk.queue(wanted.filter(visit.user or "", now, request.query_params.get("after", "")[:200]))
    last = rows[PER_PAGE - 1] if len(rows) > PER_PAGE else None
    return site.page(
        request,
        "queue",
        wanted=wanted,
        lines=[line(row, now) for row in rows[:PER_PAGE]],
        older=wanted.address(after=_written(last)) if last else "",
        is_later="after" in request.query_params,
        counts=desk.store.counts(at=now),
        shown=SHOWN,
        kinds=tuple(KINDS),
        levels=tuple(LEVELS),
        closed=request.query_params.get("closed", ""),
        none_left="none" in request.query_params,
        visible=visible,
    )


@router.post("/queue/next")
def take_next(site: TheSite, visit: Claimer, posted: Form) -> Response:  # noqa: ARG001 - reading the form checks it
    """Take the most pressing case that nobody works on, and open it."""
    case = site.services.cases.next(by=visit.user or "")
    return RedirectResponse(f"/cases/{case.id}" if case else "/queue?none=1", 303)


@router.get("/trends")
def trends(request: Request, site: TheSite, _visit: Reader, days: str = "90") -> HTMLResponse:
    """Show how many cases ended how: numbers only, nobody is named."""
    chosen = days if days in PERIODS else "90"
    since = site.services.now() - timedelta(days=PERIODS[chosen])
    found = site.services.cases.store.trends(since)
    fraud = [row for row in found if row.outcome is Outcome.FRAUD]
    shares = (
        ("case.outcome", _shares(found, lambda row: f"outcome.{row.outcome.value}")),
        ("copies.tactic", _shares(fraud, lambda row: f"tactic.{row.tactic}" if row.tactic in TACTICS else "")),
        ("case.role", _shares(fraud, lambda row: f"role.{row.role}" if row.role else "")),
    )
    given = {"days": chosen, "periods": tuple(PERIODS), "tactics": TACTICS, "visible": visible}
    return site.page(request, "trends", rows=found, shares=shares, **given)


def _shares(rows: Iterable[Trend], name: Callable[[Trend], str]) -> list[Share]:
    """Add up the cases by what they are called, the most first; what has no name is left out."""
    counts: dict[str, int] = {}
    for row in rows:
        counts[name(row)] = counts.get(name(row), 0) + row.cases
    counts.pop("", None)
    most = max(counts.values(), default=1)
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return [Share(key, cases, cases * BAR // most) for key, cases in ordered[:MOST_SHARES]]


def line(row: Row, now: datetime) -> Line:
    return Line(
        row,
        row.holder(now),
        age_of(row.opened_at, now),
        tuple(harm for harm in Harm if harm.value in row.harms),
        row.lane is Lane.NOW,
        row.look_by < now,
    )


def age_of(since: datetime, now: datetime) -> tuple[str, int]:
    """Return an age as its unit and number.

    >>> from datetime import UTC
    >>> age_of(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 5, 30, tzinfo=UTC))
    ('hours', 5)
    """
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes < 120:
        return "minutes", minutes
    return ("hours", minutes // 60) if minutes < 48 * 60 else ("days", minutes // 1440)


def _written(row: Row) -> str:
    moment = row.decided_at or row.look_by
    return f"{int(row.lane)}|{moment.isoformat()}|{row.id}"


def _place(after: str) -> tuple[int, datetime, str] | None:
    """Read where the page before ended; what is none is as if nothing was said."""
    lane, _, rest = after.partition("|")
    moment, _, case_id = rest.partition("|")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (int(lane), at, case_id) if lane in {"0", "1"} and at.tzinfo is not None else None
