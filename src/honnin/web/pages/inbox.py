"""The inbox of staff: what came in, what needs an eye, and one event in full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from honnin.app.access import Reach, Right
from honnin.app.ports import AlertFilter, StoredVerdict
from honnin.cases.report import Report
from honnin.model import Channel, Event, Level
from honnin.model.clock import JST
from honnin.model.text import Language
from honnin.web.answer import answer_of, joined
from honnin.web.marking import visible
from honnin.web.remembered import TACTICS, alike, known
from honnin.web.site import Form, Site, TheSite, Visit, event_url, kept_by, needs, source_of

PERIODS: Mapping[str, int | None] = {"1": 1, "7": 7, "30": 30, "all": None}
SERIOUS_FIRST = tuple(sorted(Level, key=lambda level: -level.rank))
LEVELS = ("alerts", *(level.value for level in SERIOUS_FIRST), "all")
HANDLED: Mapping[str, bool | None] = {"open": False, "done": True, "all": None}
BAR_WIDTH = 200
FEATURES = ("name", "organisation", "title", "someone_near", "other_life")
"""Comparisons whose names are written out; another one shows its own name."""

Reader = Annotated[Visit, needs(Right.INBOX_READ)]
Handler = Annotated[Visit, needs(Right.INBOX_HANDLE)]

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to, as it stands in the address."""

    level: str = "alerts"
    channel: str = ""
    period: str = "30"
    handled: str = "open"
    text: str = ""
    page: int = 1

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Wanted:
        """Read it from an address; what is not understood stands at its usual value."""
        level, channel, period = given.get("level", ""), given.get("channel", ""), given.get("period", "")
        handled = given.get("handled", "")
        return cls(
            level if level in LEVELS else "alerts",
            channel if channel in set(Channel) else "",
            period if period in PERIODS else "30",
            handled if handled in HANDLED else "open",
            given.get("text", "").strip()[:200],
            page_number(given.get("page", "1")),
        )

    def address(self, **change: object) -> str:
        fields = {"level": self.level, "channel": self.channel, "period": self.period, "handled": self.handled}
        return "/inbox?" + urlencode(fields | {"text": self.text, "page": self.page} | change, errors="replace")

    def since(self, now: datetime) -> datetime | None:
        days = PERIODS[self.period]
        if days is None:
            return None
        today = now.astimezone(JST).replace(hour=0, minute=0, second=0, microsecond=0)
        return today - timedelta(days=days - 1)

    def filter(self, since: datetime | None) -> AlertFilter:
        return AlertFilter(
            level=Level(self.level) if self.level in set(Level) else None,
            alerts_only=self.level == "alerts",
            channel=Channel(self.channel) if self.channel else None,
            handled=HANDLED[self.handled],
            text=self.text,
            since=since,
            page=self.page,
        )


def page_number(given: str) -> int:
    return int(given) if given.isascii() and given.isdigit() and 0 < len(given) < 7 else 1


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list."""

    url: str
    level: str
    who: str
    excerpt: str
    reason: str
    channel: str
    received_at: datetime
    handled_by: str
    conversation: str = ""
    others: int = 0
    """How many older messages of the same conversation stand behind this one."""


@dataclass(frozen=True, slots=True)
class Bar:
    """How many of one level, and how long its bar is drawn."""

    level: str
    count: int
    width: int


@router.get("/inbox")
def inbox(request: Request, site: TheSite, visit: Reader) -> HTMLResponse:
    wanted = Wanted.of(request.query_params)
    since = wanted.since(site.services.now())
    source = _narrowed_to(visit)
    found = site.services.verdicts.search(replace(wanted.filter(since), source=source))
    return site.page(
        request,
        "inbox",
        wanted=wanted,
        is_narrowed=replace(wanted, page=1) != Wanted(),
        rows=_by_conversation([_row(item, visit.language) for item in found.items]),
        total=found.total,
        pages=max(1, -(-found.total // found.per_page)),
        bars=_bars(site.services.verdicts.counts(since, source)),
        levels=LEVELS,
        channels=[each.value for each in Channel],
        periods=list(PERIODS),
        handled_choices=list(HANDLED),
    )


@router.get("/events")
def event_by_parameter(request: Request, site: TheSite, visit: Reader) -> HTMLResponse:
    return _event_page(site, request, visit, request.query_params.get("id", ""))


@router.get("/events/{event_id}")
def event(request: Request, site: TheSite, visit: Reader, event_id: str) -> HTMLResponse:
    return _event_page(site, request, visit, event_id)


def _narrowed_to(visit: Visit) -> str | None:
    """Say to which source the list is narrowed for who may only see what they kept themselves."""
    everything = visit.actor is not None and visit.actor.reach(Right.INBOX_READ) is Reach.ALL
    return None if everything else source_of(visit.user or "")


def _event_page(site: Site, request: Request, visit: Visit, event_id: str) -> HTMLResponse:
    verdicts, language = site.services.verdicts, visit.language
    stored = verdicts.get(event_id, request.query_params.get("source"))
    if stored is None:
        raise HTTPException(404)
    site.services.access.permit(visit.actor, Right.INBOX_READ, f"event:{event_id}", owner=kept_by(stored.source))
    talk = verdicts.conversation(stored.conversation) if stored.conversation else ()
    answer = answer_of(*joined(talk, stored), language)
    copies = known(site, stored)
    return site.page(
        request,
        "event",
        stored=stored,
        event=stored.event,
        answer=answer,
        talk=[_row(item, language) for item in talk] if len(talk) > 1 else [],
        here=event_url(stored.event.id, stored.source),
        features=FEATURES,
        copies=copies,
        alike=alike(site, stored, copies.copy) if copies.copy and request.query_params.get("alike") == "1" else None,
        tactics=TACTICS,
        reported=reported_from(site, visit, stored),
        visible=visible,
    )


def reported_from(site: Site, visit: Visit, stored: StoredVerdict) -> list[Report]:
    """Return what was reported from the event, as far as they may see it."""
    found = site.services.reports.store.of_event(stored.event.id, stored.source)
    return [report for report in found if visit.may(Right.REPORTS_READ.value, report.by)]


@router.post("/handled")
def mark_handled(site: TheSite, visit: Handler, posted: Form) -> Response:
    """Note that somebody took care of the event, and of the messages of its conversation that led to it."""
    event_id, source = posted.text("id"), posted.text("source")
    verdicts, by, now = site.services.verdicts, visit.user or "", site.services.now()
    stored = verdicts.get(event_id, source)
    if stored is None:
        raise HTTPException(404)
    talk = verdicts.conversation(stored.conversation) if stored.conversation else ()
    for item in (stored, *(item for item in talk if item.received_at <= stored.received_at)):
        verdicts.mark_handled(item.event.id, by=by, at=now, source=item.source)
    return RedirectResponse(event_url(event_id, source), 303)


def _row(item: StoredVerdict, language: Language) -> Row:
    sender, signals = item.event.sender, item.verdict.signals
    return Row(
        url=event_url(item.event.id, item.source),
        level=item.verdict.level.value,
        who=visible((sender.name or sender.email or sender.account_id)[:80]) if sender else "",
        excerpt=visible(_excerpt(item.event)),
        reason=signals[0].reason.in_language(language) if signals else "",
        channel=item.event.channel.value if item.event.channel else "",
        received_at=item.received_at,
        handled_by=item.handled_by if item.handled_at else "",
        conversation=item.conversation,
    )


def _by_conversation(rows: Sequence[Row]) -> list[Row]:
    """Show only the newest message of each conversation, with how many stand behind it."""
    shown: dict[tuple[str, str], Row] = {}
    for row in rows:
        key = (row.conversation, "") if row.conversation else ("", row.url)
        newest = shown.get(key)
        shown[key] = replace(newest, others=newest.others + 1) if newest else row
    return list(shown.values())


def _excerpt(event: Event) -> str:
    turns = " / ".join(turn.text[:100] for turn in event.turns[:4])
    words = " ".join(f"{event.subject[:120]} {turns or event.text[:400]}".split())
    return words[:120] + ("…" if len(words) > 120 else "")


def _bars(counts: Mapping[Level, int]) -> list[Bar]:
    most = max(1, *counts.values())
    return [
        Bar(level.value, counts[level], max(3, BAR_WIDTH * counts[level] // most) if counts[level] else 0)
        for level in SERIOUS_FIRST
    ]
