"""The web application, put together from the services it is given."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from honnin.app.access import NotAllowedError, Refusal
from honnin.web import api
from honnin.web.guard import LimitBody, SafeHeaders
from honnin.web.pages import (
    account,
    audit,
    case,
    check,
    cooperation,
    copies,
    evidence,
    inbox,
    indicators,
    join,
    keys,
    own,
    people,
    queue,
    report,
    reports,
    users,
)
from honnin.web.services import Services
from honnin.web.site import FormExpiredError, SecondFactorNeededError, SignInNeededError, Site

EXPLAINED = {403, 404, 405, 413, 429, 500}


class KeptFiles(StaticFiles):
    """Static files under addresses that change with their content, so that browsers may keep them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


def create_app(services: Services) -> FastAPI:
    """Make the application: the pages, and the API under ``/api/v1``."""
    site = Site(services)
    app = FastAPI(title="Honnin", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.site = site
    app.state.report_limits = report.Limits(services)
    for pages in (
        check,
        account,
        inbox,
        people,
        copies,
        keys,
        report,
        reports,
        own,
        join,
        users,
        audit,
        evidence,
        indicators,
        cooperation,
        queue,
        case,
    ):
        app.include_router(pages.router)

    @app.api_route("/healthz", methods=["GET", "HEAD"])
    def healthy() -> PlainTextResponse:
        services.directory.revision()  # the store answers
        return PlainTextResponse("ok")

    app.mount("/static", KeptFiles(directory=Path(__file__).parent / "static"))
    app.mount("/api/v1", api.create_api(services))
    _explain_refusals(app, site)
    app.add_middleware(LimitBody)
    app.add_middleware(SafeHeaders, https=services.settings.is_https)
    return app


def _explain_refusals(app: FastAPI, site: Site) -> None:
    """Answer with a page that says what to do where something is refused."""

    async def refused(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        known = status if status in EXPLAINED else 404 if status < 500 else 500
        page = await run_in_threadpool(site.page, request, "refused", status, problem=f"refused.{known}")
        if isinstance(error, HTTPException) and error.headers:
            page.headers.update(error.headers)
        return page

    async def form_expired(request: Request, _error: Exception) -> Response:
        return await run_in_threadpool(site.page, request, "refused", 403, problem="refused.form")

    async def not_allowed(request: Request, error: Exception) -> Response:
        assert isinstance(error, NotAllowedError)
        if error.why is Refusal.SIGN_IN:
            return await sign_in_first(request, error)
        values = {"why": error.why.value, "right": error.right.value, "ask": error.whom_to_ask}
        return await run_in_threadpool(site.page, request, "not_allowed", 403, **values)

    async def second_factor_first(_request: Request, _error: Exception) -> Response:
        return RedirectResponse("/settings/second-factor", 303)

    async def sign_in_first(request: Request, _error: Exception) -> Response:
        if (await run_in_threadpool(site.visit, request)).is_halfway:
            return RedirectResponse("/settings/second-factor", 303)
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?next={quote(wanted if request.method == 'GET' else '/inbox', safe='')}", 303)

    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(FormExpiredError, form_expired)
    app.add_exception_handler(NotAllowedError, not_allowed)
    app.add_exception_handler(SecondFactorNeededError, second_factor_first)
    app.add_exception_handler(SignInNeededError, sign_in_first)
    app.add_exception_handler(Exception, refused)
