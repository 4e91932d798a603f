"""Whatever comes in: never an exception, always a share of one, and width or space change nothing."""

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from honnin.identity import Directory, compare, introductions, match
from honnin.model.event import Account, Person

ANY = st.text(st.characters(codec=None), max_size=60)  # lone surrogates and NUL included
PIECES = st.lists(
    st.sampled_from(
        [
            "山田",
            "太郎",
            "社長",
            "代表取締役",
            "【",
            "】",
            "(",
            ")",
            "の",
            "様",
            "株式会社",
            "青葉",
            "Taro",
            "Yamada",
            "CEO",
            "Jr",
            "秘書",
            "・",
            "@",
            "|",
            "公式",
            "2",
            "\u200b",
            "ﾔﾏﾀﾞ",
            "-",
            ",",
            "'s",
            "Dr.",
        ]
    ),
    max_size=12,
).map("".join)
NAMES = st.one_of(ANY, PIECES)
ACCOUNTS = st.builds(
    Account, name=NAMES, organization=NAMES, title=NAMES, bio=ANY, email=ANY, platform=ANY, account_id=ANY
)
PEOPLE = st.builds(Person, name=NAMES, kana=ANY, romaji=ANY, organization=NAMES, title=NAMES)

WRITTEN = st.sampled_from(
    ["山田太郎", "ヤマダ太郎", "Taro Yamada", "山田 太郎 社長", "山本次郎", "Yamada", "青葉商事 山田"]
)
TARO = Person("山田 太郎", "やまだ たろう", "Taro Yamada", "株式会社青葉商事", "社長")


@given(ACCOUNTS, PEOPLE)
def test_any_claim_gets_a_share_of_one(account, person):
    found = compare(account, person)
    assert 0 <= found.score <= 1
    assert found == compare(account, person)


@given(ACCOUNTS, st.lists(PEOPLE, max_size=4), st.lists(ANY, max_size=3))
def test_any_account_is_matched_or_not(account, people, claims):
    found = match(account, Directory(people), claims=claims)
    assert found is None or found.person in people


@given(st.one_of(ANY, PIECES))
def test_any_text_is_heard(text):
    for one in introductions(text):
        assert 0 <= one.start < one.end <= len(text)
        assert one.name or one.role


@given(WRITTEN, st.sampled_from(["wide", "space", "zero width", "stars", "compose"]))
def test_width_space_and_ornament_change_nothing(name, way):
    written = {
        "wide": "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name),
        "space": f"\u3000{name.replace(' ', chr(0x3000))} ",
        "zero width": "\u200b".join(name),
        "stars": f"★{name}★",
        "compose": unicodedata.normalize("NFD", name),
    }[way]
    assert compare(Account(name=written), TARO).score == pytest.approx(compare(Account(name=name), TARO).score)


@given(st.sampled_from(["社長 {}", "{}様", "【公式】{}", "{}(新アカウント)", "{}@株式会社青葉商事", "Mr. {}"]), WRITTEN)
@settings(max_examples=30)
def test_words_around_a_full_name_never_hide_it(around, name):
    full = compare(Account(name=name), TARO)
    dressed = compare(Account(name=around.format(name)), TARO)
    assert dressed.score >= min(full.score, 0.85) - 1e-9


@pytest.mark.parametrize(
    "name",
    [
        "山" * 1_000_000,
        "a " * 500_000,
        "(" * 100_000,
        "の" * 100_000,
        "山田 " * 100_000,
        "A.B." * 100_000,
        "\ud800" * 9,
        "\0",
    ],
)
def test_a_hostile_name_costs_little(name):
    account = Account(name=name, organization=name, title=name, bio=name)
    start = time.perf_counter()
    compare(account, TARO)
    compare(Account(name="山田太郎"), Person(name, name, name, name, name))
    introductions(name)
    assert time.perf_counter() - start < 3
