"""What every form of exchange has in common: who shares, what was read, and the limits on what comes from outside."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from honnin.errors import Mistake
from honnin.model import Text
from honnin.sharing.indicator import LASTS, LONGEST, UNCONFIRMED, Indicator, Standing, Tlp
from honnin.sharing.noise import Noise
from honnin.sharing.values import Kind, UnusableValueError, canonical

MOST_OBJECTS = 100_000
MOST_MISTAKES = 200
MOST_SIGHTINGS = 1_000_000
LONGEST_NAME = 200
CLOCK_SLACK = timedelta(days=1)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
USUAL_CONFIDENCE = 30
"""For what comes without one."""
_NAMESPACE = uuid5(NAMESPACE_URL, "honnin:sharing")

APPEAL = Text(
    "これは自分のものだ、または間違いだと思うときの連絡先：{where}",
    "If this is yours or is wrong, write to: {where}",
)


@dataclass(frozen=True, slots=True)
class Producer:
    """Who shares: the name others see, and where the owner of an account or number can appeal."""

    name: str
    appeal: str

    @property
    def uuid(self) -> str:
        return str(uuid5(_NAMESPACE, f"producer\n{self.name}"))

    def uuid_of(self, what: str, key: str) -> str:
        """Return the name of one shared object: the same each time, so that receivers see one object and not many."""
        return str(uuid5(_NAMESPACE, f"{what}\n{self.name}\n{key}"))

    def note(self, indicator: Indicator) -> str:
        """Return the words that go with every indicator."""
        until = f"{indicator.expires_at.astimezone(UTC):%Y-%m-%d}"
        where = self.appeal
        return (
            f"{UNCONFIRMED.ja}期限 {until}。{APPEAL.ja.format(where=where)}\n"
            f"{UNCONFIRMED.en} Until {until}. {APPEAL.en.format(where=where)}"
        )


@dataclass(slots=True)
class Found:
    """What a file brought: indicators, how many objects are of kinds that are not used here, and what is wrong with others."""

    indicators: list[Indicator] = field(default_factory=list)
    ignored: int = 0
    refused: int = 0
    mistakes: list[Mistake] = field(default_factory=list)

    def refuse(self, wrong: Sequence[tuple[str, Text]]) -> None:
        self.refused += 1
        self.mistakes = [*self.mistakes, *(Mistake(0, name, text) for name, text in wrong)][:MOST_MISTAKES]


class RefusedObjectError(Exception):
    """An object that cannot be taken, with every wrong field."""

    def __init__(self, wrong: Sequence[tuple[str, Text]]) -> None:
        super().__init__(", ".join(name for name, _ in wrong))
        self.wrong = wrong


@dataclass(frozen=True, slots=True)
class Intake:
    """Under which conditions something is taken in: from whom, when, and what may never be an indicator."""

    origin: str
    at: datetime
    noise: Noise


NO_OBJECT = Text("{…} の形のJSONオブジェクトにしてください。", "Use a JSON object, {…}.")
NO_LIST = Text("[…] の形の一覧にしてください。", "Use a list, […].")
TOO_MANY = Text(
    f"一度に取り込めるのは{MOST_OBJECTS:,}個までです。ファイルを分けてください。",
    f"No more than {MOST_OBJECTS:,} objects can be taken at once. Split the file.",
)
TOO_LONG = Text("長すぎます。書き出したままの値にしてください。", "Too long. Use the value as it was exported.")
NO_TIME = Text(
    "時刻は 2026-11-27T03:00:00Z のように、時差を付けて書いてください。",
    "Write the time with its zone, as in 2026-11-27T03:00:00Z.",
)
FUTURE = Text(
    "未来の時刻です。作った側の時計を確かめてください。",
    "This time is in the future. Check the clock where it was made.",
)
TOO_OLD = Text("2000年より前の時刻です。", "This time is before the year 2000.")
BEFORE_START = Text("始まりより前に終わっています。", "It ends before it begins.")
OVER = Text("期限が過ぎています。", "It is over already.")
NO_NUMBER = Text("0から100までの整数にしてください。", "Use a whole number from 0 to 100.")
NO_COUNT = Text("0以上の整数にしてください。", "Use a whole number from 0 up.")
NO_WORD = Text("文字列にしてください。", "Use a text.")
NO_ID = Text("STIXの形のid（種類--UUID）にしてください。", "Use an id as STIX writes it: type--UUID.")
NO_UUID = Text("UUIDにしてください。", "Use a UUID.")
SAME_ID = Text(
    "同じidで中身の違うものが、このファイルにもう一つあります。どちらも取り込んでいません。",
    "Another object of this file has the same id but other content. Neither was taken.",
)

_TIME = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)", re.ASCII)


@dataclass(slots=True)
class Fields:
    """Reads the fields of one object and gathers what is wrong with them; ``name`` is how the object is called in mistakes."""

    name: str
    given: Mapping[str, Any]
    wrong: list[tuple[str, Text]] = field(default_factory=list)

    def mistake(self, field_name: str, text: Text) -> None:
        self.wrong.append((f"{self.name}.{field_name}" if field_name else self.name, text))

    def done(self) -> None:
        if self.wrong:
            raise RefusedObjectError(self.wrong)

    def text(self, field_name: str, longest: int) -> str:
        value = self.given.get(field_name, "")
        if not isinstance(value, str):
            self.mistake(field_name, NO_WORD)
            return ""
        if len(value) > longest:
            self.mistake(field_name, TOO_LONG)
            return ""
        return value

    def whole_number(self, field_name: str, usual: int, most: int, text: Text) -> int:
        value = self.given.get(field_name, usual)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            self.mistake(field_name, text)
            return usual
        return value

    def time(self, field_name: str, at: datetime, *, may_be_ahead: bool = False) -> datetime | None:
        """Read a time; None where there is none, or where it is wrong."""
        value = self.given.get(field_name)
        if value is None:
            return None
        moment = read_time(value) if isinstance(value, str) else None
        if moment is None:
            self.mistake(field_name, NO_TIME)
        elif moment < EARLIEST:
            self.mistake(field_name, TOO_OLD)
        elif moment > at + CLOCK_SLACK and not may_be_ahead:
            self.mistake(field_name, FUTURE)
        else:
            return moment
        return None


def read_time(written: str) -> datetime | None:
    """Read a time with its zone, None where it is none.

    >>> read_time("2026-11-27T12:00:00.5+09:00").isoformat()
    '2026-11-27T03:00:00.500000+00:00'
    """
    parts = _TIME.fullmatch(written) if len(written) < 60 else None
    if parts is None:
        return None
    day, fraction, zone = parts.groups()
    try:
        moment = datetime.fromisoformat(f"{day}.{(fraction or '0')[:6]:0<6}{'+00:00' if zone == 'Z' else zone}")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def written_time(moment: datetime) -> str:
    """Write a time to the thousandth of a second, as STIX does."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Claimed:
    """What one object from outside claims, its fields read but not yet judged."""

    kind: Kind
    value: str
    field: str
    confidence: int
    first_seen: datetime
    last_seen: datetime
    expires_at: datetime | None
    created_at: datetime
    modified_at: datetime
    tlp: Tlp
    tactics: tuple[str, ...]
    withdrawn: bool
    sightings: int
    external_id: str


def taken(claimed: Claimed, fields: Fields, intake: Intake) -> Indicator:
    """Make an indicator of what an object claims, or refuse it; noise and what is over are refused like any mistake."""
    try:
        value = canonical(claimed.kind, claimed.value)
    except UnusableValueError as error:
        fields.mistake(claimed.field, error.text)
        raise RefusedObjectError(fields.wrong) from None
    if objection := intake.noise.objection(claimed.kind, value):
        fields.mistake(claimed.field, objection)
    usual_end = claimed.last_seen + LASTS[claimed.kind]
    until = min(claimed.expires_at or usual_end, intake.at + LONGEST)
    if claimed.expires_at is not None and claimed.expires_at < claimed.first_seen:
        fields.mistake("valid_until", BEFORE_START)
    elif until <= intake.at and not claimed.withdrawn:
        fields.mistake("valid_until", OVER)
    fields.done()
    return Indicator(
        kind=claimed.kind,
        value=value,
        confidence=claimed.confidence,
        first_seen=claimed.first_seen,
        last_seen=max(claimed.first_seen, claimed.last_seen),
        expires_at=until,
        created_at=claimed.created_at,
        modified_at=claimed.modified_at,
        tlp=claimed.tlp,
        tactics=claimed.tactics,
        standing=Standing.WITHDRAWN if claimed.withdrawn else Standing.SHARED,
        sightings=max(1, min(claimed.sightings, MOST_SIGHTINGS)),
        origin=intake.origin,
        external_id=claimed.external_id,
    )


def may_leave(indicator: Indicator, *, at: datetime, widest: Tlp, noise: Noise, everything: bool) -> bool:
    """Tell whether an indicator goes to a circle: agreed to, not over, no noise, and marked for that circle.

    What others shared with us goes on only where they allowed it to travel (clear and green). One that was shared and then
    withdrawn goes once more, so that those who had it are told.
    """
    if indicator.origin and (not everything or indicator.tlp.rank > Tlp.GREEN.rank):
        return False
    told_off = indicator.standing is Standing.WITHDRAWN and indicator.shared_at is not None and not indicator.origin
    if not (told_off or indicator.counts(at)):
        return False
    return indicator.tlp.rank <= widest.rank and (told_off or noise.objection(indicator.kind, indicator.value) is None)


def tactics_from(labels: object, known: frozenset[str]) -> tuple[str, ...]:
    """Read the tactics among labels: only names of the closed list."""
    if not isinstance(labels, list):
        return ()
    names = {
        label.removeprefix(TACTIC) for label in labels[:100] if isinstance(label, str) and label.startswith(TACTIC)
    }
    return tuple(sorted(names & known))


TACTIC = "tactic:"
REPORTED = "reported-unconfirmed"
