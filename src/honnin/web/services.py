"""What the pages and the API are given to work with."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from honnin.app.access import Access
from honnin.app.accounts import UserStore
from honnin.app.audit import AuditStore
from honnin.app.case_summary import Summaries
from honnin.app.cooperation import CooperationDesk
from honnin.app.copies import CopyKeeper
from honnin.app.credentials import CredentialStore
from honnin.app.desk import CaseDesk
from honnin.app.factors import SecondFactors
from honnin.app.indicators import IndicatorKeeper
from honnin.app.locker import Locker
from honnin.app.ports import DirectoryStore, StoredVerdict, VerdictStore
from honnin.app.reports import ReportDesk
from honnin.app.sign_in import SignIn
from honnin.app.single_sign_on import Newcomers, Provider
from honnin.app.staff import Staff
from honnin.model import Account, Event, IdentityMatch, LinkCheck, Person, Verdict
from honnin.settings import Settings


class Desk(Protocol):
    """The main use case as the pages see it: ``screen`` keeps nothing, ``receive`` keeps what came in."""

    def screen(self, event: Event) -> Verdict: ...
    def receive(self, event: Event, *, source: str, conversation: str = "") -> StoredVerdict: ...


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Everything about getting in; ``provider`` and ``newcomers`` only where there is single sign-on."""

    sign_in: SignIn
    factors: SecondFactors
    credentials: CredentialStore
    staff: Staff
    provider: Provider | None = None
    newcomers: Newcomers | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything a site is made of.

    ``check_link`` looks at one address; ``match_identity`` compares a claimed account with people and returns the
    likeliest, or None where nobody is claimed. ``demo_login`` (name, password) is shown to everybody who wants to sign in;
    only the demo has one.
    """

    desk: Desk
    verdicts: VerdictStore
    directory: DirectoryStore
    copies: CopyKeeper
    users: UserStore
    access: Access
    audit: AuditStore
    doors: Doors
    reports: ReportDesk
    locker: Locker
    summaries: Summaries
    cases: CaseDesk
    indicators: IndicatorKeeper
    cooperation: CooperationDesk
    check_link: Callable[[str], LinkCheck]
    match_identity: Callable[[Account, Sequence[Person]], IdentityMatch | None]
    settings: Settings
    demo_login: tuple[str, str] | None = None
    now: Callable[[], datetime] = _now
    new_token: Callable[[], str] = lambda: secrets.token_urlsafe(32)
