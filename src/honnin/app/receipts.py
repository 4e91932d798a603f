"""Receipts of reports: numbers and secrets that are made from the form itself, so that sending twice gives the same ones.

A form carries a ticket: drawn at random, with the time it was handed out, and signed. Number and secret are made from it with
the site's key, so neither has to be kept to be shown again, and nobody can make a ticket of their own.
"""

from __future__ import annotations

import hmac
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without the letters that look like digits; those are read as the digits when somebody types them."""
NUMBER_LENGTH, SECRET_LENGTH, GROUP = 8, 16, 4
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


@dataclass(frozen=True, slots=True)
class Ticket:
    """A form that was handed out: ``once`` tells it from every other, whoever sends it."""

    once: str
    issued_at: datetime


class Receipts:
    """Makes tickets, numbers and secrets with the site's key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def ticket(self, drawn: str, *, at: datetime) -> str:
        """Return a ticket for a form; ``drawn`` was drawn at random and has no dot."""
        said = f"{drawn}.{int(at.timestamp()):x}"
        return f"{said}.{self._made('ticket', said).hex()[:32]}"

    def read(self, ticket: str) -> Ticket | None:
        """Return what a ticket says, None where it is none of ours."""
        said, _, sign = ticket[:300].rpartition(".")
        if not hmac.compare_digest(sign.encode(), self._made("ticket", said).hex()[:32].encode()):
            return None
        once, _, issued = said.rpartition(".")
        return Ticket(once, datetime.fromtimestamp(int(issued, 16), UTC))

    def number(self, once: str, attempt: int = 0) -> str:
        """Return the receipt number of what is sent with that ticket; another ``attempt`` where it is taken."""
        return "R-" + _grouped(self._made("number", f"{once}\n{attempt}"), NUMBER_LENGTH)

    def secret(self, once: str, number: str) -> str:
        """Return the secret that goes with the number: 80 bits, known only to who has the ticket or was shown it."""
        return _grouped(self._made("secret", f"{once}\n{number}"), SECRET_LENGTH)

    def _made(self, purpose: str, said: str) -> bytes:
        return hmac.digest(self._key, f"{purpose}\n{said}".encode("utf-8", "replace"), "sha256")


def _grouped(digest: bytes, length: int) -> str:
    number = int.from_bytes(digest, "big")
    letters = "".join(ALPHABET[number >> (5 * place) & 31] for place in range(length))
    return "-".join(letters[at : at + GROUP] for at in range(0, length, GROUP))


def typed_number(typed: str) -> str:
    """Return a receipt number as it is kept, however it was typed.

    >>> typed_number(" r－7k2m 9qoi"), typed_number("7K2M9Q01"), typed_number("")
    ('R-7K2M-9Q01', 'R-7K2M-9Q01', 'R-')
    """
    letters = _letters(typed)
    return "R-" + _in_groups(letters[1:] if len(letters) == NUMBER_LENGTH + 1 and letters[0] == "R" else letters)


def hash_of(typed_secret: str) -> str:
    """Return what is kept of a secret. It was made of 80 bits, so a fast hash is enough."""
    return sha256(_letters(typed_secret).encode()).hexdigest()


def _letters(typed: str) -> str:
    plain = unicodedata.normalize("NFKC", typed[:100]).upper().translate(_READ_AS)
    return "".join(each for each in plain if each in ALPHABET)


def _in_groups(letters: str) -> str:
    return "-".join(letters[at : at + GROUP] for at in range(0, min(len(letters), 12), GROUP))
