"""Makes an entry of the queue from a report or an alert: what is at stake, and by which marks others of its kind are found."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from honnin.app.ports import DirectoryStore, StoredVerdict
from honnin.app.screen import account_key as event_account_key
from honnin.cases.entry import (
    Entry,
    EntryKind,
    account_key,
    harms_of_alert,
    harms_of_report,
    kind_of_report,
    written_by_them,
)
from honnin.cases.report import Report
from honnin.cases.sketch import sketch
from honnin.language.entities import find_entities
from honnin.model import Account, Entity
from honnin.text import normalise

LONGEST_WORDS = 600
MOST_KEYS = 24
GUARD = "guard"
MASKED = re.compile(r"[*＊●○〇?？xX]{2,}|…")
_DIGITS = re.compile(r"\d+")


@dataclass(slots=True)
class OwnMarks:
    """The mail addresses of our own people: standing in many reports, they tie nothing together."""

    directory: DirectoryStore
    _known: tuple[int, frozenset[str]] | None = field(default=None, init=False)

    def __call__(self) -> frozenset[str]:
        revision = self.directory.revision()
        if self._known is None or self._known[0] != revision:
            mails = (mail.casefold() for person in self.directory.people() for mail in person.emails)
            self._known = (revision, frozenset(f"mail:{mail}" for mail in mails))
        return self._known[1]


def entry_of_report(report: Report, ours: Collection[str] = ()) -> Entry:
    """Return the entry of a report. ``ours`` are marks of our own people, which tie nothing together."""
    account = "" if MASKED.search(report.account_id) else account_key(report.platform, report.account_id)
    texts = (report.words, report.paid_to)
    keys = {*_marks(texts), *_bank(report.paid_to)} - _contact_marks(report.contact)
    return Entry(
        id=f"report:{report.number}",
        kind=kind_of_report(report),
        at=report.received_at,
        who=reporter_of(report),
        account=account,
        name=report.claimed_name[:200],
        company=report.claimed_company[:200],
        words=_short(report.words),
        channel=report.platform[:40],
        harms=harms_of_report(report),
        source=report.source,
        reference=report.number,
        keys=_keys(account, keys, ours),
        sketch=sketch([report.words], _names(report.account)),
    )


def entry_of_alert(stored: StoredVerdict, ours: Collection[str] = ()) -> Entry:
    """Return the entry of an alert of the guard."""
    event = stored.event
    sender = event.sender or Account()
    texts = written_by_them(event)
    account = event_account_key(event)
    account = account_key(*account.split(":", 1)) if account else ""
    return Entry(
        id=alert_id(stored.source, event.id),
        kind=EntryKind.ALERT,
        at=stored.received_at,
        who=GUARD,
        account=account,
        name=sender.name[:200],
        company=sender.organization[:200],
        words=_short(" / ".join(filter(None, (event.subject, *texts)))),
        channel=(sender.platform or (event.channel.value if event.channel else ""))[:40],
        level=stored.verdict.level,
        harms=harms_of_alert(stored.verdict),
        source=stored.source,
        reference=event.id,
        keys=_keys(account, set(_marks(texts)), ours),
        sketch=sketch(texts, _names(sender)),
    )


def alert_id(source: str, event_id: str) -> str:
    """Name the entry of an event; a long id is told apart by its digest."""
    plain = f"alert:{source}:{event_id}"
    return plain if len(plain) <= 180 else f"alert:{sha256(plain.encode('utf-8', 'surrogatepass')).hexdigest()}"


def reporter_of(report: Report) -> str:
    """Name who reports, as far as we can tell people apart; whoever left no way to reach them stands for themselves alone.

    Whom to write to is erased in time, so only its digest is kept here.
    """
    if report.by:
        return f"staff:{report.by}"[:200]
    contact = "".join(report.contact.split()).casefold()
    return f"guest:{sha256(contact.encode()).hexdigest()[:16]}" if contact else f"report:{report.number}"


def _keys(account: str, marks: set[str], ours: Collection[str]) -> tuple[str, ...]:
    own = {f"account:{account}"} if account else set()
    return tuple(sorted(own | (marks - set(ours))))[:MOST_KEYS]


def _marks(texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        for kind, _, _, value in find_entities(normalise(text[:6_000]).text):
            if not value or MASKED.search(value):
                continue
            match kind:
                case Entity.ACCOUNT_NUMBER:
                    yield from _bank(value)
                case Entity.PHONE:
                    yield f"phone:{value[:60]}"
                case Entity.EMAIL:
                    yield f"mail:{value[:120].casefold()}"
                case Entity.LINE_ID:
                    yield f"line:{value[:60].casefold()}"
                case _:
                    continue


def _bank(text: str) -> Iterable[str]:
    """Yield a mark for the account number in a destination; branch and bank alone are shared by thousands."""
    numbers = [number for number in _DIGITS.findall(normalise(text[:300]).text) if 6 <= len(number) <= 8]
    yield from (f"bank:{number.zfill(8)}" for number in numbers)


def _contact_marks(contact: str) -> set[str]:
    return set(_marks([contact])) if contact else set()


def _names(account: Account) -> tuple[str, ...]:
    return tuple(
        part for name in (account.name, account.organization) for part in normalise(name[:200]).text.lower().split()
    )


def _short(text: str) -> str:
    return " ".join(text.split())[:LONGEST_WORDS]
