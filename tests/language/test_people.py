import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from honnin.language.people import LONGEST, People

PEOPLE = People()


def names(text):
    return [text[start:end] for start, end in PEOPLE.find(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("経理の佐久間さんに伝えてください。", ["佐久間"]),
        ("田中太郎と三田村 一郎が行きます。", ["田中太郎", "三田村 一郎"]),  # family and given name are one
        ("佐久間、三田村の二人です。", ["佐久間", "三田村"]),
        ("Please ask Maria Nyarkotest about it.", ["Maria Nyarkotest"]),  # the family name is in no dictionary
        ("千葉の本社へ行きます。", []),  # a place
        ("テスト銀行の件です。", []),
        ("LINEでグループを作ってください。", []),
        ("", []),
    ],
)
def test_names_are_found(text, expected):
    assert names(text) == expected


def test_a_long_text_is_read_so_far():
    assert names("あ" * LONGEST + "佐久間さん") == []


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=100))
def test_places_are_in_order_and_apart(text):
    last = 0
    for start, end in PEOPLE.find(text):
        assert last <= start < end <= len(text)
        last = end
