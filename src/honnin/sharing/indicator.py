"""A clue that may be shared: what was reported, how sure we are, until when it counts, and who may read it.

An account, number or address in here was *reported*. Its owner may have had it stolen, or may have rented it out: nothing
of this says that they did wrong, so everything shared says so, ends by itself, and can be appealed against.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType
from typing import assert_never

from honnin.errors import HonninError
from honnin.model import Text
from honnin.sharing.values import Kind

UNCONFIRMED = Text(
    "通報された情報で、確認されたものではありません。口座・電話・アカウントの持ち主は、盗まれた、貸した、名前を使われただけの人かもしれません。",
    "Reported, unconfirmed. The owner of an account or number may have had it stolen or rented it out, or may merely have been named.",
)
LASTS: Mapping[Kind, timedelta] = MappingProxyType(
    {
        Kind.ACCOUNT: timedelta(days=180),
        Kind.BANK_ACCOUNT: timedelta(days=180),
        Kind.PHONE: timedelta(days=90),
        Kind.MAIL: timedelta(days=180),
        Kind.DOMAIN: timedelta(days=180),
        Kind.URL: timedelta(days=30),
        Kind.FINGERPRINT: timedelta(days=180),
    }
)
"""For how long each counts since it was last seen: numbers and links are given to others soon."""
LONGEST = timedelta(days=366)


class Tlp(StrEnum):
    """Who may read it, in the words of the Traffic Light Protocol 2.0, from the widest to the narrowest circle."""

    CLEAR = "clear"
    GREEN = "green"
    AMBER = "amber"
    AMBER_STRICT = "amber+strict"
    RED = "red"

    @property
    def rank(self) -> int:
        return list(Tlp).index(self)


class Standing(StrEnum):
    """Where an indicator stands with us."""

    PROPOSED = "proposed"
    """A case named it; nobody has looked at it yet, so it goes nowhere."""
    SHARED = "shared"
    """Somebody agreed that it may leave."""
    PAUSED = "paused"
    """Its owner appealed: it leaves no more until that is decided."""
    WITHDRAWN = "withdrawn"
    """It counts no more; those who had it are told so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One clue. ``case_id`` and ``created_by`` stay with us; ``origin`` is who shared it, "" for our own.

    ``external_id`` is the name it came under; ``shared_at`` tells whether it ever left.
    """

    kind: Kind
    value: str
    confidence: int
    first_seen: datetime
    last_seen: datetime
    expires_at: datetime
    created_at: datetime
    modified_at: datetime
    tlp: Tlp = Tlp.AMBER
    tactics: tuple[str, ...] = ()
    standing: Standing = Standing.PROPOSED
    sightings: int = 1
    origin: str = ""
    external_id: str = ""
    created_by: str = ""
    case_id: str = ""
    shared_at: datetime | None = None

    @property
    def key(self) -> str:
        """The same value has the same name wherever it came from."""
        return key_of(self.kind, self.value)

    def counts(self, at: datetime) -> bool:
        return self.standing is Standing.SHARED and self.expires_at > at


def key_of(kind: Kind, value: str) -> str:
    return sha256(f"{kind.value}\n{value}".encode("utf-8", "replace")).hexdigest()[:32]


class IndicatorRefusedError(HonninError):
    """A step that an indicator cannot take now."""


@dataclass(frozen=True, slots=True)
class Accept:
    """Somebody agreed that it may be shared with this circle."""

    tlp: Tlp


@dataclass(frozen=True, slots=True)
class Appeal:
    """Its owner, or somebody for them, says that it is wrong."""


@dataclass(frozen=True, slots=True)
class Keep:
    """The appeal was looked at, and it stays."""


@dataclass(frozen=True, slots=True)
class Withdraw:
    """It was wrong, or is not needed any more."""


IndicatorStep = Accept | Appeal | Keep | Withdraw

_NOT_PROPOSED = Text("共有を決められるのは、候補の指標だけです。", "Only a proposed indicator can be agreed to.")
_OVER = Text("期限が過ぎています。新しい目撃があれば、もう一度候補にしてください。", "It is over. Propose it again when it is seen again.")  # fmt: skip
_NO_APPEAL = Text("この指標には、判断を待つ申し立てがありません。", "No appeal against this indicator waits for an answer.")  # fmt: skip
_GONE = Text("この指標は取り下げられています。", "This indicator was withdrawn.")
_FOREIGN = Text(
    "ほかから受け取った指標です。出した相手へ申し立ててください。こちらでは使わないことにできます。",
    "This one came from somebody else. Appeal to them; here it can be set aside.",
)


def take(indicator: Indicator, step: IndicatorStep, *, at: datetime) -> Indicator:
    """Return the indicator after the step, or refuse it."""
    match step:
        case Accept(tlp):
            _refuse_if(bool(indicator.origin), _FOREIGN)
            _refuse_if(indicator.standing is not Standing.PROPOSED, _NOT_PROPOSED)
            _refuse_if(indicator.expires_at <= at, _OVER)
            return replace(indicator, standing=Standing.SHARED, tlp=tlp, modified_at=at, shared_at=at)
        case Appeal():
            _refuse_if(indicator.standing is Standing.WITHDRAWN, _GONE)
            return replace(indicator, standing=Standing.PAUSED, modified_at=at)
        case Keep():
            _refuse_if(indicator.standing is not Standing.PAUSED, _NO_APPEAL)
            back = Standing.SHARED if indicator.shared_at else Standing.PROPOSED
            return replace(indicator, standing=back, modified_at=at)
        case Withdraw():
            _refuse_if(indicator.standing is Standing.WITHDRAWN, _GONE)
            return replace(indicator, standing=Standing.WITHDRAWN, modified_at=at)
        case _:
            assert_never(step)


def _refuse_if(wrong: bool, text: Text) -> None:
    if wrong:
        raise IndicatorRefusedError(text)


def seen_again(indicator: Indicator, *, at: datetime, count: int = 1) -> Indicator:
    """Return it with a sighting more: what is still used counts for longer."""
    return replace(
        indicator,
        first_seen=min(indicator.first_seen, at),
        last_seen=max(indicator.last_seen, at),
        expires_at=max(indicator.expires_at, at + LASTS[indicator.kind]),
        sightings=indicator.sightings + count,
        modified_at=max(indicator.modified_at, at),
    )
