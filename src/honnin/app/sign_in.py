"""Signing in: a password and what is shown beside it, a passkey alone, or an account at a provider of single sign-on.

A name that nobody has is answered like a wrong password, after the same work. Who fails waits longer each time, counted by
name, by address and by both, whether or not there is such a name.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from honnin.app import passwords
from honnin.app.access import Access, Actor
from honnin.app.accounts import Method, UserStore
from honnin.app.credentials import CredentialStore
from honnin.app.factors import Place, SecondFactors

COUNTS_FOR = timedelta(hours=1)
FIRST_WAIT = timedelta(seconds=30)
STEP_LASTS = timedelta(minutes=10)
SECOND = "second"


@dataclass(frozen=True, slots=True)
class Patience:
    """After ``free`` failures one waits, twice as long with every further one, up to ``longest``."""

    free: int
    longest: timedelta

    def until(self, failures: int, last: datetime | None) -> datetime | None:
        if last is None or failures < self.free:
            return None
        doubled = min(failures - self.free, 20)
        return last + min(FIRST_WAIT * (1 << doubled), self.longest)


WITH_BOTH = Patience(5, timedelta(minutes=15))
WITH_ADDRESS = Patience(20, timedelta(minutes=15))
WITH_NAME = Patience(10, timedelta(minutes=5))
"""Shorter than the others: from outside, nobody must be able to keep somebody else away for long."""
WITH_CODE = Patience(5, timedelta(minutes=15))


class Outcome(Enum):
    DONE = "done"
    SECOND = "second"  # the password was right; something else is asked for now
    WRONG = "wrong"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a try went; ``step`` leads on to the second factor, ``user`` and ``method`` say who is in, and how."""

    outcome: Outcome
    user: str = ""
    step: str = ""
    method: Method = Method.PASSWORD


class SignIn:
    """The ways in."""

    def __init__(
        self,
        users: UserStore,
        credentials: CredentialStore,
        factors: SecondFactors,
        access: Access,
        *,
        now: Callable[[], datetime],
        new_token: Callable[[], str],
    ) -> None:
        self._users = users
        self._credentials = credentials
        self._factors = factors
        self._access = access
        self._now = now
        self._new_token = new_token

    def with_password(self, name: str, password: str, *, address: str, visitor: str) -> Attempt:
        """Try a name and a password."""
        if self._must_wait(name, address):
            return Attempt(Outcome.WAIT)
        if not passwords.verify(self._users.password_hash(name), password):
            self._failed(name, address, "sign-in.password")
            return Attempt(Outcome.WRONG)
        self._users.forget_failures(name, address)
        user = self._users.user(name)
        if user is None or not user.has_second_factor:
            return Attempt(Outcome.DONE, name)
        return Attempt(Outcome.SECOND, name, self._begin(name, visitor))

    def _must_wait(self, name: str, address: str) -> bool:
        since, now = self._now() - COUNTS_FOR, self._now()
        by_both = WITH_BOTH.until(*self._users.failures(user=name, address=address, since=since))
        by_address = WITH_ADDRESS.until(*self._users.failures(address=address, since=since)) if address else None
        by_name = WITH_NAME.until(*self._users.failures(user=name, since=since))
        if any(session.address == address for session in self._users.sessions(name, at=now)):
            by_name = None  # they are known to sign in from here, whoever else is trying
        return any(until is not None and until > now for until in (by_both, by_address, by_name))

    def _failed(self, name: str, address: str, action: str) -> None:
        self._users.note_failure(name, address, at=self._now())
        if self._users.user(name) is not None:  # made-up names would only fill the record
            self._access.note(Actor(name, address=address), action, outcome="refused:wrong")

    def _begin(self, name: str, visitor: str) -> str:
        token, now = self._new_token(), self._now()
        kept = json.dumps({"user": name, "visitor": passwords.digest(visitor)})
        self._credentials.begin(passwords.digest(token), SECOND, kept, at=now, until=now + STEP_LASTS)
        return token

    def waiting(self, step: str, visitor: str) -> str | None:
        """Return whose second factor is waited for in this browser."""
        kept = self._credentials.pending(passwords.digest(step), SECOND, at=self._now())
        found: dict[str, str] = json.loads(kept) if kept else {}
        return found["user"] if found and found["visitor"] == passwords.digest(visitor) else None

    def with_code(self, step: str, code: str, *, address: str, visitor: str) -> Attempt:
        """Try a code of the authenticator, or a recovery code."""
        name = self.waiting(step, visitor)
        if name is None:
            return Attempt(Outcome.WRONG)
        counted = f"code:{name}"
        until = WITH_CODE.until(*self._users.failures(user=counted, since=self._now() - COUNTS_FOR))
        if until is not None and until > self._now():
            return Attempt(Outcome.WAIT, name, step)
        method = self._method_of(name, code)
        if method is None:
            self._users.note_failure(counted, "", at=self._now())
            self._access.note(Actor(name, address=address), "sign-in.code", outcome="refused:wrong")
            return Attempt(Outcome.WRONG, name, step)
        self._users.forget_failures(counted, "")
        return self._done(step, name, method)

    def _method_of(self, name: str, code: str) -> Method | None:
        if self._factors.is_code(name, code):
            return Method.TOTP
        return Method.RECOVERY if self._factors.use_recovery_code(name, code) else None

    def with_second_passkey(self, step: str, ceremony: str, answer: str, place: Place, visitor: str) -> Attempt:
        """Try a passkey after the password."""
        name = self.waiting(step, visitor)
        if name is None or self._factors.passkey_shown(ceremony, answer, place, visitor, name) is None:
            return Attempt(Outcome.WRONG, name or "", step)
        return self._done(step, name, Method.SECOND_PASSKEY)

    def with_passkey(self, ceremony: str, answer: str, place: Place, visitor: str) -> Attempt:
        """Try a passkey alone, which itself has asked for a finger or a PIN."""
        name = self._factors.passkey_shown(ceremony, answer, place, visitor)
        user = self._users.user(name) if name else None
        if user is None or not user.is_active:
            return Attempt(Outcome.WRONG)
        return Attempt(Outcome.DONE, user.name, method=Method.PASSKEY)

    def _done(self, step: str, name: str, method: Method) -> Attempt:
        if not self._credentials.finish(passwords.digest(step)):
            return Attempt(Outcome.WRONG)
        return Attempt(Outcome.DONE, name, method=method)
