"""Past messages become relationships: who has written to whom since when, and how often."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from honnin.app.contract import read_json
from honnin.app.lines import Line, read_lines
from honnin.app.ports import ConversationStore, RelationshipStore
from honnin.app.screen import EVERYONE, watch_key
from honnin.errors import BadInputError, Mistake
from honnin.model import Text

BATCH = 20_000
"""So many lines are counted in memory before they are kept; a stopped import goes on behind the last batch."""
MOST_MISTAKES = 1_000
COLUMNS = ("platform", "account", "other", "sent_at")
LONGEST_ROW = 1024 * 1024

TOO_LONG = Text("1行が長すぎます。1件を1行にしてください。", "The line is too long. Write one message a line.")
NO_COLUMNS = Text(
    "1行目に platform,account,other,sent_at の見出しを入れるか、1行1件のJSONにしてください。",
    "Start with the headings platform,account,other,sent_at, or write one JSON object a line.",
)
BAD_TIME = Text("日時は 2026-11-24T09:30:00+09:00 の形にしてください。", "Write the time as 2026-11-24T09:30:00+09:00.")
NOT_TEXT = Text("文字列を入れてください。", "Give a text.")
NOT_UTF8 = Text("UTF-8ではありません。UTF-8で保存し直してください。", "Not UTF-8. Save the file as UTF-8.")
NOT_OBJECT = Text("{…} の形のJSONオブジェクトにしてください。", "Use a JSON object, {…}.")

RowReader = Callable[[Line], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class PastMessage:
    """One message of the past: who (``account``) wrote to whom (``other``), where and when."""

    platform: str
    account: str
    other: str
    sent_at: datetime


@dataclass(slots=True)
class HistoryReport:
    """What an import did. ``skipped`` lines had been imported before; ``wrong`` counts mistakes beyond those listed too."""

    messages: int = 0
    skipped: int = 0
    wrong: int = 0
    mistakes: list[Mistake] = field(default_factory=list)

    def note(self, mistakes: list[Mistake]) -> None:
        self.wrong += 1
        self.mistakes.extend(mistakes[: MOST_MISTAKES - len(self.mistakes)])


@dataclass(slots=True)
class _Count:
    first: datetime
    last: datetime
    messages: int = 0


class _Tally:
    """Messages counted and not yet kept."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], _Count] = {}

    def add(self, message: PastMessage) -> None:
        account, other = f"{message.platform}:{message.account}", f"{message.platform}:{message.other}"
        for pair in ((account, other), (account, EVERYONE), (watch_key(message.platform), EVERYONE)):
            count = self._counts.setdefault(pair, _Count(message.sent_at, message.sent_at))
            count.first = min(count.first, message.sent_at)
            count.last = max(count.last, message.sent_at)
            count.messages += 1

    def keep(self, relationships: RelationshipStore) -> None:
        for (account, other), count in self._counts.items():
            relationships.record(account, other, at=count.first, messages=count.messages)
            if count.last > count.first:
                relationships.record(account, other, at=count.last, messages=0)
        self._counts.clear()


def import_history(
    read: Callable[[int], bytes],
    *,
    source: str,
    relationships: RelationshipStore,
    marks: ConversationStore,
    now: datetime,
) -> HistoryReport:
    """Count the messages of a JSONL or CSV stream (platform, account, other, sent_at) into relationships.

    The same source again goes on behind the last kept batch, so nothing is counted twice; a file that has grown gives only
    what is new.
    """
    report, tally = HistoryReport(), _Tally()
    lines = read_lines(read, LONGEST_ROW)
    first = next(lines, None)
    if first is None:
        return report
    to_row, lines = _row_reader(first, lines)
    mark = f"import:{hashlib.sha256(source.encode('utf-8', 'surrogatepass') + first.head[:4096]).hexdigest()}"
    done = int(marks.load(mark) or 0)
    for line in lines:
        if line.end <= done:
            report.skipped += 1
            continue
        if line.head.strip() or line.data is None:
            _count(line, to_row, tally, report)
        done = line.end
        if line.number % BATCH == 0:
            tally.keep(relationships)
            marks.save(mark, str(done), at=now)
    tally.keep(relationships)
    marks.save(mark, str(done), at=now)
    return report


def _count(line: Line, to_row: RowReader, tally: _Tally, report: HistoryReport) -> None:
    try:
        tally.add(_message(to_row(line), line.number))
        report.messages += 1
    except BadInputError as error:
        report.note(error.mistakes)


def _row_reader(first: Line, rest: Iterator[Line]) -> tuple[RowReader, Iterator[Line]]:
    """Tell by the first line whether this is JSON or CSV."""
    if first.head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return _json_row, chain([first], rest)
    names = [name.strip().lower() for name in _cells(first)]
    if missing := [column for column in COLUMNS if column not in names]:
        raise BadInputError([Mistake(1, missing[0], NO_COLUMNS)])
    return lambda line: dict(zip(names, _cells(line), strict=False)), rest


def _json_row(line: Line) -> Mapping[str, Any]:
    if line.data is None:
        raise BadInputError([Mistake(line.number, "", TOO_LONG)])
    row = read_json(line.data, line=line.number)
    if not isinstance(row, Mapping):
        raise BadInputError([Mistake(line.number, "", NOT_OBJECT)])
    return row


def _cells(line: Line) -> list[str]:
    if line.data is None:
        raise BadInputError([Mistake(line.number, "", TOO_LONG)])
    try:
        text = line.data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInputError([Mistake(line.number, "", NOT_UTF8)]) from None
    try:
        return next(csv.reader([text.replace("\0", "")]), [])
    except csv.Error:
        raise BadInputError([Mistake(line.number, "", NO_COLUMNS)]) from None


def _message(row: Mapping[str, Any], line: int) -> PastMessage:
    mistakes = [
        Mistake(line, column, NOT_TEXT)
        for column in COLUMNS
        if not isinstance(row.get(column), str) or not row[column].strip()
    ]
    if mistakes:
        raise BadInputError(mistakes)
    try:
        sent_at = datetime.fromisoformat(row["sent_at"].strip())
        sent_at = sent_at.replace(tzinfo=UTC) if sent_at.tzinfo is None else sent_at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadInputError([Mistake(line, "sent_at", BAD_TIME)]) from None
    return PastMessage(row["platform"].strip(), row["account"].strip(), row["other"].strip(), sent_at)
