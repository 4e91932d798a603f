"""Reports as staff see them: what came in, one report in full with its pictures, and the answer to its reporter."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from honnin.app.access import Reach, Right
from honnin.app.receipts import typed_number
from honnin.cases.report import Report, State
from honnin.web.marking import visible
from honnin.web.pages.inbox import page_number
from honnin.web.pages.report import PLATFORMS
from honnin.web.site import Form, Site, TheSite, Visit, event_url, needs

PER_PAGE = 30
LONGEST_REPLY = 4_000
ANSWERS = tuple(state for state in State if state is not State.RECEIVED)

Reader = Annotated[Visit, needs(Right.REPORTS_READ)]
Answerer = Annotated[Visit, needs(Right.REPORTS_ANSWER)]

router = APIRouter()


@router.get("/reports")
def listed(request: Request, site: TheSite, visit: Reader, before: str = "") -> HTMLResponse:
    """Show what came in, newest first; who may only see their own sees those."""
    everything = visit.actor is not None and visit.actor.reach(Right.REPORTS_READ) is Reach.ALL
    by = None if everything else visit.user or ""
    place = page_number(before) if before else 0
    found = site.services.reports.store.newest(before=place, most=PER_PAGE + 1, by=by)
    older = found[PER_PAGE - 1][0] if len(found) > PER_PAGE else 0
    rows = [(report, _excerpt(report)) for _, report in found[:PER_PAGE]]
    return site.page(request, "reports", rows=rows, older=older, visible=visible)


def _excerpt(report: Report) -> str:
    words = " ".join(report.words[:400].split())
    return visible(words[:120] + ("…" if len(words) > 120 else ""))


@router.get("/reports/{number}")
def one(request: Request, site: TheSite, visit: Reader, number: str) -> HTMLResponse:
    return _page(site, request, _permitted(site, visit, Right.REPORTS_READ, number))


def _permitted(site: Site, visit: Visit, right: Right, number: str) -> Report:
    """Return the report, where they may have it; that they did is written down."""
    found = site.services.reports.store.get(typed_number(number))
    if found is None:
        raise HTTPException(404)
    site.services.access.permit(visit.actor, right, f"report:{found.number}", owner=found.by)
    return found


def _page(site: Site, request: Request, report: Report, done: str = "", mistake: str = "") -> HTMLResponse:
    return site.page(
        request,
        "report",
        422 if mistake else 200,
        report=report,
        done=done,
        mistake=mistake,
        answers=[state for state in ANSWERS if report.state.may_become(state)],
        event=event_url(report.event_id, report.source) if report.event_id else "",
        platforms=PLATFORMS,
        visible=visible,
    )


@router.get("/reports/{number}/pictures/{sha256}")
def picture(site: TheSite, visit: Reader, number: str, sha256: str) -> Response:
    """Show a picture as we drew it anew; the original is never sent to a browser from here."""
    report = _permitted(site, visit, Right.REPORTS_READ, number)
    drawn = site.services.reports.store.picture(report.number, sha256)
    if drawn is None:
        raise HTTPException(404)
    return Response(drawn, media_type="image/jpeg", headers={"content-disposition": "inline"})


@router.post("/reports/{number}/answer")
def answer(request: Request, site: TheSite, visit: Answerer, number: str, posted: Form) -> HTMLResponse:
    """Tell the reporter how far it has come."""
    report = _permitted(site, visit, Right.REPORTS_ANSWER, number)
    state = next((each for each in ANSWERS if each.value == posted.text("state")), None)
    reply = posted.text("reply").replace("\r\n", "\n").strip()[:LONGEST_REPLY]
    if state is None or not site.services.reports.move(report.number, state, reply=reply):
        return _page(site, request, report, mistake="desk.not_answered")
    return _page(site, request, _permitted(site, visit, Right.REPORTS_READ, number), done="desk.answered")
