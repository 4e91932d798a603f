"""What people prove themselves with beside a password, and the one-time links that let them in first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from honnin.app.access import Role


class Purpose(StrEnum):
    """What a one-time link is for."""

    SETUP = "setup"  # the first administrator of a new site
    JOIN = "join"  # somebody who was invited
    PASSWORD = "password"  # noqa: S105 - somebody who forgot theirs


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time link. Its secret part is kept nowhere, only its hash."""

    id: str
    purpose: Purpose
    created_at: datetime
    expires_at: datetime
    user: str = ""
    roles: frozenset[Role] = frozenset()
    created_by: str = ""
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey of a user. ``sign_count`` never goes down; one that does was copied."""

    id: str
    user: str
    public_key: bytes
    sign_count: int
    name: str
    created_at: datetime
    used_at: datetime | None = None


class CredentialStore(Protocol):
    """One-time links, half-done sign-ins, second factors, and accounts at a provider of single sign-on."""

    def add_invitation(self, invitation: Invitation, token_hash: str) -> None: ...
    def invitation(self, token_hash: str, *, at: datetime) -> Invitation | None:
        """Return a link that can still be used."""
        ...

    def open_invitations(self, *, at: datetime) -> tuple[Invitation, ...]: ...
    def use_invitation(self, invitation_id: str, *, at: datetime) -> bool:
        """Use a link up, or take it back; False where somebody was quicker or it is over."""
        ...

    def begin(self, token_hash: str, kind: str, data: str, *, at: datetime, until: datetime) -> None:
        """Keep something half done for a while."""
        ...

    def pending(self, token_hash: str, kind: str, *, at: datetime) -> str | None: ...
    def finish(self, token_hash: str) -> bool:
        """Let it be over; only one caller gets True."""
        ...

    def totp(self, user: str) -> str:
        """Return the closed seed, "" where there is none."""
        ...

    def set_totp(self, user: str, closed: str) -> None: ...
    def use_totp_step(self, user: str, step: int) -> bool:
        """Note that the code of this time was used; False where it, or a later one, was used before."""
        ...

    def handle(self, user: str, new: str) -> str:
        """Return what passkeys know the user by; ``new`` where there was nothing yet."""
        ...

    def add_passkey(self, passkey: Passkey) -> bool: ...
    def passkey(self, passkey_id: str) -> Passkey | None: ...
    def passkeys(self, user: str) -> tuple[Passkey, ...]: ...
    def used_passkey(self, passkey_id: str, *, sign_count: int, at: datetime) -> None: ...
    def remove_passkey(self, user: str, passkey_id: str) -> bool: ...

    def set_recovery_codes(self, user: str, hashes: Collection[str]) -> None: ...
    def use_recovery_code(self, user: str, code_hash: str, *, at: datetime) -> bool: ...
    def recovery_codes_left(self, user: str) -> int: ...
    def forget_factors(self, user: str) -> None:
        """Remove everything but the password, so that somebody who lost their device begins anew."""
        ...

    def linked_user(self, issuer: str, subject: str) -> str | None: ...
    def link(self, issuer: str, subject: str, user: str, *, at: datetime) -> None: ...
