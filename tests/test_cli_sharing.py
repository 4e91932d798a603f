"""Indicators and requests at the command line."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner
from tests.sharing.samples import NOW, PRODUCER, indicator

from honnin.app.audit import AuditFilter
from honnin.bootstrap import database
from honnin.cli import main
from honnin.sharing import stix
from honnin.sharing.values import Kind
from honnin.store import SqlAuditStore
from honnin.store.indicators import SqlIndicatorStore


@pytest.fixture
def run(tmp_path, monkeypatch):
    for name, value in {
        "DATABASE_URL": f"sqlite:///{tmp_path}/honnin.db",
        "OPERATOR_NAME": "見本商事",
        "OPERATOR_CONTACT": "appeal@example.jp",
    }.items():
        monkeypatch.setenv(f"HONNIN_{name}", value)
    return lambda *words, **more: CliRunner().invoke(main, list(words), **more)


def test_what_comes_in_and_goes_out(run, tmp_path):
    many = [indicator(Kind.DOMAIN, f"d{n}.example.test", tlp=stix.Tlp.GREEN) for n in range(3)]
    bundle = stix.to_bundle(many, PRODUCER, NOW)
    bundle["objects"].append({"type": "indicator", "id": "indicator--x"})
    file = tmp_path / "partner.json"
    file.write_text(json.dumps(bundle), encoding="utf-8")

    came = run("indicators", "import", str(file))
    assert came.exit_code == 1  # one could not be taken
    assert "3 new, 0 renewed, 0 unchanged, 1 refused" in came.output
    assert "].id: STIX" in came.output
    went = run("indicators", "export", "--format", "misp", "--tlp", "green", "--all")
    assert went.exit_code == 0, went.output
    assert [one["value"] for one in json.loads(went.stdout)["Event"]["Attribute"]] == sorted(
        (one.value for one in many), key=lambda value: next(one.key for one in many if one.value == value)
    )
    assert "3 written" in went.stderr
    with database(f"sqlite:///{tmp_path}/honnin.db") as kept:
        assert SqlIndicatorStore(kept).origins() == {"partner": 3}
        actions = [line.note.action for line in SqlAuditStore(kept).each(AuditFilter())]
    assert actions == ["indicators.change", "indicators.export"]


@pytest.mark.usefixtures("run")
def test_from_standard_input():
    bundle = json.dumps(stix.to_bundle([indicator()], PRODUCER, NOW))
    command = [sys.executable, "-m", "honnin", "indicators", "import", "-", "--from", "partner"]
    done = subprocess.run(command, input=bundle.encode(), capture_output=True, check=True)
    assert "1 new" in done.stdout.decode()


@pytest.mark.parametrize("content", ["", "{", "[" * 100_000])
def test_a_broken_file_is_said_in_words(run, tmp_path, content):
    (tmp_path / "x.json").write_text(content, encoding="utf-8")
    answer = run("indicators", "import", str(tmp_path / "x.json"))
    assert answer.exit_code == 1
    assert "Traceback" not in answer.output


def test_without_a_contact_nothing_goes_out(run, monkeypatch):
    monkeypatch.setenv("HONNIN_OPERATOR_CONTACT", "")
    answer = run("indicators", "export")
    assert answer.exit_code == 1
    assert "HONNIN_OPERATOR_CONTACT" in answer.output


def test_requests_expire(run):
    assert "0 requests erased" in run("cooperation", "expire").output
