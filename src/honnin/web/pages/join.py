"""One-time links: setting a site up, joining it, and choosing a new password."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from honnin.app import passwords
from honnin.app.accounts import Method
from honnin.app.staff import StaffRefusedError
from honnin.web.site import Form, Site, TheSite, address_of

FIRST_NAME = "admin"

router = APIRouter()


@router.get("/join/{token}")
def show(request: Request, site: TheSite, token: str) -> HTMLResponse:
    """Show what the link is for. Looking at it, as mail filters do, does not use it up."""
    site.allow(site.sign_ins, request)
    return _page(site, request, token)


@router.post("/join/{token}")
def accept(request: Request, site: TheSite, posted: Form, token: str) -> Response:
    site.allow(site.sign_ins, request)
    if posted.text("new") != posted.text("again"):
        return _page(site, request, token, "password.differs")
    try:
        name = site.services.doors.staff.accept(
            token, posted.line("name"), posted.text("new"), address=address_of(request)
        )
    except StaffRefusedError as error:
        return _page(site, request, token, told=error.text.in_language(site.visit(request).language))
    answer = RedirectResponse("/inbox", 303)
    user = site.services.users.user(name)
    if user is not None and user.has_second_factor:  # a new password alone lets nobody in who has more
        return RedirectResponse("/login", 303)
    site.sign_in(request, answer, name, Method.INVITATION)
    return answer


def _page(site: Site, request: Request, token: str, mistake: str = "", told: str = "") -> HTMLResponse:
    found = site.services.doors.staff.invitation(token)
    if found is None:
        return site.page(request, "refused", 404, problem="refused.link")
    return site.page(
        request,
        "join",
        422 if mistake or told else 200,
        invitation=found,
        first_name=FIRST_NAME,
        mistake=mistake,
        told=told,
        shortest=passwords.SHORTEST,
    )
