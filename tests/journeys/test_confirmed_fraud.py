"""Fraud that slipped through is confirmed by one press; its copies are then known on the page, by command, over HTTP and elsewhere."""

import json
import os
import re
import subprocess
import sys

import pytest
from starlette.testclient import TestClient

from honnin import bootstrap
from honnin.app.access import Role
from honnin.settings import Settings
from honnin.store import Database
from honnin.web import create_app

LETTER = (
    "いつもお世話になっております。先日ご相談した協力金の件、事務局より書類が整ったとの連絡がありました。"
    "来週{day}曜までに同封の返信票へご記入のうえ、担当の{name}までお戻しください。"
)
FIRST, COPY, LATER = (
    LETTER.format(day=day, name=name) for day, name in (("金", "栗原"), ("水", "藤代"), ("月", "佐久間"))
)
ORDINARY = "いつもお世話になっております。先日ご相談した見積の件、社内の確認が終わりました。来週金曜までに注文書をお送りします。"
PASSWORD = "a long enough password"


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/ours.db"


@pytest.fixture
def database(url):
    database = Database(url)
    database.migrate()
    bootstrap.add_user(database, "sakuma", PASSWORD, [Role.ANALYST])
    yield database
    database.close()


@pytest.fixture
def visitor(database, url):
    given = Settings(database_url=url, second_factor="optional")
    with TestClient(create_app(bootstrap.site(given, database).services)) as visitor:
        visitor.headers["authorization"] = f"Bearer {bootstrap.add_key(database, 'gateway', 'sakuma')}"
        yield visitor


def submit(visitor, address, fields, page):
    token = re.search('name="csrf" value="([^"]+)"', visitor.get(page).text)[1]
    return visitor.post(address, data={"csrf": token, **fields})


def level(visitor, name, text):
    return visitor.post("/api/v1/screen", json={"id": name, "text": text}).json()["level"]


def honnin(url, folder, *words, stdin=b""):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HONNIN_")}
    done = subprocess.run(
        [sys.executable, "-m", "honnin", *words],
        input=stdin,
        capture_output=True,
        cwd=folder,
        env=environment | {"HONNIN_DATABASE_URL": url, "PYTHONUTF8": "1"},
        check=True,
    )
    return done.stdout


def by_command(url, folder, text):
    event = json.dumps({"id": "1", "text": text}).encode()
    return json.loads(honnin(url, folder, "screen", stdin=event))["level"]


def test_from_one_press_to_another_site(visitor, url, tmp_path):
    assert level(visitor, "first", FIRST) == "ok"
    assert level(visitor, "another", COPY) == "ok"

    # A member of staff learns that it was fraud, and presses once. The page says who else received it.
    submit(visitor, "/login", {"name": "sakuma", "password": PASSWORD}, "/login?lang=ja")
    fields = {"id": "first", "source": "api:gateway", "tactic": ""}
    page = submit(visitor, "/settings/copies/remember", fields, "/events/first")
    assert "詐欺として覚えています。" in page.text
    assert "/events/another" in page.text

    # From now on copies are known, ordinary messages are not touched.
    assert level(visitor, "later", LATER) == "caution"
    assert level(visitor, "ordinary", ORDINARY) == "ok"
    assert (
        "ほとんど同じ文面です。応じずに" in submit(visitor, "/check", {"kind": "message", "text": LATER}, "/check").text
    )
    assert by_command(url, tmp_path, LATER) == "caution"
    assert by_command(url, tmp_path, ORDINARY) == "ok"
    assert "使い回し 1件" in visitor.get("/settings/copies").text

    # Another site takes the fingerprint in, and knows them, too, without having seen a word.
    exported = visitor.get("/settings/copies/export").content
    assert honnin(url, tmp_path, "copies", "export") == exported
    theirs = f"sqlite:///{tmp_path}/theirs.db"
    (tmp_path / "partner.jsonl").write_bytes(exported)
    honnin(theirs, tmp_path, "copies", "import", "partner.jsonl")
    assert by_command(theirs, tmp_path, LATER) == "caution"
    honnin(theirs, tmp_path, "copies", "forget", "--from", "partner")
    assert by_command(theirs, tmp_path, LATER) == "ok"

    # It was a mistake after all: forgotten, and nothing is left of it.
    name = visitor.get("/api/v1/copies").json()["copies"][0]["id"]
    submit(visitor, "/settings/copies/forget", {"id": name}, "/settings/copies")
    assert level(visitor, "at last", LATER) == "ok"
    assert honnin(url, tmp_path, "copies", "export") == b""
