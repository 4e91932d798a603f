from datetime import UTC, datetime
from itertools import pairwise

import pytest

from honnin.app.ports import StoredVerdict
from honnin.model import Account, Event, Level, Severity, Signal, Stage, Text, Turn, Verdict
from honnin.web.answer import MOST_POINTS, answer_of, joined

NOW = datetime(2026, 11, 24, tzinfo=UTC)
TARO = Account(platform="chatwork", account_id="1", name="試験太郎")


def signal(quote="", turn=0, start=0, reason="理由", name="s"):
    return Signal(name, Severity.HIGH, quote, Text(reason, f"{reason} en"), turn, start, start + len(quote))


def verdict(*signals, level=Level.DANGER, first=None, stage=Stage.ASK):
    return Verdict("m", level, 0.9, stage, first, signals, None, (), (), "p")


def stored(text, *signals, level=Level.OK, sender=TARO):
    return StoredVerdict(
        Event(f"m-{text}", text=text, sender=sender), verdict(*signals, level=level), NOW, "chat", "room"
    )


def marks(answer):
    return [
        (turn.index, segment.text, segment.numbers)
        for turn in answer.turns
        for segment in turn.segments
        if segment.numbers
    ]


def test_what_the_same_words_show_is_one_point_with_each_sentence_once():
    event = Event("m", text="本日中に振込を")
    answer = answer_of(
        event,
        verdict(
            signal("振込", start=4, reason="あ"),
            signal("本日中", reason="い"),
            signal("振込", start=4, reason="う"),
            signal("振込", start=4, reason="あ"),
        ),
        "ja",
    )

    assert [(point.number, point.sentences, point.quote) for point in answer.points] == [
        (1, ("あ", "う"), "振込"),
        (2, ("い",), "本日中"),
    ]
    assert marks(answer) == [(0, "本日中", (2,)), (0, "振込", (1,))]


def test_the_list_of_points_stays_readable():
    text = "".join(chr(ord("あ") + number) for number in range(60))
    answer = answer_of(
        Event("m", text=text), verdict(*(signal(letter, start=i) for i, letter in enumerate(text))), "ja"
    )

    assert len(answer.points) == MOST_POINTS


def test_words_of_the_subject_and_of_the_profile_find_their_place():
    event = Event("m", subject="至急のお願い", text="本文", sender=TARO)
    answer = answer_of(event, verdict(signal("至急", turn=-1), signal("試験太郎", turn=-2)), "en")

    assert [(segment.text, segment.numbers) for segment in answer.subject] == [("至急", (1,)), ("のお願い", ())]
    assert [point.is_marked for point in answer.points] == [True, False]
    assert answer.points[0].sentences == ("理由 en",)


def test_messages_that_came_one_by_one_read_as_one_talk():
    talk = [
        stored("社内ですか", signal("社内")),
        stored("はい", sender=Account(name="見本")),
        stored("グループを", signal("グループ"), signal("社内", turn=-4), level=Level.CAUTION),
        stored("振込を", signal("振込"), signal("試験太郎", turn=-2), level=Level.DANGER),
    ]
    event, joined_verdict = joined(talk, talk[3])
    answer = answer_of(event, joined_verdict, "ja")

    assert [(turn.who, turn.is_first_alert) for turn in answer.turns] == [
        ("sender", False),
        ("見本", False),
        ("sender", True),
        ("sender", False),
    ]
    assert marks(answer) == [(0, "社内", (2,)), (2, "グループ", (3,)), (3, "振込", (4,))]  # as people read it
    assert answer.points[0].quote == "試験太郎"


@pytest.mark.parametrize("turn", [-3, -9, 7])
def test_words_of_messages_that_are_not_there_are_only_told(turn):
    talk = [stored("あ", signal("ない", turn=turn)), stored("い")]
    answer = answer_of(*joined(talk, talk[0]), "ja")

    assert marks(answer) == []
    assert answer.points[0].quote == "ない"


def test_a_conversation_in_one_event_stays_as_it_is():
    item = StoredVerdict(Event("m", turns=(Turn("あ"), Turn("い"))), verdict(), NOW, "chat", "room")

    assert joined([item, stored("う")], item) == (item.event, item.verdict)
    assert joined([], item) == (item.event, item.verdict)


def test_steps_lead_to_where_the_script_is():
    answer = answer_of(Event("m", text="x"), verdict(stage=Stage.MOVE), "ja")
    states = [step.state for step in answer.steps]

    assert states == ["passed", "passed", "passed", "here", "ahead", "ahead", "ahead"]
    assert all(a.stage != b.stage for a, b in pairwise(answer.steps))
    assert answer_of(Event("m", text="x"), verdict(stage=Stage.NONE), "ja").steps == ()
