"""The log while it grows: what was done becomes entries, each with its place in the whole log and in its folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from honnin.evidence.entry import Deed, Entry
from honnin.evidence.merkle import Frontier


@dataclass(frozen=True, slots=True)
class FolderEnd:
    """How many entries a folder has, and the hash of the last."""

    entries: int = 0
    last: str = ""


@dataclass(slots=True)
class Growing:
    """The right edge of the log, and of the folders that are written to."""

    frontier: Frontier
    folders: dict[str, FolderEnd]
    entries: list[Entry] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    """Beside each entry the nodes that it completes, lowest first, as one string."""

    def add(self, deed: Deed, *, by: str, at: datetime, salt: str) -> Entry:
        """Enter a deed at the end."""
        end = self.folders.get(deed.folder, FolderEnd())
        entry = Entry(
            index=self.frontier.size,
            folder=deed.folder,
            number=end.entries + 1,
            before=end.last,
            at=at,
            by=by,
            act=deed.act,
            item=deed.item,
            detail=deed.detail,
            salt=salt,
        )
        leaf = entry.hash
        self.frontier, made = self.frontier.append(leaf)
        self.folders[deed.folder] = FolderEnd(entry.number, leaf.hex())
        self.entries.append(entry)
        self.hashes.append(b"".join(each for _, each in made))
        return entry
