import pytest
from hypothesis import given
from hypothesis import strategies as st

from honnin.language import Manner
from honnin.language.manner import LEAST_TEXTS, traits_of

FRIEND = ["了解、あとで見るね", "今日は外だよ、ごめん", "資料よかったよ、ありがと", "来週どうする？昼でいい？"]
CLERK = [
    "お世話になっております。見積書をお送りします。",
    "承知しました。明日の午前に伺います。",
    "会議室は三階に変わりました。",
    "資料を差し替えました。ご確認ください。",
]
CASUAL = ["hey, can't make it today", "i'll bring the samples", "that's fine by me", "don't worry, it's done"]


def usual(texts):
    manner = Manner()
    for text in texts:
        manner = manner.with_text(text)
    return manner


@pytest.mark.parametrize(
    ("texts", "now", "broken"),
    [
        (FRIEND, "お手数ですが、本日中に下記へお手続きをお願いいたします。", True),
        (FRIEND, "ごめん、急ぎで振込たのめる？", False),  # the same voice, whatever it asks
        (CLERK, "急ぎで振込たのむ", True),  # a clerk who drops all manners
        (CLERK, "お忙しいところ恐れ入ります。本日中にお振込みください。", False),
        (CLERK, "Please make the payment to the new account today.", True),  # another language
        (CASUAL, "Dear partner. Kindly make the payment. I am waiting for your confirmation.", True),
        (CASUAL, "hey, can't find the invoice, it's not in my inbox", False),
        (FRIEND[:3], "お手数ですが、本日中に下記へお手続きをお願いいたします。", False),  # too few texts for a habit
        (FRIEND, "はい", False),  # too short to tell
        ([], "お手数ですが、お願いいたします。", False),
    ],
)
def test_a_break_needs_several_habits(texts, now, broken):
    assert usual(texts).broken_by(now) is broken


def test_people_who_write_both_ways_have_no_habit_to_break():
    mixed = usual([*FRIEND[:2], *CLERK[:2]])
    assert not mixed.broken_by("急ぎで振込たのむ")
    assert not mixed.broken_by("お忙しいところ恐れ入ります。")


@given(st.lists(st.text(max_size=80), max_size=12), st.text(max_size=200))
def test_any_text_can_be_counted(texts, now):
    manner = usual(texts)
    assert manner.texts == sum(bool(traits_of(text)) for text in texts)
    if manner.texts < LEAST_TEXTS:
        assert not manner.broken_by(now)
