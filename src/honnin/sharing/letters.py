"""Letters that go with a request, in both languages. For counsel to read before use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files

import yaml

from honnin.model import Text
from honnin.model.clock import JST
from honnin.sharing.request import Asked, Basis, ExtendHold, Hold, Refuse, Request


class Letter(StrEnum):
    """What is written."""

    CALL = "call"
    """What to say on the phone; it is not sent."""
    ACKNOWLEDGEMENT = "acknowledgement"
    COVERING = "covering"
    REFUSAL = "refusal"
    PRESERVATION = "preservation"


BASIS_NAMES: Mapping[Basis, Text] = {
    Basis.INQUIRY: Text("捜査関係事項照会（刑事訴訟法197条2項）", "Inquiry on investigation matters (Code of Criminal Procedure 197(2))"),
    Basis.WARRANT: Text("令状", "Warrant"),
    Basis.PRESERVATION: Text("保全要請（刑事訴訟法197条3項）", "Preservation request (Code of Criminal Procedure 197(3))"),
    Basis.BAR: Text("弁護士会照会（弁護士法23条の2）", "Bar association inquiry (Attorney Act 23-2)"),
    Basis.OWN_DATA: Text("本人からの開示請求", "Request by the person concerned"),
    Basis.CONSENT: Text("本人の同意", "Consent of the person concerned"),
    Basis.DANGER: Text("生命・身体・財産の保護（個人情報保護法27条1項2号）", "Protection of life, body or property (APPI 27(1)(ii))"),
    Basis.SUPERVISION: Text("監督官庁の報告の求め", "Report asked for by the supervising authority"),
}  # fmt: skip
ASKED_NAMES: Mapping[Asked, Text] = {
    Asked.DESTINATION: Text("振込先の口座", "destination accounts"),
    Asked.INDICATORS: Text("相手のアカウント・番号・アドレス", "accounts, numbers and addresses used"),
    Asked.REPORTS: Text("通報の内容", "reports"),
    Asked.TIMELINE: Text("経過", "timeline"),
    Asked.HOLDER: Text("契約者・利用者の情報", "details of the account holder"),
    Asked.MESSAGES: Text("通信の本文", "contents of messages"),
    Asked.CONTACTS: Text("だれとやり取りしたか", "who communicated with whom"),
    Asked.ACCESS_LOG: Text("接続の記録", "access logs"),
}
_NONE = Text("（なし）", "(none)")


def written(kind: Letter, request: Request, *, organisation: str, today: datetime) -> Text:
    """Return the letter in both languages, filled in from the request."""
    pattern = _patterns()[kind.value]
    return Text(
        pattern.ja.format_map(_values(request, organisation, today, "ja")),
        pattern.en.format_map(_values(request, organisation, today, "en")),
    )


def _values(request: Request, organisation: str, today: datetime, language: str) -> dict[str, str]:
    letter, scope = request.letter, request.scope
    none = _NONE.ja if language == "ja" else _NONE.en

    def said(text: Text) -> str:
        return text.ja if language == "ja" else text.en

    items = request.preparation.items if request.preparation else ()
    refusal, hold = request.last(Refuse), request.last(ExtendHold) or request.last(Hold)
    return {
        "id": request.id,
        "today": _day(today),
        "received": _day(request.received_at),
        "office": letter.office,
        "person": letter.person,
        "document_no": letter.document_no or none,
        "case_no": (f"（{letter.case_no}）" if language == "ja" else f" ({letter.case_no})") if letter.case_no else "",
        "organisation": organisation,
        "basis": said(BASIS_NAMES[scope.basis]) if scope else none,
        "granted": "、".join(said(ASKED_NAMES[one]) for one in sorted(scope.granted)) if scope else none,
        "count": str(len(items)),
        "items": "\n".join(f"- {item.title} (SHA-256 {item.copy_sha256})" for item in items) or none,
        "reason": refusal.step.reason if refusal and isinstance(refusal.step, Refuse) else none,
        "until": _day(hold.step.until) if hold and isinstance(hold.step, (Hold, ExtendHold)) else none,
    }


def _day(moment: datetime) -> str:
    return moment.astimezone(JST).strftime("%Y-%m-%d")


@cache
def _patterns() -> dict[str, Text]:
    given = yaml.safe_load(files("honnin.sharing").joinpath("data", "letters.yaml").read_text(encoding="utf-8"))
    return {name: Text(text["ja"], text["en"]) for name, text in given.items()}
