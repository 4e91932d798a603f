"""What comes into the queue: a report, an alert of the guard, or the objection of an account's owner, in one shape."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from honnin.cases.report import Happened, Report, Reporter, Sent
from honnin.model import Event, Level, Stage, Text, Verdict

STILL_MOVING = timedelta(days=7)
"""A transfer that was made so lately may still be stopped or called back."""


class EntryKind(StrEnum):
    REPORT = "report"
    ALERT = "alert"
    APPEAL = "appeal"


class Harm(StrEnum):
    """What is at stake, the most pressing first."""

    MONEY_MOVING = "money_moving"
    CREDENTIALS = "credentials"
    DATA = "data"
    MONEY_ASKED = "money_asked"

    @property
    def sentence(self) -> Text:
        return _SAID_OF_HARM[self]


_SAID_OF_HARM = {
    Harm.MONEY_MOVING: Text("お金がいま動いています。", "Money is moving now."),
    Harm.CREDENTIALS: Text("パスワードや操作の権限が渡っています。", "Passwords or control were handed over."),
    Harm.DATA: Text("会社や口座の情報が渡っています。", "Data was handed over."),
    Harm.MONEY_ASKED: Text("お金を求められています。", "Money is being asked for."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that came in, with what is needed to group it and to say how pressing it is.

    ``id`` is its own for ever, whichever case it belongs to. ``who`` names the reporter as far as we know them; where
    nobody can be told apart it is the entry's own id. ``account`` is ``platform:id``. ``keys`` are the exact marks it shares
    with others of its kind (accounts, bank accounts, numbers, addresses), ``sketch`` is what is compared for likeness.
    """

    id: str
    kind: EntryKind
    at: datetime
    who: str
    account: str = ""
    name: str = ""
    company: str = ""
    words: str = ""
    channel: str = ""
    level: Level = Level.OK
    harms: tuple[Harm, ...] = ()
    source: str = ""
    reference: str = ""
    keys: tuple[str, ...] = ()
    sketch: tuple[int, ...] = ()

    @property
    def part(self) -> Part:
        """What a case needs to remember of it."""
        return Part(self.id, self.kind, self.at, self.who, self.account, self.level, self.harms)


@dataclass(frozen=True, slots=True)
class Part:
    """An entry as a case knows it. ``aside`` marks one that does not count: its reporter acted in bad faith."""

    id: str
    kind: EntryKind
    at: datetime
    who: str
    account: str = ""
    level: Level = Level.OK
    harms: tuple[Harm, ...] = ()
    aside: bool = False


def account_key(platform: str, account_id: str) -> str:
    """Name an account the way entries, labels and containment do; "" where it is not told.

    >>> account_key("Chatwork", " 90001 "), account_key("chatwork", "")
    ('chatwork:90001', '')
    """
    name, kind = (
        "".join(letter for letter in text if letter.isprintable() and not letter.isspace())
        for text in (account_id, platform)
    )
    return f"{kind.casefold()[:40]}:{name[:300]}" if name else ""


def harms_of_report(report: Report) -> tuple[Harm, ...]:
    """Say what is at stake by what the reporter ticked."""
    sent = frozenset(report.sent)
    found: list[Harm] = []
    lately = report.when is None or report.received_at - report.when <= STILL_MOVING
    if lately and sent & {Sent.MONEY, Sent.GIFT_CARD}:
        found.append(Harm.MONEY_MOVING)
    if sent & {Sent.PASSWORD, Sent.REMOTE_CONTROL, Sent.CARD}:
        found.append(Harm.CREDENTIALS)
    if sent & {Sent.BANK, Sent.COMPANY_DATA}:
        found.append(Harm.DATA)
    if report.happened is Happened.ASKED_FOR_MONEY or sent & {Sent.MONEY, Sent.GIFT_CARD}:
        found.append(Harm.MONEY_ASKED)
    return tuple(found)


def harms_of_alert(verdict: Verdict) -> tuple[Harm, ...]:
    """Say what is at stake by how far the script had come: who is thanked has probably paid."""
    match verdict.stage:
        case Stage.THANK:
            return (Harm.MONEY_MOVING, Harm.MONEY_ASKED)
        case Stage.ASK | Stage.PUSH:
            return (Harm.MONEY_ASKED,)
        case _:
            return ()


def kind_of_report(report: Report) -> EntryKind:
    return EntryKind.APPEAL if report.reporter is Reporter.OWNER else EntryKind.REPORT


def written_by_them(event: Event) -> tuple[str, ...]:
    """Return what the account under examination wrote; where nobody is marked so, what everybody wrote."""
    if not event.turns:
        return (event.text,)
    theirs = tuple(turn.text for turn in event.turns if turn.who == "sender")
    return theirs or tuple(turn.text for turn in event.turns)
