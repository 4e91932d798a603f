"""The way of a request: no step out of order, nobody alone, and no number from the letter."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from honnin.sharing.disclosure import COLUMNS, csv_rows, decision, log_row
from honnin.sharing.request import (
    BASES,
    COMMUNICATIONS,
    Approve,
    Asked,
    Authenticate,
    Basis,
    CheckScope,
    EndHold,
    Erase,
    ExtendHold,
    Hold,
    Letter,
    Notice,
    NumberSource,
    Policy,
    Prepare,
    PreparedItem,
    Record,
    Refuse,
    Release,
    Requester,
    Review,
    SendBack,
    State,
    StepRefusedError,
    receive,
    take,
)

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
POLICY = Policy()
LETTER = Letter(
    requester=Requester.INVESTIGATOR,
    office="見本県警 サイバー課",
    person="例題 三郎",
    rank="巡査部長",
    channel="post",
    document_no="見本捜第12号",
    case_no="2026-1",
    period="2026-11-01 / 2026-11-20",
    asked_for="アカウント 90001 に関する通報の内容",
    contacts=("052-000-1234（内線12）",),
)
CALL = Authenticate("052-000-9999", NumberSource.OFFICIAL_SITE, "https://police.example.jp/", "総務 例題")
SCOPE = CheckScope(Basis.INQUIRY, frozenset({Asked.DESTINATION, Asked.REPORTS}), False, "質問に関係する範囲")
REVIEW = Review("法務 見本", "適法、必要な範囲")
ITEMS = (PreparedItem("item-1", "会話", "a" * 64, "b" * 64, 3),)
PREPARE = Prepare(ITEMS, "digest-1")
RELEASE = Release("手渡し", "例題 三郎", "見本県警")
RECORD = Record("受領書 12", Notice.PROHIBITED)
WAY = [
    (CALL, "hana", State.AUTHENTICATED),
    (SCOPE, "hana", State.SCOPED),
    (REVIEW, "legal", State.REVIEWED),
    (PREPARE, "hana", State.PREPARED),
    (Approve("digest-1"), "boss", State.APPROVED),
    (RELEASE, "hana", State.RELEASED),
    (RECORD, "hana", State.LOGGED),
]


def opened(**parts):
    return receive("r-1", replace(LETTER, **parts), by="hana", at=NOW)


def walked(until, start=None):
    request = start or opened()
    for number, (step, by, state) in enumerate(WAY, 1):
        if request.state is until:
            return request
        request = take(request, step, by=by, at=NOW + number * timedelta(hours=1), policy=POLICY)
        assert request.state is state
    return request


def do(request, step, *, by="hana", at=NOW + DAY, policy=POLICY):
    return take(request, step, by=by, at=at, policy=policy)


def refused(request, step, **parts):
    with pytest.raises(StepRefusedError) as error:
        do(request, step, **parts)
    return error.value.text.en


def test_the_whole_way():
    request = walked(State.LOGGED)
    assert request.retain_until == NOW + timedelta(hours=7) + POLICY.keep_for
    assert request.people == {"hana", "legal", "boss"}
    assert decision(request) == "disclosed"


@pytest.mark.parametrize("state", [state for _, _, state in WAY])
def test_no_step_can_be_skipped_or_taken_twice(state):
    request = walked(state)
    place = [found for _, _, found in WAY].index(state)
    for number, (step, _, _) in enumerate(WAY):
        repeated = isinstance(step, Prepare) and state is State.PREPARED  # copies may be made again
        if number != place + 1 and not repeated:
            assert "stage" in refused(request, step, by="other")


@pytest.mark.parametrize(
    "number", ["052-000-1234", "０５２-０００-１２３４", "+81 52 000 1234", "0520001234", "052(000)1234 内線99"]
)
def test_a_number_from_the_letter_proves_nothing(number):
    assert "stands in the letter" in refused(opened(), replace(CALL, number=number))


@pytest.mark.parametrize(
    ("step", "missing"),
    [
        (replace(CALL, answered_by=" "), "who answered"),
        (replace(CALL, source_detail=""), "where you looked"),
        (replace(CALL, number="110"), "whole number"),
    ],
)
def test_who_answered_and_where_the_number_is_from_are_needed(step, missing):
    assert missing in refused(opened(), step)


class TestScope:
    @pytest.mark.parametrize("requester", Requester)
    @pytest.mark.parametrize("basis", Basis)
    def test_grounds_fit_who_asks(self, requester, basis):
        request = walked(State.AUTHENTICATED, opened(requester=requester))
        granted = frozenset() if basis is Basis.PRESERVATION else SCOPE.granted
        step = CheckScope(basis, granted, False, "reason")
        if basis in BASES[requester]:
            assert do(request, step).state is State.SCOPED
        else:
            assert "ground" in refused(request, step)

    @pytest.mark.parametrize("asked", sorted(COMMUNICATIONS))
    def test_communications_of_others_need_a_warrant(self, asked):
        request = walked(State.AUTHENTICATED)
        step = CheckScope(Basis.INQUIRY, frozenset({asked}), True, "reason")
        assert "warrant" in refused(request, step)
        assert do(request, replace(step, basis=Basis.WARRANT)).state is State.SCOPED
        assert do(request, replace(step, third_party=False)).state is State.SCOPED
        assert do(request, step, policy=Policy(warrant_for_communications=False)).state is State.SCOPED

    def test_something_must_be_granted(self):
        assert "at least one" in refused(walked(State.AUTHENTICATED), replace(SCOPE, granted=frozenset()))


class TestTwoPeople:
    def test_who_prepared_cannot_approve(self):
        assert "Another person" in refused(walked(State.PREPARED), Approve("digest-1"), by="hana")

    def test_nor_who_prepared_an_earlier_version(self):
        request = do(walked(State.PREPARED), Prepare(ITEMS, "digest-2"), by="jiro")
        assert "Another person" in refused(request, Approve("digest-2"), by="hana")
        assert do(request, Approve("digest-2"), by="boss").state is State.APPROVED

    def test_what_is_approved_is_what_was_shown(self):
        request = do(walked(State.PREPARED), Prepare(ITEMS, "digest-2"), by="hana")
        assert "changed" in refused(request, Approve("digest-1"), by="boss")

    def test_sent_back_copies_are_done_again_and_approved_again(self):
        request = do(walked(State.APPROVED), SendBack("name left in"), by="boss")
        assert "stage" in refused(request, RELEASE)
        again = do(do(request, Prepare(ITEMS, "digest-3")), Approve("digest-3"), by="boss")
        assert again.state is State.APPROVED

    STEPS = st.sampled_from(
        [
            CALL,
            SCOPE,
            REVIEW,
            PREPARE,
            Prepare(ITEMS, "digest-2"),
            Approve("digest-1"),
            Approve("digest-2"),
            SendBack("again"),
            RELEASE,
            RECORD,
            Refuse("no"),
            Hold(NOW + 20 * DAY),
            EndHold("over"),
            Erase(),
        ]
    )

    @settings(max_examples=120, deadline=None)
    @given(st.lists(st.tuples(STEPS, st.sampled_from(["hana", "jiro", "boss"])), max_size=40))
    def test_over_any_steps_nothing_leaves_without_a_call_a_review_and_a_second_person(self, steps):
        request = opened()
        for number, (step, by) in enumerate(steps):
            try:
                request = take(request, step, by=by, at=NOW + number * timedelta(minutes=1), policy=POLICY)
            except StepRefusedError:
                continue
        if request.last(Release):
            kinds = [type(taken.step) for taken in request.history]
            for needed in (Authenticate, CheckScope, Review, Prepare, Approve):
                assert needed in kinds[: kinds.index(Release)]
            preparers = {taken.by for taken in request.history if isinstance(taken.step, Prepare)}
            assert request.last(Approve).by not in preparers
            assert request.last(Approve).step.digest == request.preparation.digest


class TestRefusal:
    @pytest.mark.parametrize(
        "state", [State.AUTHENTICATED, State.SCOPED, State.REVIEWED, State.PREPARED, State.APPROVED]
    )
    def test_it_can_be_refused_until_it_has_left_and_is_logged(self, state):
        request = do(walked(state), Refuse("範囲が広すぎる"))
        row = log_row(request)
        assert (row["decision"], row["refusal_reason"]) == ("refused", "範囲が広すぎる")
        assert request.retain_until

    def test_a_reason_is_needed(self):
        assert "reason" in refused(opened(), Refuse(" "))

    def test_what_has_left_cannot_be_refused(self):
        assert "stage" in refused(walked(State.RELEASED), Refuse("late"))


class TestHold:
    def test_thirty_days_and_sixty_with_the_extension(self):
        request = do(opened(), Hold(NOW + DAY + 30 * DAY, "保全1"))
        assert "60" in refused(request, ExtendHold(NOW + 62 * DAY, "保全2"), at=NOW + 2 * DAY)
        longer = do(request, ExtendHold(NOW + 61 * DAY, "保全2"), at=NOW + 2 * DAY)
        assert longer.hold_until == NOW + 61 * DAY
        assert "further request" in refused(opened(), Hold(NOW + 32 * DAY))

    def test_a_preservation_request_hands_nothing_over(self):
        request = do(walked(State.AUTHENTICATED), CheckScope(Basis.PRESERVATION, frozenset(), False, "reason"))
        request = do(do(request, REVIEW), Hold(NOW + 20 * DAY))
        assert "no copy" in refused(request, PREPARE)
        request = do(request, Record("", Notice.PROHIBITED))
        assert (request.state, decision(request)) == (State.LOGGED, "held")

    def test_what_is_held_cannot_be_erased(self):
        request = do(walked(State.LOGGED), Hold(NOW + 20 * DAY))
        policy = Policy(keep_for=timedelta(0))
        assert "on hold" in refused(request, Erase(), policy=policy, at=NOW + 2 * DAY)

    def test_nothing_is_erased_before_its_time(self):
        request = walked(State.LOGGED)
        assert "not over" in refused(request, Erase())
        assert do(request, Erase(), at=request.retain_until).state is State.ERASED


def test_a_delayed_notice_needs_its_day():
    request = walked(State.RELEASED)
    assert "until when" in refused(request, Record("r", Notice.DELAYED))
    assert do(request, Record("r", Notice.DELAYED, NOW + 90 * DAY)).state is State.LOGGED


def test_time_does_not_run_backwards():
    assert "earlier" in refused(walked(State.SCOPED), REVIEW, at=NOW)


def test_the_log_has_every_field_and_no_cell_is_a_formula():
    row = log_row(walked(State.LOGGED))
    assert set(row) == set(COLUMNS)
    assert {name for name, value in row.items() if not value} == {
        "refusal_reason",
        "notice_delayed_until",
        "hold_until",
        "hold_document_no",
    }
    cells = list(csv_rows([opened(office="=HYPERLINK(1)", person=" +1", asked_for="@x")]))[1]
    assert [cell for cell in cells if cell.lstrip()[:1] in set("=+-@")] == []
