"""The disclosure log: one row for each request that was answered, refused or put on hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from honnin.sharing.request import (
    Approve,
    Authenticate,
    CheckScope,
    Hold,
    Prepare,
    Record,
    Refuse,
    Release,
    Request,
    Review,
    State,
)
from honnin.text import plain_cell

COLUMNS = (
    "id",
    "state",
    "received_at",
    "received_by",
    "channel",
    "requester",
    "office",
    "person",
    "rank",
    "document_no",
    "basis",
    "case_no",
    "period",
    "asked_for",
    "granted",
    "third_party",
    "number_called",
    "number_source",
    "answered_by",
    "authenticated_by",
    "scope_reason",
    "counsel",
    "review_reason",
    "decision",
    "refusal_reason",
    "prepared_by",
    "approved_by",
    "items",
    "method",
    "recipient",
    "delivered_at",
    "released_by",
    "receipt",
    "notice",
    "notice_delayed_until",
    "hold_until",
    "hold_document_no",
    "retain_until",
)


def log_row(request: Request) -> dict[str, str]:
    """Return everything the log keeps of a request, each as text; what has not happened is empty."""
    letter = request.letter
    row = dict.fromkeys(COLUMNS, "") | {
        "id": request.id,
        "state": request.state.value,
        "received_at": _time(request.received_at),
        "received_by": request.received_by,
        "channel": letter.channel,
        "requester": letter.requester.value,
        "office": letter.office,
        "person": letter.person,
        "rank": letter.rank,
        "document_no": letter.document_no,
        "case_no": letter.case_no,
        "period": letter.period,
        "asked_for": letter.asked_for,
        "decision": decision(request),
        "hold_until": _time(request.hold_until),
        "retain_until": _time(request.retain_until),
    }
    for taken in request.history:
        row |= _of_step(taken.step, taken.by, taken.at)
    return row


def decision(request: Request) -> str:
    """Say in a word what came of it: ``disclosed``, ``refused``, ``held``, or ``open``."""
    if request.last(Refuse):
        return "refused"
    if request.last(Release):
        return "disclosed"
    if request.state in {State.LOGGED, State.ERASED}:
        return "held"
    return "open"


def _of_step(step: object, by: str, at: datetime) -> Mapping[str, str]:
    match step:
        case Authenticate():
            return {
                "number_called": step.number,
                "number_source": f"{step.source.value}: {step.source_detail}",
                "answered_by": step.answered_by,
                "authenticated_by": by,
            }
        case CheckScope():
            return {
                "basis": step.basis.value,
                "granted": " ".join(sorted(step.granted)),
                "third_party": "yes" if step.third_party else "no",
                "scope_reason": step.reason,
            }
        case Review():
            return {"counsel": step.counsel, "review_reason": step.reason}
        case Prepare():
            items = (f"{item.title} sha256:{item.copy_sha256}" for item in step.items)
            return {"prepared_by": by, "approved_by": "", "items": "\n".join(items)}
        case Approve():
            return {"approved_by": by}
        case Release():
            return {
                "method": step.method,
                "recipient": f"{step.office} {step.recipient}",
                "delivered_at": _time(at),
                "released_by": by,
            }
        case Record():
            return {
                "receipt": step.receipt,
                "notice": step.notice.value,
                "notice_delayed_until": _time(step.delayed_until),
            }
        case Refuse():
            return {"refusal_reason": step.reason}
        case Hold():
            return {"hold_document_no": step.document_no}
        case _:
            return {}


def _time(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""


def csv_rows(requests: Iterable[Request]) -> Iterable[list[str]]:
    """Yield the log as rows of a table; no cell can be taken for a formula."""
    yield list(COLUMNS)
    for request in requests:
        row = log_row(request)
        yield [plain_cell(row[column]) for column in COLUMNS]
