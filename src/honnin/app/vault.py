"""Secrets that have to be read again later, kept so that a copy of the database gives none of them away.

One key of the site, which is not in the database, opens everything; each purpose has a key of its own made from it. What is
closed for one purpose or one thing cannot be opened as another.
"""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from honnin.errors import HonninError
from honnin.model import Text

KEY_LENGTH = 32
NONCE_LENGTH = 12
FORM = b"\x01"
"""The first byte says how it was closed, so that another way can be added."""


class VaultError(HonninError):
    """Something cannot be opened: the site's key is another one, or what is kept was changed."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "暗号化された情報を開けません。サイトの鍵（HONNIN_SECRET_KEY）が以前と同じか確かめてください。",
                "Something encrypted cannot be opened. Check that the site's key (HONNIN_SECRET_KEY) is the same as before.",
            )
        )


class Vault:
    """Closes and opens secrets with the site's key.

    >>> vault = Vault(b"k" * 32)
    >>> vault.open(vault.close(b"seed", "totp", "hana"), "totp", "hana")
    b'seed'
    """

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_LENGTH:
            raise ValueError("a site's key has 32 bytes")
        self._key = key

    def key_for(self, purpose: str) -> bytes:
        """Return the 32 bytes that belong to one purpose alone."""
        return HKDF(SHA256(), KEY_LENGTH, salt=None, info=f"honnin:{purpose}".encode()).derive(self._key)

    def close(self, plain: bytes, purpose: str, thing: str = "") -> bytes:
        """Encrypt; ``thing`` says whose it is, and only there can it be opened again."""
        nonce = secrets.token_bytes(NONCE_LENGTH)
        return FORM + nonce + AESGCM(self.key_for(purpose)).encrypt(nonce, plain, thing.encode())

    def open(self, closed: bytes, purpose: str, thing: str = "") -> bytes:
        """Decrypt, or refuse with ``VaultError``; nothing that was changed is ever given back."""
        nonce, text = closed[1 : 1 + NONCE_LENGTH], closed[1 + NONCE_LENGTH :]
        if closed[:1] != FORM or len(nonce) != NONCE_LENGTH:
            raise VaultError
        try:
            return AESGCM(self.key_for(purpose)).decrypt(nonce, text, thing.encode())
        except InvalidTag:
            raise VaultError from None
