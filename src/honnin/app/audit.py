"""The record of who saw and did what: a chain of lines, each holding the digest of the one before.

A line that is changed, left out or moved breaks the chain from there on, and ``broken_at`` says where.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Protocol

from honnin.app.access import AuditNote
from honnin.app.contract import whole
from honnin.text import plain_cell

FIRST = "0" * 64
"""What the first line holds in place of the digest before it."""
VERSION = 1
COLUMNS = ("number", "at", "actor", "kind", "action", "thing", "outcome", "address", "detail", "hash")


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line of the record as it is kept; numbers run from 1 without a gap."""

    number: int
    note: AuditNote
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which lines to show; a part left out does not narrow. ``action`` takes ``cases`` for all of ``cases.*`` too."""

    actor: str = ""
    action: str = ""
    thing: str = ""
    refused: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class AuditPage:
    """One page of the record, newest first; ``total`` counts all pages."""

    lines: tuple[AuditLine, ...]
    total: int
    page: int
    per_page: int


class AuditStore(Protocol):
    """Keeps the record. There is no way to change or remove a line."""

    def append(self, note: AuditNote, /) -> AuditLine: ...
    def search(self, wanted: AuditFilter) -> AuditPage: ...
    def each(self, wanted: AuditFilter) -> Iterator[AuditLine]:
        """Yield the lines, oldest first."""
        ...


def next_line(last: AuditLine | None, note: AuditNote) -> AuditLine:
    """Return the line that follows the last one."""
    number, previous = (last.number + 1, last.hash) if last else (1, FIRST)
    return AuditLine(number, note, previous, digest_of(number, note, previous))


def digest_of(number: int, note: AuditNote, previous: str) -> str:
    """Return the digest of a line: SHA-256 of its JSON with sorted keys, the digest before it among them."""
    written = {"version": VERSION, "number": number, "previous": previous} | as_json(note)
    return sha256(json.dumps(written, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def as_json(note: AuditNote) -> dict[str, Any]:
    return {
        "at": note.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": whole(note.actor),
        "kind": note.kind,
        "action": note.action,
        "thing": whole(note.thing),
        "outcome": note.outcome,
        "address": note.address,
        "detail": {whole(key): whole(value) for key, value in note.detail.items()},
    }


def broken_at(lines: Iterable[AuditLine]) -> int | None:
    """Return the number of the first line that does not follow from the one before it, None where all of them do."""
    expected, previous = 1, FIRST
    for line in lines:
        if line.number != expected or line.previous != previous:
            return expected
        if digest_of(line.number, line.note, line.previous) != line.hash:
            return expected
        expected, previous = line.number + 1, line.hash
    return None


def to_jsonl(lines: Iterable[AuditLine]) -> Iterator[bytes]:
    """Write one JSON object a line, with what is needed to check the chain elsewhere."""
    for line in lines:
        row = {"number": line.number, **as_json(line.note), "previous": line.previous, "hash": line.hash}
        yield json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def to_csv(lines: Iterable[AuditLine]) -> Iterator[bytes]:
    """Write a table for a spreadsheet, in which nothing that people typed is taken for a formula."""
    yield b"\xef\xbb\xbf"
    yield _csv_row(COLUMNS)
    for line in lines:
        row: Mapping[str, Any] = {"number": line.number, **as_json(line.note), "hash": line.hash}
        detail = json.dumps(row["detail"], ensure_ascii=False) if row["detail"] else ""
        yield _csv_row(str(value) for value in [row[name] for name in COLUMNS[:-2]] + [detail, row["hash"]])


def _csv_row(values: Iterable[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([plain_cell(value) for value in values])
    return out.getvalue().encode()
