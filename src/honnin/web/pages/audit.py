"""The record of who saw and did what: searched, and handed over as a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response, StreamingResponse

from honnin.app.access import Right
from honnin.app.audit import AuditFilter, broken_at, to_csv, to_jsonl
from honnin.model.clock import JST
from honnin.web.marking import visible
from honnin.web.pages.inbox import page_number
from honnin.web.site import Site, TheSite, Visit, needs

AREAS = (*dict.fromkeys(right.value.partition(".")[0] for right in Right), "sign-in", "link")
OUTCOMES: Mapping[str, bool | None] = {"all": None, "done": False, "refused": True}

Reader = Annotated[Visit, needs(Right.AUDIT_READ)]
Exporter = Annotated[Visit, needs(Right.AUDIT_EXPORT)]

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the record is narrowed to, as it stands in the address."""

    actor: str = ""
    area: str = ""
    thing: str = ""
    outcome: str = "all"
    since: str = ""
    until: str = ""
    page: int = 1

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Wanted:
        """Read it from an address; what is not understood stands at its usual value."""
        area, outcome = given.get("area", ""), given.get("outcome", "")
        return cls(
            given.get("actor", "").strip()[:200],
            area if area in AREAS else "",
            given.get("thing", "").strip()[:200],
            outcome if outcome in OUTCOMES else "all",
            given.get("since", "") if _day(given.get("since", "")) else "",
            given.get("until", "") if _day(given.get("until", "")) else "",
            page_number(given.get("page", "1")),
        )

    def address(self, path: str = "/settings/audit", **change: object) -> str:
        fields = {"actor": self.actor, "area": self.area, "thing": self.thing, "outcome": self.outcome}
        fields |= {"since": self.since, "until": self.until}
        return f"{path}?" + urlencode(fields | {"page": self.page} | change, errors="replace")

    def filter(self) -> AuditFilter:
        until = _day(self.until)
        return AuditFilter(
            actor=self.actor,
            action=self.area,
            thing=self.thing,
            refused=OUTCOMES[self.outcome],
            since=_day(self.since),
            until=until + timedelta(days=1) if until else None,
            page=self.page,
        )


def _day(written: str) -> datetime | None:
    """Read a day as a form sends it: its beginning in Japan."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=JST) if 2000 < day.year < 2200 else None


@router.get("/settings/audit")
def show(request: Request, site: TheSite, _visit: Reader) -> HTMLResponse:
    return _page(site, request)


@router.get("/settings/audit/check")
def check(request: Request, site: TheSite, _visit: Reader) -> HTMLResponse:
    """Go through the whole record and say whether every line follows from the one before."""
    broken = broken_at(site.services.audit.each(AuditFilter()))
    return _page(site, request, checked="audit.whole" if broken is None else "audit.broken", broken=broken or 0)


@router.get("/settings/audit/export")
def export(request: Request, site: TheSite, _visit: Exporter) -> Response:
    """Hand the chosen lines over as CSV for a spreadsheet, or as JSON lines for a program."""
    lines = site.services.audit.each(Wanted.of(request.query_params).filter())
    if request.query_params.get("form") == "jsonl":
        return _download(StreamingResponse(to_jsonl(lines), media_type="application/jsonl; charset=utf-8"), "jsonl")
    return _download(StreamingResponse(to_csv(lines), media_type="text/csv; charset=utf-8"), "csv")


def _download(response: Response, ending: str) -> Response:
    response.headers["content-disposition"] = f'attachment; filename="honnin-audit.{ending}"'
    return response


def _page(site: Site, request: Request, *, checked: str = "", broken: int = 0) -> HTMLResponse:
    wanted = Wanted.of(request.query_params)
    found = site.services.audit.search(wanted.filter())
    return site.page(
        request,
        "audit",
        wanted=wanted,
        is_narrowed=wanted.address(page=1) != Wanted().address(),
        lines=found.lines,
        total=found.total,
        pages=max(1, -(-found.total // found.per_page)),
        areas=AREAS,
        outcomes=list(OUTCOMES),
        checked=checked,
        broken=broken,
        visible=visible,
    )
