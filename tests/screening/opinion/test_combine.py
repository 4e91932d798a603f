"""An opinion may raise a verdict or explain it, and never lowers it."""

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from honnin.model import (
    Account,
    Event,
    Facts,
    Level,
    OpinionFinding,
    OpinionOutcome,
    SecondOpinion,
    Severity,
    Signal,
    Stage,
    Text,
    Turn,
    Verdict,
)
from honnin.screening import Engine
from honnin.screening.actions import Advisor
from honnin.screening.decide import LIFTS, Policy
from honnin.screening.opinion import Band, Opinion, combine, vocabulary

ADVISOR = Advisor.load()
POLICY = Policy(0.25, 0.5, 0.9)
WORDS = "お疲れ様です。 グループを作ってください。"
EVENT = Event("e", text=WORDS)
GROUP = OpinionFinding("group_creation", 0, 7, len(WORDS))
URGENT = OpinionFinding("urgency", 0, 0, 7)
OURS = Signal("our-rule", Severity.MEDIUM, "グループ", Text("理由", "reason"), 0, 8, 12)


@cache
def base():
    return Engine.load().screening(EVENT)


def screened(level=Level.NOTICE, *, score=0.3, signals=(OURS,), atoms=(), **change):
    verdict = Verdict("e", level, score, Stage.NONE, None, signals, None, (), (), "pack")
    return replace(base(), verdict=replace(verdict, **change), facts=Facts(dict.fromkeys(atoms, ())))


def combined(opinion, before=None, event=EVENT):
    return combine(event, before or screened(), opinion, by="small-model", advisor=ADVISOR)


class TestRaising:
    @pytest.mark.parametrize(
        ("before", "asked", "tactic", "after"),
        [
            ("ok", "notice", GROUP, "notice"),
            ("ok", "caution", GROUP, "caution"),
            ("ok", "danger", GROUP, "caution"),  # an opinion alone makes no danger
            ("notice", "notice", GROUP, "notice"),
            ("notice", "caution", GROUP, "caution"),
            ("notice", "danger", GROUP, "caution"),
            ("caution", "notice", GROUP, "caution"),  # nothing lowers
            ("caution", "caution", GROUP, "caution"),
            ("caution", "danger", GROUP, "danger"),  # both of us say so
            ("danger", "notice", GROUP, "danger"),
            ("ok", "danger", URGENT, "notice"),  # haste alone is everybody's
            ("notice", "caution", URGENT, "notice"),
            ("caution", "danger", URGENT, "caution"),
        ],
    )
    def test_how_far(self, before, asked, tactic, after):
        found = combined(Opinion(Level(asked), (tactic,)), screened(Level(before)))
        assert found.level.value == after
        outcome = OpinionOutcome.EXPLAINED if before == after else OpinionOutcome.RAISED
        assert found.second_opinion == SecondOpinion("small-model", outcome, Level(before), Level(asked), (tactic,))

    def test_it_says_so_in_our_own_words_with_the_very_words_of_the_message(self):
        found = combined(Opinion(Level.CAUTION, (GROUP,)))
        added, ours = found.signals
        assert ours == OURS
        assert added.reason == vocabulary().tactics["group_creation"].reason
        assert added.quote == "グループを作ってください。"
        assert WORDS[added.start : added.end] == added.quote
        assert LIFTS[added.severity] is Level.CAUTION

    def test_an_explanation_raises_nobodys_voice(self):
        found = combined(Opinion(Level.NOTICE, (GROUP,)))
        assert [signal.severity for signal in found.signals] == [Severity.MEDIUM, Severity.LOW]

    def test_the_advice_fits_what_was_said(self):
        found = combined(Opinion(Level.CAUTION, (OpinionFinding("gift_card", 0, 0, 7),)))
        assert "no-gift-cards" in {action.id for action in found.actions}
        assert "call-known-number" in {action.id for action in found.actions}

    def test_our_score_stays_ours(self):
        assert combined(Opinion(Level.CAUTION, (GROUP,))).score == 0.3

    @pytest.mark.parametrize(("turns", "first"), [((2, 4), 4), ((-1,), 0), ((-2, 2), 2)])
    def test_the_turn_at_which_it_became_an_alert(self, turns, first):
        event = Event("e", turns=(Turn("あ。"),) * 6, subject="件名", sender=Account(bio="紹介"))
        opinion = Opinion(Level.CAUTION, tuple(OpinionFinding("group_creation", turn, 0, 2) for turn in turns))
        assert combined(opinion, event=event).first_alert_turn == first

    def test_the_turn_we_found_ourselves_stays(self):
        event = Event("e", turns=(Turn("あ。"),) * 6)
        before = screened(Level.CAUTION, first_alert_turn=1)
        assert (
            combined(Opinion(Level.DANGER, (OpinionFinding("gift_card", 5, 0, 2),)), before, event).first_alert_turn
            == 1
        )

    def test_words_of_subject_and_profile_are_quoted_from_there(self):
        event = Event("e", text="本文", subject="件名です", sender=Account(bio="紹介文"))
        findings = (
            OpinionFinding("gift_card", -1, 0, 2),
            OpinionFinding("secrecy", -2, 0, 2),
            OpinionFinding("urgency", 9, 0, 2),
        )
        quotes = {signal.quote for signal in combined(Opinion(Level.NOTICE, findings), event=event).signals}
        assert quotes == {"件名", "紹介", "", "グループ"}


class TestKeepingOut:
    def test_no_answer_changes_nothing_and_is_remembered(self):
        before = screened()
        found = combined(None, before)
        assert replace(found, second_opinion=None) == before.verdict
        assert found.second_opinion == SecondOpinion("small-model", OpinionOutcome.UNANSWERED, Level.NOTICE)

    def test_nothing_found_changes_nothing_however_grave_ours_is(self):
        for level in Level:
            before = screened(level)
            found = combined(Opinion(Level.OK), before)
            assert replace(found, second_opinion=None) == before.verdict
            assert found.second_opinion.outcome is OpinionOutcome.NOTHING_ADDED


TACTICS = st.sampled_from(sorted(vocabulary().tactics))
FINDINGS = st.builds(OpinionFinding, TACTICS, st.integers(-2, 3), st.integers(0, 30), st.integers(0, 30))
OPINIONS = st.one_of(
    st.none(),
    st.just(Opinion(Level.OK)),
    st.builds(
        Opinion,
        st.sampled_from([Level.NOTICE, Level.CAUTION, Level.DANGER]),
        st.lists(FINDINGS, min_size=1, max_size=4).map(tuple),
    ),
)


@settings(deadline=None)
@given(st.sampled_from(Level), OPINIONS, st.integers(0, 3), st.floats(0, 1), st.none() | st.integers(0, 2))
def test_whatever_the_opinion_nothing_is_lowered_or_lost(level, opinion, turns, score, first):
    event = replace(EVENT, turns=(Turn("あいうえおかきくけこ"),) * turns, subject="件名")
    before = screened(level, score=score, first_alert_turn=first if level.is_alert and turns else None)
    after = combined(opinion, before, event)
    assert after.level.rank >= level.rank
    assert after.level.rank <= max(level.rank, Level.CAUTION.rank) or level.is_alert
    assert after.score == score
    assert set(before.verdict.signals) <= set(after.signals)
    assert (after.links, after.identity, after.stage, after.pack) == ((), None, Stage.NONE, "pack")
    if before.verdict.first_alert_turn is not None:
        assert after.first_alert_turn == before.verdict.first_alert_turn
    # what is shown fits the level, as it does without an opinion
    assert all(LIFTS[signal.severity].rank <= after.level.rank for signal in after.signals if signal != OURS)
    if after.level is not level:
        assert any(LIFTS[signal.severity] is after.level for signal in after.signals)
        assert after.actions
    assert after.second_opinion.level_without is level


class TestWhenToAsk:
    BAND = Band(0.05, 0.9)

    @pytest.mark.parametrize(
        ("level", "score", "atoms", "asked"),
        [
            ("ok", 0.02, (), False),  # far from mattering
            ("ok", 0.05, (), True),
            ("ok", 0.2, (), True),
            ("ok", 0.2, ("trust:known_account",), False),  # settled
            ("notice", 0.3, (), True),
            ("notice", 0.3, ("trust:known_account",), True),  # the account is known, but something was found
            ("notice", 0.01, (), True),  # a rule asked for it
            ("caution", 0.6, (), True),
            ("caution", 0.02, (), True),
            ("danger", 0.6, (), False),
            ("danger", 0.99, (), False),
            ("ok", 0.0, (), False),
        ],
    )
    def test_only_where_it_can_matter(self, level, score, atoms, asked):
        assert self.BAND.holds(screened(Level(level), score=score, atoms=atoms), POLICY) is asked

    def test_the_operator_may_narrow_it(self):
        narrow = Band(0.2, 0.4)
        assert narrow.holds(screened(Level.NOTICE, score=0.0), POLICY)
        assert not narrow.holds(screened(Level.CAUTION, score=0.0), POLICY)
        assert not narrow.holds(screened(Level.OK, score=0.1), POLICY)
