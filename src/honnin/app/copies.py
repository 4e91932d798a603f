"""Remembering confirmed fraud: kept as fingerprints, expiring, exchanged between sites without a word of the text.

The format of the exchange is described in ``docs/copies.md``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from honnin.app.contract import read_json, whole
from honnin.app.lines import Line, read_lines
from honnin.app.ports import AlertFilter, CopyPage, CopyStore, RememberedCopy, StoredVerdict, VerdictStore
from honnin.copies import FEWEST, MOST, Fingerprint, Known, Memory, UnusableError
from honnin.errors import BadInputError, Mistake
from honnin.model import Event, Text, Verdict
from honnin.rules import Pack
from honnin.rules.vocabulary import TACTICS
from honnin.screening.copies import event_fingerprint, known_again

FORMAT = 1
LONGEST_LINE = 10_000
MOST_KEPT = 200_000
"""What one process holds with less than 200 MB."""
MOST_MISTAKES = 200
AT_ONCE = 1_000
SLOW = 0.5
"""Seconds of reading after which the memory is read again only now and then."""
SHARE_OF_TIME = 20
_TACTIC = re.compile(r"[a-z][a-z_]{0,59}")


class Outcome(StrEnum):
    """What came of remembering an event."""

    NEW = "new"
    """It is remembered from now on."""
    AGAIN = "again"
    """The very words were remembered already; they are kept for longer now."""
    TOO_SHORT = "too_short"
    """It says too little of its own: copies could not be told from harmless messages."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What came of it, and what is kept now; ``copy`` is None where it was too short."""

    outcome: Outcome
    copy: RememberedCopy | None


@dataclass(slots=True)
class ImportReport:
    """What an import brought: new ones, such as were known already, and lines that could not be taken."""

    new: int = 0
    known: int = 0
    refused: int = 0
    mistakes: list[Mistake] = field(default_factory=list)

    def refuse(self, mistakes: Iterable[Mistake]) -> None:
        self.refused += 1
        self.mistakes = [*self.mistakes, *mistakes][:MOST_MISTAKES]


@dataclass(slots=True)
class CopyKeeper:
    """Keeps confirmed fraud for ``keep_for`` since it was last seen."""

    store: CopyStore
    verdicts: VerdictStore
    pack: Pack
    now: Callable[[], datetime]
    keep_for: timedelta
    _known: tuple[tuple[int, date], Memory] | None = field(default=None, init=False)
    _not_before: datetime | None = field(default=None, init=False)

    def memory(self) -> Memory:
        """Return all that counts today, ready to be searched; read again when something was added, removed or is over.

        A very large one is read again only so often that reading takes a twentieth of the time.
        """
        began = self.now()
        if self._known is not None:
            version, memory = self._known
            early = self._not_before is not None and began < self._not_before
            if early or version == (self.store.revision(), began.date()):
                return memory
        self.store.remove_over(began)
        wanted = (self.store.revision(), began.date())
        memory = Memory(self.store.known(at=began))
        took = self.now() - began
        self._not_before = began + SHARE_OF_TIME * took if took.total_seconds() > SLOW else None
        self._known = (wanted, memory)
        return memory

    def remember(self, stored: StoredVerdict, *, by: str, tactic: str = "") -> Remembered:
        """Remember a kept event as confirmed fraud; without a tactic, the one that was seen in it."""
        made = event_fingerprint(stored.event)
        if made is None:
            return Remembered(Outcome.TOO_SHORT, None)
        now = self.now()
        one = RememberedCopy(
            id=made.id,
            fingerprint=made,
            tactic=tactic if tactic in TACTICS else self.likely_tactic(stored.verdict),
            remembered_at=now,
            expires_at=now + self.keep_for,
            remembered_by=by,
            source=stored.source,
            event_id=stored.event.id,
        )
        self.store.remove_over(now)
        is_new = self.store.add([one]) > 0
        return Remembered(Outcome.NEW if is_new else Outcome.AGAIN, self.store.get(one.id, at=now) or one)

    def can_remember(self, event: Event) -> bool:
        """Tell whether the event says enough to be known again."""
        return event_fingerprint(event) is not None

    def likely_tactic(self, verdict: Verdict) -> str:
        """Return the first tactic of the gravest rule that spoke, "" where none did."""
        tactics = {rule.id: rule.tactics for rule in self.pack.rules}
        return next((found[0] for signal in verdict.signals if (found := tactics.get(signal.id))), "")

    def met(self, event: Event) -> RememberedCopy | None:
        """Return the remembered fraud of which the event is a near copy."""
        match = known_again(self.memory(), event)
        return self.store.get(match.id, at=self.now()) if match else None

    def sighted(self, copy_id: str, *, at: datetime) -> None:
        """Note that a near copy came in: what is still sent around is kept for longer."""
        self.store.sighted(copy_id, at=at, until=at + self.keep_for)

    def alike(self, one: RememberedCopy, *, most: int = 500) -> tuple[StoredVerdict, ...]:
        """Return which of the newest kept events are near copies, newest first: who else received it."""
        memory = Memory([Known(one.id, one.fingerprint)])
        newest = self._newest(most)
        return tuple(stored for stored in newest if known_again(memory, stored.event))

    def _newest(self, most: int) -> Iterator[StoredVerdict]:
        page, seen = 1, 0
        while seen < most:
            found = self.verdicts.search(AlertFilter(page=page))
            yield from found.items[: most - seen]
            seen += len(found.items)
            if not found.items or seen >= found.total:
                return
            page += 1

    def page(self, page: int) -> CopyPage:
        """Return one page of what is remembered, newest first."""
        return self.store.page(page, at=self.now())

    def origins(self) -> Mapping[str, int]:
        """Count those that came from each origin; "" are our own."""
        return self.store.origins(at=self.now())

    def forget(self, copy_id: str) -> bool:
        return self.store.remove(copy_id)

    def forget_origin(self, origin: str) -> int:
        """Forget all that one import brought; our own are not meant by any name."""
        return self.store.remove_origin(origin) if origin else 0

    def export(self, *, everything: bool = False) -> Iterator[bytes]:
        """Write one line for each of our own; ``everything`` adds those that were imported."""
        for one in self.store.each(at=self.now()):
            if everything or not one.origin:
                yield to_line(one)

    def import_lines(self, read: Callable[[int], bytes], *, by: str, origin: str) -> ImportReport:
        """Take every line that can be read and name the mistakes of the others."""
        report, now = ImportReport(), self.now()
        self.store.remove_over(now)
        room = MOST_KEPT - self.store.count(at=now)
        batch: list[RememberedCopy] = []
        for line in read_lines(read, LONGEST_LINE):
            if line.data is not None and not line.data.strip():
                continue
            try:
                batch.append(self._from_line(line, now, by, origin))
            except BadInputError as error:
                report.refuse(error.mistakes)
            if len(batch) >= AT_ONCE:
                room -= self._take(batch, report, room)
                batch = []
        self._take(batch, report, room)
        return report

    def _take(self, batch: list[RememberedCopy], report: ImportReport, room: int) -> int:
        if len(batch) > room:
            batch = batch[: max(room, 0)]
            if not report.mistakes or report.mistakes[-1].text != NO_ROOM:
                report.refuse([Mistake(0, "", NO_ROOM)])
        new = self.store.add(batch)
        report.new += new
        report.known += len(batch) - new
        return new

    def _from_line(self, line: Line, now: datetime, by: str, origin: str) -> RememberedCopy:
        one = read_line(line, now)
        until = min(one.expires_at, now + self.keep_for)
        return RememberedCopy(
            id=one.id,
            fingerprint=one.fingerprint,
            tactic=one.tactic,
            remembered_at=now,
            expires_at=until,
            remembered_by=by,
            origin=" ".join(origin.split())[:100] or UNNAMED,
        )


UNNAMED = "import"
NO_ROOM = Text(
    f"覚えられるのは{MOST_KEPT:,}件までです。使わないものを忘れてから、もう一度取り込んでください。",
    f"No more than {MOST_KEPT:,} can be remembered. Forget what is not needed, then import again.",
)
TOO_LONG = Text(
    "1行が長すぎます。書き出したままの行にしてください。", "The line is too long. Use lines as they were exported."
)
NO_OBJECT = Text("{…} の形のJSONオブジェクトにしてください。", "Use a JSON object, {…}.")
NO_FORMAT = Text(
    f"この版で読めるのは形式{FORMAT}だけです。相手の版を確かめてください。",
    f"Only format {FORMAT} can be read here. Check the version it was exported with.",
)
WRONG_GROUPS = Text(f"{FEWEST}から{MOST:,}までの整数にしてください。", f"Use a whole number from {FEWEST} to {MOST:,}.")
WRONG_SKETCH = Text(
    "指紋として読めません。書き出したままの値にしてください。", "Not a fingerprint. Use the value as it was exported."
)
WRONG_ID = Text(
    "指紋と合いません。書き出したままの行にしてください。",
    "It does not fit the fingerprint. Use the line as it was exported.",
)
WRONG_TACTIC = Text("手口の名前を英小文字と下線で書いてください。", "Name the tactic in lower case with underscores.")
WRONG_DAY = Text("日付は 2027-03-31 のように書いてください。", "Write the day as 2027-03-31.")
OVER = Text(
    "この日はもう過ぎています。期限の来ていないものを取り込んでください。",
    "This day has passed. Import such as still count.",
)


def to_line(one: RememberedCopy) -> bytes:
    """Write what other sites may know: the fingerprint, its tactic and its days; neither text, people nor events."""
    row = {
        "honnin_copy": FORMAT,
        "id": one.id,
        "groups": one.fingerprint.groups,
        "sketch": one.fingerprint.written(),
        "tactic": one.tactic,
        "since": one.remembered_at.astimezone(UTC).date().isoformat(),
        "until": one.expires_at.astimezone(UTC).date().isoformat(),
    }
    return json.dumps(row, separators=(",", ":")).encode("ascii") + b"\n"


def read_line(line: Line, now: datetime) -> RememberedCopy:
    """Read one line of an export, or name every wrong field of it."""
    if line.data is None:
        raise BadInputError([Mistake(line.number, "", TOO_LONG)])
    row = read_json(line.data, line=line.number)
    if not isinstance(row, Mapping):
        raise BadInputError([Mistake(line.number, "", NO_OBJECT)])
    if row.get("honnin_copy") != FORMAT or isinstance(row["honnin_copy"], bool):
        raise BadInputError([Mistake(line.number, "honnin_copy", NO_FORMAT)])
    wrong: list[tuple[str, Text]] = []
    made = _fingerprint(row, wrong)
    tactic = row.get("tactic", "")
    if not isinstance(tactic, str) or not (tactic == "" or _TACTIC.fullmatch(tactic)):
        wrong.append(("tactic", WRONG_TACTIC))
    since, until = _day(row, "since", wrong), _day(row, "until", wrong)
    if until is not None and until <= now:
        wrong.append(("until", OVER))
    if wrong or made is None or since is None or until is None:
        raise BadInputError([Mistake(line.number, name, text) for name, text in wrong])
    return RememberedCopy(made.id, made, tactic, since, until)


def _fingerprint(row: Mapping[str, Any], wrong: list[tuple[str, Text]]) -> Fingerprint | None:
    groups, sketch = row.get("groups"), row.get("sketch")
    if not isinstance(groups, int) or isinstance(groups, bool):
        wrong.append(("groups", WRONG_GROUPS))
        return None
    try:
        made = Fingerprint.read(groups, sketch if isinstance(sketch, str) else "")
    except UnusableError as error:
        wrong.append((error.field, WRONG_GROUPS if error.field == "groups" else WRONG_SKETCH))
        return None
    if row.get("id", made.id) != made.id:
        wrong.append(("id", WRONG_ID))
    return made


def _day(row: Mapping[str, Any], name: str, wrong: list[tuple[str, Text]]) -> datetime | None:
    """Return the end of a day in UTC."""
    given = row.get(name)
    try:
        return datetime.combine(date.fromisoformat(given if isinstance(given, str) else ""), time.max, UTC)
    except ValueError:
        wrong.append((name, WRONG_DAY))
        return None


def described(one: RememberedCopy) -> dict[str, Any]:
    """Write what staff and programs of this site may see of it, the sketch left out."""
    return {
        "id": one.id,
        "tactic": one.tactic,
        "groups": one.fingerprint.groups,
        "remembered_at": one.remembered_at.isoformat(),
        "remembered_by": whole(one.remembered_by),
        "expires_at": one.expires_at.isoformat(),
        "origin": whole(one.origin),
        "source": whole(one.source),
        "event_id": whole(one.event_id),
        "seen_at": one.seen_at.isoformat() if one.seen_at else None,
        "sightings": one.sightings,
    }
