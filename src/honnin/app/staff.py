"""Who belongs to the site: invited by one-time links, given roles, deactivated, helped when they lose a device."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from honnin.app import passwords
from honnin.app.access import Access, Actor, Right, Role
from honnin.app.accounts import User, UserStore
from honnin.app.credentials import CredentialStore, Invitation, Purpose
from honnin.app.ports import Transaction
from honnin.errors import HonninError
from honnin.model import Text

LINK_LASTS = {
    Purpose.SETUP: timedelta(hours=24),
    Purpose.JOIN: timedelta(days=3),
    Purpose.PASSWORD: timedelta(hours=24),
}
FIRST_ROLES = frozenset({Role.ADMIN, Role.ANALYST})
"""Of the one who sets the site up: in a small company nobody else would be there to work the desk."""
LONGEST_NAME = 60
LOCK = "users"


class StaffRefusedError(HonninError):
    """Something cannot be done with a user, and why."""


def _refused(ja: str, en: str) -> StaffRefusedError:
    return StaffRefusedError(Text(ja, en))


class Staff:
    """Keeps the users of a site. Everything here is written down, and asks for the right first."""

    def __init__(
        self,
        users: UserStore,
        credentials: CredentialStore,
        access: Access,
        *,
        transaction: Transaction,
        now: Callable[[], datetime],
        new_token: Callable[[], str],
    ) -> None:
        self._users = users
        self._credentials = credentials
        self._access = access
        self._transaction = transaction
        self._now = now
        self._new_token = new_token

    # One-time links

    def setup_link(self) -> str:
        """Return the secret of the link by which a new site is set up; those made before are over."""
        now = self._now()
        for old in self._credentials.open_invitations(at=now):
            if old.purpose is Purpose.SETUP:
                self._credentials.use_invitation(old.id, at=now)
        return self._link(Actor.system("setup"), Purpose.SETUP, "", FIRST_ROLES)

    def invite(self, by: Actor | None, name: str, roles: Iterable[Role]) -> str:
        """Return the secret of a link by which somebody joins under that name with these roles."""
        wanted, who = frozenset(roles), self._permitted(by, f"user:{name}")
        self._check_name(name)
        self._check_roles(wanted)
        if self._users.user(name) is not None:
            raise _refused("その名前の人はすでにいます。", "There is somebody of that name already.")
        self._note(who, name, "invite", roles=" ".join(sorted(wanted)))
        return self._link(who, Purpose.JOIN, name, wanted)

    def password_link(self, by: Actor | None, name: str) -> str:
        """Return the secret of a link by which a user chooses a new password."""
        who, user = self._permitted(by, f"user:{name}"), self._known(name)
        self._note(who, name, "password link")
        return self._link(who, Purpose.PASSWORD, user.name, ())

    def _link(self, by: Actor, purpose: Purpose, name: str, roles: Iterable[Role]) -> str:
        token, now = self._new_token(), self._now()
        invitation = Invitation(
            self._new_token()[:20], purpose, now, now + LINK_LASTS[purpose], name, frozenset(roles), by.name
        )
        self._credentials.add_invitation(invitation, passwords.digest(token))
        return token

    def invitation(self, token: str) -> Invitation | None:
        """Return a link that can still be used; looking at it does not use it up."""
        found = self._credentials.invitation(passwords.digest(token), at=self._now())
        if found is not None and found.purpose is Purpose.SETUP and self._users.has_users():
            return None
        return found

    def withdraw(self, by: Actor | None, invitation_id: str) -> None:
        """Take a link back."""
        thing = f"invitation:{invitation_id}"
        self._access.permit(by, Right.USERS_CHANGE, thing, detail={"did": "withdraw"})
        self._credentials.use_invitation(invitation_id, at=self._now())

    def accept(self, token: str, name: str, password: str, *, address: str = "") -> str:
        """Use a link up: make the user, or change their password. Returns their name."""
        with self._transaction(locks=[LOCK]):
            found = self.invitation(token)
            if found is None:
                raise _refused("このリンクは使えません。", "This link cannot be used.")
            name = name if found.purpose is Purpose.SETUP else found.user
            self._check_name(name)
            check_password(password)
            if not self._credentials.use_invitation(found.id, at=self._now()):
                raise _refused("このリンクは使えません。", "This link cannot be used.")
            self._let_in(found, name, passwords.hash_password(password))
        self._access.note(Actor(name, address=address), f"link.{found.purpose.value}", f"user:{name}")
        return name

    def _let_in(self, found: Invitation, name: str, password_hash: str) -> None:
        if found.purpose is Purpose.PASSWORD:
            self._users.set_password(name, password_hash)
        elif not self._users.create_user(name, password_hash, at=self._now(), roles=found.roles):
            raise _refused("その名前の人はすでにいます。", "There is somebody of that name already.")

    # People

    def set_roles(self, by: Actor | None, name: str, roles: Iterable[Role]) -> None:
        """Give somebody these roles in place of those they had."""
        wanted, who = frozenset(roles), self._permitted(by, f"user:{name}")
        self._check_roles(wanted)
        with self._transaction(locks=[LOCK]):
            user = self._known(name)
            if Role.ADMIN not in wanted:
                self._check_not_last(user)
            self._users.set_roles(name, wanted)
            self._note(who, name, "roles", before=" ".join(sorted(user.roles)), after=" ".join(sorted(wanted)))

    def set_active(self, by: Actor | None, name: str, *, active: bool) -> None:
        """Let somebody in again, or no longer; what they have open ends at once."""
        who = self._permitted(by, f"user:{name}")
        with self._transaction(locks=[LOCK]):
            user = self._known(name)
            if not active:
                self._check_not_last(user)
            self._users.set_active(name, since=None if active else self._now())
            self._note(who, name, "reactivate" if active else "deactivate")

    def reset_factors(self, by: Actor | None, name: str) -> None:
        """Forget somebody's second factors, so that they set up new ones after their password."""
        who = self._permitted(by, f"user:{name}")
        with self._transaction(locks=[LOCK]):
            self._known(name)
            self._credentials.forget_factors(name)
            self._users.revoke_sessions(name)
            self._note(who, name, "reset second factor")

    def _permitted(self, by: Actor | None, thing: str) -> Actor:
        """Refuse, and write that down, before anything is begun; what was done is written down with the change itself."""
        if by is None or not by.may(Right.USERS_CHANGE):
            return self._access.permit(by, Right.USERS_CHANGE, thing)
        return by

    def _note(self, who: Actor, name: str, did: str, **more: str) -> None:
        self._access.note(who, Right.USERS_CHANGE.value, f"user:{name}", detail={"did": did} | more)

    def _known(self, name: str) -> User:
        user = self._users.user(name)
        if user is None:
            raise _refused("その名前の人はいません。", "There is nobody of that name.")
        return user

    def _check_not_last(self, user: User) -> None:
        admins = [each.name for each in self._users.users() if each.is_active and Role.ADMIN in each.roles]
        if admins == [user.name]:
            raise _refused(
                "管理者が一人もいなくなります。先に別の管理者を決めてください。",
                "Nobody would be administrator any more. Make somebody else one first.",
            )

    def _check_roles(self, roles: frozenset[Role]) -> None:
        if not roles:
            raise _refused("役割を一つ以上選んでください。", "Choose at least one role.")
        if Role.AUDITOR in roles and len(roles) > 1:
            raise _refused(
                "監査担当は、ほかの役割と兼ねられません。記録を読む人は、何も変えない人であるためです。",
                "An auditor has no other role: who reads the record changes nothing.",
            )

    def _check_name(self, name: str) -> None:
        if not name or len(name) > LONGEST_NAME or not name.isprintable() or name != " ".join(name.split()):
            raise _refused(
                f"名前は{LONGEST_NAME}文字以内にしてください。", f"Use a name of at most {LONGEST_NAME} characters."
            )
        if name.startswith("api:"):
            raise _refused("api: で始まる名前は使えません。", "A name cannot begin with api:.")


def check_password(password: str) -> None:
    """Refuse a password that is too short or much too long."""
    if not passwords.SHORTEST <= len(password) <= passwords.LONGEST:
        raise _refused(
            f"パスワードは{passwords.SHORTEST}文字以上にしてください。",
            f"Use a password of at least {passwords.SHORTEST} characters.",
        )
