"""A report: what somebody told us about an account that may not be who it says it is.

It holds their words and their files as they gave them. What we make of it is a case; one report never condemns an account.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from honnin.model import Account, Text
from honnin.model.text import Language


class Reporter(StrEnum):
    """Who reports."""

    GUEST = "guest"
    """Somebody without an account here, by the public form."""
    STAFF = "staff"
    """Somebody signed in, or a program with a key."""
    OWNER = "owner"
    """Somebody who says that the account is their own and objects to how it is treated."""


class Happened(StrEnum):
    """What happened, as the reporter chooses it."""

    CONTACTED = "contacted"
    """An account in somebody's name wrote or asked to be accepted."""
    ASKED_FOR_MONEY = "asked_for_money"
    """It asks for a transfer, an account change or gift cards; nothing may have been paid yet."""
    ASKED_FOR_DATA = "asked_for_data"
    """It asks for passwords, codes, balances, lists or documents."""
    LINK_OR_FILE = "link_or_file"
    """It sent a link or a file."""
    NAME_MISUSED = "name_misused"
    """The name or picture of the reporter, or of their company, is being used."""
    MY_ACCOUNT = "my_account"
    """The account is the reporter's own, and was taken for somebody else's."""
    OTHER = "other"


class Sent(StrEnum):
    """What was already handed over."""

    MONEY = "money"
    GIFT_CARD = "gift_card"
    CARD = "card"
    BANK = "bank"
    PASSWORD = "password"  # noqa: S105 - names what was given away
    COMPANY_DATA = "company_data"
    REMOTE_CONTROL = "remote_control"


class State(StrEnum):
    """How far the report has come, with what its reporter is told. The words never say how we decide."""

    RECEIVED = "received"
    LOOKED_AT = "looked_at"
    ACTED = "acted"
    RECORDED = "recorded"
    ELSEWHERE = "elsewhere"

    @property
    def sentence(self) -> Text:
        """What the reporter is told."""
        return _SENTENCES[self]

    @property
    def is_closed(self) -> bool:
        return self not in {State.RECEIVED, State.LOOKED_AT}

    def may_become(self, other: State) -> bool:
        """Whether that may come next: forward, or from closed back to being looked at.

        >>> State.RECEIVED.may_become(State.ACTED), State.ACTED.may_become(State.LOOKED_AT), State.ACTED.may_become(State.RECEIVED)
        (True, True, False)
        """
        return other is not self and other is not State.RECEIVED


_SENTENCES = {
    State.RECEIVED: Text(
        "受け付けました。担当者が順に確かめます。",
        "We have received it. Someone will look at it in turn.",
    ),
    State.LOOKED_AT: Text("担当者が確かめています。", "Someone is looking at it."),
    State.ACTED: Text(
        "内容を確かめ、必要な対応をしました。知らせてくださり、ありがとうございました。",
        "We looked into it and took the steps that were needed. Thank you for telling us.",
    ),
    State.RECORDED: Text(
        "内容を確かめ、記録しました。いまの時点では、ほかの対応はありません。新しく分かったことがあれば、いつでも書き足してください。",
        "We looked into it and keep it on record. There is nothing else to do at this time. Add to it whenever you learn more.",
    ),
    State.ELSEWHERE: Text(
        "内容を確かめました。わたしたちの手の届かないところで起きているため、そのサービスの運営元、または警察（#9110）へご相談ください。",
        "We looked into it. It happens where we cannot act: please turn to the operator of that service, or to the police (in Japan: #9110).",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFile:
    """One file that came with a report. The bytes lie in the evidence locker as they came, in the report's folder.

    ``kind`` is what the content is, whatever the name says (``image/png``, ``application/pdf``,
    ``application/octet-stream`` where we do not know). ``problem`` is set where a file is only kept and not shown.
    """

    sha256: str
    name: str
    kind: str
    size: int
    has_picture: bool = False
    """Whether there is a picture of it, drawn anew by us, that may be shown."""
    problem: str = ""
    entries: tuple[str, ...] = ()
    """The names inside an archive, read from its list without unpacking it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """Words and files the reporter added later."""

    at: datetime
    text: str = ""
    files: tuple[ReportFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What we were told, by whom, and how far it has come.

    ``number`` is the receipt number; the secret that goes with it is known to the reporter alone. ``by`` is who of the
    staff or which program reported. ``source`` and ``event_id`` name the event it was reported from. Text that was left
    out is empty; ``when`` is None where it is not known. ``contact`` is empty too once it was erased, which
    ``contact_erased_at`` tells. ``reply`` is what the desk wrote to the reporter beside the sentence of the state.
    """

    number: str
    received_at: datetime
    reporter: Reporter = Reporter.GUEST
    happened: Happened = Happened.OTHER
    text: str = ""
    claimed_name: str = ""
    claimed_company: str = ""
    platform: str = ""
    account_id: str = ""
    when: datetime | None = None
    sent: tuple[Sent, ...] = ()
    amount: str = ""
    paid_to: str = ""
    files: tuple[ReportFile, ...] = ()
    language: Language = "ja"
    contact: str = ""
    by: str = ""
    source: str = ""
    event_id: str = ""
    additions: tuple[Addition, ...] = ()
    state: State = State.RECEIVED
    state_at: datetime | None = None
    reply: str = ""
    contact_erased_at: datetime | None = None

    @property
    def folder(self) -> str:
        """Where the evidence locker keeps what came with it."""
        return f"report/{self.number}"

    @property
    def account(self) -> Account:
        """The account that is reported: a claim, as everything about it."""
        return Account(
            platform=self.platform,
            account_id=self.account_id,
            name=self.claimed_name,
            organization=self.claimed_company,
        )

    @property
    def words(self) -> str:
        """All that was written, in order."""
        return "\n".join(filter(None, (self.text, *(addition.text for addition in self.additions))))

    @property
    def all_files(self) -> tuple[ReportFile, ...]:
        return (*self.files, *(file for addition in self.additions for file in addition.files))

    @property
    def changed_at(self) -> datetime:
        """When the reporter last told us something."""
        return self.additions[-1].at if self.additions else self.received_at
