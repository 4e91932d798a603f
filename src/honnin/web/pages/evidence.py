"""The evidence of a case: what is kept, who was at it, looking at an item, and handing everything over as a bundle."""

from __future__ import annotations

import base64
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from honnin.app.access import Right
from honnin.app.case_summary import plain_summary
from honnin.app.locker import LockerError, Wish
from honnin.app.readable import make_readable
from honnin.errors import HonninError
from honnin.evidence.bundle import ending
from honnin.evidence.entry import Act, Entry
from honnin.evidence.item import Item
from honnin.evidence.summary import Recipient
from honnin.web.site import Form, Posted, Site, TheSite, Visit, needs

LONGEST_NOTE = 500
MOST_SHOWN = 200_000
LARGEST_PICTURE = 4 * 1024 * 1024
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
CUSTODY_SHOWN = 200
FOLDERS_SHOWN = 100

Reader = Annotated[Visit, needs(Right.EVIDENCE_READ)]
Exporter = Annotated[Visit, needs(Right.EVIDENCE_EXPORT)]
Holder = Annotated[Visit, needs(Right.EVIDENCE_HOLD)]

router = APIRouter()


def evidence_url(folder: str) -> str:
    """Return the address of the page of a folder's evidence."""
    return f"/evidence?{urlencode({'folder': folder})}"


@router.get("/evidence")
def show(request: Request, site: TheSite, _visit: Reader) -> HTMLResponse:
    """Show the evidence of one case or report, or all that have some."""
    folder = request.query_params.get("folder", "")
    if folder:
        return _folder_page(site, request, folder)
    newest = site.services.locker.store.kept_folders(most=FOLDERS_SHOWN)
    return site.page(request, "evidence_folders", folders=newest, most=FOLDERS_SHOWN, url=evidence_url)


@router.get("/evidence/key")
def public_key(site: TheSite, _visit: Reader) -> Response:
    """Hand out the public key, for those who verify."""
    return _file(site.services.locker.key.pem, "honnin-public-key.pem", "application/x-pem-file")


@router.post("/evidence/view")
def view(request: Request, site: TheSite, visit: Reader, posted: Form) -> Response:
    """Show an item, or hand out its file; who looks and why is in the log first."""
    locker = site.services.locker
    try:
        item = locker.item(posted.text("id"))
        purpose = posted.line("purpose", LONGEST_NOTE)
        if not purpose:
            return _folder_page(site, request, item.folder, problem="evidence.purpose_needed", status=422)
        item, content = locker.view(item.id, by=visit.user or "", purpose=purpose)
    except LockerError as error:
        return _refused(site, request, "", error)
    if posted.text("how") == "download":
        return _file(content, f"{item.id}.{ending(item.media_type)}", "application/octet-stream")
    shown = _shown(item, content)
    return site.page(request, "evidence_item", thing=item, purpose=purpose, back=evidence_url(item.folder), **shown)


def _shown(item: Item, content: bytes) -> dict[str, Any]:
    """Return what a page can show of it: words, a picture, or neither."""
    kind = item.media_type.split(";", maxsplit=1)[0].strip().lower()
    picture = ""
    if kind in PICTURES and len(content) <= LARGEST_PICTURE:
        picture = f"data:{kind};base64,{base64.b64encode(content).decode()}"
    is_words = kind.startswith("text/") or kind in {"application/json", "message/rfc822"}
    words = content[:MOST_SHOWN].decode("utf-8", "replace") if is_words else ""
    return {"picture": picture, "words": words, "is_cut": is_words and len(content) > MOST_SHOWN}


@router.post("/evidence/export")
def export(request: Request, site: TheSite, visit: Exporter, posted: Form) -> Response:
    """Make a bundle and hand it out."""
    folder, locker = posted.text("folder"), site.services.locker
    try:
        recipient = Recipient(posted.text("for"))
    except ValueError:
        return _folder_page(site, request, folder, problem="evidence.recipient_needed", status=422)
    wish = Wish(recipient, posted.line("purpose", LONGEST_NOTE), posted.line("to", LONGEST_NOTE), _withheld(posted))
    try:
        make_readable(locker, folder, by=visit.user or "")
        summary = site.services.summaries.summary(folder) or plain_summary(folder, locker.items(folder))
        made = locker.export(folder, summary, wish, by=visit.user or "")
    except HonninError as error:
        return _refused(site, request, folder, error)
    headers = {"content-disposition": f'attachment; filename="{made.name}"'}
    return StreamingResponse(made.pieces(), media_type="application/zip", headers=headers)


def _withheld(posted: Posted) -> dict[str, str]:
    """Return which items stay out, and why, from the fields ``out.ID``."""
    return {
        name.removeprefix("out."): posted.line(name, LONGEST_NOTE)
        for name in posted.fields
        if name.startswith("out.") and posted.line(name)
    }


@router.post("/evidence/hand-over")
def hand_over(request: Request, site: TheSite, visit: Exporter, posted: Form) -> Response:
    """Write down that evidence went to somebody."""
    folder = posted.text("folder")
    to, how = posted.line("to", LONGEST_NOTE), posted.line("how", LONGEST_NOTE)
    try:
        site.services.locker.hand_over(folder, to=to, how=how, by=visit.user or "", bundle=posted.line("bundle", 64))
    except LockerError as error:
        return _refused(site, request, folder, error)
    return RedirectResponse(evidence_url(folder), 303)


@router.post("/evidence/hold")
def hold(request: Request, site: TheSite, visit: Holder, posted: Form) -> Response:
    """Keep a folder whatever its time is."""
    folder = posted.text("folder")
    try:
        site.services.locker.hold(folder, reason=posted.line("reason", LONGEST_NOTE), by=visit.user or "")
    except LockerError as error:
        return _refused(site, request, folder, error)
    return RedirectResponse(evidence_url(folder), 303)


@router.post("/evidence/release")
def release(request: Request, site: TheSite, visit: Holder, posted: Form) -> Response:
    """End a hold."""
    folder = posted.text("folder")
    try:
        site.services.locker.release(posted.text("id"), reason=posted.line("reason", LONGEST_NOTE), by=visit.user or "")
    except LockerError as error:
        return _refused(site, request, folder, error)
    return RedirectResponse(evidence_url(folder), 303)


def _refused(site: Site, request: Request, folder: str, error: HonninError) -> HTMLResponse:
    """Show why the locker refuses, beside the evidence where there is some."""
    return _folder_page(site, request, folder, told=error, status=422)


def _folder_page(
    site: Site,
    request: Request,
    folder: str,
    *,
    problem: str = "",
    told: HonninError | None = None,
    status: int = 200,
) -> HTMLResponse:
    locker = site.services.locker
    custody = locker.custody(folder)
    return site.page(
        request,
        "evidence",
        status,
        folder=folder,
        items=locker.items(folder),
        seen=_last_seen(custody),
        custody=custody[: -CUSTODY_SHOWN - 1 : -1],
        all_entries=len(custody),
        holds=locker.holds(folder),
        recipients=tuple(Recipient),
        fingerprint=locker.key.fingerprint,
        head=locker.head().head,
        problem=problem,
        told=told,
    )


def _last_seen(custody: tuple[Entry, ...]) -> dict[str, Entry]:
    """Return for each item the last time somebody looked at it."""
    return {entry.item: entry for entry in custody if entry.act is Act.VIEWED}


def _file(content: bytes, name: str, kind: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"', "content-security-policy": "sandbox"}
    return Response(content, media_type=kind, headers=headers)
