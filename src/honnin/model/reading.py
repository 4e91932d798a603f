"""What a text does: the acts it performs, the pressure it puts on, the things it names.

A ``Reading`` is made by ``language`` and read by ``screening``. Positions are offsets into the original text of the
turn, end exclusive, so that the words shown to people are always the words that were written.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in a text, with the very words.

    ``kind`` is an ``Act``, ``Pressure`` or ``Entity`` value, or the name of a hidden-writing finding.
    ``value`` is the normalised content where there is one (an account number, a domain, an amount in yen).
    """

    kind: str
    quote: str
    start: int
    end: int
    turn: int = 0
    value: str = ""


class Act(StrEnum):
    """What the writer does to the reader. Each is a request or an offer to *this* reader unless its name says otherwise."""

    ASK_TRANSFER = "ask_transfer"
    GIVE_ACCOUNT = "give_account"
    CHANGE_ACCOUNT = "change_account"
    ASK_ACCOUNT_DATA = "ask_account_data"
    ASK_BALANCE = "ask_balance"
    ASK_CREDENTIALS = "ask_credentials"
    ASK_CODE = "ask_code"
    ASK_PERSONAL_DATA = "ask_personal_data"
    ASK_GROUP = "ask_group"
    ASK_ADD_ACCOUNTING = "ask_add_accounting"
    ASK_INVITE_LINK = "ask_invite_link"
    ASK_KEEP_OTHERS_OUT = "ask_keep_others_out"
    MOVE_APP = "move_app"
    PROBE = "probe"
    ASK_ACCEPT = "ask_accept"
    NEW_ACCOUNT_STORY = "new_account_story"
    ASK_CLICK = "ask_click"
    ASK_LOGIN = "ask_login"
    ASK_UPDATE_DETAILS = "ask_update_details"
    ASK_CALL = "ask_call"
    ASK_OPEN_FILE = "ask_open_file"
    ASK_ENABLE_MACRO = "ask_enable_macro"
    ASK_INSTALL = "ask_install"
    ASK_GIFT_CARD = "ask_gift_card"
    ASK_RECEIPT = "ask_receipt"
    ASK_REPLY_PRIVATE = "ask_reply_private"
    ASK_FEE = "ask_fee"
    OFFER_MONEY = "offer_money"
    OFFER_DEAL = "offer_deal"
    OFFER_LOAN = "offer_loan"
    OFFER_JOB = "offer_job"
    OFFER_RECOVERY = "offer_recovery"
    OFFER_PRIZE = "offer_prize"
    CLAIM_ACCOUNT_PROBLEM = "claim_account_problem"
    CLAIM_PAYMENT_PROBLEM = "claim_payment_problem"
    CLAIM_SUSPICIOUS_LOGIN = "claim_suspicious_login"
    CLAIM_MISSED_DELIVERY = "claim_missed_delivery"
    CLAIM_REFUND = "claim_refund"
    CLAIM_MAILBOX_FULL = "claim_mailbox_full"
    CLAIM_DOCUMENT = "claim_document"
    CLAIM_HACKED = "claim_hacked"
    CLAIM_INVESTIGATION = "claim_investigation"
    CLAIM_INCOMING_PAYMENT = "claim_incoming_payment"
    CLAIM_BILL = "claim_bill"
    CLAIM_APPROVAL = "claim_approval"
    SKIP_PROCESS = "skip_process"
    ODD_PAYEE = "odd_payee"
    EXCUSE_NO_CALL = "excuse_no_call"
    STRANGER_INTRODUCTION = "stranger_introduction"
    FAKE_ORDER = "fake_order"
    WARN_ABOUT_FRAUD = "warn_about_fraud"
    ALREADY_DONE = "already_done"
    INVITES_CHECK = "invites_check"


class Pressure(StrEnum):
    URGENCY = "urgency"
    DEADLINE = "deadline"
    SECRECY = "secrecy"
    ISOLATION = "isolation"
    AUTHORITY = "authority"
    UNAVAILABLE = "unavailable"
    THREAT = "threat"
    REWARD = "reward"


class Entity(StrEnum):
    BANK = "bank"
    BRANCH = "branch"
    ACCOUNT_NUMBER = "account_number"
    HOLDER = "holder"
    PERSONAL_HOLDER = "personal_holder"
    AMOUNT = "amount"
    PHONE = "phone"
    EMAIL = "email"
    URL = "url"
    LINE_ID = "line_id"
    DEADLINE = "deadline"


@dataclass(frozen=True, slots=True)
class Reading:
    """All findings of one event, in order of appearance.

    ``concepts`` are what its words can stand for, quoted and reported ones left out: not findings yet, but many of one theme
    together are (see ``language.themes``).
    """

    acts: tuple[Finding, ...] = ()
    pressures: tuple[Finding, ...] = ()
    entities: tuple[Finding, ...] = ()
    hidden: tuple[Finding, ...] = ()
    concepts: frozenset[str] = frozenset()
