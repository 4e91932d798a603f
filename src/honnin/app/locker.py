"""The evidence locker: what is captured is sealed, and everything that is done with it afterwards is in the log."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Protocol

from honnin.errors import HonninError
from honnin.evidence.archive import BundleFile, zip_pieces
from honnin.evidence.bundle import Bundle, BundledItem, Layout, Proven, Timestamp, Withheld, finish, lay_out
from honnin.evidence.document import Document, Enclosed, Papers, Turn, conversation, report, report_json, timeline_csv
from honnin.evidence.entry import Act, Deed, Entry
from honnin.evidence.item import LARGEST_ITEM, Capture, Item, Kind, Method, item_of
from honnin.evidence.signing import SignedHead, SigningKey, TreeHead
from honnin.evidence.summary import CaseSummary, Recipient
from honnin.model import Text

LOCK = "evidence log"
FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*")
LONGEST_FOLDER = 200
LONGEST_WORDS = 2_000
TRIES = 5


@dataclass(frozen=True, slots=True)
class Sealed:
    """An item that is sealed for good: it stands in the log at ``index``, in a tree of ``size`` entries with that root."""

    item: Item
    index: int
    size: int
    root: str
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class Hold:
    """Somebody wants a folder to be kept, whatever its time is."""

    id: str
    folder: str
    reason: str
    set_at: datetime
    set_by: str


@dataclass(frozen=True, slots=True)
class KeptFolder:
    """A folder with how many items it holds, and when the last was captured."""

    folder: str
    items: int
    last: datetime


@dataclass(frozen=True, slots=True)
class LogState:
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Appended:
    """New entries, and the log with them."""

    entries: tuple[Entry, ...]
    state: LogState


class Sealing(Protocol):
    """What the desk and the report form need of the locker.

    A ``folder`` is the case or report that evidence is kept for, such as ``case/2026-0001`` or ``report/R-7K2M``. Inside a
    transaction of the database the sealing is part of it; nobody else can seal until it ends, so seal last.
    """

    def capture(self, folder: str, things: Sequence[Capture], *, by: str) -> tuple[Sealed, ...]:
        """Seal all of these or none; when this returns they are kept. The same thing again for the same folder is not kept twice."""
        ...

    def is_sealed(self, ref: str, *, since: datetime | None = None) -> bool:
        """Tell whether what has that ref was captured (at or after ``since``). Ask before anything that deletes it."""
        ...

    def items(self, folder: str) -> tuple[Item, ...]:
        """Return what is kept for a folder, in the order in which it was captured."""
        ...

    def file(self, folder: str, *, into: str, by: str) -> None:
        """Let a folder belong to another one as well: a report to its case, a case to the one it was merged into."""
        ...


class EvidenceStore(Protocol):
    """Where evidence is kept. Each call is a transaction of its own, unless it stands in one."""

    def append(self, deeds: Sequence[Deed], *, by: str, at: datetime, salts: Sequence[str]) -> Appended: ...
    def keep(self, captured: Sequence[tuple[Item, bytes, int]]) -> None: ...
    def erase(self, ids: Iterable[str], *, at: datetime) -> None: ...
    def file(self, folder: str, into: str) -> bool: ...
    def set_hold(self, hold: Hold) -> None: ...
    def release_hold(self, hold_id: str, *, by: str, at: datetime) -> bool: ...
    def publish(self, head: SignedHead, timestamp: bytes | None = None) -> None: ...
    def state(self) -> LogState: ...
    def entries(self, *folders: str) -> tuple[Entry, ...]: ...
    def proofs(self, indexes: Sequence[int], size: int) -> tuple[tuple[bytes, ...], ...]: ...
    def consistency(self, old: int, new: int) -> tuple[bytes, ...]: ...
    def items(self, *folders: str) -> tuple[Item, ...]: ...
    def item(self, item_id: str) -> Item | None: ...
    def same(self, folder: str, digests: Iterable[str]) -> tuple[Item, ...]: ...
    def place_of(self, item_id: str) -> int: ...
    def content(self, digest: str) -> bytes | None: ...
    def last_captured(self, ref: str) -> datetime | None: ...
    def flush(self) -> None: ...
    def folders_in(self, folder: str) -> tuple[str, ...]: ...
    def folders_above(self, folder: str) -> tuple[str, ...]: ...
    def holds(self, names: Iterable[str]) -> tuple[Hold, ...]: ...
    def hold(self, hold_id: str) -> Hold | None: ...
    def last_capture(self, folder: str) -> datetime | None: ...
    def kept_folders(
        self, *, captured_before: datetime | None = None, most: int | None = None
    ) -> tuple[KeptFolder, ...]: ...
    def last_published(self) -> SignedHead | None: ...


class Printer(Protocol):
    """Makes paper of a document."""

    def pdf(self, document: Document, *, at: datetime) -> bytes: ...
    def images(self, document: Document) -> list[bytes]: ...


class Timestamps(Protocol):
    """A timestamp authority (RFC 3161). What it answers was checked before it is returned."""

    def stamp(self, data: bytes) -> Timestamp: ...


class LockerError(HonninError):
    """The locker refuses; the text says why and what to do."""


class HeldError(LockerError):
    """A hold forbids erasing."""


class NoTimestampError(HonninError):
    """The timestamp authority did not answer, or not rightly."""


@dataclass(frozen=True, slots=True)
class Export:
    """A bundle that is ready to be written. ``note`` tells what is missing from it though it was wanted."""

    id: str
    name: str
    root: str
    files: tuple[BundleFile, ...]
    note: Text | None = None

    def pieces(self) -> Iterator[bytes]:
        """Yield the archive; contents are read one after the other."""
        return zip_pieces(self.root, self.files)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants exported: for whom, why, and what shall stay out with which reason (by item id)."""

    recipient: Recipient
    purpose: str = ""
    to: str = ""
    withheld: Mapping[str, str] | None = None


NOT_FOUND = Text("その証拠はありません。", "There is no such evidence.")
EMPTY = Text("この案件には証拠がありません。", "There is no evidence for this case.")
BUSY = Text(
    "書き出しの間に証拠が加わりました。もう一度書き出してください。",
    "Evidence was added during the export. Export it again.",
)
TOO_LARGE = Text(
    f"{LARGEST_ITEM // 1024 // 1024} MBより大きいものは保全できません。分けてください。",
    f"Nothing larger than {LARGEST_ITEM // 1024 // 1024} MB can be sealed. Split it.",
)
NEEDS_REASON = Text("理由を書いてください。", "Give the reason.")
NOT_DUE = Text(
    "保存期限がまだ来ていないので、消去できません。", "It has to be kept for longer; it cannot be erased yet."
)
CIRCLE = Text("自分自身の中には入れられません。", "A folder cannot be filed into itself.")


@dataclass(frozen=True, slots=True)
class Locker:
    """Seals evidence and lets nobody at it without a trace.

    ``new_id`` and ``new_salt`` make what nobody can guess; ``transaction`` joins calls of the store into one.
    """

    store: EvidenceStore
    key: SigningKey
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    new_salt: Callable[[], str]
    transaction: Callable[..., AbstractContextManager[Any]]
    printer: Printer
    tool: str = "Honnin"
    organization: str = ""
    keep_for: timedelta = timedelta(days=365 * 7)
    timestamps: Timestamps | None = None

    # ---- sealing

    def capture(self, folder: str, things: Sequence[Capture], *, by: str) -> tuple[Sealed, ...]:
        """Seal all of these or none. What is sealed for that folder already is returned as it is."""
        _folder(folder)
        if any(len(each.content) > LARGEST_ITEM for each in things):
            raise LockerError(TOO_LARGE)
        if not things:
            return ()
        at = self.now()
        described = [
            item_of(each, item_id=self.new_id(), folder=folder, by=by, at=at, tool=self.tool) for each in things
        ]
        with self.transaction(locks=[LOCK]):
            there = {_sameness(item): item for item in self.store.same(folder, [item.sha256 for item in described])}
            new: dict[tuple[str, ...], tuple[Item, bytes]] = {}
            for item, thing in zip(described, things, strict=True):
                if _sameness(item) not in there:
                    new.setdefault(_sameness(item), (item, thing.content))
            places, state = self._seal([*new.values()], by=by, at=at)
            return tuple(self._sealed(item, there, new, places, state) for item in described)

    def _seal(self, new: Sequence[tuple[Item, bytes]], *, by: str, at: datetime) -> tuple[dict[str, int], LogState]:
        if not new:
            return {}, self.store.state()
        entered = self._enter([_captured(item) for item, _ in new], by=by, at=at)
        captured = zip(entered.entries, new, strict=True)
        self.store.keep([(item, content, entry.index) for entry, (item, content) in captured])
        return {entry.item: entry.index for entry in entered.entries}, entered.state

    def _sealed(
        self,
        item: Item,
        there: Mapping[tuple[str, ...], Item],
        new: Mapping[tuple[str, ...], tuple[Item, bytes]],
        places: Mapping[str, int],
        state: LogState,
    ) -> Sealed:
        kept = there.get(_sameness(item))
        if kept is None:
            kept = new[_sameness(item)][0]
        index = places[kept.id] if kept.id in places else self.store.place_of(kept.id)
        return Sealed(kept, index, state.size, state.root.hex(), kept is item)

    def _enter(self, deeds: Sequence[Deed], *, by: str, at: datetime | None = None) -> Appended:
        salts = [self.new_salt() for _ in deeds]
        return self.store.append(deeds, by=by, at=at or self.now(), salts=salts)

    def is_sealed(self, ref: str, *, since: datetime | None = None) -> bool:
        """Tell whether what has that ref was captured, and not before ``since``."""
        last = self.store.last_captured(ref) if ref else None
        is_there = last is not None and (since is None or last >= since)
        if is_there:
            self.store.flush()  # what is deleted next may exist nowhere else
        return is_there

    def items(self, folder: str) -> tuple[Item, ...]:
        """Return what is kept for a folder and those that were filed into it."""
        return self.store.items(*self.store.folders_in(folder))

    def item(self, item_id: str) -> Item:
        """Return what is known about an item, without its content."""
        item = self.store.item(item_id)
        if item is None:
            raise LockerError(NOT_FOUND)
        return item

    def custody(self, folder: str) -> tuple[Entry, ...]:
        """Return all that was done with what belongs to a folder, in the order of the log."""
        return self.store.entries(*self.store.folders_in(folder))

    def file(self, folder: str, *, into: str, by: str) -> None:
        """Let a folder belong to another one as well; both keep the trace."""
        _folder(folder)
        _folder(into)
        with self.transaction(locks=[LOCK]):
            if into in self.store.folders_in(folder):
                raise LockerError(CIRCLE)
            if self.store.file(folder, into):
                deeds = [Deed(folder, Act.FILED, detail={"into": into}), Deed(into, Act.FILED, detail={"from": folder})]
                self._enter(deeds, by=by)

    # ---- looking, handing over

    def view(self, item_id: str, *, by: str, purpose: str = "") -> tuple[Item, bytes]:
        """Return an item with its content; that it was seen is in the log before."""
        item = self.item(item_id)
        self._enter([Deed(item.folder, Act.VIEWED, item.id, _words(purpose=purpose))], by=by)
        return item, self._content(item)

    def _content(self, item: Item) -> bytes:
        content = self.store.content(item.sha256)
        if content is None or sha256(content).hexdigest() != item.sha256:
            raise LockerError(NOT_FOUND)
        return content

    def render(
        self, item_id: str, title: str, turns: Sequence[Turn], *, by: str, images: bool = False
    ) -> tuple[Sealed, ...]:
        """Seal a conversation as it can be read, as PDF or as images; its parent stays the original."""
        item, at = self.item(item_id), self.now()
        document = conversation(title, turns, item=item, made_at=at)
        pages = self.printer.images(document) if images else [self.printer.pdf(document, at=at)]
        kind, ending = ("image/png", "png") if images else ("application/pdf", "pdf")
        copies = [
            Capture(
                Kind.RENDERING,
                Method.DERIVED,
                page,
                kind,
                f"conversation-{number}.{ending}",
                item.source,
                parent=item.sha256,
            )
            for number, page in enumerate(pages, 1)
        ]
        return self.capture(item.folder, copies, by=by)

    def hand_over(self, folder: str, *, to: str, how: str, by: str, bundle: str = "", disclosed: bool = False) -> None:
        """Write down that evidence went to somebody; ``disclosed`` where it was asked for under a legal basis."""
        if not to.strip():
            raise LockerError(Text("相手の名前を書いてください。", "Say to whom."))
        act = Act.DISCLOSED if disclosed else Act.TRANSFERRED
        self._enter([Deed(_folder(folder), act, detail=_words(to=to, how=how, bundle=bundle))], by=by)

    # ---- keeping

    def hold(self, folder: str, *, reason: str, by: str) -> Hold:
        """Keep a folder whatever its time is, until the hold is released."""
        if not reason.strip():
            raise LockerError(NEEDS_REASON)
        hold = Hold(self.new_id(), _folder(folder), reason[:LONGEST_WORDS], self.now(), by)
        with self.transaction(locks=[LOCK]):
            self._enter([Deed(folder, Act.HELD, detail={"hold": hold.id, **_words(reason=reason)})], by=by)
            self.store.set_hold(hold)
        return hold

    def release(self, hold_id: str, *, reason: str, by: str) -> None:
        """End a hold; what its folder holds may be erased once its time is over."""
        if not reason.strip():
            raise LockerError(NEEDS_REASON)
        with self.transaction(locks=[LOCK]):
            hold = self.store.hold(hold_id)
            if hold is None:
                raise LockerError(Text("その保存の指定はありません。", "There is no such hold."))
            self._enter([Deed(hold.folder, Act.RELEASED, detail={"hold": hold.id, **_words(reason=reason)})], by=by)
            self.store.release_hold(hold_id, by=by, at=self.now())

    def holds(self, folder: str) -> tuple[Hold, ...]:
        """Return the holds in force on a folder, on what it belongs to and on what belongs to it."""
        return self.store.holds({*self.store.folders_above(folder), *self.store.folders_in(folder)})

    def due(self) -> tuple[KeptFolder, ...]:
        """Return the folders whose time is over and that nobody holds."""
        over = self.store.kept_folders(captured_before=self.now() - self.keep_for)
        return tuple(each for each in over if self._may_erase(each.folder) is None)

    def _may_erase(self, folder: str) -> LockerError | None:
        above = self.store.folders_above(folder)
        if held := self.store.holds(above):
            return HeldError(
                Text(
                    f"保存が指定されているので消去できません（{held[0].reason}）。",
                    f"It is on hold and cannot be erased ({held[0].reason}).",
                )
            )
        captured = [last for each in above if (last := self.store.last_capture(each)) is not None]
        return LockerError(NOT_DUE) if captured and max(captured) + self.keep_for > self.now() else None

    def erase(self, folder: str, *, reason: str, by: str) -> int:
        """Take away the contents of a folder whose time is over; that they were there, and that they are gone, stays."""
        if not reason.strip():
            raise LockerError(NEEDS_REASON)
        with self.transaction(locks=[LOCK]):
            if (refused := self._may_erase(folder)) is not None:
                raise refused
            ids = [item.id for item in self.store.items(folder)]
            if ids:
                self._enter([Deed(folder, Act.ERASED, detail={"items": ids, **_words(reason=reason)})], by=by)
                self.store.erase(ids, at=self.now())
            return len(ids)

    # ---- the head of the log

    def head(self) -> SignedHead:
        """Sign the log as it is now."""
        state = self.store.state()
        return SignedHead.sign(TreeHead(state.size, state.root.hex(), self.now()), self.key)

    def publish_head(self, *, stamp: bool = False) -> tuple[SignedHead, Timestamp | None]:
        """Return a head that is to be kept elsewhere; later ones can be proven to have only added to it."""
        head = self.head()
        timestamp = self.timestamps.stamp(head.head.written()) if stamp and self.timestamps else None
        if head.head.size:
            self.store.publish(head, timestamp.token if timestamp else None)
        return head, timestamp

    # ---- exporting

    def export(self, folder: str, summary: CaseSummary, wish: Wish, *, by: str) -> Export:
        """Make a bundle of all that belongs to a folder; that it was exported is in the log before it is returned."""
        bundle_id = self.new_id()
        for _ in range(TRIES):
            found = self._gather(folder, wish)
            if not found:
                raise LockerError(EMPTY)
            papers = Papers(
                summary=replace(summary, asked=summary.asked or wish.purpose),
                recipient=wish.recipient,
                bundle_id=bundle_id,
                made_at=self.now(),
                made_by=by,
                fingerprint=self.key.fingerprint,
                items=found,
                entries=self.custody(folder),
            )
            bundle = self._log_export(folder, papers, self._print(papers), wish)
            if bundle is not None:
                return self._finish(lay_out(bundle))
        raise LockerError(BUSY)

    def _gather(self, folder: str, wish: Wish) -> tuple[Enclosed, ...]:
        """Number what was captured, erased items among it, in the order of the log."""
        reasons = wish.withheld or {}
        kept = {item.id: item for item in self.items(folder)}
        captured = [entry for entry in self.custody(folder) if entry.act is Act.CAPTURED]
        return tuple(
            Enclosed(number, kept[entry.item], reasons.get(entry.item, ""))
            for number, entry in enumerate(captured, 1)
            if entry.item in kept
        )

    def _print(self, papers: Papers) -> dict[str, bytes]:
        return {
            "report.pdf": self.printer.pdf(report(papers), at=papers.made_at),
            "report.json": report_json(papers),
            "timeline.csv": timeline_csv(papers),
        }

    def _log_export(self, folder: str, papers: Papers, printed: Mapping[str, bytes], wish: Wish) -> Bundle | None:
        """Enter the export and take the proofs, or return None where evidence was added or taken away meanwhile."""
        found = papers.items
        with self.transaction(locks=[LOCK]):
            if self._gather(folder, wish) != found:
                return None
            words = _words(to=wish.to or wish.recipient.text.ja, purpose=wish.purpose)
            detail = {"bundle": papers.bundle_id, "for": wish.recipient.value, "items": _enclosed(found), **words}
            self._enter([Deed(folder, Act.EXPORTED, detail=detail)], by=papers.made_by)
            head = self.head()
            entries = self.custody(folder)
            self.store.publish(head)
        paths = self.store.proofs([entry.index for entry in entries], head.head.size)
        return Bundle(
            id=papers.bundle_id,
            folder=folder,
            recipient=wish.recipient.value,
            made_at=papers.made_at,
            made_by=papers.made_by,
            organization=self.organization,
            head=head,
            entries=tuple(map(Proven, entries, paths)),
            items=tuple(BundledItem(each.number, each.item, self._loader(each)) for each in found),
            withheld=tuple(Withheld(each.item.id, each.withheld) for each in found if each.withheld),
            papers=printed,
        )

    def _loader(self, each: Enclosed) -> Callable[[], bytes] | None:
        return None if each.withheld else lambda: self._content(each.item)

    def _finish(self, layout: Layout) -> Export:
        timestamp, note = None, None
        if self.timestamps is not None:
            try:
                timestamp = self.timestamps.stamp(layout.manifest)
            except NoTimestampError as error:
                note = error.text
        bundle = layout.bundle
        return Export(bundle.id, f"{bundle.root}.zip", bundle.root, finish(layout, self.key, timestamp), note)


def _folder(name: str) -> str:
    if len(name) > LONGEST_FOLDER or not FOLDER.fullmatch(name):
        raise LockerError(Text(f"案件の番号として使えません：{name[:50]}", f"Not a name of a folder: {name[:50]}"))
    return name


def _sameness(item: Item) -> tuple[str, ...]:
    return item.kind.value, item.method.value, item.sha256, item.ref, item.file_name, item.parent


def _captured(item: Item) -> Deed:
    detail = {
        "kind": item.kind.value,
        "method": item.method.value,
        "sha256": item.sha256,
        "size": item.size,
        "meta": sha256(item.written()).hexdigest(),
    }
    return Deed(item.folder, Act.CAPTURED, item.id, detail)


def _enclosed(found: Sequence[Enclosed]) -> list[str]:
    return [each.item.id for each in found if not each.withheld]


def _words(**given: str) -> dict[str, str]:
    return {name: text.strip()[:LONGEST_WORDS] for name, text in given.items() if text.strip()}
