"""The pages of evidence: what is kept, looking at it with a reason, handing it over, holding it."""

import html
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from argon2 import PasswordHasher
from tests.evidence.making import CAPTURES, NOW

from honnin.app.access import Role
from honnin.evidence.entry import Act
from honnin.evidence.item import Capture, Kind, Method
from honnin.evidence.verifier import verify_path

CASE = "case/2026-0001"
PAGE = f"/evidence?folder={CASE}"


@pytest.fixture
def sealed(world):
    """Three items of a case, as sealed."""
    return [each.item for each in world.services.locker.capture(CASE, CAPTURES, by="hana")]


def acts(world):
    return [(entry.act, entry.by) for entry in world.services.locker.custody(CASE)]


def test_a_list_of_what_is_kept(world, sealed):
    staff = world.staff()
    assert CASE in staff.get("/evidence").text
    page = staff.get(PAGE).text
    for item in sealed:
        assert item.sha256 in page
    assert "提出されたもの（申告）" in page
    assert "まだだれも見ていません" in page
    assert world.services.locker.key.fingerprint in page
    assert acts(world) == [(Act.CAPTURED, "hana")] * 3  # a list shows no content


def test_only_the_newest_are_listed(world, monkeypatch):
    monkeypatch.setattr("honnin.web.pages.evidence.FOLDERS_SHOWN", 2)
    for number in range(3):
        world.services.locker.capture(f"case/{number}", CAPTURES[:1], by="hana")
        world.clock.forward(minutes=1)
    page = world.staff().get("/evidence").text
    assert re.findall(r'">(case/\d)</a>', page) == ["case/2", "case/1"]
    assert "ほかは番号で開いてください" in page


def test_nothing_is_kept_yet(world):
    staff = world.staff()
    assert "まだありません" in staff.get("/evidence").text
    assert "証拠がありません" in staff.get(PAGE).text
    assert staff.get("/evidence?folder=..%2F..%2Fx").status_code == 200


def test_looking_needs_a_reason_and_leaves_a_trace(world, sealed):
    staff = world.staff()
    refused = staff.submit("/evidence/view", {"id": sealed[0].id, "purpose": "  "}, page=PAGE)
    assert (refused.status_code, len(acts(world))) == (422, 3)
    shown = staff.submit("/evidence/view", {"id": sealed[0].id, "purpose": "内容の確認"}, page=PAGE)
    assert "至急、振込をお願いします。" in shown.text
    assert acts(world)[3:] == [(Act.VIEWED, "admin")]
    assert world.services.locker.custody(CASE)[-1].detail == {"purpose": "内容の確認"}
    assert "最後に見た人 admin" in staff.get(PAGE).text


def test_a_picture_is_shown_and_other_files_are_not(world):
    locker = world.services.locker
    picture, page, file = locker.capture(
        CASE,
        [
            Capture(Kind.SCREENSHOT, Method.UPLOAD, b"\x89PNG\r\n\x1a\n", "image/png", "a.png"),
            Capture(Kind.FILE, Method.UPLOAD, b"<script>alert(1)</script>", "text/html", "<b>x</b>.html"),
            Capture(Kind.FILE, Method.UPLOAD, b"<svg onload='alert(1)'/>", "image/svg+xml", "a.svg"),
        ],
        by="guest",
    )
    staff = world.staff()
    look = lambda item, **more: staff.submit("/evidence/view", {"id": item.item.id, "purpose": "x", **more}, page=PAGE)  # noqa: E731
    assert "data:image/png;base64,iVBORw0KGgo=" in look(picture).text
    assert "&lt;script&gt;alert(1)" in look(page).text
    assert "<b>x</b>" not in look(page).text
    assert "ここでは表示できません" in look(file).text
    saved = look(page, how="download")
    assert saved.content == b"<script>alert(1)</script>"
    assert saved.headers["content-type"] == "application/octet-stream"
    assert re.fullmatch(r'attachment; filename="[\w-]+\.bin"', saved.headers["content-disposition"])


def test_what_is_not_there_is_told(world):
    answer = world.staff().submit("/evidence/view", {"id": "x", "purpose": "y"}, page="/settings/copies")
    assert (answer.status_code, "その証拠はありません" in answer.text) == (422, True)


@pytest.mark.parametrize("recipient", ["police", "bank", "consumer", "lawyer"])
def test_a_bundle_is_handed_out_and_verifies(world, sealed, tmp_path, recipient):
    wish = {
        "folder": CASE,
        "for": recipient,
        "to": "テスト署 佐藤",
        "purpose": "届け出",
        f"out.{sealed[2].id}": "社内の記録",
    }
    answer = world.staff().submit("/evidence/export", wish, page=PAGE)
    assert answer.headers["content-type"] == "application/zip"
    name = re.search(r'filename="(honnin-evidence-\d{8}-[\w-]+\.zip)"', answer.headers["content-disposition"])[1]
    (tmp_path / name).write_bytes(answer.content)
    result = verify_path(tmp_path / name, world.services.locker.key.public)
    assert (result.status, result.items, result.withheld) == (0, 2, 1)
    detail = world.services.locker.custody(CASE)[-1].detail
    assert (detail["to"], detail["purpose"], detail["for"]) == ("テスト署 佐藤", "届け出", recipient)


def test_a_bundle_that_cannot_be_made_is_told(world):
    staff = world.staff()
    assert (
        staff.submit("/evidence/export", {"folder": CASE, "for": "police"}, page="/settings/copies").status_code == 422
    )
    answer = staff.submit("/evidence/export", {"folder": CASE, "for": "press"}, page="/settings/copies")
    assert "だれに渡すかを選んでください" in answer.text


def test_handing_over_is_written_down(world, sealed):
    staff = world.staff()
    given = {"folder": CASE, "to": "テスト署 <b>佐藤</b>", "how": "手渡し", "bundle": "b1"}
    assert "&lt;b&gt;佐藤" in staff.submit("/evidence/hand-over", given, page=PAGE).text
    assert staff.submit("/evidence/hand-over", {"folder": CASE, "to": ""}, page=PAGE).status_code == 422
    assert acts(world)[3:] == [(Act.TRANSFERRED, "admin")]


def test_a_hold_is_set_and_released(world, sealed):
    staff = world.staff()
    assert "警察の依頼" in staff.submit("/evidence/hold", {"folder": CASE, "reason": "警察の依頼"}, page=PAGE).text
    (hold,) = world.services.locker.holds(CASE)
    assert staff.submit("/evidence/hold", {"folder": CASE, "reason": ""}, page=PAGE).status_code == 422
    end = {"folder": CASE, "id": hold.id, "reason": "終了"}
    assert staff.submit("/evidence/release", end, page=PAGE).status_code == 200
    assert staff.submit("/evidence/release", end, page=PAGE).status_code == 422  # it is over already
    assert world.services.locker.holds(CASE) == ()


def test_the_key_is_handed_out(world):
    answer = world.staff().get("/evidence/key")
    assert answer.content == world.services.locker.key.pem


@pytest.mark.parametrize("address", ["/evidence", PAGE, "/evidence/key"])
def test_strangers_sign_in_first(world, address):
    answer = world.visitor().get(address, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/login")


@pytest.mark.parametrize(
    ("role", "address", "allowed"),
    [
        (Role.STAFF, "/evidence/view", False),
        (Role.ACCOUNTING, "/evidence/export", False),
        (Role.APPROVER, "/evidence/view", True),
        (Role.APPROVER, "/evidence/export", False),
        (Role.AUDITOR, "/evidence/view", True),
        (Role.AUDITOR, "/evidence/export", False),
        (Role.AUDITOR, "/evidence/hold", False),
        (Role.ANALYST, "/evidence/export", True),
    ],
)
def test_who_may(world, sealed, role, address, allowed):
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(world.password)
    world.services.users.create_user("other", quick, at=NOW, roles=[role])
    visitor = world.visitor()
    visitor.sign_in("other")
    fields = {"id": sealed[0].id, "purpose": "x", "folder": CASE, "for": "police", "reason": "x"}
    assert (visitor.submit(address, fields, page="/settings/password").status_code == 403) is not allowed
    assert (len(acts(world)) > 3) is allowed


@pytest.mark.parametrize("address", ["view", "export", "hand-over", "hold", "release"])
def test_no_other_site_can_send_the_forms(world, sealed, address):
    answer = world.staff().post(f"/evidence/{address}", data={"id": sealed[0].id, "folder": CASE, "purpose": "x"})
    assert answer.status_code == 403
    assert len(acts(world)) == 3


NASTY = "<img src=x onerror=alert(1)>\"'{{7*7}}\u202e\x00"


def test_what_strangers_wrote_stays_words(world):
    source = replace(CAPTURES[0].source, platform=NASTY, account=NASTY)
    far = datetime.max.replace(tzinfo=UTC)
    thing = Capture(Kind.FILE, Method.UPLOAD, NASTY.encode(), "text/plain", NASTY, source, claimed_at=far, note=NASTY)
    locker = world.services.locker
    (one,) = locker.capture(CASE, [thing], by=NASTY)
    locker.hold(CASE, reason=NASTY, by=NASTY)
    staff = world.staff()
    pages = [
        staff.get(PAGE).text,
        staff.submit("/evidence/view", {"id": one.item.id, "purpose": NASTY}, page=PAGE).text,
    ]
    for page in pages:
        assert "<img src=x" not in page
        assert "49" not in re.findall(r"\{\{7\*7\}\}|\b49\b", page)
        seen = re.sub('<input type="hidden"[^>]*>', "", page)
        assert "\u202e" not in html.unescape(seen)


def test_both_languages_say_it(world, sealed):
    page = world.staff().get(f"{PAGE}&lang=en").text
    for words in ("Handed in: a claim", "Make a bundle to hand over", "Who was at it", "captured"):
        assert words in page
