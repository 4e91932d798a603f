"""Passwords and tokens: argon2 for what people choose, SHA-256 for what we draw."""

from __future__ import annotations

import secrets
import threading
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 1_000
AT_ONCE = 4
"""So many passwords are looked at in parallel: each takes 64 MB for a moment."""

_hasher = PasswordHasher()
_turns = threading.BoundedSemaphore(AT_ONCE)
_nobody = _hasher.hash(secrets.token_urlsafe(16))


def hash_password(password: str) -> str:
    """Return what may be kept of a password."""
    return _hasher.hash(_bytes(password))


def verify(kept: str | None, password: str) -> bool:
    """Tell whether this is the password. Without a user it takes as long, so that names cannot be guessed by time."""
    try:
        with _turns:
            return _hasher.verify(kept or _nobody, _bytes(password)) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def _bytes(password: str) -> bytes:
    return password[:LONGEST].encode("utf-8", "surrogatepass")


def new_token() -> str:
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return what is kept of a token. It was drawn at random, so a fast hash is enough."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
