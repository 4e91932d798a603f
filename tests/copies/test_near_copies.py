"""What is known again, and what never is."""

import pytest
from tests.copies.scripts import COPIES, ORDINARY, SCRIPTS

from honnin.copies import Fingerprint, Known, Memory, fingerprint, mask
from honnin.copies.shingles import shingles
from honnin.text import normalise

STABLE_JA = (41, "482a14e58c9b1110be6b1f52", (168_561_643, 288_263_886, 348_642_718))
STABLE_EN = (61, "6be2dfbfdf28b5a7d86395fd", (31_082_666, 56_898_613, 74_700_351))


def printed(*texts, names=()):
    return fingerprint([normalise(text).text for text in texts], names)


@pytest.fixture(scope="module")
def memory():
    return Memory(Known(name, printed(text)) for name, text in SCRIPTS.items())


def found(memory, *texts, names=()):
    """The first thing that is met while the texts are read in turn."""
    search = memory.search(names)
    return next((match for text in texts if (match := search.read(normalise(text).text))), None)


@pytest.mark.parametrize(("script", "copy", "change"), COPIES, ids=[f"{name}: {change}" for name, _, change in COPIES])
def test_a_changed_copy_is_known_again(memory, script, copy, change):
    match = found(memory, copy)
    assert match is not None, change
    assert match.id == script
    assert match.share >= 0.45


@pytest.mark.parametrize(("script", "text"), SCRIPTS.items())
def test_the_text_itself_is_met_in_full(memory, script, text):
    match = found(memory, text)
    assert (match.id, match.share) == (script, 1.0)


@pytest.mark.parametrize("script", ["gift", "president"])
def test_another_language_around_it_changes_nothing(memory, script):
    japanese = "先週の打合せの記録を送ります。次回は来月の第一週を予定していますので、ご都合をお知らせください。" * 8
    english = "Here are the minutes of last week. We plan to meet again in the first week of next month. " * 8
    for around in (japanese, english):
        match = found(memory, f"{around}\n{SCRIPTS[script]}\n{around}")
        assert match is not None
        assert match.id == script


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_messages_in_the_same_words_are_not(memory, text):
    assert found(memory, text) is None


def test_all_ordinary_messages_together_are_not(memory):
    """A long text holds many phrases; they must stand together to count."""
    assert found(memory, *ORDINARY) is None
    assert found(memory, "\n".join(ORDINARY * 20)) is None


def test_phrases_far_apart_are_nothing_met_again(memory):
    pieces = [SCRIPTS["president"][at : at + 12] for at in range(0, len(SCRIPTS["president"]), 12)]
    filler = "昨日の会議で決まったことを順番に書いておきますので、時間のあるときに目を通しておいてもらえると助かります"
    scattered = "。".join(f"{piece}。{filler[at:]}{filler[:at]}{filler}" for at, piece in enumerate(pieces))
    assert found(memory, scattered) is None


def test_a_script_told_over_several_messages_is_known(memory):
    sentences = [sentence + "。" for sentence in SCRIPTS["president"].split("。") if sentence]
    with_small_talk = [part for sentence in sentences for part in (sentence, "今日は寒いですね")]
    match = found(memory, *with_small_talk)
    assert match is not None
    assert match.id == "president"


def test_a_conversation_is_remembered_as_a_whole():
    turns = [
        "今、社内にいますか。",
        "急ぎで頼みたいことがあります。",
        "業務用のグループを作成してください。",
        "できたら参加用のコードを返信してください。",
    ]
    talk = Memory([Known("talk", printed(*turns))])
    assert found(talk, *turns).id == "talk"
    assert found(talk, *[turn.replace("コード", "ＱＲコード") for turn in turns]).id == "talk"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "今、社内にいますか。",
        "https://example.invalid/ 090-0000-1234 12,000",
        "Are you at your desk? I need a quick favour.",
        "至急",
        "\u200b\u202e\ufeff",
    ],
)
def test_what_is_too_short_has_no_fingerprint(text):
    assert printed(text) is None


def test_names_that_are_known_leave_no_trace():
    text = "木下花子に代わってご連絡します。来月分のお支払いは新しい口座へお願いいたします。詳しくは木下花子までお尋ねください。"
    other = text.replace("木下花子", "栗原次郎")
    assert printed(text, names=("木下花子",)) == printed(other, names=("栗原次郎",))
    assert printed(text) != printed(other)


class TestFingerprint:
    def test_is_the_same_on_every_machine(self):
        """The numbers written here were made once; they must never change, or shared fingerprints would be lost."""
        made = printed(SCRIPTS["sms"])
        assert made.groups == len(made.sketch)
        assert (made.groups, made.id, made.sketch[:3]) == STABLE_JA
        made = printed(SCRIPTS["gift"])
        assert (made.groups, made.id, made.sketch[:3]) == STABLE_EN

    @pytest.mark.parametrize("text", SCRIPTS.values())
    def test_reads_back_what_it_wrote(self, text):
        made = printed(text)
        assert Fingerprint.read(made.groups, made.written()) == made

    @pytest.mark.parametrize(
        ("groups", "change", "field"),
        [
            (19, lambda text: text, "groups"),  # too short to say anything
            (40_001, lambda text: text, "groups"),  # longer than anything we read
            (None, lambda text: text[:-8], "sketch"),  # cut
            (None, lambda text: text[8:] + text[:8], "sketch"),  # not ascending
            (None, lambda text: text[:8] * (len(text) // 8), "sketch"),  # the same number again and again
            (None, lambda text: "!" + text[1:], "sketch"),  # not base64
            (None, lambda text: text + "\n", "sketch"),
            (None, lambda text: "表" + text, "sketch"),
            (None, lambda _: "", "sketch"),
        ],
    )
    def test_refuses_what_no_text_can_have_made(self, groups, change, field):
        made = printed(SCRIPTS["president"])
        with pytest.raises(ValueError, match=field) as refused:
            Fingerprint.read(made.groups if groups is None else groups, change(made.written()))
        assert refused.value.field == field


class TestMemory:
    def test_an_empty_one_knows_nothing(self):
        assert len(Memory()) == 0
        assert found(Memory(), SCRIPTS["president"]) is None

    def test_the_same_id_again_is_kept_once(self):
        one = Known("a", printed(SCRIPTS["president"]))
        assert len(Memory([one, one])) == 1

    def test_a_campaign_of_thousands_is_still_known(self):
        """One number leads to a few fingerprints only; the others must not hide the one that is met."""
        filler = [f"{first}{second}の件" for first in "亜伊宇江尾可記久毛子" for second in "佐志須瀬曽太知津手戸"]
        campaign = [
            Known(
                f"c{at:05}", printed(SCRIPTS["president"] + "".join(filler[at % 97 : at % 97 + 4]) + filler[at // 97])
            )
            for at in range(3_000)
        ]
        memory = Memory([*campaign, Known("bank", printed(SCRIPTS["bank"]))])
        assert found(memory, SCRIPTS["president"]).share == pytest.approx(1.0, abs=0.25)
        assert found(memory, SCRIPTS["bank"]).id == "bank"
        assert found(memory, ORDINARY[0]) is None
        numbers = shingles(mask(normalise(SCRIPTS["president"]).text))
        assert len(memory.owners(numbers)) <= 24 * len(numbers)  # a look-up stays short

    def test_a_short_text_must_be_met_in_more_than_a_few_phrases(self):
        """Half of a short text may stand in anybody's message."""
        memory = Memory([Known("short", printed("本日中に資料を確認のうえ、担当までご返信をお願いいたします。"))])
        assert found(memory, "本日中に資料を確認のうえ、担当まで御返信をお願いいたします") is not None
        assert found(memory, "お手数ですが、担当までご返信をお願いいたします。") is None

    def test_the_passage_is_shown(self, memory):
        text = "先日はありがとうございました。" + SCRIPTS["president"] + "それでは失礼いたします。"
        search = memory.search()
        match = search.read(text)
        start, end = search.passage(text, match)
        assert text[start:end] in SCRIPTS["president"]
        assert end - start > 40
