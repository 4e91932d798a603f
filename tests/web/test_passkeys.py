"""Passkeys in a real Chromium with a virtual authenticator, and how the pages about accounts look."""

import re

import pyotp
import pytest
from tests.web.browser import DESKTOP, PHONE, contrast, sign_in, small_targets

from honnin.app.access import Role
from honnin.app.accounts import Method

from .conftest import PASSWORD_HASH

pytestmark = pytest.mark.browser


@pytest.fixture
def at_localhost(chromium, served):
    """A page under a name: passkeys belong to names, never to bare addresses."""
    contexts, complaints = [], []

    def make(**more):
        address = served.replace("127.0.0.1", "localhost")
        context = chromium.new_context(viewport=DESKTOP, base_url=address, locale="ja-JP", **more)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


def authenticator(page, **options):
    """Give the browser a security key that answers by itself."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    usual = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    usual |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": usual | options})
    return devtools, made["authenticatorId"]


def add_passkey(page):
    page.goto("/settings/second-factor")
    page.get_by_label("パスキーの名前").fill("試験の鍵")
    page.get_by_role("button", name="パスキーを加える").click()
    page.get_by_role("button", name="パスキーを使う").click()
    page.get_by_text("紙に控えて").wait_for()


def sign_out(page):
    page.get_by_role("button", name="サインアウト").click()
    page.get_by_role("link", name="担当者サインイン").wait_for()


def methods(world):
    return [session.method for session in world.services.users.sessions("admin", at=world.clock())]


def test_a_passkey_is_made_and_signs_in_alone(at_localhost, world):
    page = at_localhost()
    authenticator(page)
    sign_in(page, world)
    add_passkey(page)
    assert re.findall(r"[a-z2-7]{5}-[a-z2-7]{5}", page.locator("#code-list").inner_text())
    page.goto("/settings/second-factor")
    assert "試験の鍵" in page.locator("main").inner_text()
    sign_out(page)
    page.goto("/login?next=/settings/sessions")
    page.get_by_role("button", name="パスキーでサインイン").click()
    page.get_by_role("button", name="パスキーを使う").click()
    page.wait_for_url("**/settings/sessions")

    assert methods(world) == [Method.PASSKEY]
    assert world.services.doors.credentials.passkeys("admin")[0].sign_count > 1


def test_after_the_password_the_passkey_is_asked_for(at_localhost, world):
    page = at_localhost()
    authenticator(page)
    sign_in(page, world)
    add_passkey(page)
    sign_out(page)
    page.goto("/login")
    page.get_by_label("ユーザー名").fill("admin")
    page.get_by_label("パスワード").fill(world.password)
    page.locator("main").get_by_role("button", name="サインイン", exact=True).click()
    page.get_by_role("button", name="パスキーを使う").click()
    page.wait_for_url("**/inbox")

    assert methods(world) == [Method.SECOND_PASSKEY]


def test_a_key_that_did_not_ask_for_finger_or_pin_does_not_stand_alone(at_localhost, world):
    page = at_localhost()
    devtools, key = authenticator(page)
    sign_in(page, world)
    add_passkey(page)
    sign_out(page)
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
    page.goto("/login")
    page.get_by_role("button", name="パスキーでサインイン").click()
    page.get_by_role("button", name="パスキーを使う").click()
    page.get_by_text("パスキーを確かめられませんでした").wait_for()

    assert methods(world) == []


def test_a_passkey_that_was_removed_no_longer_opens(at_localhost, world):
    page = at_localhost()
    authenticator(page)
    sign_in(page, world)
    add_passkey(page)
    page.goto("/settings/second-factor")
    page.get_by_role("button", name="パスキー「試験の鍵」を消す").click()
    sign_out(page)
    page.goto("/login")
    page.get_by_role("button", name="パスキーでサインイン").click()
    page.get_by_role("button", name="パスキーを使う").click()
    page.get_by_text("登録されていないか").wait_for()

    assert methods(world) == []


def test_an_answer_counts_once_and_only_for_its_challenge(at_localhost, world):
    page = at_localhost()
    authenticator(page)
    sign_in(page, world)
    add_passkey(page)
    sign_out(page)
    page.goto("/login")
    page.get_by_role("button", name="パスキーでサインイン").click()
    sent = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    page.get_by_role("button", name="パスキーを使う").click()
    page.wait_for_url("**/inbox")
    fields = dict(re.findall(r"(\w+)=([^&]*)", sent[0].post_data))
    sign_out(page)
    page.goto("/login")
    again = page.evaluate(
        """fields => fetch("/login/passkey", {method: "POST", redirect: "manual", headers: {"content-type":
        "application/x-www-form-urlencoded"}, body: Object.entries(fields).map(each => each.join("=")).join("&")})
        .then(answer => answer.status).catch(() => "no connection")""",
        fields | {"csrf": page.locator("input[name=csrf]").first.input_value()},
    )

    assert again == "no connection"  # the policy of our pages lets no script send anything
    assert methods(world) == []
    visitor = world.visitor(base_url=page.url.removesuffix("/login"))
    for cookie in page.context.cookies():
        visitor.cookies.set(cookie["name"], cookie["value"])
    from urllib.parse import unquote_plus  # noqa: PLC0415

    token = re.search('name="csrf" value="([^"]+)"', visitor.get("/login").text)[1]
    plain = {name: unquote_plus(value) for name, value in fields.items()} | {"csrf": token}
    assert visitor.post("/login/passkey", data=plain, follow_redirects=False).status_code == 422


def test_without_a_script_codes_do_the_same_work(at_localhost, world):
    page = at_localhost(java_script_enabled=False)
    page.goto("/login")
    page.get_by_label("ユーザー名").fill("admin")
    page.get_by_label("パスワード").fill(world.password)
    page.locator("main").get_by_role("button", name="サインイン", exact=True).click()
    page.goto("/settings/second-factor")
    page.get_by_role("button", name="認証アプリを登録する").click()
    seed = page.locator("#seed").inner_text()
    page.get_by_label("アプリに出た6桁の数字").fill(pyotp.TOTP(seed).generate_otp(int(world.clock().timestamp()) // 30))
    page.get_by_role("button", name="登録する").click()

    assert page.locator("#code-list").is_visible()
    page.goto("/login")
    page.goto("/settings/second-factor")
    page.get_by_label("パスキーの名前").fill("x")
    page.get_by_role("button", name="パスキーを加える").click()
    assert "このブラウザーではパスキーを使えません" in page.locator("main").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("window", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_every_page_can_be_read_and_pressed(open_page, world, window, scheme, language):
    users = world.services.users
    users.create_user("x" * 60, PASSWORD_HASH, at=world.clock(), roles=list(Role)[:5])
    world.services.doors.staff.invite(_admin(), "次郎", [Role.STAFF])
    page = open_page(window, color_scheme=scheme)
    seen = {}
    link = f"/join/{world.services.doors.staff.password_link(_admin(), 'admin')}"
    for address in (f"/login?lang={language}", link):
        page.goto(address)
        seen[address] = looks(page, window, language)
    sign_in_in(page, world)
    for address in (
        "/settings/second-factor",
        "/settings/sessions",
        "/settings/users",
        "/settings/users/roles",
        "/settings/keys",
        "/settings/audit?thing=GET",
        "/settings/audit/check",
    ):
        page.goto(address)
        for details in page.locator("details").all():
            details.evaluate("each => { each.open = true }")
        seen[address] = looks(page, window, language)
    page.goto("/settings/second-factor")
    with page.expect_navigation():
        page.locator("form[action$=code] button").click()
    seen["new code"] = looks(page, window, language)
    users.set_roles("admin", [Role.STAFF])
    page.goto("/settings/users")
    seen["not allowed"] = looks(page, window, language)
    assert {address: found for address, found in seen.items() if found} == {}


def _admin():
    from honnin.app.access import Actor  # noqa: PLC0415

    return Actor("admin", frozenset({Role.ADMIN}))


def sign_in_in(page, world):
    page.goto("/login")
    page.locator("#name").fill("admin")
    page.locator("#password").fill(world.password)
    page.locator("form[action='/login'] button").click()


def looks(page, window, language):
    """Say what is wrong with how a page looks."""
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll("input:not([type=hidden]), select, textarea")]
        .filter(el => !el.labels.length && !el.ariaLabel && !el.ariaHidden).map(el => el.outerHTML)"""
    )
    found = [*contrast(page), *small_targets(page), *unnamed]
    if page.evaluate("document.documentElement.scrollWidth") > window["width"]:
        found.append("wider than the window")
    if page.locator("h1").count() != 1 or page.locator("html").get_attribute("lang") != language:
        found.append("heading or language")
    return found
