"""The directory as a CSV file, as spreadsheets in Japan read and write it.

One row a person; a person with several accounts or addresses has several rows. Reading takes UTF-8 (with or without
BOM) and CP932. Writing guards cells that a spreadsheet would run as a formula, and reading takes the guard off again.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from honnin.app.contract import is_clean
from honnin.errors import BadInputError, Mistake
from honnin.model import KnownAccount, Person, Text

Encoding = Literal["utf-8", "cp932"]

COLUMNS = ("name", "kana", "romaji", "organization", "title", "platform", "account_id", "email")
PERSON_COLUMNS = COLUMNS[:5]
OTHER_NAMES = {
    "氏名": "name",
    "名前": "name",
    "かな": "kana",
    "カナ": "kana",
    "ふりがな": "kana",
    "フリガナ": "kana",
    "ローマ字": "romaji",
    "会社": "organization",
    "会社名": "organization",
    "組織": "organization",
    "組織名": "organization",
    "役職": "title",
    "サービス": "platform",
    "アカウントid": "account_id",
    "アカウント": "account_id",
    "メール": "email",
    "メールアドレス": "email",
}

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 200_000
MAX_CELL = 1_000
MOST_MISTAKES = 200

# What a spreadsheet may take for a formula, also in full width and after blanks that it trims.
_RISKY = re.compile(r"'*[\s\u3000]*[=+\-@＝＋－＠]")
_EMAIL = re.compile(r"[^@\s]{1,200}@[^@\s]{1,200}")


def person_key(person: Person) -> tuple[str, str]:
    """Return what tells two people of the directory apart: name and organisation, whatever their width and spaces."""
    return _folded(person.name), _folded(person.organization)


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def read_people(data: bytes, *, file: str = "") -> tuple[Person, ...]:
    """Read people from a CSV file, or name every mistake with its line and column at once."""
    rows, mistakes = _rows(data, file)
    people = _Merged(mistakes, file)
    for row in rows:
        people.add(row)
    if not people.by_key and not mistakes:
        mistakes.append(
            Mistake(
                0,
                "",
                Text(
                    "人が1人も入っていません。2行目から1人ずつ入れてください。",
                    "No person in it. Add rows from line 2.",
                ),
                file,
            )
        )
    if mistakes:
        mistakes.sort(key=lambda mistake: mistake.line)
        raise BadInputError(mistakes[:MOST_MISTAKES])
    return tuple(_distinct(person) for person in people.by_key.values())


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    cells: Mapping[str, str]


def _rows(data: bytes, file: str) -> tuple[Iterable[_Row], list[Mistake]]:
    if len(data) > MAX_BYTES:
        raise _unreadable(file, "大きすぎます。20MB以内に分けてください。", "Too large. Keep it within 20 MB.")
    reader = csv.reader(io.StringIO(_decoded(data, file), newline=""), strict=True)
    mistakes: list[Mistake] = []
    rows: list[_Row] = []
    last = 0
    try:
        header = _header(next(reader, []), file)
        last = reader.line_num  # a quoted cell may hold line breaks, so a row may take several lines
        for cells in reader:
            line, last = last + 1, reader.line_num
            if len(rows) >= MAX_ROWS:
                raise _unreadable(
                    file,
                    f"{MAX_ROWS:,}行を超えています。ファイルを分けてください。",
                    f"More than {MAX_ROWS:,} rows. Split the file.",
                )
            if any(cell.strip() for cell in cells):
                named = _named(header, cells)
                problems = [*_row_problems(header, cells), *_cell_problems(named)]
                mistakes.extend(Mistake(line, name, text, file) for name, text in problems)
                if not problems:
                    rows.append(_Row(line, named))
    except csv.Error:
        raise BadInputError(
            [
                Mistake(
                    last + 1,
                    "",
                    Text(
                        'CSVとして読めません。" の閉じ忘れがないか確かめてください。',
                        'Not readable as CSV. Check for a " that is not closed.',
                    ),
                    file,
                )
            ]
        ) from None
    return rows, mistakes


def _unreadable(file: str, ja: str, en: str) -> BadInputError:
    return BadInputError([Mistake(0, "", Text(ja, en), file)])


def _decoded(data: bytes, file: str) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _unreadable(
        file,
        "文字コードが分かりません。UTF-8 か Shift_JIS（CP932）のCSVで保存し直してください。",
        "Unknown encoding. Save it as CSV in UTF-8 or Shift_JIS (CP932).",
    )


def _header(cells: list[str], file: str) -> list[str]:
    names = []
    for cell in cells:
        folded = _folded(cell)
        names.append(OTHER_NAMES.get(folded, folded))
    twice = [name for name in COLUMNS if names.count(name) > 1]
    if "name" in names and not twice:
        return names
    columns = ",".join(COLUMNS)
    if twice:
        text = Text(f"列 {twice[0]} が2つあります。1つにしてください。", f"Column {twice[0]} stands twice. Keep one.")
    else:
        text = Text(
            f"1行目に列の名前がありません。1行目を {columns} にしてください（name は必須）。",
            f"Line 1 does not name the columns. Make it {columns} (name is required).",
        )
    raise BadInputError([Mistake(1, "name" if not twice else twice[0], text, file)])


def _named(header: list[str], cells: list[str]) -> Mapping[str, str]:
    return {name: _unguarded(cell).strip() for name, cell in zip(header, cells, strict=False) if name in COLUMNS}


def _row_problems(header: list[str], cells: list[str]) -> Iterator[tuple[str, Text]]:
    if any(cell.strip() for cell in cells[len(header) :]):
        yield (
            "",
            Text(
                'この行は列が多すぎます。カンマを含む値は " で囲んでください。',
                'Too many columns in this line. Put values with a comma in ".',
            ),
        )


def _cell_problems(cells: Mapping[str, str]) -> Iterator[tuple[str, Text]]:
    for name, value in cells.items():
        if len(value) > MAX_CELL:
            yield name, Text(f"{MAX_CELL:,}文字以内にしてください。", f"Keep it within {MAX_CELL:,} characters.")
        elif not is_clean(value):
            yield name, Text("改行や制御文字を除いてください。", "Take out line breaks and control characters.")
        elif name == "email" and value and not _EMAIL.fullmatch(value):
            yield (
                name,
                Text(
                    "メールアドレスの形にしてください（例: taro@example.jp）。",
                    "Write it as an address (such as taro@example.jp).",
                ),
            )


@dataclass(slots=True)
class _Merged:
    """People by key, put together from their rows."""

    mistakes: list[Mistake]
    file: str
    by_key: dict[tuple[str, str], Person] = field(default_factory=dict)
    owners: dict[tuple[str, str], tuple[tuple[str, str], int]] = field(default_factory=dict)
    first_lines: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(self, row: _Row) -> None:
        if not row.cells.get("name"):
            self._wrong(row, "name", "名前を入れてください。", "Give the name.")
            return
        name, kana, romaji, organization, title = (row.cells.get(column, "") for column in PERSON_COLUMNS)
        given = Person(name=name, kana=kana, romaji=romaji, organization=organization, title=title)
        key = person_key(given)
        accounts = self._accounts(row, key)
        emails = tuple(email for email in [row.cells.get("email", "")] if email)
        known = self.by_key.get(key)
        if known is None:
            self.first_lines[key] = row.line
            self.by_key[key] = replace(given, accounts=accounts, emails=emails)
            return
        self.by_key[key] = replace(
            known,
            kana=self._agreed(row, "kana", known, given),
            romaji=self._agreed(row, "romaji", known, given),
            title=self._agreed(row, "title", known, given),
            accounts=known.accounts + accounts,
            emails=known.emails + emails,
        )

    def _accounts(self, row: _Row, key: tuple[str, str]) -> tuple[KnownAccount, ...]:
        platform, account_id = row.cells.get("platform", "").casefold(), row.cells.get("account_id", "")
        if not platform and not account_id:
            return ()
        if not platform:
            self._wrong(
                row, "platform", "サービス名を入れてください（例: chatwork）。", "Give the service (such as chatwork)."
            )
            return ()
        if not account_id:
            self._wrong(row, "account_id", "アカウントIDを入れてください。", "Give the account id.")
            return ()
        owner, line = self.owners.setdefault((platform, account_id), (key, row.line))
        if owner != key:
            self._wrong(
                row,
                "account_id",
                f"このアカウントは{line}行目の別の人に付いています。どちらの人のものか確かめてください。",
                f"This account belongs to another person in line {line}. Check whose it is.",
            )
            return ()
        return (KnownAccount(platform, account_id),)

    def _agreed(self, row: _Row, name: str, known: Person, given: Person) -> str:
        old, new = getattr(known, name), getattr(given, name)
        if old and new and old != new:
            line = self.first_lines[person_key(known)]
            self._wrong(
                row,
                name,
                f"同じ人の{line}行目と違います。どちらかに合わせてください。",
                f"Differs from line {line} of the same person. Make them agree.",
            )
        return str(old or new)

    def _wrong(self, row: _Row, name: str, ja: str, en: str) -> None:
        self.mistakes.append(Mistake(row.line, name, Text(ja, en), self.file))


def _distinct(person: Person) -> Person:
    return replace(person, accounts=tuple(dict.fromkeys(person.accounts)), emails=tuple(dict.fromkeys(person.emails)))


def write_people(people: Iterable[Person], encoding: Encoding = "utf-8") -> bytes:
    """Write people as CSV: UTF-8 with BOM (which Excel recognises) or CP932.

    A name that CP932 cannot write is refused by name rather than changed.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    mistakes: list[Mistake] = []
    line = 1
    for person in people:
        for row in _rows_of(person):
            line += 1
            if encoding == "cp932":
                mistakes.extend(_not_in_cp932(line, row))
            writer.writerow([_guarded(cell) for cell in row])
    if mistakes:
        raise BadInputError(mistakes[:MOST_MISTAKES])
    return out.getvalue().encode("cp932" if encoding == "cp932" else "utf-8-sig", "replace")


def _rows_of(person: Person) -> Iterator[list[str]]:
    about = [person.name, person.kana, person.romaji, person.organization, person.title]
    for index in range(max(1, len(person.accounts), len(person.emails))):
        account = person.accounts[index] if index < len(person.accounts) else KnownAccount("", "")
        email = person.emails[index] if index < len(person.emails) else ""
        yield [*about, account.platform, account.account_id, email]


def _not_in_cp932(line: int, row: list[str]) -> Iterator[Mistake]:
    for name, cell in zip(COLUMNS, row, strict=True):
        try:
            cell.encode("cp932")
        except UnicodeEncodeError as error:
            character = cell[error.start]
            yield Mistake(
                line,
                name,
                Text(
                    f"「{cell}」の「{character}」はCP932では書けません。UTF-8で書き出してください。",
                    f"CP932 cannot write “{character}” of “{cell}”. Export as UTF-8.",
                ),
            )


def _guarded(cell: str) -> str:
    return f"'{cell}" if _RISKY.match(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _RISKY.match(cell) else cell
