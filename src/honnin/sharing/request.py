"""A request for what we know, from letter to retention: each step by a named person, and nobody releases alone.

None of this is legal advice. It keeps the order, the two people and the record; what may be answered is for counsel to say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import assert_never

from honnin.errors import HonninError
from honnin.model import Text
from honnin.sharing.values import Kind, UnusableValueError, canonical

HOLD_FIRST = timedelta(days=30)
HOLD_MOST = timedelta(days=60)
"""A preservation request holds for 30 days, and with its extension for 60 in all (刑訴法197条3項・4項; for counsel to confirm)."""


class Requester(StrEnum):
    """Who asks."""

    INVESTIGATOR = "investigator"
    LAWYER = "lawyer"
    VICTIM = "victim"
    BANK = "bank"
    PPC = "ppc"
    PARTNER = "partner"


class Basis(StrEnum):
    """On what ground they ask."""

    INQUIRY = "inquiry"
    """捜査関係事項照会書（刑訴法197条2項）"""
    WARRANT = "warrant"
    """差押許可状、記録命令付差押許可状"""
    PRESERVATION = "preservation"
    """保全要請（刑訴法197条3項）: nothing is handed over, records are held."""
    BAR = "bar"
    """弁護士会照会（弁護士法23条の2）"""
    OWN_DATA = "own_data"
    """本人からの開示請求"""
    CONSENT = "consent"
    """本人の同意"""
    DANGER = "danger"
    """人の生命・身体・財産の保護（個人情報保護法27条1項2号）"""
    SUPERVISION = "supervision"
    """監督官庁の報告の求め"""


BASES: Mapping[Requester, tuple[Basis, ...]] = MappingProxyType(
    {
        Requester.INVESTIGATOR: (Basis.INQUIRY, Basis.WARRANT, Basis.PRESERVATION, Basis.DANGER),
        Requester.LAWYER: (Basis.BAR, Basis.CONSENT),
        Requester.VICTIM: (Basis.OWN_DATA, Basis.CONSENT, Basis.DANGER),
        Requester.BANK: (Basis.CONSENT, Basis.DANGER),
        Requester.PPC: (Basis.SUPERVISION,),
        Requester.PARTNER: (Basis.CONSENT, Basis.DANGER),
    }
)
"""Which grounds fit whom."""


class Asked(StrEnum):
    """Which kinds of records are asked for."""

    DESTINATION = "destination"
    INDICATORS = "indicators"
    REPORTS = "reports"
    TIMELINE = "timeline"
    HOLDER = "holder"
    MESSAGES = "messages"
    CONTACTS = "contacts"
    ACCESS_LOG = "access_log"


COMMUNICATIONS = frozenset({Asked.MESSAGES, Asked.CONTACTS, Asked.ACCESS_LOG})
"""Contents and circumstances of communications, which a carrier gives on a warrant only (for counsel to confirm)."""


class NumberSource(StrEnum):
    """Where we looked the number up. A letter is not among them."""

    OFFICIAL_SITE = "official_site"
    PHONE_BOOK = "phone_book"
    LEDGER = "ledger"
    OPERATOR = "operator"


class Notice(StrEnum):
    """Whether the person concerned is told."""

    ALLOWED = "allowed"
    PROHIBITED = "prohibited"
    DELAYED = "delayed"


class State(StrEnum):
    """How far a request has come."""

    RECEIVED = "received"
    """It is here; we do not know yet whether it is genuine."""
    AUTHENTICATED = "authenticated"
    """The office confirmed it on a number that we looked up."""
    SCOPED = "scoped"
    """The ground was checked, and what of it may be answered."""
    REVIEWED = "reviewed"
    """Whoever is in charge of law agreed."""
    PREPARED = "prepared"
    """Copies are ready, with all that is not needed taken out."""
    APPROVED = "approved"
    """A second person agreed to exactly these copies."""
    RELEASED = "released"
    """They are handed over."""
    LOGGED = "logged"
    """Receipt and notice are noted; the record is kept for its time."""
    REFUSED = "refused"
    """It was not answered, and why is noted."""
    ERASED = "erased"
    """Its time is over; only what the yearly counts need is left."""


OPEN = frozenset(
    {State.RECEIVED, State.AUTHENTICATED, State.SCOPED, State.REVIEWED, State.PREPARED, State.APPROVED, State.RELEASED}
)


@dataclass(frozen=True, slots=True)
class Policy:
    """What this site decided with its counsel."""

    warrant_for_communications: bool = True
    keep_for: timedelta = timedelta(days=3 * 365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What came in, as it says itself. ``contacts`` are the numbers and addresses that stand in it: none of them proves anything.

    ``confidential``: even that it exists is nobody's business but of those who work on it.
    """

    requester: Requester
    office: str
    person: str
    channel: str
    asked_for: str
    rank: str = ""
    document_no: str = ""
    case_no: str = ""
    period: str = ""
    case_id: str = ""
    contacts: tuple[str, ...] = ()
    confidential: bool = False


@dataclass(frozen=True, slots=True)
class Authenticate:
    """The office was called on a number we looked up, and confirmed that the request is theirs."""

    number: str
    source: NumberSource
    source_detail: str
    answered_by: str


@dataclass(frozen=True, slots=True)
class CheckScope:
    """The ground was checked; ``granted`` is what may be answered of it, ``third_party`` whether others' communications are in it."""

    basis: Basis
    granted: frozenset[Asked]
    third_party: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Review:
    """Whoever is in charge of law agreed; ``counsel`` names who was asked."""

    counsel: str
    reason: str


@dataclass(frozen=True, slots=True)
class PreparedItem:
    """One copy to hand over: of which item, and what both weigh in SHA-256."""

    item: str
    title: str
    original_sha256: str
    copy_sha256: str
    redactions: int


@dataclass(frozen=True, slots=True)
class Prepare:
    """Copies were made and everything not needed taken out; ``digest`` stands for all of them together."""

    items: tuple[PreparedItem, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Approve:
    """A second person looked at the copies of this digest and agreed."""

    digest: str


@dataclass(frozen=True, slots=True)
class SendBack:
    """The second person wants the copies done again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Release:
    """The approved copies were handed over."""

    method: str
    recipient: str
    office: str


@dataclass(frozen=True, slots=True)
class Record:
    """Receipt and notice to the person concerned are noted; with it the time of keeping begins."""

    receipt: str
    notice: Notice
    delayed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Refuse:
    """It is not answered."""

    reason: str


@dataclass(frozen=True, slots=True)
class Invite:
    """Somebody else may work on it; only that lets them see a confidential one."""

    name: str


@dataclass(frozen=True, slots=True)
class Hold:
    """Records are held, as a preservation request asks; ``hold_id`` is what the locker calls it."""

    until: datetime
    document_no: str = ""
    hold_id: str = ""


@dataclass(frozen=True, slots=True)
class ExtendHold:
    """They are held for longer, on a further request."""

    until: datetime
    document_no: str


@dataclass(frozen=True, slots=True)
class EndHold:
    """The hold is over."""

    reason: str


@dataclass(frozen=True, slots=True)
class Erase:
    """The time of keeping is over."""


Step = (
    Authenticate
    | CheckScope
    | Review
    | Prepare
    | Approve
    | SendBack
    | Release
    | Record
    | Refuse
    | Invite
    | Hold
    | ExtendHold
    | EndHold
    | Erase
)


@dataclass(frozen=True, slots=True)
class Taken:
    """A step with who took it and when."""

    step: Step
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it stands: the letter, the steps taken, and what follows from them."""

    id: str
    letter: Letter
    received_at: datetime
    received_by: str
    state: State = State.RECEIVED
    history: tuple[Taken, ...] = ()
    preparers: frozenset[str] = field(default_factory=frozenset)
    hold_since: datetime | None = None
    hold_until: datetime | None = None
    retain_until: datetime | None = None

    def last(self, kind: type) -> Taken | None:
        """Return the last step of a kind."""
        return next((taken for taken in reversed(self.history) if isinstance(taken.step, kind)), None)

    @property
    def scope(self) -> CheckScope | None:
        taken = self.last(CheckScope)
        return taken.step if taken and isinstance(taken.step, CheckScope) else None

    @property
    def preparation(self) -> Prepare | None:
        taken = self.last(Prepare)
        return taken.step if taken and isinstance(taken.step, Prepare) else None

    @property
    def people(self) -> frozenset[str]:
        """Everybody who has worked on it."""
        invited = (taken.step.name for taken in self.history if isinstance(taken.step, Invite))
        return frozenset({self.received_by, *(taken.by for taken in self.history), *invited})

    def is_held(self, at: datetime) -> bool:
        return self.hold_until is not None and self.hold_until > at


class StepRefusedError(HonninError):
    """A step that cannot be taken now, and what is missing for it."""


_NOT_NOW = Text("いまの段階では、この手順に進めません。", "This step cannot be taken at this stage.")
_NO_REASON = Text("理由を書いてください。", "Give the reason.")
_NO_NAME = Text("だれが答えたか（部署と氏名）を書いてください。", "Write who answered: office and name.")
_NO_PLACE = Text(
    "番号をどこで調べたか（サイトのアドレス、電話帳、台帳の行など）を書いてください。",
    "Write where you looked the number up: address of the site, phone book, line of the ledger.",
)
_BAD_NUMBER = Text("かけた番号を市外局番から書いてください。", "Write the whole number that you called.")
_FROM_LETTER = Text(
    "この番号は書面に書かれています。書面の番号では確認になりません。本部の代表など、こちらで調べた別の番号にかけ、担当部署へつないでもらってください。",
    "This number stands in the letter, so it proves nothing. Call another one that you looked up, such as the headquarters' "
    "switchboard, and have them put you through.",
)
_WRONG_BASIS = Text("この相手の根拠としては使えません。", "This ground does not fit who is asking.")
_WARRANT = Text(
    "ほかの人の通信（本文、相手、接続の記録）が入っています。令状が必要です。通信を除くか、令状を求めてください。",
    "This holds communications of others (contents, contacts or access logs): a warrant is required. Leave them out, or ask for one.",
)
_NOTHING = Text("答える範囲を一つ以上選んでください。", "Choose at least one kind of record to answer with.")
_ONLY_HOLD = Text(
    "保全要請では、記録を残すだけです。渡すものは選べません。",
    "A preservation request only holds records; nothing can be handed over on it.",
)
_NO_ITEMS = Text("渡す写しがありません。", "There is no copy to hand over.")
_SAME_PERSON = Text("準備した人は承認できません。別の人が承認してください。", "Who prepared it cannot approve it. Another person must.")  # fmt: skip
_CHANGED = Text(
    "見ていた写しと、いまの写しが違います。もう一度見てから承認してください。",
    "The copies have changed since they were shown. Look at them again before approving.",
)
_NO_RECIPIENT = Text("渡した方法、受け取った人の氏名と部署を書いてください。", "Write how it was handed over, and the recipient's name and office.")  # fmt: skip
_NO_DELAY = Text("いつまで知らせないかを書いてください。", "Write until when they are not told.")
_HOLD_PAST = Text("保全の期限を、今より後にしてください。", "Let the hold end later than now.")
_HOLD_30 = Text("保全は30日までです。延ばすときは、あらためて要請を受けてください。", "A hold lasts 30 days at most. To extend it, receive a further request.")  # fmt: skip
_HOLD_60 = Text("保全は、延長を合わせて60日までです。", "With its extension a hold lasts 60 days at most.")
_HELD = Text("保全中です。期限まで消せません。", "It is on hold and cannot be erased before that ends.")
_NO_HOLD = Text("保全していません。", "Nothing is on hold.")
_HOLD_TWICE = Text("すでに保全しています。延長してください。", "It is on hold already. Extend it.")
_KEEP = Text("保存期間がまだ終わっていません。", "Its time of keeping is not over yet.")
_NO_INVITED = Text("だれに頼むかを選んでください。", "Choose whom to ask.")
_BACKWARDS = Text(
    "前の手順より前の時刻です。時計を確かめてください。", "This is earlier than the step before. Check the clock."
)


def receive(request_id: str, letter: Letter, *, by: str, at: datetime) -> Request:
    """Open a request."""
    for text in (letter.office, letter.person, letter.asked_for):
        _need(
            text,
            Text("相手の所属、氏名、求められた内容を書いてください。", "Write office, name, and what is asked for."),
        )
    return Request(id=request_id, letter=letter, received_at=at, received_by=by)


def take(request: Request, step: Step, *, by: str, at: datetime, policy: Policy) -> Request:
    """Return the request after the step, or refuse it and say what is missing."""
    if at < (request.history[-1].at if request.history else request.received_at):
        raise StepRefusedError(_BACKWARDS)
    after = _taken(request, step, by, at, policy)
    return replace(after, history=(*request.history, Taken(step, by, at)))


def _taken(request: Request, step: Step, by: str, at: datetime, policy: Policy) -> Request:
    match step:
        case Authenticate():
            return _authenticated(request, step)
        case CheckScope():
            return _scoped(request, step, policy)
        case Review(counsel, reason):
            _at(request, State.SCOPED)
            _need(counsel, _NO_NAME)
            _need(reason, _NO_REASON)
            return replace(request, state=State.REVIEWED)
        case Prepare() | Approve() | SendBack() | Release():
            return _release_steps(request, step, by)
        case Record():
            return _recorded(request, step, at, policy)
        case Refuse(reason):
            _at(request, *(OPEN - {State.RELEASED}))
            _need(reason, _NO_REASON)
            return replace(request, state=State.REFUSED, retain_until=at + policy.keep_for)
        case Invite(name):
            _at(request, *OPEN)
            _need(name, _NO_INVITED)
            return request
        case Hold() | ExtendHold() | EndHold():
            return _hold_steps(request, step, at)
        case Erase():
            return _erased(request, at)
        case _:
            assert_never(step)


def _at(request: Request, *states: State) -> None:
    if request.state not in states:
        raise StepRefusedError(_NOT_NOW)


def _need(text: str, missing: Text) -> None:
    if not text.strip():
        raise StepRefusedError(missing)


def _authenticated(request: Request, step: Authenticate) -> Request:
    _at(request, State.RECEIVED)
    _need(step.answered_by, _NO_NAME)
    _need(step.source_detail, _NO_PLACE)
    number = _digits(step.number)
    if len(number) < 9:
        raise StepRefusedError(_BAD_NUMBER)
    if number in {_digits(contact) for contact in request.letter.contacts}:
        raise StepRefusedError(_FROM_LETTER)
    return replace(request, state=State.AUTHENTICATED)


def _digits(number: str) -> str:
    """Return a phone number as one can compare it, whatever its hyphens, width, zone and extension."""
    written = re.split(r"内線|ext|#|[xX]", number, maxsplit=1)[0]
    try:
        return canonical(Kind.PHONE, written)
    except UnusableValueError:
        return re.sub(r"\D", "", written)


def _scoped(request: Request, step: CheckScope, policy: Policy) -> Request:
    _at(request, State.AUTHENTICATED)
    _need(step.reason, _NO_REASON)
    if step.basis not in BASES[request.letter.requester]:
        raise StepRefusedError(_WRONG_BASIS)
    if step.basis is Basis.PRESERVATION:
        if step.granted:
            raise StepRefusedError(_ONLY_HOLD)
    elif not step.granted:
        raise StepRefusedError(_NOTHING)
    others = step.third_party and step.granted & COMMUNICATIONS
    if others and policy.warrant_for_communications and step.basis is not Basis.WARRANT:
        raise StepRefusedError(_WARRANT)
    return replace(request, state=State.SCOPED)


def _release_steps(request: Request, step: Prepare | Approve | SendBack | Release, by: str) -> Request:
    match step:
        case Prepare(items, digest):
            _at(request, State.REVIEWED, State.PREPARED)
            if not items or not digest or (request.scope and request.scope.basis is Basis.PRESERVATION):
                raise StepRefusedError(_NO_ITEMS)
            return replace(request, state=State.PREPARED, preparers=request.preparers | {by})
        case Approve(digest):
            _at(request, State.PREPARED)
            if by in request.preparers:
                raise StepRefusedError(_SAME_PERSON)
            if request.preparation is None or digest != request.preparation.digest:
                raise StepRefusedError(_CHANGED)
            return replace(request, state=State.APPROVED)
        case SendBack(reason):
            _at(request, State.PREPARED, State.APPROVED)
            _need(reason, _NO_REASON)
            return replace(request, state=State.REVIEWED)
        case Release(method, recipient, office):
            _at(request, State.APPROVED)
            for text in (method, recipient, office):
                _need(text, _NO_RECIPIENT)
            return replace(request, state=State.RELEASED)
        case _:
            assert_never(step)


def _recorded(request: Request, step: Record, at: datetime, policy: Policy) -> Request:
    only_hold = request.scope is not None and request.scope.basis is Basis.PRESERVATION
    _at(request, State.REVIEWED if only_hold else State.RELEASED)
    if step.notice is Notice.DELAYED and (step.delayed_until is None or step.delayed_until <= at):
        raise StepRefusedError(_NO_DELAY)
    return replace(request, state=State.LOGGED, retain_until=at + policy.keep_for)


def _hold_steps(request: Request, step: Hold | ExtendHold | EndHold, at: datetime) -> Request:
    _at(request, *(set(State) - {State.ERASED}))
    match step:
        case Hold(until):
            if request.hold_until is not None:
                raise StepRefusedError(_HOLD_TWICE)
            _within(until, at, at + HOLD_FIRST, _HOLD_30)
            return replace(request, hold_since=at, hold_until=until)
        case ExtendHold(until, document_no):
            if request.hold_since is None or not request.is_held(at):
                raise StepRefusedError(_NO_HOLD)
            _need(
                document_no,
                Text("延長の要請の文書番号を書いてください。", "Write the number of the request to extend it."),
            )
            _within(until, at, request.hold_since + HOLD_MOST, _HOLD_60)
            return replace(request, hold_until=max(until, request.hold_until or until))
        case EndHold(reason):
            if not request.is_held(at):
                raise StepRefusedError(_NO_HOLD)
            _need(reason, _NO_REASON)
            return replace(request, hold_until=at)
        case _:
            assert_never(step)


def _within(until: datetime, at: datetime, most: datetime, text: Text) -> None:
    if until <= at:
        raise StepRefusedError(_HOLD_PAST)
    if until > most:
        raise StepRefusedError(text)


def _erased(request: Request, at: datetime) -> Request:
    _at(request, State.LOGGED, State.REFUSED)
    if request.is_held(at):
        raise StepRefusedError(_HELD)
    if request.retain_until is None or request.retain_until > at:
        raise StepRefusedError(_KEEP)
    return replace(request, state=State.ERASED)
