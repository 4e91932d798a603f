from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from honnin.app.receipts import Receipts
from honnin.app.reports import ReportDesk, Surroundings, exported
from honnin.app.uploads import Upload
from honnin.cases.report import Addition, Happened, Report, Reporter, ReportFile, Sent, State
from honnin.errors import BadInputError
from honnin.store import SqlReportStore
from honnin.store.schema_reports import additions, pictures, reports

NOW = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
FILE = ReportFile(sha256="a" * 64, name="写真.png", kind="image/png", size=3, has_picture=True)
REPORT = Report(
    number="R-7K2M-9Q01",
    received_at=NOW,
    reporter=Reporter.GUEST,
    happened=Happened.ASKED_FOR_MONEY,
    text="社長を名乗る人から\x00振込を頼まれました\ud83d",
    claimed_name="試験 太郎",
    claimed_company="見本商事",
    platform="chatwork",
    account_id="90001",
    when=NOW - timedelta(hours=2),
    sent=(Sent.MONEY, Sent.PASSWORD),
    amount="1,000,000円",
    paid_to="テスト銀行 本店 普通 1234567",
    files=(FILE,),
    language="en",
    contact="hana@example.jp",
    source="chat",
    event_id="m-1",
)
ADDITION = Addition(at=NOW + timedelta(hours=1), text="口座も届きました", files=(replace(FILE, sha256="b" * 64),))


@pytest.fixture
def database(shared_database):
    """Empty of reports; made only once, because making one takes longer than most of these tests."""
    with shared_database.transaction() as connection:
        for table in (pictures, additions, reports):
            connection.execute(table.delete())
    return shared_database


@pytest.fixture
def store(database):
    return SqlReportStore(database)


class TestStore:
    def test_a_report_reads_back_as_it_was(self, store):
        assert store.add(REPORT, secret_hash="h" * 64, drawn={FILE.sha256: b"jpeg"})
        assert store.get(REPORT.number) == REPORT
        assert store.secret_hash(REPORT.number) == "h" * 64
        assert store.picture(REPORT.number, FILE.sha256) == b"jpeg"
        assert store.picture(REPORT.number, "c" * 64) is None

    def test_a_number_is_given_once(self, store):
        store.add(REPORT, secret_hash="h" * 64)
        assert not store.add(replace(REPORT, text="another"), secret_hash="x" * 64)
        assert store.get(REPORT.number).text == REPORT.text
        assert store.get("R-0000-0000") is None
        assert store.secret_hash("R-0000-0000\x00") == ""

    def test_what_is_added_comes_in_order(self, store):
        store.add(REPORT, secret_hash="h" * 64)
        later = Addition(at=NOW + timedelta(days=1), text="そのあと")
        assert store.append(REPORT.number, ADDITION, drawn={"b" * 64: b"jpeg"})
        assert store.append(REPORT.number, later)
        assert not store.append("R-0000-0000", later)
        found = store.get(REPORT.number)
        assert found.additions == (ADDITION, later)
        assert found.changed_at == later.at
        assert found.all_files == (FILE, *ADDITION.files)
        assert store.picture(REPORT.number, "b" * 64) == b"jpeg"

    def test_it_comes_as_far_as_its_states_allow(self, store):
        store.add(REPORT, secret_hash="h" * 64)
        assert store.move(REPORT.number, State.LOOKED_AT, at=NOW)
        assert not store.move(REPORT.number, State.RECEIVED, at=NOW)
        assert store.move(REPORT.number, State.ACTED, at=NOW, reply="ありがとうございました")
        found = store.get(REPORT.number)
        assert (found.state, found.state_at, found.reply) == (State.ACTED, NOW, "ありがとうございました")
        assert not store.move("R-0000-0000", State.ACTED, at=NOW)

    def test_lists_are_by_arrival(self, store):
        for n in range(5):
            report = replace(REPORT, number=f"R-0000-000{n}", event_id=f"m-{n % 2}", by="hana" if n == 1 else "")
            store.add(report, secret_hash="h" * 64)
        newest = store.newest(most=2)
        assert [report.number[-1] for _, report in newest] == ["4", "3"]
        assert [report.number[-1] for _, report in store.newest(before=newest[-1][0], most=2)] == ["2", "1"]
        assert [report.number[-1] for _, report in store.newest(by="hana")] == ["1"]
        first = store.arrived(most=3)
        assert [report.number[-1] for _, report in first] == ["0", "1", "2"]
        assert [report.number[-1] for _, report in store.arrived(after=first[-1][0])] == ["3", "4"]
        assert [report.number[-1] for report in store.of_event("m-1", "chat")] == ["1", "3"]

    def test_whom_to_write_to_is_forgotten_some_time_after_closing(self, store):
        for n, state in enumerate([State.ACTED, State.LOOKED_AT, State.RECORDED]):
            number = f"R-0000-000{n}"
            store.add(replace(REPORT, number=number), secret_hash="h" * 64)
            store.move(number, state, at=NOW - timedelta(days=10 * n))
        assert store.contacts_over(NOW - timedelta(days=5)) == ["R-0000-0002"]
        assert store.erase_contact("R-0000-0002", at=NOW)
        assert not store.erase_contact("R-0000-0002", at=NOW)
        found = store.get("R-0000-0002")
        assert (found.contact, found.contact_erased_at) == ("", NOW)
        assert store.contacts_over(NOW + timedelta(days=1)) == ["R-0000-0000"]


class FakeLocker:
    def __init__(self):
        self.sealed = []
        self.fails = False

    def capture(self, folder, things, *, by):
        if self.fails:
            raise OSError("the disk is full")
        self.sealed += [(folder, by, thing) for thing in things]
        return ()


class Clock:
    now = NOW

    def __call__(self):
        return self.now


class Desk:
    def __init__(self, database):
        self.flushed = 0
        self.store, self.locker, self.clock, self.heard, self.held = (
            SqlReportStore(database),
            FakeLocker(),
            Clock(),
            [],
            set(),
        )
        around = Surroundings(
            locker=self.locker,
            redraw=lambda data: b"\xff\xd8\xff" if data.startswith(b"\xff\xd8\xff") else None,
            transaction=database.transaction,
            receipts=Receipts(b"k" * 32),
            now=self.clock,
            told=self.heard.append,
            is_held=self.held.__contains__,
            flush=self.flush,
        )
        self.desk = ReportDesk(self.store, around)

    def flush(self):
        self.flushed += 1


@pytest.fixture
def world(database):
    return Desk(database)


TOLD = replace(REPORT, number="", files=())
SHOT = Upload("shot.jpg", b"\xff\xd8\xff with a place in it")


class TestDesk:
    def test_a_report_is_kept_whole_and_its_files_are_sealed(self, world):
        receipt = world.desk.receive(TOLD, [SHOT], once="1")

        kept = world.store.get(receipt.number)
        assert kept == receipt.report == replace(TOLD, number=receipt.number, files=kept.files)
        assert kept.files[0].has_picture
        assert world.heard == [kept]
        assert world.flushed == 1
        (folder, by, note), (_, _, file) = world.locker.sealed
        assert (folder, by, file.content) == (f"report/{receipt.number}", "guest", SHOT.data)
        assert b"hana@example.jp" not in note.content
        assert b"90001" in note.content

    def test_what_cannot_be_sealed_is_not_kept(self, world):
        world.locker.fails = True
        with pytest.raises(OSError, match="full"):
            world.desk.receive(TOLD, [SHOT], once="1")
        assert world.store.newest() == []

    def test_what_is_refused_is_not_kept(self, world):
        with pytest.raises(BadInputError):
            world.desk.receive(TOLD, [SHOT, Upload("a.7z", b"7z\xbc\xaf'\x1c")], once="1")
        assert world.store.newest() == []
        assert world.locker.sealed == []

    def test_sending_twice_is_one_report_and_loses_nothing(self, world):
        first = world.desk.receive(TOLD, [SHOT], once="1")
        again = world.desk.receive(TOLD, [SHOT], once="1")
        more = world.desk.receive(replace(TOLD, text="もう一つ"), [Upload("b.txt", b"b")], once="1")

        assert (first.number, first.secret) == (again.number, again.secret) == (more.number, more.secret)
        assert again.report == first.report
        (addition,) = world.store.get(first.number).additions
        assert (addition.text, addition.files[0].name) == ("もう一つ", "b.txt")
        assert world.desk.receive(TOLD, [SHOT], once="2").number != first.number

    def test_a_number_that_is_taken_by_chance_is_not_mixed_up(self, world):
        receipts = Receipts(b"k" * 32)
        taken = receipts.number("1")
        world.store.add(replace(REPORT, number=taken), secret_hash="f" * 64)
        receipt = world.desk.receive(replace(TOLD, text="another"), once="1")

        assert receipt.number == receipts.number("1", 1)
        assert world.store.get(taken).additions == ()

    def test_only_who_knows_the_secret_may_look_and_add(self, world):
        receipt = world.desk.receive(TOLD, once="1")
        typed = receipt.number.lower().replace("-", " ")
        assert world.desk.look_up(typed, receipt.secret.lower()) == receipt.report
        for number, secret in [(typed, ""), (typed, "AAAA" * 4), ("R-0000-0000", receipt.secret), ("", "")]:
            assert world.desk.look_up(number, secret) is None
            assert world.desk.add(number, secret, "x") is None

        for _ in range(2):  # pressed twice
            grown = world.desk.add(typed, receipt.secret, "あとから", [SHOT])
        assert [each.text for each in grown.additions] == ["あとから"]
        assert world.store.get(receipt.number) == grown
        assert world.heard[-1] == grown
        assert [thing.content for _, _, thing in world.locker.sealed][-1] == SHOT.data

    def test_more_than_can_be_kept_is_refused_and_never_dropped(self, world, monkeypatch):
        monkeypatch.setattr("honnin.app.reports.MOST_ADDITIONS", 2)
        receipt = world.desk.receive(TOLD, once="1")
        for n in range(2):
            world.desk.add(receipt.number, receipt.secret, str(n))
        with pytest.raises(BadInputError):
            world.desk.add(receipt.number, receipt.secret, "one more")
        assert world.desk.add(receipt.number, receipt.secret, "1").additions[-1].text == "1"  # said already

    def test_whom_to_write_to_is_forgotten_in_time_unless_held(self, world):
        numbers = [world.desk.receive(TOLD, once=str(n)).number for n in range(3)]
        for number in numbers[:2]:
            world.desk.move(number, State.ACTED)
        world.held.add(f"report/{numbers[0]}")
        world.clock.now = NOW + timedelta(days=181)

        assert world.desk.tidy() == 1
        assert [bool(world.store.get(number).contact) for number in numbers] == [True, False, True]
        assert not world.desk.erase_contact(numbers[0])
        assert world.desk.erase_contact(numbers[2])

    def test_a_copy_of_everything_can_be_had(self, world):
        receipt = world.desk.receive(TOLD, [SHOT], once="1")
        copy = exported(world.desk.add(receipt.number, receipt.secret, "あとから"))
        assert (copy["contact"], copy["additions"][0]["text"]) == ("hana@example.jp", "あとから")
        assert copy["files"][0]["name"] == "shot.jpg"
