"""The HTTP API for programs, with a key in ``Authorization: Bearer``; the same contract as the command line."""

import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response, StreamingResponse

from honnin.app.access import NotAllowedError, Right
from honnin.app.accounts import ApiKey
from honnin.app.contract import event_from_json, identity_to_json, link_to_json, read_json, verdict_to_json, whole
from honnin.app.copies import Outcome, described
from honnin.app.ports import AlertFilter, StoredVerdict
from honnin.errors import BadInputError, Mistake
from honnin.model import Account, Person
from honnin.web import api_shapes as shapes
from honnin.web.callers import Callers, calls
from honnin.web.remembered import TACTICS
from honnin.web.report_api import add_reports
from honnin.web.services import Services
from honnin.web.sharing_api import add_indicators
from honnin.web.words import language_of, say, words

MOST_EVENTS = 1_000
LONGEST_URL = 20_000
PROBLEM = "application/problem+json"
JSON_LINES = "application/jsonl"


class Unicode(JSONResponse):
    """JSON with Japanese as it is written, whatever halves of characters came in."""

    def render(self, content: Any) -> bytes:
        return _written(content)


def _written(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def create_api(services: Services) -> FastAPI:
    """Make the API; it is mounted under ``/api/v1``."""
    api = FastAPI(
        title="Honnin API",
        version="1",
        description=(
            "Screens messages, conversations and contact requests for impersonation fraud. "
            "/ メッセージ・会話・コンタクト申請のなりすましを調べます。"
        ),
        docs_url=None,
        redoc_url=None,
        responses={
            status: {"model": shapes.Problem, "description": words()[f"problem.{status}"].en}
            for status in (401, 403, 413, 422, 429)
        },
    )
    api.state.callers = Callers(services)
    _add_screening(api, services)
    _add_copies(api, services)
    _add_sharing(api, services)
    _add_questions(api, services)
    add_reports(api, services)
    add_indicators(api, services)
    _describe(api)
    _explain(api)
    return api


async def _body(request: Request) -> Any:
    """Read the body as JSON, apart from the loop that serves everybody."""
    data = await request.body()
    return await run_in_threadpool(read_json, data)


def _add_screening(api: FastAPI, services: Services) -> None:
    key = Annotated[ApiKey, calls(Right.CHECK_KEEP)]

    def screen_one(value: Any, by: ApiKey) -> dict[str, Any]:
        event = event_from_json(value)
        conversation = value.get("conversation")
        if conversation is not None and not isinstance(conversation, str):
            raise BadInputError([Mistake(0, "conversation", words()["problem.text"])])
        stored = services.desk.receive(event, source=f"api:{by.name}"[:100], conversation=conversation or "")
        return verdict_to_json(stored.verdict, public=False)

    def screen_row(value: Any, by: ApiKey) -> dict[str, Any]:
        try:
            return screen_one(value, by)
        except BadInputError as error:
            given = value.get("id") if isinstance(value, Mapping) else None
            return {"id": given if isinstance(given, str) else None, "error": _mistakes(error)}

    @api.post(
        "/screen",
        summary="Screen one event, or up to 1,000 at once",
        responses={200: {"model": shapes.VerdictOut | shapes.VerdictsOut}},
        openapi_extra=shapes.body_of(shapes.EventIn, shapes.BatchIn),
    )
    async def screen(request: Request, by: key) -> Response:
        """Keep the event(s), show them in the inbox, and answer with what was found.

        An event that was sent before under the same id is screened again, but neither kept nor counted twice.
        """
        value = await _body(request)
        if not isinstance(value, Mapping) or "events" not in value:
            return Unicode(await run_in_threadpool(screen_one, value, by))
        events = value["events"]
        if not isinstance(events, list) or len(events) > MOST_EVENTS:
            raise BadInputError([Mistake(0, "events", words()["problem.events"])])
        rows = [await run_in_threadpool(screen_row, event, by) for event in events]
        return Unicode({"verdicts": rows})

    @api.get(
        "/verdicts",
        summary="List kept verdicts, newest first",
        responses={200: {"model": shapes.ListOut}},
        dependencies=[calls(Right.INBOX_READ)],
    )
    def verdicts(wanted: Annotated[shapes.VerdictQuery, Query()]) -> Response:
        found = services.verdicts.search(
            AlertFilter(
                level=wanted.level,
                alerts_only=wanted.alerts_only,
                channel=wanted.channel,
                handled=wanted.handled,
                text=wanted.text,
                since=_aware(wanted.since),
                until=_aware(wanted.until),
                page=wanted.page,
            )
        )
        rows = [_stored(item) for item in found.items]
        return Unicode({"verdicts": rows, "total": found.total, "page": found.page, "per_page": found.per_page})


def _aware(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def _stored(item: StoredVerdict) -> dict[str, Any]:
    return {
        "verdict": verdict_to_json(item.verdict, public=False),
        "received_at": item.received_at.isoformat(),
        "source": whole(item.source),
        "conversation": whole(item.conversation),
        "handled_at": item.handled_at.isoformat() if item.handled_at else None,
        "handled_by": item.handled_by,
    }


def _add_questions(api: FastAPI, services: Services) -> None:
    @api.post(
        "/links/check",
        summary="Say what is odd about a link, without opening it",
        responses={200: {"model": shapes.LinkOut}},
        openapi_extra=shapes.body_of(shapes.LinkIn),
        dependencies=[calls(Right.CHECK)],
    )
    async def check_link(request: Request) -> Response:
        value = await _body(request)
        url = value.get("url") if isinstance(value, Mapping) else None
        if not isinstance(url, str) or not url.strip() or len(url) > LONGEST_URL:
            raise BadInputError([Mistake(0, "url", words()["problem.url"])])
        return Unicode(link_to_json(await run_in_threadpool(services.check_link, url)))

    def match(claimed: Account, people: tuple[Person, ...]) -> dict[str, Any]:
        found = services.match_identity(claimed, people or services.directory.people())
        return {"identity": None if found is None else identity_to_json(found)}

    @api.post(
        "/identity/match",
        summary="Compare a claimed account with a real person, or with the directory",
        responses={200: {"model": shapes.MatchOut}},
        openapi_extra=shapes.body_of(shapes.IdentityIn),
        dependencies=[calls(Right.CHECK)],
    )
    async def match_identity(request: Request) -> Response:
        value = await _body(request)
        if not isinstance(value, Mapping) or not isinstance(value.get("claimed"), Mapping):
            raise BadInputError([Mistake(0, "claimed", words()["problem.claimed"])])
        person = value.get("person")
        event = event_from_json(
            {"id": "match", "text": "", "sender": value["claimed"], "directory": None if person is None else [person]}
        )
        return Unicode(await run_in_threadpool(match, event.sender or Account(), event.directory))


def _add_copies(api: FastAPI, services: Services) -> None:
    key = Annotated[ApiKey, calls(Right.COPIES_CHANGE)]
    keeper = services.copies

    @api.get(
        "/copies",
        summary="List confirmed fraud that is remembered, newest first",
        responses={200: {"model": shapes.CopiesOut}},
        dependencies=[calls(Right.COPIES_READ)],
    )
    def copies(wanted: Annotated[shapes.PageQuery, Query()]) -> Response:
        found = keeper.page(wanted.page)
        rows = [described(one) for one in found.items]
        return Unicode({"copies": rows, "total": found.total, "page": found.page, "per_page": found.per_page})

    @api.post(
        "/copies",
        summary="Remember a kept event as confirmed fraud",
        responses={200: {"model": shapes.RememberedOut}},
        openapi_extra=shapes.body_of(shapes.RememberIn),
    )
    async def remember(request: Request, by: key) -> Response:
        """Near copies of its words are known again from then on; only a fingerprint is kept."""
        value = await _body(request)
        return Unicode(await run_in_threadpool(remember_event, value, by))

    def remember_event(value: Any, by: ApiKey) -> dict[str, Any]:
        event_id, source, tactic = (_string(value, name) for name in ("event_id", "source", "tactic"))
        stored = services.verdicts.get(event_id, source or None)
        if stored is None:
            raise BadInputError([Mistake(0, "event_id", words()["problem.event"])])
        if tactic and tactic not in TACTICS:
            raise BadInputError([Mistake(0, "tactic", words()["problem.tactic"])])
        done = keeper.remember(stored, by=f"api:{by.name}"[:200], tactic=tactic)
        if done.copy is None:
            raise BadInputError([Mistake(0, "event_id", words()["copies.too_short"])])
        return {"new": done.outcome is Outcome.NEW, "copy": described(done.copy)}

    @api.delete(
        "/copies/{copy_id}",
        summary="Forget one",
        responses={200: {"model": shapes.ForgottenOut}},
        dependencies=[calls(Right.COPIES_CHANGE)],
    )
    def forget(copy_id: str) -> Response:
        return Unicode({"forgotten": int(keeper.forget(copy_id))})

    @api.delete(
        "/copies",
        summary="Forget all that was imported from one origin",
        responses={200: {"model": shapes.ForgottenOut}},
        dependencies=[calls(Right.COPIES_CHANGE)],
    )
    def forget_origin(wanted: Annotated[shapes.OriginQuery, Query()]) -> Response:
        return Unicode({"forgotten": keeper.forget_origin(wanted.origin)})


def _add_sharing(api: FastAPI, services: Services) -> None:
    key = Annotated[ApiKey, calls(Right.COPIES_CHANGE)]
    keeper = services.copies

    @api.get(
        "/copies/export",
        summary="Write the fingerprints for another site, one JSON object a line",
        responses={200: {"content": {JSON_LINES: {"schema": {"type": "string"}}}}},
        dependencies=[calls(Right.COPIES_EXPORT)],
        response_class=Response,
    )
    def export(*, everything: Annotated[bool, Query(alias="all")] = False) -> Response:
        """The format is described in docs/copies.md. ``all`` adds what was imported."""
        return StreamingResponse(keeper.export(everything=everything), media_type=JSON_LINES)

    @api.post(
        "/copies/import",
        summary="Take in what another site has exported",
        responses={200: {"model": shapes.ImportOut}},
        openapi_extra={
            "requestBody": {"required": True, "content": {JSON_LINES: {"schema": {"type": "string"}}}},
        },
    )
    async def import_lines(request: Request, by: key, wanted: Annotated[shapes.OriginQuery, Query()]) -> Response:
        """Lines that cannot be read are named, with their numbers; the others are taken."""
        read = io.BytesIO(await request.body()).read
        report = await run_in_threadpool(keeper.import_lines, read, by=f"api:{by.name}"[:200], origin=wanted.origin)
        errors = [_mistake(mistake) | {"line": mistake.line} for mistake in report.mistakes]
        return Unicode({"new": report.new, "known": report.known, "refused": report.refused, "errors": errors})


def _string(value: Any, name: str) -> str:
    found = value.get(name) if isinstance(value, Mapping) else None
    if found is not None and not isinstance(found, str):
        raise BadInputError([Mistake(0, name, words()["problem.text"])])
    return found or ""


def _describe(api: FastAPI) -> None:
    """Add the shapes of what is sent to us, which FastAPI cannot see, to the description."""
    usual = api.openapi

    def described() -> dict[str, Any]:
        found = usual()
        schemas = found.setdefault("components", {}).setdefault("schemas", {})
        for name, schema in shapes.input_schemas().items():
            schemas.setdefault(name, schema)
        found["servers"] = [{"url": "/api/v1"}]
        return found

    api.openapi = described  # type: ignore[method-assign]


def _explain(api: FastAPI) -> None:
    """Answer refusals as problem+json in both languages."""

    def problem(
        request: Request,
        status: int,
        errors: list[dict[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
        known: str = "",
    ) -> Response:
        known = known or (
            f"problem.{status}" if f"problem.{status}" in words() else "problem.500" if status >= 500 else "problem.404"
        )
        text = words()[known]
        language = language_of(None, None, request.headers.get("accept-language", ""))
        content: dict[str, Any] = {
            "type": "about:blank",
            "title": say(known, language),
            "status": status,
            "detail": "\n".join(f"{e['field']}: {e[language]}" for e in errors) if errors else say(known, language),
            "messages": {"ja": text.ja, "en": text.en},
        }
        if errors is not None:
            content["errors"] = errors
        return Response(_written(content), status, headers=dict(headers or {}), media_type=PROBLEM)

    async def refused(request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException):
            return problem(request, error.status_code, headers=error.headers)
        return problem(request, 500)

    async def not_allowed(request: Request, error: Exception) -> Response:
        assert isinstance(error, NotAllowedError)
        return problem(request, 403, known=f"problem.not_allowed.{error.why.value}")

    async def bad_input(request: Request, error: Exception) -> Response:
        assert isinstance(error, BadInputError)
        return problem(request, 422, _mistakes(error))

    async def bad_parameter(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        text = words()["problem.parameter"]
        errors = [{"field": str(each["loc"][-1])[:100], "ja": text.ja, "en": text.en} for each in error.errors()]
        return problem(request, 422, errors)

    api.add_exception_handler(HTTPException, refused)
    api.add_exception_handler(BadInputError, bad_input)
    api.add_exception_handler(NotAllowedError, not_allowed)
    api.add_exception_handler(RequestValidationError, bad_parameter)
    api.add_exception_handler(Exception, refused)


def _mistakes(error: BadInputError) -> list[dict[str, Any]]:
    return [_mistake(mistake) for mistake in error.mistakes]


def _mistake(mistake: Mistake) -> dict[str, Any]:
    return {"field": whole(mistake.field), "ja": whole(mistake.text.ja), "en": whole(mistake.text.en)}
