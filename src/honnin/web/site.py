"""One site: who is visiting in which language, and how a page is made for them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from fastapi import Depends
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from honnin.app.access import Actor, Right
from honnin.app.accounts import Method, Session
from honnin.app.passwords import digest
from honnin.app.uploads import Upload
from honnin.model.clock import JST, in_zone
from honnin.model.text import Language
from honnin.web.limits import RateLimit, caller_of
from honnin.web.marking import visible
from honnin.web.services import Services
from honnin.web.words import language_of, say

SESSION_LASTS = timedelta(hours=12)
YEAR = 365 * 24 * 3600
SIGN_INS_PER_MINUTE = 20
MOST_FIELDS = 60
LONGEST_THING = 400


R = TypeVar("R", bound=Response)


class SignInNeededError(Exception):
    """Somebody asks for a page of staff without being signed in."""


class SecondFactorNeededError(Exception):
    """Somebody is signed in by a password alone, where more is asked for."""


class FormExpiredError(Exception):
    """A form came without the token of this visitor: an old page, or another site that sends forms in their name."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Who is visiting and in which language; ``new_visitor`` is a token to hand out, where they had none.

    ``session`` is None where nobody is signed in. Who has shown a password alone where more is asked for
    (``is_halfway``) is nobody yet, except on the pages of their own account.
    """

    language: Language
    session: Session | None
    visitor: str
    is_new_visitor: bool
    csrf: str
    is_halfway: bool = False

    @property
    def user(self) -> str | None:
        return self.session.user if self.session and not self.is_halfway else None

    @property
    def actor(self) -> Actor | None:
        return self.session.actor if self.session and not self.is_halfway else None

    def may(self, right: str, owner: str | None = None) -> bool:
        """Tell whether to show them a button; whether they may is decided again by ``Access.permit``."""
        return self.actor is not None and self.actor.may(Right(right), owner)


@dataclass(frozen=True, slots=True)
class Posted:
    """What a form sent: its fields, and the files that were chosen."""

    fields: Mapping[str, str]
    files: tuple[Upload, ...] = ()

    @property
    def file(self) -> bytes:
        """The content of the one file that most forms have; empty where none was chosen."""
        return self.files[0].data if self.files else b""

    @property
    def file_name(self) -> str:
        return self.files[0].name if self.files else ""

    def text(self, name: str) -> str:
        return self.fields.get(name, "")

    def line(self, name: str, longest: int = 300) -> str:
        """Return a field of one line, trimmed."""
        return " ".join(self.text(name).split())[:longest]


class Site:
    """Makes pages. There is one for each application; nothing here is shared between two."""

    def __init__(self, services: Services) -> None:
        self.services = services
        prefix = "__Host-" if services.settings.is_https else ""
        self.session_cookie = f"{prefix}honnin_session"
        self.visitor_cookie = f"{prefix}honnin_visitor"
        self.language_cookie = "honnin_lang"
        self.checks = RateLimit(services.settings.checks_per_minute, services.now)
        self.sign_ins = RateLimit(SIGN_INS_PER_MINUTE, services.now)
        self._templates = Environment(
            loader=PackageLoader("honnin.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(event_url=event_url, static_url=static_url, visible=visible)

    def visit(self, request: Request) -> Visit:
        """Return who is visiting; asked once for each request."""
        found: Visit | None = getattr(request.state, "visit", None)
        if found is None:
            found = request.state.visit = self._visit(request)
        return found

    def _visit(self, request: Request) -> Visit:
        token = request.cookies.get(self.session_cookie, "")
        session = self.services.users.session(digest(token), at=self.services.now()) if token else None
        visitor = request.cookies.get(self.visitor_cookie, "")[:200]
        is_new = len(visitor) < 20
        visitor = self.services.new_token() if is_new else visitor
        return Visit(
            language=language_of(
                request.query_params.get("lang"),
                request.cookies.get(self.language_cookie),
                request.headers.get("accept-language", ""),
            ),
            session=session and replace(session, address=address_of(request)),
            visitor=visitor,
            is_new_visitor=is_new,
            # Bound to the session too: a token seen before signing in is worth nothing after.
            csrf=_csrf(visitor, token if session else ""),
            is_halfway=session is not None and not self.is_signed_in_enough(session),
        )

    def permitted(self, request: Request, right: Right) -> Visit:
        """Return the visit of somebody who is signed in and has the right; that they used it is written down."""
        visit = self.visit(request)
        if visit.session is None:
            raise SignInNeededError
        if visit.is_halfway and right is not Right.ACCOUNT:
            raise SecondFactorNeededError
        query = f"?{request.url.query}" if request.url.query else ""
        self.services.access.permit(
            visit.session.actor, right, f"{request.method} {request.url.path}{query}"[:LONGEST_THING]
        )
        return visit

    def is_signed_in_enough(self, session: Session) -> bool:
        """Tell whether they showed as much as this site asks for."""
        return session.method.is_strong or self.services.settings.second_factor != "required"

    async def posted(self, request: Request) -> Posted:
        """Read a form that was sent from one of our own pages by this visitor, and nothing else."""
        posted, is_theirs = await self.sent(request, most_files=1)
        if not is_theirs:
            raise FormExpiredError
        return posted

    async def sent(self, request: Request, *, most_files: int) -> tuple[Posted, bool]:
        """Read a form that was not sent by another site, and tell whether it carries this visitor's token."""
        self._from_here(request)
        async with request.form(max_files=most_files, max_fields=MOST_FIELDS, max_part_size=3 * 1024 * 1024) as form:
            parts = form.multi_items()
            fields = {key: value for key, value in parts if isinstance(value, str)}
            chosen = [value for _, value in parts if isinstance(value, UploadFile)]
            files = tuple([Upload(each.filename or "", await each.read()) for each in chosen])
        posted = Posted(fields, tuple(file for file in files if file.name or file.data))
        visit = await run_in_threadpool(self.visit, request)
        return posted, hmac.compare_digest(posted.text("csrf").encode("utf-8", "replace"), visit.csrf.encode())

    def _from_here(self, request: Request) -> None:
        """Refuse what a browser itself says comes from another site."""
        if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            raise FormExpiredError
        origin = request.headers.get("origin", "")
        ours = {request.headers.get("host", ""), urlsplit(self.services.settings.public_url).netloc} - {""}
        if origin and urlsplit(origin).netloc not in ours:
            raise FormExpiredError

    def allow(self, limit: RateLimit, request: Request, cost: int = 1) -> None:
        """Refuse a caller who asks too often or for too much."""
        if not limit.allows(address_of(request), cost):
            raise HTTPException(429, headers={"retry-after": "60"})

    def page(self, request: Request, template: str, status: int = 200, /, **values: Any) -> HTMLResponse:
        """Make a page for the visitor."""
        visit = self.visit(request)

        def t(key: str, **filled: object) -> str:
            return say(key, visit.language, **filled)

        html = self._templates.get_template(f"{template}.html").render(
            **values,
            t=t,
            csrf=lambda: Markup('<input type="hidden" name="csrf" value="{}">').format(visit.csrf),
            visit=visit,
            demo_login=self.services.demo_login,
            path=request.url.path,
            language=visit.language,
            other_language=_in_other_language(request, visit.language),
            shown_time=shown_time,
        )
        return self.remember(request, HTMLResponse(html.encode("utf-8", "replace"), status))

    def remember(self, request: Request, response: R) -> R:
        """Hand out what the browser should send next time."""
        visit = self.visit(request)
        secure = self.services.settings.is_https
        if visit.is_new_visitor:
            response.set_cookie(self.visitor_cookie, visit.visitor, httponly=True, samesite="lax", secure=secure)
        if request.query_params.get("lang") == visit.language:
            response.set_cookie(self.language_cookie, visit.language, max_age=YEAR, samesite="lax", secure=secure)
        return response

    def sign_in(self, request: Request, response: Response, user: str, method: Method) -> None:
        """Open a session and hand it to the browser."""
        self.hand_out(response, self.open_session(request, user, method))

    def open_session(self, request: Request, user: str, method: Method) -> str:
        """Open a session under a new token, which is returned; what this browser had open before is over.

        Pages that are made after this belong to the new session: their forms carry its token.
        """
        if before := request.cookies.get(self.session_cookie):
            self.services.users.close_session(digest(before))
        token, now = self.services.new_token(), self.services.now()
        agent = request.headers.get("user-agent", "")
        session = Session(
            self.services.new_token()[:20], user, method, now, now + SESSION_LASTS, now, address_of(request), agent
        )
        self.services.users.open_session(session, digest(token))
        self.services.access.note(session.actor, "sign-in", f"session:{session.id}", detail={"method": method.value})
        kept = self.services.users.session(digest(token), at=now)
        visit = self.visit(request)
        is_halfway = kept is not None and not self.is_signed_in_enough(kept)
        request.state.visit = replace(visit, session=kept, csrf=_csrf(visit.visitor, token), is_halfway=is_halfway)
        return token

    def hand_out(self, response: Response, token: str) -> None:
        response.set_cookie(
            self.session_cookie,
            token,
            max_age=int(SESSION_LASTS.total_seconds()),
            httponly=True,
            samesite="lax",
            secure=self.services.settings.is_https,
        )

    def sign_out(self, request: Request, response: Response) -> None:
        session = self.visit(request).session
        if session is not None:
            self.services.users.close_session(digest(request.cookies[self.session_cookie]))
            self.services.access.note(session.actor, "sign-out", f"session:{session.id}")
        response.delete_cookie(
            self.session_cookie, httponly=True, samesite="lax", secure=self.services.settings.is_https
        )


def _csrf(visitor: str, session_token: str) -> str:
    return digest(f"csrf:{visitor}:{session_token}")


def address_of(request: Request) -> str:
    """Return the address somebody asks from, as it is counted and written down."""
    return caller_of(request.client.host if request.client else None)


def _in_other_language(request: Request, language: Language) -> str:
    query = [(key, value) for key, value in request.query_params.multi_items() if key != "lang"]
    return "?" + urlencode([*query, ("lang", "ja" if language == "en" else "en")])


_PLAIN_ID = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


def event_url(event_id: str, source: str) -> str:
    """Return the address of an event's page; an id with special characters travels as a parameter."""
    if set(event_id) <= _PLAIN_ID:
        return f"/events/{event_id}?{urlencode({'source': source})}"
    return f"/events?{urlencode({'id': event_id, 'source': source}, quote_via=quote)}"


def source_of(user: str) -> str:
    """Name the source of what somebody kept from the check page."""
    return f"check:{user}"[:100]


def kept_by(source: str) -> str:
    """Return who kept it from the check page, "" where it came in another way."""
    return source.removeprefix("check:") if source.startswith("check:") else ""


def local_path(wanted: str) -> str:
    r"""Return where to go after signing in: only ever to a page of this site.

    >>> local_path("/inbox?page=2"), local_path("//evil.test"), local_path("https://evil.test/"), local_path("/\\evil.test")
    ('/inbox?page=2', '/inbox', '/inbox', '/inbox')
    """
    fits = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and len(wanted) < 2_000
    return wanted if fits and wanted.isprintable() else "/inbox"


def shown_time(moment: datetime | None) -> str:
    """Write a time as people in Japan read clocks."""
    return "" if moment is None else in_zone(moment, JST).strftime("%Y-%m-%d %H:%M")


@cache
def static_url(name: str) -> str:
    """Return the address of a static file, which changes with its content."""
    content = (files("honnin.web") / "static" / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


def site_of(request: Request) -> Site:
    """Return the site that this application serves."""
    site: Site = request.app.state.site
    return site


TheSite = Annotated[Site, Depends(site_of)]


async def _posted(request: Request, site: TheSite) -> Posted:
    return await site.posted(request)


class Gate:
    """Stands in front of a page: lets through who has the right, and leaves a line in the record."""

    def __init__(self, right: Right) -> None:
        self.right = right

    def __call__(self, request: Request) -> Visit:
        return site_of(request).permitted(request, self.right)


def needs(right: Right) -> Any:
    """Say which right a page needs.

    A page takes it as ``visit: Annotated[Visit, needs(Right.INBOX_READ)]``.
    """
    return Depends(Gate(right))


Form = Annotated[Posted, Depends(_posted)]
"""A form that this visitor sent from one of our own pages."""
