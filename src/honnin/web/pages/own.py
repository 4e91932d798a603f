"""One's own account: password, second factor, and where one is signed in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from honnin.app import passwords
from honnin.app.access import Right
from honnin.app.accounts import Method, Session, User
from honnin.app.factors import TotpOffer
from honnin.web.places import place_of
from honnin.web.site import Form, Posted, Site, TheSite, Visit, needs

FRESH = timedelta(minutes=10)
"""For so long after signing in nobody is asked for the password again."""
FACTORS = "/settings/second-factor"

Own = Annotated[Visit, needs(Right.ACCOUNT)]

router = APIRouter()


@router.get("/settings/password")
def show_password(request: Request, site: TheSite, _visit: Own) -> HTMLResponse:
    return _password_page(site, request)


@router.post("/settings/password")
def change_password(request: Request, site: TheSite, visit: Own, posted: Form) -> HTMLResponse:
    site.allow(site.sign_ins, request)
    session, users = _session(visit), site.services.users
    if mistake := _password_mistake(users.password_hash(session.user), posted):
        return _password_page(site, request, mistake)
    users.set_password(session.user, passwords.hash_password(posted.text("new")))
    site.services.access.note(session.actor, "account.password", f"user:{session.user}")
    token = site.open_session(request, session.user, session.method)  # the change has ended all, this one too
    answer = site.page(request, "password_changed")
    site.hand_out(answer, token)
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


# Second factor


@router.get(FACTORS)
def show_factors(request: Request, site: TheSite, visit: Own) -> HTMLResponse:
    return _factors_page(site, request, visit)


@router.post(f"{FACTORS}/code")
def offer_code(request: Request, site: TheSite, visit: Own, posted: Form) -> HTMLResponse:
    """Show a seed for an authenticator, as an image and to type."""
    if mistake := _must_confirm(site, request, visit, posted):
        return _factors_page(site, request, visit, mistake)
    return _code_page(site, request, site.services.doors.factors.offer_totp(_session(visit).user))


@router.post(f"{FACTORS}/code/confirm")
def confirm_code(request: Request, site: TheSite, visit: Own, posted: Form) -> HTMLResponse:
    site.allow(site.sign_ins, request)
    user, factors, step = _session(visit).user, site.services.doors.factors, posted.text("step")
    if factors.confirm_totp(user, step, posted.text("code")):
        return _added(site, request, visit, "code", Method.TOTP)
    again = factors.offered_again(user, step)
    if again is None:
        return _factors_page(site, request, visit, "code.expired")
    return _code_page(site, request, again, "code.wrong")


@router.post(f"{FACTORS}/passkey")
def offer_passkey(request: Request, site: TheSite, visit: Own, posted: Form) -> HTMLResponse:
    if mistake := _must_confirm(site, request, visit, posted):
        return _factors_page(site, request, visit, mistake)
    ceremony = site.services.doors.factors.offer_passkey(_session(visit).user, place_of(site, request))
    return site.page(request, "new_passkey", ceremony=ceremony, name=posted.line("name", 60))


@router.post(f"{FACTORS}/passkey/keep")
def keep_passkey(request: Request, site: TheSite, visit: Own, posted: Form) -> HTMLResponse:
    user, name = _session(visit).user, posted.line("name", 60) or "passkey"
    kept = site.services.doors.factors.keep_passkey(
        user, posted.text("ceremony"), posted.text("credential"), name, place_of(site, request)
    )
    if not kept:
        return _factors_page(site, request, visit, "passkey.not_kept")
    return _added(site, request, visit, "passkey", Method.SECOND_PASSKEY)


@router.post(f"{FACTORS}/remove")
def remove(request: Request, site: TheSite, visit: Own, posted: Form) -> Response:
    """Remove a passkey, or the authenticator; the last one stays where one is needed."""
    user, doors = _user(site, visit), site.services.doors
    if mistake := _must_confirm(site, request, visit, posted):
        return _factors_page(site, request, visit, mistake)
    is_last = user.passkeys + user.has_totp <= 1
    if is_last and site.services.settings.second_factor == "required":
        return _factors_page(site, request, visit, "factors.last")
    if posted.text("what") == "code":
        doors.credentials.set_totp(user.name, "")
    else:
        doors.credentials.remove_passkey(user.name, posted.text("what"))
    site.services.access.note(_session(visit).actor, "account.factor", f"user:{user.name}", detail={"did": "remove"})
    return RedirectResponse(FACTORS, 303)


@router.post(f"{FACTORS}/recovery")
def new_codes(request: Request, site: TheSite, visit: Own, posted: Form) -> HTMLResponse:
    """Draw new recovery codes; the old ones are over."""
    if mistake := _must_confirm(site, request, visit, posted):
        return _factors_page(site, request, visit, mistake)
    session = _session(visit)
    site.services.access.note(session.actor, "account.factor", f"user:{session.user}", detail={"did": "recovery codes"})
    return _codes_page(site, request, site.services.doors.factors.new_recovery_codes(session.user))


def _added(site: Site, request: Request, visit: Visit, what: str, method: Method) -> HTMLResponse:
    """Go on under a new session, end the others, and hand out recovery codes where there are none yet."""
    session, services = _session(visit), site.services
    services.users.revoke_sessions(session.user)
    services.access.note(session.actor, "account.factor", f"user:{session.user}", detail={"did": f"add {what}"})
    has_codes = services.doors.credentials.recovery_codes_left(session.user) > 0
    codes = () if has_codes else services.doors.factors.new_recovery_codes(session.user)
    token = site.open_session(request, session.user, method)
    answer = _codes_page(site, request, codes)
    site.hand_out(answer, token)
    return answer


def _must_confirm(site: Site, request: Request, visit: Visit, posted: Posted) -> str:
    """Say what is missing before somebody may change how they prove themselves; "" where nothing is."""
    session = _session(visit)
    if is_fresh(site, session):
        return ""
    site.allow(site.sign_ins, request)
    kept = site.services.users.password_hash(session.user)
    return "" if passwords.verify(kept, posted.text("password")) else "password.wrong"


def is_fresh(site: Site, session: Session) -> bool:
    return site.services.now() - session.created_at < FRESH


def _factors_page(site: Site, request: Request, visit: Visit, mistake: str = "") -> HTMLResponse:
    user, credentials = _user(site, visit), site.services.doors.credentials
    session = _session(visit)
    return site.page(
        request,
        "second_factor",
        422 if mistake else 200,
        account=user,
        passkeys=credentials.passkeys(user.name),
        codes_left=credentials.recovery_codes_left(user.name),
        is_needed=not site.is_signed_in_enough(session),
        by_provider=session.method is Method.SINGLE_SIGN_ON,
        ask_password=not is_fresh(site, session),
        mistake=mistake,
    )


def _code_page(site: Site, request: Request, offer: TotpOffer, mistake: str = "") -> HTMLResponse:
    return site.page(request, "new_code", 422 if mistake else 200, offer=offer, mistake=mistake)


def _codes_page(site: Site, request: Request, codes: Sequence[str]) -> HTMLResponse:
    return site.page(request, "recovery_codes", codes=codes)


# Sessions


@router.get("/settings/sessions")
def show_sessions(request: Request, site: TheSite, visit: Own) -> HTMLResponse:
    session = _session(visit)
    found = site.services.users.sessions(session.user, at=site.services.now())
    return site.page(request, "sessions", sessions=found, this=session.id)


@router.post("/settings/sessions/revoke")
def revoke(site: TheSite, visit: Own, posted: Form) -> Response:
    """End one session, or all but this one."""
    session, chosen = _session(visit), posted.text("id")
    ended = site.services.users.revoke_sessions(session.user, only=chosen, but="" if chosen else session.id)
    detail = {"ended": str(ended)}
    site.services.access.note(session.actor, "account.sessions", f"session:{chosen or 'others'}", detail=detail)
    return RedirectResponse("/settings/sessions", 303)


def _session(visit: Visit) -> Session:
    assert visit.session is not None  # the gate has seen to it
    return visit.session


def _user(site: Site, visit: Visit) -> User:
    user = site.services.users.user(_session(visit).user)
    assert user is not None
    return user
