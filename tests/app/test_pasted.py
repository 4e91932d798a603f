import pytest
from hypothesis import given
from hypothesis import strategies as st

from honnin.app.pasted import speakers, turns_from

TYPED = "試験社長: お疲れさまです\n私: はい、どうされましたか\n試験社長：グループを作って\nもらえますか"


@pytest.mark.parametrize(
    ("pasted", "turns"),
    [
        (
            TYPED,
            [
                ("試験社長", "お疲れさまです"),
                ("私", "はい、どうされましたか"),
                ("試験社長", "グループを作って\nもらえますか"),
            ],
        ),
        (  # exported from LINE: date lines and tabs
            "[LINE] 試験社長とのトーク履歴\n\n2026/11/24(火)\n10:01\t試験社長\tいま社内ですか\n10:02\t私\tはい\n2026/11/25(水)\n9:00\t試験社長\thttps://example.test/",
            [("試験社長", "いま社内ですか"), ("私", "はい"), ("試験社長", "https://example.test/")],
        ),
        (  # copied from LINE on a computer
            "10:01 試験社長 いま社内ですか\n10:02 見本 はい います",
            [("試験社長", "いま社内ですか"), ("見本", "はい います")],
        ),
        (  # Slack or Teams: the name and the time stand above the words
            "Taro Shiken  10:01 AM\nAre you at the office?\nReply soon.\nHanako Mihon  10:02 AM\nYes",
            [("Taro Shiken", "Are you at the office?\nReply soon."), ("Hanako Mihon", "Yes")],
        ),
        (  # Chatwork: with the date
            "試験 太郎 2026年11月24日 10:01\nいま社内ですか\n見本 花子 2026年11月24日 10:02\nはい",
            [("試験 太郎", "いま社内ですか"), ("見本 花子", "はい")],
        ),
        (  # WhatsApp
            "[2026/11/24, 10:01:12] Taro: are you there?\n[2026/11/24, 10:02:00] Me: yes: what is it",
            [("Taro", "are you there?"), ("Me", "yes: what is it")],
        ),
    ],
)
def test_conversations_are_cut_as_they_are_pasted(pasted, turns):
    assert [(turn.who, turn.text) for turn in turns_from(pasted)] == turns


@pytest.mark.parametrize(
    "pasted",
    [
        "",
        "本日中に振込をお願いします。",
        "https://example.test/\nhttps://example.jp/",  # a colon, but no speaker
        "日時: 明日\n場所: 会議室",  # an invitation
        "10:00\n11:00",
    ],
)
def test_what_is_no_conversation_stays_whole(pasted):
    assert turns_from(pasted) == ()


def test_the_account_to_examine_is_marked_whatever_width():
    turns = turns_from("ＡＢＣ 太郎: やあ\n私: はい", "abc太郎")

    assert [turn.who for turn in turns] == ["sender", "私"]
    assert list(speakers(turns)) == ["sender", "私"]


@given(st.text() | st.text("a:\n\t 10：[]", max_size=200))
def test_any_text_is_cut_or_left_whole(pasted):
    turns = turns_from(pasted)

    assert not turns or len(turns) >= 2


def test_a_wall_of_colons_is_read_in_time():
    turns_from(":" * 1_000_000)
    turns_from("a:\n" * 100_000)
    turns_from(("a " * 30 + "\n") * 20_000)
