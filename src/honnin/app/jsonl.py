"""One event a line in, one verdict a line out, in order; a bad line gets its error in its place."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from honnin.app.contract import MAX_LINE_BYTES, event_from_json, read_json, verdict_to_json, whole
from honnin.app.lines import Line, read_lines
from honnin.errors import BadInputError, Mistake
from honnin.model import Event, Text, Verdict

_ID = re.compile(rb'"id"[ \t]{0,8}:[ \t]{0,8}"([^"\\\x00-\x1f]{1,512})"')

TOO_LONG = Text(
    f"1行が{MAX_LINE_BYTES // 1024 // 1024}MBを超えています。本文を短くするか、分けてください。",
    f"The line is longer than {MAX_LINE_BYTES // 1024 // 1024} MB. Shorten the text or split it.",
)
NOT_SCREENED = Text(
    "この行を読み取れませんでした。内容を確かめ、続くようなら管理者へ知らせてください。",
    "This line could not be read. Check its content, and tell your administrator should it happen again.",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of output; ``failed`` where it tells of an error."""

    line: bytes
    failed: bool


def screen_lines(
    read: Callable[[int], bytes], screen: Callable[[Event], Verdict], *, public: bool = False
) -> Iterator[Answer]:
    """Screen every line of the stream. Blank lines are passed over; memory stays bounded by the longest line allowed."""
    for line in read_lines(read, MAX_LINE_BYTES):
        if line.data is not None and not line.data.strip():
            continue
        yield _answer(line, screen, public=public)


def _answer(line: Line, screen: Callable[[Event], Verdict], *, public: bool) -> Answer:
    if line.data is None:
        return Answer(to_line(error_row(id_in(line), [Mistake(line.number, "", TOO_LONG)])), failed=True)
    try:
        event = event_from_json(read_json(line.data, line=line.number), line=line.number)
        return Answer(to_line(verdict_to_json(screen(event), public=public)), failed=False)
    except BadInputError as error:
        return Answer(to_line(error_row(id_in(line), error.mistakes)), failed=True)
    except (ValueError, TypeError, LookupError, RecursionError, MemoryError):
        # Whatever one hostile line brings to light in us must not keep the others from being screened.
        return Answer(to_line(error_row(id_in(line), [Mistake(line.number, "", NOT_SCREENED)])), failed=True)


def error_row(event_id: str | None, mistakes: list[Mistake]) -> dict[str, Any]:
    """What stands in place of a verdict: where the first mistake is and how to mend it, then the others.

    >>> error_row("a", [Mistake(3, "text", Text("文字列にしてください。", "Use a string."))])["error"]["field"]
    'text'
    """
    first, *others = [_mistake(mistake) for mistake in mistakes]
    return {"id": event_id, "error": first | ({"others": others} if others else {})}


def _mistake(mistake: Mistake) -> dict[str, Any]:
    return {
        "line": mistake.line,
        "field": whole(mistake.field),
        "ja": whole(mistake.text.ja),
        "en": whole(mistake.text.en),
    }


def id_in(line: Line) -> str | None:
    """The id of a line as far as it can be seen, so that whoever sent it finds it again."""
    if line.data is not None:
        try:
            row = json.loads(line.data)
        except (ValueError, RecursionError):
            pass
        else:
            found = row.get("id") if isinstance(row, dict) else None
            return whole(found[:512]) if isinstance(found, str) else None
    match = _ID.search(line.head[:65_536])
    return match[1].decode("utf-8", "replace") if match else None


def to_line(row: dict[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8") + b"\n"
