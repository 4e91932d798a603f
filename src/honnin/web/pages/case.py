"""One case on one page: what it is about, what is at stake, what was done, and the next thing to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from honnin.app.access import Right
from honnin.app.desk import NoCaseError
from honnin.app.lessons import proposal
from honnin.app.uploads import PICTURES, Upload, look_at
from honnin.cases.case import (
    Case,
    Decided,
    DeedAsked,
    DeedDone,
    DeedDropped,
    DeedFailed,
    Fact,
    FactAdded,
    FactKind,
    FactRemoved,
    Happening,
    Noted,
    Outcome,
    Sealed,
    Step,
    TaskAdded,
    TaskDone,
    Ticked,
    Unticked,
)
from honnin.cases.checklist import all_steps, checklist
from honnin.cases.containment import Deed, DeedKind, guide
from honnin.cases.entry import Entry, EntryKind
from honnin.cases.labels import LabelKind
from honnin.cases.triage import priority
from honnin.errors import BadInputError, HonninError
from honnin.evidence.item import Capture, Kind, Method, Source
from honnin.model import Text
from honnin.model.clock import JST
from honnin.model.text import Language
from honnin.web.marking import visible
from honnin.web.pages.queue import age_of
from honnin.web.remembered import TACTICS
from honnin.web.site import Form, Posted, Site, TheSite, Visit, event_url, needs

ROLES = ("president", "officer", "colleague", "partner", "office", "support", "bank", "other")
FACT_ROLES: Mapping[FactKind, tuple[str, ...]] = {
    FactKind.PERSON: ("impersonated", "victim", "contacted"),
    FactKind.PAYMENT: ("asked", "paid", "stopped", "returned"),
    FactKind.ACCOUNT: ("",),
    FactKind.INDICATOR: ("",),
    FactKind.MESSAGE: ("",),
}
LASTING = {"30": 30, "180": 180, "365": 365}
SHOWN_ENTRIES = 30
AT_ONCE = 3
"""Of these, so many are unfolded: in a wave one is like the other."""
LONGEST = 4_000
MOST_STEPS = 200

Reader = Annotated[Visit, needs(Right.CASES_READ)]
Worker = Annotated[Visit, needs(Right.CASES_WORK)]
Claimer = Annotated[Visit, needs(Right.QUEUE_CLAIM)]
Decider = Annotated[Visit, needs(Right.QUEUE_DECIDE)]
Container = Annotated[Visit, needs(Right.CONTAINMENT)]
Capturer = Annotated[Visit, needs(Right.EVIDENCE_CAPTURE)]

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline: when, what kind, by whom, and in words."""

    at: datetime
    what: str
    by: str
    words: str = ""


@router.get("/cases/{case_id}")
def shown(request: Request, site: TheSite, _visit: Reader, case_id: str) -> HTMLResponse:
    return _page(site, request, _found(site, case_id))


@router.get("/cases/{case_id}/lesson.yaml")
def lesson(site: TheSite, _visit: Reader, case_id: str) -> Response:
    """Hand out what the case proposes for the rules; somebody looks it over before it goes anywhere."""
    case, services = _found(site, case_id), site.services
    text = proposal(case, services.cases.told_events(case), services.copies.pack)
    if not text:
        raise HTTPException(404)
    headers = {"content-disposition": f'attachment; filename="honnin-proposal-{case.id}.yaml"'}
    return Response(text, media_type="application/yaml; charset=utf-8", headers=headers)


@router.post("/cases/{case_id}/claim")
def claim(request: Request, site: TheSite, visit: Claimer, posted: Form, case_id: str) -> Response:  # noqa: ARG001
    return _done(site, request, case_id, lambda: site.services.cases.claim(case_id, by=visit.user or ""))


@router.post("/cases/{case_id}/release")
def release(request: Request, site: TheSite, visit: Claimer, posted: Form, case_id: str) -> Response:  # noqa: ARG001
    return _done(site, request, case_id, lambda: site.services.cases.release(case_id, by=visit.user or ""))


@router.post("/cases/{case_id}/work")
def work(request: Request, site: TheSite, visit: Worker, posted: Form, case_id: str) -> Response:
    """Note, add, tick or cross out something."""
    step = _work_step(posted, site.services.cases.new_deed_id())
    if step is None:
        raise HTTPException(404)
    return _done(
        site,
        request,
        case_id,
        lambda: site.services.cases.do(case_id, step, by=visit.user or "", why=posted.line("why", LONGEST)),
    )


def _work_step(posted: Posted, new_id: str) -> Step | None:
    match posted.text("do"):
        case "note":
            return Noted(posted.text("text").strip()[:LONGEST])
        case "task":
            return TaskAdded(new_id, posted.line("text"))
        case "task-done":
            return TaskDone(posted.line("id"))
        case "tick":
            return Ticked(posted.line("id")) if posted.line("id") in {step.id for step in all_steps()} else None
        case "untick":
            return Unticked(posted.line("id"))
        case "fact":
            return FactAdded(_fact(posted, new_id))
        case "fact-removed":
            return FactRemoved(posted.line("id"))
        case _:
            return None


def _fact(posted: Posted, new_id: str) -> Fact:
    known = posted.text("kind")
    kind = FactKind(known) if known in set(FactKind) else FactKind.INDICATOR
    role = posted.text("role") if posted.text("role") in FACT_ROLES[kind] else ""
    return Fact(new_id, kind, posted.line("value"), role, posted.line("amount", 60), _time(posted), posted.line("note"))


def _time(posted: Posted) -> datetime | None:
    try:
        given = datetime.fromisoformat(posted.text("at")[:16])
    except ValueError:
        return None
    return given if given.tzinfo else given.replace(tzinfo=JST)


@router.post("/cases/{case_id}/capture")
def capture(request: Request, site: TheSite, visit: Capturer, posted: Form, case_id: str) -> Response:
    """Seal what there is of an account, and the files that were attached."""
    account = posted.text("account")
    uploads = [_handed_in(upload, account) for upload in posted.files if upload.data]
    return _done(
        site,
        request,
        case_id,
        lambda: site.services.cases.capture(case_id, account, by=visit.user or "", uploads=uploads),
        "#contain",
    )


def _handed_in(upload: Upload, account: str) -> Capture:
    """Say by its content what a file is, so that whoever is given the evidence can open it."""
    kind = look_at(upload).kind
    platform, _, account_id = account.partition(":")
    what = Kind.SCREENSHOT if kind in PICTURES else Kind.FILE
    return Capture(what, Method.UPLOAD, upload.data, kind, upload.name, Source(platform, account_id))


@router.post("/cases/{case_id}/contain")
def contain(request: Request, site: TheSite, visit: Container, posted: Form, case_id: str) -> Response:
    """Do something against an account, or have a person do it."""
    wanted = posted.text("deed")
    if wanted not in set(DeedKind):
        raise HTTPException(404)
    desk = site.services.cases
    deed = Deed(
        posted.line("id", 40) or desk.new_deed_id(),
        DeedKind(wanted),
        posted.text("account"),
        posted.line("place", 200),
        posted.text("words").strip()[:LONGEST],
    )
    return _done(site, request, case_id, lambda: desk.contain(case_id, deed, by=visit.user or ""), "#contain")


@router.post("/cases/{case_id}/deed")
def deed(request: Request, site: TheSite, visit: Container, posted: Form, case_id: str) -> Response:
    """Confirm what a person did by hand, or drop it."""
    name, words = posted.line("id", 40), posted.line("words", LONGEST)
    step: Step = DeedDropped(name) if posted.text("do") == "drop" else DeedDone(name, words)
    return _done(
        site,
        request,
        case_id,
        lambda: site.services.cases.do(case_id, step, by=visit.user or "", why=words),
        "#contain",
    )


@router.post("/cases/{case_id}/decide")
def decide(request: Request, site: TheSite, visit: Decider, posted: Form, case_id: str) -> Response:
    """Close a case and open the next one by itself."""
    wanted, by = posted.text("outcome"), visit.user or ""
    if wanted not in set(Outcome):
        return _page(site, request, _found(site, case_id), Text("結論を選んでください。", "Choose an outcome."))
    tactic, role = posted.text("tactic"), posted.text("role")
    decided = Decided(Outcome(wanted), tactic if tactic in TACTICS else "", role if role in ROLES else "")
    desk = site.services.cases
    try:
        desk.decide(
            case_id,
            decided,
            by=by,
            why=posted.line("why", LONGEST),
            reply=posted.text("reply").strip()[:LONGEST],
            learn=posted.text("learn") == "yes",
        )
    except NoCaseError:
        raise HTTPException(404) from None
    except HonninError as error:
        return _page(site, request, _found(site, case_id), error.text)
    following = desk.next(by=by) if posted.text("then") == "next" else None
    return RedirectResponse(f"/cases/{following.id}?closed={case_id}" if following else f"/queue?closed={case_id}", 303)


@router.post("/cases/{case_id}/regroup")
def regroup(request: Request, site: TheSite, visit: Decider, posted: Form, case_id: str) -> Response:
    """Open again, merge, split, or let a reporter's words not count (or count again)."""
    desk, by, why = site.services.cases, visit.user or "", posted.line("why", LONGEST)
    doings: Mapping[str, Callable[[], object]] = {
        "reopen": lambda: desk.reopen(case_id, by=by, why=why),
        "merge": lambda: desk.merge(case_id, posted.line("other", 40), by=by, why=why),
        "split": lambda: desk.split(case_id, _chosen(posted), by=by, why=why),
        "aside": lambda: desk.set_reporter_aside(posted.line("who"), by=by, why=why),
        "count": lambda: desk.count_reporter_again(posted.line("who"), by=by, why=why),
    }
    doing = doings.get(posted.text("do"))
    if doing is None:
        raise HTTPException(404)
    return _done(site, request, case_id, doing)


def _chosen(posted: Posted) -> tuple[str, ...]:
    return tuple(value for name, value in posted.fields.items() if name.startswith("entry-"))


@router.post("/cases/{case_id}/label")
def label(request: Request, site: TheSite, visit: Decider, posted: Form, case_id: str) -> Response:
    """Set a label on an account, or lift one."""
    desk, by, why = site.services.cases, visit.user or "", posted.line("why", LONGEST)
    if posted.text("do") == "lift":
        return _done(
            site, request, case_id, lambda: desk.lift_label(case_id, posted.line("id"), by=by, why=why), "#labels"
        )
    kind = posted.text("kind")
    if kind not in set(LabelKind):
        raise HTTPException(404)
    lasts = timedelta(days=LASTING.get(posted.text("days"), 180))
    account = posted.text("account")
    return _done(
        site,
        request,
        case_id,
        lambda: desk.label(case_id, account, LabelKind(kind), by=by, why=why, lasts=lasts),
        "#labels",
    )


def _found(site: Site, case_id: str) -> Case:
    try:
        return site.services.cases.case(case_id)
    except NoCaseError:
        raise HTTPException(404) from None


def _done(site: Site, request: Request, case_id: str, doing: Callable[[], object], place: str = "") -> Response:
    """Do it and show the case, or say what is missing."""
    case = _found(site, case_id)
    try:
        doing()
    except NoCaseError:
        raise HTTPException(404) from None
    except BadInputError as error:
        return _page(site, request, case, error.mistakes[0].text)
    except HonninError as error:
        return _page(site, request, _found(site, case_id), error.text)
    return RedirectResponse(f"/cases/{case.id}{place}", 303)


def _page(site: Site, request: Request, case: Case, mistake: Text | None = None) -> HTMLResponse:
    desk, now, visit = site.services.cases, site.services.now(), site.visit(request)
    entries = desk.store.entries(case.id, most=SHOWN_ENTRIES)
    main = next((entry for entry in entries if entry.kind is EntryKind.ALERT), entries[0] if entries else None)
    others = [row for account in case.accounts[:3] for row in desk.store.cases_of_account(account) if row.id != case.id]
    return site.page(
        request,
        "case",
        422 if mistake else 200,
        case=case,
        main=main,
        entries=entries,
        aside={part.id for part in case.parts if part.aside},
        entry_url=_entry_url,
        holder=case.holder(now),
        is_mine=case.holder(now) == visit.user,
        state=case.state_at(now),
        age=age_of(case.opened_at, now),
        claim_age=age_of(case.claim.at, now) if case.claim else None,
        priority=priority(case.parts, opened_at=case.opened_at),
        steps=checklist(case.harms),
        ticks={tick.step: tick for tick in case.ticks},
        ticked=sum(step.id in {tick.step for tick in case.ticks} for step in checklist(case.harms)),
        timeline=_timeline(desk.store.history(case.id), case, visit.language),
        labels=[(one, one.counts(now)) for one in desk.store.labels(case.accounts)],
        others=list({row.id: row for row in others}.values())[:10],
        mistake=mistake,
        closed=request.query_params.get("closed", ""),
        **_choices(),
    )


def _choices() -> dict[str, Any]:
    return {
        "deed_kinds": tuple(DeedKind),
        "guide": guide,
        "outcomes": tuple(Outcome),
        "tactics": TACTICS,
        "roles": ROLES,
        "fact_kinds": tuple(FactKind),
        "fact_roles": tuple(dict.fromkeys(role for roles in FACT_ROLES.values() for role in roles if role)),
        "label_kinds": tuple(LabelKind),
        "lasting": tuple(LASTING),
        "visible": visible,
        "at_once": AT_ONCE,
    }


def _entry_url(entry: Entry) -> str:
    return event_url(entry.reference, entry.source) if entry.kind is EntryKind.ALERT else f"/reports/{entry.reference}"


def _timeline(history: tuple[Happening, ...], case: Case, language: Language) -> list[Moment]:
    """Put together what happened and what was done, the newest first."""
    moments = [
        Moment(fact.at, f"fact.{fact.kind.value}", "", _of_fact(fact)) for fact in case.facts if fact.at is not None
    ]
    moments += [
        Moment(each.at, type(each.step).__name__, each.by, _words(each, case, language))
        for each in history[-MOST_STEPS:]
    ]
    return sorted(moments, key=lambda moment: moment.at, reverse=True)


def _of_fact(fact: Fact) -> str:
    return " ".join(filter(None, (fact.value, fact.amount, fact.note)))


def _words(happening: Happening, case: Case, language: Language) -> str:
    """Say what a step was about, in the words of those who did it where there are some."""
    return " · ".join(filter(None, (*_about(happening.step, case, language), happening.why)))


def _about(step: Step, case: Case, language: Language) -> Iterator[str]:
    match step:
        case Noted(text) | TaskAdded(_, text):
            yield text
        case FactAdded(fact):
            yield _of_fact(fact)
        case Ticked(known) | Unticked(known):
            yield from (each.text.in_language(language) for each in all_steps() if each.id == known)
        case Sealed(account, _):
            yield account
        case Decided(outcome):
            yield outcome.sentence.in_language(language)
        case _:
            yield from _about_deed(step, case, language)


def _about_deed(step: Step, case: Case, language: Language) -> Iterator[str]:
    """Name the deed, and what came of it."""
    match step:
        case DeedAsked(deed):
            yield f"{deed.kind.sentence.in_language(language)} {deed.account}"
        case DeedDone(deed_id, words) | DeedFailed(deed_id, words):
            yield from (one.deed.kind.sentence.in_language(language) for one in case.deeds if one.deed.id == deed_id)
            yield words
        case DeedDropped(deed_id):
            yield from (one.deed.kind.sentence.in_language(language) for one in case.deeds if one.deed.id == deed_id)
        case _:
            return
