"""The case desk through its pages."""

import re

import pytest
import yaml

from honnin.app.access import Role
from honnin.app.desk_ports import QueueFilter
from honnin.cases.report import Report, Reporter, Sent
from honnin.model import Account, Channel, Event, Kind

from .conftest import NOW, PASSWORD_HASH

WHY = "名簿の番号で本人に確かめた"
TEXT = "岡山の倉庫を買収する契約があり、手付金の振込が要ります。取締役会の前に終えたいので極秘で進めてください。"


def told(world, number="R-1", **more):
    report = Report(
        number=number,
        received_at=NOW,
        **{"text": TEXT, "platform": "chatwork", "claimed_name": "試験 太郎", "account_id": "90001"} | more,
    )
    world.services.reports.store.add(report, secret_hash=f"h{number}")
    return world.services.cases.take_in(report)


def alerted(world, name="m-1", account="90001"):
    sender = Account(platform="chatwork", account_id=account, name="試験 太郎")
    event = Event(name, Kind.CONTACT_REQUEST, Channel.CHAT, text=TEXT, sender=sender)
    return world.services.cases.take_alert(world.receive(event))


def post(visitor, case, where, **fields):
    return visitor.submit(f"/cases/{case}/{where}", fields, page=f"/cases/{case}", follow_redirects=False)


def colleague(world, name="taro", *roles):
    world.services.users.create_user(name, PASSWORD_HASH, at=NOW, roles=roles or [Role.ANALYST])
    visitor = world.visitor()
    assert visitor.sign_in(name).status_code == 303
    return visitor


def test_a_wave_is_one_line_and_money_that_moves_comes_first(world, staff):
    told(world, "R-0", account_id="7", text="写真を使われています")
    for n in range(1, 30):
        told(world, f"R-{n}", sent=(Sent.MONEY,) if n == 3 else ())
    page = staff.get("/queue").text
    assert page.count('class="row ') == 2
    assert "通報 29件" in page
    assert page.index("お金が動いています") < page.index("写真を使われています")


def test_somebody_claims_seals_contains_and_closes_and_the_next_case_opens(world, staff):
    case, later = alerted(world), told(world, "R-9", account_id="5", text="別の件")
    told(world)
    assert staff.submit("/queue/next", page="/queue", follow_redirects=False).headers["location"] == f"/cases/{case}"

    refused = post(staff, case, "contain", deed="decline_request", account="chatwork:90001", place="request-7")
    assert refused.status_code == 422
    assert "先にこのアカウントのプロフィールとやり取りを保全してください" in refused.text

    assert post(staff, case, "capture", account="chatwork:90001").status_code == 303
    assert post(staff, case, "contain", deed="decline_request", account="chatwork:90001").status_code == 303
    assert post(staff, case, "contain", deed="delete_contact", account="chatwork:90001").status_code == 303
    page = staff.get(f"/cases/{case}").text
    assert "二人だけのチャットが相手側でも自分側でも消え" in page
    by_hand = re.search(r'name="id" value="([^"]+)">\s*<p class="field"><label for="did', page)[1]
    assert post(staff, case, "deed", do="done", id=by_hand, words="削除した").status_code == 303

    no_reason = post(staff, case, "decide", outcome="fraud", why=" ", then="next")
    assert no_reason.status_code == 422
    assert "理由を書いてください" in no_reason.text
    closed = post(
        staff, case, "decide", outcome="fraud", why=WHY, tactic="exec_impersonation", then="next", learn="yes"
    )
    assert closed.headers["location"] == f"/cases/{later}?closed={case}"
    assert "前の案件を閉じ、次の案件を開きました" in staff.get(closed.headers["location"]).text
    assert world.services.reports.store.get("R-1").state == "acted"
    assert world.services.locker.items(f"case/{case}")


def test_what_staff_hand_in_is_kept_as_what_it_is(world, staff):
    case = alerted(world)
    files = {"files": ("画面.png", b"\x89PNG\r\n\x1a\n" + bytes(20), "text/html")}
    staff.submit(f"/cases/{case}/capture", {"account": "chatwork:90001"}, page=f"/cases/{case}", files=files)
    kept = next(item for item in world.services.locker.items(f"case/{case}") if item.file_name == "画面.png")
    assert (kept.kind, kept.media_type, kept.source.account) == ("screenshot", "image/png", "90001")


def test_only_one_of_two_works_on_a_case(world, staff):
    case, other = alerted(world), colleague(world)
    assert post(staff, case, "claim").status_code == 303
    refused = post(other, case, "claim")
    assert refused.status_code == 422
    assert "admin さんが担当しています" in refused.text
    assert "担当：admin" in other.get("/queue").text
    world.clock.forward(minutes=31)
    assert post(other, case, "claim").status_code == 303


def test_what_is_written_down_is_shown_and_stays(world, staff):
    case = alerted(world)
    post(staff, case, "work", do="note", text="本人に電話した")
    post(staff, case, "work", do="task", text="銀行へ連絡")
    post(staff, case, "work", do="tick", id="keep_first")
    fact = {
        "kind": "payment",
        "role": "paid",
        "value": "9999-100-1234567",
        "amount": "48万円",
        "at": "2026-11-24T10:30",
    }
    post(staff, case, "work", do="fact", **fact)
    page = staff.get(f"/cases/{case}").text
    for words in ("本人に電話した", "銀行へ連絡", "9999-100-1234567", "48万円", "2026-11-24 10:30", "証拠の保全と対処"):
        assert words in page
    assert 'aria-pressed="true"' in page
    assert world.services.cases.case(case).facts[0].role == "paid"


@pytest.mark.parametrize(
    ("where", "fields"),
    [
        ("work", {"do": "nothing"}),
        ("work", {"do": "tick", "id": "unknown"}),
        ("contain", {"deed": "explode"}),
        ("regroup", {"do": "?"}),
        ("label", {"kind": "king"}),
    ],
)
def test_what_no_form_of_ours_sends_is_not_found(world, staff, where, fields):
    assert post(staff, alerted(world), where, **fields).status_code == 404


@pytest.mark.parametrize("case", ["nothing", "%00", "x" * 300])
def test_unknown_cases_are_not_found(staff, case):
    assert staff.get(f"/cases/{case}").status_code == 404
    assert staff.get("/queue?after=1|x|y&kind=?&level=?&show=?").status_code == 200


def test_merging_splitting_and_labels(world, staff):
    one, other = alerted(world), told(world, account_id="5", text="別の件")
    assert post(staff, one, "regroup", do="merge", other=other, why=WHY).status_code == 303
    assert f"/cases/{one}" in staff.get(f"/cases/{other}").text
    fields = {"do": "split", "entry-1": "report:R-1", "why": "別人だった"}
    assert post(staff, one, "regroup", **fields).status_code == 303
    assert [len(world.services.cases.case(row.id).parts) for row in world.services.cases.queue(QueueFilter())] == [1, 1]
    early = post(staff, one, "label", kind="fraud", account="chatwork:90001", why=WHY, days="30")
    assert early.status_code == 422
    post(staff, one, "claim")
    post(staff, one, "decide", outcome="fraud", why=WHY)
    assert post(staff, one, "label", kind="fraud", account="chatwork:90001", why=WHY, days="30").status_code == 303
    assert "なりすましと確認したアカウント" in staff.get(f"/cases/{one}").text


def test_an_appeal_of_the_owner_reaches_the_queue(world, staff):
    told(world, reporter=Reporter.OWNER, text="それは私のアカウントです")
    assert "本人からの異議" in staff.get("/queue?kind=appeal").text


def test_bad_faith_is_set_aside_on_the_page(world, staff):
    case = told(world, sent=(Sent.MONEY,))
    who = world.services.cases.case(case).parts[0].who
    assert post(staff, case, "regroup", do="aside", who=who, why="無関係な人への通報を繰り返す").status_code == 303
    page = staff.get(f"/cases/{case}").text
    assert "数えません" in page or "数えていません" in page
    assert "お金が動いています" not in staff.get("/queue").text


def test_a_closed_case_proposes_examples_that_name_nobody(world, staff):
    case = alerted(world)
    assert staff.get(f"/cases/{case}/lesson.yaml").status_code == 404
    post(staff, case, "claim")
    post(staff, case, "decide", outcome="fraud", why=WHY, tactic="transfer_request")
    answer = staff.get(f"/cases/{case}/lesson.yaml")
    proposed = yaml.safe_load(answer.text)
    assert proposed["rules"][0]["id"]
    assert "倉庫" in proposed["rules"][0]["fires_on"][0]["text"]
    assert "attachment" in answer.headers["content-disposition"]

    false = told(
        world, "R-5", account_id="6", text="15時までに48万円を山田商事へ振込 https://example.com/x a@example.com"
    )
    post(staff, false, "claim")
    post(staff, false, "decide", outcome="false_alarm", why=WHY)
    text = yaml.safe_load(staff.get(f"/cases/{false}/lesson.yaml").text)["rules"][0]["silent_on"][0]["text"]
    assert text == "00時までに00万円を山田商事へ振込 https://example.jp/ someone@example.jp"


def test_trends_count_and_name_nobody(world, staff):
    case = alerted(world)
    post(staff, case, "claim")
    post(staff, case, "decide", outcome="fraud", why=WHY, tactic="exec_impersonation", role="president")
    page = staff.get("/trends?days=30").text
    assert "社長・代表" in page
    assert "試験" not in page


def test_who_may_only_look_cannot_change_anything(world, staff):
    case, auditor = alerted(world), colleague(world, "audit", Role.AUDITOR)
    assert auditor.get(f"/cases/{case}").status_code == 200
    for where in ("claim", "release", "work", "capture", "contain", "deed", "decide", "regroup", "label"):
        shown = auditor.get("/check").text
        token = re.search('name="csrf" value="([^"]+)"', shown)[1]
        assert auditor.post(f"/cases/{case}/{where}", data={"csrf": token}).status_code == 403
    assert colleague(world, "staff", Role.STAFF).get("/queue").status_code == 403
    assert world.visitor().get("/queue", follow_redirects=False).status_code == 303


def test_forms_of_other_sites_are_refused(world, staff):
    case = alerted(world)
    assert staff.post(f"/cases/{case}/claim", data={"csrf": "x"}).status_code == 403
    assert staff.post("/queue/next", data={}).status_code == 403


HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "\u202eoperator\u202c"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_that_came_in_becomes_part_of_the_page(world, staff, hostile):
    case = told(world, text=hostile * 3, claimed_name=hostile, claimed_company=hostile, account_id=hostile)
    post(staff, case, "work", do="note", text=hostile)
    post(staff, case, "work", do="fact", kind="person", value=hostile, note=hostile)
    for address in (f"/cases/{case}", "/queue"):
        page = staff.get(address).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "49" not in re.sub(r"[0-9a-f]{8,}", "", page) or "{{ 7*7 }}" not in hostile
        assert "\u202e" not in page
