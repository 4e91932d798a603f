"""Who may sign in, and which programs may call: what the pages need from the store for it.

Secrets never come here: passwords arrive as argon2 hashes, tokens and keys as SHA-256 hashes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of a program. ``id`` is the part that may be shown, in front of the secret part."""

    id: str
    name: str
    created_at: datetime
    created_by: str = ""
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None


class UserStore(Protocol):
    """Users, their sessions, API keys, and failed sign-ins."""

    def has_users(self) -> bool: ...
    def create_user(self, name: str, password_hash: str, *, at: datetime) -> bool:
        """Keep a new user; False where the name is taken."""
        ...

    def password_hash(self, name: str) -> str | None: ...
    def set_password(self, name: str, password_hash: str) -> bool:
        """Change a password and end the user's sessions; False where there is no such user."""
        ...

    def open_session(self, user: str, token_hash: str, *, at: datetime, until: datetime) -> None: ...
    def session_user(self, token_hash: str, *, at: datetime) -> str | None: ...
    def close_session(self, token_hash: str) -> None: ...

    def add_key(self, key: ApiKey, key_hash: str) -> None: ...
    def keys(self) -> tuple[ApiKey, ...]: ...
    def find_key(self, key_hash: str, *, at: datetime) -> ApiKey | None:
        """Return the key, revoked or not, and note the use of one that is not."""
        ...

    def revoke_key(self, key_id: str, *, at: datetime) -> bool: ...

    def note_failure(self, user: str, address: str, *, at: datetime) -> None: ...
    def failures(self, user: str, address: str, *, since: datetime) -> int: ...
    def forget_failures(self, user: str, address: str) -> None: ...
