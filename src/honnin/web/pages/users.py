"""Who belongs to the site: invitations, roles, and help for who lost a device."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from honnin.app.access import RIGHTS, Reach, Right, Role, roles_from
from honnin.app.staff import StaffRefusedError
from honnin.web.places import url_here
from honnin.web.site import Form, Posted, Site, TheSite, Visit, needs

USERS = "/settings/users"

Reader = Annotated[Visit, needs(Right.USERS_READ)]
Keeper = Annotated[Visit, needs(Right.USERS_CHANGE)]

router = APIRouter()


@router.get(USERS)
def show(request: Request, site: TheSite, _visit: Reader) -> HTMLResponse:
    return _page(site, request)


@router.get(f"{USERS}/roles")
def show_roles(request: Request, site: TheSite, _visit: Reader) -> HTMLResponse:
    """Say which role may do what."""
    rows = [(right, [RIGHTS[role].get(right) for role in Role]) for right in Right]
    return site.page(request, "roles", rows=rows, roles=list(Role), own=Reach.OWN, everything=Reach.ALL)


@router.post(f"{USERS}/invite")
def invite(request: Request, site: TheSite, visit: Keeper, posted: Form) -> HTMLResponse:
    """Make a one-time link. It is in this answer and nowhere else."""
    name = posted.line("name", 200)
    try:
        token = site.services.doors.staff.invite(visit.actor, name, _roles(posted))
    except StaffRefusedError as error:
        return _page(site, request, told=error.text.in_language(visit.language), name=name)
    return _page(site, request, link=url_here(site, request, f"/join/{token}"), for_whom=name)


@router.post(f"{USERS}/withdraw")
def withdraw(site: TheSite, visit: Keeper, posted: Form) -> Response:
    site.services.doors.staff.withdraw(visit.actor, posted.text("id"))
    return RedirectResponse(USERS, 303)


@router.post(f"{USERS}/change")
def change(request: Request, site: TheSite, visit: Keeper, posted: Form) -> Response:
    """Change a user in the way that the pressed button says."""
    staff, name, link = site.services.doors.staff, posted.text("name"), ""
    try:
        match posted.text("do"):
            case "roles":
                staff.set_roles(visit.actor, name, _roles(posted))
            case "deactivate":
                staff.set_active(visit.actor, name, active=False)
            case "reactivate":
                staff.set_active(visit.actor, name, active=True)
            case "reset":
                staff.reset_factors(visit.actor, name)
            case "password":
                link = url_here(site, request, f"/join/{staff.password_link(visit.actor, name)}")
    except StaffRefusedError as error:
        return _page(site, request, told=error.text.in_language(visit.language))
    return _page(site, request, link=link, for_whom=name) if link else RedirectResponse(USERS, 303)


def _roles(posted: Posted) -> frozenset[Role]:
    return roles_from(role.value for role in Role if posted.text(f"role.{role.value}") == "yes")


def _page(
    site: Site, request: Request, *, link: str = "", for_whom: str = "", told: str = "", name: str = ""
) -> HTMLResponse:
    services = site.services
    return site.page(
        request,
        "users",
        422 if told else 200,
        users=services.users.users(),
        invitations=services.doors.credentials.open_invitations(at=services.now()),
        roles=list(Role),
        link=link,
        for_whom=for_whom,
        told=told,
        name=name,
    )
