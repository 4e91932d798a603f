"""Signing in and out: with a password and what is shown beside it, with a passkey alone, or through a provider."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from honnin.app.access import Actor
from honnin.app.accounts import Method
from honnin.app.factors import Ceremony
from honnin.app.passwords import digest
from honnin.app.sign_in import Attempt, Outcome
from honnin.app.single_sign_on import Provider, SingleSignOnError
from honnin.web.places import place_of, url_here
from honnin.web.site import Form, Site, TheSite, address_of, local_path

STATE_LASTS = timedelta(minutes=10)
STATE = "single-sign-on"

router = APIRouter()


@router.get("/login")
def show(request: Request, site: TheSite, next: str = "/inbox") -> Response:  # noqa: A002  # as the address names it
    if site.visit(request).user:
        return RedirectResponse(local_path(next), 303)
    return _login_page(site, request, local_path(next))


@router.post("/login")
def sign_in(request: Request, site: TheSite, posted: Form) -> Response:
    site.allow(site.sign_ins, request)
    name = posted.line("name", 200)
    attempt = site.services.doors.sign_in.with_password(
        name, posted.text("password"), address=address_of(request), visitor=site.visit(request).visitor
    )
    wanted = local_path(posted.text("next"))
    if attempt.outcome is Outcome.DONE:
        return _let_in(site, request, attempt, wanted)
    if attempt.outcome is Outcome.SECOND:
        return _second_page(site, request, attempt, wanted)
    return _login_page(site, request, wanted, name, "login.wait" if attempt.outcome is Outcome.WAIT else "login.wrong")


@router.get("/login/second")
@router.get("/login/passkey")
def begin_again() -> Response:
    """Somebody reloads a page that a form has led to."""
    return RedirectResponse("/login", 303)


@router.post("/login/second")
def second(request: Request, site: TheSite, posted: Form) -> Response:
    """Take the code, or the passkey, that is shown after the password."""
    site.allow(site.sign_ins, request)
    doors, visitor = site.services.doors, site.visit(request).visitor
    step, wanted = posted.text("step"), local_path(posted.text("next"))
    if answer := posted.text("credential"):
        ceremony = posted.text("ceremony")
        attempt = doors.sign_in.with_second_passkey(step, ceremony, answer, place_of(site, request), visitor)
    else:
        attempt = doors.sign_in.with_code(step, posted.text("code"), address=address_of(request), visitor=visitor)
    if attempt.outcome is Outcome.DONE:
        return _let_in(site, request, attempt, wanted)
    if not attempt.user:
        return _login_page(site, request, wanted, mistake="code.expired")
    mistake = "code.wait" if attempt.outcome is Outcome.WAIT else "code.wrong"
    return _second_page(site, request, attempt, wanted, mistake)


@router.post("/login/passkey")
def passkey(request: Request, site: TheSite, posted: Form) -> Response:
    """Ask for a passkey, or take the one that is shown, before anybody said who they are."""
    site.allow(site.sign_ins, request)
    doors, visitor, place = site.services.doors, site.visit(request).visitor, place_of(site, request)
    wanted = local_path(posted.text("next"))
    if not posted.text("credential"):
        ceremony = doors.factors.ask_passkey(place, visitor)
        return site.page(request, "login_passkey", ceremony=ceremony, next=wanted)
    attempt = doors.sign_in.with_passkey(posted.text("ceremony"), posted.text("credential"), place, visitor)
    if attempt.outcome is Outcome.DONE:
        return _let_in(site, request, attempt, wanted)
    return _login_page(site, request, wanted, mistake="passkey.wrong")


@router.post("/logout")
def sign_out(request: Request, site: TheSite, _posted: Form) -> Response:
    answer = RedirectResponse("/", 303)
    site.sign_out(request, answer)
    return answer


def _let_in(site: Site, request: Request, attempt: Attempt, wanted: str) -> Response:
    answer = RedirectResponse(wanted, 303)
    site.sign_in(request, answer, attempt.user, attempt.method)
    return answer


def _login_page(site: Site, request: Request, wanted: str, name: str = "", mistake: str = "") -> HTMLResponse:
    status = 200 if not mistake else 429 if mistake == "login.wait" else 422
    provider = site.services.doors.provider
    return site.page(
        request, "login", status, next=wanted, name=name, mistake=mistake, provider=provider.name if provider else ""
    )


def _second_page(site: Site, request: Request, attempt: Attempt, wanted: str, mistake: str = "") -> HTMLResponse:
    name, doors = attempt.user, site.services.doors
    user = site.services.users.user(name)
    ceremony: Ceremony | None = None
    if user is not None and user.passkeys:
        ceremony = doors.factors.ask_passkey(place_of(site, request), site.visit(request).visitor, name)
    status = 200 if not mistake else 429 if mistake == "code.wait" else 422
    has_totp = user is not None and user.has_totp
    return site.page(
        request, "second", status, step=attempt.step, next=wanted, mistake=mistake, has_totp=has_totp, ceremony=ceremony
    )


@router.get("/login/sso")
def to_provider(request: Request, site: TheSite, next: str = "/inbox") -> Response:  # noqa: A002
    """Send the browser to the provider; what it brings back is only taken from the same browser."""
    site.allow(site.sign_ins, request)
    provider, services = _provider(site), site.services
    state, nonce, verifier = services.new_token(), services.new_token(), services.new_token() + services.new_token()
    kept = {"visitor": digest(site.visit(request).visitor), "nonce": nonce, "verifier": verifier}
    now = services.now()
    try:
        url = provider.begin(redirect_uri=_callback(site, request), state=state, nonce=nonce, verifier=verifier)
    except SingleSignOnError as error:
        return _sso_failed(site, request, error.why)
    written = json.dumps(kept | {"next": local_path(next)})
    services.doors.credentials.begin(digest(state), STATE, written, at=now, until=now + STATE_LASTS)
    return site.remember(request, RedirectResponse(url, 303))


@router.get("/login/sso/callback")
def from_provider(request: Request, site: TheSite, state: str = "", code: str = "") -> Response:
    """Take what the provider says, once, from the browser that was sent there."""
    site.allow(site.sign_ins, request)
    provider, services = _provider(site), site.services
    kept = services.doors.credentials.pending(digest(state), STATE, at=services.now())
    found: dict[str, str] = json.loads(kept) if kept else {}
    is_ours = bool(found) and found["visitor"] == digest(site.visit(request).visitor)
    if not is_ours or not services.doors.credentials.finish(digest(state)):
        return _login_page(site, request, "/inbox", mistake="sso.failed")
    try:
        identity = provider.finish(
            code[:4_000],
            redirect_uri=_callback(site, request),
            nonce=found["nonce"],
            verifier=found["verifier"],
            at=services.now(),
        )
    except SingleSignOnError as error:
        return _sso_failed(site, request, error.why)
    newcomers = services.doors.newcomers
    name = newcomers.user_of(identity, address=address_of(request)) if newcomers else None
    if name is None:
        return _login_page(site, request, found["next"], mistake="sso.no_role")
    return _let_in(site, request, Attempt(Outcome.DONE, name, method=Method.SINGLE_SIGN_ON), found["next"])


def _sso_failed(site: Site, request: Request, why: str) -> HTMLResponse:
    actor = replace(Actor.system("single sign-on"), address=address_of(request))
    site.services.access.note(actor, "sign-in.single-sign-on", outcome="refused:wrong", detail={"why": why})
    return _login_page(site, request, "/inbox", mistake="sso.failed")


def _provider(site: Site) -> Provider:
    provider = site.services.doors.provider
    if provider is None:
        raise HTTPException(404)
    return provider


def _callback(site: Site, request: Request) -> str:
    return url_here(site, request, "/login/sso/callback")
