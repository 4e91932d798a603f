"""Every disguise leaves a message readable for people, is repeatable, and leaves alone what has to work."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from honnin.learning.evasion import OPERATORS, table
from honnin.model import Event, Turn
from honnin.text import normalise, plain

LINK = "https://pay.example.invalid/account"
EVENTS = {
    "ja": Event(
        "ja",
        subject="【重要】口座の確認のお願い",
        text=f"いつもご利用いただきありがとうございます。口座の利用を一時停止しました。\n下記のリンクをクリックして、本日中にパスワードを変更してください。\n{LINK}\n至急お願いします。Support Team",
    ),
    "en": Event(
        "en",
        subject="Your account needs attention",
        text=f"Dear customer, please confirm your password immediately.\nClick the link below to verify your account: {LINK}\nThank you, the support team",
    ),
}
BY_NAME = {operator.name: operator for operator in OPERATORS}
EACH = [(operator, lang) for operator in OPERATORS for lang in operator.langs]


@pytest.mark.parametrize(("operator", "lang"), EACH, ids=lambda one: getattr(one, "name", one))
class TestEveryOperator:
    def test_changes_the_message_and_always_in_the_same_way(self, operator, lang):
        changed = operator.apply(EVENTS[lang], lang)
        assert changed != EVENTS[lang]
        assert changed == operator.apply(EVENTS[lang], lang)

    def test_leaves_links_as_they_are(self, operator, lang):
        changed = operator.apply(EVENTS[lang], lang)
        if operator.name == "picture instead of link":
            assert LINK not in changed.text
        else:
            assert LINK in changed.text.replace("\n> > ", "")

    def test_leaves_an_empty_message_alone(self, operator, lang):
        empty = Event("e")
        assert operator.apply(empty, lang) is empty

    def test_reaches_every_turn_of_a_conversation(self, operator, lang):
        talk = Event("t", turns=(Turn(EVENTS[lang].text, "sender"), Turn(EVENTS[lang].text, "sender")))
        changed = operator.apply(talk, lang)
        assert [turn.who for turn in changed.turns] == ["sender", "sender"]
        assert all(turn.text != EVENTS[lang].text for turn in changed.turns)


@pytest.mark.parametrize("name", ["paraphrase_ja.tsv", "paraphrase_en.tsv"])
def test_the_tables_of_other_wordings_are_large_and_change_something(name):
    wordings = table(name)
    assert len(wordings) >= 150
    assert [word for word, others in wordings.items() if word in others or "" in others] == []


@pytest.mark.parametrize(
    ("name", "lang"),
    [
        ("split: zero width", "ja"),
        ("split: zero width", "en"),
        ("homoglyphs: old kanji", "ja"),
        ("homoglyphs: simplified kanji", "ja"),
        ("homoglyphs: radicals", "ja"),
        ("homoglyphs: full and half width", "ja"),
        ("homoglyphs: mathematical", "en"),
        ("quoting: marks", "ja"),
        ("quoting: bars", "en"),
    ],
)
def test_what_reading_undoes_is_undone(name, lang):
    plainly = plain(normalise(EVENTS[lang].text)).text.replace("\n", "")
    disguised = BY_NAME[name].apply(EVENTS[lang], lang).text
    assert plain(normalise(disguised)).text.replace("\n", "").replace(" ", "") == plainly.replace(" ", "")


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=80))
def test_any_text_can_be_disguised(text):
    for operator, lang in EACH:
        operator.apply(Event("any", text=text), lang)
