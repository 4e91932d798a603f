"""The desk in a real Chromium: with the keyboard, without JavaScript, on a phone, in the dark."""

import pytest
from tests.web.browser import DESKTOP, PHONE, contrast, sign_in, small_targets

from honnin.cases.case import (
    Decided,
    DeedDone,
    DeedDropped,
    Fact,
    FactAdded,
    FactKind,
    FactRemoved,
    Noted,
    Outcome,
    TaskAdded,
    TaskDone,
    Ticked,
)
from honnin.cases.containment import Deed, DeedKind
from honnin.cases.labels import LabelKind
from honnin.cases.report import Reporter, Sent

from .conftest import NOW
from .test_queue import WHY, alerted, told

pytestmark = pytest.mark.browser
ACCOUNT, LONG = "chatwork:90001", "https://bank.example.test/" + "a" * 200


def test_a_case_is_worked_with_the_keyboard_and_the_next_one_opens(open_page, world):
    told(world, "R-8", account_id="5", text="別の件")
    alerted(world)
    told(world)
    page = open_page()
    sign_in(page, world)
    page.get_by_role("link", name="対応", exact=True).click()
    assert page.locator(".rows .row").count() == 2
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/*")
    page.keyboard.press("c")
    page.get_by_text("担当：admin").wait_for()
    page.keyboard.press("d")
    page.keyboard.type(WHY)
    assert page.locator("#why").input_value() == WHY
    page.get_by_label("なりすまし・詐欺と確認しました。").check()
    page.get_by_role("button", name="理由を付けて閉じる").click()
    page.get_by_text("前の案件を閉じ、次の案件を開きました").wait_for()
    assert "別の件" in page.locator("main").inner_text()


def test_without_javascript_evidence_comes_first_and_then_containment(open_page, world):
    alerted(world)
    page = open_page(PHONE, java_script_enabled=False)
    sign_in(page, world)
    page.goto("/queue")
    page.get_by_role("button", name="次の案件を担当する").click()
    page.locator("summary", has_text="対処を選ぶ").click()
    page.get_by_label("対処", exact=True).select_option("delete_contact")
    page.get_by_role("button", name="行う", exact=True).click()
    assert "消す前に残す" in page.get_by_role("alert").inner_text()
    page.get_by_role("button", name="証拠を保全する").click()
    assert "このアカウントの証拠は保全しました" in page.locator("#contain").inner_text()
    page.locator("summary", has_text="対処を選ぶ").click()
    page.get_by_label("対処", exact=True).select_option("delete_contact")
    page.get_by_role("button", name="行う", exact=True).click()
    assert "二人だけのチャットが相手側でも自分側でも消え" in page.locator("#contain").inner_text()
    page.get_by_label("何をしたか").fill("コンタクトを削除した")
    page.get_by_role("button", name="終わったと記録する").click()
    assert "終わりました" in page.locator("#contain").inner_text()


def everything(world):
    """Return a case that has one of all there is, long words among it, and one that was merged into it."""
    desk, do = world.services.cases, lambda step: desk.do(case, step, by="admin", why=WHY)
    case, merged = alerted(world), told(world, "R-0", account_id="5", text="別の件")
    for number in range(1, 9):
        told(world, f"R-{number}", sent=tuple(Sent), text=f"{LONG} {number}", claimed_name="試験" * 50)
    told(world, "R-9", reporter=Reporter.OWNER, contact="hana@example.jp", text="それは私のアカウントです")
    desk.claim(case, by="admin")
    desk.merge(case, merged, by="admin", why=WHY)
    desk.set_reporter_aside("report:R-1", by="admin", why=WHY)
    for step in ("keep_first", "call_the_person"):
        do(Ticked(step))
    for number, kind in enumerate(FactKind):
        do(FactAdded(Fact(f"f-{number}", kind, LONG, "paid" if kind is FactKind.PAYMENT else "", "48万円", NOW, LONG)))
    do(FactAdded(Fact("f-9", FactKind.PERSON, "試験 太郎", "impersonated")))
    do(FactRemoved("f-9"))
    do(Noted(f"本人に電話した {LONG}"))
    do(TaskAdded("t-1", "銀行へ連絡"))
    do(TaskAdded("t-2", f"書類をそろえる {LONG}"))
    do(TaskDone("t-1"))
    desk.capture(case, ACCOUNT, by="admin")
    for number, kind in enumerate(DeedKind):
        desk.contain(case, Deed(f"d-{number}", kind, ACCOUNT, LONG, "気を付けてください"), by="admin")
    do(DeedDone("d-3", "削除した"))
    do(DeedDropped("d-4"))
    desk.contain(case, Deed("d-6", DeedKind.DELETE_CONTACT, ACCOUNT), by="admin")
    labels = [desk.label(case, ACCOUNT, LabelKind.REPORTED, by="admin", why=WHY) for _ in range(2)]
    desk.lift_label(case, labels[1].id, by="hana", why=WHY)
    return case, merged


@pytest.mark.parametrize(("language", "scheme"), [("ja", "dark"), ("en", "light")])
def test_everything_can_be_read_and_pressed(open_page, world, language, scheme):
    case, merged = everything(world)
    told(world, "R-20", account_id="6", text="お金の話ではない件")
    page = open_page(PHONE, color_scheme=scheme)
    sign_in(page, world)
    for address in ("/queue", f"/cases/{case}", f"/cases/{merged}", "/queue?kind=appeal&text=x", "/trends"):
        looks_right(page, f"{address}{'&' if '?' in address else '?'}lang={language}")
    world.services.cases.do(case, DeedDropped("d-6"), by="admin", why=WHY)
    world.services.cases.decide(case, Decided(Outcome.FRAUD, "exec_impersonation", "president"), by="admin", why=WHY)
    again = alerted(world, "m-9", account="90009")
    for address in (f"/cases/{case}", f"/cases/{again}?closed={case}", "/queue?show=closed", "/trends"):
        looks_right(page, address)


def looks_right(page, address):
    """Unfold all there is on a page, on a phone and on a desk."""
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)
        assert page.goto(address).status == 200, address
        page.evaluate("for (const each of document.querySelectorAll('main details')) each.open = true")
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], address
        assert contrast(page) == [], address
        assert small_targets(page) == [], address
        assert page.locator("h1").count() == 1, address
