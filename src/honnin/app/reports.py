"""The report desk: takes reports in, tells reporters how far theirs has come, and forgets whom to write to in time."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from honnin.app.locker import Sealing
from honnin.app.ports import StoredVerdict, Transaction
from honnin.app.receipts import Receipts, Ticket, hash_of, typed_number
from honnin.app.uploads import Redraw, Taken, Upload, take
from honnin.cases.report import Addition, Happened, Report, Reporter, ReportFile, State
from honnin.errors import BadInputError, Mistake
from honnin.evidence.item import Capture, Kind, Method, Source
from honnin.model import Account, Text
from honnin.model.text import Language

GUEST = "guest"
NOBODY = hash_of("")
ATTEMPTS = 20
MOST_ADDITIONS = 50
LONGEST_TEXT = 50_000
TOO_OFTEN = Text(
    "この通報には、これ以上足せません。続きは新しい通報として送り、この受付番号を書いてください。",
    "No more can be added to this report. Send what is left as a new report and mention this number.",
)


class ReportStore(Protocol):
    """Where reports are kept. Each call is one transaction, or part of the one it stands in.

    ``drawn`` are the pictures that may be shown of its files, by the SHA-256 of each.
    """

    def add(self, report: Report, *, secret_hash: str, drawn: Mapping[str, bytes] | None = None) -> bool:
        """Keep a new report with all its files; False where the number is taken."""
        ...

    def get(self, number: str) -> Report | None: ...
    def secret_hash(self, number: str) -> str:
        """Return the hash of the reporter's secret; empty where there is no such report."""
        ...

    def append(self, number: str, addition: Addition, *, drawn: Mapping[str, bytes] | None = None) -> bool:
        """Keep what a reporter added; False where there is no such report."""
        ...

    def picture(self, number: str, sha256: str) -> bytes | None:
        """Return the picture drawn anew of one of its files, as JPEG."""
        ...

    def move(self, number: str, state: State, *, at: datetime, reply: str = "") -> bool:
        """Note how far it has come; False where there is no such report or the state may not come next."""
        ...

    def newest(self, *, before: int = 0, most: int = 50, by: str | None = None) -> Sequence[tuple[int, Report]]:
        """Return the newest reports with their places in the order of arrival, or those ``before`` a place.

        ``by`` narrows them to what one of the staff or one program reported.
        """
        ...

    def arrived(self, *, after: int = 0, most: int = 200) -> Sequence[tuple[int, Report]]:
        """Return reports in the order of arrival, those ``after`` a place.

        Two that arrive at the same moment may show up in either order; who must not miss one listens to the desk instead.
        """
        ...

    def of_event(self, event_id: str, source: str) -> Sequence[Report]:
        """Return what was reported from one event."""
        ...

    def contacts_over(self, closed_before: datetime, *, most: int = 500) -> Sequence[str]:
        """Return the numbers of closed reports that still know whom to write to, though it is long enough ago."""
        ...

    def erase_contact(self, number: str, *, at: datetime) -> bool:
        """Forget whom to write to; False where there is nothing left to forget."""
        ...


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the reporter gets: the number, and the secret to ask about it and add to it."""

    report: Report
    secret: str

    @property
    def number(self) -> str:
        return self.report.number


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the desk works with beside its store.

    ``told`` hears of each report and each addition inside the transaction that keeps it; ``is_held`` says whether a folder
    of evidence must stay as it is. ``flush`` sees to it that not even a power cut takes back what was committed.
    """

    locker: Sealing
    redraw: Redraw
    transaction: Transaction
    receipts: Receipts
    now: Callable[[], datetime]
    told: Callable[[Report], object] = lambda _report: None
    is_held: Callable[[str], bool] = lambda _folder: False
    flush: Callable[[], None] = lambda: None
    contact_lasts: timedelta = timedelta(days=180)


class ReportDesk:
    """Takes reports in. What it acknowledges is kept, with the files sealed as evidence, in one transaction."""

    def __init__(self, store: ReportStore, around: Surroundings) -> None:
        self.store = store
        self._around = around

    def ticket(self, drawn: str) -> str:
        """Return a ticket for a form that is handed out now."""
        return self._around.receipts.ticket(drawn, at=self._around.now())

    def read_ticket(self, ticket: str) -> Ticket | None:
        """Return what a ticket says, None where it is none of ours."""
        return self._around.receipts.read(ticket)

    def receive(self, report: Report, uploads: Sequence[Upload] = (), *, once: str) -> Receipt:
        """Keep a report, which has no number yet. What was sent before with the same ``once`` is not kept twice.

        Files that are not taken are refused with ``BadInputError``, and nothing is kept.
        """
        taken = take(uploads, self._around.redraw)
        receipt = self._received(report, taken, once)
        self._around.flush()
        return receipt

    def _received(self, report: Report, taken: Taken, once: str) -> Receipt:
        around = self._around
        for attempt in range(ATTEMPTS):
            number = around.receipts.number(once, attempt)
            secret = around.receipts.secret(once, number)
            with around.transaction(locks=[f"report:{number}"]):
                known = self.store.secret_hash(number)
                if not known:
                    new = replace(report, number=number, received_at=around.now(), files=taken.files)
                    self._keep(new, secret, taken)
                    return Receipt(new, secret)
                if hmac.compare_digest(known, hash_of(secret)):
                    return Receipt(self._again(number, report, taken), secret)
        raise RuntimeError("no free receipt number")

    def _keep(self, report: Report, secret: str, taken: Taken) -> None:
        if not self.store.add(report, secret_hash=hash_of(secret), drawn=taken.pictures):
            raise RuntimeError("the receipt number was taken meanwhile")
        self._around.told(report)
        self._seal(report, report.text, taken)

    def _again(self, number: str, report: Report, taken: Taken) -> Report:
        """Answer a form that was sent once more; what stands in it now and did not before is added."""
        kept = self._of(number)
        known = {file.sha256 for file in kept.all_files}
        files = tuple(file for file in taken.files if file.sha256 not in known)
        text = "" if report.text in {kept.text, *(each.text for each in kept.additions)} else report.text
        return self._append(kept, text, files, taken) if text or files else kept

    def look_up(self, number: str, secret: str) -> Report | None:
        """Return the report of a reporter who knows its secret. Wrong secrets and unknown numbers look the same."""
        number = typed_number(number)
        known = self.store.secret_hash(number)
        is_theirs = hmac.compare_digest(known or NOBODY, hash_of(secret))
        return self.store.get(number) if is_theirs and known else None

    def add(self, number: str, secret: str, text: str, uploads: Sequence[Upload] = ()) -> Report | None:
        """Keep what a reporter adds later; None where the secret is not theirs."""
        found = self.look_up(number, secret)
        if found is None:
            return None
        taken = take(uploads, self._around.redraw)
        with self._around.transaction(locks=[f"report:{found.number}"]):
            kept = self._of(found.number)
            known = {file.sha256 for file in kept.all_files}
            files = tuple(file for file in taken.files if file.sha256 not in known)
            is_said = not text or (bool(kept.additions) and kept.additions[-1].text == text)
            grown = kept if is_said and not files else self._append(kept, "" if is_said else text, files, taken)
        self._around.flush()
        return grown

    def _append(self, kept: Report, text: str, files: tuple[ReportFile, ...], taken: Taken) -> Report:
        if len(kept.additions) >= MOST_ADDITIONS:
            raise BadInputError([Mistake(0, "files", TOO_OFTEN)])
        addition = Addition(at=self._around.now(), text=text, files=files)
        self.store.append(kept.number, addition, drawn=taken.pictures)
        grown = replace(kept, additions=(*kept.additions, addition))
        self._around.told(grown)
        self._seal(grown, text, replace(taken, files=files))
        return grown

    def _seal(self, report: Report, text: str, taken: Taken) -> None:
        """Seal the words and the files as they came; whom to write to is no evidence and can be forgotten."""
        source = Source(platform=report.platform, account=report.account_id)
        words = json.dumps(_as_told(report, text), ensure_ascii=True, indent=1).encode()
        note = Capture(
            Kind.NOTE, Method.UPLOAD, words, "application/json", "report.json", source, claimed_at=report.when
        )
        originals = taken.originals or {}
        files = [
            Capture(
                Kind.SCREENSHOT if file.has_picture else Kind.FILE,
                Method.UPLOAD,
                originals[file.sha256],
                file.kind,
                file.name,
                source,
                claimed_at=report.when,
            )
            for file in taken.files
        ]
        self._around.locker.capture(report.folder, [note, *files], by=report.by or GUEST)

    def _of(self, number: str) -> Report:
        found = self.store.get(number)
        assert found is not None
        return found

    def move(self, number: str, state: State, *, reply: str = "") -> bool:
        """Note how far a report has come, which its reporter can read from then on."""
        return self.store.move(number, state, at=self._around.now(), reply=reply)

    def erase_contact(self, number: str) -> bool:
        """Forget whom to write to, unless the evidence is held; False where there is nothing to forget or it must stay."""
        found = self.store.get(number)
        if found is None or self._around.is_held(found.folder):
            return False
        return self.store.erase_contact(number, at=self._around.now())

    def tidy(self) -> int:
        """Forget whom to write to where the report has been closed for long; return how many were forgotten."""
        before = self._around.now() - self._around.contact_lasts
        return sum(self.erase_contact(number) for number in self.store.contacts_over(before, most=100_000))


def _as_told(report: Report, text: str) -> dict[str, object]:
    """Write what was told as it goes into the locker: everything but whom to write to."""
    when = report.when.isoformat() if report.when else ""
    told: dict[str, object] = {
        "number": report.number,
        "received_at": report.changed_at.isoformat(),
        "reporter": report.reporter.value,
        "by": report.by,
        "happened": report.happened.value,
        "claimed_name": report.claimed_name,
        "claimed_company": report.claimed_company,
        "platform": report.platform,
        "account_id": report.account_id,
        "when": when,
        "sent": [each.value for each in report.sent],
        "amount": report.amount,
        "paid_to": report.paid_to,
        "event": [report.source, report.event_id] if report.event_id else [],
    }
    return {**told, "text": text}


def told_from(stored: StoredVerdict, *, by: str, language: Language) -> Report:
    """Make a report of an event that came in, in the words it came in; what we found in it is not part of what was told."""
    event, sender = stored.event, stored.event.sender or Account()
    turns = (f"{turn.who or '?'}: {turn.text}" for turn in event.turns)
    text = "\n".join(filter(None, (event.subject, "\n".join(turns) or event.text)))

    return Report(
        number="",
        received_at=stored.received_at,
        reporter=Reporter.STAFF,
        happened=Happened.CONTACTED,
        text=text[:LONGEST_TEXT],
        claimed_name=sender.name,
        claimed_company=sender.organization,
        platform=sender.platform or (event.channel.value if event.channel else ""),
        account_id=sender.account_id or sender.chatwork_id or sender.email,
        when=event.sent_at or stored.received_at,
        language=language,
        by=by,
        source=stored.source,
        event_id=event.id,
    )


def exported(report: Report) -> dict[str, object]:
    """Write everything a report holds, for the reporter who asks for a copy of their data."""
    return {
        **_as_told(report, report.text),
        "received_at": report.received_at.isoformat(),
        "contact": report.contact,
        "contact_erased_at": report.contact_erased_at.isoformat() if report.contact_erased_at else "",
        "files": [_file(file) for file in report.files],
        "additions": [
            {"at": each.at.isoformat(), "text": each.text, "files": [_file(file) for file in each.files]}
            for each in report.additions
        ],
        "state": report.state.value,
        "reply": report.reply,
    }


def _file(file: ReportFile) -> dict[str, object]:
    return {"name": file.name, "kind": file.kind, "size": file.size, "sha256": file.sha256}
