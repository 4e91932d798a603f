"""The main journeys in a real Chromium, as people go them; also without JavaScript, on a phone, in the dark."""

import re

import pytest
from tests.web.browser import DESKTOP, PHONE, contrast, sign_in, small_targets

from honnin.model import Account, Channel, Event, Kind, Turn

pytestmark = pytest.mark.browser

TALK = "試験太郎: お疲れさまです\n私: はい\n試験太郎: 新しいグループを作ってください\n試験太郎: 本日中に振込をお願いします https://bank.example.test/login"


def a_conversation(world):
    turns = (Turn("社内にいますか", "sender"), Turn("はい", "見本 花子"), Turn("グループを作ってください", "sender"))
    sender = Account(platform="chatwork", account_id="90001", name="試験太郎")
    world.receive(Event("m-1", Kind.CONVERSATION, Channel.CHAT, turns=turns, sender=sender))


@pytest.mark.parametrize("script", [True, False])
def test_somebody_pastes_a_conversation_and_reads_what_to_do(open_page, script):
    page = open_page(PHONE, java_script_enabled=script)
    page.goto("/")
    page.get_by_role("link", name="会話").click()
    page.get_by_role("textbox", name="会話").fill(TALK)
    page.get_by_label("調べたい相手の名前").fill("試験太郎")
    page.get_by_role("button", name="調べる").click()

    assert page.get_by_role("heading", level=1).inner_text().startswith("なりすましや詐欺の可能性がとても高い")
    assert page.locator(".actions li").all_inner_texts()[0] == "まだ振り込まないでください。"
    assert page.locator("mark").count() == 2
    assert "グループ" in page.locator(".first-alert mark").inner_text()
    assert page.get_by_role("link", name="https://bank.example.jp/").is_visible()
    page.get_by_role("link", name=re.compile("文面の該当箇所1へ")).click()
    assert page.url.endswith("#w1")


def test_an_answer_can_be_read_in_the_other_language(open_page):
    page = open_page()
    page.goto("/")
    page.get_by_label("届いた文面").fill("振込をお願いします")
    page.get_by_role("button", name="調べる").click()
    page.get_by_role("button", name="英語で表示する").click()

    assert page.get_by_role("heading", level=1).inner_text().startswith("This is very probably")
    assert page.locator("mark").inner_text().endswith("振込")


@pytest.mark.parametrize("script", [True, False])
def test_somebody_drops_a_mail(open_page, tmp_path, script):
    mail = tmp_path / "mail.eml"
    head = "From: bank@example.test\nSubject: x\nContent-Type: text/plain; charset=iso-2022-jp\n\n"
    mail.write_bytes(head.encode() + "至急、振込をお願いします".encode("iso2022_jp"))
    page = open_page(PHONE, java_script_enabled=script)
    page.goto("/check?kind=file")
    page.get_by_label("ファイル", exact=True).set_input_files(mail)
    page.get_by_role("button", name="調べる").click()

    assert "危険" in page.locator(".verdict").inner_text()


@pytest.mark.parametrize("script", [True, False])
def test_staff_find_an_alert_read_it_and_close_it(open_page, world, taro, script):
    world.services.directory.upsert([taro])
    a_conversation(world)
    page = open_page(PHONE, java_script_enabled=script)
    sign_in(page, world)
    page.get_by_role("link", name="試験太郎").click()

    assert "ここで手口が見えました" in page.locator("#first-alert").inner_text()
    assert page.locator(".steps [aria-current=step]").inner_text().startswith("場の移動")
    assert "chatwork:10001" in page.get_by_role("table").inner_text()
    page.get_by_role("button", name="対応済みにする").click()
    assert "対応済みにしました" in page.locator(".note").inner_text()
    page.get_by_role("link", name="受信箱へ戻る").click()
    assert "当てはまるものはありません" in page.locator("main").inner_text()


def test_filters_of_the_inbox_are_at_hand_on_a_desk_and_folded_on_a_phone(open_page, world):
    a_conversation(world)
    desk, phone = open_page(DESKTOP), open_page(PHONE)
    for page, visible in ((desk, True), (phone, False)):
        sign_in(page, world)
        assert page.get_by_label("経路").is_visible() is visible
    phone.get_by_text("絞り込み").click()
    phone.get_by_label("経路").select_option("mail")
    phone.get_by_role("button", name="絞り込む").click()
    assert "当てはまるものはありません" in phone.locator("main").inner_text()
    assert phone.get_by_label("経路").is_visible()  # a narrowed list shows by what


@pytest.mark.parametrize("script", [True, False])
def test_staff_import_people_after_a_preview(open_page, world, tmp_path, script):
    people = tmp_path / "people.csv"
    people.write_bytes("氏名,会社名,サービス,アカウントID\n試験 太郎,見本商事,chatwork,10001\n".encode("cp932"))
    page = open_page(java_script_enabled=script)
    sign_in(page, world)
    page.get_by_role("link", name="名簿").click()
    page.get_by_label("CSVファイル").set_input_files(people)
    page.get_by_role("button", name="内容を確かめる").click()
    assert "新しく1人" in page.locator("main").inner_text()
    page.get_by_role("button", name="この内容で登録する").click()

    assert "試験 太郎" in page.locator(".people").inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="UTF-8").click()
    assert "試験 太郎".encode() in download.value.path().read_bytes()


def test_staff_make_a_key_and_copy_it(open_page, world):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    sign_in(page, world)
    page.get_by_role("link", name="設定").click()
    page.get_by_role("link", name="APIキー").click()
    page.get_by_label("使うシステムの名前").fill("チャット連携")
    page.get_by_role("button", name="キーを作る").click()
    page.get_by_role("button", name="コピー").click()
    page.get_by_role("button", name="コピーしました").wait_for()

    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#secret").inner_text()
    page.get_by_role("button", name="チャット連携のキーを取り消す").click()
    assert "取り消し済み" in page.locator("main").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_fits_a_phone_and_can_be_read(open_page, world, taro, scheme, language):
    world.services.directory.upsert([taro])
    a_conversation(world)
    long = "https://bank.example.test/" + "a" * 300
    world.receive(Event("m-2", text=f"振込 {long}", sender=Account(name="x" * 200, email="y" * 200 + "@example.test")))
    page = open_page(PHONE, color_scheme=scheme)
    sign_in(page, world)
    page.goto(f"/check?lang={language}")
    page.locator("#text").fill(f"振込 社内 グループ {long}")
    page.locator("main button.button").click()
    seen = ["(answer)"]
    addresses = [
        "/",
        "/check?kind=conversation",
        "/check?kind=contact",
        "/check?kind=file",
        "/inbox",
        "/inbox?level=all",
    ]
    addresses += [
        "/inbox?text=nothing",
        "/events/m-1",
        "/events/m-2",
        "/directory",
        "/settings/keys",
        "/settings/password",
        "/no",
    ]
    for address in [None, *addresses]:
        if address:
            page.goto(address)
            seen.append(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], seen[-1]
        assert contrast(page) == [], seen[-1]
        assert small_targets(page) == [], seen[-1]
        assert page.locator("h1").count() == 1, seen[-1]
        assert page.locator("html").get_attribute("lang") == language


def test_the_keyboard_reaches_everything_and_shows_where_it_is(open_page):
    page = open_page()
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    page.get_by_label("届いた文面").focus()
    page.keyboard.type("振込をお願いします")
    for _ in range(3):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        if page.evaluate("document.activeElement.tagName") == "BUTTON":
            break
    assert outline == "3px"
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="次にすること").wait_for()


def test_every_field_has_a_name(open_page, world):
    page = open_page()
    sign_in(page, world)
    for address in (
        "/",
        "/check?kind=contact",
        "/check?kind=conversation",
        "/check?kind=file",
        "/inbox",
        "/directory",
        "/settings/keys",
    ):
        page.goto(address)
        unnamed = page.evaluate(
            """() => [...document.querySelectorAll("input:not([type=hidden]), select, textarea")]
            .filter(el => !el.labels.length && !el.ariaLabel && !el.ariaHidden).map(el => el.outerHTML)"""
        )
        assert unnamed == [], address


def test_hostile_words_stay_words(open_page):
    page = open_page()
    page.goto("/")
    page.get_by_label("届いた文面").fill(
        "振込 <img src=x onerror=alert(1)> </textarea><script>alert(1)</script> \u202eabc"
    )
    page.get_by_role("button", name="調べる").click()

    assert "<img src=x onerror=alert(1)>" in page.locator(".said").inner_text()
    assert "⟨U+202E⟩abc" in page.locator(".said").inner_text()
