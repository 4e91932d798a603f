"""Confirmed fraud: remembered from the page of an event, listed, forgotten, and exchanged with other sites."""

from __future__ import annotations

import io
from typing import Annotated

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from honnin.app.access import Right
from honnin.app.copies import ImportReport, Outcome
from honnin.web.pages.inbox import page_number
from honnin.web.remembered import TACTICS, event_of
from honnin.web.site import Form, Site, TheSite, Visit, event_url, local_path, needs

MOST_BYTES = 2 * 1024 * 1024
MOST_MISTAKES_SHOWN = 20
JSON_LINES = "application/jsonl; charset=utf-8"

Reader = Annotated[Visit, needs(Right.COPIES_READ)]
Editor = Annotated[Visit, needs(Right.COPIES_CHANGE)]
Exporter = Annotated[Visit, needs(Right.COPIES_EXPORT)]

router = APIRouter()


@router.get("/settings/copies")
def show(request: Request, site: TheSite, _visit: Reader) -> HTMLResponse:
    return _page(site, request)


@router.post("/settings/copies/remember")
def remember(site: TheSite, visit: Editor, posted: Form) -> Response:
    """Remember an event as confirmed fraud, and show who else received it."""
    event_id, source = posted.text("id"), posted.text("source")
    stored = site.services.verdicts.get(event_id, source)
    if stored is None:
        raise HTTPException(404)
    done = site.services.copies.remember(stored, by=visit.user or "", tactic=posted.text("tactic"))
    address = event_url(event_id, source)
    return RedirectResponse(address if done.outcome is Outcome.TOO_SHORT else f"{address}&alike=1#copies", 303)


@router.post("/settings/copies/forget")
def forget(site: TheSite, _visit: Editor, posted: Form) -> Response:
    site.services.copies.forget(posted.text("id"))
    return RedirectResponse(local_path(posted.text("next") or "/settings/copies"), 303)


@router.post("/settings/copies/forget-origin")
def forget_origin(site: TheSite, _visit: Editor, posted: Form) -> Response:
    site.services.copies.forget_origin(posted.text("origin"))
    return RedirectResponse("/settings/copies", 303)


@router.get("/settings/copies/export")
def export(request: Request, site: TheSite, _visit: Exporter) -> Response:
    everything = request.query_params.get("all") == "1"
    return StreamingResponse(
        site.services.copies.export(everything=everything),
        media_type=JSON_LINES,
        headers={"content-disposition": 'attachment; filename="honnin-copies.jsonl"'},
    )


@router.post("/settings/copies/import")
def import_file(request: Request, site: TheSite, visit: Editor, posted: Form) -> HTMLResponse:
    """Take the lines that can be read, and name what is wrong with the others."""
    if not posted.file:
        return _page(site, request, problem="copies.no_file", status=422)
    if len(posted.file) > MOST_BYTES:
        return _page(site, request, problem="copies.too_large", status=422)
    origin = posted.line("origin", 100) or posted.file_name.rsplit(".", 1)[0][:100]
    report = site.services.copies.import_lines(io.BytesIO(posted.file).read, by=visit.user or "", origin=origin)
    return _page(site, request, report=report)


def _page(
    site: Site, request: Request, *, report: ImportReport | None = None, problem: str = "", status: int = 200
) -> HTMLResponse:
    keeper = site.services.copies
    found = keeper.page(page_number(request.query_params.get("page", "1")))
    return site.page(
        request,
        "copies",
        status,
        found=found,
        pages=max(1, -(-found.total // found.per_page)),
        urls={one.id: event_of(site, one) for one in found.items},
        origins={name: count for name, count in keeper.origins().items() if name},
        tactics=TACTICS,
        days=keeper.keep_for.days,
        report=report,
        problem=problem,
        most_mistakes=MOST_MISTAKES_SHOWN,
    )
