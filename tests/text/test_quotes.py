"""Marks before quoted lines are left out, and what is quoted from somebody else is told apart from what the sender says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honnin.text import normalise


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("> Please pay\n> today", "Please pay\ntoday"),
        (">> Please pay\n>> today", "Please pay\ntoday"),
        ("> > 至急お支払いください", "至急お支払いください"),
        ("＞ 至急お支払いください", "至急お支払いください"),  # full width
        ("| Please pay\n| today", "Please pay\ntoday"),
        ("| Please pay today", "| Please pay today"),  # one bar alone is no habit of a mail program
        ("| item | price |\n| ink | 20 |", "| item | price |\n| ink | 20 |"),  # a table
        (">_< sorry, late again", ">_< sorry, late again"),
        ("-> next page", "-> next page"),
        ("3 > 2", "3 > 2"),
    ],
)
def test_marks_are_left_out(written, read):
    assert normalise(written).text == read


def test_quotes_lead_back_to_the_original():
    found = normalise("> お振 込をお願いします")
    assert found.text == "お振込をお願いします"
    assert found.quote(0, 3) == "お振 込"


def test_lines_quoted_inside_a_message_are_somebody_else_s():
    found = normalise("Is this real?\n> Please pay today\nMika")
    assert [found.original[start:end] for start, end in found.quoted] == ["Please pay today"]
    assert [found.text[slice(*found.place(start, end))] for start, end in found.quoted] == ["Please pay today"]


def test_a_message_of_quoted_lines_alone_quotes_nobody():
    assert normalise("> Please pay today\n\n> Boss").quoted == ()


@given(st.text(alphabet="> |\nab振込\u200b"))
def test_quoted_places_lie_in_the_original(text):
    found = normalise(text)
    for start, end in found.quoted:
        assert 0 <= start < end <= len(text)
        first, last = found.place(start, end)
        assert 0 <= first <= last <= len(found.text)
