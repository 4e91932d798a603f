"""A near copy of confirmed fraud raises the alarm, shows the words, and lowers nothing."""

from datetime import UTC, datetime

import pytest
from tests.copies.scripts import COPIES, ORDINARY, SCRIPTS

from honnin.copies import Known, Memory, fingerprint
from honnin.model import Account, Event, Level, Recipient, Relationship, Turn
from honnin.screening.copies import event_fingerprint, memory_of
from honnin.text import normalise

ATOM = "copy:confirmed_fraud"
LETTER = (
    "いつもお世話になっております。先日ご相談した協力金の件、事務局より書類が整ったとの連絡がありました。"
    "来週金曜までに同封の返信票へご記入のうえ、担当の栗原までお戻しください。"
)


@pytest.fixture(scope="module")
def memory():
    return Memory(Known(name, event_fingerprint(Event("", text=text))) for name, text in SCRIPTS.items())


@pytest.mark.parametrize(("script", "copy", "change"), COPIES, ids=[f"{name}: {change}" for name, _, change in COPIES])
def test_a_changed_copy_is_an_alert_that_shows_its_words(engine, memory, script, copy, change):
    screened = engine.screening(Event("m", text=copy), memory=memory)

    assert screened.copy_of == script
    assert screened.verdict.level.is_alert
    (signal,) = [signal for signal in screened.verdict.signals if signal.id == "copy-of-confirmed-fraud"]
    assert signal.quote == copy[signal.start : signal.end]
    assert signal.quote.strip()


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_messages_are_judged_as_without_it(engine, memory, text):
    event = Event("m", text=text)
    assert engine.screen(event, memory=memory) == engine.screen(event)


def test_a_text_nobody_would_suspect_is_caught_once_it_was_confirmed(engine):
    first, again = Event("1", text=LETTER), Event("2", text=LETTER.replace("金曜", "水曜").replace("栗原", "藤代"))
    assert engine.screen(again).level is Level.OK
    assert engine.screen(again, memory=memory_of([first.text])).level is Level.CAUTION


@pytest.mark.parametrize("text", [*SCRIPTS.values(), *(copy for _, copy, _ in COPIES), *ORDINARY])
def test_it_never_lowers_a_level(engine, memory, text):
    event = Event("m", text=text)
    alone, together = engine.screen(event), engine.screen(event, memory=memory)
    assert together.level.rank >= alone.level.rank
    assert together.score >= alone.score


def test_what_was_confirmed_is_probably_fraud_however_harmless_it_sounds(engine):
    """The probability says what the level says, and no softening word takes the alarm back."""
    soft = LETTER + "詐欺にご注意ください。お支払いは済んでおります。"
    known = Relationship(first_seen=datetime(2020, 1, 1, tzinfo=UTC), messages=900, verified=True)
    event = Event("m", text=soft, sent_at=datetime(2026, 6, 1, tzinfo=UTC), relationship=known)
    assert engine.screen(event).score < 0.1
    verdict = engine.screen(event, memory=memory_of([soft]))
    assert verdict.level.is_alert
    assert verdict.score == pytest.approx(0.8455, abs=1e-4)


def test_subject_and_profile_are_not_compared(engine):
    memory = memory_of([LETTER])
    assert not engine.screening(Event("m", subject=LETTER, text="ご確認ください。"), memory=memory).copy_of
    sender = Account(name="x", bio=LETTER)
    assert not engine.screening(Event("m", sender=sender, text="こんにちは。"), memory=memory).copy_of


class TestConversations:
    TURNS = (
        Turn("はじめまして、事務局の者です。", "sender"),
        Turn("はい、どのようなご用件でしょうか。", "recipient"),
        Turn(LETTER, "sender"),
        Turn("承知しました。", "recipient"),
    )

    def test_the_alert_comes_with_the_turn_that_is_known_again(self, engine):
        verdict = engine.screen(Event("c", turns=self.TURNS), memory=memory_of([LETTER]))
        assert verdict.first_alert_turn == 2
        (signal,) = [signal for signal in verdict.signals if signal.id == "copy-of-confirmed-fraud"]
        assert signal.turn == 2
        assert signal.quote in LETTER

    def test_what_the_other_side_quotes_is_not_held_against_it(self, engine):
        turns = (Turn("何か届きましたか。", "sender"), Turn("こんな文面です。" + LETTER, "recipient"))
        assert not engine.screening(Event("c", turns=turns), memory=memory_of([LETTER])).copy_of

    def test_short_messages_are_remembered_together(self, engine):
        said = [
            "新しい取引の準備を手伝ってもらえますか。",
            "書類は事務局から届きます。",
            "返信票に記入して担当へ戻してください。",
        ]
        talk = Event("c", turns=tuple(Turn(text, "sender") for text in said))
        memory = Memory([Known("talk", event_fingerprint(talk))])
        assert all(event_fingerprint(Event("m", text=text)) is None for text in said[:2])
        assert engine.screening(talk, memory=memory).copy_of == "talk"


class TestNames:
    TEXT = (
        "栗原花子の代理でご連絡します。お支払いの口座を来月分から新しいものへ変えていただけますか。詳しくは栗原花子へ。"
    )

    def test_of_sender_and_recipient_are_left_out(self):
        def of(name):
            sender, recipient = Account(name=name, organization="株式会社テスト商会"), Recipient("木下 次郎")
            return event_fingerprint(
                Event("m", text=self.TEXT.replace("栗原花子", name), sender=sender, recipient=recipient)
            )

        assert of("栗原花子") == of("藤代実")

    def test_in_any_width(self):
        one = Event("m", text="Ｍａｒｉａの件です。" + self.TEXT, sender=Account(name="Maria"))
        other = Event("m", text="Annaの件です。" + self.TEXT, sender=Account(name="Ａｎｎａ"))
        assert event_fingerprint(one) == event_fingerprint(other)


def test_a_memory_of_texts_leaves_out_what_is_too_short():
    assert len(memory_of(["", "至急", LETTER])) == 1


def test_a_fingerprint_is_made_of_folded_text():
    assert event_fingerprint(Event("m", text=LETTER)) == fingerprint([normalise(LETTER).text])
