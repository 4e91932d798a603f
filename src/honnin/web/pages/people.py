"""The directory: who is real, under which accounts; read from and written to CSV files."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from honnin.app.access import Right
from honnin.app.directory_csv import COLUMNS, Encoding, person_key, read_people, write_people
from honnin.errors import BadInputError
from honnin.model import Person
from honnin.web.pages.inbox import page_number
from honnin.web.site import Form, Site, TheSite, Visit, needs

PER_PAGE = 100
MOST_PREVIEWED = 200
MOST_MISTAKES_SHOWN = 20
MOST_BYTES = 2 * 1024 * 1024

Reader = Annotated[Visit, needs(Right.DIRECTORY_READ)]
Editor = Annotated[Visit, needs(Right.DIRECTORY_CHANGE)]

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Change:
    """What an import would do with one person; ``before`` is who stands there now."""

    person: Person
    before: Person | None


@router.get("/directory")
def show(request: Request, site: TheSite, _visit: Reader) -> HTMLResponse:
    text = request.query_params.get("text", "")[:200]
    done = request.query_params.get("done", "")
    people = site.services.directory.people()
    found = [person for person in people if _holds(person, text)]
    pages = max(1, -(-len(found) // PER_PAGE))
    page = min(max(page_number(request.query_params.get("page", "1")), 1), pages)
    return site.page(
        request,
        "directory",
        people=found[(page - 1) * PER_PAGE : page * PER_PAGE],
        total=len(found),
        everyone=len(people),
        text=text,
        page=page,
        pages=pages,
        done=page_number(done) if done.isdigit() and done != "0" else None,
        columns=",".join(COLUMNS),
    )


@router.post("/directory/preview")
def preview(request: Request, site: TheSite, _visit: Editor, posted: Form) -> HTMLResponse:
    """Show what an import would do; nothing is written yet."""
    return _preview_page(site, request, posted.file)


@router.post("/directory/import")
def commit(request: Request, site: TheSite, _visit: Editor, posted: Form) -> Response:
    """Write what was previewed, all or nothing, and only if the directory is still as it was shown."""
    try:
        data = base64.b64decode(posted.text("data"), validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if posted.text("revision") != str(site.services.directory.revision()):
        return _preview_page(site, request, data, changed_meanwhile=True)
    try:
        changed = site.services.directory.upsert(read_people(data))
    except BadInputError:
        return _preview_page(site, request, data)
    return RedirectResponse(f"/directory?done={changed}", 303)


def _preview_page(site: Site, request: Request, data: bytes, *, changed_meanwhile: bool = False) -> HTMLResponse:
    directory = site.services.directory
    revision = directory.revision()  # before the people: a change between the two is then noticed
    if len(data) > MOST_BYTES:
        return site.page(request, "directory_refused", 422, mistakes=[], too_large=True)
    try:
        changes = _changes(directory.people(), read_people(data))
    except BadInputError as error:
        return site.page(request, "directory_refused", 422, mistakes=error.mistakes, too_large=False)
    new = [change for change in changes if change.before is None]
    changed = [change for change in changes if change.before and change.before != change.person]
    return site.page(
        request,
        "directory_preview",
        changed_meanwhile=changed_meanwhile,
        data=base64.b64encode(data).decode(),
        revision=revision,
        new=new,
        changed=changed,
        same=len(changes) - len(new) - len(changed),
        most=MOST_PREVIEWED,
    )


@router.get("/directory/export")
def export(request: Request, site: TheSite, _visit: Reader, encoding: str = "utf-8") -> Response:
    chosen: Encoding = "cp932" if encoding == "cp932" else "utf-8"
    try:
        data = write_people(site.services.directory.people(), chosen)
    except BadInputError as error:
        return site.page(request, "export_refused", 422, mistakes=error.mistakes[:MOST_MISTAKES_SHOWN])
    return Response(
        data,
        media_type=f"text/csv; charset={'Shift_JIS' if chosen == 'cp932' else 'utf-8'}",
        headers={"content-disposition": 'attachment; filename="honnin-directory.csv"'},
    )


@router.post("/directory/remove")
def remove(site: TheSite, _visit: Editor, posted: Form) -> Response:
    site.services.directory.remove(posted.text("id"))
    return RedirectResponse("/directory", 303)


def _holds(person: Person, text: str) -> bool:
    """Tell whether the words stand anywhere in what is known of the person, whatever their width and spaces."""
    wanted = person_key(Person(text))[0]
    parts = (person.name, person.kana, person.romaji, person.organization, person.title, *person.emails)
    accounts = tuple(account.account_id for account in person.accounts)
    return not wanted or any(wanted in person_key(Person(part))[0] for part in parts + accounts)


def _changes(known: Sequence[Person], given: Sequence[Person]) -> list[Change]:
    """Pair each person of the file with who is known now under the same name and organisation."""
    by_key = {person_key(person): person for person in known}
    pairs = ((person, by_key.get(person_key(person))) for person in given)
    return [Change(replace(person, id=before.id) if before else person, before) for person, before in pairs]
