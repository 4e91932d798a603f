import io
import json

import pytest

from honnin.app.jsonl import screen_lines
from honnin.model import Event, Level, Stage, Verdict

OK = {"id": "ok", "text": "昨日の資料、ありがとうございました。"}


def seen(event: Event) -> Verdict:
    """The verdict of somebody who sees nothing; what is tested here is what comes in and goes out."""
    return Verdict(event.id, Level.OK, 0.1, Stage.NONE, None, (), None, (), (), "test@1")


def answers(data: bytes, screen=seen, **options):
    found = list(screen_lines(io.BytesIO(data).read, screen, **options))
    return [(json.loads(answer.line), answer.failed) for answer in found]


def line(row) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


@pytest.mark.parametrize(
    ("bad", "event_id", "field"),
    [
        (b"not json\n", None, ""),
        (b'{"id": "x", "text": "a"\n', "x", ""),  # never closed
        (b'{"id": "x", "text": 3}\n', "x", "text"),
        (b'{"id": "x", "text": null}\n', "x", "text"),
        (b'{"id": null, "text": "a"}\n', None, "id"),
        (b'{"id": 7, "text": "a"}\n', None, "id"),
        (b'{"text": "a"}\n', None, "id"),
        (b'{"id": "x"}\n', "x", "text"),
        (b'{"id": "x", "turns": {}}\n', "x", "turns"),
        (b'{"id": "x", "turns": [1]}\n', "x", "turns[0]"),
        (b'{"id": "x", "turns": [{"text": []}]}\n', "x", "turns[0].text"),
        (b'{"id": "x", "text": "a", "sender": "me"}\n', "x", "sender"),
        (b'{"id": "x", "text": "a", "sent_at": "yesterday"}\n', "x", "sent_at"),
        (b'{"id": "x", "text": "a", "relationship": {"messages": -1}}\n', "x", "relationship.messages"),
        (b'{"id": "x", "text": "a", "relationship": {"messages": NaN}}\n', "x", "relationship.messages"),
        (b'{"id": "x", "text": "a", "relationship": {"messages": 1e400}}\n', "x", "relationship.messages"),
        (b'{"id": "x", "text": "a", "relationship": {"messages": ' + b"9" * 5000 + b"}}\n", "x", ""),  # 5,000 digits
        (b'{"id": "x", "text": "\xff\xfe"}\n', "x", ""),  # no UTF-8
        (b"\x00\x00\x00\n", None, ""),
        (b'{"id": "x", "text": "a\x00b"}\n', "x", ""),  # a raw NUL
        (b'{"id": "x", "text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n", "x", ""),
        (b"[" * 100_000 + b"\n", None, ""),
        (b"[]\n", None, ""),
        (b'"text"\n', None, ""),
        (b"null\n", None, ""),
        (b'{"id": "x", "text": "' + b"a" * 33 * 1024 * 1024 + b'"}\n', "x", ""),
    ],
    ids=lambda value: value[:40] if isinstance(value, bytes) else None,
)
def test_a_bad_line_is_named_and_the_rest_is_screened(bad, event_id, field):
    found = answers(line(OK) + bad + line(OK | {"id": "after"}))
    assert [failed for _, failed in found] == [False, True, False]
    assert [row["id"] for row, _ in found] == ["ok", event_id, "after"]
    error = found[1][0]["error"]
    assert (error["line"], error["field"]) == (2, field)
    assert error["ja"].endswith("。")
    assert error["en"].endswith(".")


@pytest.mark.parametrize(
    "good",
    [
        line(OK),
        b"\xef\xbb\xbf" + line(OK),  # a byte order mark
        line(OK).replace(b"\n", b"\r\n"),
        line(OK)[:-1],  # the last line without its end
        b"\n  \n" + line(OK) + b"\n",  # blank lines
        line(OK | {"unknown": [None, {}], "kind": "product_template", "channel": "announcement", "sender": None}),
        line(OK | {"text": "a\u0000b"}),
        b'{"id": "ok", "text": "\\ud800 half"}\n',
        line(OK | {"text": ""}),
    ],
)
def test_what_can_be_read_is_screened(good):
    assert [(row["id"], failed) for row, failed in answers(good)] == [("ok", False)]


def test_all_mistakes_of_a_line_are_named():
    ((row, _),) = answers(b'{"id": "x", "text": 1, "subject": 2, "sent_at": "?"}\n')
    fields = [row["error"]["field"], *(other["field"] for other in row["error"]["others"])]
    assert fields == ["sent_at", "subject", "text"] or set(fields) == {"sent_at", "subject", "text"}


def test_outsiders_do_not_see_how_we_know():
    ((row, _),) = answers(line(OK), public=True)
    assert not {"score", "pack"} & row.keys()


@pytest.mark.parametrize("error", [ValueError, KeyError, RecursionError, MemoryError])
def test_a_line_that_breaks_us_does_not_keep_the_others_from_being_screened(error):
    def screen(event):
        if event.id == "evil":
            raise error
        return seen(event)

    found = answers(line(OK | {"id": "evil"}) + line(OK), screen)
    assert [(row["id"], failed) for row, failed in found] == [("evil", True), ("ok", False)]
    assert found[0][0]["error"]["line"] == 1
