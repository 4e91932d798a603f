"""The commands of the evidence locker, each run as a person would."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner
from tests.evidence.making import CAPTURES, KEY, make_bundle, zipped

from honnin import bootstrap
from honnin.app.audit import AuditFilter
from honnin.cli import main
from honnin.evidence.verifier import verify_path
from honnin.store import SqlAuditStore

CASE = "case/2026-0001"


@pytest.fixture
def given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HONNIN_DATABASE_URL", f"sqlite:///{tmp_path}/honnin.db")
    return bootstrap.settings()


@pytest.fixture
def locker(given):
    with bootstrap.database(given.database_url) as kept:
        yield bootstrap.locker(given, kept)


@pytest.fixture
def honnin(given):
    def run(*words, status=0):
        done = CliRunner().invoke(main, ["evidence", *words], catch_exceptions=False)
        assert done.exit_code == status, done.output
        return done

    return run


def test_from_sealing_to_a_verified_bundle(honnin, locker, tmp_path):
    locker.capture(CASE, CAPTURES, by="hana")
    assert [line.split("\t")[:2] for line in honnin("list").output.splitlines()] == [[CASE, "3"]]
    assert [line.split("\t")[1] for line in honnin("list", CASE).output.splitlines()] == [
        "payload",
        "screenshot",
        "note",
    ]
    (tmp_path / "key.pem").write_text(honnin("key").stdout)
    name = honnin("export", CASE, "--for", "police", "--to", "テスト警察署", "--purpose", "被害の届け出").stdout.strip()
    assert verify_path(tmp_path / name, locker.key.public).status == 0
    assert "見つかりませんでした" in honnin("verify", name, "--key", "key.pem").output
    honnin("verify", name, status=2)
    broken = bytearray((tmp_path / name).read_bytes())
    broken[len(broken) // 2] ^= 1
    (tmp_path / name).write_bytes(broken)
    assert "NG " in honnin("verify", name, "--key", "key.pem", status=1).output


def test_who_was_at_it_is_in_the_record(honnin, locker, given):
    locker.capture(CASE, CAPTURES, by="hana")
    honnin("list", CASE)
    with bootstrap.database(given.database_url) as kept:
        notes = [
            (line.note.actor, line.note.action, line.note.thing) for line in SqlAuditStore(kept).each(AuditFilter())
        ]
    assert ("command line", "evidence.read", f"evidence:{CASE}") in notes


def test_heads_are_compared(honnin, locker, tmp_path):
    locker.capture(CASE, CAPTURES[:1], by="hana")
    (tmp_path / "old.json").write_text(honnin("head").stdout)
    locker.capture(CASE, CAPTURES[1:], by="hana")
    done = honnin("head", "--since", "old.json")
    assert json.loads(done.stdout)["head"]["size"] == 3
    assert "the log has only grown" in done.stderr
    old = json.loads((tmp_path / "old.json").read_text())
    (tmp_path / "old.json").write_text(json.dumps(old | {"head": old["head"] | {"root": "00" * 32}}))
    assert "rewritten" in honnin("head", "--since", "old.json", status=1).stderr
    for wrong in ("{}", "x", "[" * 100_000):
        (tmp_path / "old.json").write_text(wrong)
        assert "Not a head" in honnin("head", "--since", "old.json", status=1).output


def test_keeping_and_erasing(honnin, locker):
    past = replace(locker, now=lambda: locker.now() - locker.keep_for - timedelta(days=1))
    past.capture(CASE, CAPTURES, by="hana")
    hold = honnin("hold", CASE, "--reason", "警察の依頼").output.strip()
    assert "警察の依頼" in honnin("list", CASE).output
    assert honnin("due").output == ""
    assert "警察の依頼" in honnin("erase", CASE, "--reason", "期限", status=1).output
    honnin("release", hold, "--reason", "終了")
    assert honnin("due").output.startswith(CASE)
    assert "3点" in honnin("erase", CASE, "--reason", "期限").output
    assert honnin("list").output == ""


def test_what_is_not_there_is_told(honnin):
    assert "証拠がありません" in honnin("export", CASE, "--for", "bank", status=1).output
    assert "There is no such hold" in honnin("release", "x", "--reason", "y", status=1).output


def test_a_bundle_without_a_timestamp_is_told(honnin, tmp_path):
    (tmp_path / "b.zip").write_bytes(zipped(make_bundle()))
    (tmp_path / "key.pem").write_bytes(KEY.pem)
    done = honnin("verify", "b.zip", "--key", "key.pem", "--tsa-roots", "key.pem", status=1)
    assert "There is no timestamp" in done.output
