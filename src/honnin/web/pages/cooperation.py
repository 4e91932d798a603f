"""Requests for what we know: received, checked, prepared by one person and approved by another, handed over, logged."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from honnin.app.access import Actor, NotAllowedError, Right
from honnin.app.cooperation import PACKABLE, STEP_RIGHTS, Choice
from honnin.errors import HonninError
from honnin.evidence.item import Item
from honnin.model import Text
from honnin.model.clock import JST
from honnin.sharing import request as rq
from honnin.sharing.disclosure import log_row
from honnin.sharing.letters import Letter as LetterKind
from honnin.sharing.request import Asked, Basis, Notice, NumberSource, Requester, State, Step
from honnin.web.pages.inbox import page_number
from honnin.web.site import Form, Posted, Site, TheSite, Visit, needs

MOST_CHOSEN = 40
LONGEST = 5_000

Reader = Annotated[Visit, needs(Right.COOPERATION_READ)]
Preparer = Annotated[Visit, needs(Right.COOPERATION_PREPARE)]
Releaser = Annotated[Visit, needs(Right.COOPERATION_RELEASE)]

router = APIRouter()


@router.get("/cooperation")
def show(request: Request, site: TheSite, visit: Reader) -> HTMLResponse:
    state = request.query_params.get("state", "")
    wanted = State(state) if state in set(State) else None
    found = site.services.cooperation.page(
        _actor(visit), page_number(request.query_params.get("page", "1")), state=wanted
    )
    return site.page(
        request,
        "cooperation",
        found=found,
        pages=max(1, -(-found.total // found.per_page)),
        states=[one for one in State if one is not State.ERASED],
        wanted=wanted,
        now=site.services.now(),
    )


@router.get("/cooperation/new")
def new(request: Request, site: TheSite, _visit: Preparer) -> HTMLResponse:
    return _new(site, request, {"case_id": request.query_params.get("case", "")[:100]})


@router.post("/cooperation")
def receive(request: Request, site: TheSite, visit: Preparer, posted: Form) -> Response:
    """Open a request from what came in."""
    try:
        made = site.services.cooperation.receive(_actor(visit), _letter(posted))
    except HonninError as error:
        return _new(site, request, dict(posted.fields), refused=error.text)
    return RedirectResponse(f"/cooperation/{made.id}", 303)


@router.get("/cooperation/log")
def log(request: Request, site: TheSite, visit: Reader) -> HTMLResponse:
    return site.page(request, "cooperation_log", rows=site.services.cooperation.log(_actor(visit)))


@router.get("/cooperation/log.csv")
def log_csv(site: TheSite, visit: Reader) -> Response:
    return _file(site.services.cooperation.log_csv(_actor(visit)), "text/csv; charset=utf-8", "honnin-disclosures.csv")


@router.get("/cooperation/counts")
def counts(request: Request, site: TheSite, visit: Reader) -> HTMLResponse:
    return site.page(request, "cooperation_counts", years=site.services.cooperation.counts(_actor(visit)))


@router.get("/cooperation/{request_id}")
def one(request: Request, site: TheSite, visit: Reader, request_id: str) -> HTMLResponse:
    return _one(site, request, visit, _found(site, visit, request_id))


@router.post("/cooperation/{request_id}/step")
def take(request: Request, site: TheSite, visit: Reader, posted: Form, request_id: str) -> Response:
    """Take the next step; which right it needs is looked up for each."""
    try:
        after = site.services.cooperation.take(_actor(visit), request_id, _step(posted))
    except NotAllowedError:
        raise
    except HonninError as error:
        found = _found(site, visit, request_id)
        return _one(site, request, visit, found, refused=error.text, given=dict(posted.fields))
    if after is None:
        raise HTTPException(404)
    return RedirectResponse(f"/cooperation/{quote(request_id)}", 303)


@router.get("/cooperation/{request_id}/prepare")
def choose(request: Request, site: TheSite, visit: Preparer, request_id: str) -> HTMLResponse:
    return _prepare_page(site, request, visit, request_id, {})


@router.post("/cooperation/{request_id}/prepare")
def prepare(request: Request, site: TheSite, visit: Preparer, posted: Form, request_id: str) -> Response:
    """Show what would go out, or lay it before the second person."""
    desk, actor = site.services.cooperation, _actor(visit)
    choice = _choice(posted)
    try:
        if posted.text("do") == "prepare":
            if desk.prepare(actor, request_id, choice) is None:
                raise HTTPException(404)
            return RedirectResponse(f"/cooperation/{quote(request_id)}", 303)
        preview = desk.preview(actor, _found(site, visit, request_id), choice)
    except NotAllowedError:
        raise
    except HonninError as error:
        return _prepare_page(site, request, visit, request_id, dict(posted.fields), refused=error.text)
    return _prepare_page(site, request, visit, request_id, dict(posted.fields), preview=preview)


@router.get("/cooperation/{request_id}/copies")
def copies(request: Request, site: TheSite, visit: Reader, request_id: str) -> HTMLResponse:
    """Show the very copies that are to be approved."""
    found = _found(site, visit, request_id)
    made = site.services.cooperation.copies(_actor(visit), found)
    items = found.preparation.items if found.preparation else ()
    shown = [
        (item, copy.content.decode("utf-8", "replace"), copy.redactions)
        for item in items
        for copy in made
        if copy.sha256 == item.copy_sha256
    ]
    return site.page(request, "cooperation_copies", found=found, shown=shown, may=_may(visit))


@router.get("/cooperation/{request_id}/package")
def package(request: Request, site: TheSite, visit: Releaser, request_id: str) -> Response:
    found = _found(site, visit, request_id)
    try:
        content = site.services.cooperation.package(_actor(visit), found)
    except NotAllowedError:
        raise
    except HonninError as error:
        return _one(site, request, visit, found, refused=error.text)
    return _file(content, "application/zip", f"{found.id}.zip")


@router.get("/cooperation/{request_id}/letters/{kind}")
def letter(request: Request, site: TheSite, visit: Preparer, request_id: str, kind: str) -> HTMLResponse:
    if kind not in set(LetterKind):
        raise HTTPException(404)
    found = _found(site, visit, request_id)
    text = site.services.cooperation.letter(LetterKind(kind), found)
    return site.page(request, "cooperation_letter", found=found, kind=kind, text=text)


def _file(content: bytes, media_type: str, name: str) -> Response:
    disposition = f'attachment; filename="{name}"'
    return Response(content, media_type=media_type, headers={"content-disposition": disposition})


def _actor(visit: Visit) -> Actor:
    assert visit.actor is not None  # the gate let them through
    return visit.actor


def _found(site: Site, visit: Visit, request_id: str) -> rq.Request:
    found = site.services.cooperation.get(_actor(visit), request_id)
    if found is None:
        raise HTTPException(404)
    return found


def _may(visit: Visit) -> dict[str, bool]:
    """Say which steps to offer; whether they may is decided again when they are taken."""
    return {kind.__name__: visit.may(right.value) for kind, right in STEP_RIGHTS.items()}


def _letter(posted: Posted) -> rq.Letter:
    requester = posted.text("requester")
    contacts = (line.strip()[:200] for line in posted.text("contacts").splitlines())
    return rq.Letter(
        requester=Requester(requester) if requester in set(Requester) else Requester.INVESTIGATOR,
        office=posted.line("office"),
        person=posted.line("person"),
        rank=posted.line("rank"),
        channel=posted.line("channel", 100),
        document_no=posted.line("document_no"),
        case_no=posted.line("case_no"),
        period=posted.line("period"),
        asked_for=posted.text("asked_for").strip()[:LONGEST],
        contacts=tuple(contact for contact in contacts if contact)[:20],
        case_id=posted.line("case_id", 100),
        confidential=posted.text("confidential") == "1",
    )


def _step(posted: Posted) -> Step:
    """Read a step from its form; one that no form offers is not there."""
    reason = posted.text("reason").strip()[:LONGEST]
    match posted.text("step"):
        case "authenticate" | "scope" | "review":
            return _check(posted, reason)
        case "approve":
            return rq.Approve(posted.line("digest", 64))
        case "send_back":
            return rq.SendBack(reason)
        case "release":
            return rq.Release(posted.line("method"), posted.line("recipient"), posted.line("office"))
        case "record":
            notice = posted.text("notice")
            return rq.Record(
                posted.line("receipt"),
                Notice(notice) if notice in set(Notice) else Notice.ALLOWED,
                _day(posted, "delayed_until"),
            )
        case "refuse":
            return rq.Refuse(reason)
        case "invite":
            return rq.Invite(posted.line("name", 200))
        case "hold" | "extend_hold" | "end_hold":
            return _hold(posted, reason)
        case _:
            raise HTTPException(404)


def _check(posted: Posted, reason: str) -> Step:
    match posted.text("step"):
        case "authenticate":
            source = posted.text("source")
            return rq.Authenticate(
                posted.line("number", 60),
                NumberSource(source) if source in set(NumberSource) else NumberSource.OFFICIAL_SITE,
                posted.line("source_detail"),
                posted.line("answered_by"),
            )
        case "scope":
            basis = posted.text("basis")
            granted = frozenset(one for one in Asked if posted.text(f"asked_{one.value}") == "1")
            fits = Basis(basis) if basis in set(Basis) else Basis.INQUIRY
            return rq.CheckScope(fits, granted, posted.text("third_party") != "0", reason)
        case _:
            return rq.Review(posted.line("counsel"), reason)


def _hold(posted: Posted, reason: str) -> Step:
    until = _day(posted, "until")
    if posted.text("step") == "end_hold":
        return rq.EndHold(reason)
    if until is None:
        raise rq.StepRefusedError(Text("日付を選んでください。", "Choose a day."))
    if posted.text("step") == "extend_hold":
        return rq.ExtendHold(until, posted.line("document_no"))
    return rq.Hold(until, posted.line("document_no"))


def _day(posted: Posted, name: str) -> datetime | None:
    """Return the end of a day in Japan, None where none was chosen."""
    try:
        return datetime.strptime(posted.line(name, 10), "%Y-%m-%d").replace(tzinfo=JST) + timedelta(days=1, seconds=-1)
    except ValueError:
        return None


def _choice(posted: Posted) -> Choice:
    def lines(name: str) -> tuple[str, ...]:
        return tuple(line.strip()[:200] for line in posted.text(name).splitlines() if line.strip())[:200]

    words = (line.rpartition("|") for line in lines("words"))
    return Choice(
        items=tuple(name.removeprefix("item_") for name in posted.fields if name.startswith("item_")),
        keep=lines("keep"),
        names=lines("names"),
        employee_ids=lines("employee_ids"),
        involved=lines("involved"),
        words=tuple((word.strip(), reason.strip()) if sign else (reason.strip(), "") for word, sign, reason in words),
    )


def _new(site: Site, request: Request, given: dict[str, str], *, refused: Text | None = None) -> HTMLResponse:
    return site.page(
        request,
        "cooperation_new",
        422 if refused else 200,
        requesters=list(Requester),
        given=given,
        refused=refused,
    )


def _one(
    site: Site,
    request: Request,
    visit: Visit,
    found: rq.Request,
    *,
    refused: Text | None = None,
    given: dict[str, str] | None = None,
) -> HTMLResponse:
    return site.page(
        request,
        "cooperation_one",
        409 if refused else 200,
        found=found,
        row=log_row(found),
        may=_may(visit),
        is_preparer=visit.user in found.preparers,
        can_package=found.state in PACKABLE and visit.may(Right.COOPERATION_RELEASE.value),
        bases=rq.BASES[found.letter.requester],
        asked=list(Asked),
        communications=rq.COMMUNICATIONS,
        sources=list(NumberSource),
        notices=list(Notice),
        letters=list(LetterKind),
        is_held=found.is_held(site.services.now()),
        warrant=site.services.cooperation.policy.warrant_for_communications,
        way=[one for one in State if one not in {State.REFUSED, State.ERASED}],
        refused=refused,
        given=given or {},
    )


def _prepare_page(
    site: Site,
    request: Request,
    visit: Visit,
    request_id: str,
    given: dict[str, str],
    *,
    preview: object = None,
    refused: Text | None = None,
) -> HTMLResponse:
    found = _found(site, visit, request_id)
    items: tuple[Item, ...] = site.services.cooperation.items(_actor(visit), found)
    return site.page(
        request,
        "cooperation_prepare",
        409 if refused else 200,
        found=found,
        items=items[:MOST_CHOSEN],
        more=max(0, len(items) - MOST_CHOSEN),
        given=given,
        preview=preview,
        refused=refused,
    )
