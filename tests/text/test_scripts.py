"""Which language a text is in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honnin.text import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("明日の会議について", "ja"),
        ("Zoom で meeting しましょう。Please join.", "ja"),  # kana decide
        ("請求書 添付", "ja"),  # kanji alone
        ("ﾌﾘｺﾐ", "ja"),
        ("Your parcel is waiting. " * 20 + "東京", "en"),  # an English text that names a place
        ("Please see the price list of カ in our shop, where everything you may need is waiting for you.", "en"),
        ("ｐａｓｓｗｏｒｄ", "en"),
        ("12:30 👍", ""),
        ("", ""),
        ("Привет", ""),
    ],
)
def test_language_of(text, language):
    assert language_of(text) == language


def test_only_the_beginning_is_looked_at():
    assert language_of("a" * 2_000 + "あ" * 10_000) == "en"


@given(st.text())
def test_any_text_has_an_answer(text):
    assert language_of(text) in {"ja", "en", ""}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (
            "Dear お客様, please confirm your パスワード and クレジットカード on this ページ today",
            "en",
        ),  # words mixed in
        ("本メールは Microsoft Office Professional Plus の更新についてのお知らせです", "ja"),
    ],
)
def test_a_few_words_of_another_language_change_nothing(text, language):
    assert language_of(text) == language
