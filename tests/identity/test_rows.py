"""Rows from outside: tolerant of what is missing, clear about what is wrong."""

import pytest

from honnin.errors import BadInputError
from honnin.identity import account_from_claimed, person_from_dict
from honnin.model.event import Account, KnownAccount, Person


def test_a_full_row_is_read():
    claimed = {"display_name": "山田太郎", "org": "青葉商事", "title": "社長", "bio": "新しいアカウントです"}
    assert account_from_claimed(claimed) == Account(
        name="山田太郎", organization="青葉商事", title="社長", bio="新しいアカウントです"
    )
    person = {
        "pid": "p1",
        "name": "山田太郎",
        "family": "山田",
        "given": "太郎",
        "kana": "やまだ たろう",
        "org": "青葉商事",
    }
    person |= {"accounts": [{"platform": "slack", "account_id": 7}], "emails": ["taro@example.jp"]}
    assert person_from_dict(person) == Person(
        "山田 太郎",
        "やまだ たろう",
        organization="青葉商事",
        accounts=(KnownAccount("slack", "7"),),
        emails=("taro@example.jp",),
        id="p1",
    )


@pytest.mark.parametrize("row", [None, {}, {"display_name": None, "org": None, "unknown": [1]}])
def test_what_is_missing_is_empty(row):
    assert account_from_claimed(row) == Account()


@pytest.mark.parametrize(
    ("read", "row", "fields"),
    [
        (account_from_claimed, {"display_name": ["山田"], "org": {}}, ["claimed.display_name", "claimed.org"]),
        (account_from_claimed, "山田", ["claimed"]),
        (account_from_claimed, {"title": True}, ["claimed.title"]),
        (person_from_dict, {"name": 1.5}, ["person.name"]),
        (person_from_dict, {}, ["person.name"]),  # nobody to compare with
        (person_from_dict, None, ["person.name"]),
        (person_from_dict, {"name": "山田", "accounts": "U1"}, ["person.accounts"]),
        (person_from_dict, {"name": "山田", "accounts": [{"platform": []}]}, ["person.accounts[0].platform"]),
        (person_from_dict, {"name": "山田", "emails": [None]}, ["person.emails[0]"]),
    ],
)
def test_all_mistakes_are_named_at_once(read, row, fields):
    with pytest.raises(BadInputError) as caught:
        read(row)
    assert [mistake.field for mistake in caught.value.mistakes] == fields
    assert all(mistake.text.ja and mistake.text.en for mistake in caught.value.mistakes)
