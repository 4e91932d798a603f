"""The report desk for everybody: first steps, the form, the receipt, and what became of it. No account is needed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from honnin.app.access import Right
from honnin.app.first_steps import first_steps
from honnin.app.reports import LONGEST_TEXT, Receipt, exported, told_from
from honnin.app.uploads import MB, MOST_BYTES, MOST_BYTES_TOGETHER, MOST_FILES
from honnin.cases.report import Happened, Report, Reporter, Sent
from honnin.errors import BadInputError
from honnin.model.clock import JST
from honnin.model.text import Language
from honnin.web.limits import RateLimit
from honnin.web.marking import visible
from honnin.web.pages.check import asked_of, event_of
from honnin.web.services import Services
from honnin.web.site import Form, Posted, Site, TheSite, Visit, address_of, event_url, kept_by, needs, source_of
from honnin.web.words import say

PLATFORMS: Mapping[str, str] = {
    "chatwork": "Chatwork",
    "line": "LINE",
    "line_works": "LINE WORKS",
    "slack": "Slack",
    "teams": "Microsoft Teams",
    "facebook": "Facebook",
    "instagram": "Instagram",
    "x": "X",
    "mail": "",
    "sms": "",
    "phone": "",
    "other": "",
}
"""Where it happened; those without a name of their own are named in the visitor's language."""

HOUR = 3600
QUICKEST = timedelta(seconds=3)
"""No person fills in the form faster. Who seems to have done so presses once more; a program that is blind does not."""
TICKET_LASTS = timedelta(hours=24)
LOOK_UPS_PER_MINUTE = 20
BODIES_FOR_EACH_REPORT = 6
MOST_CHOSEN = 40
LONGEST_LINE = 300
TRAP = "website"

Sender = Annotated[Visit, needs(Right.REPORTS_SEND)]

router = APIRouter()


class Limits:
    """How often one address may report and look up. Counted in memory and forgotten soon; nobody else is asked."""

    def __init__(self, services: Services) -> None:
        most = services.settings.reports_per_hour
        self.reports = RateLimit(most, services.now, HOUR)
        self.bodies = RateLimit(most * BODIES_FOR_EACH_REPORT, services.now, HOUR)
        self.look_ups = RateLimit(LOOK_UPS_PER_MINUTE, services.now)


def _limits(request: Request) -> Limits:
    limits: Limits = request.app.state.report_limits
    return limits


async def _posted(request: Request, site: TheSite) -> tuple[Posted, bool]:
    site.allow(_limits(request).bodies, request)
    return await site.sent(request, most_files=MOST_CHOSEN)


WithFiles = Annotated[tuple[Posted, bool], Depends(_posted)]


@dataclass(frozen=True, slots=True)
class Told:
    """What was put into the form, kept so that it can be mended and sent again."""

    happened: str = ""
    text: str = ""
    claimed_name: str = ""
    claimed_company: str = ""
    platform: str = ""
    account_id: str = ""
    when: str = ""
    sent: tuple[Sent, ...] = ()
    amount: str = ""
    paid_to: str = ""
    contact: str = ""

    @classmethod
    def of(cls, posted: Posted) -> Told:
        return cls(
            happened=posted.text("happened"),
            text=posted.text("text").replace("\r\n", "\n"),
            claimed_name=posted.line("claimed_name", LONGEST_LINE),
            claimed_company=posted.line("claimed_company", LONGEST_LINE),
            platform=posted.line("platform", 40),
            account_id=posted.line("account_id", LONGEST_LINE),
            when=posted.line("when", 40),
            sent=tuple(each for each in Sent if posted.text(f"sent.{each.value}") == "yes"),
            amount=posted.line("amount", 100),
            paid_to=posted.line("paid_to", LONGEST_LINE),
            contact=posted.line("contact", LONGEST_LINE),
        )

    def is_empty(self, posted: Posted) -> bool:
        said = (self.text.strip(), self.claimed_name, self.claimed_company, self.account_id, self.paid_to)
        return not (any(said) or posted.files)

    def report(self, visit: Visit, at: datetime) -> Report:
        """Return it as a report, which gets its number when it is kept."""
        happened = Happened(self.happened) if self.happened in set(Happened) else Happened.OTHER
        reporter = Reporter.STAFF if visit.user else Reporter.GUEST
        return Report(
            number="",
            received_at=at,
            reporter=Reporter.OWNER if happened is Happened.MY_ACCOUNT else reporter,
            happened=happened,
            text=self.text.strip(),
            claimed_name=self.claimed_name,
            claimed_company=self.claimed_company,
            platform=self.platform if self.platform in PLATFORMS else "",
            account_id=self.account_id,
            when=_moment(self.when),
            sent=self.sent,
            amount=self.amount,
            paid_to=self.paid_to,
            language=visit.language,
            contact=self.contact,
            by=visit.user or "",
        )


def _moment(given: str) -> datetime | None:
    """Read a time as a form field gives it, which people in Japan read on their clocks."""
    try:
        return datetime.fromisoformat(given).replace(tzinfo=JST).astimezone(UTC) if given else None
    except (ValueError, OverflowError):
        return None


@router.get("/report")
def start(request: Request, site: TheSite) -> HTMLResponse:
    return site.page(request, "report_start", sent=list(Sent), chosen=_sent(request))


def _sent(request: Request) -> tuple[Sent, ...]:
    given = set(request.query_params.getlist("sent"))
    return tuple(each for each in Sent if each.value in given)


@router.get("/report/first")
def first(request: Request, site: TheSite) -> Response:
    sent = _sent(request)
    if not sent:
        return site.remember(request, RedirectResponse("/report/form", 303))
    return site.page(request, "report_first", help=first_steps(), after=first_steps().after(sent), query=_query(sent))


def _query(sent: Sequence[Sent]) -> str:
    return urlencode([("sent", each.value) for each in sent])


@router.get("/report/form")
def form(request: Request, site: TheSite) -> HTMLResponse:
    return _form(site, request, Told(sent=_sent(request)))


def _form(
    site: Site, request: Request, told: Told, mistakes: Sequence[str] = (), *, ticket: str = "", status: int = 200
) -> HTMLResponse:
    return site.page(
        request,
        "report_form",
        status,
        told=told,
        mistakes=list(mistakes),
        ticket=ticket or site.services.reports.ticket(site.services.new_token()),
        happened=list(Happened),
        sent=list(Sent),
        platforms=PLATFORMS,
        trap=TRAP,
        query=_query(told.sent),
        replies=site.services.settings.report_replies,
        limits={"count": MOST_FILES, "one": MOST_BYTES // MB, "all": MOST_BYTES_TOGETHER // MB},
    )


@router.post("/report/form")
def send(request: Request, site: TheSite, given: WithFiles) -> HTMLResponse:
    """Take the report, or show the form again with every word that was written. Nothing is lost on the way."""
    posted, is_theirs = given
    told, desk, now = Told.of(posted), site.services.reports, site.services.now()
    language, ticket = site.visit(request).language, desk.read_ticket(posted.text("ticket"))

    def again(key: str, status: int = 422, ticket: str = "") -> HTMLResponse:
        why = [say(key, language)]
        why += [say("report.files_again", language)] if posted.files else []
        return _form(site, request, told, why, ticket=ticket, status=status)

    if not is_theirs or ticket is None or not now - TICKET_LASTS <= ticket.issued_at <= now:
        return again("report.mistake.expired", 403)
    if posted.text(TRAP):
        return again("report.mistake.trap", ticket=posted.text("ticket"))
    if now - ticket.issued_at < QUICKEST:
        return again("report.mistake.quick", ticket=posted.text("ticket"))
    if told.is_empty(posted):
        return again("report.mistake.empty", ticket=posted.text("ticket"))
    if len(told.text) > LONGEST_TEXT:
        return again("report.mistake.long", ticket=posted.text("ticket"))
    if not _limits(request).reports.allows(address_of(request)):
        return again("report.mistake.many", 429, posted.text("ticket"))
    try:
        receipt = desk.receive(told.report(site.visit(request), now), posted.files, once=ticket.once)
    except BadInputError as error:
        why = [*_said(error, language), say("report.files_again", language)]
        return _form(site, request, told, why, ticket=posted.text("ticket"), status=422)
    return _receipt(site, request, receipt)


def _said(error: BadInputError, language: Language) -> list[str]:
    return [
        (f"{visible(each.field)}: " if each.field != "files" else "") + each.text.in_language(language)
        for each in error.mistakes
    ]


def _receipt(site: Site, request: Request, receipt: Receipt) -> HTMLResponse:
    query = _query(receipt.report.sent)
    replies = site.services.settings.report_replies
    return site.page(
        request, "report_receipt", report=receipt.report, secret=receipt.secret, query=query, replies=replies
    )


@router.get("/report/status")
def ask_status(request: Request, site: TheSite) -> HTMLResponse:
    return site.page(request, "report_ask", mistake="", number="")


@router.post("/report/status")
def show_status(request: Request, site: TheSite, posted: Form) -> HTMLResponse:
    return _status(site, request, posted)


def _status(site: Site, request: Request, posted: Posted, done: str = "", mistakes: Sequence[str] = ()) -> HTMLResponse:
    report = _theirs(site, request, posted)
    if isinstance(report, HTMLResponse):
        return report
    return site.page(
        request,
        "report_status",
        422 if mistakes else 200,
        report=report,
        secret=posted.line("secret", 100),
        done=done,
        mistakes=list(mistakes),
        replies=site.services.settings.report_replies,
        platforms=PLATFORMS,
        visible=visible,
        limits={"count": MOST_FILES, "one": MOST_BYTES // MB, "all": MOST_BYTES_TOGETHER // MB},
    )


def _theirs(site: Site, request: Request, posted: Posted) -> Report | HTMLResponse:
    """Return the report whose number and secret were given, or the page that says they do not fit: always the same one."""
    number = posted.line("number", 100)
    if not _limits(request).look_ups.allows(address_of(request)):
        return site.page(request, "report_ask", 429, mistake="status.too_many", number=number)
    found = site.services.reports.look_up(number, posted.line("secret", 100))
    return found or site.page(request, "report_ask", 422, mistake="status.unknown", number=number)


@router.post("/report/add")
def add(request: Request, site: TheSite, given: WithFiles) -> HTMLResponse:
    posted, is_theirs = given
    report = _theirs(site, request, posted)
    if isinstance(report, HTMLResponse):
        return report
    language = site.visit(request).language
    if not is_theirs:
        return _status(site, request, posted, mistakes=[say("report.mistake.expired", language)])
    text = posted.text("text").replace("\r\n", "\n").strip()
    if len(text) > LONGEST_TEXT:
        return _status(site, request, posted, mistakes=[say("report.mistake.long", language)])
    if not text and not posted.files:
        return _status(site, request, posted, mistakes=[say("report.mistake.empty", language)])
    if not _limits(request).reports.allows(address_of(request)):
        return _status(site, request, posted, mistakes=[say("report.mistake.many", language)])
    try:
        site.services.reports.add(report.number, posted.line("secret", 100), text, posted.files)
    except BadInputError as error:
        return _status(site, request, posted, mistakes=_said(error, language))
    return _status(site, request, posted, "status.added_now")


@router.post("/report/erase")
def erase(request: Request, site: TheSite, posted: Form) -> HTMLResponse:
    """Forget whom to write to, as its owner asks."""
    report = _theirs(site, request, posted)
    if isinstance(report, HTMLResponse):
        return report
    done = site.services.reports.erase_contact(report.number)
    return _status(site, request, posted, "status.contact_erased" if done else "status.contact_held")


@router.post("/report/copy")
def copy(request: Request, site: TheSite, posted: Form) -> Response:
    """Hand out everything the reporter gave us, and what we told them."""
    report = _theirs(site, request, posted)
    if isinstance(report, HTMLResponse):
        return report
    if site.services.settings.report_replies == "no":
        report = without_outcome(report)
    written = json.dumps(exported(report), ensure_ascii=False, indent=2).encode("utf-8", "replace")
    headers = {"content-disposition": f'attachment; filename="report-{report.number}.json"'}
    return Response(written, media_type="application/json", headers=headers)


def without_outcome(report: Report) -> Report:
    """Return the report as its reporter sees it where the operator gives no individual answers."""
    return replace(report, state=Report(number="", received_at=report.received_at).state, state_at=None, reply="")


@router.get("/report/privacy")
def privacy(request: Request, site: TheSite) -> HTMLResponse:
    settings = site.services.settings
    return site.page(
        request,
        "report_privacy",
        operator=settings.operator_name,
        contact=settings.operator_contact,
        days=settings.report_contact_days,
        evidence=settings.evidence_days,
    )


@router.post("/report/event")
def report_event(site: TheSite, visit: Sender, posted: Form) -> Response:
    """Report an alert with one press; pressing twice is one report."""
    stored = site.services.verdicts.get(posted.text("id"), posted.text("source") or None)
    if stored is None:
        raise HTTPException(404)
    thing = f"event:{stored.event.id}"
    site.services.access.permit(visit.actor, Right.INBOX_READ, thing, owner=kept_by(stored.source))
    _report_stored(site, visit, stored)
    return RedirectResponse(event_url(stored.event.id, stored.source), 303)


def _report_stored(site: Site, visit: Visit, stored: Any) -> Receipt:
    told = told_from(stored, by=visit.user or "", language=visit.language)
    return site.services.reports.receive(told, once=f"event\n{stored.source}\n{stored.event.id}\n{visit.user}")


@router.post("/report/checked")
def report_checked(request: Request, site: TheSite, posted: Form) -> Response:
    """Report what was just checked: with one press for staff, and as the start of the form for everybody else."""
    visit = site.visit(request)
    site.allow(site.checks, request)
    event = event_of(asked_of(posted), f"check-{site.services.new_token()[:16]}")
    if visit.user is None:
        sender = event.sender
        return _form(
            site,
            request,
            Told(
                text=posted.text("text").replace("\r\n", "\n"),
                claimed_name=sender.name if sender else "",
                claimed_company=sender.organization if sender else "",
                account_id=sender.email if sender else "",
            ),
        )
    permitted = site.permitted(request, Right.REPORTS_SEND)
    stored = site.services.desk.receive(event, source=source_of(visit.user))
    _report_stored(site, permitted, stored)
    return RedirectResponse(event_url(stored.event.id, stored.source), 303)
