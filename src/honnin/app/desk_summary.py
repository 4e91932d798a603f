"""What a case says about itself when its evidence is handed over: accounts, payments, what happened and what was done."""

from __future__ import annotations

import re
from collections.abc import Iterator

from honnin.app.desk import folder
from honnin.app.desk_ports import CaseStore
from honnin.cases.case import Case, Decided, DeedDone, DeedDropped, Fact, FactKind, Happening, Outcome, Sealed
from honnin.cases.containment import DeedRecord
from honnin.cases.entry import Entry, EntryKind
from honnin.evidence.summary import AccountSeen, CaseSummary, Destination, Payment, PaymentState, Person
from honnin.evidence.summary import Happening as Line
from honnin.sharing.values import Kind, canonical
from honnin.text import normalise

STATES = {
    "asked": PaymentState.ASKED,
    "paid": PaymentState.SENT,
    "stopped": PaymentState.STOPPED,
    "returned": PaymentState.RETURNED,
}
TYPES = {"1": "普通", "2": "当座", "4": "貯蓄"}
_YEN = re.compile(r"(\d[\d,]*)\s*(億|万)?")
MOST_LINES = 200


class DeskSummaries:
    """Tells of cases by the folder in which their evidence is kept."""

    def __init__(self, store: CaseStore) -> None:
        self._store = store

    def summary(self, folder_name: str) -> CaseSummary | None:
        """Return the summary of the case that the evidence of a folder is kept for, None where there is none."""
        prefix = folder("")
        if not folder_name.startswith(prefix):
            return None
        case = self._store.get(folder_name.removeprefix(prefix))
        if case is None:
            return None
        return summary_of(case, self._store.entries(case.id, most=MOST_LINES), self._store.history(case.id))


def summary_of(case: Case, entries: tuple[Entry, ...], history: tuple[Happening, ...]) -> CaseSummary:
    """Put a case on paper. Reporters stay unnamed: the paper goes to others."""
    payments = [fact for fact in case.facts if fact.kind is FactKind.PAYMENT]
    first = min(entries, key=lambda entry: entry.at, default=None)
    return CaseSummary(
        number=case.id,
        title=" / ".join(filter(None, (first.name, first.company))) if first else "",
        what=first.words if first else "",
        how=case.outcome.sentence.ja if case.outcome else "",
        opened_at=case.opened_at,
        victim=_person(case, "victim"),
        accounts=tuple(_accounts(case, entries)),
        destinations=tuple(map(_destination, payments)),
        payments=tuple(
            Payment(_amount(fact.amount), STATES.get(fact.role, PaymentState.ASKED), fact.at, destination=place)
            for place, fact in enumerate(payments, start=1)
        ),
        timeline=tuple(sorted(_happened(case, entries), key=lambda line: line.at)),
        done=tuple(_done(case, history)),
        reasons=(case.reason,) if case.outcome is Outcome.FRAUD and case.reason else (),
    )


def _person(case: Case, role: str) -> Person:
    named = [fact for fact in case.facts if fact.kind is FactKind.PERSON and fact.role == role]
    return Person(name=named[0].value) if named else Person()


def _destination(fact: Fact) -> Destination:
    """Take an account apart as banks ask for it; what is written in another way stays as it is."""
    try:
        bank, branch, type_, number = canonical(Kind.BANK_ACCOUNT, fact.value).split("-")
    except ValueError:  # no account, or one of another country
        return Destination(bank="", number=fact.value, note=fact.note)
    return Destination(bank, branch, TYPES.get(type_, ""), number, note=fact.note)


def _accounts(case: Case, entries: tuple[Entry, ...]) -> Iterator[AccountSeen]:
    impersonated = _person(case, "impersonated").name
    for account in case.accounts:
        platform, _, account_id = account.partition(":")
        own = sorted((entry for entry in entries if entry.account == account), key=lambda entry: entry.at)
        seen = own[0] if own else None
        yield AccountSeen(
            platform,
            account_id,
            name=seen.name if seen else "",
            organization=seen.company if seen else "",
            claimed_person=impersonated,
            first_seen=seen.at if seen else None,
        )


def _happened(case: Case, entries: tuple[Entry, ...]) -> Iterator[Line]:
    for entry in entries:
        if entry.kind is not EntryKind.APPEAL:
            what = "警告" if entry.kind is EntryKind.ALERT else "通報"
            yield Line(entry.at, entry.account, f"{what}: {entry.words[:200]}", entry.kind.value)
    for fact in case.facts:
        if fact.at is not None:
            yield Line(fact.at, "", _words(fact), fact.kind.value)


def _words(fact: Fact) -> str:
    return " ".join(filter(None, (fact.value, fact.amount, fact.note)))


def _done(case: Case, history: tuple[Happening, ...]) -> Iterator[Line]:
    deeds: dict[str, DeedRecord] = {record.deed.id: record for record in case.deeds}
    for happening in history:
        match happening.step:
            case Sealed(account, items):
                yield Line(happening.at, happening.by, f"証拠を保全（{len(items)}点）: {account}", "sealed")
            case DeedDone(deed_id, result) if deed_id in deeds:
                deed = deeds[deed_id].deed
                yield Line(happening.at, happening.by, f"{deed.kind.sentence.ja}: {deed.account} {result}", "done")
            case DeedDropped(deed_id) if deed_id in deeds:
                said = deeds[deed_id].deed.kind.sentence.ja
                yield Line(happening.at, happening.by, f"取りやめ: {said} {happening.why}", "dropped")
            case Decided(outcome):
                yield Line(happening.at, happening.by, outcome.sentence.ja, "decided")
            case _:
                continue


def _amount(text: str) -> int:
    """Read an amount in yen as people write it, 0 where it is not told.

    >>> _amount("48万円"), _amount("1,280,000円"), _amount("不明")
    (480000, 1280000, 0)
    """
    found = _YEN.search(normalise(text[:60]).text)
    if found is None:
        return 0
    return int(found[1].replace(",", "")[:12]) * {"億": 100_000_000, "万": 10_000}.get(found[2] or "", 1)
