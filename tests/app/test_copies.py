"""Remembering confirmed fraud: what is kept, for how long, and what other sites may learn of it."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.copies.scripts import BANK, GIFT, PRESIDENT, SCRIPTS

from honnin.app.copies import CopyKeeper, Outcome
from honnin.app.ports import StoredVerdict
from honnin.app.screen import ScreeningDesk
from honnin.model import Account, Event, Level, Recipient
from honnin.rules import shipped_pack
from honnin.store import (
    Database,
    SqlConversationStore,
    SqlCopyStore,
    SqlDirectoryStore,
    SqlRelationshipStore,
    SqlVerdictStore,
)

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LETTER = (
    "いつもお世話になっております。先日ご相談した協力金の件、事務局より書類が整ったとの連絡がありました。"
    "来週金曜までに同封の返信票へご記入のうえ、担当の栗原までお戻しください。"
)


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def make_desk(engine, clock):
    """Make a site with a memory of its own."""
    opened = []

    def make():
        database = Database("sqlite://")
        database.migrate()
        opened.append(database)
        verdicts = SqlVerdictStore(database)
        keeper = CopyKeeper(SqlCopyStore(database), verdicts, shipped_pack(), clock, 180 * DAY)
        return ScreeningDesk(
            engine,
            SqlDirectoryStore(database),
            verdicts,
            SqlRelationshipStore(database),
            SqlConversationStore(database),
            clock,
            database.transaction,
            keeper,
        )

    yield make
    for database in opened:
        database.close()


@pytest.fixture
def desk(make_desk):
    return make_desk()


def receive(desk, text, event_id="m-1", **parts):
    return desk.receive(Event(event_id, text=text, **parts), source="chat")


def confirm(desk, text, event_id="m-1", **parts):
    return desk.copies.remember(receive(desk, text, event_id, **parts), by="admin")


def lines(*rows):
    return b"".join((row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n" for row in rows)


def take(desk, data, origin="partner"):
    return desk.copies.import_lines(io.BytesIO(data).read, by="admin", origin=origin)


class TestRemembering:
    def test_who_when_and_from_which_event_is_kept_but_no_word_of_it(self, desk):
        done = confirm(desk, PRESIDENT)
        assert done.outcome is Outcome.NEW
        one = done.copy
        assert (one.remembered_by, one.remembered_at, one.source, one.event_id) == ("admin", NOW, "chat", "m-1")
        assert one.expires_at == NOW + 180 * DAY
        assert desk.copies.page(1).items == (one,)
        assert not any(words in str(one) for words in ("三田村", "グループ", "QR"))

    def test_copies_are_alerts_from_then_on(self, desk):
        other = LETTER.replace("金曜", "水曜").replace("栗原", "藤代")
        assert receive(desk, other, "before").verdict.level is Level.OK
        confirm(desk, LETTER)
        assert receive(desk, other, "after").verdict.level is Level.CAUTION
        assert desk.screen(Event("x", text=other)).level is Level.CAUTION

    def test_the_same_words_again_last_longer(self, desk, clock):
        first = confirm(desk, PRESIDENT).copy
        clock.now += 10 * DAY
        done = confirm(desk, PRESIDENT.replace("三田村", "佐々木"), "m-2")
        assert done.outcome is Outcome.AGAIN
        assert done.copy == replace(first, expires_at=NOW + 190 * DAY, seen_at=clock.now, sightings=1)
        assert len(desk.copies.page(1).items) == 1

    @pytest.mark.parametrize("text", ["", "至急、電話をください。", "Are you at your desk?"])
    def test_what_is_too_short_is_refused(self, desk, text):
        done = confirm(desk, text)
        assert (done.outcome, done.copy) == (Outcome.TOO_SHORT, None)
        assert not desk.copies.can_remember(Event("m", text=text))
        assert desk.copies.page(1).total == 0

    @pytest.mark.parametrize(
        ("asked", "kept"), [("secrecy", "secrecy"), ("", "group_creation"), ("<script>", "group_creation")]
    )
    def test_the_tactic_is_the_one_named_or_the_one_seen(self, desk, asked, kept):
        stored = receive(desk, PRESIDENT)
        seen = desk.copies.likely_tactic(stored.verdict)
        tactic = desk.copies.remember(stored, by="admin", tactic=asked).copy.tactic
        assert tactic == (kept if asked == "secrecy" else seen)
        assert seen

    def test_without_any_rule_there_is_no_tactic(self, desk):
        assert confirm(desk, LETTER).copy.tactic == ""

    def test_names_of_the_people_concerned_leave_no_trace(self, desk):
        text = "栗原花子です。" + LETTER.replace("担当の栗原", "栗原花子")
        people = {"sender": Account(name="栗原花子"), "recipient": Recipient("木下 次郎")}
        one = confirm(desk, text, **people).copy
        people = {"sender": Account(name="藤代みのり"), "recipient": Recipient("佐久間 玲")}
        assert confirm(desk, text.replace("栗原花子", "藤代みのり"), "m-2", **people).copy.id == one.id


class TestExpiring:
    def test_what_was_not_seen_for_long_is_over(self, desk, clock):
        confirm(desk, LETTER)
        clock.now += 180 * DAY
        assert receive(desk, LETTER, "later").verdict.level is Level.OK
        assert desk.copies.page(1).total == 0
        assert desk.copies.store.remove_over(clock.now) == 0  # and gone from the store, too

    def test_a_sighting_renews_it(self, desk, clock):
        confirm(desk, LETTER)
        clock.now += 170 * DAY
        receive(desk, LETTER.replace("金曜", "月曜"), "m-2")
        one = desk.copies.page(1).items[0]
        assert (one.sightings, one.seen_at, one.expires_at) == (1, clock.now, clock.now + 180 * DAY)
        clock.now += 170 * DAY
        assert receive(desk, LETTER, "m-3").verdict.level is Level.CAUTION

    def test_an_event_that_came_before_is_not_counted_again(self, desk):
        confirm(desk, LETTER)
        for _ in range(3):
            receive(desk, LETTER, "again")
        assert desk.copies.page(1).items[0].sightings == 1

    def test_screening_alone_renews_nothing(self, desk):
        confirm(desk, LETTER)
        desk.screen(Event("x", text=LETTER))
        assert desk.copies.page(1).items[0].sightings == 0

    def test_it_can_be_forgotten_at_once(self, desk):
        one = confirm(desk, LETTER).copy
        assert desk.copies.forget(one.id)
        assert not desk.copies.forget(one.id)
        assert receive(desk, LETTER, "m-2").verdict.level is Level.OK


class TestFinding:
    def test_the_remembered_one_is_found_from_its_copy(self, desk):
        confirm(desk, LETTER)
        copy = confirm(desk, PRESIDENT, "m-2").copy
        assert desk.copies.met(Event("x", text=PRESIDENT.replace("三田村", "佐々木"))) == copy
        assert desk.copies.met(Event("x", text=GIFT)) is None

    def test_who_else_received_it_is_found(self, desk):
        for number in range(60):
            receive(
                desk,
                f"{number}番目の議事録を共有フォルダに置きましたので、お手すきのときにご確認をお願いします。",
                f"t-{number}",
            )
        receive(desk, LETTER.replace("金曜", "木曜"), "other")
        receive(desk, "会議は三時からです。", "short")
        one = confirm(desk, LETTER).copy
        assert [stored.event.id for stored in desk.copies.alike(one)] == ["m-1", "other"]
        assert desk.copies.alike(one, most=1)[0].event.id == "m-1"
        assert len(desk.copies.alike(one, most=1)) == 1


class TestMemory:
    def test_it_is_read_again_only_when_it_changed(self, desk, clock):
        confirm(desk, LETTER)
        memory = desk.copies.memory()
        assert desk.copies.memory() is memory
        confirm(desk, PRESIDENT, "m-2")
        assert len(desk.copies.memory()) == 2
        memory = desk.copies.memory()
        clock.now += DAY
        assert desk.copies.memory() is not memory

    def test_a_slow_reading_is_not_repeated_at_once(self, desk, clock):
        """With very many fingerprints, a new one counts a minute later rather than keeping everybody waiting."""
        stored = [receive(desk, text, name) for name, text in SCRIPTS.items()]
        keeper = desk.copies

        class SlowStore(SqlCopyStore):
            def known(self, *, at):
                clock.now += timedelta(seconds=3)
                return super().known(at=at)

        keeper.store = SlowStore(desk.transaction.__self__)
        keeper.remember(stored[0], by="admin")
        assert len(keeper.memory()) == 1
        keeper.remember(stored[1], by="admin")
        assert len(keeper.memory()) == 1
        clock.now += timedelta(seconds=58)
        assert len(keeper.memory()) == 2


class TestSharing:
    def test_a_line_holds_a_fingerprint_and_nothing_else(self, desk):
        one = confirm(desk, PRESIDENT, sender=Account(platform="chatwork", account_id="90001", name="三田村 一郎")).copy
        (line,) = desk.copies.export()
        assert json.loads(line) == {
            "honnin_copy": 1,
            "id": one.id,
            "groups": one.fingerprint.groups,
            "sketch": one.fingerprint.written(),
            "tactic": one.tactic,
            "since": "2026-11-24",
            "until": "2027-05-23",
        }
        assert line.isascii()

    def test_another_site_knows_the_copies_then(self, desk, make_desk):
        for number, text in enumerate(SCRIPTS.values()):
            confirm(desk, text, f"m-{number}")
        other = make_desk()
        report = take(other, b"".join(desk.copies.export()))
        assert (report.new, report.known, report.refused, report.mistakes) == (5, 0, 0, [])
        assert receive(other, BANK.replace("テスト銀行", "見本カード")).verdict.level is Level.DANGER
        assert other.copies.met(Event("x", text=GIFT)).origin == "partner"
        assert other.copies.origins() == {"partner": 5}

    def test_the_same_file_again_brings_nothing_new(self, desk, make_desk):
        confirm(desk, PRESIDENT)
        other, data = make_desk(), b"".join(desk.copies.export())
        take(other, data)
        report = take(other, data)
        assert (report.new, report.known) == (0, 1)

    def test_what_came_from_others_is_passed_on_only_when_asked(self, desk, make_desk):
        confirm(desk, PRESIDENT)
        other = make_desk()
        take(other, b"".join(desk.copies.export()))
        assert list(other.copies.export()) == []
        assert len(list(other.copies.export(everything=True))) == 1

    def test_all_of_one_origin_is_forgotten_together(self, desk, make_desk):
        confirm(desk, PRESIDENT)
        other = make_desk()
        confirm(other, LETTER)
        take(other, b"".join(desk.copies.export()))
        assert other.copies.forget_origin("partner") == 1
        assert other.copies.forget_origin("") == 0
        assert other.copies.origins() == {"": 1}

    def test_nobody_decides_for_how_long_we_remember(self, desk, make_desk):
        confirm(desk, PRESIDENT)
        row = json.loads(next(desk.copies.export())) | {"until": "9999-12-31"}
        other = make_desk()
        take(other, lines(row))
        assert other.copies.page(1).items[0].expires_at == NOW + 180 * DAY

    @pytest.mark.parametrize(
        ("change", "fields"),
        [
            ({"honnin_copy": 2}, ["honnin_copy"]),  # a later format
            ({"honnin_copy": True}, ["honnin_copy"]),
            ({"honnin_copy": None}, ["honnin_copy"]),
            ({"groups": 3}, ["groups"]),
            ({"groups": "many"}, ["groups"]),
            ({"groups": True}, ["groups"]),
            ({"groups": 10**30}, ["groups"]),
            ({"sketch": "AAAA"}, ["sketch"]),
            ({"sketch": None}, ["sketch"]),
            ({"sketch": "\ud800"}, ["sketch"]),
            ({"id": "0" * 24}, ["id"]),
            ({"id": None}, ["id"]),
            ({"tactic": "Robert'); DROP TABLE"}, ["tactic"]),
            ({"tactic": 7}, ["tactic"]),
            ({"since": "yesterday"}, ["since"]),
            ({"until": "2026-11-23"}, ["until"]),  # over
            ({"until": 20270101}, ["until"]),
            ({"tactic": [], "since": None, "until": {}}, ["tactic", "since", "until"]),  # all at once
        ],
    )
    def test_a_bad_line_is_refused_by_line_and_field_and_the_rest_is_taken(self, desk, make_desk, change, fields):
        confirm(desk, PRESIDENT)
        confirm(desk, LETTER, "m-2")
        good, other = (json.loads(line) for line in desk.copies.export())
        report = take(make_desk(), lines(good, other | change, good))
        assert (report.new, report.known, report.refused) == (1, 1, 1)
        assert [(mistake.line, mistake.field) for mistake in report.mistakes] == [(2, name) for name in fields]
        assert all(mistake.text.ja and mistake.text.en for mistake in report.mistakes)

    @pytest.mark.parametrize(
        "line",
        [
            b"{",
            b"[]",
            b"7",
            b"null",
            b"\xff\xfe",
            b'"' + b"a" * 20_000 + b'"',
            b"[" * 9_000,
            b'{"honnin_copy": 1e999}',
            b"\x00",
        ],
    )
    def test_what_is_no_export_at_all_is_refused_line_by_line(self, desk, make_desk, line):
        confirm(desk, PRESIDENT)
        report = take(make_desk(), lines(line, b"", *(each.strip() for each in desk.copies.export())))
        assert (report.new, report.refused) == (1, 1)
        assert report.mistakes[0].line == 1

    def test_an_unknown_tactic_and_unknown_keys_of_a_newer_site_are_taken(self, desk, make_desk):
        confirm(desk, PRESIDENT)
        row = json.loads(next(desk.copies.export())) | {"tactic": "brand_new", "more": [1]}
        other = make_desk()
        assert take(other, lines(row)).new == 1
        assert other.copies.page(1).items[0].tactic == "brand_new"

    def test_mistakes_without_end_are_not_all_told(self, desk):
        report = take(desk, b"{}\n" * 5_000)
        assert report.refused == 5_000
        assert len(report.mistakes) == 200

    def test_there_is_only_so_much_room(self, desk, make_desk, monkeypatch):
        monkeypatch.setattr("honnin.app.copies.MOST_KEPT", 1)
        confirm(desk, PRESIDENT)
        confirm(desk, LETTER, "m-2")
        report = take(make_desk(), b"".join(desk.copies.export()))
        assert (report.new, report.refused) == (1, 1)
        assert "忘れてから" in report.mistakes[0].text.ja

    def test_the_origin_is_a_short_name(self, desk, make_desk):
        confirm(desk, PRESIDENT)
        data = b"".join(desk.copies.export())
        for given, kept in (("", "import"), ("  a \n b ", "a b"), ("x" * 500, "x" * 100)):
            other = make_desk()
            take(other, data, given)
            assert list(other.copies.origins()) == [kept]


def test_the_desk_works_without_a_memory(desk):
    desk.copies = None
    assert desk.receive(Event("m", text=LETTER), source="chat").verdict.level is Level.OK
    assert isinstance(desk.verdicts.get("m"), StoredVerdict)
