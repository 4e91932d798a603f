"""The case desk over its store, on both databases: grouping, claims, history, deciding, and what is learnt."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from honnin.app.copies import CopyKeeper
from honnin.app.desk import CaseDesk, DeskParts, NoCaseError
from honnin.app.desk_ports import DeedResult, QueueFilter
from honnin.app.indicators import IndicatorFilter, IndicatorKeeper, producer
from honnin.app.ports import StoredVerdict
from honnin.cases.case import CaseState, Decided, Fact, FactAdded, FactKind, Noted, Outcome, StepRefusedError, replay
from honnin.cases.containment import Deed, DeedKind, DeedState
from honnin.cases.entry import EntryKind
from honnin.cases.labels import LabelKind
from honnin.cases.report import Happened, Report, Reporter, Sent
from honnin.cases.report import State as Told
from honnin.cases.triage import Lane
from honnin.evidence.item import Capture, Kind, Method
from honnin.model import Account, Channel, Event, Level, Stage, Verdict
from honnin.rules import shipped_pack
from honnin.sharing.indicator import Standing
from honnin.sharing.values import Kind as ClueKind
from honnin.store import SqlCaseStore, SqlCopyStore, SqlDirectoryStore, SqlVerdictStore
from honnin.store.cases import StaleCaseError
from honnin.store.indicators import SqlIndicatorStore

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
WHY = "台帳の番号で本人に確認した"
SCRIPT = (
    "代表の試験です。業務用に新しいアカウントを作りました。岡山の倉庫を買収する契約があり、手付金の振込が要ります。"
    "経理担当を入れたグループを作り、QRコードを返送してください。取締役会の前に終えたいので極秘で進めてください。"
)


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self):
        return self.now


@dataclass
class FakeLocker:
    refs: set = field(default_factory=set)
    filed: list = field(default_factory=list)

    def capture(self, folder, things, *, by):  # noqa: ARG002
        self.refs |= {thing.ref for thing in things}
        return [SimpleNamespace(item=SimpleNamespace(id=f"{folder}-{n}")) for n, _ in enumerate(things)]

    def is_sealed(self, ref, *, since=None):  # noqa: ARG002
        return ref in self.refs

    def file(self, folder, *, into, by):  # noqa: ARG002
        self.filed.append((folder, into))


@dataclass
class FakeService:
    """A chat service that declines requests by an interface, and has none for deleting contacts."""

    done: list = field(default_factory=list)
    works: bool = True

    def can(self, kind, account):  # noqa: ARG002
        return kind is not DeedKind.DELETE_CONTACT

    def perform(self, deed):
        self.done.append(deed)
        return DeedResult(self.works, "declined" if self.works else "the service did not answer")

    def captures(self, account):  # noqa: ARG002
        return [Capture(Kind.PROFILE, Method.API, b"{}", "application/json")]


@dataclass
class FakeReporters:
    told: dict = field(default_factory=dict)

    def move(self, number, state, *, reply=""):
        self.told[number] = (state, reply)
        return True


@dataclass
class Bench:
    desk: CaseDesk
    clock: Clock
    locker: FakeLocker
    service: FakeService
    reporters: FakeReporters
    verdicts: SqlVerdictStore
    copies: CopyKeeper
    indicators: IndicatorKeeper
    numbers: itertools.count = field(default_factory=itertools.count)

    def report(self, text=SCRIPT, **more):
        number = more.pop("number", f"R-{next(self.numbers)}")
        given = {"platform": "chatwork", "claimed_name": "試験 太郎", "contact": f"{number}@example.com"} | more
        return Report(number=number, received_at=self.clock(), text=text, **given)

    def alert(self, name="m-1", text=SCRIPT, account="90001", level=Level.DANGER):
        event = Event(
            name,
            channel=Channel.CHAT,
            text=text,
            sender=Account(platform="chatwork", account_id=account, name="試験 太郎"),
        )
        stored = StoredVerdict(event, verdict(name, level), self.clock(), "chat")
        self.verdicts.add(stored)
        return stored

    def closed(self, case_id, outcome=Outcome.FRAUD, **more):
        self.desk.claim(case_id, by="hana")
        return self.desk.decide(
            case_id, Decided(outcome, "exec_impersonation", "president"), by="hana", why=WHY, **more
        )


def verdict(name, level=Level.DANGER):
    return Verdict(name, level, 0.9, Stage.ASK, None, (), None, (), (), "test")


@pytest.fixture
def bench(database):
    clock, locker, service, reporters = Clock(), FakeLocker(), FakeService(), FakeReporters()
    verdicts = SqlVerdictStore(database)
    copies = CopyKeeper(SqlCopyStore(database), verdicts, shipped_pack(), clock, timedelta(days=180))
    indicators = IndicatorKeeper(SqlIndicatorStore(database), SqlDirectoryStore(database), producer("", ""), clock)
    ids = (f"case{n:04}" for n in itertools.count())
    parts = DeskParts(
        verdicts=verdicts,
        sealing=locker,
        copies=copies,
        indicators=indicators,
        screen=lambda event: verdict(event.id),
        now=clock,
        new_id=lambda: next(ids),
        transaction=database.transaction,
        reporters=reporters,
        connector=service,
    )
    desk = CaseDesk(SqlCaseStore(database), parts)
    return Bench(desk, clock, locker, service, reporters, verdicts, copies, indicators)


class TestGrouping:
    def test_a_report_and_an_alert_of_the_same_account_are_one_case(self, bench):
        case = bench.desk.take_alert(bench.alert())
        assert bench.desk.take_in(bench.report("写真を勝手に使われています", account_id="90001")) == case
        row = bench.desk.queue(QueueFilter())[0]
        assert (row.reports, row.alerts, row.level, row.account) == (1, 1, Level.DANGER, "chatwork:90001")
        assert bench.locker.filed == [("report/R-0", f"case/{case}")]

    def test_a_wave_is_one_line(self, bench):
        cases = {bench.desk.take_in(bench.report(SCRIPT.replace("岡山", f"岡山{n}丁目"))) for n in range(40)}
        assert len(cases) == 1
        assert [row.reports for row in bench.desk.queue(QueueFilter())] == [40]

    def test_what_came_before_is_not_counted_twice(self, bench):
        report, alert = bench.report(), bench.alert()
        assert bench.desk.take_in(report) == bench.desk.take_in(report)
        assert bench.desk.take_alert(alert) == bench.desk.take_alert(alert)
        assert bench.desk.catch_up(since=NOW - timedelta(days=1)) == 0
        assert sum(row.reports + row.alerts for row in bench.desk.queue(QueueFilter())) == 2

    def test_an_alert_that_was_kept_when_the_program_ended_is_taken_in_later(self, bench):
        bench.alert()
        assert bench.desk.catch_up(since=NOW - timedelta(days=1)) == 1
        assert bench.desk.catch_up(since=NOW - timedelta(days=1)) == 0
        assert [row.alerts for row in bench.desk.queue(QueueFilter())] == [1]

    def test_nothing_is_joined_by_masked_accounts_or_by_how_to_reach_the_reporter(self, bench):
        first = bench.report("社長を名乗っています", account_id="90***", contact="a@example.com")
        second = bench.report("別の件です a@example.com へ", account_id="90***", contact="a@example.com")
        assert bench.desk.take_in(first) != bench.desk.take_in(second)

    def test_the_same_destination_joins(self, bench):
        first = bench.desk.take_in(bench.report("一つ目", paid_to="テスト銀行 本店 普通 1234567"))
        assert bench.desk.take_in(bench.report("二つ目", paid_to="９９９９ １２３４５６７")) == first

    def test_ordinary_verdicts_do_not_enter(self, bench):
        assert bench.desk.take_alert(bench.alert(level=Level.NOTICE)) == ""

    def test_many_at_once_lose_nothing_and_make_one_case(self, bench):
        reports = [bench.report() for _ in range(24)]
        with ThreadPoolExecutor(4) as threads:
            cases = list(threads.map(bench.desk.take_in, reports))
        assert len(set(cases)) == 1
        case = bench.desk.case(cases[0])
        assert sorted(part.id for part in case.parts) == sorted(f"report:{report.number}" for report in reports)


class TestQueue:
    def test_money_that_moves_comes_first_and_next_takes_it(self, bench):
        bench.desk.take_in(bench.report("なりすまし", account_id="1"))
        urgent = bench.desk.take_in(bench.report("払ってしまった", account_id="2", sent=(Sent.MONEY,)))
        assert [row.lane for row in bench.desk.queue(QueueFilter())] == [Lane.NOW, Lane.IN_TURN]
        assert bench.desk.next(by="hana").id == urgent
        assert bench.desk.next(by="taro").id != urgent
        assert bench.desk.next(by="jiro") is None

    def test_two_who_reach_for_the_same_case_at_once(self, bench):
        case = bench.desk.take_in(bench.report())

        def claim(who):
            try:
                return bench.desk.claim(case, by=who) and who
            except StepRefusedError:
                return None

        with ThreadPoolExecutor(8) as threads:
            got = [who for who in threads.map(claim, [f"p{n}" for n in range(8)]) if who]
        assert len(got) == 1
        assert bench.desk.case(case).holder(NOW) == got[0]

    def test_a_claim_that_ran_out_is_free(self, bench):
        case = bench.desk.take_in(bench.report())
        bench.desk.claim(case, by="hana")
        assert bench.desk.queue(QueueFilter(free_at=bench.clock())) == ()
        bench.clock.now += timedelta(minutes=31)
        assert [row.id for row in bench.desk.queue(QueueFilter(free_at=bench.clock()))] == [case]
        assert bench.desk.next(by="taro").id == case

    def test_working_keeps_it(self, bench):
        case = bench.desk.take_in(bench.report())
        bench.desk.claim(case, by="hana")
        bench.clock.now += timedelta(minutes=25)
        bench.desk.do(case, Noted("電話した"), by="hana")
        assert bench.desk.case(case).claim.until == bench.clock() + timedelta(minutes=30)

    def test_pages_follow_each_other(self, bench):
        for n in range(7):
            bench.clock.now += timedelta(minutes=n % 3)
            bench.desk.take_in(bench.report("別々", account_id=str(n), sent=(Sent.MONEY,) if n % 2 else ()))
        everything = [row.id for row in bench.desk.queue(QueueFilter())]
        seen, after = [], None
        while rows := bench.desk.queue(QueueFilter(after=after, most=2)):
            seen += [row.id for row in rows]
            after = (rows[-1].lane, rows[-1].look_by, rows[-1].id)
        assert seen == everything

    def test_filters(self, bench):
        alert = bench.desk.take_alert(bench.alert())
        owner = bench.desk.take_in(bench.report("それは私です", account_id="555", reporter=Reporter.OWNER))
        find = lambda **wanted: [row.id for row in bench.desk.queue(QueueFilter(**wanted))]  # noqa: E731
        assert find(kind=EntryKind.APPEAL) == [owner]
        assert find(kind=EntryKind.ALERT) == [alert]
        assert find(level=Level.DANGER) == [alert]
        assert find(text="９０００１") == [alert]
        assert find(text="%") == []
        bench.desk.claim(owner, by="hana")
        assert find(claimed_by="hana") == [owner]
        assert bench.desk.store.counts(at=NOW) == {"now": 0, "waiting": 1, "claimed": 1, "all": 2}


class TestHistory:
    def test_every_step_names_who_when_and_why_and_makes_the_case_again(self, bench):
        case_id = bench.desk.take_alert(bench.alert())
        bench.desk.take_in(bench.report())
        bench.desk.claim(case_id, by="hana")
        fact = Fact("f1", FactKind.PAYMENT, "9999-100-1234567", "asked", "48万円", NOW)
        bench.desk.do(case_id, FactAdded(fact), by="hana")
        bench.desk.capture(case_id, "chatwork:90001", by="hana")
        bench.closed(case_id)
        history, case = bench.desk.store.history(case_id), bench.desk.case(case_id)
        assert all(happening.by and happening.at.tzinfo for happening in history)
        assert history[-1].why == WHY
        first = replace(case, version=0, state=CaseState.WAITING, parts=(), claim=None, facts=(), seals=())
        first = replace(first, outcome=None, tactic="", role="", reason="", decided_by="", decided_at=None)
        assert replay(first, history) == case

    def test_a_version_is_written_once(self, bench, database):
        case_id = bench.desk.take_in(bench.report())
        store, case = SqlCaseStore(database), bench.desk.case(case_id)
        last = store.history(case_id)[-1]
        with pytest.raises(StaleCaseError):
            store.save(case, bench.desk.queue(QueueFilter())[0], last, None)

    def test_unknown_cases_are_said_to_be_unknown(self, bench):
        with pytest.raises(NoCaseError):
            bench.desk.claim("nothing", by="hana")


class TestContainment:
    def test_what_deletes_is_refused_until_sealed_and_then_done_once(self, bench):
        case = bench.desk.take_alert(bench.alert())
        bench.desk.claim(case, by="hana")
        deed = Deed("d1", DeedKind.DECLINE_REQUEST, "chatwork:90001", "request-7")
        with pytest.raises(StepRefusedError, match="Keep before you delete"):
            bench.desk.contain(case, deed, by="hana")
        assert bench.service.done == []
        bench.desk.capture(case, "chatwork:90001", by="hana")
        assert bench.desk.contain(case, deed, by="hana").deeds[0].state is DeedState.DONE
        assert bench.service.done == [deed]

    def test_a_seal_the_locker_does_not_know_is_worth_nothing(self, bench):
        case = bench.desk.take_alert(bench.alert())
        bench.desk.claim(case, by="hana")
        bench.desk.capture(case, "chatwork:90001", by="hana")
        bench.locker.refs.clear()
        with pytest.raises(StepRefusedError, match="Keep before you delete"):
            bench.desk.contain(case, Deed("d1", DeedKind.DELETE_CONTACT, "chatwork:90001"), by="hana")

    def test_where_there_is_no_interface_a_person_does_it(self, bench):
        case = bench.desk.take_alert(bench.alert())
        bench.desk.claim(case, by="hana")
        bench.desk.capture(case, "chatwork:90001", by="hana")
        deed = Deed("d1", DeedKind.DELETE_CONTACT, "chatwork:90001")
        assert bench.desk.contain(case, deed, by="hana").deeds[0].state is DeedState.BY_HAND
        assert bench.service.done == []

    def test_a_service_that_fails_is_on_record(self, bench):
        bench.service.works = False
        case = bench.desk.take_alert(bench.alert())
        bench.desk.claim(case, by="hana")
        after = bench.desk.contain(case, Deed("d1", DeedKind.WARN_MEMBERS, "chatwork:90001"), by="hana")
        assert after.deeds[0].state is DeedState.FAILED


class TestDeciding:
    def test_reporters_hear_of_it_and_alerts_are_handled(self, bench):
        case = bench.desk.take_alert(bench.alert())
        bench.desk.take_in(bench.report(number="R-7"))
        bench.closed(case, reply="ありがとうございました")
        assert bench.reporters.told["R-7"] == (Told.ACTED, "ありがとうございました")
        assert bench.verdicts.get("m-1").handled_by == "hana"
        assert bench.desk.queue(QueueFilter()) == ()
        assert [row.id for row in bench.desk.queue(QueueFilter(is_open=False))] == [case]

    def test_confirmed_fraud_is_known_again_at_once(self, bench):
        case = bench.desk.take_alert(bench.alert())
        bench.desk.take_in(bench.report())
        copy = Event("later", text=SCRIPT.replace("岡山", "広島"))
        assert bench.copies.met(copy) is None
        bench.closed(case)
        assert bench.copies.met(copy).tactic == "exec_impersonation"

    def test_what_confirmed_fraud_names_is_proposed_and_no_more(self, bench):
        case = bench.desk.take_alert(bench.alert(text=f"{SCRIPT} 連絡は 03-0000-1234 へ"))
        bench.closed(case, learn=False)
        bench.desk.reopen(case, by="hana", why=WHY)
        bench.closed(case)
        found = {one.kind: one for one in bench.indicators.store.search(IndicatorFilter()).items}
        assert found.keys() == {ClueKind.ACCOUNT, ClueKind.PHONE, ClueKind.FINGERPRINT}
        assert {one.standing for one in found.values()} == {Standing.PROPOSED}
        account = found[ClueKind.ACCOUNT]
        assert (account.case_id, account.created_by, account.confidence, account.sightings) == (case, "hana", 70, 1)

    @pytest.mark.parametrize("outcome", [Outcome.FALSE_ALARM, Outcome.UNCLEAR, Outcome.ELSEWHERE])
    def test_what_is_not_confirmed_proposes_nothing(self, bench, outcome):
        bench.closed(bench.desk.take_alert(bench.alert()), outcome)
        assert bench.indicators.store.count() == 0

    def test_a_false_alarm_teaches_no_fingerprint_and_counts_against_nobody(self, bench):
        report = bench.report(by="taro", reporter=Reporter.STAFF)
        case = bench.desk.take_in(report)
        bench.closed(case, Outcome.FALSE_ALARM)
        assert bench.copies.met(Event("later", text=SCRIPT)) is None
        assert bench.desk.store.aside("staff:taro") is None
        again = bench.desk.take_in(bench.report(by="taro", account_id="7", sent=(Sent.MONEY,)))
        assert again != case  # a false alarm attracts nothing
        assert bench.desk.case(again).counted

    def test_more_of_a_confirmed_wave_opens_it_again(self, bench):
        case = bench.desk.take_alert(bench.alert())
        bench.closed(case)
        assert bench.desk.take_in(bench.report(account_id="90001")) == case
        assert bench.desk.case(case).state is CaseState.WAITING

    def test_numbers_for_trends(self, bench):
        bench.closed(bench.desk.take_alert(bench.alert()))
        bench.closed(bench.desk.take_in(bench.report("勘違い", account_id="8")), Outcome.FALSE_ALARM)
        trends = bench.desk.store.trends(NOW - timedelta(days=1))
        assert [(one.outcome, one.tactic, one.channel, one.role, one.cases) for one in trends] == [
            (Outcome.FALSE_ALARM, "exec_impersonation", "chatwork", "president", 1),
            (Outcome.FRAUD, "exec_impersonation", "chatwork", "president", 1),
        ]


class TestMergingAndSplitting:
    def test_merging_loses_nothing_and_splitting_gives_it_back(self, bench):
        one = bench.desk.take_in(bench.report("一つ目", account_id="1"))
        other = bench.desk.take_in(bench.report("二つ目", account_id="2"))
        bench.desk.do(other, Noted("電話した"), by="hana")
        merged = bench.desk.merge(one, other, by="hana", why=WHY)
        assert [part.id for part in merged.parts] == ["report:R-0", "report:R-1"]
        assert [note.text for note in merged.notes] == ["電話した"]
        assert bench.desk.case(other).merged_into == one
        assert bench.desk.take_in(bench.report("三つ目", account_id="2")) == one
        new = bench.desk.split(one, ["report:R-1", "report:R-2"], by="hana", why="別の相手だった")
        assert [part.id for part in new.parts] == ["report:R-1", "report:R-2"]
        assert [part.id for part in bench.desk.case(one).parts] == ["report:R-0"]
        assert bench.desk.take_in(bench.report("四つ目", account_id="2")) == new.id
        assert bench.desk.take_in(bench.report("五つ目", account_id="1")) == one

    def test_one_report_that_ties_two_cases_makes_them_one(self, bench):
        one = bench.desk.take_in(bench.report(SCRIPT, account_id="1"))
        unlike = bench.report("テスト銀行へ振り込むよう言われた", paid_to="1234567", account_id="2")
        other = bench.desk.take_in(unlike)
        assert one != other
        bench.desk.claim(other, by="hana")  # somebody works on it, so nothing is merged over their head
        bench.desk.take_in(bench.report(SCRIPT, account_id="1", paid_to="1234567"))
        assert bench.desk.case(other).state is CaseState.WORKING


class TestReporters:
    def test_bad_faith_is_set_aside_for_now_and_later_and_can_be_taken_back(self, bench):
        case = bench.desk.take_in(bench.report(account_id="1", contact="x@example.com", sent=(Sent.MONEY,)))
        who = bench.desk.case(case).parts[0].who
        assert bench.desk.set_reporter_aside(who, by="hana", why="同じ人が無関係な人を繰り返し通報") == 1
        assert bench.desk.case(case).counted == ()
        assert bench.desk.queue(QueueFilter())[0].lane is Lane.IN_TURN
        later = bench.desk.take_in(bench.report(account_id="1", contact="x@example.com", sent=(Sent.MONEY,)))
        assert bench.desk.case(later).counted == ()
        assert bench.desk.count_reporter_again(who, by="taro", why="誤りだった。本人に確認") == 1
        assert len(bench.desk.case(case).counted) == 2

    def test_it_needs_a_reason(self, bench):
        bench.desk.take_in(bench.report(contact="x@example.com"))
        with pytest.raises(StepRefusedError, match="reason"):
            bench.desk.set_reporter_aside("guest:1", by="hana", why=" ")


class TestLabels:
    def test_fraud_is_written_on_an_account_only_once_decided(self, bench):
        case = bench.desk.take_alert(bench.alert())
        with pytest.raises(StepRefusedError, match="never on reports alone"):
            bench.desk.label(case, "chatwork:90001", LabelKind.FRAUD, by="hana", why=WHY)
        bench.closed(case)
        made = bench.desk.label(case, "chatwork:90001", LabelKind.FRAUD, by="hana", why=WHY)
        assert bench.desk.store.labels(["chatwork:90001"]) == (made,)
        assert not made.counts(NOW + timedelta(days=181))

    def test_an_appeal_is_decided_by_somebody_else(self, bench):
        case = bench.desk.take_alert(bench.alert())
        bench.closed(case)
        made = bench.desk.label(case, "chatwork:90001", LabelKind.FRAUD, by="hana", why=WHY)
        appeal = bench.report("私本人です", account_id="90001", reporter=Reporter.OWNER, happened=Happened.MY_ACCOUNT)
        assert bench.desk.take_in(appeal) == case
        with pytest.raises(StepRefusedError, match="somebody other"):
            bench.desk.lift_label(case, made.id, by="hana", why="本人と確認")
        lifted = bench.desk.lift_label(case, made.id, by="taro", why="電話で本人と確認")
        kept = bench.desk.store.labels(["chatwork:90001"])
        assert kept == (lifted,)
        assert kept[0].lifted_by == "taro"
