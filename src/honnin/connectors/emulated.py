"""A chat service that is not there: for the demo and for tests. It does what it is told and remembers it."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from honnin.app.desk_ports import DeedResult
from honnin.cases.containment import Deed, DeedKind
from honnin.evidence.item import Capture, Kind, Method, Source

INTERFACES = frozenset({DeedKind.DECLINE_REQUEST, DeedKind.REMOVE_FROM_GROUP, DeedKind.WARN_MEMBERS})
"""What a chat service usually lets programs do; contacts are deleted, and operators told, by hand."""


@dataclass(slots=True)
class EmulatedService:
    """Declines, removes and warns on every platform; ``done`` holds each deed once, however often it was asked for."""

    done: dict[str, Deed] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def can(self, kind: DeedKind, account: str) -> bool:
        return kind in INTERFACES and bool(account)

    def perform(self, deed: Deed) -> DeedResult:
        with self._lock:
            self.done.setdefault(deed.id, deed)
        return DeedResult(True, f"{deed.kind.value} {deed.account} {deed.place}".strip())

    def captures(self, account: str) -> Sequence[Capture]:
        """Return the account's profile as the service would still show it."""
        platform, _, account_id = account.partition(":")
        profile = json.dumps({"platform": platform, "account_id": account_id, "shown_by": "emulated service"})
        source = Source(platform=platform, account=account_id)
        return (Capture(Kind.PROFILE, Method.API, profile.encode(), "application/json", "profile.json", source),)
