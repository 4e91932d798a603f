import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from honnin.identity import Directory
from honnin.model import (
    Account,
    Channel,
    Event,
    Kind,
    KnownAccount,
    Level,
    Person,
    Relationship,
    Severity,
    Stage,
    Text,
    Turn,
)
from honnin.rules import Pack, Rule, State
from honnin.rules.condition import AllOf, Atom
from honnin.screening import ConversationState, Engine
from honnin.screening.decide import Policy

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PRESIDENT = Person(
    "三田村 一郎", accounts=(KnownAccount("chatwork", "1"),), organization="株式会社テスト商会", title="社長"
)
GROUP = "LINEでグループを作成してください。"
TRANSFER = "本日中に下記の口座へ480万円を振り込んでください。"
TALK = "昨日の資料、ありがとうございました。"


def rule(name, severity, *atoms):
    return Rule(
        name, Text("", ""), severity, State.LIVE, (), (), AllOf(tuple(map(Atom, atoms))), Text("理由", "reason")
    )


PACK = Pack(
    "test",
    "1",
    {},
    (
        rule("group", Severity.HIGH, "act:ask_group"),
        rule("group-then-money", Severity.CRITICAL, "act:ask_group", "act:ask_transfer"),
        rule("not-their-account", Severity.HIGH, "identity:not_their_account"),
        rule("company-subject", Severity.MEDIUM, "sender:company_in_subject"),
    ),
)


@pytest.fixture(scope="module")
def small(engine):
    """The engine with four rules of our own and a score that says nothing."""
    return Engine(
        engine.reader, engine.resemblance, engine.links, PACK, engine.score, Policy(1.1, 1.1, 1.1), engine.advisor
    )


def conversation(*turns, **known):
    return Event("c", Kind.CONVERSATION, Channel.CHAT, turns=tuple(Turn(text, who) for who, text in turns), **known)


class TestTurns:
    @pytest.mark.parametrize(
        ("turns", "level", "first_alert"),
        [
            ([("sender", TALK), ("sender", GROUP)], "caution", 1),
            ([("sender", GROUP), ("sender", TALK)], "caution", 0),
            ([("sender", TALK), ("other", GROUP)], "ok", None),  # the other side is not under examination
            ([("a", TALK), ("b", GROUP)], "caution", 1),  # nobody is marked: everybody is examined
            ([("", TALK), ("", GROUP)], "caution", 1),
            ([("sender", GROUP), ("other", TALK), ("sender", TRANSFER)], "danger", 0),  # it was an alert before
            ([("sender", TALK)], "ok", None),
            ([("sender", "")], "ok", None),
        ],
    )
    def test_the_turn_that_gives_it_away_is_named(self, small, turns, level, first_alert):
        verdict = small.screen(conversation(*turns))
        assert (verdict.level, verdict.first_alert_turn) == (level, first_alert)

    def test_turns_win_over_text(self, small):
        assert small.screen(Event("m", text=GROUP, turns=(Turn(TALK),))).level is Level.OK

    def test_a_single_text_has_no_turns_to_point_into(self, small):
        verdict = small.screen(Event("m", text=GROUP))
        assert (verdict.level, verdict.first_alert_turn) == (Level.CAUTION, None)

    def test_a_signal_points_to_the_words_as_written(self, small):
        written = "ＬＩＮＥで グ ル ー プ を作成してください。"
        (signal,) = small.screen(conversation(("sender", TALK), ("sender", written))).signals
        assert signal.turn == 1
        assert signal.quote == written[signal.start : signal.end]
        assert "グ ル" in signal.quote

    def test_the_subject_is_read_and_stands_before_the_turns(self, small):
        (signal,) = small.screen(Event("m", subject="株式会社テスト商会", text=TALK)).signals
        assert (signal.turn, signal.quote) == (-1, "株式会社テスト商会")
        verdict = small.screen(conversation(("sender", TALK), ("sender", TALK), subject=GROUP))
        assert (verdict.level, verdict.first_alert_turn) == (Level.CAUTION, 0)

    def test_an_alert_that_needs_all_the_facts_ends_on_the_last_turn_examined(self, engine):
        only_score = Engine(
            engine.reader,
            engine.resemblance,
            engine.links,
            Pack("none", "1", {}, ()),
            engine.score,
            Policy(0.0, 0.0, 1.1),
            engine.advisor,
        )
        verdict = only_score.screen(conversation(("sender", TALK), ("other", TALK)))
        assert verdict.level is Level.CAUTION
        assert verdict.first_alert_turn == 0


class TestScoreAlone:
    def test_an_alert_by_the_score_says_which_words_are_like_fraud(self, engine):
        only_score = Engine(
            engine.reader,
            engine.resemblance,
            engine.links,
            Pack("none", "1", {}, ()),
            engine.score,
            Policy(0.0, 0.0, 1.1),
            engine.advisor,
        )
        text = f"{TALK}{TRANSFER}"
        (signal,) = only_score.screen(Event("m", text=text)).signals
        assert signal.id == "resembles-known-fraud"
        assert signal.quote
        assert signal.quote == text[signal.start : signal.end]

    def test_it_is_not_said_beside_a_finding_that_alerts(self, small):
        loud = Engine(
            small.reader, small.resemblance, small.links, PACK, small.score, Policy(0.0, 0.0, 0.0), small.advisor
        )
        assert [signal.id for signal in loud.screen(Event("m", text=GROUP)).signals] == ["group"]


class TestWhoWrites:
    @pytest.mark.parametrize(
        ("account_id", "platform", "verified", "alert"),
        [
            ("1", "chatwork", True, False),  # it is the president
            ("2", "chatwork", False, True),  # the president has another account
            ("U9", "slack", None, False),  # no account of his on that platform is known: cannot be told
        ],
    )
    def test_a_known_name_on_an_account(self, small, account_id, platform, verified, alert):
        event = Event("m", text=TALK, sender=Account(platform, account_id, "三田村一郎(社長)"))
        verdict = small.screen(event, directory=Directory([PRESIDENT]))
        assert verdict.identity.person == PRESIDENT
        assert verdict.identity.verified is verified
        assert verdict.level.is_alert is alert

    def test_people_of_the_event_stand_beside_the_installed_ones(self, small):
        event = Event("m", text=TALK, sender=Account("chatwork", "2", "三田村 一郎"), directory=(PRESIDENT,))
        other = Directory([Person("佐久間 玲")])
        assert small.screen(event).identity.verified is False
        assert small.screen(event, directory=other).identity.verified is False

    def test_an_introduction_in_the_text_is_a_claim(self, small):
        event = Event("m", text="社長の三田村一郎です。お疲れ様です。", sender=Account("chatwork", "2", "new account"))
        assert small.screen(event, directory=Directory([PRESIDENT])).identity.person == PRESIDENT

    def test_a_verified_account_may_not_ask_for_anything(self, small):
        event = Event("m", text=GROUP, sender=Account("chatwork", "1", "三田村 一郎"))
        verdict = small.screen(event, directory=Directory([PRESIDENT]))
        assert [signal.id for signal in verdict.signals] == ["group"]

    def test_what_is_not_known_is_named(self, small):
        unknown = small.screening(Event("m", text=TALK)).facts.unknown
        assert {"relation", "identity", "sender", "channel"} <= unknown

    def test_the_given_relationship_wins_over_the_events(self, small):
        event = Event("m", text=TALK, sent_at=AT, relationship=Relationship(messages=0))
        old = Relationship(AT - timedelta(days=400), 900)
        assert "relation:first_message" in small.screening(event).facts.atoms
        assert "relation:established" in small.screening(event, relationship=old).facts.atoms


class TestEarlierMessages:
    def after(self, small, *texts):
        state, screened = None, None
        for number, text in enumerate(texts):
            event = Event(f"m{number}", text=text, sent_at=AT + timedelta(minutes=number))
            screened = small.screening(event, state=state)
            state = ConversationState.from_json(screened.state.to_json())
        return screened

    def test_what_was_asked_before_counts(self, small):
        assert self.after(small, GROUP, TALK, TRANSFER).verdict.level is Level.DANGER
        assert self.after(small, TRANSFER).verdict.level is Level.OK

    def test_small_talk_is_not_blamed_for_it(self, small):
        assert self.after(small, GROUP, TALK).verdict.level is Level.OK

    def test_what_was_said_is_not_said_again(self, small):
        signals = self.after(small, GROUP, TRANSFER).verdict.signals
        assert [signal.id for signal in signals] == ["group-then-money"]
        assert signals[0].turn == 0

    def test_the_stage_goes_on(self, small):
        assert self.after(small, GROUP, TALK).verdict.stage is Stage.MOVE
        assert self.after(small, GROUP, TRANSFER, TRANSFER).verdict.stage is Stage.PUSH


class TestLinks:
    def test_each_link_is_judged_once_with_its_place(self, small):
        text = "こちら https://a.example.invalid/x と https://a.example.invalid/x です"
        (link,) = small.screen(Event("m", text=text)).links
        assert text[link.start : link.end] == "https://a.example.invalid/x"

    def test_the_houses_own_domain_is_known(self, small):
        event = Event("m", text="https://midorido.example/ をご覧ください")
        people = Directory([Person("緑川 誠", emails=("makoto@midorido.example", "makoto@gmail.com"))])
        own = [reason.id for link in small.screen(event, directory=people).links for reason in link.reasons]
        assert own == ["own_domain"]
        assert [reason.id for link in small.screen(event).links for reason in link.reasons] != own
        free = Event("m", text="https://gmail.com.example.invalid/ https://gmail.com/")
        checked = small.screen(free, directory=people).links
        assert not any(reason.id == "own_domain" for link in checked for reason in link.reasons)

    def test_links_without_end_are_bounded(self, small):
        text = "\n".join(f"https://h{number}.example.invalid/" for number in range(3000))
        assert len(small.screen(Event("m", text=text)).links) == 200


class TestHostile:
    def test_the_same_event_gives_the_same_verdict(self, engine):
        event = conversation(("sender", TALK), ("sender", GROUP), ("sender", TRANSFER))
        assert engine.screen(event) == engine.screen(event)

    @settings(max_examples=60, deadline=None)
    @given(st.text(st.characters(codec=None), max_size=300), st.text(max_size=60), st.text(max_size=60))
    def test_any_text_gets_a_verdict_in_its_own_words(self, engine, text, name, subject):
        event = Event("m", subject=subject, text=text, sender=Account("chatwork", "9", name, bio=subject))
        verdict = engine.screen(event, directory=Directory([PRESIDENT]))
        assert 0 <= verdict.score <= 1
        for signal in verdict.signals:
            if signal.turn == 0 and signal.end:
                assert signal.quote == text[signal.start : signal.end]

    @pytest.mark.parametrize(
        "unit",
        [
            f"{TALK}{GROUP}{TRANSFER}\n",
            "please send the money today. ",
            "あ",
            "\u200b振",
            "https://a.example.invalid/ ",
        ],
    )
    def test_a_megabyte_costs_what_its_words_cost(self, engine, unit):
        small_text = unit * (50_000 // len(unit.encode()) + 1)
        large_text = unit * (1_000_000 // len(unit.encode()) + 1)
        small_cost, large_cost = (cost(engine, Event("m", text=text)) for text in (small_text, large_text))
        assert large_cost < 12
        assert large_cost < 20 * max(small_cost, 0.02) * 3

    def test_ten_thousand_turns_cost_ten_times_a_thousand(self, engine):
        texts = [TALK, GROUP, "了解です。", TRANSFER, "ok, thanks"]
        thousand, ten_thousand = (
            cost(engine, conversation(*(("sender", texts[n % 5]) for n in range(count)))) for count in (1000, 10_000)
        )
        assert ten_thousand < 10 * thousand * 2.5


def cost(engine, event):
    start = process_time()
    engine.screen(event)
    return process_time() - start


def test_threads_share_one_engine(engine):
    """The web answers from many threads: each must get the verdict it would get alone."""
    events = [Event(f"m{n}", text=text) for n, text in enumerate([GROUP, TRANSFER, TALK, f"{TALK}{GROUP}"])]
    alone = [engine.screen(event) for event in events]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(8) as pool:
            together = list(pool.map(engine.screen, events * 100))
    finally:
        sys.setswitchinterval(before)
    assert together == alone * 100
