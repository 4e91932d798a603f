"""The public page: paste or drop something, and read what it looks like and what to do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from honnin.app.access import Right
from honnin.app.mailfile import read_mail
from honnin.app.pasted import SENDER, turns_from
from honnin.errors import BadInputError
from honnin.model import Account, Channel, Event, Kind
from honnin.model.text import Language
from honnin.web.answer import answer_of
from honnin.web.marking import visible
from honnin.web.site import Form, Posted, Site, TheSite, source_of
from honnin.web.words import say

KINDS = ("message", "conversation", "contact", "file")
CHANNELS = (Channel.CHAT, Channel.MAIL, Channel.SMS, Channel.PHONE_SCRIPT)
LONGEST_PROFILE = 10_000
LENGTH_OF_ONE = 50_000
"""So long a text counts as one check; a longer one takes its time and counts as several."""

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Asked:
    """What was put into the form, kept so that it can be mended and asked again."""

    kind: str = "message"
    text: str = ""
    channel: str = ""
    subject: str = ""
    name: str = ""
    organization: str = ""
    title: str = ""
    bio: str = ""
    address: str = ""
    reply_to: str = ""
    examined: str = ""
    attachments: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.text.strip() or self.subject or (self.kind == "contact" and (self.name or self.bio)))


@router.get("/")
@router.get("/check")
def show(request: Request, site: TheSite, kind: str = "message") -> HTMLResponse:
    return _page(site, request, Asked(kind=_kind(kind)))


@router.post("/check")
def check(request: Request, site: TheSite, posted: Form) -> HTMLResponse:
    """Screen what was sent. It is kept only where somebody signed in asks for it."""
    site.allow(site.checks, request, 1 + max(len(posted.text("text")), len(posted.file)) // LENGTH_OF_ONE)
    visit, desk = site.visit(request), site.services.desk
    event_id = f"check-{site.services.new_token()[:16]}"
    try:
        asked = asked_of(posted, event_id)
    except BadInputError as error:
        return _page(site, request, Asked(kind="file"), [m.text.in_language(visit.language) for m in error.mistakes])
    if asked.is_empty:
        return _page(site, request, asked, [say("check.empty", visit.language)])
    event = event_of(asked, event_id)
    if visit.user is not None and posted.text("keep") == "yes":
        site.services.access.permit(visit.actor, Right.CHECK_KEEP, f"event:{event_id}")
        kept = desk.receive(event, source=source_of(visit.user))
        verdict = kept.verdict
    else:
        kept, verdict = None, desk.screen(event)
    answer = answer_of(
        event, verdict, visit.language, attachments=asked.attachments, notes=_notes(asked, event, visit.language)
    )
    return _page(site, request, asked, answer=answer, kept=kept)


def _page(site: Site, request: Request, asked: Asked, mistakes: list[str] | None = None, **values: Any) -> HTMLResponse:
    found = {"answer": None, "kept": None} | values
    channels = [channel.value for channel in CHANNELS]
    return site.page(
        request,
        "check",
        422 if mistakes else 200,
        asked=asked,
        mistakes=mistakes or [],
        kinds=KINDS,
        channels=channels,
        **found,
    )


def _notes(asked: Asked, event: Event, language: Language) -> list[str]:
    """Say where we read something otherwise than was asked."""
    if asked.kind != "conversation":
        return []
    if not event.turns:
        return [say("unknown.turns", language)]
    if asked.examined and all(turn.who != SENDER for turn in event.turns):
        return [say("unknown.examined", language, name=visible(asked.examined))]
    return []


def _kind(given: str) -> str:
    return given if given in KINDS else "message"


def asked_of(posted: Posted, event_id: str = "") -> Asked:
    """Read the form."""
    asked = Asked(
        kind=_kind(posted.text("kind")),
        text=posted.text("text").replace("\r\n", "\n"),
        channel=posted.text("channel"),
        subject=posted.line("subject"),
        name=posted.line("name"),
        organization=posted.line("organization"),
        title=posted.line("title"),
        bio=posted.text("bio").replace("\r\n", "\n")[:LONGEST_PROFILE],
        address=posted.line("address"),
        reply_to=posted.line("reply_to"),
        examined=posted.line("examined"),
    )
    return _with_file(asked, posted.file, event_id) if posted.file else asked


def _with_file(asked: Asked, file: bytes, event_id: str) -> Asked:
    mail = read_mail(file, event_id=event_id)
    text, sender = mail.event.text, mail.event.sender or Account()
    if mail.event.channel is None and turns_from(text):  # a talk exported from LINE as a text file
        return replace(asked, kind="conversation", text=text)
    return replace(
        asked,
        kind="message",
        text=text,
        channel=mail.event.channel.value if mail.event.channel else asked.channel,
        subject=mail.event.subject[:300],
        name=sender.name[:300],
        address=sender.email[:300],
        reply_to=sender.reply_to[:300],
        attachments=mail.attachments,
    )


def event_of(asked: Asked, event_id: str) -> Event:
    """Make an event of what was put into the form; what was left empty is unknown."""
    channel = next((channel for channel in CHANNELS if channel.value == asked.channel), None)
    sender = Account(
        name=asked.name,
        organization=asked.organization,
        title=asked.title,
        bio=asked.bio,
        email=asked.address,
        reply_to=asked.reply_to,
    )
    known = None if sender == Account() else sender
    if asked.kind == "contact":
        return Event(event_id, Kind.CONTACT_REQUEST, Channel.CONTACT_REQUEST, text=asked.text, sender=sender)
    if asked.kind == "conversation" and (turns := turns_from(asked.text, asked.examined)):
        examined = Account(name=asked.examined) if asked.examined else known
        return Event(event_id, Kind.CONVERSATION, channel or Channel.CHAT, turns=turns, sender=examined)
    return Event(event_id, Kind.MESSAGE, channel, subject=asked.subject, text=asked.text, sender=known)
