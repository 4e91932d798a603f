"""What the command line does with the data of reporters."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from honnin import bootstrap
from honnin.cases.report import Report, State
from honnin.cli import main
from honnin.settings import Settings


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/honnin.db"


@pytest.fixture
def honnin(url):
    def run(*words):
        return CliRunner().invoke(main, ["report", *words], env={"HONNIN_DATABASE_URL": url})

    return run


@pytest.fixture
def number(url):
    with bootstrap.database(url) as kept:
        desk = bootstrap.report_desk(Settings(database_url=url), kept)
        told = Report(number="", received_at=datetime.now(UTC), text="振込を頼まれました", contact="hana@example.jp")
        return desk.receive(told, once="1").number


def test_somebody_asks_for_their_data_and_then_to_be_forgotten(honnin, number):
    copy = json.loads(honnin("export", number.lower()).output)
    assert (copy["text"], copy["contact"]) == ("振込を頼まれました", "hana@example.jp")
    assert honnin("erase", number).exit_code == 0
    assert json.loads(honnin("export", number).output)["contact"] == ""
    again = honnin("erase", number)
    assert again.exit_code != 0
    assert "ホールド" in again.output
    assert honnin("export", "R-0000-0000").exit_code != 0


def test_contacts_are_forgotten_in_time(honnin, number, url):
    with bootstrap.database(url) as kept:
        desk = bootstrap.report_desk(Settings(database_url=url), kept)
        desk.store.move(number, State.ACTED, at=datetime.now(UTC) - timedelta(days=181))
    assert honnin("tidy").output.startswith("1件")
    assert honnin("tidy").output.startswith("0件")


def test_evidence_on_hold_keeps_the_contact(honnin, number, url):
    with bootstrap.database(url) as kept:
        locker = bootstrap.locker(Settings(database_url=url), kept)
        locker.hold(f"report/{number}", reason="捜査のため", by="hana")
    assert honnin("erase", number).exit_code != 0
    assert json.loads(honnin("export", number).output)["contact"] == "hana@example.jp"
