"""What a case comes to, as plain values: filled by the people who worked on it, printed for those who take it over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from honnin.model import Text


class Recipient(StrEnum):
    """Who gets a bundle. What each of them asks for first comes first."""

    POLICE = "police"
    BANK = "bank"
    CONSUMER_CENTRE = "consumer"
    LAWYER = "lawyer"

    @property
    def text(self) -> Text:
        return _RECIPIENTS[self]


_RECIPIENTS = {
    Recipient.POLICE: Text("警察", "police"),
    Recipient.BANK: Text("金融機関", "bank"),
    Recipient.CONSUMER_CENTRE: Text("消費生活センター", "consumer centre"),
    Recipient.LAWYER: Text("弁護士", "lawyer"),
}


class PaymentState(StrEnum):
    """How far a payment came."""

    ASKED = "asked"
    SENT = "sent"
    STOPPED = "stopped"
    RETURNED = "returned"

    @property
    def text(self) -> Text:
        return _STATES[self]


_STATES = {
    PaymentState.ASKED: Text("要求された（支払っていない）", "asked for (not paid)"),
    PaymentState.SENT: Text("支払った", "paid"),
    PaymentState.STOPPED: Text("止めた", "stopped"),
    PaymentState.RETURNED: Text("戻った", "returned"),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be asked."""

    name: str = ""
    organization: str = ""
    role: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class AccountSeen:
    """An account that was used, and whose name it used."""

    platform: str
    account_id: str = ""
    name: str = ""
    organization: str = ""
    claimed_person: str = ""
    url: str = ""
    first_seen: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Destination:
    """A bank account to which money was to go."""

    bank: str
    branch: str = ""
    kind: str = ""
    number: str = ""
    holder: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that was asked for or moved. ``destination`` is the place in the list of destinations, from 1; 0 = not known."""

    amount: int
    state: PaymentState
    at: datetime | None = None
    currency: str = "JPY"
    method: str = ""
    destination: int = 0
    paid_from: str = ""
    proof: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """A line of the timeline. ``item`` is the id of the evidence that shows it."""

    at: datetime
    who: str
    what: str
    kind: str = ""
    item: str = ""


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """All that goes onto paper. What is not known stays empty and is printed as not known."""

    number: str
    title: str
    what: str
    how: str = ""
    opened_at: datetime | None = None
    victim: Person = Person()
    contact: Person = Person()
    accounts: tuple[AccountSeen, ...] = ()
    destinations: tuple[Destination, ...] = ()
    payments: tuple[Payment, ...] = ()
    timeline: tuple[Happening, ...] = ()
    done: tuple[Happening, ...] = ()
    reasons: tuple[str, ...] = ()
    """Why it was taken for fraud, in plain words; never how it was detected."""
    asked: str = ""
    """What the recipient is asked to do."""
    police_number: str = ""
    """Number under which the police received it, where they did."""
