import base64

import pytest

from honnin.app.access import Scope
from honnin.app.accounts import ApiKey
from honnin.app.passwords import digest
from honnin.cases.report import Reporter, Sent, State
from honnin.web.words import words

TOLD = {
    "text": "社長を名乗る人から",
    "sent": ["money"],
    "claimed_name": "試験 太郎",
    "platform": "chatwork",
    "when": "2026-11-24T00:30",
}
PICTURE = {"name": "memo.txt", "content": base64.b64encode("メモ".encode()).decode()}


@pytest.fixture
def call(world):

    visitor = world.visitor()

    def call(value, key="chat", scopes=(Scope.REPORTS, Scope.SCREENING), path="/reports", method="POST"):
        made = ApiKey(f"hnn_{key}", key, world.clock(), "admin", scopes=frozenset(scopes))
        if world.services.users.find_key(digest(key), at=world.clock()) is None:
            world.services.users.add_key(made, digest(key))
        return visitor.request(method, f"/api/v1{path}", json=value, headers={"authorization": f"Bearer {key}"})

    return call


def test_a_program_reports_and_asks_how_it_stands(world, call):
    answer = call(TOLD | {"files": [PICTURE], "reporter": "guest"})
    assert answer.status_code == 200, answer.text
    receipt = answer.json()
    report = world.services.reports.store.get(receipt["number"])
    assert (report.reporter, report.by, report.sent) == (Reporter.GUEST, "api:chat", (Sent.MONEY,))
    assert receipt["files"][0]["kind"] == "text/plain"
    assert world.services.reports.look_up(receipt["number"], receipt["secret"]) == report

    world.services.reports.move(report.number, State.ACTED)
    status = call(None, path=f"/reports/{report.number}", method="GET").json()
    assert (status["state"], status["state_text"]["en"]) == ("acted", State.ACTED.sentence.en)
    assert "secret" not in status
    assert call(None, key="other", path=f"/reports/{report.number}", method="GET").status_code == 404
    assert call(None, path="/reports/R-0000-0000", method="GET").status_code == 404


def test_the_same_id_again_is_the_same_report(world, call):
    first, again = (call(TOLD | {"id": "ticket-7"}).json() for _ in range(2))
    assert first == again
    assert call(TOLD | {"id": "ticket-7"}, key="other").json()["number"] != first["number"]
    assert call(TOLD).json()["number"] != call(TOLD).json()["number"]


def test_an_alert_is_reported_by_its_id(world, call):
    event = {
        "id": "m-1",
        "text": "至急、振込を",
        "sender": {"platform": "chatwork", "account_id": "90001", "name": "試験太郎"},
    }
    call(event, path="/screen")
    receipt = call({"event_id": "m-1"}).json()
    report = world.services.reports.store.get(receipt["number"])
    assert (report.text, report.account_id, report.event_id) == ("至急、振込を", "90001", "m-1")
    refused = call({"event_id": "m-1"}, key="other")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "event_id"


def test_every_mistake_is_named_at_once(world, call):
    bad = {
        "text": 5,
        "sent": ["gold"],
        "happened": "x",
        "reporter": 1,
        "language": [],
        "when": "soon",
        "files": [{"name": "x", "content": "%"}, 3],
        "contact": "x" * 301,
    }
    answer = call(bad)
    assert answer.status_code == 422
    assert {each["field"] for each in answer.json()["errors"]} >= {
        "text",
        "sent",
        "happened",
        "reporter",
        "language",
        "when",
        "files[0]",
        "files[1]",
        "contact",
    }
    assert call([]).status_code == 422
    assert call({}).json()["errors"][0]["ja"] == words()["report.mistake.empty"].ja
    assert call(TOLD | {"files": [PICTURE] * 11}).status_code == 422
    packed = base64.b64encode(b"7z\xbc\xaf'\x1c").decode()
    assert call(TOLD | {"files": [{"name": "a.7z", "content": packed}]}).json()["errors"][0]["field"] == "a.7z"
    assert world.services.reports.store.newest() == []


def test_a_key_for_something_else_may_not(call):

    assert call(TOLD, key="screens", scopes=[Scope.SCREENING]).status_code == 403


def test_it_is_described(visitor):
    described = visitor.get("/api/v1/openapi.json").json()
    assert "/reports" in described["paths"]
    assert "asked_for_money" in str(described["components"]["schemas"]["Happened"])
