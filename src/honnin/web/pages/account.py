"""Signing in and out, and changing one's password."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from honnin.app import passwords
from honnin.app.access import Right
from honnin.app.accounts import Method
from honnin.web.site import Form, Posted, Site, TheSite, Visit, address_of, local_path, needs

MOST_FAILURES = 8
FAILURES_COUNT_FOR = timedelta(minutes=15)

Own = Annotated[Visit, needs(Right.ACCOUNT)]

router = APIRouter()


@router.get("/login")
def show(request: Request, site: TheSite, next: str = "/inbox") -> Response:  # noqa: A002  # as the address names it
    if site.visit(request).user:
        return RedirectResponse(local_path(next), 303)
    return site.page(request, "login", next=local_path(next), name="", mistake="")


@router.post("/login")
def sign_in(request: Request, site: TheSite, posted: Form) -> Response:
    site.allow(site.sign_ins, request)
    name = posted.line("name", 200)
    mistake = _refusal(site, name, posted.text("password"), address_of(request))
    wanted = local_path(posted.text("next"))
    if mistake:
        status = 429 if mistake == "login.wait" else 422
        return site.page(request, "login", status, next=wanted, name=name, mistake=mistake)
    answer = RedirectResponse(wanted, 303)
    site.sign_in(request, answer, name, Method.PASSWORD)
    return answer


def _refusal(site: Site, name: str, password: str, address: str) -> str:
    """Say why somebody may not sign in; empty where they may."""
    users, now = site.services.users, site.services.now()
    if users.failures(user=name, address=address, since=now - FAILURES_COUNT_FOR)[0] >= MOST_FAILURES:
        return "login.wait"
    if not passwords.verify(users.password_hash(name), password):
        users.note_failure(name, address, at=now)
        return "login.wrong"
    users.forget_failures(name, address)
    return ""


@router.post("/logout")
def sign_out(request: Request, site: TheSite, _posted: Form) -> Response:
    answer = RedirectResponse("/", 303)
    site.sign_out(request, answer)
    return answer


@router.get("/settings/password")
def show_password(request: Request, site: TheSite, _visit: Own) -> HTMLResponse:
    return _password_page(site, request)


@router.post("/settings/password")
def change_password(request: Request, site: TheSite, visit: Own, posted: Form) -> HTMLResponse:
    site.allow(site.sign_ins, request)
    user, users = visit.user or "", site.services.users
    if mistake := _password_mistake(users.password_hash(user), posted):
        return _password_page(site, request, mistake)
    users.set_password(user, passwords.hash_password(posted.text("new")))
    answer = site.page(request, "password_changed")
    site.sign_in(request, answer, user, Method.PASSWORD)  # the change has ended all sessions, this one too
    return answer


def _password_page(site: Site, request: Request, mistake: str = "") -> HTMLResponse:
    return site.page(request, "password", 422 if mistake else 200, mistake=mistake, shortest=passwords.SHORTEST)


def _password_mistake(kept: str | None, posted: Posted) -> str:
    new = posted.text("new")
    if not passwords.verify(kept, posted.text("old")):
        return "password.wrong"
    if not passwords.SHORTEST <= len(new) <= passwords.LONGEST:
        return "password.short"
    return "" if new == posted.text("again") else "password.differs"
