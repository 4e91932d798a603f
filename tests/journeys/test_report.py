"""A stranger reports with pictures; it becomes a case with sealed evidence; the stranger reads what came of it."""

import io
import re
from datetime import timedelta

import pytest
from PIL import Image
from starlette.testclient import TestClient

from honnin import bootstrap
from honnin.app.access import Role
from honnin.cases.case import Decided, Outcome
from honnin.evidence.item import Kind, Method
from honnin.settings import Settings
from honnin.web import create_app

TOLD = {
    "happened": "asked_for_money",
    "text": "社長を名乗るアカウントから、本日中に振込をお願いしますと言われました。",
    "claimed_name": "試験 太郎",
    "platform": "chatwork",
    "account_id": "9990077",
    "sent.money": "yes",
    "contact": "hana@example.jp",
}


def shot(colour):
    drawn = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "35.6812N 139.7671E"
    Image.new("RGB", (390, 500), colour).save(drawn, "JPEG", exif=exif)
    return drawn.getvalue()


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.setattr("honnin.web.pages.report.QUICKEST", timedelta(0))
    given = Settings(database_url=f"sqlite:///{tmp_path}/ours.db", second_factor="optional")
    with bootstrap.database(given.database_url) as kept:
        bootstrap.add_user(kept, "sakuma", "a long enough password", [Role.ANALYST])
        yield bootstrap.site(given, kept)


def send(visitor, address, fields, page, **more):
    shown = visitor.get(page).text
    hidden = {name: re.search(f'name="{name}" value="([^"]+)"', shown) for name in ("csrf", "ticket")}
    return visitor.post(address, data={name: found[1] for name, found in hidden.items() if found} | fields, **more)


def test_from_a_stranger_to_a_case_and_back(site):
    stranger = TestClient(create_app(site.services))
    pictures = [("files", (f"{colour}.jpg", shot(colour), "image/jpeg")) for colour in ("teal", "navy")]
    receipt = send(stranger, "/report/form", TOLD, "/report/form", files=pictures).text
    number, secret = (re.search(f'id="{name}">([^<]+)<', receipt)[1] for name in ("number", "secret"))

    sealed = site.services.locker.items(f"report/{number}")
    assert [(item.kind, item.method) for item in sealed] == [
        (Kind.NOTE, Method.UPLOAD),
        (Kind.SCREENSHOT, Method.UPLOAD),
        (Kind.SCREENSHOT, Method.UPLOAD),
    ]
    _, original = site.services.locker.view(sealed[1].id, by="sakuma")
    assert b"139.7671E" in original

    staff = TestClient(create_app(site.services))
    send(staff, "/login", {"name": "sakuma", "password": "a long enough password"}, "/login")
    page = staff.get(f"/reports/{number}").text
    drawn = staff.get(re.search(rf"/reports/{number}/pictures/\w+", page)[0]).content
    assert b"139.7671E" not in drawn
    case = site.services.cases.next(by="sakuma")
    assert [part.id for part in case.parts] == [f"report:{number}"]
    key = {"number": number, "secret": secret}
    send(stranger, "/report/add", key | {"text": "口座番号も届きました"}, "/report/status")
    another = TestClient(create_app(site.services))
    send(
        another, "/report/form", TOLD | {"contact": "090-0000-1234"}, "/report/form"
    )  # one report alone decides nothing
    site.services.cases.decide(case.id, Decided(Outcome.FRAUD), by="sakuma", why="本人に電話で確かめた")

    answer = send(stranger, "/report/status", key, "/report/status").text
    assert "必要な対応をしました" in answer
    assert "口座番号も届きました" in answer
    assert "本人に電話で確かめた" not in answer
