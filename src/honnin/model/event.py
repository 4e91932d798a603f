"""What comes in: a message, a conversation or a contact request, with all that is known around it.

Everything but the id is optional. A missing fact is ``None`` and means "unknown", never "fine".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    MESSAGE = "message"
    CONVERSATION = "conversation"
    CONTACT_REQUEST = "contact_request"


class Channel(StrEnum):
    CHAT = "chat"
    MAIL = "mail"
    SMS = "sms"
    CONTACT_REQUEST = "contact_request"
    PHONE_SCRIPT = "phone_script"
    MEETING = "meeting"


@dataclass(frozen=True, slots=True)
class Account:
    """The account as it presents itself: a claim, not a person."""

    platform: str = ""
    account_id: str = ""
    name: str = ""
    chatwork_id: str = ""
    organization: str = ""
    department: str = ""
    title: str = ""
    email: str = ""
    reply_to: str = ""
    bio: str = ""
    avatar: str = ""


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account verified to belong to a person."""

    platform: str
    account_id: str


@dataclass(frozen=True, slots=True)
class Person:
    """A real person of the directory. ``name`` is "family given" for Japanese names, with or without a space."""

    name: str
    kana: str = ""
    romaji: str = ""
    organization: str = ""
    title: str = ""
    accounts: tuple[KnownAccount, ...] = ()
    emails: tuple[str, ...] = ()
    id: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One utterance. ``who`` = "sender" marks the account under examination, any other label the others."""

    text: str
    who: str = ""
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    name: str = ""
    department: str = ""


@dataclass(frozen=True, slots=True)
class Relationship:
    """How the two accounts know each other; each part may be unknown."""

    first_seen: datetime | None = None
    messages: int | None = None
    verified: bool | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One thing to screen. ``turns`` win over ``text`` where both stand."""

    id: str
    kind: Kind = Kind.MESSAGE
    channel: Channel | None = None
    lang: str = ""
    sent_at: datetime | None = None
    subject: str = ""
    text: str = ""
    turns: tuple[Turn, ...] = ()
    sender: Account | None = None
    recipient: Recipient | None = None
    relationship: Relationship | None = None
    directory: tuple[Person, ...] = field(default=())
