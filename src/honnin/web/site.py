"""One site: who is visiting in which language, and how a page is made for them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
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

from honnin.model.text import Language
from honnin.web.limits import RateLimit, caller_of
from honnin.web.passwords import digest
from honnin.web.services import Services
from honnin.web.words import language_of, say

SESSION_LASTS = timedelta(hours=12)
YEAR = 365 * 24 * 3600
SIGN_INS_PER_MINUTE = 20
MOST_FIELDS = 60
JST = timezone(timedelta(hours=9), "JST")


R = TypeVar("R", bound=Response)


class SignInNeededError(Exception):
    """Somebody asks for a page of staff without being signed in."""


class FormExpiredError(Exception):
    """A form came without the token of this visitor: an old page, or another site that sends forms in their name."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Who is visiting and in which language; ``new_visitor`` is a token to hand out, where they had none."""

    language: Language
    user: str | None
    visitor: str
    is_new_visitor: bool
    csrf: str


@dataclass(frozen=True, slots=True)
class Posted:
    """What a form sent: its fields, and the file where one was chosen."""

    fields: Mapping[str, str]
    file: bytes = b""
    file_name: str = ""

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
        self._templates.globals.update(event_url=event_url, static_url=static_url)

    def visit(self, request: Request) -> Visit:
        """Return who is visiting; asked once for each request."""
        found: Visit | None = getattr(request.state, "visit", None)
        if found is None:
            found = request.state.visit = self._visit(request)
        return found

    def _visit(self, request: Request) -> Visit:
        session = request.cookies.get(self.session_cookie, "")
        user = self.services.users.session_user(digest(session), at=self.services.now()) if session else None
        visitor = request.cookies.get(self.visitor_cookie, "")[:200]
        is_new = len(visitor) < 20
        visitor = self.services.new_token() if is_new else visitor
        return Visit(
            language=language_of(
                request.query_params.get("lang"),
                request.cookies.get(self.language_cookie),
                request.headers.get("accept-language", ""),
            ),
            user=user,
            visitor=visitor,
            is_new_visitor=is_new,
            # Bound to the session too: a token seen before signing in is worth nothing after.
            csrf=digest(f"csrf:{visitor}:{session if user else ''}"),
        )

    def staff(self, request: Request) -> Visit:
        """Return the visit of somebody signed in."""
        visit = self.visit(request)
        if visit.user is None:
            raise SignInNeededError
        return visit

    async def posted(self, request: Request) -> Posted:
        """Read a form that was sent from one of our own pages by this visitor, and nothing else."""
        self._from_here(request)
        async with request.form(max_files=1, max_fields=MOST_FIELDS, max_part_size=3 * 1024 * 1024) as form:
            fields = {key: value for key, value in form.items() if isinstance(value, str)}
            file = next((value for value in form.values() if isinstance(value, UploadFile)), None)
            posted = Posted(fields, await file.read() if file else b"", (file.filename or "") if file else "")
        visit = await run_in_threadpool(self.visit, request)
        if not hmac.compare_digest(posted.text("csrf").encode("utf-8", "replace"), visit.csrf.encode()):
            raise FormExpiredError
        return posted

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
        if not limit.allows(caller_of(request.client.host if request.client else None), cost):
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

    def sign_in(self, response: Response, user: str) -> None:
        token, now = self.services.new_token(), self.services.now()
        self.services.users.open_session(user, digest(token), at=now, until=now + SESSION_LASTS)
        response.set_cookie(
            self.session_cookie,
            token,
            max_age=int(SESSION_LASTS.total_seconds()),
            httponly=True,
            samesite="lax",
            secure=self.services.settings.is_https,
        )

    def sign_out(self, request: Request, response: Response) -> None:
        if session := request.cookies.get(self.session_cookie):
            self.services.users.close_session(digest(session))
        response.delete_cookie(
            self.session_cookie, httponly=True, samesite="lax", secure=self.services.settings.is_https
        )


def _in_other_language(request: Request, language: Language) -> str:
    query = [(key, value) for key, value in request.query_params.multi_items() if key != "lang"]
    return "?" + urlencode([*query, ("lang", "ja" if language == "en" else "en")])


_PLAIN_ID = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


def event_url(event_id: str, source: str) -> str:
    """Return the address of an event's page; an id with special characters travels as a parameter."""
    if set(event_id) <= _PLAIN_ID:
        return f"/events/{event_id}?{urlencode({'source': source})}"
    return f"/events?{urlencode({'id': event_id, 'source': source}, quote_via=quote)}"


def local_path(wanted: str) -> str:
    r"""Return where to go after signing in: only ever to a page of this site.

    >>> local_path("/inbox?page=2"), local_path("//evil.test"), local_path("https://evil.test/"), local_path("/\\evil.test")
    ('/inbox?page=2', '/inbox', '/inbox', '/inbox')
    """
    fits = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and len(wanted) < 2_000
    return wanted if fits and wanted.isprintable() else "/inbox"


def shown_time(moment: datetime | None) -> str:
    """Write a time as people in Japan read clocks."""
    return "" if moment is None else moment.astimezone(JST).strftime("%Y-%m-%d %H:%M")


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


def _staff(request: Request, site: TheSite) -> Visit:
    return site.staff(request)


async def _posted(request: Request, site: TheSite) -> Posted:
    return await site.posted(request)


Staff = Annotated[Visit, Depends(_staff)]
"""A page for people who are signed in."""
Form = Annotated[Posted, Depends(_posted)]
"""A form that this visitor sent from one of our own pages."""
