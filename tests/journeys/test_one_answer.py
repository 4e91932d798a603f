"""One text, one answer: the check page, the command line and the HTTP API say the same."""

import json
import re
import subprocess
import sys

import pytest
from starlette.testclient import TestClient

from honnin import bootstrap
from honnin.settings import Settings
from honnin.store import Database
from honnin.web import create_app

TEXTS = {
    "ok": "会議は三時からに変わりました。資料は共有フォルダにあります。",
    "notice": "取引先の口座変更届が書面で届きました。台帳の番号へ電話して確認済みです。登録をお願いします。",
    "danger": "業務連絡のため新しいLINEグループを作成し、QRコードを返信してください。ほかのメンバーは後で私が追加します。",
}


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('site')}/honnin.db")
    database.migrate()
    yield database
    database.close()


@pytest.fixture(scope="module")
def visitor(database):
    with TestClient(
        create_app(bootstrap.site(Settings(database_url=str(database.engine.url)), database).services)
    ) as visitor:
        yield visitor


def by_command(text, folder):
    command = [sys.executable, "-m", "honnin", "screen", "--format", "jsonl", "-"]
    event = json.dumps({"id": "1", "text": text}).encode()
    return json.loads(subprocess.run(command, input=event, capture_output=True, cwd=folder, check=True).stdout)


def by_page(visitor, text):
    token = re.search('name="csrf" value="([^"]+)"', visitor.get("/check?lang=ja").text)[1]
    return visitor.post("/check", data={"csrf": token, "kind": "message", "text": text}).text


@pytest.mark.parametrize(("level", "text"), TEXTS.items())
def test_page_command_and_api_agree(visitor, database, level, text, tmp_path):
    told = by_command(text, tmp_path)
    assert told["level"] == level

    page = by_page(visitor, text)
    assert f'class="verdict {level}"' in page
    assert all(signal["reason"]["ja"] in page for signal in told["signals"][:1])
    assert all(action["ja"] in page for action in told["actions"])

    key = bootstrap.add_key(database, "journey", "admin")
    answer = visitor.post("/api/v1/screen", json={"id": "1", "text": text}, headers={"Authorization": f"Bearer {key}"})
    assert answer.json() == told
