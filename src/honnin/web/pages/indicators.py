"""Indicators: proposed ones to agree to, what is shared, what others shared, appeals, and what may never be one."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from honnin.app.access import Right
from honnin.app.clues import clues
from honnin.app.desk import NoCaseError
from honnin.app.indicators import Form as ExportForm
from honnin.app.indicators import IndicatorFilter, IndicatorImport, Proposed
from honnin.errors import BadInputError, HonninError
from honnin.model import Text
from honnin.sharing.indicator import Indicator, Standing, Tlp
from honnin.sharing.values import Kind
from honnin.web.pages.inbox import page_number
from honnin.web.site import Form, Posted, Site, TheSite, Visit, needs

MOST_MISTAKES_SHOWN = 20
SHORTEST_KEY = 32

Reader = Annotated[Visit, needs(Right.INDICATORS_READ)]
Editor = Annotated[Visit, needs(Right.INDICATORS_CHANGE)]
Exporter = Annotated[Visit, needs(Right.INDICATORS_EXPORT)]

E = TypeVar("E", bound=StrEnum)

router = APIRouter()


@router.get("/indicators")
def show(request: Request, site: TheSite, _visit: Reader) -> HTMLResponse:
    return _list(site, request)


@router.get("/indicators/export")
def export(request: Request, site: TheSite, _visit: Exporter) -> Response:
    """Hand out what may go to the chosen circle."""
    asked = request.query_params
    form = _chosen(ExportForm, asked.get("form", ""), ExportForm.STIX)
    widest = _chosen(Tlp, asked.get("tlp", ""), Tlp.AMBER)
    try:
        found = site.services.indicators.export(form, widest=widest, everything=asked.get("all") == "1")
    except HonninError as error:
        return _list(site, request, refused=error.text, status=409)
    return Response(
        found.content,
        media_type=found.media_type,
        headers={"content-disposition": f'attachment; filename="{found.file_name}"'},
    )


@router.post("/indicators/import")
def import_file(request: Request, site: TheSite, visit: Editor, posted: Form) -> HTMLResponse:
    """Take what can be taken, and name what is wrong with the rest."""
    if not posted.file:
        return _list(site, request, problem="indicators.no_file", status=422)
    origin = posted.line("origin", 100) or posted.file_name.rsplit(".", 1)[0][:100]
    try:
        report = site.services.indicators.import_file(posted.file, by=visit.user or "", origin=origin)
    except BadInputError as error:
        report = IndicatorImport(0, 0, 0, 0, 1, list(error.mistakes))
    return _list(site, request, report=report)


@router.post("/indicators/propose")
def propose(request: Request, site: TheSite, visit: Editor, posted: Form) -> HTMLResponse:
    """Propose what a case names, and say what cannot become an indicator and why."""
    try:
        case = site.services.cases.case(posted.line("case", 100))
    except NoCaseError:
        raise HTTPException(404) from None
    found = clues(case, site.services.cases.told_events(case))
    proposed = site.services.indicators.propose(found, by=visit.user or "", case_id=case.id)
    return _list(site, request, proposed=proposed)


@router.post("/indicators/forget-origin")
def forget_origin(site: TheSite, _visit: Editor, posted: Form) -> Response:
    site.services.indicators.store.remove_origin(posted.text("origin"))
    return RedirectResponse("/indicators", 303)


@router.post("/indicators/noise")
def add_noise(request: Request, site: TheSite, visit: Editor, posted: Form) -> Response:
    """Say that something may never be an indicator here."""
    kind = _chosen(Kind, posted.text("kind"), Kind.DOMAIN)
    try:
        site.services.indicators.add_noise(
            kind, posted.line("value", 2_000), by=visit.user or "", reason=posted.line("reason", 500)
        )
    except HonninError as error:
        return _list(site, request, refused=error.text, status=422)
    return RedirectResponse("/indicators#noise", 303)


@router.post("/indicators/noise/remove")
def remove_noise(site: TheSite, _visit: Editor, posted: Form) -> Response:
    kind = _chosen(Kind, posted.text("kind"), Kind.DOMAIN)
    site.services.indicators.store.remove_noise(kind, posted.text("value"))
    return RedirectResponse("/indicators#noise", 303)


@router.get("/indicators/{key}")
def one(request: Request, site: TheSite, _visit: Reader, key: str) -> HTMLResponse:
    return _one_page(site, request, key, request.query_params.get("origin", ""))


@router.post("/indicators/{key}")
def change(request: Request, site: TheSite, visit: Editor, posted: Form, key: str) -> Response:
    """Agree to one, note an appeal or decide it, withdraw one."""
    origin = posted.text("origin")
    try:
        found = _changed(site, key, origin, posted, visit.user or "")
    except HonninError as error:
        return _one_page(site, request, key, origin, refused=error.text, status=409)
    if found is None:
        raise HTTPException(404)
    return RedirectResponse(indicator_url(found), 303)


def _changed(site: Site, key: str, origin: str, posted: Posted, by: str) -> Indicator | None:
    keeper, words = site.services.indicators, posted.text("words")[:2_000]
    match posted.text("step"):
        case "accept":
            return keeper.accept(key, by=by, tlp=_chosen(Tlp, posted.text("tlp"), Tlp.AMBER))
        case "appeal":
            return keeper.appeal(key, by=by, words=words)
        case "keep":
            return keeper.decide_appeal(key, by=by, words=words, keep=True)
        case "withdraw":
            return keeper.withdraw(key, by=by, words=words, origin=origin)
        case _:
            raise HTTPException(404)


def indicator_url(found: Indicator) -> str:
    return f"/indicators/{found.key}" + (f"?{urlencode({'origin': found.origin})}" if found.origin else "")


def _chosen(kind: type[E], given: str, usual: E) -> E:
    return kind(given) if given in set(kind) else usual


def _filter(request: Request) -> IndicatorFilter:
    asked = request.query_params
    kind, standing = asked.get("kind", ""), asked.get("standing", "")
    origin = asked.get("origin", "")
    return IndicatorFilter(
        kind=Kind(kind) if kind in set(Kind) else None,
        standing=Standing(standing) if standing in set(Standing) else None,
        origin="" if origin == "own" else origin or None,
        text=asked.get("text", "")[:200],
        page=page_number(asked.get("page", "1")),
    )


def _list(
    site: Site,
    request: Request,
    *,
    report: IndicatorImport | None = None,
    proposed: tuple[Proposed, ...] | None = None,
    problem: str = "",
    refused: Text | None = None,
    status: int = 200,
) -> HTMLResponse:
    keeper = site.services.indicators
    wanted = _filter(request)
    found = keeper.store.search(wanted)
    shown = {"kind": wanted.kind, "standing": wanted.standing, "text": wanted.text}
    query = urlencode({name: value for name, value in shown.items() if value})
    return site.page(
        request,
        "indicators",
        status,
        found=found,
        pages=max(1, -(-found.total // found.per_page)),
        wanted=wanted,
        query=query,
        kinds=list(Kind),
        standings=list(Standing),
        tlps=list(Tlp),
        forms=list(ExportForm),
        origins=keeper.store.origins(),
        noise=keeper.store.noise(),
        can_export=bool(keeper.producer.appeal),
        indicator_url=indicator_url,
        report=report,
        proposed=proposed,
        problem=problem,
        refused=refused,
        most_mistakes=MOST_MISTAKES_SHOWN,
    )


def _one_page(
    site: Site, request: Request, key: str, origin: str, *, refused: Text | None = None, status: int = 200
) -> HTMLResponse:
    keeper = site.services.indicators
    found = keeper.store.get(key, origin) if len(key) == SHORTEST_KEY else None
    if found is None:
        raise HTTPException(404)
    return site.page(
        request,
        "indicator",
        status,
        one=found,
        notes=keeper.store.notes(key, origin),
        others=[each for each in keeper.store.of_key(key) if each.origin != origin],
        is_over=found.expires_at <= site.services.now(),
        tlps=list(Tlp),
        indicator_url=indicator_url,
        refused=refused,
    )
