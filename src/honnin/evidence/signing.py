"""Heads of the log and bundles are signed with one key (Ed25519), whose public half the site gives to those who verify."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from honnin.evidence.canonical import canonical, read_time, written_time
from honnin.evidence.verifier import fingerprint, is_signed, written_key


class SigningKey:
    """The key of the site, made from 32 secret bytes.

    >>> SigningKey(bytes(32)).fingerprint[:9]
    '339e 2ff9'
    """

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)

    @property
    def pem(self) -> bytes:
        """The public half, as a file."""
        return written_key(self.public)

    @property
    def fingerprint(self) -> str:
        """The hash of the public half, in groups that can be read out on the phone."""
        return fingerprint(self.public)


@dataclass(frozen=True, slots=True)
class TreeHead:
    """What the whole log was at one time: how many entries, and the one hash that stands for all of them."""

    size: int
    root: str
    at: datetime

    def written(self) -> bytes:
        return canonical({"honnin_head": 1, "size": self.size, "root": self.root, "at": written_time(self.at)})

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> TreeHead:
        return cls(row["size"], row["root"], read_time(row["at"]))


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A head with its signature. Kept outside of the machine, it shows later that nothing was rewritten."""

    head: TreeHead
    signature: bytes

    @classmethod
    def sign(cls, head: TreeHead, key: SigningKey) -> SignedHead:
        return cls(head, key.sign(head.written()))

    def is_by(self, public: bytes) -> bool:
        return is_signed(public, self.head.written(), self.signature)
