import json
from dataclasses import replace

import pytest

from honnin.app.accounts import ApiKey
from honnin.app.passwords import digest
from honnin.model import Channel, Event, Level

SECRET = "hk_test.secret"


@pytest.fixture
def api(world):
    world.services.users.add_key(ApiKey("hk_test", "チャット", world.clock.now, "admin"), digest(SECRET))
    visitor = world.visitor()
    visitor.headers["authorization"] = f"Bearer {SECRET}"
    return visitor


def problem(answer, status):
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    found = answer.json()
    assert found["status"] == status
    assert found["messages"]["ja"]
    assert found["messages"]["en"]
    return found


def test_one_event_is_screened_kept_and_answered_by_the_contract(world, api):
    answer = api.post(
        "/api/v1/screen", json={"id": "m-1", "channel": "chat", "text": "振込をお願いします", "conversation": "r1"}
    )

    assert answer.status_code == 200
    assert list(answer.json()) == [
        "id", "level", "score", "stage", "first_alert_turn", "why_now", "signals", "identity", "links", "actions", "pack",
        "second_opinion",
    ]  # fmt: skip
    assert answer.json()["level"] == "danger"
    assert "振込" in answer.text  # Japanese as it is written
    stored = world.services.verdicts.get("m-1")
    assert (stored.source, stored.conversation, stored.event.channel) == ("api:チャット", "r1", Channel.CHAT)


def test_an_event_sent_twice_is_kept_once(world, api):
    for _ in range(2):
        assert api.post("/api/v1/screen", json={"id": "m-1", "text": "振込"}).json()["level"] == "danger"

    assert world.services.verdicts.counts()[Level.DANGER] == 1


def test_a_batch_is_answered_in_order_with_mistakes_in_their_place(api):
    events = [
        {"id": "a", "text": "振込"},
        {"id": "b", "text": 5},
        "x",
        {"id": "c", "text": "会議", "conversation": 5},
        {"id": "d", "text": "会議"},
    ]
    rows = api.post("/api/v1/screen", json={"events": events}).json()["verdicts"]

    assert [row["id"] for row in rows] == ["a", "b", None, "c", "d"]
    assert [row.get("level") for row in rows] == ["danger", None, None, None, "ok"]
    assert rows[1]["error"][0]["field"] == "text"
    assert rows[1]["error"][0].keys() == {"field", "ja", "en"}
    assert rows[3]["error"][0]["field"] == "conversation"


@pytest.mark.parametrize("events", [{}, "x", [{"id": "x", "text": "x"}] * 1001])
def test_a_batch_of_another_shape_is_refused(api, events):
    assert problem(api.post("/api/v1/screen", json={"events": events}), 422)["errors"][0]["field"] == "events"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (b"", ""),
        (b"{", ""),
        (b"[]", ""),
        (b"\xff", ""),
        (b"[" * 100_000, ""),
        (b'{"id":1,"text":"x"}', "id"),
        (b'{"text":"x"}', "id"),
        (b'{"id":"x"}', "text"),
    ],
)
def test_what_cannot_be_read_is_named(api, data, field):
    found = problem(api.post("/api/v1/screen", content=data), 422)

    assert found["errors"][0]["field"] == field


def test_hostile_text_is_answered(api):
    answer = api.post("/api/v1/screen", content=b'{"id":"x","text":"\\ud800\\u0000\\u202e \\u632f\\u8fbc"}')

    assert answer.json()["signals"][0]["quote"] == "振込"
    assert api.post("/api/v1/screen", json={"id": "y", "text": "振込" * 300_000}).status_code == 200


def test_a_body_of_more_than_32_mb_is_refused(api):
    problem(api.post("/api/v1/screen", content=b" " * (33 * 1024 * 1024)), 413)


@pytest.mark.parametrize("address", ["/screen", "/links/check", "/identity/match"])
@pytest.mark.parametrize("header", [None, "Bearer wrong", "Basic x", "Bearer", "Bearer é"])
def test_a_key_is_needed(world, address, header):
    visitor = world.visitor()
    headers = {"authorization": header.encode()} if header else {}
    answer = visitor.post(f"/api/v1{address}", json={}, headers=headers)

    problem(answer, 401)
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_session_of_a_browser_is_no_key(staff):
    problem(staff.get("/api/v1/verdicts"), 401)


def test_a_revoked_key_is_told_so(world, api):
    world.services.users.revoke_key("hk_test", at=world.clock.now)

    problem(api.get("/api/v1/verdicts"), 403)


def test_a_key_may_ask_so_often(make_world):
    world = make_world(calls_per_minute=2)
    world.services.users.add_key(ApiKey("hk_test", "x", world.clock.now), digest(SECRET))
    visitor = world.visitor()
    visitor.headers["authorization"] = f"Bearer {SECRET}"

    assert [visitor.get("/api/v1/verdicts").status_code for _ in range(2)] == [200, 200]
    answer = visitor.get("/api/v1/verdicts")
    problem(answer, 429)
    assert answer.headers["retry-after"] == "60"


def test_problems_speak_the_language_of_the_caller(world):
    visitor = world.visitor()

    assert "APIキー" in visitor.get("/api/v1/verdicts").json()["title"]
    assert "API key" in visitor.get("/api/v1/verdicts", headers={"accept-language": "en"}).json()["title"]


def test_a_link_is_checked(api):
    found = api.post("/api/v1/links/check", json={"url": "https://bank.example.test/"}).json()

    assert (found["level"], found["official"]) == ("suspicious", "https://bank.example.jp/")
    assert found["reasons"][0].keys() == {"id", "ja", "en"}
    for value in ({}, {"url": 5}, {"url": " "}, [], {"url": "x" * 20_001}):
        assert problem(api.post("/api/v1/links/check", json=value), 422)["errors"][0]["field"] == "url"


def test_an_identity_is_matched_with_a_person_or_the_directory(world, api, taro):
    claimed = {"name": "試験太郎", "account_id": "90001"}
    person = {"name": "試験 太郎", "accounts": [{"platform": "chatwork", "account_id": "90001"}]}

    assert api.post("/api/v1/identity/match", json={"claimed": claimed}).json() == {"identity": None}
    assert api.post("/api/v1/identity/match", json={"claimed": claimed, "person": person}).json()["identity"][
        "verified"
    ]
    world.services.directory.upsert([taro])
    found = api.post("/api/v1/identity/match", json={"claimed": claimed}).json()["identity"]
    assert (found["same"], found["verified"], found["known_account"]) == ("same", False, "chatwork:10001")
    assert found["features"][0]["reason"]["en"]


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({}, "claimed"),
        ({"claimed": 1}, "claimed"),
        ({"claimed": {"name": 1}}, "sender.name"),
        ({"claimed": {}, "person": {}}, "directory[0].name"),
    ],
)
def test_an_identity_of_another_shape_is_refused(api, value, field):
    assert problem(api.post("/api/v1/identity/match", json=value), 422)["errors"][0]["field"] == field


def test_kept_verdicts_are_listed_and_narrowed(world, api):
    world.receive(Event("m-1", text="振込", channel=Channel.MAIL))
    world.receive(Event("m-2", text="会議"), source="mail")

    found = api.get("/api/v1/verdicts").json()
    assert (found["total"], found["page"], [row["verdict"]["id"] for row in found["verdicts"]]) == (
        2,
        1,
        ["m-2", "m-1"],
    )
    for query, ids in [
        ("level=danger", ["m-1"]),
        ("alerts_only=true", ["m-1"]),
        ("channel=mail", ["m-1"]),
        ("handled=true", []),
        ("text=会議", ["m-2"]),
        ("since=2026-11-25", []),
        ("until=2026-11-25T00:00:00%2B09:00", ["m-2", "m-1"]),
        ("page=2", []),
    ]:
        assert [row["verdict"]["id"] for row in api.get(f"/api/v1/verdicts?{query}").json()["verdicts"]] == ids, query


@pytest.mark.parametrize("query", ["level=x", "page=0", "page=x", "since=yesterday", "text=" + "x" * 201])
def test_a_parameter_of_another_shape_is_named(api, query):
    assert problem(api.get(f"/api/v1/verdicts?{query}"), 422)["errors"][0]["field"] == query.split("=")[0]


def test_addresses_and_methods_that_are_not_there(api):
    problem(api.get("/api/v1/nowhere"), 404)
    problem(api.get("/api/v1/screen"), 405)


def test_a_failure_on_our_side_is_a_problem_too(world, api):
    world.desk.screen = None
    visitor = world.visitor(raise_server_exceptions=False)
    found = problem(visitor.post("/api/v1/screen", json={"id": "x", "text": "x"}, headers=dict(api.headers)), 500)

    assert "Error" not in json.dumps(found)


def references(value):
    if isinstance(value, dict):
        yield from ([value["$ref"]] if isinstance(value.get("$ref"), str) else [])
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_the_description_has_real_shapes_and_examples(visitor):
    found = visitor.get("/api/v1/openapi.json").json()

    copies = {"/copies", "/copies/{copy_id}", "/copies/export", "/copies/import"}
    indicators = {"/indicators", "/indicators/export", "/indicators/import"}
    assert set(found["paths"]) == {"/screen", "/verdicts", "/links/check", "/identity/match"} | copies | indicators | {
        "/reports",
        "/reports/{number}",
    }
    schemas = found["components"]["schemas"]
    assert {reference.removeprefix("#/components/schemas/") for reference in references(found)} <= schemas.keys()
    assert {"EventIn", "BatchIn", "VerdictOut", "Problem"} <= schemas.keys()
    for path in found["paths"].values():
        for operation in path.values():
            assert operation["summary"]
            assert operation["security"]
            assert {"401", "403", "413", "422", "429"} <= operation["responses"].keys()
    assert found["servers"] == [{"url": "/api/v1"}]


def test_the_examples_of_the_description_are_accepted(api):
    schemas = api.get("/api/v1/openapi.json").json()["components"]["schemas"]

    assert api.post("/api/v1/screen", json=schemas["EventIn"]["examples"][0]).json()["level"] == "caution"
    assert api.post("/api/v1/links/check", json=schemas["LinkIn"]["examples"][0]).status_code == 200
    assert (
        api.post("/api/v1/identity/match", json=schemas["IdentityIn"]["examples"][0]).json()["identity"]["same"]
        == "same"
    )


def test_answers_have_the_shape_that_is_described(world, api, taro):
    from honnin.web import api_shapes as shapes  # noqa: PLC0415

    world.services.directory.upsert([replace(taro, emails=())])
    event = {"id": "m", "text": "振込 https://bank.example.test/", "sender": {"name": "試験太郎"}}

    shapes.VerdictOut.model_validate(api.post("/api/v1/screen", json=event).json())
    shapes.ListOut.model_validate(api.get("/api/v1/verdicts").json())
