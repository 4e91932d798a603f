"""Indicators: proposed by cases, agreed to by people, handed on and taken in, appealed against, and forgotten in time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

from honnin.app.archive import packed
from honnin.app.contract import whole
from honnin.app.ports import DirectoryStore
from honnin.errors import BadInputError, HonninError, Mistake
from honnin.links.directory import load_brands
from honnin.links.suffixes import data_lines, load_suffixes
from honnin.model import Text
from honnin.rules.vocabulary import TACTICS
from honnin.sharing import misp, noise, stix
from honnin.sharing.exchange import CLOCK_SLACK, Found, Intake, Producer, may_leave
from honnin.sharing.indicator import (
    LASTS,
    Accept,
    Appeal,
    Indicator,
    IndicatorRefusedError,
    IndicatorStep,
    Keep,
    Standing,
    Tlp,
    Withdraw,
    key_of,
    seen_again,
    take,
)
from honnin.sharing.noise import Noise
from honnin.sharing.values import Kind, UnusableValueError, canonical

LARGEST_FILE = 32 * 1024 * 1024
MOST_KEPT = 500_000
UNNAMED = "import"
WITHOUT_NAME = "Honnin"


class Form(StrEnum):
    """How indicators are written for others."""

    STIX = "stix"
    MISP = "misp"
    TAXII = "taxii"
    """The files of a TAXII 2.1 collection, in a ZIP."""


@dataclass(frozen=True, slots=True)
class Note:
    """What was done with an indicator, by whom, and why."""

    at: datetime
    by: str
    action: str
    words: str


@dataclass(frozen=True, slots=True)
class NoiseEntry:
    """Something that this site never wants to be an indicator."""

    kind: Kind
    value: str
    reason: str
    added_by: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class IndicatorFilter:
    """Which indicators to show; a part left out does not narrow. ``origin`` "" are our own, None all."""

    kind: Kind | None = None
    standing: Standing | None = None
    origin: str | None = None
    text: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class IndicatorPage:
    items: tuple[Indicator, ...]
    total: int
    page: int
    per_page: int


class IndicatorStore(Protocol):
    """Where indicators are kept, one for each value and origin."""

    def put(self, given: Sequence[Indicator], *, room: int) -> tuple[int, int]:
        """Keep new ones (no more than there is room for), renew those that changed since; count both."""
        ...

    def get(self, key: str, origin: str = "") -> Indicator | None: ...
    def of_key(self, key: str) -> tuple[Indicator, ...]:
        """Return all of one value, whoever they are from."""
        ...

    def change(
        self, key: str, origin: str, change: Callable[[Indicator], Indicator], note: Note | None
    ) -> Indicator | None:
        """Change one that nobody else changes meanwhile, and note why; None where there is none."""
        ...

    def search(self, wanted: IndicatorFilter) -> IndicatorPage: ...
    def each(self) -> Iterator[Indicator]: ...
    def count(self) -> int: ...
    def origins(self) -> Mapping[str, int]: ...
    def remove_origin(self, origin: str) -> int: ...
    def remove_over(self, before: datetime) -> int:
        """Take out what ended before then; return how many."""
        ...

    def notes(self, key: str, origin: str = "") -> tuple[Note, ...]: ...
    def add_noise(self, entry: NoiseEntry) -> bool: ...
    def remove_noise(self, kind: Kind, value: str) -> bool: ...
    def noise(self) -> tuple[NoiseEntry, ...]: ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a case saw and would share: a value in any form, when, and how sure the analyst is (0 to 100)."""

    kind: Kind
    value: str
    seen_at: datetime
    confidence: int = 50
    tactics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposed:
    """What came of one candidate: the indicator, or why it cannot be one."""

    candidate: Candidate
    indicator: Indicator | None
    is_new: bool = False
    refused: Text | None = None


@dataclass(frozen=True, slots=True)
class Export:
    """A file for others."""

    content: bytes
    media_type: str
    file_name: str
    count: int


@dataclass(slots=True)
class IndicatorImport:
    """What a file brought."""

    new: int
    renewed: int
    known: int
    ignored: int
    refused: int
    mistakes: list[Mistake]


TOO_LARGE = Text(
    f"ファイルが大きすぎます。{LARGEST_FILE // 1024 // 1024}MB以内に分けてください。",
    f"The file is too large. Keep it within {LARGEST_FILE // 1024 // 1024} MB.",
)
BROKEN = Text(
    "JSONとして読めません。書き出したままのファイルにしてください。", "Not JSON. Use the file as it was exported."
)
TOO_DEEP = Text("入れ子が深すぎます。", "Nested too deeply.")
NO_ROOM = Text(
    f"持てる指標は{MOST_KEPT:,}件までです。使わない提供元を忘れてから、もう一度取り込んでください。",
    f"No more than {MOST_KEPT:,} indicators can be kept. Forget a source that is not used, then import again.",
)
NO_APPEAL = Text(
    "共有する前に、間違いを申し出る連絡先（HONNIN_OPERATOR_CONTACT）を決めてください。",
    "Before sharing, set where mistakes can be reported (HONNIN_OPERATOR_CONTACT).",
)
WITHDRAWN = Text(
    "以前に間違いとして取り下げた指標です。取り下げの理由を確かめてください。",
    "This was withdrawn as wrong before. Look at why.",
)
NO_WORDS = Text("理由を書いてください。", "Give the reason.")


@dataclass(slots=True)
class IndicatorKeeper:
    """Keeps indicators and decides what comes in and what goes out."""

    store: IndicatorStore
    directory: DirectoryStore
    producer: Producer
    now: Callable[[], datetime]
    _standing: tuple[int, Noise] | None = field(default=None, init=False, repr=False)

    def noise(self) -> Noise:
        """Return everything that may never be an indicator here, as of now."""
        revision = self.directory.revision()
        if self._standing is None or self._standing[0] != revision:
            people = self.directory.people()
            accounts = [f"{one.platform}:{one.account_id}" for person in people for one in person.accounts]
            mails = [mail for person in people for mail in person.emails]
            world = _of_the_world()
            self._standing = (revision, world.together(noise.of_people(accounts, mails, world.shared)))
        site = frozenset((entry.kind, entry.value) for entry in self.store.noise())
        return replace(self._standing[1], site=site)

    def propose(self, candidates: Iterable[Candidate], *, by: str, case_id: str = "") -> tuple[Proposed, ...]:
        """Propose what a case saw. What others saw before counts as seen again; noise is refused with the reason."""
        against = self.noise()
        return tuple(self._propose(one, against, by, case_id) for one in candidates)

    def _propose(self, one: Candidate, against: Noise, by: str, case_id: str) -> Proposed:
        try:
            value = canonical(one.kind, one.value)
        except UnusableValueError as error:
            return Proposed(one, None, refused=error.text)
        if objection := against.objection(one.kind, value):
            return Proposed(one, None, refused=objection)
        now = self.now()
        seen_at = min(one.seen_at, now)
        key, note = key_of(one.kind, value), Note(now, by, "seen", case_id)
        known = self._named_by(case_id, key) or self.store.change(key, "", lambda found: _seen(found, seen_at), note)
        if known is not None and known.standing is Standing.WITHDRAWN:
            return Proposed(one, None, refused=WITHDRAWN)
        if known is not None:
            return Proposed(one, known)
        made = Indicator(
            kind=one.kind,
            value=value,
            confidence=min(max(one.confidence, 0), 100),
            first_seen=_short(seen_at),
            last_seen=_short(seen_at),
            expires_at=_short(max(seen_at + LASTS[one.kind], now)),
            created_at=_short(now),
            modified_at=_short(now),
            tactics=tuple(sorted(set(one.tactics) & TACTICS)),
            created_by=by,
            case_id=case_id,
        )
        new, _ = self.store.put([made], room=MOST_KEPT - self.store.count())
        return Proposed(one, made, is_new=True) if new else Proposed(one, None, refused=NO_ROOM)

    def _named_by(self, case_id: str, key: str) -> Indicator | None:
        """Return what this case named before: one case is one sighting, however often it is closed."""
        found = self.store.get(key) if case_id else None
        if found is None or found.case_id == case_id:
            return found
        notes = self.store.notes(key)
        return found if any((note.action, note.words) == ("seen", case_id) for note in notes) else None

    def accept(self, key: str, *, by: str, tlp: Tlp) -> Indicator | None:
        """Agree that one of ours may be shared with this circle; noise is looked at again."""
        found = self.store.get(key)
        if found and (objection := self.noise().objection(found.kind, found.value)):
            raise IndicatorRefusedError(objection)
        return self._step(key, "", Accept(tlp), Note(self.now(), by, "accepted", tlp.value))

    def appeal(self, key: str, *, by: str, words: str) -> Indicator | None:
        """Note that the owner says it is wrong: from now on it leaves no more."""
        return self._step(key, "", Appeal(), self._reason(by, "appealed", words))

    def decide_appeal(self, key: str, *, by: str, words: str, keep: bool) -> Indicator | None:
        step = Keep() if keep else Withdraw()
        return self._step(key, "", step, self._reason(by, "kept" if keep else "withdrawn", words))

    def withdraw(self, key: str, *, by: str, words: str, origin: str = "") -> Indicator | None:
        """Let it count no more: those who had ours are told, another's is only set aside here."""
        return self._step(key, origin, Withdraw(), self._reason(by, "withdrawn", words))

    def _reason(self, by: str, action: str, words: str) -> Note:
        if not words.strip():
            raise IndicatorRefusedError(NO_WORDS)
        return Note(self.now(), by, action, words.strip()[:2_000])

    def _step(self, key: str, origin: str, step: IndicatorStep, note: Note) -> Indicator | None:
        return self.store.change(key, origin, lambda found: take(found, step, at=_short(note.at)), note)

    def sighted(self, kind: Kind, value: str, *, by: str) -> tuple[Indicator, ...]:
        """Note that something known was seen, and return whose indicators it fits: such as still count."""
        try:
            key = key_of(kind, canonical(kind, value))
        except UnusableValueError:
            return ()
        now = _short(self.now())
        found = tuple(one for one in self.store.of_key(key) if one.counts(now))
        for one in found:
            self.store.change(key, one.origin, lambda each: seen_again(each, at=now), Note(now, by, "seen", ""))
        return found

    def shared(self, *, widest: Tlp, everything: bool) -> list[Indicator]:
        """Return what may go to a circle now, by the names of the values."""
        now, against = self.now(), self.noise()
        found = [
            one
            for one in self.store.each()
            if may_leave(one, at=now, widest=widest, noise=against, everything=everything)
        ]
        # Of one value that several shared, ours goes, or else the latest: receivers would see one object anyway.
        found.sort(key=lambda one: (bool(one.origin), -one.modified_at.timestamp()))
        return sorted({one.key: one for one in reversed(found)}.values(), key=lambda one: one.key)

    def export(self, form: Form, *, widest: Tlp = Tlp.AMBER, everything: bool = False) -> Export:
        """Write what may go to a circle. Nothing of cases, people, rules or scores is in it."""
        if not self.producer.appeal:
            raise HonninError(NO_APPEAL)
        many = self.shared(widest=widest, everything=everything)
        match form:
            case Form.STIX:
                return Export(
                    _written(stix.to_bundle(many, self.producer, self.now())),
                    stix.MEDIA_TYPE,
                    "honnin-indicators-stix.json",
                    len(many),
                )
            case Form.MISP:
                event = misp.to_event(many, self.producer, self.now())
                return Export(_written(event), "application/json", "honnin-indicators-misp.json", len(many))
            case Form.TAXII:
                parts = stix.to_taxii(many, self.producer)
                return Export(
                    packed({name: _written(part) for name, part in parts.items()}),
                    "application/zip",
                    "honnin-indicators-taxii.zip",
                    len(many),
                )

    def import_file(self, data: bytes, *, by: str, origin: str) -> IndicatorImport:
        """Take in what another shared, STIX or MISP; each object that cannot be taken is named, the rest goes on."""
        del by  # the record of access says who
        now = self.now()
        intake = Intake(" ".join(origin.split())[:100] or UNNAMED, now, self.noise())
        found = _read(data, intake)
        self.store.remove_over(now - CLOCK_SLACK)
        kept = list({one.key: one for one in sorted(found.indicators, key=lambda one: one.modified_at)}.values())
        room = max(MOST_KEPT - self.store.count(), 0)
        new, renewed = self.store.put([_shortened(one) for one in kept], room=room)
        report = IndicatorImport(
            new, renewed, len(kept) - new - renewed, found.ignored, found.refused, list(found.mistakes)
        )
        if new == room and report.known:
            report.mistakes.append(Mistake(0, "", NO_ROOM))
        return report

    def add_noise(self, kind: Kind, value: str, *, by: str, reason: str) -> NoiseEntry:
        """Say that something may never be an indicator here; what was shared of it goes no more."""
        try:
            found = canonical(kind, value)
        except UnusableValueError as error:
            raise HonninError(error.text) from None
        entry = NoiseEntry(kind, found, reason.strip()[:500], by, self.now())
        self.store.add_noise(entry)
        return entry


def _read(data: bytes, intake: Intake) -> Found:
    if len(data) > LARGEST_FILE:
        raise BadInputError([Mistake(0, "", TOO_LARGE)])
    try:
        given = json.loads(data.decode("utf-8-sig"))
    except RecursionError:
        raise BadInputError([Mistake(0, "", TOO_DEEP)]) from None
    except ValueError:  # no UTF-8, no JSON, or a number of thousands of digits
        raise BadInputError([Mistake(0, "", BROKEN)]) from None
    is_misp = isinstance(given, list) or (isinstance(given, Mapping) and ("Event" in given or "response" in given))
    return (misp.read_event if is_misp else stix.read_objects)(given, intake, TACTICS)


def _written(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"


def _seen(found: Indicator, at: datetime) -> Indicator:
    return found if found.standing is Standing.WITHDRAWN else seen_again(found, at=_short(at))


def _short(moment: datetime) -> datetime:
    """Return the time to the thousandth of a second, as it is exchanged."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _shortened(one: Indicator) -> Indicator:
    return replace(
        one,
        first_seen=_short(one.first_seen),
        last_seen=_short(one.last_seen),
        expires_at=_short(one.expires_at),
        created_at=_short(one.created_at),
        modified_at=_short(one.modified_at),
    )


@cache
def _of_the_world() -> Noise:
    """Return the shipped lists with those of the link check: brands, popular sites, hosting, short links, suffixes."""
    official = {domain for brand in load_brands() for domain in brand.domains} | set(data_lines("popular.txt"))
    shared = {name.removeprefix("*") for name in (*data_lines("hosting.txt"), *data_lines("shorteners.txt"))}
    suffixes = load_suffixes()
    return noise.shipped().together(
        Noise(
            official=frozenset(official - shared),
            shared=frozenset(shared | suffixes.private),
            suffixes=_public_suffixes(),
        )
    )


def _public_suffixes() -> frozenset[str]:
    text = files("publicsuffixlist").joinpath("public_suffix_list.dat").read_text(encoding="utf-8")
    lines = (line.partition(" ")[0] for line in text.splitlines() if line and not line.startswith("//"))
    return frozenset(line for line in lines if not line.startswith(("*", "!")))


def producer(organisation: str, appeal: str) -> Producer:
    """Say who shares, from what the site has set."""
    return Producer(organisation or WITHOUT_NAME, appeal)


def described(one: Indicator) -> dict[str, Any]:
    """Write what staff and programs of this site may see of an indicator."""
    return {
        "key": one.key,
        "kind": one.kind.value,
        "value": whole(one.value),
        "status": "reported, unconfirmed",
        "standing": one.standing.value,
        "confidence": one.confidence,
        "tlp": one.tlp.value,
        "tactics": list(one.tactics),
        "first_seen": one.first_seen.isoformat(),
        "last_seen": one.last_seen.isoformat(),
        "expires_at": one.expires_at.isoformat(),
        "sightings": one.sightings,
        "origin": whole(one.origin),
    }
