"""The desk in a real Chromium: with the keyboard, without JavaScript, on a phone, in the dark."""

import pytest
from tests.web.browser import PHONE, sign_in

from .test_queue import WHY, alerted, told

pytestmark = pytest.mark.browser


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
