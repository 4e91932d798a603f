"""The desk: who sees a request, who may take a step, and what is in the hands of whoever asked."""

import io
import json
import shutil
import zipfile
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from itertools import count

import pytest
from tests.sharing.samples import DAY, NOW

from honnin.app.access import Access, Actor, NotAllowedError, Role
from honnin.app.cooperation import STEP_RIGHTS, Choice, CooperationDesk, document_of
from honnin.app.locker import Hold as LockerHold
from honnin.app.vault import Vault
from honnin.evidence.item import Item, Kind, Method
from honnin.sharing import request as rq
from honnin.sharing.letters import Letter as LetterKind
from honnin.sharing.redaction import MARKS, ByHand, Rule
from honnin.sharing.request import (
    Approve,
    Asked,
    Authenticate,
    Basis,
    CheckScope,
    EndHold,
    Hold,
    Invite,
    Letter,
    Notice,
    NumberSource,
    Prepare,
    Record,
    Refuse,
    Release,
    Requester,
    Review,
    State,
    StepRefusedError,
)
from honnin.store import Database
from honnin.store.cooperation import SqlCooperationStore

HANA = Actor("hana", frozenset({Role.ANALYST}))
JIRO = Actor("jiro", frozenset({Role.ANALYST}))
BOSS = Actor("boss", frozenset({Role.APPROVER}))
BOTH = Actor("both", frozenset({Role.ANALYST, Role.APPROVER}))
AUDITOR = Actor("audit", frozenset({Role.AUDITOR}))
STAFF = Actor("staff", frozenset({Role.STAFF}))
ADMIN = Actor("admin", frozenset({Role.ADMIN}))
LETTER = Letter(
    requester=Requester.INVESTIGATOR,
    office="見本県警",
    person="例題 三郎",
    channel="post",
    document_no="見本捜第12号",
    asked_for="通報の内容",
    contacts=("052-000-1234",),
    case_id="2026-1",
)
TALK = {
    "room": "1",
    "turns": [
        {"who": "偽の社長", "text": "見本花子さんを入れて、テスト銀行 普通 1234567 シケン タロウ へ"},
        {"who": "見本 花子", "text": "電話は090-0000-1234です。社員番号: A-77"},
        {"who": "隣の人", "text": "お昼はそばにしました"},
    ],
}
CHOICE = Choice(items=("talk", "picture"), keep=("1234567", "シケン タロウ"), involved=("偽の社長", "見本 花子"))


class Clock:
    now = NOW

    def __call__(self):
        self.now += timedelta(seconds=1)
        return self.now


class FakeLocker:
    """The locker's few calls, in memory, with a list of what was done."""

    def __init__(self):
        talk = json.dumps(TALK, ensure_ascii=False).encode()
        self.kept = {
            "talk": (self._item("talk", talk, Kind.CONVERSATION, "application/json", "会話-見本花子.json"), talk),
            "picture": (self._item("picture", b"\x89PNG", Kind.SCREENSHOT, "image/png", "a.png"), b"\x89PNG"),
            "other": (replace(self._item("other", b"x", Kind.NOTE, "text/plain", "x"), folder="case/2026-9"), b"x"),
        }
        self.done = []

    def _item(self, item_id, content, kind, media_type, name):
        digest = sha256(content).hexdigest()
        return Item(
            item_id, "case/2026-1", kind, Method.API, digest, len(content), NOW, "hana", media_type, file_name=name
        )

    def items(self, folder):
        return tuple(item for item, _ in self.kept.values() if item.folder == folder)

    def view(self, item_id, *, by, purpose=""):
        self.done.append(("view", item_id, by, purpose))
        return self.kept[item_id]

    def capture(self, folder, things, *, by):
        self.done.append(("capture", folder, by))
        self.sealed = things
        return ()

    def hold(self, folder, *, reason, by):
        self.done.append(("hold", folder, reason))
        return LockerHold("hold-1", folder, reason, NOW, by)

    def release(self, hold_id, *, reason, by):
        self.done.append(("release", hold_id, reason, by))

    def hand_over(self, folder, *, to, how, by, bundle="", disclosed=False):
        self.done.append(("hand over", folder, to, how, by, len(bundle), disclosed))


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory):
    path = tmp_path_factory.mktemp("empty") / "honnin.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@pytest.fixture
def locker():
    return FakeLocker()


@pytest.fixture
def record():
    return []


@pytest.fixture
def desk(tmp_path, empty_database, locker, record):
    shutil.copy(empty_database, tmp_path / "honnin.db")
    database = Database(f"sqlite:///{tmp_path}/honnin.db")
    clock, numbers = Clock(), count(1)
    yield CooperationDesk(
        SqlCooperationStore(database, Vault(b"k" * 32)),
        locker,
        Access(record, clock),
        clock,
        lambda: f"R-{next(numbers)}",
        database.transaction,
        "見本商事",
        lambda: ["見本 花子", "例題 四郎"],
    )
    database.close()


def opened(desk, by=HANA, **parts):
    return desk.receive(by, replace(LETTER, **parts))


def reviewed(desk, **parts):
    request = opened(desk, **parts)
    for step in (
        Authenticate("052-000-9999", NumberSource.OFFICIAL_SITE, "https://police.example.jp/", "総務 例題"),
        CheckScope(Basis.INQUIRY, frozenset({Asked.REPORTS, Asked.DESTINATION}), False, "必要な範囲"),
        Review("法務", "適法"),
    ):
        request = desk.take(HANA, request.id, step)
    return request


def approved(desk, **parts):
    request = desk.prepare(HANA, reviewed(desk, **parts).id, CHOICE)
    return desk.take(BOSS, request.id, Approve(request.preparation.digest))


class TestWhoSees:
    def test_roles(self, desk):
        request = opened(desk)
        for actor in (HANA, JIRO, BOSS, AUDITOR):
            assert desk.get(actor, request.id).id == request.id
        for actor in (STAFF, ADMIN):
            with pytest.raises(NotAllowedError):
                desk.get(actor, request.id)
            with pytest.raises(NotAllowedError):
                desk.page(actor, 1)

    def test_a_confidential_one_does_not_exist_for_others(self, desk, record):
        request = opened(desk, confidential=True)
        before = len(record)
        assert desk.get(JIRO, request.id) is None
        assert desk.take(JIRO, request.id, Refuse("no")) is None
        assert desk.prepare(JIRO, request.id, CHOICE) is None
        assert len(record) == before  # not told from one that is not there
        assert desk.page(JIRO, 1).total == 0
        assert desk.log(JIRO) == []
        for actor in (HANA, BOSS, AUDITOR):
            assert desk.get(actor, request.id) is not None
            assert desk.page(actor, 1).total == 1

    def test_who_is_invited_sees_it(self, desk):
        request = opened(desk, confidential=True)
        desk.take(HANA, request.id, Invite("jiro"))
        assert desk.get(JIRO, request.id) is not None

    def test_a_confidential_one_is_not_named_in_the_locker(self, desk, locker):
        request = approved(desk, confidential=True)
        desk.take(HANA, request.id, Hold(NOW + 20 * DAY))
        desk.take(BOSS, request.id, Release("手渡し", "例題", "見本県警"))
        assert "見本県警" not in str(locker.done)


class TestRights:
    def test_every_step_has_its_right(self):
        assert set(STEP_RIGHTS) == set(rq.Step.__args__)

    @pytest.mark.parametrize(
        ("actor", "step"),
        [(BOSS, Refuse("no")), (AUDITOR, Refuse("no")), (HANA, Approve("x")), (HANA, Release("a", "b", "c"))],
    )
    def test_a_step_without_its_right_is_refused_and_noted(self, desk, record, actor, step):
        request = opened(desk)
        with pytest.raises(NotAllowedError):
            desk.take(actor, request.id, step)
        assert record[-1].outcome == "refused:role"
        assert desk.get(HANA, request.id).history == ()

    def test_one_person_with_both_roles_is_still_one_person(self, desk):
        request = reviewed(desk)
        request = desk.prepare(BOTH, request.id, CHOICE)
        with pytest.raises(StepRefusedError):
            desk.take(BOTH, request.id, Approve(request.preparation.digest))

    def test_every_step_is_in_the_record(self, desk, record):
        request = approved(desk)
        steps = [note.detail.get("step") for note in record if note.thing == f"cooperation:{request.id}"]
        assert [step for step in steps if step] == ["Authenticate", "CheckScope", "Review", "Prepare", "Approve"]

    def test_copies_come_from_prepare_alone(self, desk):
        request = reviewed(desk)
        with pytest.raises(StepRefusedError):
            desk.take(HANA, request.id, Prepare((), "digest"))


class TestCopies:
    def test_the_preview_shows_what_goes_and_says_what_no_text_can_be_read_from(self, desk):
        preview = desk.preview(HANA, reviewed(desk), CHOICE)
        (shown,) = preview.shown
        gone = {(piece.text, piece.rule) for _, pieces in shown.passages for piece in pieces if piece.rule}
        assert gone == {
            ("見本花子", Rule.NAME),
            ("090-0000-1234", Rule.PHONE),
            ("A-77", Rule.EMPLOYEE),
            ("お昼はそばにしました", Rule.UNINVOLVED),
        }
        assert [item.id for item in preview.left_out] == ["picture"]

    def test_what_is_gone_is_gone_from_every_byte_and_the_destination_is_there(self, desk):
        request = approved(desk)
        package = desk.package(BOSS, request)
        archive = zipfile.ZipFile(io.BytesIO(package))
        everything = b"".join(archive.read(name) for name in archive.namelist()).decode()
        for gone in ("花子", "090-0000", "A-77", "そば", "隣の人"):
            assert gone not in everything
        for kept in ("1234567", "シケン タロウ", "偽の社長", MARKS[Rule.NAME]):
            assert kept in everything
        sums = dict(reversed(line.split("  ")) for line in archive.read("sha256sums.txt").decode().splitlines())
        assert {name: sha256(archive.read(name)).hexdigest() for name in sums} == sums
        assert request.preparation.items[0].copy_sha256 in archive.read("covering-ja.txt").decode()

    def test_only_items_of_the_case(self, desk):
        with pytest.raises(StepRefusedError):
            desk.prepare(HANA, reviewed(desk).id, replace(CHOICE, items=("other",)))

    def test_nothing_is_written_before_it_is_approved(self, desk):
        request = desk.prepare(HANA, reviewed(desk).id, CHOICE)
        with pytest.raises(StepRefusedError):
            desk.package(BOSS, request)

    def test_by_hand(self, desk):
        by_hand = (ByHand("talk", "message 2", 0, 2, "健康"),)
        request = desk.prepare(HANA, reviewed(desk).id, replace(CHOICE, by_hand=by_hand))
        (copy,) = desk.copies(BOSS, request)
        assert MARKS[Rule.BY_HAND] in copy.content.decode()
        assert "健康" in [one.reason for one in copy.redactions]

    def test_releasing_seals_the_copies_beside_their_originals_and_notes_who_has_them(self, desk, locker):
        request = approved(desk)
        desk.take(BOSS, request.id, Release("手渡し", "例題", "見本県警"))
        assert [step[0] for step in locker.done][-2:] == ["capture", "hand over"]
        assert locker.sealed[0].parent == locker.kept["talk"][0].sha256
        assert locker.done[-1] == ("hand over", "case/2026-1", "見本県警 例題", "手渡し", "boss", 64, True)

    @pytest.mark.parametrize(
        ("media_type", "content", "places"),
        [
            ("text/plain", "一つ\n\n二つ".encode(), ["part 1", "part 2"]),
            ("application/json", '{"見本花子": {"a": ["x", 2, null, ""]}}'.encode(), ["field.a[1]", "field.a[2]"]),
            ("application/json", b"[" * 50_000, ["part 1"]),
            ("application/json", b"{broken", ["part 1"]),
            ("text/plain", b"\xff\xfe", None),
            ("text/plain", b"  ", None),
            ("application/pdf", b"%PDF", None),
        ],
    )
    def test_items_as_text(self, media_type, content, places):
        item = Item("i", "f", Kind.FILE, Method.UPLOAD, "0" * 64, 1, NOW, "hana", media_type)
        document = document_of(item, content)
        assert (document and [passage.place for passage in document.passages]) == places


class TestHolds:
    def test_a_hold_is_set_in_the_locker_and_released(self, desk, locker):
        request = desk.take(HANA, opened(desk).id, Hold(NOW + 20 * DAY, "保全1"))
        assert request.history[-1].step.hold_id == "hold-1"
        assert locker.done[-1][:2] == ("hold", "case/2026-1")
        desk.take(BOSS, request.id, EndHold("終わり"))
        assert locker.done[-1] == ("release", "hold-1", "終わり", "boss")

    def test_a_refused_hold_leaves_nothing_in_the_locker(self, desk, locker):
        request = opened(desk)
        with pytest.raises(StepRefusedError):
            desk.take(HANA, request.id, Hold(NOW + 90 * DAY))
        assert locker.done == []


class TestLog:
    def test_answers_refusals_and_holds_are_logged(self, desk):
        request = desk.take(BOSS, approved(desk).id, Release("手渡し", "例題", "見本県警"))
        desk.take(HANA, request.id, Record("受領書", Notice.ALLOWED))
        desk.take(HANA, opened(desk).id, Refuse("範囲が広すぎる"))
        desk.take(HANA, opened(desk).id, Hold(NOW + 20 * DAY))
        opened(desk)
        assert [row["decision"] for row in desk.log(AUDITOR)] == ["open", "refused", "disclosed"]
        assert desk.log_csv(AUDITOR).decode("utf-8-sig").count("R-") >= 3

    def test_small_counts_are_not_told_and_outlive_the_requests(self, desk):
        for _ in range(2):
            desk.take(HANA, opened(desk).id, Refuse("no"))
        desk.now.now = NOW + 4 * 365 * DAY
        assert desk.erase_due(Actor.system("clock")) == 2
        assert desk.page(BOSS, 1).total == 0
        (year,) = desk.counts(AUDITOR)
        assert (year.year, year.by_outcome.cells, year.by_outcome.total) == (2026, {"refused": None}, None)

    @pytest.mark.parametrize("kind", LetterKind)
    def test_letters_in_both_languages(self, desk, kind):
        text = desk.letter(kind, opened(desk, office="{organisation}{0}"))
        assert "{organisation}{0}" in text.ja  # what came in is never filled in itself
        assert text.en
        assert "{id}" not in text.ja + text.en


def test_of_two_at_once_one_is_told(desk, monkeypatch):
    request = opened(desk)
    stale = desk.store.get(request.id)
    desk.take(HANA, request.id, Invite("jiro"))
    monkeypatch.setattr(desk.store, "get", lambda _: stale)
    with pytest.raises(StepRefusedError):
        desk.take(HANA, request.id, Refuse("no"))


def test_the_state_after_the_way(desk):
    request = desk.take(BOSS, approved(desk).id, Release("手渡し", "例題", "見本県警"))
    assert desk.take(HANA, request.id, Record("", Notice.PROHIBITED)).state is State.LOGGED
