"""Each part of a text is read in its own language; words that are only repeated ask nothing of the reader."""

import pytest

from honnin.language import Reader
from honnin.language.passages import passages
from honnin.text import normalise

READER = Reader()


def acts(text):
    return {one.kind for one in READER.read(normalise(text)).acts}


@pytest.mark.parametrize(
    ("text", "langs"),
    [
        ("See you tomorrow.", ["en"]),
        ("明日の会議は三時からです。", ["ja"]),
        ("明日の会議は三時からです。\nMicrosoft Teams\nhttps://www.example.co.jp/a", ["ja"]),  # names are no English
        (
            "明日の会議は三時からです。\nThe meeting starts at three, please be on time.\n受付でお待ちします。",
            ["ja", "en", "ja"],
        ),
        ("Please confirm your パスワード on this page before you leave today", ["en"]),
        ("", ["en"]),
    ],
)
def test_passages(text, langs):
    parts = passages(text)
    assert [part.lang for part in parts] == langs
    assert "".join(text[part.start : part.end] for part in parts) == text


class TestOtherLanguageAround:
    @pytest.mark.parametrize(
        "text",
        [
            "庭の苗木がようやく背丈ほどに育ちました。水やりは朝のうちにどうぞ。\n\nPlease send me the six-digit verification code you receive.",
            "The saplings have reached shoulder height, so water them early in the day.\n\n届いた認証コードの番号を教えてください。",
        ],
    )
    def test_the_request_is_still_read(self, text):
        assert "ask_code" in acts(text)


REQUEST = {"ja": "届いた認証コードの番号を教えてください。", "en": "Please send me the verification code you receive."}


class TestRepeatedWords:
    @pytest.mark.parametrize(
        "text",
        [
            "こんなメールが来ました。詐欺でしょうか?\n> {ja}",
            "Got this in my inbox, looks like a scam to me, is it?\n> {en}",
            "次のような文面は詐欺です。返信しないでください。\n----- 転送メッセージ -----\n{ja}",
            "「{ja}」というメールが出回っています。",
            'A caller said: "{en}" and hung up.',
        ],
    )
    def test_inside_a_warning_or_a_question_they_ask_nothing(self, text):
        assert "ask_code" not in acts(text.format(**REQUEST))

    @pytest.mark.parametrize(
        "text",
        [
            "> {ja}",
            "| Good morning\n| {en}",
            "「{ja}」",
            '"{en}"',
            "On Monday Mika wrote:\n> {en}",
            "---------- Forwarded message ----------\n{en}",
            "下の件、お願いできますか?\n> {ja}",  # passed on, but believed
        ],
    )
    def test_a_quoted_request_is_a_request_all_the_same(self, text):
        assert "ask_code" in acts(text.format(**REQUEST))
