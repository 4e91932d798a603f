"""Keys for programs that ask over the API: made, shown once, and revoked."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from honnin.app.access import Right, Scope
from honnin.app.accounts import KEY_PREFIX, ApiKey
from honnin.app.passwords import digest
from honnin.web.site import Form, Site, TheSite, Visit, needs

Reader = Annotated[Visit, needs(Right.KEYS_READ)]
Keeper = Annotated[Visit, needs(Right.KEYS_CHANGE)]

router = APIRouter()


@router.get("/settings/keys")
def show(request: Request, site: TheSite, _visit: Reader) -> HTMLResponse:
    return _page(site, request)


@router.post("/settings/keys")
def create(request: Request, site: TheSite, visit: Keeper, posted: Form) -> HTMLResponse:
    """Make a key. Its secret part is in this answer and nowhere else."""
    name = posted.line("name", 100)
    if not name:
        return _page(site, request, mistake="keys.unnamed")
    scopes = frozenset(scope for scope in Scope if posted.text(f"scope.{scope.value}") == "yes")
    if not scopes:
        return _page(site, request, mistake="keys.no_scope")
    services = site.services
    shown = f"{KEY_PREFIX}{services.new_token()[:8]}"
    secret = f"{shown}.{services.new_token()}"
    services.users.add_key(ApiKey(shown, name, services.now(), visit.user or "", scopes=scopes), digest(secret))
    detail = {"did": "create", "name": name, "scopes": " ".join(sorted(scopes))}
    services.access.permit(visit.actor, Right.KEYS_CHANGE, f"key:{shown}", detail=detail)
    return _page(site, request, new_key=secret)


@router.post("/settings/keys/revoke")
def revoke(site: TheSite, visit: Keeper, posted: Form) -> Response:
    thing = f"key:{posted.line('id', 100)}"
    site.services.access.permit(visit.actor, Right.KEYS_CHANGE, thing, detail={"did": "revoke"})
    site.services.users.revoke_key(posted.text("id"), at=site.services.now())
    return RedirectResponse("/settings/keys", 303)


def _page(site: Site, request: Request, *, new_key: str = "", mistake: str = "") -> HTMLResponse:
    status = 422 if mistake else 200
    return site.page(
        request, "keys", status, keys=site.services.users.keys(), scopes=list(Scope), new_key=new_key, mistake=mistake
    )
