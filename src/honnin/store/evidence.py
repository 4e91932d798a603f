"""The evidence locker's tables: contents encrypted and kept once, and the log, which only ever grows.

Everything that belongs together is one transaction. Whoever writes to the log takes its turn by the lock ``evidence log``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    LargeBinary,
    Select,
    String,
    bindparam,
    delete,
    func,
    or_,
    select,
    union_all,
    update,
)

from honnin.app.locker import Appended, Hold, KeptFolder, LogState
from honnin.app.vault import Vault
from honnin.evidence.entry import Deed, Entry
from honnin.evidence.item import Item
from honnin.evidence.log import FolderEnd, Growing
from honnin.evidence.merkle import Frontier, Node, consistency, home, inclusion, peaks_of
from honnin.evidence.signing import SignedHead, TreeHead
from honnin.store import schema_evidence as tables
from honnin.store.database import Database, kept, short_key

blobs, entries, filed = tables.evidence_blobs, tables.evidence_entries, tables.evidence_filed
heads, holds, items = tables.evidence_heads, tables.evidence_holds, tables.evidence_items
LOCK = "evidence log"
CONTENT, ABOUT = "evidence content", "evidence item"
HASH = 32
AT_ONCE, FOLDERS_AT_ONCE = 400, 50
LONGEST_WORDS, LONGEST_NAME = 2_000, 200


class SqlEvidenceStore:
    """Keeps evidence; ``vault`` encrypts what is in it."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._edge = (Frontier(), b"")

    # ---- writing

    def append(self, deeds: Sequence[Deed], *, by: str, at: datetime, salts: Sequence[str]) -> Appended:
        """Enter these at the end of the log."""
        with self._database.transaction(locks=[LOCK]) as connection:
            growing = self._end(connection, {deed.folder for deed in deeds})
            for deed, salt in zip(deeds, salts, strict=True):
                growing.add(deed, by=by, at=at, salt=salt)
            rows = [_row(entry, hashes) for entry, hashes in zip(growing.entries, growing.hashes, strict=True)]
            connection.execute(_ADD_ENTRY, rows)
        self._edge = growing.frontier, growing.hashes[-1][:HASH]
        return Appended(tuple(growing.entries), LogState(growing.frontier.size, growing.frontier.root()))

    def _end(self, connection: Connection, names: set[str]) -> Growing:
        """Read the end of the log and of these folders."""
        ends: dict[str, FolderEnd] = {}
        wanted = sorted(names)
        rows: Sequence[Any] = ()
        for start in range(0, len(wanted), FOLDERS_AT_ONCE):
            some = {f"folder{at}": name for at, name in enumerate(wanted[start : start + FOLDERS_AT_ONCE])}
            rows = connection.execute(_ends(len(some)), some).all()
            ends.update((row.folder, FolderEnd(row.number, row.hashes[:HASH].hex())) for row in rows)
        return Growing(self._frontier(connection, rows[-1] if rows else None), ends)

    def _frontier(self, connection: Connection, last: Any) -> Frontier:
        """Return the right edge of the tree; the one of our own last append where nobody else appended since."""
        if last is None:
            return Frontier()
        known, leaf = self._edge
        if known.size == last.seq + 1 and leaf == last.hashes[:HASH]:
            return known
        parts = peaks_of(last.seq + 1)
        read = _nodes(connection, parts)
        return Frontier(last.seq + 1, tuple(read[part] for part in parts))

    def keep(self, captured: Sequence[tuple[Item, bytes, int]]) -> None:
        """Keep items with their contents, each content only once; the number is where its capture stands in the log."""
        if not captured:
            return
        contents = {item.sha256: content for item, content, _ in captured}
        closed = [
            {"digest": digest, "sealed": self._vault.close(content, CONTENT, digest)}
            for digest, content in contents.items()
        ]
        rows = [self._item_row(item, seq) for item, _, seq in captured]
        with self._database.transaction(locks=[LOCK]) as connection:
            connection.execute(_ADD_BLOB, closed)
            connection.execute(_ADD_ITEM, rows)

    def _item_row(self, item: Item, seq: int) -> dict[str, Any]:
        return {
            "id": item.id,
            "seq": seq,
            "folder": item.folder,
            "sha256": item.sha256,
            "ref": short_key(item.ref),
            "captured_at": item.captured_at,
            "closed": self._vault.close(item.written(), ABOUT, item.id),
        }

    def erase(self, ids: Iterable[str], *, at: datetime) -> None:
        """Take away what is in these items; that they were there stays in the log."""
        with self._database.transaction(locks=[LOCK]) as connection:
            for item_id in ids:
                digest = connection.execute(select(items.c.sha256).where(items.c.id == item_id)).scalar()
                connection.execute(update(items).where(items.c.id == item_id).values(erased_at=at, closed=b""))
                others = select(items.c.id).where(items.c.sha256 == digest, items.c.erased_at.is_(None))
                if connection.execute(others).first() is None:
                    connection.execute(delete(blobs).where(blobs.c.sha256 == digest))

    def file(self, folder: str, into: str) -> bool:
        """Let a folder belong to another one; False where it does already."""
        with self._database.transaction(locks=[LOCK]) as connection:
            there = select(filed).where(filed.c.folder == folder, filed.c.into == into)
            if connection.execute(there).first():
                return False
            connection.execute(filed.insert().values(folder=folder, into=into))
            return True

    def set_hold(self, hold: Hold) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                holds.insert().values(
                    id=hold.id,
                    folder=hold.folder,
                    reason=kept(hold.reason, LONGEST_WORDS),
                    set_at=hold.set_at,
                    set_by=kept(hold.set_by, LONGEST_NAME),
                    released_by="",
                )
            )

    def release_hold(self, hold_id: str, *, by: str, at: datetime) -> bool:
        wanted = update(holds).where(holds.c.id == hold_id, holds.c.released_at.is_(None))
        with self._database.transaction() as connection:
            return connection.execute(wanted.values(released_at=at, released_by=kept(by, LONGEST_NAME))).rowcount > 0

    def publish(self, head: SignedHead, timestamp: bytes | None = None) -> None:
        """Remember a head that was given out, so that a later one can be proven to only add to it."""
        row = {"root": head.head.root, "at": head.head.at, "signature": head.signature, "timestamp": timestamp}
        with self._database.transaction(locks=[LOCK]) as connection:
            changed = connection.execute(update(heads).where(heads.c.size == head.head.size).values(**row)).rowcount
            if not changed:
                connection.execute(heads.insert().values(size=head.head.size, **row))

    # ---- reading

    def state(self) -> LogState:
        with self._database.reading() as connection:
            frontier = self._frontier(connection, connection.execute(_LAST).first())
        return LogState(frontier.size, frontier.root())

    def entries(self, *folders: str) -> tuple[Entry, ...]:
        """Return the entries of these folders in the order of the log."""
        wanted = select(entries.c.entry).where(entries.c.folder.in_(folders)).order_by(entries.c.seq)
        with self._database.reading() as connection:
            return tuple(Entry.read(row.entry) for row in connection.execute(wanted))

    def proof(self, index: int, size: int) -> tuple[bytes, ...]:
        """Return the audit path of an entry in the log of that size."""
        with self._database.reading() as connection:
            return tuple(inclusion(index, size, lambda wanted: _nodes(connection, wanted)))

    def proofs(self, indexes: Sequence[int], size: int) -> tuple[tuple[bytes, ...], ...]:
        """Return the audit paths of many entries; what they share is read once."""
        read: dict[Node, bytes] = {}
        with self._database.reading() as connection:

            def fetch(wanted: Sequence[Node]) -> Mapping[Node, bytes]:
                if new := [node for node in wanted if node not in read]:
                    read.update(_nodes(connection, new))
                return read

            return tuple(tuple(inclusion(index, size, fetch)) for index in indexes)

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """Return the proof that the log only grew between these sizes."""
        with self._database.reading() as connection:
            return tuple(consistency(old, new, lambda wanted: _nodes(connection, wanted)))

    def items(self, *folders: str) -> tuple[Item, ...]:
        """Return what is kept for these folders and not erased, in the order in which it was captured."""
        return self._items(select(items).where(items.c.folder.in_(folders), items.c.erased_at.is_(None)))

    def item(self, item_id: str) -> Item | None:
        found = self._items(select(items).where(items.c.id == item_id, items.c.erased_at.is_(None)))
        return found[0] if found else None

    def same(self, folder: str, digests: Iterable[str]) -> tuple[Item, ...]:
        """Return what is kept for a folder with one of these contents."""
        wanted = select(items).where(
            items.c.folder == folder, items.c.sha256.in_(set(digests)), items.c.erased_at.is_(None)
        )
        return self._items(wanted)

    def _items(self, wanted: Select[Any]) -> tuple[Item, ...]:
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(items.c.seq)).all()
        return tuple(Item.read(json.loads(self._vault.open(row.closed, ABOUT, row.id))) for row in rows)

    def place_of(self, item_id: str) -> int:
        """Return where the capture of an item stands in the log."""
        with self._database.reading() as connection:
            found: int = connection.execute(select(items.c.seq).where(items.c.id == item_id)).scalar_one()
        return found

    def content(self, digest: str) -> bytes | None:
        """Return a content by its SHA-256; None where it is not kept, or no longer."""
        with self._database.reading() as connection:
            row = connection.execute(select(blobs.c.closed).where(blobs.c.sha256 == digest)).first()
        return self._vault.open(row.closed, CONTENT, digest) if row else None

    def last_captured(self, ref: str) -> datetime | None:
        """Return when something with that ref was last captured."""
        wanted = select(func.max(items.c.captured_at)).where(items.c.ref == short_key(ref), items.c.erased_at.is_(None))
        with self._database.reading() as connection:
            found: datetime | None = connection.execute(wanted).scalar()
        return found

    def flush(self) -> None:
        """See to it that what is kept outlives a power cut."""
        self._database.flush()

    def folders_in(self, folder: str) -> tuple[str, ...]:
        """Return the folder with all that belong to it, directly or through others."""
        return self._walk(folder, select(filed.c.folder, filed.c.into), lambda row: (row.into, row.folder))

    def folders_above(self, folder: str) -> tuple[str, ...]:
        """Return the folder with all that it belongs to."""
        return self._walk(folder, select(filed.c.folder, filed.c.into), lambda row: (row.folder, row.into))

    def _walk(self, start: str, wanted: Select[Any], step: Any) -> tuple[str, ...]:
        found = {start: None}
        waiting = [start]
        with self._database.reading() as connection:
            while waiting:
                near = wanted.where(or_(filed.c.into.in_(waiting), filed.c.folder.in_(waiting)))
                links = [step(row) for row in connection.execute(near.order_by(filed.c.folder, filed.c.into))]
                reached = [to for come_from, to in links if come_from in waiting and to not in found]
                found.update(dict.fromkeys(reached))
                waiting = list(dict.fromkeys(reached))
        return tuple(found)

    def holds(self, names: Iterable[str]) -> tuple[Hold, ...]:
        """Return the holds in force on these folders."""
        wanted = select(holds).where(holds.c.folder.in_(list(names)), holds.c.released_at.is_(None))
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(holds.c.set_at, holds.c.id)).all()
        return tuple(Hold(row.id, row.folder, row.reason, row.set_at, row.set_by) for row in rows)

    def hold(self, hold_id: str) -> Hold | None:
        wanted = select(holds).where(holds.c.id == hold_id, holds.c.released_at.is_(None))
        with self._database.reading() as connection:
            row = connection.execute(wanted).first()
        return Hold(row.id, row.folder, row.reason, row.set_at, row.set_by) if row else None

    def last_capture(self, folder: str) -> datetime | None:
        """Return when something was last captured for a folder that is still kept."""
        wanted = select(func.max(items.c.captured_at)).where(items.c.folder == folder, items.c.erased_at.is_(None))
        with self._database.reading() as connection:
            found: datetime | None = connection.execute(wanted).scalar()
        return found

    def kept_folders(
        self, *, captured_before: datetime | None = None, most: int | None = None
    ) -> tuple[KeptFolder, ...]:
        """Return the folders that hold something, or those of them for which nothing was captured since; newest first."""
        last = func.max(items.c.captured_at).label("last")
        wanted = (
            select(items.c.folder, last, func.count().label("held"))
            .where(items.c.erased_at.is_(None))
            .group_by(items.c.folder)
            .order_by(last.desc(), items.c.folder)
            .limit(most)
        )
        if captured_before is not None:
            wanted = wanted.having(last <= captured_before)
        with self._database.reading() as connection:
            return tuple(KeptFolder(row.folder, row.held, row.last) for row in connection.execute(wanted))

    def last_published(self) -> SignedHead | None:
        with self._database.reading() as connection:
            row = connection.execute(select(heads).order_by(heads.c.size.desc()).limit(1)).first()
        return SignedHead(TreeHead(row.size, row.root, row.at), row.signature) if row else None


_END = select(entries.c.seq, entries.c.folder, entries.c.number, entries.c.hashes)
_LAST = _END.order_by(entries.c.seq.desc()).limit(1)
_LAST_OF_ALL = select(func.max(entries.c.seq))


@cache
def _ends(count: int) -> Select[Any]:
    """Ask for the last entry of all and of so many folders, each found at the end of an index."""
    last = [_LAST_OF_ALL.where(entries.c.folder == bindparam(f"folder{at}")) for at in range(count)]
    return _END.where(entries.c.seq.in_(union_all(_LAST_OF_ALL, *last))).order_by(entries.c.seq)


_ADD_ENTRY = entries.insert()
_ADD_ITEM = items.insert()
_ADD_BLOB = blobs.insert().from_select(
    ["sha256", "closed"],
    select(bindparam("digest", type_=String), bindparam("sealed", type_=LargeBinary)).where(
        ~select(blobs.c.sha256).where(blobs.c.sha256 == bindparam("digest")).exists()
    ),
)


def _row(entry: Entry, hashes: bytes) -> dict[str, Any]:
    return {
        "seq": entry.index,
        "folder": entry.folder,
        "number": entry.number,
        "act": entry.act.value,
        "at": entry.at,
        "entry": entry.written().decode(),
        "hashes": hashes,
    }


def _nodes(connection: Connection, wanted: Sequence[Node]) -> dict[Node, bytes]:
    homes = list({home(node) for node in wanted})
    found: dict[int, bytes] = {}
    for start in range(0, len(homes), AT_ONCE):
        rows = connection.execute(_HASHES, {"homes": homes[start : start + AT_ONCE]})
        found.update((row.seq, row.hashes) for row in rows)
    return {node: found[home(node)][node[0] * HASH : (node[0] + 1) * HASH] for node in wanted}


_HASHES = select(entries.c.seq, entries.c.hashes).where(entries.c.seq.in_(bindparam("homes", expanding=True)))
