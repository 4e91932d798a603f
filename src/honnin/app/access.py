"""Who may do what, and the one way by which every protected thing is reached.

A person has roles, a program's key has scopes; both come down to rights. ``Access.permit`` looks whether the right is there,
writes down who saw or did what, and refuses otherwise. Nothing else in the product decides about rights.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, IntEnum, StrEnum
from typing import Protocol

from honnin.errors import HonninError
from honnin.model import Text


class Role(StrEnum):
    """What somebody is here for. Most people have one; in a small company one person has several."""

    STAFF = "staff"
    ANALYST = "analyst"
    ACCOUNTING = "accounting"
    APPROVER = "approver"
    ADMIN = "admin"
    AUDITOR = "auditor"


class Right(StrEnum):
    """One thing that may be seen or done. ``*.read`` looks and changes nothing."""

    ACCOUNT = "account"  # one's own password, second factor and sessions
    CHECK = "check"
    CHECK_KEEP = "check.keep"
    INBOX_READ = "inbox.read"
    INBOX_HANDLE = "inbox.handle"
    DIRECTORY_READ = "directory.read"
    DIRECTORY_CHANGE = "directory.change"
    COPIES_READ = "copies.read"
    COPIES_CHANGE = "copies.change"
    COPIES_EXPORT = "copies.export"
    KEYS_READ = "keys.read"
    KEYS_CHANGE = "keys.change"
    USERS_READ = "users.read"
    USERS_CHANGE = "users.change"
    SETTINGS_READ = "settings.read"
    SETTINGS_CHANGE = "settings.change"
    AUDIT_READ = "audit.read"
    AUDIT_EXPORT = "audit.export"
    REPORTS_SEND = "reports.send"
    REPORTS_READ = "reports.read"
    REPORTS_ANSWER = "reports.answer"
    QUEUE_READ = "queue.read"
    QUEUE_CLAIM = "queue.claim"
    QUEUE_DECIDE = "queue.decide"
    CASES_READ = "cases.read"
    CASES_WORK = "cases.work"
    CONTAINMENT = "containment"
    EVIDENCE_READ = "evidence.read"
    EVIDENCE_CAPTURE = "evidence.capture"
    EVIDENCE_EXPORT = "evidence.export"
    EVIDENCE_HOLD = "evidence.hold"
    INDICATORS_READ = "indicators.read"
    INDICATORS_CHANGE = "indicators.change"
    INDICATORS_EXPORT = "indicators.export"
    COOPERATION_READ = "cooperation.read"
    COOPERATION_PREPARE = "cooperation.prepare"
    COOPERATION_APPROVE = "cooperation.approve"
    COOPERATION_RELEASE = "cooperation.release"
    COOPERATION_CONFIDENTIAL = "cooperation.confidential.read"  # whose very existence is nobody else's business

    @property
    def is_reading(self) -> bool:
        """Whether it changes nothing and lets nothing out but the record itself, which is there to be handed over."""
        return self.value.endswith(".read") or self is Right.AUDIT_EXPORT


class Reach(IntEnum):
    """How far a right goes: to what somebody brought in or owns themselves, or to everything of that kind."""

    OWN = 1
    ALL = 2


class Scope(StrEnum):
    """What a program's key is for."""

    SCREENING = "screening"
    COPIES = "copies"
    REPORTS = "reports"
    CASES = "cases"
    EVIDENCE = "evidence"
    INDICATORS = "indicators"


Rights = Mapping[Right, Reach]

_EVERYONE: Rights = {
    Right.ACCOUNT: Reach.OWN,
    Right.CHECK: Reach.ALL,
    Right.CHECK_KEEP: Reach.ALL,
    Right.INBOX_READ: Reach.OWN,
    Right.REPORTS_SEND: Reach.ALL,
    Right.REPORTS_READ: Reach.OWN,
}


def _with(usual: Rights, *more: Right) -> Rights:
    return {**usual, **dict.fromkeys(more, Reach.ALL)}


RIGHTS: Mapping[Role, Rights] = {
    Role.STAFF: _EVERYONE,
    Role.ANALYST: _with(
        {**_EVERYONE, Right.COOPERATION_CONFIDENTIAL: Reach.OWN},
        Right.INBOX_READ,
        Right.INBOX_HANDLE,
        Right.DIRECTORY_READ,
        Right.DIRECTORY_CHANGE,
        Right.COPIES_READ,
        Right.COPIES_CHANGE,
        Right.COPIES_EXPORT,
        Right.SETTINGS_READ,
        Right.REPORTS_READ,
        Right.REPORTS_ANSWER,
        Right.QUEUE_READ,
        Right.QUEUE_CLAIM,
        Right.QUEUE_DECIDE,
        Right.CASES_READ,
        Right.CASES_WORK,
        Right.CONTAINMENT,
        Right.EVIDENCE_READ,
        Right.EVIDENCE_CAPTURE,
        Right.EVIDENCE_EXPORT,
        Right.EVIDENCE_HOLD,
        Right.INDICATORS_READ,
        Right.INDICATORS_CHANGE,
        Right.INDICATORS_EXPORT,
        Right.COOPERATION_READ,
        Right.COOPERATION_PREPARE,
    ),
    Role.ACCOUNTING: _with(_EVERYONE, Right.DIRECTORY_READ, Right.INDICATORS_READ),
    Role.APPROVER: _with(
        _EVERYONE,
        Right.INBOX_READ,
        Right.DIRECTORY_READ,
        Right.REPORTS_READ,
        Right.QUEUE_READ,
        Right.CASES_READ,
        Right.EVIDENCE_READ,
        Right.EVIDENCE_HOLD,
        Right.INDICATORS_READ,
        Right.COOPERATION_READ,
        Right.COOPERATION_APPROVE,
        Right.COOPERATION_RELEASE,
        Right.COOPERATION_CONFIDENTIAL,
    ),
    Role.ADMIN: _with(
        _EVERYONE,
        Right.DIRECTORY_READ,
        Right.DIRECTORY_CHANGE,
        Right.COPIES_READ,
        Right.KEYS_READ,
        Right.KEYS_CHANGE,
        Right.USERS_READ,
        Right.USERS_CHANGE,
        Right.SETTINGS_READ,
        Right.SETTINGS_CHANGE,
        Right.AUDIT_READ,
        Right.AUDIT_EXPORT,
    ),
    Role.AUDITOR: _with({Right.ACCOUNT: Reach.OWN}, *(right for right in Right if right.is_reading)),
}
"""What each role may do. Who has several may do what any of them may."""

SCOPES: Mapping[Scope, Rights] = {
    Scope.SCREENING: _with({}, Right.CHECK, Right.CHECK_KEEP, Right.INBOX_READ),
    Scope.COPIES: _with({}, Right.COPIES_READ, Right.COPIES_CHANGE, Right.COPIES_EXPORT),
    Scope.REPORTS: {Right.REPORTS_SEND: Reach.ALL, Right.REPORTS_READ: Reach.OWN},
    Scope.CASES: _with({}, Right.QUEUE_READ, Right.CASES_READ),
    Scope.EVIDENCE: _with({}, Right.EVIDENCE_READ, Right.EVIDENCE_CAPTURE),
    Scope.INDICATORS: _with({}, Right.INDICATORS_READ, Right.INDICATORS_CHANGE, Right.INDICATORS_EXPORT),
}
"""What a key of each scope may do."""

FIRST_SCOPES = (Scope.SCREENING, Scope.COPIES)
"""The scopes of keys that were made before there were scopes: just what they could do."""


class ActorKind(StrEnum):
    USER = "user"
    KEY = "key"
    SYSTEM = "system"  # the site itself, by its clock or at its command line


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. ``name`` is what the record says and what owners are compared with; a key's begins with ``api:``."""

    name: str
    roles: frozenset[Role] = frozenset()
    scopes: frozenset[Scope] = frozenset()
    kind: ActorKind = ActorKind.USER
    address: str = ""

    @classmethod
    def system(cls, name: str) -> Actor:
        """The site itself, which may do everything; what it did is written down all the same."""
        return cls(name, kind=ActorKind.SYSTEM)

    def reach(self, right: Right) -> Reach | None:
        """Tell how far the right goes for this actor, None where it is not there."""
        if self.kind is ActorKind.SYSTEM:
            return Reach.ALL
        given = [RIGHTS[role] for role in self.roles] + [SCOPES[scope] for scope in self.scopes]
        return max((rights[right] for rights in given if right in rights), default=None)

    def may(self, right: Right, owner: str | None = None) -> bool:
        """Tell whether they may, of a thing of that owner; for menus and buttons. ``Access.permit`` is what counts."""
        return refusal(self, right, owner) is None


class Refusal(Enum):
    """Why somebody may not."""

    SIGN_IN = "sign-in"  # nobody is signed in
    ROLE = "role"  # none of their roles has that right
    SCOPE = "scope"  # the key is for something else
    OTHERS = "others"  # they may, but only with what is their own


def refusal(actor: Actor | None, right: Right, owner: str | None = None) -> Refusal | None:
    """Say why they may not, None where they may. ``owner`` is whose the thing is, None where it is nobody's in particular.

    >>> refusal(Actor("hana", frozenset({Role.STAFF})), Right.REPORTS_READ, owner="taro")
    <Refusal.OTHERS: 'others'>
    """
    if actor is None:
        return Refusal.SIGN_IN
    reach = actor.reach(right)
    if reach is None:
        return Refusal.SCOPE if actor.kind is ActorKind.KEY else Refusal.ROLE
    return Refusal.OTHERS if reach is Reach.OWN and owner is not None and owner != actor.name else None


_REFUSED: Mapping[Refusal, Text] = {
    Refusal.SIGN_IN: Text("サインインしてください。", "Sign in first."),
    Refusal.ROLE: Text("あなたの役割では、この操作はできません。", "Your role does not include this."),
    Refusal.SCOPE: Text("このAPIキーの用途に含まれていません。", "This API key is not meant for that."),
    Refusal.OTHERS: Text("ほかの人のものは開けません。", "This belongs to somebody else."),
}


class NotAllowedError(HonninError):
    """Somebody may not do what they tried. ``whom_to_ask`` are the roles that may."""

    def __init__(self, right: Right, why: Refusal) -> None:
        super().__init__(_REFUSED[why])
        self.right = right
        self.why = why

    @property
    def whom_to_ask(self) -> tuple[Role, ...]:
        return tuple(role for role in Role if RIGHTS[role].get(self.right) is Reach.ALL)


NOT_NOTED = frozenset({Right.ACCOUNT, Right.CHECK, Right.CHECK_KEEP})
"""Rights whose use leaves a trace of its own: what was done to an account is noted as that, a kept event names its source."""


@dataclass(frozen=True, slots=True)
class AuditNote:
    """One line of the record: who did (or saw, or tried) what with which thing.

    ``action`` is a right's value, or the name of something that needs none, such as ``sign-in``. ``outcome`` is ``done``,
    or ``refused:`` and why. ``detail`` holds a few short values and never a secret.
    """

    at: datetime
    actor: str
    kind: str
    action: str
    thing: str = ""
    outcome: str = "done"
    address: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)


class AuditPort(Protocol):
    """Where the record is kept; it only ever grows. A plain list does for tests."""

    def append(self, note: AuditNote, /) -> object: ...


class Access:
    """The one way to every protected thing."""

    def __init__(self, record: AuditPort, now: Callable[[], datetime]) -> None:
        self._record = record
        self._now = now

    def permit(
        self,
        actor: Actor | None,
        right: Right,
        thing: str = "",
        *,
        owner: str | None = None,
        detail: Mapping[str, str] | None = None,
    ) -> Actor:
        """Let them through and write it down, or refuse with ``NotAllowedError`` and write that down too.

        ``thing`` names what is reached, such as ``case:123``; ``owner`` is whose it is, where that matters. In a transaction
        call it last or before: the record is written in order, so whoever writes it next waits until the transaction ends.
        """
        why = refusal(actor, right, owner)
        if actor is None:  # strangers are turned away by the thousand; they are not written down
            raise NotAllowedError(right, Refusal.SIGN_IN)
        if why is not None or right not in NOT_NOTED:
            self.note(actor, right.value, thing, outcome=f"refused:{why.value}" if why else "done", detail=detail)
        if why is not None:
            raise NotAllowedError(right, why)
        return actor

    def note(
        self,
        actor: Actor,
        action: str,
        thing: str = "",
        *,
        outcome: str = "done",
        detail: Mapping[str, str] | None = None,
    ) -> None:
        """Write down what needs no right of its own, such as a sign-in, or more about something already permitted."""
        self._record.append(
            AuditNote(
                self._now(), actor.name, actor.kind.value, action, thing, outcome, actor.address, dict(detail or {})
            )
        )


def roles_from(names: Iterable[str]) -> frozenset[Role]:
    """Read roles by their names; what is none is left out.

    >>> sorted(roles_from(["analyst", "king", "staff"]))
    [<Role.ANALYST: 'analyst'>, <Role.STAFF: 'staff'>]
    """
    return frozenset(Role(name) for name in names if name in set(Role))


def scopes_from(names: Collection[str]) -> frozenset[Scope]:
    """Read scopes by their names; what is none is left out."""
    return frozenset(Scope(name) for name in names if name in set(Scope))
