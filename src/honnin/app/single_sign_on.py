"""Single sign-on: what a provider says of somebody, and who that is here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

from honnin.app.access import Access, Actor, Role
from honnin.app.accounts import UserStore
from honnin.app.credentials import CredentialStore
from honnin.app.ports import Transaction
from honnin.app.staff import LOCK, LONGEST_NAME
from honnin.errors import HonninError
from honnin.model import Text

LONGEST_SUBJECT = 255


class SingleSignOnError(HonninError):
    """The provider did not say who it is, or says something that cannot be believed."""

    def __init__(self, why: str) -> None:
        super().__init__(
            Text(
                "シングルサインオンで本人を確かめられませんでした。もう一度お試しください。",
                "Single sign-on could not tell who you are. Please try again.",
            )
        )
        self.why = why


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody as the provider knows them."""

    issuer: str
    subject: str
    claims: Mapping[str, Any]


class Provider(Protocol):
    """A provider of single sign-on (OpenID Connect, authorization code with PKCE)."""

    @property
    def name(self) -> str: ...
    def begin(self, *, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """Return where to send the browser."""
        ...

    def finish(self, code: str, *, redirect_uri: str, nonce: str, verifier: str, at: datetime) -> Identity:
        """Exchange the code, and check everything about what comes back; refuse with ``SingleSignOnError``."""
        ...


@dataclass(frozen=True, slots=True)
class RolesByClaim:
    """Which values of which claim give which roles."""

    claim: str
    roles: Mapping[str, Role]

    def roles_of(self, claims: Mapping[str, Any]) -> frozenset[Role]:
        """Return the roles somebody gets for their groups.

        >>> RolesByClaim("groups", {"desk": Role.ANALYST}).roles_of({"groups": ["desk", "choir"]})
        frozenset({<Role.ANALYST: 'analyst'>})
        """
        given = claims.get(self.claim)
        values = [given] if isinstance(given, str) else given if isinstance(given, list) else []
        found = frozenset(self.roles[value] for value in values if isinstance(value, str) and value in self.roles)
        # An auditor changes nothing, so one who is more than that is no auditor here.
        return found - {Role.AUDITOR} if len(found) > 1 else found


class Newcomers:
    """Finds, or makes, the user that an identity belongs to."""

    def __init__(
        self,
        users: UserStore,
        credentials: CredentialStore,
        access: Access,
        *,
        mapping: RolesByClaim,
        transaction: Transaction,
        now: Callable[[], datetime],
    ) -> None:
        self._users = users
        self._credentials = credentials
        self._access = access
        self._mapping = mapping
        self._transaction = transaction
        self._now = now

    def user_of(self, identity: Identity, *, address: str = "") -> str | None:
        """Return the name they sign in as, with the roles the provider gives them today; None where they get none."""
        roles = self._mapping.roles_of(identity.claims)
        with self._transaction(locks=[LOCK]):
            name = self._credentials.linked_user(identity.issuer, identity.subject)
            user = self._users.user(name) if name else None
            if not roles or (user is not None and not user.is_active):
                return None
            if user is None:
                return self._join(identity, roles, address)
            if user.roles != roles:
                self._users.set_roles(user.name, roles)
                self._note(user.name, address, roles, "roles")
            return user.name

    def _join(self, identity: Identity, roles: frozenset[Role], address: str) -> str | None:
        """Make a user. One who was here before under the same name is somebody else: nobody takes over an account by its name."""
        wanted = identity.claims.get("preferred_username") or identity.claims.get("email") or identity.subject
        plain = " ".join(str(wanted).split())[:LONGEST_NAME].replace("api:", "")
        if not plain.isprintable() or not plain:
            return None
        host = urlsplit(identity.issuer).hostname or "sso"
        for name in (plain, f"{plain}@{host}"):
            if self._users.create_user(name, "", at=self._now(), roles=roles):
                self._credentials.link(identity.issuer, identity.subject[:LONGEST_SUBJECT], name, at=self._now())
                self._note(name, address, roles, "joined")
                return name
        return None

    def _note(self, name: str, address: str, roles: frozenset[Role], what: str) -> None:
        detail = {"did": what, "roles": " ".join(sorted(roles))}
        self._access.note(Actor(name, address=address), "link.single-sign-on", f"user:{name}", detail=detail)
