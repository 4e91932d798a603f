"""What is done against an account: values handed to whoever can do it, or steps for a person where no interface allows it.

What takes something away for good waits until the evidence is sealed. Nothing is forgotten on the way: a deed is noted before it
is tried, and what came of it after.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files

import yaml

from honnin.model import Text


class DeedKind(StrEnum):
    """What can be done. ``needs_evidence`` marks what deletes something or shuts us out from it."""

    DECLINE_REQUEST = "decline_request"
    REMOVE_FROM_GROUP = "remove_from_group"
    WARN_MEMBERS = "warn_members"
    DELETE_CONTACT = "delete_contact"
    REPORT_TO_OPERATOR = "report_to_operator"

    @property
    def sentence(self) -> Text:
        return _SAID_OF_DEED_KIND[self]

    @property
    def needs_evidence(self) -> bool:
        """Whether it deletes something, or shuts us out from it."""
        return self in _NEED_EVIDENCE


_SAID_OF_DEED_KIND = {
    DeedKind.DECLINE_REQUEST: Text("コンタクト申請を断る", "Decline the contact request"),
    DeedKind.REMOVE_FROM_GROUP: Text("グループから外す", "Remove from the group"),
    DeedKind.WARN_MEMBERS: Text("メンバーに注意を知らせる", "Warn the members"),
    DeedKind.DELETE_CONTACT: Text("コンタクトを削除する", "Delete the contact"),
    DeedKind.REPORT_TO_OPERATOR: Text("サービスの運営元へ通報する", "Report to the operator"),
}
_NEED_EVIDENCE = frozenset({DeedKind.DECLINE_REQUEST, DeedKind.REMOVE_FROM_GROUP, DeedKind.DELETE_CONTACT})


class DeedState(StrEnum):
    """How far a deed has come, with a sentence each."""

    ASKED = "asked"
    BY_HAND = "by_hand"
    DONE = "done"
    FAILED = "failed"
    DROPPED = "dropped"

    @property
    def sentence(self) -> Text:
        return _SAID_OF_DEED_STATE[self]

    @property
    def is_open(self) -> bool:
        return self in {DeedState.ASKED, DeedState.BY_HAND, DeedState.FAILED}


_SAID_OF_DEED_STATE = {
    DeedState.ASKED: Text("これから行います。", "It is about to be done."),
    DeedState.BY_HAND: Text(
        "担当者が手順どおりに行い、終わったら記録します。", "Somebody does it step by step and confirms."
    ),
    DeedState.DONE: Text("終わりました。", "It is done."),
    DeedState.FAILED: Text(
        "できませんでした。もう一度行うか、取りやめてください。", "It did not work. Try again or drop it."
    ),
    DeedState.DROPPED: Text("取りやめました。", "It was dropped."),
}


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing to do with one account. ``place`` is the request, the group or the room; ``words`` what members are told.

    ``id`` stays the same however often it is tried, so that doing it twice does it once.
    """

    id: str
    kind: DeedKind
    account: str
    place: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class DeedRecord:
    """A deed with what came of it."""

    deed: Deed
    state: DeedState
    asked_by: str
    asked_at: datetime
    result: str = ""


@dataclass(frozen=True, slots=True)
class Guide:
    """How a person does it where no interface allows it: steps in order, and what to mind before the first of them."""

    steps: tuple[Text, ...]
    mind: Text | None = None


@cache
def guides() -> Mapping[tuple[str, str], Guide]:
    """Return the steps by (platform, kind); platform "" is for all others."""
    rows = yaml.safe_load((files("honnin.cases") / "data" / "by_hand.yaml").read_text("utf-8"))
    return {
        (row.get("platform", ""), row["deed"]): Guide(
            tuple(Text(step["ja"], step["en"]) for step in row["steps"]),
            Text(row["mind"]["ja"], row["mind"]["en"]) if "mind" in row else None,
        )
        for row in rows
    }


def guide(deed: Deed) -> Guide:
    """Return the steps for a deed on the account's platform."""
    platform = deed.account.partition(":")[0]
    known = guides()
    return known.get((platform, deed.kind.value)) or known["", deed.kind.value]
