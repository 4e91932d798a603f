"""The locker over both databases: what is sealed is kept, encrypted and proven; nothing is done without a trace."""

import itertools
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import text
from tests.evidence.making import CAPTURES, KEY, spread
from tests.evidence.summaries import SUMMARY

from honnin.app.locker import HeldError, Locker, LockerError, NoTimestampError, Wish
from honnin.app.vault import Vault, VaultError
from honnin.errors import HonninError
from honnin.evidence.bundle import Timestamp
from honnin.evidence.document import Turn
from honnin.evidence.entry import Act
from honnin.evidence.item import LARGEST_ITEM, Capture, Kind, Method
from honnin.evidence.merkle import root_from_path, tree_root, verify_consistency
from honnin.evidence.summary import Recipient
from honnin.evidence.verifier import verify_path
from honnin.model import Text
from honnin.store import SqlEvidenceStore
from honnin.store.schema import metadata

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
CASE = "case/2026-0001"
VAULT = Vault(bytes(range(32)))
DAY = timedelta(days=1)


class PlainPrinter:
    """Prints words only."""

    def __init__(self):
        self.printed = []
        self.meanwhile = []

    def pdf(self, document, *, at):
        self.printed.append(document)
        if self.meanwhile:
            self.meanwhile.pop()()
        return f"%PDF {document.title} {at.isoformat()}".encode()

    def images(self, _document):
        return [b"\x89PNG 1", b"\x89PNG 2"]


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def database(shared_database):
    """Empty of evidence; made only once, because making one takes longer than most of these tests."""
    with shared_database.transaction() as connection:
        for table in reversed(metadata.sorted_tables):
            if table.name.startswith("evidence_"):
                connection.execute(table.delete())
    return shared_database


@pytest.fixture
def store(database):
    return SqlEvidenceStore(database, VAULT)


@pytest.fixture
def locker(database, store, clock):
    ids = (f"id{number:014}" for number in itertools.count(1))
    salts = (f"{number:032x}" for number in itertools.count(1))
    return Locker(
        store, KEY, clock, lambda: next(ids), lambda: next(salts), database.transaction, PlainPrinter(),
        organization="株式会社テスト商会",
    )  # fmt: skip


POLICE = Wish(Recipient.POLICE)


def exported(locker, tmp_path, wish=POLICE):
    made = locker.export(CASE, SUMMARY, wish, by="hana")
    path = tmp_path / made.name
    path.write_bytes(b"".join(made.pieces()))
    return path


class TestSealing:
    def test_what_is_captured_is_kept(self, locker, store):
        sealed = locker.capture(CASE, CAPTURES, by="hana")
        assert [each.index for each in sealed] == [0, 1, 2]
        assert locker.items(CASE) == tuple(each.item for each in sealed)
        for each, capture in zip(sealed, CAPTURES, strict=True):
            assert store.content(each.item.sha256) == capture.content
            assert (each.item.kind, each.item.source, each.item.claimed_at) == (
                capture.kind,
                capture.source,
                capture.claimed_at,
            )

    def test_the_root_is_over_all_entries(self, locker, store):
        sealed = locker.capture(CASE, CAPTURES, by="hana")
        locker.capture("case/2", CAPTURES[:1], by="hana")
        leaves = [entry.hash for entry in (*store.entries(CASE), *store.entries("case/2"))]
        assert store.state().root == tree_root(leaves)
        assert sealed[0].root == tree_root(leaves[:3]).hex()

    def test_the_same_again_is_not_kept_twice(self, locker, store):
        first = locker.capture(CASE, CAPTURES, by="hana")
        again = locker.capture(CASE, [*CAPTURES, CAPTURES[0]], by="taro")
        assert [each.item for each in again] == [*(each.item for each in first), first[0].item]
        assert not any(each.is_new for each in again)
        assert len(store.entries(CASE)) == 3

    def test_twice_in_one_call_is_once(self, locker):
        one, other = locker.capture(CASE, [CAPTURES[0], CAPTURES[0]], by="hana")
        assert one.item == other.item

    def test_the_same_content_of_another_source_is_another_item(self, locker):
        claim = Capture(Kind.SCREENSHOT, Method.UPLOAD, CAPTURES[1].content, "image/png", "other.png")
        locker.capture(CASE, [CAPTURES[1], claim], by="hana")
        assert len(locker.items(CASE)) == 2

    def test_all_or_none(self, locker, store):
        broken = Capture(Kind.NOTE, Method.STAFF, b"x", claimed_at=datetime(2026, 11, 24))  # noqa: DTZ001
        with pytest.raises(ValueError, match="zone"):
            locker.capture(CASE, [CAPTURES[0], broken], by="hana")
        assert (locker.items(CASE), store.state().size) == ((), 0)

    def test_a_failure_outside_takes_it_back(self, locker, store, database):
        with suppress(RuntimeError), database.transaction():
            locker.capture(CASE, CAPTURES, by="hana")
            raise RuntimeError
        assert store.state().size == 0
        assert [each.index for each in locker.capture(CASE, CAPTURES, by="hana")] == [0, 1, 2]

    def test_before_something_is_deleted_one_can_ask(self, locker):
        ref = "chatwork:room/123"
        assert not locker.is_sealed(ref)
        assert not locker.is_sealed("")
        locker.capture(CASE, CAPTURES, by="hana")
        assert locker.is_sealed(ref)
        assert locker.is_sealed(ref, since=NOW)
        assert not locker.is_sealed(ref, since=NOW + DAY)  # something was said since
        assert not locker.is_sealed("chatwork:room/124")

    @pytest.mark.parametrize("folder", ["", "../x", "case/..", "a b", "case/\x00", "x" * 201, "/etc", "案件/1"])
    def test_folders_have_plain_names(self, locker, folder):
        with pytest.raises(LockerError):
            locker.capture(folder, CAPTURES, by="hana")

    def test_what_is_too_large_is_refused(self, locker):
        with pytest.raises(LockerError, match="64 MB"):
            locker.capture(CASE, [Capture(Kind.FILE, Method.UPLOAD, bytes(LARGEST_ITEM + 1))], by="hana")

    def test_hostile_words_are_kept(self, locker, tmp_path):
        nasty = Capture(
            Kind.FILE, Method.UPLOAD, b"", "text/html\x00", "a\x00\ud800\u202e/../b" * 99, ref="r\x00" * 999
        )
        locker.capture(CASE, [nasty], by="h\x00\ud800")
        assert locker.is_sealed("r\x00" * 999)
        assert verify_path(exported(locker, tmp_path), KEY.public).status == 0

    def test_nothing_can_be_read_in_the_database(self, locker, database):
        locker.capture(CASE, CAPTURES, by="hana")
        with database.reading() as connection:
            kept = connection.execute(text("SELECT closed FROM evidence_blobs")).scalars().all()
            kept += connection.execute(text("SELECT closed FROM evidence_items")).scalars().all()
        assert len(kept) == 6
        for secret in ("振込".encode(), "電話".encode(), "画面.png".encode(), b"9990001"):
            assert not any(secret in bytes(each) for each in kept)

    def test_another_key_opens_nothing(self, locker, database):
        sealed = locker.capture(CASE, CAPTURES, by="hana")
        other = SqlEvidenceStore(database, Vault(bytes(32)))
        with pytest.raises(VaultError):
            other.content(sealed[0].item.sha256)

    def test_many_at_once_take_turns(self, locker, store):
        def work(name):
            for number in range(8):
                thing = Capture(Kind.NOTE, Method.STAFF, f"{name} {number}".encode())
                locker.capture(f"case/{name}", [thing], by=name)

        threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        entries = sorted((entry for name in "abcd" for entry in store.entries(f"case/{name}")), key=lambda e: e.index)
        assert [entry.index for entry in entries] == list(range(32))
        assert store.state().root == tree_root(entry.hash for entry in entries)


class TestProofs:
    def test_each_entry_is_proven_and_the_log_only_grew(self, locker, store):
        roots = {}
        for number in range(21):
            locker.capture(CASE, [Capture(Kind.NOTE, Method.STAFF, str(number).encode())], by="hana")
            roots[number + 1] = store.state().root
        entries = store.entries(CASE)
        for size in (1, 7, 16, 21):
            paths = store.proofs(range(size), size)
            assert [root_from_path(entries[at].hash, at, size, paths[at]) for at in range(size)] == [roots[size]] * size
            assert store.proof(0, size) == paths[0]
        assert all(
            verify_consistency(old, 21, roots[old], roots[21], store.consistency(old, 21)) for old in range(1, 22)
        )

    def test_a_published_head_is_remembered(self, locker, store):
        locker.capture(CASE, CAPTURES, by="hana")
        head, timestamp = locker.publish_head()
        assert timestamp is None
        assert head.is_by(KEY.public)
        assert store.last_published() == head
        locker.capture(CASE, [Capture(Kind.NOTE, Method.STAFF, b"more")], by="hana")
        later = locker.head()
        proof = store.consistency(head.head.size, later.head.size)
        roots = bytes.fromhex(head.head.root), bytes.fromhex(later.head.root)
        assert verify_consistency(head.head.size, later.head.size, *roots, proof)


class TestCustody:
    def acts(self, locker, folder=CASE):
        return [(entry.act.value, entry.by) for entry in locker.custody(folder)]

    def test_who_looks_is_written_down_first(self, locker):
        (sealed,) = locker.capture(CASE, CAPTURES[:1], by="hana")
        item, content = locker.view(sealed.item.id, by="taro", purpose="確認のため")
        assert (item, content) == (sealed.item, CAPTURES[0].content)
        last = locker.custody(CASE)[-1]
        assert (last.act, last.by, last.item, last.detail) == (Act.VIEWED, "taro", item.id, {"purpose": "確認のため"})

    def test_what_is_not_there_is_refused(self, locker):
        with pytest.raises(LockerError):
            locker.view("nothing", by="taro")

    def test_content_that_was_changed_in_the_database_is_not_shown(self, locker, database):
        (sealed,) = locker.capture(CASE, CAPTURES[:1], by="hana")
        digest = sealed.item.sha256
        with database.transaction() as connection:
            connection.execute(
                text("UPDATE evidence_blobs SET closed = :new"), {"new": VAULT.close(b"other", "evidence content", "x")}
            )
        with pytest.raises(VaultError):
            locker.view(sealed.item.id, by="taro")
        with database.transaction() as connection:
            forged = VAULT.close(b"other", "evidence content", digest)
            connection.execute(text("UPDATE evidence_blobs SET closed = :new"), {"new": forged})
        with pytest.raises(LockerError):
            locker.view(sealed.item.id, by="taro")

    def test_handing_over_and_disclosing(self, locker):
        locker.capture(CASE, CAPTURES[:1], by="hana")
        locker.hand_over(CASE, to="テスト警察署 生活安全課", how="手渡し", by="hana", bundle="b1")
        locker.hand_over(CASE, to="テスト警察署", how="郵送", by="jiro", disclosed=True)
        assert self.acts(locker)[1:] == [("transferred", "hana"), ("disclosed", "jiro")]
        with pytest.raises(LockerError):
            locker.hand_over(CASE, to=" ", how="x", by="hana")

    def test_a_report_is_filed_into_its_case(self, locker):
        locker.capture("report/R-1", CAPTURES[1:2], by="guest")
        locker.capture(CASE, CAPTURES[:1], by="hana")
        locker.file("report/R-1", into=CASE, by="hana")
        locker.file("report/R-1", into=CASE, by="hana")  # again changes nothing
        locker.file(CASE, into="case/2", by="hana")
        assert [item.folder for item in locker.items("case/2")] == ["report/R-1", CASE]
        assert len(locker.custody(CASE)) == 5
        for into in ("report/R-1", CASE):
            with pytest.raises(LockerError):
                locker.file("case/2", into=into, by="hana")

    def test_a_conversation_as_it_can_be_read_names_its_original(self, locker):
        (sealed,) = locker.capture(CASE, CAPTURES[:1], by="hana")
        turns = [Turn("三田村 一郎", "至急です。", is_theirs=True)]
        (pdf,) = locker.render(sealed.item.id, "会話", turns, by="hana")
        pages = locker.render(sealed.item.id, "会話", turns, by="hana", images=True)
        assert [each.item.media_type for each in (pdf, *pages)] == ["application/pdf", "image/png", "image/png"]
        assert {each.item.parent for each in (pdf, *pages)} == {sealed.item.sha256}
        assert {each.item.method for each in (pdf, *pages)} == {Method.DERIVED}


class TestKeeping:
    def test_what_is_still_to_be_kept_is_not_erased(self, locker):
        locker.capture(CASE, CAPTURES, by="hana")
        with pytest.raises(LockerError, match="longer"):
            locker.erase(CASE, reason="期限", by="admin")
        assert locker.due() == ()

    def test_what_is_over_is_erased_and_that_stays_known(self, locker, clock, store):
        sealed = locker.capture(CASE, CAPTURES, by="hana")
        locker.capture("case/other", CAPTURES[:1], by="hana")
        clock.now += locker.keep_for + DAY
        locker.capture("case/other", CAPTURES[1:2], by="hana")
        assert [(each.folder, each.items) for each in locker.due()] == [(CASE, 3)]
        assert locker.erase(CASE, reason="保存期限の満了", by="admin") == 3
        assert locker.items(CASE) == ()
        assert store.content(sealed[2].item.sha256) is None
        assert store.content(sealed[0].item.sha256) == CAPTURES[0].content  # the other case has it too
        assert not store.item(sealed[0].item.id)
        entry = locker.custody(CASE)[-1]
        assert (entry.act, entry.detail["reason"]) == (Act.ERASED, "保存期限の満了")
        assert locker.due() == ()

    def test_a_hold_forbids_it_until_it_is_released(self, locker, clock):
        locker.capture(CASE, CAPTURES, by="hana")
        hold = locker.hold(CASE, reason="警察の依頼", by="hana")
        clock.now += locker.keep_for + DAY
        assert locker.due() == ()
        with pytest.raises(HeldError, match="警察の依頼"):
            locker.erase(CASE, reason="期限", by="admin")
        assert locker.holds(CASE) == (hold,)
        locker.release(hold.id, reason="捜査の終了", by="hana")
        assert locker.holds(CASE) == ()
        assert len(locker.items(CASE)) == 3
        assert locker.erase(CASE, reason="期限", by="admin") == 3
        assert [entry.act for entry in locker.custody(CASE)[3:]] == [Act.HELD, Act.RELEASED, Act.ERASED]

    def test_a_hold_takes_any_words(self, locker):
        hold = locker.hold(CASE, reason="a\x00\ud800" + "x" * 9_000, by="h\x00\ud800" + "x" * 900)
        assert locker.holds(CASE)[0].reason.startswith("a")
        locker.release(hold.id, reason="a\x00\ud800", by="h\x00\ud800" + "x" * 900)
        assert locker.holds(CASE) == ()

    def test_a_hold_on_the_case_holds_its_reports(self, locker, clock):
        locker.capture("report/R-1", CAPTURES, by="guest")
        locker.file("report/R-1", into=CASE, by="hana")
        locker.hold(CASE, reason="訴訟", by="hana")
        clock.now += locker.keep_for + DAY
        with pytest.raises(HeldError):
            locker.erase("report/R-1", reason="期限", by="admin")

    @pytest.mark.parametrize("reason", ["", "  "])
    def test_reasons_are_needed(self, locker, reason):
        with pytest.raises(LockerError):
            locker.hold(CASE, reason=reason, by="hana")
        with pytest.raises(LockerError):
            locker.release("x", reason=reason, by="hana")
        with pytest.raises(LockerError):
            locker.erase(CASE, reason=reason, by="hana")

    def test_a_hold_that_is_not_there(self, locker):
        with pytest.raises(LockerError):
            locker.release("x", reason="y", by="hana")


class Authority:
    def __init__(self, token=b""):
        self.token = token

    def stamp(self, data):
        if not self.token:
            raise NoTimestampError(Text("応答がありません。", "No answer."))
        return Timestamp(self.token + b"\x04\x20" + sha256(data).digest(), b"chain")


class TestExport:
    @pytest.mark.parametrize("recipient", Recipient)
    def test_the_bundle_verifies(self, locker, tmp_path, recipient):
        locker.capture("case/other", CAPTURES, by="hana")
        sealed = locker.capture(CASE, CAPTURES, by="hana")
        locker.view(sealed[0].item.id, by="taro")
        result = verify_path(exported(locker, tmp_path, Wish(recipient)), KEY.public)
        assert (result.findings, result.status) == ([], 0)
        assert (result.items, result.entries) == (3, 5)
        last = locker.custody(CASE)[-1]
        assert (last.act, last.detail["for"], last.detail["to"]) == (Act.EXPORTED, recipient.value, recipient.text.ja)

    def test_reports_come_with_their_case(self, locker, tmp_path):
        locker.capture(CASE, CAPTURES[:1], by="hana")
        locker.capture("report/R-1", CAPTURES[1:], by="guest")
        locker.file("report/R-1", into=CASE, by="hana")
        result = verify_path(exported(locker, tmp_path), KEY.public)
        assert (result.status, result.items) == (0, 3)
        assert set(result.statement["folders"]) == {CASE, "report/R-1"}

    def test_what_is_withheld_stays_out_and_is_named(self, locker, tmp_path):
        sealed = locker.capture(CASE, CAPTURES, by="hana")
        path = exported(locker, tmp_path, Wish(Recipient.BANK, withheld={sealed[2].item.id: "関係のない社員の発言"}))
        result = verify_path(path, KEY.public)
        assert (result.status, result.items, result.withheld) == (0, 2, 1)
        assert CAPTURES[2].content not in path.read_bytes()

    def test_what_was_erased_is_named_too(self, locker, clock, tmp_path):
        locker.capture("report/R-1", CAPTURES[:1], by="hana")
        clock.now += locker.keep_for + DAY
        locker.erase("report/R-1", reason="期限", by="admin")
        locker.capture(CASE, CAPTURES[1:], by="hana")
        locker.file("report/R-1", into=CASE, by="hana")
        result = verify_path(exported(locker, tmp_path), KEY.public)
        assert (result.findings, result.items, result.withheld) == ([], 2, 1)

    def test_evidence_that_comes_in_meanwhile_is_in_it(self, locker, tmp_path):
        locker.capture(CASE, CAPTURES[:1], by="hana")
        locker.printer.meanwhile = [lambda: locker.capture(CASE, CAPTURES[1:], by="taro")]
        result = verify_path(exported(locker, tmp_path), KEY.public)
        assert (result.status, result.items) == (0, 3)

    def test_evidence_that_keeps_coming_is_told(self, locker, tmp_path):
        locker.capture(CASE, CAPTURES[:1], by="hana")
        more = (Capture(Kind.NOTE, Method.STAFF, bytes([number])) for number in range(9))
        locker.printer.meanwhile = [lambda: locker.capture(CASE, [next(more)], by="taro")] * 9
        with pytest.raises(LockerError, match="again"):
            exported(locker, tmp_path)
        assert all(entry.act is Act.CAPTURED for entry in locker.custody(CASE))

    def test_an_empty_case_is_refused(self, locker, tmp_path):
        with pytest.raises(LockerError):
            exported(locker, tmp_path)

    def test_a_timestamp_goes_with_it_where_there_is_an_authority(self, locker, tmp_path):
        locker.capture(CASE, CAPTURES, by="hana")
        stamped = replace(locker, timestamps=Authority(b"token"))
        result = verify_path(exported(stamped, tmp_path), KEY.public)
        assert (result.status, result.has_timestamp) == (0, True)
        assert stamped.publish_head(stamp=True)[1].chain == b"chain"

    def test_without_an_answer_it_goes_on_and_says_so(self, locker):
        locker.capture(CASE, CAPTURES, by="hana")
        made = replace(locker, timestamps=Authority()).export(CASE, SUMMARY, Wish(Recipient.POLICE), by="hana")
        assert made.note == Text("応答がありません。", "No answer.")
        assert "timestamp/manifest.tsr" not in {each.name for each in made.files}

    def test_content_that_is_gone_leaves_no_bundle(self, locker, database):
        locker.capture(CASE, CAPTURES, by="hana")
        made = locker.export(CASE, SUMMARY, Wish(Recipient.POLICE), by="hana")
        with database.transaction() as connection:
            connection.execute(text("DELETE FROM evidence_blobs"))
        with pytest.raises(HonninError):
            b"".join(made.pieces())

    def test_a_copy_on_disk_verifies_too(self, locker, tmp_path):
        locker.capture(CASE, CAPTURES, by="hana")
        made = locker.export(CASE, SUMMARY, Wish(Recipient.POLICE), by="hana")
        folder = spread(tmp_path / "bag", {each.name: each.load() for each in made.files})
        assert verify_path(folder, KEY.public).status == 0
