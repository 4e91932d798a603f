"""Indicators by programs: list, hand on, take in."""

from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from honnin.app.access import Right
from honnin.app.accounts import ApiKey
from honnin.app.contract import whole
from honnin.app.indicators import Form, IndicatorFilter, described
from honnin.errors import BadInputError, HonninError, Mistake
from honnin.sharing.indicator import Standing, Tlp
from honnin.sharing.values import Kind
from honnin.web import api_shapes as shapes
from honnin.web.callers import calls
from honnin.web.services import Services

Reader = Annotated[ApiKey, calls(Right.INDICATORS_READ)]
Editor = Annotated[ApiKey, calls(Right.INDICATORS_CHANGE)]
Exporter = Annotated[ApiKey, calls(Right.INDICATORS_EXPORT)]


class IndicatorQuery(BaseModel):
    kind: Kind | None = None
    standing: Standing | None = None
    origin: str | None = Field(None, max_length=100, description='whose; "" are our own')
    text: str = Field("", max_length=200)
    page: int = Field(1, ge=1, le=1_000_000)


class IndicatorOut(shapes.Shape):
    """One indicator: reported, unconfirmed."""

    key: str
    kind: Kind
    value: str
    status: str = "reported, unconfirmed"
    standing: Standing
    confidence: int
    tlp: Tlp
    tactics: list[str]
    first_seen: str
    last_seen: str
    expires_at: str
    sightings: int
    origin: str


class IndicatorsOut(shapes.Shape):
    indicators: list[IndicatorOut]
    total: int
    page: int
    per_page: int


class IndicatorImportOut(shapes.Shape):
    """What an import brought. ``errors`` name object and field."""

    new: int
    renewed: int
    known: int
    ignored: int
    refused: int
    errors: list[dict[str, Any]]


class ExportQuery(BaseModel):
    form: Form = Field(Form.STIX, alias="format")
    tlp: Tlp = Tlp.AMBER
    everything: bool = Field(
        default=False, alias="all", description="what others shared and allow to be passed on, too"
    )


def add_indicators(api: FastAPI, services: Services) -> None:
    """Add the calls."""
    keeper = services.indicators

    @api.get(
        "/indicators",
        summary="List indicators, the last changed first",
        responses={200: {"model": IndicatorsOut}},
    )
    def indicators(wanted: Annotated[IndicatorQuery, Query()], _by: Reader) -> Response:
        found = keeper.store.search(
            IndicatorFilter(wanted.kind, wanted.standing, wanted.origin, wanted.text, wanted.page)
        )
        rows = [described(one) for one in found.items]
        return JSONResponse({"indicators": rows, "total": found.total, "page": found.page, "per_page": found.per_page})

    @api.get(
        "/indicators/export",
        summary="Write what may leave for a circle: STIX 2.1, MISP, or TAXII files",
        responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
        response_class=Response,
    )
    def export(wanted: Annotated[ExportQuery, Query()], _by: Exporter) -> Response:
        """Nothing of people, cases or criteria is in it; everything in it was reported and not confirmed."""
        try:
            found = keeper.export(wanted.form, widest=wanted.tlp, everything=wanted.everything)
        except HonninError as error:
            raise BadInputError([Mistake(0, "", error.text)]) from None
        return Response(found.content, media_type=found.media_type)

    @api.post(
        "/indicators/import",
        summary="Take in what another shared, as STIX or MISP",
        responses={200: {"model": IndicatorImportOut}},
        openapi_extra={
            "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
        },
    )
    async def import_file(request: Request, wanted: Annotated[shapes.OriginQuery, Query()], by: Editor) -> Response:
        """Objects that cannot be taken are named with their field; the rest is taken."""
        data = await request.body()
        who = f"api:{by.name}"[:200]
        report = await run_in_threadpool(keeper.import_file, data, by=who, origin=wanted.origin or by.name)
        errors = [
            {"field": whole(mistake.field), "ja": whole(mistake.text.ja), "en": whole(mistake.text.en)}
            for mistake in report.mistakes
        ]
        counts = {name: getattr(report, name) for name in ("new", "renewed", "known", "ignored", "refused")}
        return JSONResponse({**counts, "errors": errors})
