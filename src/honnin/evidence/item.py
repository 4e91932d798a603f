"""What is kept as evidence: the original bytes, and beside them what is known about where they came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from honnin.evidence.canonical import canonical, read_time, written_time

CLOCK = "system clock, UTC"
LARGEST_ITEM = 64 * 1024 * 1024


class Kind(StrEnum):
    """What an item is."""

    MESSAGE = "message"
    CONVERSATION = "conversation"
    PROFILE = "profile"
    AVATAR = "avatar"
    PAYLOAD = "payload"
    """What the service sent, byte for byte."""
    MAIL = "mail"
    FILE = "file"
    SCREENSHOT = "screenshot"
    RENDERING = "rendering"
    """Made by us from another item, to be read by people."""
    NOTE = "note"


class Method(StrEnum):
    """How an item got here, strongest first."""

    API = "api"
    """Fetched from the service itself."""
    UPLOAD = "upload"
    """Handed in by a person: a claim."""
    STAFF = "staff"
    """Written down by staff."""
    DERIVED = "derived"
    """Made by us from another item."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where on a service it stood, by the service's own ids; what is not known stays empty."""

    platform: str = ""
    account: str = ""
    room: str = ""
    message: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Capture:
    """Something that is to be sealed.

    ``ref`` names what it is a copy of (``chatwork:room/123``), so that an action that deletes it can ask whether it is
    sealed. ``claimed_at`` is the time the service or person gives. ``parent`` is the SHA-256 of the item it was made from.
    """

    kind: Kind
    method: Method
    content: bytes
    media_type: str = "application/octet-stream"
    file_name: str = ""
    source: Source = Source()
    ref: str = ""
    claimed_at: datetime | None = None
    parent: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A sealed item, without its bytes. ``folder`` is the case or report it was captured for."""

    id: str
    folder: str
    kind: Kind
    method: Method
    sha256: str
    size: int
    captured_at: datetime
    captured_by: str
    media_type: str = "application/octet-stream"
    file_name: str = ""
    source: Source = Source()
    ref: str = ""
    claimed_at: datetime | None = None
    parent: str = ""
    note: str = ""
    tool: str = ""
    clock: str = CLOCK

    @property
    def is_claim(self) -> bool:
        """Tell whether somebody handed it in, so that it shows what they say they saw."""
        return self.method is Method.UPLOAD

    def written(self) -> bytes:
        """Write what is known about it; the log keeps the hash of these bytes."""
        return canonical(
            {
                "honnin_item": 1,
                "id": self.id,
                "folder": self.folder,
                "kind": self.kind.value,
                "method": self.method.value,
                "sha256": self.sha256,
                "size": self.size,
                "media_type": self.media_type,
                "file_name": self.file_name,
                "source": {
                    "platform": self.source.platform,
                    "account": self.source.account,
                    "room": self.source.room,
                    "message": self.source.message,
                    "url": self.source.url,
                },
                "ref": self.ref,
                "captured_at": written_time(self.captured_at),
                "captured_by": self.captured_by,
                "claimed_at": written_time(self.claimed_at) if self.claimed_at else "",
                "clock": self.clock,
                "parent": self.parent,
                "note": self.note,
                "tool": self.tool,
            }
        )

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Item:
        """Read what ``written`` wrote."""
        return cls(
            id=row["id"],
            folder=row["folder"],
            kind=Kind(row["kind"]),
            method=Method(row["method"]),
            sha256=row["sha256"],
            size=row["size"],
            captured_at=read_time(row["captured_at"]),
            captured_by=row["captured_by"],
            media_type=row["media_type"],
            file_name=row["file_name"],
            source=Source(**row["source"]),
            ref=row["ref"],
            claimed_at=read_time(row["claimed_at"]) if row["claimed_at"] else None,
            parent=row["parent"],
            note=row["note"],
            tool=row["tool"],
            clock=row["clock"],
        )


def item_of(capture: Capture, *, item_id: str, folder: str, by: str, at: datetime, tool: str) -> Item:
    """Describe what is to be sealed."""
    return Item(
        id=item_id,
        folder=folder,
        kind=capture.kind,
        method=capture.method,
        sha256=sha256(capture.content).hexdigest(),
        size=len(capture.content),
        captured_at=at,
        captured_by=by,
        media_type=capture.media_type,
        file_name=capture.file_name,
        source=capture.source,
        ref=capture.ref,
        claimed_at=capture.claimed_at,
        parent=capture.parent,
        note=capture.note,
        tool=tool,
    )
