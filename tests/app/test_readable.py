"""Conversations as people read them."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honnin.app.readable import make_readable, turns_of
from honnin.evidence.document import Turn
from honnin.evidence.item import Item, Kind, Method

TALK = [
    {"sender": {"name": "三田村 一郎"}, "subject": "至急", "text": "在社していますか。", "sent_at": "2026-11-24T03:00:00+00:00"},
    {"sender": {"name": "三田村 一郎"}, "turns": [
        {"who": "sender", "text": "振込をお願いします。", "sent_at": "2026-11-24T03:05:00+00:00"},
        {"who": "経理", "text": "確認します。", "sent_at": ""},
    ]},
]  # fmt: skip


def test_turns_are_read_in_their_order():
    assert turns_of(json.dumps(TALK).encode()) == [
        Turn("三田村 一郎", "至急\n在社していますか。", "2026-11-24 12:00:00", is_theirs=True),
        Turn("三田村 一郎", "振込をお願いします。", "2026-11-24 12:05:00", is_theirs=True),
        Turn("経理", "確認します。", "", is_theirs=False),
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda part: (
        st.lists(part, max_size=3)
        | st.dictionaries(
            st.sampled_from(["turns", "text", "who", "sender", "name", "sent_at", "subject"]), part, max_size=4
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_whatever_a_service_sends_gets_an_answer(value):
    assert all(isinstance(turn.text, str) and turn.text for turn in turns_of(json.dumps(value).encode()))


@pytest.mark.parametrize("content", [b"", b"\xff", b"[" * 100_000, b"3", b"null"])
def test_what_is_no_conversation_has_no_turns(content):
    assert turns_of(content) == []


class OneFolder:
    """A locker with one folder, which remembers what was rendered."""

    def __init__(self, *items):
        self.kept, self.rendered, self.store = list(items), [], self

    def items(self, _folder):
        return tuple(item for item, _ in self.kept)

    def content(self, digest):
        return next((content for item, content in self.kept if item.sha256 == digest), None)

    def render(self, item_id, title, turns, *, by):
        self.rendered.append((item_id, title, len(turns), by))


def item(number, kind=Kind.CONVERSATION, method=Method.API, parent=""):
    at = datetime(2026, 11, 24, tzinfo=UTC)
    return Item(f"it-{number}", "case/1", kind, method, f"{number:064}", 1, at, "hana", parent=parent)


def test_each_conversation_gets_one_copy():
    talk = json.dumps(TALK).encode()
    locker = OneFolder(
        (item(1), talk),
        (item(2), talk),
        (item(3, Kind.RENDERING, Method.DERIVED, parent=item(2).sha256), b"%PDF"),  # it has one already
        (item(4, Kind.SCREENSHOT), talk),
        (item(5), b"not a conversation"),
    )
    assert make_readable(locker, "case/1", by="hana") == 1
    assert locker.rendered == [("it-1", "", 3, "hana")]
