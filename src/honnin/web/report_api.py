"""Reports by programs: a chat system or a form of somebody else's hands in what it was told."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from honnin.app.access import Right
from honnin.app.accounts import ApiKey
from honnin.app.contract import read_json, whole
from honnin.app.receipts import typed_number
from honnin.app.reports import LONGEST_TEXT, told_from
from honnin.app.uploads import MOST_BYTES, MOST_FILES, Upload
from honnin.cases.report import Happened, Report, Reporter, Sent
from honnin.errors import BadInputError, Mistake
from honnin.model import Text
from honnin.model.text import Language
from honnin.web import api_shapes as shapes
from honnin.web.callers import calls
from honnin.web.services import Services
from honnin.web.words import words

LONGEST_LINE = 300
LONGEST_ID = 200
FIELDS = ("claimed_name", "claimed_company", "platform", "account_id", "amount", "paid_to", "contact")

Sender = Annotated[ApiKey, calls(Right.REPORTS_SEND)]
Reader = Annotated[ApiKey, calls(Right.REPORTS_READ)]
Choice = TypeVar("Choice", bound=StrEnum)


def add_reports(api: FastAPI, services: Services) -> None:
    """Add the calls."""

    @api.post(
        "/reports",
        summary="Report an account that may not be who it says it is",
        responses={200: {"model": shapes.ReceiptOut}},
        openapi_extra=shapes.body_of(shapes.ReportIn),
    )
    async def report(request: Request, by: Sender) -> Response:
        """Keep the report and seal its files as evidence, all or nothing; what is answered is kept.

        The same ``id`` again from the same key gives the same receipt and is not kept twice. With ``event_id``, what is left
        out is taken from the event that this key had screened under that id.
        """
        data = await request.body()
        return await run_in_threadpool(_receive, services, read_json, data, by)

    @api.get(
        "/reports/{number}", summary="Tell how far a report has come", responses={200: {"model": shapes.ReportOut}}
    )
    def status(number: str, by: Reader) -> Response:
        """Only the program that reported it may ask. Nothing says how it was decided."""
        found = services.reports.store.get(typed_number(number))
        if found is None or found.by != by.actor("").name:
            raise HTTPException(404)
        return _answer(_described(found))


def _receive(services: Services, read: Any, data: bytes, by: ApiKey) -> Response:
    value = read(data)
    told, uploads = _Reading(value).report(services, by)
    given = value.get("id")
    once = f"api\n{by.id}\n{given}" if isinstance(given, str) and given else f"api\n{by.id}\n\n{services.new_token()}"
    receipt = services.reports.receive(told, uploads, once=once)
    return _answer({**_described(receipt.report), "secret": receipt.secret})


def _described(report: Report) -> dict[str, Any]:
    said = report.state.sentence
    return {
        "number": report.number,
        "received_at": report.received_at.isoformat(),
        "state": report.state.value,
        "state_text": {"ja": said.ja, "en": said.en},
        "reply": whole(report.reply),
        "files": [
            {"name": whole(each.name), "kind": each.kind, "size": each.size, "sha256": each.sha256}
            for each in report.all_files
        ],
    }


def _answer(content: Mapping[str, Any]) -> Response:
    written = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Response(written, media_type="application/json")


class _Reading:
    """Reads a report from JSON and notes every mistake in it."""

    def __init__(self, value: Any) -> None:
        if not isinstance(value, Mapping):
            raise BadInputError([Mistake(0, "", words()["problem.text"])])
        self.value = value
        self.mistakes: list[Mistake] = []

    def report(self, services: Services, by: ApiKey) -> tuple[Report, list[Upload]]:
        name, language = by.actor("").name, self._language()
        started = self._started(services, by, language) or Report(number="", received_at=services.now())
        lines: dict[str, Any] = {field: self._text(field, LONGEST_LINE) or getattr(started, field) for field in FIELDS}
        told = Report(
            number="",
            received_at=services.now(),
            reporter=self._choice(Reporter, "reporter", Reporter.STAFF),
            happened=self._choice(Happened, "happened", started.happened),
            text=self._text("text", LONGEST_TEXT) or started.text,
            when=self._when() or started.when,
            sent=self._sent(),
            language=language,
            by=name,
            source=started.source,
            event_id=started.event_id,
            **lines,
        )
        self._text("id", LONGEST_ID)
        uploads = self._files()
        if not (told.text or uploads or told.account_id or told.claimed_name):
            self._wrong("text", words()["report.mistake.empty"])
        if self.mistakes:
            raise BadInputError(self.mistakes)
        return told, uploads

    def _wrong(self, field: str, text: Text) -> None:
        self.mistakes.append(Mistake(0, field, text))

    def _started(self, services: Services, by: ApiKey, language: Language) -> Report | None:
        """Begin with an event that this key had screened; others' are as if they were not there."""
        event_id = self._text("event_id", 512)
        if not event_id:
            return None
        stored = services.verdicts.get(event_id, f"api:{by.name}"[:100])
        if stored is None:
            self._wrong("event_id", words()["problem.event"])
            return None
        return told_from(stored, by=by.actor("").name, language=language)

    def _text(self, field: str, longest: int) -> str:
        given = self.value.get(field)
        if given is None:
            return ""
        if not isinstance(given, str) or len(given) > longest:
            self._wrong(field, words()["problem.text"])
            return ""
        return given

    def _choice(self, kind: type[Choice], field: str, usual: Choice) -> Choice:
        given = self.value.get(field)
        if given is None:
            return usual
        if isinstance(given, str) and given in {each.value for each in kind}:
            return kind(given)
        self._wrong(field, _one_of(kind))
        return usual

    def _sent(self) -> tuple[Sent, ...]:
        given = self.value.get("sent")
        known = {each.value for each in Sent}
        if given is None:
            return ()
        if not isinstance(given, list) or not all(isinstance(each, str) and each in known for each in given):
            self._wrong("sent", _one_of(Sent))
            return ()
        return tuple(each for each in Sent if each.value in given)

    def _language(self) -> Language:
        given = self.value.get("language", "ja")
        if given not in ("ja", "en"):
            self._wrong("language", Text("ja か en にしてください。", "Write ja or en."))
        return "en" if given == "en" else "ja"

    def _when(self) -> datetime | None:
        given = self._text("when", 40)
        try:
            moment = datetime.fromisoformat(given) if given else None
            return moment and (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            self._wrong("when", words()["problem.parameter"])
            return None

    def _files(self) -> list[Upload]:
        given = self.value.get("files")
        if given is None:
            return []
        if not isinstance(given, list) or len(given) > MOST_FILES:
            self._wrong(
                "files", Text(f"{MOST_FILES}個までのリストにしてください。", f"Send a list of {MOST_FILES} at most.")
            )
            return []
        return [found for number, each in enumerate(given) if (found := self._file(f"files[{number}]", each))]

    def _file(self, field: str, given: Any) -> Upload | None:
        name, content = (given.get("name"), given.get("content")) if isinstance(given, Mapping) else (None, None)
        if isinstance(name, str) and isinstance(content, str) and len(content) <= 2 * MOST_BYTES:
            try:
                return Upload(name[:LONGEST_LINE], base64.b64decode(content, validate=True))
            except (binascii.Error, ValueError):
                pass
        self._wrong(
            field,
            Text(
                "name と、base64 で書いた content が要ります。", "It needs a name, and its content written as base64."
            ),
        )
        return None


def _one_of(kind: type[StrEnum]) -> Text:
    choices = ", ".join(each.value for each in kind)
    return Text(f"次のどれかにしてください：{choices}", f"Choose from: {choices}")
