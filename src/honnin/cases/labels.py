"""Labels on accounts: what was found about one, by whom, why, and until when it counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from honnin.cases.case import Case, Outcome, StepRefusedError, refuse
from honnin.model import Text

LASTS = timedelta(days=180)
LONGEST = timedelta(days=730)


class LabelKind(StrEnum):
    """What a label says, in words that its owner may read."""

    FRAUD = "fraud"
    REPORTED = "reported"
    GENUINE = "genuine"

    @property
    def sentence(self) -> Text:
        return _SAID_OF_LABEL_KIND[self]


_SAID_OF_LABEL_KIND = {
    LabelKind.FRAUD: Text("なりすましと確認したアカウント", "Confirmed as impersonation"),
    LabelKind.REPORTED: Text("通報あり・未確認", "Reported, unconfirmed"),
    LabelKind.GENUINE: Text("本人のものと確認したアカウント", "Confirmed to be who it says"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A label on an account. Nothing is erased: one that was lifted stays readable with who, when and why."""

    id: str
    account: str
    kind: LabelKind
    reason: str
    by: str
    at: datetime
    expires_at: datetime
    case: str = ""
    lifted_by: str = ""
    lifted_at: datetime | None = None
    lifted_why: str = ""

    def counts(self, at: datetime) -> bool:
        return self.lifted_at is None and at < self.expires_at


def check_label(label: Label, case: Case) -> Label:
    """Return the label, or refuse it: it needs a reason, an end, and for fraud a case that was decided so."""
    if len("".join(label.reason.split())) < 4:
        raise refuse("理由を書いてください。", "Write the reason.")
    if not label.at < label.expires_at <= label.at + LONGEST:
        raise refuse("期限は2年以内にしてください。", "It has to end within two years.")
    if label.account not in case.accounts:
        raise refuse("この案件のアカウントではありません。", "This account does not belong to the case.")
    if label.kind is LabelKind.FRAUD and case.outcome is not Outcome.FRAUD:
        raise StepRefusedError(
            Text(
                "「なりすまし」の表示は、案件をそう決めてから付けられます。通報だけでは付けません。",
                "An account is called fraudulent once its case was decided so, never on reports alone.",
            )
        )
    return label


def lift(label: Label, *, by: str, at: datetime, why: str, on_appeal: bool = False) -> Label:
    """Return the label lifted. An appeal is not answered by whoever set it."""
    if not label.counts(at):
        raise refuse("もう効いていません。", "It does not count any more.")
    if len("".join(why.split())) < 4:
        raise refuse("理由を書いてください。", "Write the reason.")
    if on_appeal and by == label.by:
        raise refuse(
            "異議は、表示を付けた人とは別の人が判断します。",
            "An appeal is decided by somebody other than who set the label.",
        )
    return replace(label, lifted_by=by, lifted_at=at, lifted_why=why)
