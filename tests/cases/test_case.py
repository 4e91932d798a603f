"""Properties over any list of steps, and the refusals that matter."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from honnin.cases.case import (
    DESK,
    Case,
    CaseState,
    Claimed,
    CountedAgain,
    Decided,
    DeedAsked,
    DeedDone,
    DeedDropped,
    DeedFailed,
    Fact,
    FactAdded,
    FactKind,
    FactRemoved,
    Happening,
    Joined,
    MergedInto,
    Noted,
    Outcome,
    Released,
    Reopened,
    Sealed,
    SetAside,
    SplitOff,
    StepRefusedError,
    TaskAdded,
    TaskDone,
    Ticked,
    TookOver,
    Unticked,
    apply,
    replay,
)
from honnin.cases.containment import Deed, DeedKind, DeedState, guide
from honnin.cases.entry import EntryKind, Harm, Part
from honnin.model import Level

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
ACCOUNT = "chatwork:90001"
WHY = "台帳の番号で本人に確認した"


def part(name="report:1", who="guest:a", kind=EntryKind.REPORT, account=ACCOUNT, harms=()):
    return Part(name, kind, NOW, who, account, Level.DANGER if kind is EntryKind.ALERT else Level.OK, harms)


def case_with(*parts):
    return Case(id="c1", opened_at=NOW, parts=parts or (part(),))


def do(case, *steps, by="hana", at=NOW, why=""):
    return replay(case, [Happening(step, by, at, why) for step in steps])


def claimed(case, by="hana"):
    return do(case, Claimed(NOW + timedelta(minutes=30)), by=by)


class TestClaim:
    def test_only_one_person_holds_it_until_it_expires(self):
        case = claimed(case_with())
        with pytest.raises(StepRefusedError, match="hana works on it"):
            claimed(case, by="taro")
        later = NOW + timedelta(minutes=31)
        assert case.state_at(later) is CaseState.WAITING
        taken = do(case, Claimed(later + timedelta(minutes=30)), by="taro", at=later)
        assert taken.holder(later) == "taro"

    def test_taking_it_again_keeps_since_when(self):
        case = claimed(case_with())
        again = do(case, Claimed(NOW + timedelta(hours=2)), at=NOW + timedelta(minutes=5))
        assert again.claim.at == NOW


class TestDeciding:
    def test_without_a_claim_it_is_refused(self):
        with pytest.raises(StepRefusedError, match="Take this case first"):
            do(case_with(), Decided(Outcome.UNCLEAR), why=WHY)

    @pytest.mark.parametrize("why", ["", "   ", "ok", "\n　\t"])
    def test_without_a_reason_it_is_refused(self, why):
        with pytest.raises(StepRefusedError, match="Write the reason"):
            do(claimed(case_with()), Decided(Outcome.UNCLEAR), why=why)

    def test_one_report_never_condemns(self):
        with pytest.raises(StepRefusedError, match="One report alone"):
            do(claimed(case_with()), Decided(Outcome.FRAUD), why=WHY)

    @pytest.mark.parametrize(
        "more",
        [
            Joined(part("report:2", "guest:b")),  # somebody else says so too
            Joined(part("alert:1", "guard", EntryKind.ALERT)),  # the guard saw it
            Sealed(ACCOUNT, ("e1",)),  # we have seen it ourselves
        ],
    )
    def test_with_more_than_one_report_it_may(self, more):
        assert do(claimed(case_with()), more, Decided(Outcome.FRAUD), why=WHY).outcome is Outcome.FRAUD

    def test_the_same_person_twice_is_one_report(self):
        with pytest.raises(StepRefusedError, match="One report alone"):
            do(claimed(case_with()), Joined(part("report:2", "guest:a")), Decided(Outcome.FRAUD), why=WHY)

    def test_what_was_set_aside_does_not_count(self):
        case = do(claimed(case_with()), Joined(part("report:2", "guest:b")), SetAside("guest:b"), why=WHY)
        with pytest.raises(StepRefusedError, match="One report alone"):
            do(case, Decided(Outcome.FRAUD), why=WHY)
        assert do(case, CountedAgain("guest:b"), Decided(Outcome.FRAUD), why=WHY).outcome is Outcome.FRAUD

    def test_it_waits_for_what_is_being_done(self):
        deed = Deed("d1", DeedKind.WARN_MEMBERS, ACCOUNT)
        case = do(claimed(case_with()), DeedAsked(deed, by_hand=True))
        with pytest.raises(StepRefusedError, match="Finish or drop"):
            do(case, Decided(Outcome.UNCLEAR), why=WHY)
        assert do(case, DeedDropped("d1"), Decided(Outcome.UNCLEAR), why=WHY).state is CaseState.CLOSED

    def test_closed_it_is_opened_again_with_a_reason(self):
        case = do(claimed(case_with()), Decided(Outcome.UNCLEAR), why=WHY)
        with pytest.raises(StepRefusedError, match="reason"):
            do(case, Reopened())
        assert do(case, Reopened(), why=WHY).state is CaseState.WAITING


class TestContainment:
    @pytest.mark.parametrize("kind", DeedKind)
    def test_what_deletes_waits_for_the_evidence(self, kind):
        case, deed = claimed(case_with()), Deed("d1", kind, ACCOUNT)
        if kind.needs_evidence:
            with pytest.raises(StepRefusedError, match="Keep before you delete"):
                do(case, DeedAsked(deed))
            with pytest.raises(StepRefusedError, match="Keep before you delete"):
                do(case, Sealed("chatwork:1", ("e1",)), DeedAsked(deed))  # another account's
        assert do(case, Sealed(ACCOUNT, ("e1",)), DeedAsked(deed)).deeds[0].state is DeedState.ASKED

    def test_what_failed_is_tried_again_and_what_is_done_is_not(self):
        deed = Deed("d1", DeedKind.WARN_MEMBERS, ACCOUNT)
        failed = do(claimed(case_with()), DeedAsked(deed), DeedFailed("d1", "no answer"))
        done = do(failed, DeedAsked(deed), DeedDone("d1", "3 people told"))
        assert done.deeds[0].result == "3 people told"
        with pytest.raises(StepRefusedError, match="on record"):
            do(done, DeedAsked(deed))

    def test_only_accounts_of_the_case(self):
        with pytest.raises(StepRefusedError, match="does not belong"):
            do(claimed(case_with()), DeedAsked(Deed("d1", DeedKind.WARN_MEMBERS, "chatwork:5")))

    @pytest.mark.parametrize("platform", ["chatwork", "line", "somewhere"])
    @pytest.mark.parametrize("kind", DeedKind)
    def test_every_deed_has_steps_by_hand(self, kind, platform):
        assert len(guide(Deed("d", kind, f"{platform}:1")).steps) >= 2

    def test_the_trap_of_chatwork_is_told(self):
        assert "both sides" in guide(Deed("d", DeedKind.DELETE_CONTACT, "chatwork:1")).mind.en


def test_crossed_out_facts_leave_and_stay_in_the_history():
    fact = Fact("f1", FactKind.PAYMENT, "9999-100-1234567", "paid", "480,000円")
    steps = [Happening(FactAdded(fact), "hana", NOW), Happening(FactRemoved("f1"), "hana", NOW, "番号の写し間違い")]
    assert replay(case_with(), steps[:1]).facts == (fact,)
    assert replay(case_with(), steps).facts == ()


# Any steps, by any people, in any order: what is refused changes nothing, and what is promised holds all the time.

PEOPLE = st.sampled_from(["hana", "taro", DESK])
NAMES = st.sampled_from(["1", "2", "3"])
ACCOUNTS = st.sampled_from([ACCOUNT, "chatwork:90002"])
PARTS = st.builds(
    lambda name, who, kind, account, harms: Part(f"{kind.value}:{name}", kind, NOW, who, account, Level.OK, harms),
    NAMES,
    st.sampled_from(["guest:a", "guest:b"]),
    st.sampled_from(EntryKind),
    ACCOUNTS,
    st.sampled_from([(), (Harm.MONEY_MOVING,)]),
)
DEEDS = st.builds(Deed, NAMES, st.sampled_from(DeedKind), ACCOUNTS)
STEPS = st.one_of(
    st.builds(Joined, PARTS),
    st.builds(Claimed, st.sampled_from([NOW + timedelta(minutes=m) for m in (10, 40, 90)])),
    st.just(Released()),
    st.builds(Noted, st.sampled_from(["", "電話した"])),
    st.builds(TaskAdded, NAMES, st.just("電話する")),
    st.builds(TaskDone, NAMES),
    st.builds(Ticked, NAMES),
    st.builds(Unticked, NAMES),
    st.builds(Sealed, ACCOUNTS, st.sampled_from([(), ("e1",)])),
    st.builds(DeedAsked, DEEDS, st.booleans()),
    st.builds(DeedDone, NAMES, st.sampled_from(["", "できた"])),
    st.builds(DeedFailed, NAMES, st.just("no")),
    st.builds(DeedDropped, NAMES),
    st.builds(Decided, st.sampled_from(Outcome)),
    st.just(Reopened()),
    st.builds(SetAside, st.sampled_from(["guest:a", "guest:b"])),
    st.builds(CountedAgain, st.sampled_from(["guest:a", "guest:b"])),
    st.builds(SplitOff, st.sets(NAMES.map(lambda n: f"report:{n}")).map(tuple), st.just("c9")),
    st.just(MergedInto("c2")),
)
HAPPENINGS = st.lists(
    st.builds(
        Happening,
        STEPS,
        PEOPLE,
        st.integers(0, 120).map(lambda m: NOW + timedelta(minutes=m)),
        st.sampled_from(["", WHY]),
    ),
    max_size=40,
)


@settings(max_examples=300, deadline=None)
@given(HAPPENINGS)
def test_whatever_is_tried_the_promises_hold(happenings):
    case, taken, refusals = case_with(), [], set()
    for happening in sorted(happenings, key=lambda each: each.at):
        before = case
        try:
            case = apply(case, happening)
        except StepRefusedError as refused:
            refusals.add(refused.text)
            continue
        taken.append(happening)
        step, at = happening.step, happening.at
        assert case.version == before.version + 1
        if isinstance(step, Decided):
            assert happening.why == WHY
            assert before.holder(at) == happening.by
            if step.outcome is Outcome.FRAUD:
                reporters = {each.who for each in before.counted if each.kind is EntryKind.REPORT}
                alerts = any(each.kind is EntryKind.ALERT for each in before.counted)
                assert before.seals or alerts or len(reporters) > 1
        if isinstance(step, DeedAsked) and step.deed.kind.needs_evidence:
            assert before.is_sealed(step.deed.account)
        if isinstance(step, Claimed):
            assert before.holder(at) in {"", happening.by}
        if not isinstance(step, (SplitOff, MergedInto)):
            assert {each.id for each in before.parts} <= {each.id for each in case.parts}
        assert len({each.id for each in case.parts}) == len(case.parts)
    assert all(text.ja and text.en for text in refusals)
    assert replay(case_with(), taken) == case  # the history alone makes the case


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ms"), st.integers(0, 5), st.integers(0, 5)), max_size=20))
def test_merging_and_splitting_lose_nothing(moves):
    """Whatever is merged and split, each entry belongs to exactly one case."""
    board = {f"c{n}": replace(case_with(part(f"report:{n}"), part(f"alert:{n}")), id=f"c{n}") for n in range(4)}
    everything = sorted(each.id for case in board.values() for each in case.parts)
    for move, first, second in moves:
        names = sorted(board)
        one, other = board[names[first % len(names)]], board[names[second % len(names)]]
        try:
            if move == "m":
                taken, gone = do(one, TookOver(other), why=WHY), do(other, MergedInto(one.id), why=WHY)
                board |= {taken.id: taken, gone.id: gone}
            else:
                chosen = tuple(each.id for each in one.parts[: second + 1])
                left = do(one, SplitOff(chosen, "x"), why=WHY)
                new = Case(id=f"n{len(board)}", opened_at=NOW)
                board |= {
                    left.id: left,
                    new.id: do(new, *(Joined(each) for each in one.parts if each.id in chosen), why=WHY),
                }
        except StepRefusedError:
            continue
        assert sorted(each.id for case in board.values() for each in case.parts) == everything
