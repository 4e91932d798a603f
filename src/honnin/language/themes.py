"""Scripts that show themselves by how many of their parts come together, whatever the single words are."""

from __future__ import annotations

from collections.abc import Mapping

THEMES: Mapping[str, frozenset[str]] = {
    "letter": frozenset({"stranger_money", "big_sum", "plight", "dear", "trust", "stranger_intro", "account_credit", "reply_private"}),
    "account": frozenset({
        "service_account", "problem", "verify", "click", "login", "customer", "suspicious_login", "credentials", "card", "urgency",
        "deadline", "payment_method", "enter",
    }),
    "prize": frozenset({"prize", "perk", "free_offer", "urgency", "click", "call", "deadline", "refund", "tax"}),
    "order": frozenset({"order", "attachment", "dear", "invite_talk", "urgency", "open"}),
    "boss": frozenset({
        "group", "make", "invite", "others", "later_me", "app", "accounting", "work_pretext", "probe", "secrecy", "no_call",
        "unavailable", "balance", "incoming", "add", "new_account",
    }),
}  # fmt: skip
"""The parts of each script: a stranger's letter about money, a closed account, a prize, a fake order, a fake president."""


def strengths(concepts: frozenset[str]) -> dict[str, int]:
    """Return how many parts of each script are there.

    >>> strengths(frozenset({"group", "invite", "others", "card"}))["boss"]
    3
    """
    return {theme: len(parts & concepts) for theme, parts in THEMES.items()}
