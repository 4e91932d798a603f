"""No cell that we write is run by the spreadsheet that opens it."""

from hypothesis import given
from hypothesis import strategies as st

from honnin.text import plain_cell


@given(st.text(max_size=20))
def test_no_cell_is_a_formula(text):
    cell = plain_cell(text)
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠", "|"))
    assert cell.removeprefix("'") == text.replace("\x00", "") or cell == text.replace("\x00", "")


@given(
    st.text(" \u3000\t\r\n", min_size=1, max_size=5).filter(lambda blank: blank.strip(" \u3000")), st.text(max_size=5)
)
def test_a_break_before_the_words_is_held_back_too(blank, words):
    assert plain_cell(blank + words).startswith("'")
