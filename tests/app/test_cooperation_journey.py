"""A request over the real locker, as the site puts it together: what is handed over is sealed, held and traced."""

import json
from datetime import timedelta

import pytest

from honnin.app.access import Access, Actor, Role
from honnin.app.cooperation import Choice
from honnin.bootstrap import cooperation_desk, database, indicator_keeper, locker, now
from honnin.errors import BadInputError, HonninError
from honnin.evidence.entry import Act
from honnin.evidence.item import Capture, Kind, Method
from honnin.settings import Settings, settings_from
from honnin.sharing.request import (
    Approve,
    Asked,
    Authenticate,
    Basis,
    CheckScope,
    EndHold,
    Hold,
    Letter,
    NumberSource,
    Release,
    Requester,
    Review,
    StepRefusedError,
)

HANA = Actor("hana", frozenset({Role.ANALYST}))
BOSS = Actor("boss", frozenset({Role.APPROVER}))
TALK = {"turns": [{"who": "偽の社長", "text": "普通 1234567 へ。見本花子さんには内緒で 090-0000-1234"}]}


@pytest.fixture
def given(tmp_path):
    return Settings(database_url=f"sqlite:///{tmp_path}/honnin.db", operator_name="見本商事")


@pytest.fixture
def kept(given):
    with database(given.database_url) as kept:
        yield kept


@pytest.fixture
def desk(given, kept):
    return cooperation_desk(given, kept, Access([], now))


@pytest.fixture
def sealed(given, kept):
    real = locker(given, kept)
    content = json.dumps(TALK, ensure_ascii=False).encode()
    thing = Capture(Kind.CONVERSATION, Method.API, content, "application/json", "talk.json")
    (one,) = real.capture("case/2026-1", [thing], by="hana")
    return real, one.item


def letter(**parts):
    usual = {"requester": Requester.BANK, "office": "例題銀行", "person": "例題 五郎", "channel": "mail"}
    return Letter(**usual | {"asked_for": "振込先の口座", "case_id": "2026-1"} | parts)


def test_from_letter_to_custody(desk, sealed):
    real, item = sealed
    request = desk.receive(HANA, letter())
    for step in (
        Authenticate("03-0000-9999", NumberSource.OFFICIAL_SITE, "https://bank.example.jp/", "例題"),
        CheckScope(Basis.DANGER, frozenset({Asked.DESTINATION}), False, "財産の保護"),
        Review("法務", "適法"),
    ):
        request = desk.take(HANA, request.id, step)
    choice = Choice(items=(item.id,), keep=("1234567",), names=("見本 花子",))
    request = desk.prepare(HANA, request.id, choice)
    request = desk.take(BOSS, request.id, Approve(request.preparation.digest))
    request = desk.take(BOSS, request.id, Release("手渡し", "例題 五郎", "例題銀行"))

    copies = [each for each in real.items("case/2026-1") if each.parent == item.sha256]
    assert [(each.method, each.sha256) for each in copies] == [
        (Method.DERIVED, request.preparation.items[0].copy_sha256)
    ]
    _, content = real.view(copies[0].id, by="hana")
    assert "1234567" in content.decode()
    assert "花子" not in content.decode()
    acts = [entry.act for entry in real.custody("case/2026-1")]
    assert acts[0] is Act.CAPTURED
    assert {Act.VIEWED, Act.DISCLOSED} <= set(acts)
    assert (
        real.view(item.id, by="hana")[1] == json.dumps(TALK, ensure_ascii=False).encode()
    )  # the original is as it was


def test_a_hold_keeps_the_evidence_and_one_that_is_refused_does_not(desk, sealed):
    real, _ = sealed
    request = desk.receive(HANA, letter())
    with pytest.raises(StepRefusedError):
        desk.take(HANA, request.id, Hold(now() + timedelta(days=90)))
    assert real.holds("case/2026-1") == ()
    desk.take(HANA, request.id, Hold(now() + timedelta(days=20), "保全1"))
    assert [hold.reason for hold in real.holds("case/2026-1")] == [f"cooperation {request.id}: 例題銀行"]
    desk.take(BOSS, request.id, EndHold("終わり"))
    assert real.holds("case/2026-1") == ()


def test_the_switch_is_a_setting(tmp_path, kept):
    told = settings_from({"HONNIN_COMMUNICATIONS": "reviewed", "HONNIN_COOPERATION_DAYS": "30"})
    assert (told.communications, told.cooperation_days) == ("reviewed", 30)
    with pytest.raises(BadInputError):
        settings_from({"HONNIN_COMMUNICATIONS": "anything"})
    given = Settings(database_url=f"sqlite:///{tmp_path}/honnin.db", communications="reviewed", cooperation_days=30)
    policy = cooperation_desk(given, kept, Access([], now)).policy
    assert (policy.warrant_for_communications, policy.keep_for) == (False, timedelta(days=30))


def test_without_a_contact_nothing_is_exported(given, kept):
    with pytest.raises(HonninError):
        indicator_keeper(given, kept).export("stix")
