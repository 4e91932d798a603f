"""The closed vocabulary of rules: every fact and number a condition may name.

Made from the enums of ``honnin.model``, so a new act can be used in a rule the moment it exists. Anything else is
refused by the linter, with the nearest name that does exist.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType

from honnin.model import Act, Channel, Entity, Kind, Pressure, Stage

_FAMILIES: Mapping[str, Iterable[str]] = {
    "act": Act,
    "pressure": Pressure,
    "entity": Entity,
    "hidden": (
        "zero_width",
        "bidi",
        "tag",
        "homoglyph",
        "split_letters",
        "combining",
        "surrogate",
        "control",
    ),
    "link": ("danger", "suspicious", "unknown", "popular", "official", "mismatch", "shortener", "any"),
    "identity": (
        "claims_known_person",
        "not_their_account",
        "verified",
        "unsure",
        "role_only",
        "self_introduced",
    ),
    "relation": ("new", "first_message", "established", "unknown", "verified"),
    "trust": ("known_account",),
    "sender": (
        "free_mail",
        "reply_to_differs",
        "brand_without_its_domain",
        "lookalike_domain",
        "company_in_subject",
        "missing",
    ),
    "manner": ("broken",),
    "destination": ("new",),
    "answers": ("account",),
    "time": ("odd_hours",),
    "kind": Kind,
    "channel": Channel,
    "stage": Stage,
    "script": ("contentless_probe",),
    "resembles": ("known_fraud",),
    "copy": ("confirmed_fraud",),
}

ATOMS: frozenset[str] = frozenset(f"{family}:{value}" for family, values in _FAMILIES.items() for value in values)

NUMBERS: frozenset[str] = frozenset(
    {
        "relation_days",
        "relation_messages",
        "turns",
        "link_score",
        "identity_score",
        "resemblance",
        "theme_letter",
        "theme_account",
        "theme_prize",
        "theme_order",
        "theme_boss",
    }
)

FAMILIES_WITH_WORDS: frozenset[str] = frozenset({"act", "pressure", "entity", "hidden", "link"})
"""Only these stand at a place in the text, so only these can stand in one turn together."""

COMMONNESS: Mapping[str, float] = MappingProxyType(
    {
        "copy": 0.001,
        "hidden": 0.01,
        "resembles": 0.02,
        "identity": 0.03,
        "act": 0.05,
        "sender": 0.1,
        "manner": 0.02,
        "destination": 0.02,
        "answers": 0.05,
        "trust": 0.5,
        "time": 0.2,
        "pressure": 0.1,
        "stage": 0.1,
        "script": 0.1,
        "link": 0.3,
        "entity": 0.3,
        "relation": 1.0,
        "kind": 1.0,
        "channel": 1.0,
    }
)
"""Roughly in what share of messages a fact of the family holds; only the order matters, for testing rare facts first."""

TACTICS: frozenset[str] = frozenset(
    {
        "exec_impersonation",
        "partner_impersonation",
        "authority_impersonation",
        "platform_support_impersonation",
        "bank_impersonation",
        "professional_third_party",
        "new_account_pretext",
        "stolen_name_photo",
        "profile_mismatch",
        "account_takeover",
        "two_sided_impersonation",
        "urgency",
        "secrecy",
        "isolation",
        "authority_pressure",
        "threat_suspension",
        "legal_threat",
        "contact_request_probe",
        "ask_right_after_accept",
        "group_creation",
        "invite_qr_return",
        "move_to_other_app",
        "callback_in_message",
        "small_talk_probe",
        "free_or_odd_sender",
        "transfer_request",
        "account_change",
        "odd_account",
        "balance_enquiry",
        "account_info_request",
        "credential_request",
        "gift_card",
        "personal_data_request",
        "receipt_photo",
        "repeat_demand",
        "remote_control",
        "enable_macro",
        "phishing_link",
        "urgent_document",
        "reply_thread_hijack",
        "fake_warning",
        "malicious_software",
        "unasked_netbanking",
        "fake_billing_shop",
        "message_erasure",
        "repeat_victim",
        "recovery_scam",
        "advance_fee",
        "investment_romance",
        "fake_job",
        "fake_order",
        "hidden_writing",
    }
)

ATTACK_TYPES: frozenset[str] = frozenset(
    {
        "executive_impersonation",
        "partner_impersonation",
        "authority_impersonation",
        "support_impersonation",
        "credential_phishing",
        "delivery_phishing",
        "payment_diversion",
        "data_theft",
        "gift_card_fraud",
        "malware",
        "advance_fee",
        "investment_romance",
        "job_fraud",
        "loan_fraud",
        "extortion",
        "order_fraud",
        "recovery_fraud",
        "evasion",
    }
)


def nearest(name: str, names: Iterable[str]) -> str:
    """The existing name that was probably meant, or "" where nothing is near.

    >>> nearest("act:ask_transfr", ATOMS)
    'act:ask_transfer'
    >>> nearest("qqqq", ATOMS)
    ''
    """
    found = get_close_matches(name[:80], sorted(names), n=1, cutoff=0.6)
    return found[0] if found else ""
