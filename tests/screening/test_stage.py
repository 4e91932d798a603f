from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honnin.model import Act, Finding, Pressure, Stage
from honnin.screening.stage import FORGET_AFTER, FORGET_AFTER_TURNS, ConversationState, Machine, Seen

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def finding(kind):
    return Finding(kind.value, f"<{kind.value}>", 3, 9)


def stages_after(*turns):
    """The stage after each turn; a turn is the kinds found in it, or small talk."""
    machine, stages = Machine(), []
    for turn in turns:
        text = turn if isinstance(turn, str) else ""
        machine.read([] if isinstance(turn, str) else [finding(kind) for kind in turn], text)
        stages.append(machine.stage.value)
    return stages


SCRIPT = (
    [Act.PROBE],
    [Act.EXCUSE_NO_CALL],
    [Act.ASK_GROUP],
    [Act.ASK_TRANSFER],
    [Pressure.URGENCY],
    "ありがとうございます",
)


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        # the whole script, step by step
        (SCRIPT, ["probe", "isolate", "move", "ask", "push", "thank"]),
        # small talk between the steps changes nothing
        (
            ([Act.PROBE], "はい", "今日は寒いですね", [Act.ASK_GROUP], "了解です", [Act.ASK_TRANSFER]),
            ["probe", "probe", "probe", "move", "move", "ask"],
        ),
        # steps may be left out
        (([Act.ASK_TRANSFER],), ["ask"]),
        # it never goes back
        (([Act.ASK_TRANSFER], [Act.PROBE]), ["ask", "ask"]),
        # hurry in the very message that asks is no second push
        (([Act.ASK_TRANSFER, Pressure.URGENCY],), ["ask"]),
        # hurry before anything was asked for is no push
        (([Pressure.URGENCY], [Pressure.URGENCY]), ["none", "none"]),
        # asking again presses
        (([Act.ASK_TRANSFER], [Act.ASK_TRANSFER]), ["ask", "push"]),
        # thanks before anything was asked for are thanks
        (("ありがとうございます", [Act.PROBE]), ["none", "probe"]),
        # thanks that ask for the receipt press
        (([Act.ASK_TRANSFER], [Act.ASK_RECEIPT]), ["ask", "push"]),
        # English thanks
        (([Act.ASK_GIFT_CARD], "thank you so much"), ["ask", "thank"]),
        # a long text that happens to hold a word of thanks is no farewell
        (([Act.ASK_GIFT_CARD], "thank you " * 30), ["ask", "ask"]),
        # a contact request
        (([Act.ASK_ACCEPT],), ["contact"]),
        # acts that belong to no stage
        (([Act.WARN_ABOUT_FRAUD], [Act.ALREADY_DONE]), ["none", "none"]),
        # nothing at all
        (("こんにちは",), ["none"]),
    ],
)
def test_the_script_is_followed(turns, expected):
    assert stages_after(*turns) == expected


def test_each_step_names_its_words_and_turn():
    machine = Machine()
    for turn in SCRIPT:
        machine.read(
            [finding(kind) for kind in turn if not isinstance(turn, str)], turn if isinstance(turn, str) else ""
        )
    assert [(step.stage.value, step.turn, step.quote) for step in machine.steps] == [
        ("probe", 0, "<probe>"),
        ("isolate", 1, "<excuse_no_call>"),
        ("move", 2, "<ask_group>"),
        ("ask", 3, "<ask_transfer>"),
        ("push", 4, "<urgency>"),
        ("thank", 5, "ありがとう"),
    ]


def test_messages_one_by_one_are_read_like_a_conversation():
    state = ConversationState()
    for turn in SCRIPT:
        findings = [] if isinstance(turn, str) else [finding(kind) for kind in turn]
        state = ConversationState.from_json(state.after(findings, turn if isinstance(turn, str) else "", AT).to_json())
    assert state.stage is Stage.THANK
    assert state.turns == len(SCRIPT)
    assert {seen.atom for seen in state.seen} == {
        "act:probe",
        "act:excuse_no_call",
        "act:ask_group",
        "act:ask_transfer",
        "pressure:urgency",
    }


def test_a_kind_seen_again_is_remembered_where_it_was_last():
    state = ConversationState().after([finding(Act.PROBE)], "").after([finding(Act.PROBE)], "")
    assert [(seen.atom, seen.turn) for seen in state.seen] == [("act:probe", 1)]


@pytest.mark.parametrize(
    ("seen", "turns", "at", "remembered"),
    [
        (Seen("act:probe", 0, "q", AT), 1, AT + timedelta(days=1), True),
        (Seen("act:probe", 0, "q", AT), 1, AT + FORGET_AFTER + timedelta(days=1), False),  # last month's question
        (Seen("act:probe", 0, "q", AT), FORGET_AFTER_TURNS + 1, AT, False),  # long ago in words
        (Seen("act:probe", 0, "q", None), 1, AT, True),  # when it was is unknown
        (Seen("act:probe", 0, "q", AT), 1, None, True),  # when it is now is unknown
    ],
)
def test_what_is_long_ago_is_forgotten(seen, turns, at, remembered):
    assert bool(ConversationState(turns, (), (seen,)).remembered(at)) is remembered


@pytest.mark.parametrize(
    "kept",
    [
        "",
        "null",
        "[]",
        "3",
        "{",
        '{"turns": "x"}',
        '{"steps": [["nowhere", 0, "", "", 0, 0]]}',
        '{"seen": [[]]}',
        "[" * 100_000,
    ],
)
def test_a_state_that_cannot_be_read_is_a_new_conversation(kept):
    assert ConversationState.from_json(kept) == ConversationState()


@given(st.lists(st.lists(st.sampled_from([*Act, *Pressure]), max_size=4), max_size=30))
def test_the_state_stays_small_and_comes_back_as_it_was(turns):
    state = ConversationState()
    for turn in turns:
        before = state
        state = state.after([finding(kind) for kind in turn], "", AT)
        assert len(state.steps) >= len(before.steps)
    assert ConversationState.from_json(state.to_json()) == state
    assert len(state.steps) <= len(Stage)
    assert len(state.seen) <= len(Act) + len(Pressure)


def account(number):
    return Finding("account_number", number, 0, len(number), value=number)


def test_a_bank_account_is_new_only_where_it_could_have_come_up_before():
    first = Machine()
    assert first.new_destinations([account("0001234")]) == []  # the first of a talk that only begins
    assert [found.value for found in first.new_destinations([account("0009876"), account("0001234")])] == ["0009876"]
    long = Machine(ConversationState(turns=30))
    assert [found.value for found in long.new_destinations([account("0001234")])] == ["0001234"]


def test_manner_and_accounts_are_remembered_without_the_numbers():
    machine = Machine()
    for text in ("了解、あとで見るね", "今日は外だよ、ごめん", "資料よかったよ、ありがと", "来週どうする？昼でいい？"):
        assert not machine.breaks_manner(text)
        machine.read([], text)
    machine.new_destinations([account("0001234")])
    kept = machine.state().to_json()
    assert "0001234" not in kept
    again = Machine(ConversationState.from_json(kept))
    assert again.new_destinations([account("0001234")]) == []
    assert again.breaks_manner("お手数ですが、本日中に下記へお手続きをお願いいたします。")


def test_a_state_of_an_earlier_version_is_read():
    old = '{"v":1,"turns":3,"steps":[["probe",0,"probe","いますか",0,4]],"seen":[["act:probe",0,"いますか",null]]}'
    state = ConversationState.from_json(old)
    assert (state.turns, state.stage, state.manner.texts, state.destinations) == (3, Stage.PROBE, 0, ())


def test_what_was_seen_stays_when_a_message_is_deleted_or_edited():
    """A deleted message never comes again and an edited one comes as a further turn: neither takes a step back."""
    asked = ConversationState().after([finding(Act.ASK_GROUP)], "部屋を作って")
    edited = asked.after([], "すみません、先ほどのは忘れてください")
    assert edited.stage is Stage.MOVE
    assert "act:ask_group" in {seen.atom for seen in edited.seen}
