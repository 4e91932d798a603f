"""A second opinion as people meet it: on the command line where they ask for it, and in the inbox where it is set up."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace

import pytest
from starlette.testclient import TestClient
from tests.connectors import emulator as e
from tests.connectors.emulator import serving
from tests.contract.readers import opinion

from honnin import bootstrap
from honnin.app.access import Role
from honnin.settings import settings_from
from honnin.store import Database
from honnin.web import create_app

KEY = "key-invented-0000"
NOTICED_TEXT = "三田村です。今お時間ありますか。経理の佐久間さんの件で、折り返し 090-0000-1234 へお電話ください。"
NOTICED = json.dumps(
    {
        "id": "m-2",
        "channel": "chat",
        "text": NOTICED_TEXT,
        "sender": {"platform": "chatwork", "account_id": "99900017", "name": "三田村 一郎", "organization": "桜庭堂"},
        "recipient": {"name": "佐久間 玲"},
    },
    ensure_ascii=False,
)


def environment(server):
    return {
        "HONNIN_SECOND_OPINION_URL": server.url,
        "HONNIN_SECOND_OPINION_MODEL": "small-model",
        "HONNIN_SECOND_OPINION_KEY": KEY,
        "HONNIN_SECOND_OPINION_TIMEOUT": "2",
        "HONNIN_SECOND_OPINION_FROM": "1",
    }


@pytest.fixture
def server():
    with serving() as found:
        found.behave = e.says(opinion("danger", ("callback_in_message", 1)))
        yield found


@pytest.fixture
def honnin(tmp_path, server):
    def run(*words, stdin="", check=0, set_up=True):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HONNIN_")}
        given = {"HONNIN_DATABASE_URL": f"sqlite:///{tmp_path}/honnin.db", "PYTHONUTF8": "1"}
        done = subprocess.run(
            [sys.executable, "-m", "honnin", *words],
            input=stdin.encode(),
            capture_output=True,
            cwd=tmp_path,
            env=kept | given | (environment(server) if set_up else {}),
            timeout=60,
            check=False,
        )
        assert done.returncode == check, done.stderr.decode()
        return done.stdout.decode(), done.stderr.decode()

    return run


RAISED = {"ok": "caution", "notice": "caution", "caution": "danger"}
"""Where a danger of the other reader leads; which of them we say ourselves may change from version to version."""


def row(told):
    return json.loads(told)


class TestCommandLine:
    def test_only_where_it_is_asked_for_by_name(self, honnin, server):
        before = row(honnin("screen", stdin=NOTICED)[0])
        assert before["second_opinion"] is None
        assert server.bodies == []

        after = row(honnin("screen", "--second-opinion", stdin=NOTICED)[0])
        assert after["level"] == RAISED[before["level"]]
        assert after["second_opinion"] == {
            "by": "small-model",
            "outcome": "raised",
            "level": "danger",
            "level_without": before["level"],
            "tactics": ["callback_in_message"],
        }
        assert after["score"] == before["score"]
        assert {"call-known-number", "do-not-call-given-number"} <= {action["id"] for action in after["actions"]}

        (body,), (headers,) = server.bodies, server.headers
        assert headers["authorization"] == f"Bearer {KEY}"
        left = json.dumps(body, ensure_ascii=False)
        for secret in ("m-2", "99900017", "三田村", "一郎", "佐久間", "0000", "1234", "桜庭堂"):
            assert secret not in left

    def test_outsiders_do_not_see_it(self, honnin):
        told, _ = honnin("screen", "--second-opinion", "--public", stdin=NOTICED)
        assert row(told)["level"] in RAISED.values()
        assert "second" not in told
        assert "small-model" not in told

    def test_check_says_so_in_words(self, honnin):
        told, _ = honnin("check", "--second-opinion", "--sender", "三田村", NOTICED_TEXT)
        assert "二つめの読み取り" in told
        assert "レベルを" in told

    def test_check_says_that_nobody_was_asked(self, honnin, server):
        _, note = honnin("check", "--second-opinion", "会議は三時からです。")
        assert "Nobody else was asked" in note
        assert server.bodies == []

    def test_an_endpoint_that_fails_changes_nothing(self, honnin, server):
        server.behave = e.hang_up
        plain, asked = honnin("screen", stdin=NOTICED)[0], honnin("screen", "--second-opinion", stdin=NOTICED)[0]
        after = row(asked)
        assert after["second_opinion"]["outcome"] == "unanswered"
        assert after | {"second_opinion": None} == row(plain)

    def test_asked_for_without_being_set_up(self, honnin):
        _, told = honnin("screen", "--second-opinion", stdin=NOTICED, check=1, set_up=False)
        assert "HONNIN_SECOND_OPINION_URL" in told
        assert "Traceback" not in told

    def test_the_key_is_never_shown(self, honnin, server):
        server.behave = e.body(b"{}", 401)
        many = "\n".join(json.dumps(json.loads(NOTICED) | {"id": str(n)}) for n in range(5))
        told, noted = honnin("screen", "--second-opinion", stdin=many)
        assert KEY not in told + noted
        assert "not asked for 60 seconds" in noted
        assert len(server.bodies) == 3


class TestSite:
    @pytest.fixture
    def database(self, tmp_path):
        database = Database(f"sqlite:///{tmp_path}/honnin.db")
        database.migrate()
        yield database
        database.close()

    @pytest.fixture
    def site(self, database, server):
        given = replace(
            settings_from(environment(server)), database_url=str(database.engine.url), second_factor="optional"
        )
        with TestClient(create_app(bootstrap.site(given, database).services)) as visitor:
            yield visitor

    def screened(self, site, database):
        key = bootstrap.add_key(database, "journey", "admin")
        return site.post("/api/v1/screen", content=NOTICED, headers={"Authorization": f"Bearer {key}"}).json()

    def signed_in(self, site, database):
        bootstrap.add_user(database, "sakuma", "correct horse battery", [Role.ANALYST])
        token = re.search('name="csrf" value="([^"]+)"', site.get("/login").text)[1]
        site.post("/login", data={"csrf": token, "name": "sakuma", "password": "correct horse battery"})

    def test_what_comes_in_is_raised_and_the_page_says_why(self, site, database):
        answer = self.screened(site, database)
        assert answer["second_opinion"]["outcome"] == "raised"
        assert answer["level"] == RAISED[answer["second_opinion"]["level_without"]]
        self.signed_in(site, database)
        inbox = site.get("/inbox?lang=ja").text
        page = site.get(re.search(r'href="(/events/m-2[^"]*)"', inbox)[1].replace("&amp;", "&")).text
        assert "二つめの読み取り" in page
        assert "名前や番号は伏せて尋ねています" in page
        assert f'class="verdict {answer["level"]}"' in page

    def test_a_slow_endpoint_costs_no_more_than_agreed(self, site, database, server):
        server.behave = e.dripping_body
        answer = self.screened(site, database)
        assert answer["second_opinion"]["outcome"] == "unanswered"
        assert answer["level"] == answer["second_opinion"]["level_without"]

    def test_what_visitors_paste_is_shown_to_nobody(self, site, server):
        token = re.search('name="csrf" value="([^"]+)"', site.get("/check?lang=ja").text)[1]
        page = site.post("/check", data={"csrf": token, "kind": "message", "text": NOTICED_TEXT}).text
        assert "二つめの読み取り" not in page
        assert server.bodies == []

    def test_the_description_of_the_api_knows_it(self, site):
        schemas = site.get("/api/v1/openapi.json").json()["components"]["schemas"]
        assert "second_opinion" in schemas["VerdictOut"]["properties"]
        assert "raised" in json.dumps(schemas["OpinionOutcome"])
