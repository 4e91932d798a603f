import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from honnin.app import history
from honnin.app.history import import_history
from honnin.app.screen import EVERYONE
from honnin.errors import BadInputError
from honnin.store import Database, SqlConversationStore, SqlRelationshipStore

NOW = datetime(2026, 11, 24, tzinfo=UTC)
FIRST = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
HEADER = "platform,account,other,sent_at\n"


@pytest.fixture
def stores(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/h.db")
    database.migrate()
    yield SqlRelationshipStore(database), SqlConversationStore(database)
    database.close()


def run(stores, data, source="file"):
    data = data if isinstance(data, bytes) else data.encode()
    return import_history(io.BytesIO(data).read, source=source, relationships=stores[0], marks=stores[1], now=NOW)


def rows(count, start=0):
    return "".join(f"chatwork,1,2,{(FIRST + timedelta(days=n)).isoformat()}\n" for n in range(start, start + count))


def test_csv_and_jsonl_give_the_same_relationships(stores):
    as_json = "".join(
        json.dumps(dict(zip(HEADER.strip().split(","), row.split(","), strict=True))) + "\n"
        for row in rows(3).splitlines()
    ).replace('"1"', '"7"')
    assert run(stores, HEADER + rows(3)).messages == 3
    assert run(stores, as_json, "other file").messages == 3
    for account in ("chatwork:1", "chatwork:7"):
        for other in ("chatwork:2", EVERYONE):
            known = stores[0].get(account, other)
            assert (known.first_seen, known.messages) == (FIRST, 3)


def test_the_same_file_again_counts_nothing_twice(stores):
    run(stores, HEADER + rows(3))
    again = run(stores, HEADER + rows(3))
    assert (again.messages, again.skipped) == (0, 3)
    assert stores[0].get("chatwork:1", "chatwork:2").messages == 3


def test_a_file_that_has_grown_gives_what_is_new(stores):
    run(stores, HEADER + rows(3))
    assert run(stores, HEADER + rows(5)).messages == 2
    assert stores[0].get("chatwork:1", "chatwork:2").messages == 5


def test_another_file_that_begins_alike_is_another_file(stores):
    run(stores, HEADER + rows(3))
    assert run(stores, HEADER + rows(3), "another").messages == 3


def test_a_stopped_import_goes_on_behind_the_last_batch(stores, monkeypatch):
    monkeypatch.setattr(history, "BATCH", 4)
    data = (HEADER + rows(10)).encode()

    class Unplugged(io.BytesIO):
        def read(self, _size=-1):
            if self.tell():
                raise OSError("unplugged")
            return super().read(len((HEADER + rows(5)).encode()) + 20)

    with pytest.raises(OSError, match="unplugged"):
        import_history(Unplugged(data).read, source="file", relationships=stores[0], marks=stores[1], now=NOW)
    kept = stores[0].get("chatwork:1", "chatwork:2").messages
    assert 0 < kept < 10
    report = run(stores, data)
    assert (report.messages, report.skipped) == (10 - kept, kept)
    assert stores[0].get("chatwork:1", "chatwork:2").messages == 10


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("chatwork,1,2,yesterday", "sent_at"),
        ("chatwork,,2,2026-01-05", "account"),
        ("chatwork,1", "other"),
    ],
)
def test_a_wrong_row_is_named_and_the_rest_is_counted(stores, row, field):
    report = run(stores, f"{HEADER}{row}\n{rows(2)}")
    assert (report.messages, report.wrong) == (2, 1)
    assert (report.mistakes[0].line, report.mistakes[0].field) == (2, field)


def test_blank_lines_are_passed_over(stores):
    report = run(stores, f"{HEADER}\n{rows(2)}\n")
    assert (report.messages, report.wrong) == (2, 0)


@pytest.mark.parametrize(
    "row",
    [b"\xff\xfe", b'{"platform": 1}', b"{", b"[]", b"x" * 2_000_000, b"{" * 50_000],
    ids=lambda row: str(row[:12]),
)
def test_rows_that_cannot_be_read_are_named(stores, row):
    good = b'{"platform": "p", "account": "a", "other": "b", "sent_at": "2026-01-05T09:00:00Z"}\n'
    report = run(stores, good + row + b"\n" + good)
    assert (report.messages, report.wrong, report.mistakes[0].line) == (2, 1, 2)


def test_a_file_without_the_columns_is_refused(stores):
    with pytest.raises(BadInputError) as refused:
        run(stores, "a,b,c\n1,2,3\n")
    assert refused.value.mistakes[0].line == 1


def test_an_empty_file_is_nothing(stores):
    assert run(stores, b"").messages == 0
