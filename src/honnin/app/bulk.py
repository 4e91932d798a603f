"""Many links or many claims at once, row by row; a row that cannot be read is reported in its place."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from honnin.app.contract import identity_to_json, read_json, whole
from honnin.app.jsonl import TOO_LONG, Answer, error_row, id_in, to_line
from honnin.app.lines import Line, read_lines
from honnin.errors import BadInputError, Mistake
from honnin.identity import account_from_claimed, compare, person_from_dict
from honnin.links import summary
from honnin.model import Judgement, LinkCheck, Text

LONGEST_ROW = 1024 * 1024
LINK_COLUMNS = ("url", "level", "score", "reason")

NO_URL_COLUMN = Text("1行目に url という列の名前を入れてください。", "Name a column url in line 1.")
NO_URL = Text("url を入れてください。", "Give a url.")
NOT_CSV = Text(
    "CSVとして読めません。UTF-8のCSVで保存し直してください。", "Not readable as CSV. Save it as CSV in UTF-8."
)
NOT_OBJECT = Text("{…} の形のJSONオブジェクトにしてください。", "Use a JSON object, {…}.")

SAME = {Judgement.SAME: True, Judgement.NOT_SAME: False, Judgement.UNSURE: None}


def check_links(read: Callable[[int], bytes], check: Callable[[str], LinkCheck]) -> Iterator[Answer]:
    """Judge the links of a CSV with a column ``url``: ``url,level,score,reason`` a row, after a row with these names."""
    lines = read_lines(read, LONGEST_ROW)
    first = next(lines, None)
    names = [name.strip().lower() for name in _cells(first)] if first is not None else []
    if "url" not in names:
        raise BadInputError([Mistake(1, "url", NO_URL_COLUMN)])
    column = names.index("url")
    yield Answer(_row(*LINK_COLUMNS), failed=False)
    for line in lines:
        if line.data is not None and not line.data.strip():
            continue
        yield _link(line, column, check)


def _link(line: Line, column: int, check: Callable[[str], LinkCheck]) -> Answer:
    try:
        cells = _cells(line)
    except BadInputError as error:
        return Answer(_row("", "error", "", _in_words(error.mistakes[0])), failed=True)
    url = cells[column].strip() if column < len(cells) else ""
    if not url:
        return Answer(_row("", "error", "", _in_words(Mistake(line.number, "url", NO_URL))), failed=True)
    found = check(url)
    reason = f"{summary(found, 'ja')} / {summary(found, 'en')}"
    return Answer(_row(url, found.level.value, f"{found.score:.4f}", reason), failed=False)


def _cells(line: Line) -> list[str]:
    if line.data is None:
        raise BadInputError([Mistake(line.number, "", TOO_LONG)])
    try:
        return next(csv.reader([line.data.decode("utf-8-sig").replace("\0", "")]), [])
    except (UnicodeDecodeError, csv.Error):
        raise BadInputError([Mistake(line.number, "", NOT_CSV)]) from None


def _in_words(mistake: Mistake) -> str:
    return f"{mistake.line}行目: {mistake.text.ja} / line {mistake.line}: {mistake.text.en}"


def _row(*cells: str) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerow([whole(cell) for cell in cells])
    return out.getvalue().encode("utf-8")


def match_claims(read: Callable[[int], bytes]) -> Iterator[Answer]:
    """Compare the pairs of a JSONL stream (``id``, ``claimed``, ``person``): ``id``, ``score``, ``same``, the features.

    ``same`` is true, false, or null where it cannot be told.
    """
    for line in read_lines(read, LONGEST_ROW):
        if line.data is None or line.data.strip():
            yield _claim(line)


def _claim(line: Line) -> Answer:
    if line.data is None:
        return Answer(to_line(error_row(id_in(line), [Mistake(line.number, "", TOO_LONG)])), failed=True)
    try:
        row = read_json(line.data, line=line.number)
        return Answer(to_line(_compared(row, line.number)), failed=False)
    except BadInputError as error:
        mistakes = [Mistake(line.number, mistake.field, mistake.text) for mistake in error.mistakes]
        return Answer(to_line(error_row(id_in(line), mistakes)), failed=True)


def _compared(row: Any, line: int) -> dict[str, Any]:
    if not isinstance(row, Mapping):
        raise BadInputError([Mistake(line, "", NOT_OBJECT)])
    for name in ("claimed", "person"):
        if not isinstance(row.get(name), Mapping):
            raise BadInputError([Mistake(line, name, NOT_OBJECT)])
    found = compare(account_from_claimed(row["claimed"]), person_from_dict(row["person"]))
    given = row.get("id")
    return {
        "id": whole(given) if isinstance(given, str) else None,
        "score": round(found.score, 4),
        "same": SAME[found.judgement],
        "features": identity_to_json(found)["features"],
    }
