"""Who may sign in, and which programs may call: what the use cases and pages need from the store for it.

Secrets never come here as they are: passwords arrive as argon2 hashes, tokens, codes and keys as SHA-256 hashes, and seeds closed
by the vault.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from honnin.app.access import FIRST_SCOPES, Actor, ActorKind, Role, Scope

KEY_PREFIX = "hk_"


@dataclass(frozen=True, slots=True)
class User:
    """A member of staff. Who is deactivated cannot sign in; what they did keeps their name."""

    name: str
    roles: frozenset[Role]
    created_at: datetime
    deactivated_at: datetime | None = None
    has_password: bool = True
    has_totp: bool = False
    passkeys: int = 0

    @property
    def is_active(self) -> bool:
        return self.deactivated_at is None

    @property
    def has_second_factor(self) -> bool:
        return self.has_totp or self.passkeys > 0


class Method(StrEnum):
    """How a session was opened."""

    PASSWORD = "password"  # noqa: S105 - a name, not a password
    TOTP = "password+totp"
    RECOVERY = "password+recovery"
    PASSKEY = "passkey"
    SECOND_PASSKEY = "password+passkey"
    SINGLE_SIGN_ON = "single-sign-on"
    INVITATION = "invitation"

    @property
    def is_strong(self) -> bool:
        """Whether more was shown than a password."""
        return self not in {Method.PASSWORD, Method.INVITATION}


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody is signed in with one browser. ``id`` may be shown; it is not the token."""

    id: str
    user: str
    method: Method
    created_at: datetime
    expires_at: datetime
    seen_at: datetime
    address: str = ""
    agent: str = ""
    roles: frozenset[Role] = frozenset()

    @property
    def actor(self) -> Actor:
        return Actor(self.user, self.roles, address=self.address)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of a program. ``id`` is the part that may be shown, in front of the secret part."""

    id: str
    name: str
    created_at: datetime
    created_by: str = ""
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    scopes: frozenset[Scope] = frozenset(FIRST_SCOPES)

    def actor(self, address: str = "") -> Actor:
        return Actor(f"api:{self.name}"[:100], scopes=self.scopes, kind=ActorKind.KEY, address=address)


class UserStore(Protocol):
    """Users, their sessions, API keys, and failed sign-ins."""

    def has_users(self) -> bool: ...
    def create_user(self, name: str, password_hash: str, *, at: datetime, roles: Iterable[Role] = ()) -> bool:
        """Keep a new user; False where the name is taken."""
        ...

    def user(self, name: str) -> User | None: ...
    def users(self) -> tuple[User, ...]: ...
    def set_roles(self, name: str, roles: Iterable[Role]) -> bool: ...
    def set_active(self, name: str, *, since: datetime | None) -> bool:
        """Deactivate a user since then and end their sessions, or let them in again (None)."""
        ...

    def password_hash(self, name: str) -> str | None:
        """Return the hash of somebody who may sign in with a password."""
        ...

    def set_password(self, name: str, password_hash: str) -> bool:
        """Change a password and end the user's sessions; False where there is no such user."""
        ...

    def open_session(self, session: Session, token_hash: str) -> None: ...
    def session(self, token_hash: str, *, at: datetime) -> Session | None:
        """Return the session with the roles its user has now; None where it is over or the user was deactivated."""
        ...

    def sessions(self, user: str, *, at: datetime) -> tuple[Session, ...]: ...
    def close_session(self, token_hash: str) -> None: ...
    def revoke_sessions(self, user: str, *, only: str = "", but: str = "") -> int:
        """End the user's sessions: ``only`` the one of that id, or all ``but`` that one."""
        ...

    def add_key(self, key: ApiKey, key_hash: str) -> None: ...
    def keys(self) -> tuple[ApiKey, ...]: ...
    def find_key(self, key_hash: str, *, at: datetime) -> ApiKey | None:
        """Return the key, revoked or not, and note the use of one that is not."""
        ...

    def revoke_key(self, key_id: str, *, at: datetime) -> bool: ...

    def note_failure(self, user: str, address: str, *, at: datetime) -> None: ...
    def failures(self, *, user: str = "", address: str = "", since: datetime) -> tuple[int, datetime | None]:
        """Count failed sign-ins of a user, from an address, or of both, and say when the last one was."""
        ...

    def forget_failures(self, user: str, address: str) -> None: ...
