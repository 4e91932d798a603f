"""Indicators and requests for records, on the pages and for programs."""

import io
import json
import re
import zipfile
from dataclasses import replace

import pytest
from playwright.sync_api import expect
from tests.app.test_cooperation import FakeLocker
from tests.sharing.samples import NOW, VALUES
from tests.web.browser import PHONE, contrast, small_targets
from tests.web.conftest import PASSWORD, PASSWORD_HASH, World

from honnin.app.access import Role, Scope
from honnin.app.accounts import ApiKey
from honnin.app.indicators import Candidate
from honnin.app.passwords import digest
from honnin.model import Event
from honnin.sharing.indicator import Tlp
from honnin.sharing.values import Kind
from honnin.web import create_app

PEOPLE = {
    "hana": [Role.ANALYST],
    "jiro": [Role.ANALYST],
    "boss": [Role.APPROVER],
    "books": [Role.ACCOUNTING],
    "audit": [Role.AUDITOR],
    "kato": [Role.STAFF],
}
LETTER = {
    "requester": "investigator",
    "office": "見本県警 サイバー課",
    "person": "例題 三郎",
    "document_no": "見本捜第12号",
    "asked_for": "通報の内容",
    "contacts": "052-000-1234\n",
    "case_id": "2026-1",
}
KEEP = {
    "keep": "1234567\nシケン タロウ",
    "involved": "偽の社長\n見本 花子",
    "names": "見本 花子",
    "item_talk": "1",
    "item_picture": "1",
}


@pytest.fixture
def world(world):
    desk = replace(world.services.cooperation, evidence=FakeLocker())
    services = replace(world.services, cooperation=desk)
    for name, roles in PEOPLE.items():
        services.users.create_user(name, PASSWORD_HASH, at=NOW, roles=roles)
    return World(services, world.clock, world.desk, create_app(services))


def signed_in(world, name):
    visitor = world.visitor()
    assert visitor.sign_in(name, PASSWORD).status_code == 303
    return visitor


@pytest.fixture
def hana(world):
    return signed_in(world, "hana")


@pytest.fixture
def boss(world):
    return signed_in(world, "boss")


def propose(world, kind=Kind.DOMAIN, value=""):
    one = Candidate(kind, value or VALUES[kind], NOW)
    return world.services.indicators.propose([one], by="hana", case_id="2026-1")[0].indicator.key


class TestIndicatorPages:
    def test_one_is_agreed_to_exported_appealed_and_withdrawn(self, world, hana):
        key = propose(world)
        assert "候補" in hana.get("/indicators").text
        page = f"/indicators/{key}"
        assert hana.submit(page, {"step": "accept", "tlp": "green"}, page=page).status_code == 200
        exported = hana.get("/indicators/export?form=stix&tlp=green")
        assert VALUES[Kind.DOMAIN] in exported.text
        assert exported.headers["content-disposition"].endswith('"honnin-indicators-stix.json"')
        hana.submit(page, {"step": "appeal", "words": "本人から電話"}, page=page)
        assert VALUES[Kind.DOMAIN] not in hana.get("/indicators/export?form=misp").text
        shown = hana.submit(page, {"step": "withdraw", "words": "盗まれていた"}, page=page).text
        assert "取り下げ" in shown
        assert "盗まれていた" in shown

    def test_a_step_that_cannot_be_taken_says_why(self, world, hana):
        page = f"/indicators/{propose(world)}"
        answer = hana.submit(page, {"step": "keep", "words": "x"}, page=page)
        assert answer.status_code == 409
        assert "判断を待つ申し立てがありません" in answer.text

    def test_a_case_proposes_what_it_names(self, world, hana):
        text = "至急 https://login.example.test/a?m=hana に入力し 03-0000-1234 か info@google.com へ電話してください"
        case_id = world.services.cases.take_alert(world.receive(Event("m-1", text=f"振込 {text}")))
        page = f"/cases/{case_id}"
        shown = hana.submit("/indicators/propose", {"case": case_id}, page=page).text
        assert "https://login.example.test/a<" in shown
        assert "候補にしました" in shown
        assert "官公庁・銀行・広く使われるサービスの本物です" in shown
        assert "すでにあり" in hana.submit("/indicators/propose", {"case": case_id}, page=page).text
        assert hana.submit("/indicators/propose", {"case": "x"}, page=page).status_code == 404
        assert f'value="{case_id}"' in hana.get(f"/cooperation/new?case={case_id}").text

    def test_a_file_comes_in_and_what_is_wrong_is_named(self, world, hana):
        world.services.indicators.accept(propose(world), by="hana", tlp=Tlp.GREEN)
        bundle = json.loads(hana.get("/indicators/export").text)
        bundle["objects"].append({"type": "indicator", "id": "x\u202ey"})
        answer = hana.submit(
            "/indicators/import",
            {"origin": "<b>例題</b>"},
            page="/indicators",
            files={"file": ("a.json", json.dumps(bundle))},
        )
        assert "新しく1件" in answer.text
        assert "objects[" in answer.text
        assert "&lt;b&gt;例題" in answer.text
        broken = hana.submit("/indicators/import", page="/indicators", files={"file": ("a.json", "{")})
        assert "JSONとして読めません" in broken.text

    def test_noise_is_added_and_taken_off(self, world, hana):
        hana.submit(
            "/indicators/noise", {"kind": "phone", "value": "03-0000-1234", "reason": "代表"}, page="/indicators"
        )
        assert "+81300001234" in hana.get("/indicators").text
        bad = hana.submit("/indicators/noise", {"kind": "phone", "value": "110"}, page="/indicators")
        assert bad.status_code == 422
        hana.submit("/indicators/noise/remove", {"kind": "phone", "value": "+81300001234"}, page="/indicators")
        assert world.services.indicators.store.noise() == ()

    def test_who_may_look_and_who_may_change(self, world):
        key = propose(world)
        for name, status in (("books", 200), ("audit", 200), ("boss", 200), ("kato", 403)):
            visitor = signed_in(world, name)
            assert visitor.get("/indicators").status_code == status
            assert visitor.get(f"/indicators/{key}").status_code == status
            assert visitor.get("/indicators/export").status_code == 403
            assert visitor.submit(f"/indicators/{key}", {"step": "accept"}, page="/check").status_code == 403
            assert visitor.submit("/indicators/import", page="/check").status_code == 403

    def test_what_is_not_there(self, hana):
        for address in ("/indicators/x", f"/indicators/{'0' * 32}", "/indicators/%00"):
            assert hana.get(address).status_code == 404
        assert hana.get("/indicators?page=x&kind=x&standing=x").status_code == 200


def opened(visitor, **parts):
    answer = visitor.submit("/cooperation", LETTER | parts, page="/cooperation/new", follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def step(visitor, address, name, **fields):
    return visitor.submit(f"{address}/step", {"step": name, **fields}, page=address)


def reviewed(hana, **parts):
    address = opened(hana, **parts)
    call = {"number": "052-000-9999", "source": "official_site", "source_detail": "https://police.example.jp/"}
    step(hana, address, "authenticate", answered_by="総務 例題", **call)
    step(hana, address, "scope", basis="inquiry", asked_reports="1", third_party="0", reason="必要な範囲")
    assert "法務が確認" in step(hana, address, "review", counsel="法務", reason="適法").text
    return address


class TestRequests:
    def test_the_whole_way(self, hana, boss):
        address = reviewed(hana)
        seen = hana.submit(f"{address}/prepare", {"do": "preview", **KEEP}, page=f"{address}/prepare").text
        assert re.search(r"<del>.*?見本花子", seen)
        assert "a.png" in seen  # said to be left out
        hana.submit(f"{address}/prepare", {"do": "prepare", **KEEP}, page=f"{address}/prepare")
        shown = boss.get(f"{address}/copies").text
        assert "花子" not in re.search(r"<pre.*?</pre>", shown, re.DOTALL)[0]
        value = re.search('name="digest" value="([0-9a-f]{64})"', shown)[1]
        assert "別の人が承認" in step(boss, address, "approve", digest=value).text
        package = boss.get(f"{address}/package")
        names = zipfile.ZipFile(io.BytesIO(package.content)).namelist()
        assert names == ["copies/0001.txt", "covering-en.txt", "covering-ja.txt", "redactions.csv", "sha256sums.txt"]
        step(boss, address, "release", method="手渡し", recipient="例題", office="見本県警")
        step(hana, address, "record", receipt="受領書", notice="prohibited")
        log = hana.get("/cooperation/log").text
        assert "回答した" in log
        assert "見本県警" in hana.get("/cooperation/log.csv").text
        assert "伏せています" in hana.get("/cooperation/counts").text

    def test_a_number_of_the_letter_is_refused_and_what_was_written_stays(self, hana):
        address = opened(hana)
        answer = step(
            hana, address, "authenticate", number="０５２-000-1234", source_detail="電話帳 12頁", answered_by="例題"
        )
        assert answer.status_code == 409
        assert "この番号は書面に書かれています" in answer.text
        assert "電話帳 12頁" in answer.text

    def test_communications_need_a_warrant(self, hana):
        address = opened(hana)
        step(hana, address, "authenticate", number="052-000-9999", source_detail="電話帳", answered_by="例題")
        fields = {"asked_messages": "1", "third_party": "1", "reason": "x"}
        assert "令状が必要です" in step(hana, address, "scope", basis="inquiry", **fields).text
        assert step(hana, address, "scope", basis="warrant", **fields).status_code == 200

    def test_who_prepared_is_not_offered_and_not_let_approve(self, world, hana):
        world.services.users.create_user("both", PASSWORD_HASH, at=NOW, roles=[Role.ANALYST, Role.APPROVER])
        both = signed_in(world, "both")
        address = reviewed(hana)
        both.submit(f"{address}/prepare", {"do": "prepare", **KEEP}, page=f"{address}/prepare")
        shown = both.get(f"{address}/copies").text
        assert 'value="approve"' not in shown
        found = world.services.cooperation.store.get(address.rsplit("/", 1)[1])
        answer = step(both, address, "approve", digest=found.preparation.digest)
        assert answer.status_code == 409
        assert "別の人が承認してください" in answer.text

    def test_a_confidential_one_is_not_told_from_one_that_is_not_there(self, world, hana):
        address = opened(hana, confidential="1")
        jiro = signed_in(world, "jiro")
        there, nowhere = jiro.get(address), jiro.get("/cooperation/20261124-00000000")
        assert there.status_code == nowhere.status_code == 404
        number = address.rsplit("/", 1)[1]
        assert there.text.replace(number, "") == nowhere.text.replace("20261124-00000000", "")
        assert "見本県警" not in jiro.get("/cooperation").text
        for tried in ("step", "prepare"):
            answer = jiro.submit(
                f"{address}/{tried}", {"step": "refuse", "reason": "x", "do": "prepare"}, page="/check"
            )
            assert answer.status_code == 404
        for visitor in (hana, signed_in(world, "boss"), signed_in(world, "audit")):
            assert "見本県警" in visitor.get("/cooperation").text
            assert visitor.get(address).status_code == 200

    def test_holds_and_refusals(self, hana):
        address = opened(hana)
        assert "30日まで" in step(hana, address, "hold", until="2027-06-01", document_no="保全1").text
        assert "保全" in step(hana, address, "hold", until="2026-12-10", document_no="保全1").text
        assert "日付を選んで" in step(hana, address, "extend_hold", until="soon", document_no="2").text
        assert "お断り" in step(hana, address, "refuse", reason="範囲が広すぎる").text
        assert "範囲が広すぎる" in hana.get("/cooperation/log").text

    def test_letters(self, hana):
        address = opened(hana, office="<script>alert(1)</script>")
        for kind in ("call", "acknowledgement", "covering", "refusal", "preservation"):
            shown = hana.get(f"{address}/letters/{kind}")
            assert shown.status_code == 200
            assert "<script>alert" not in shown.text
        assert hana.get(f"{address}/letters/x").status_code == 404

    def test_roles(self, world, hana):
        address = reviewed(hana)
        for name, read in (("kato", 403), ("books", 403), ("audit", 200)):
            visitor = signed_in(world, name)
            for path in ("/cooperation", "/cooperation/log", "/cooperation/counts", address, f"{address}/copies"):
                assert visitor.get(path).status_code == read, path
            for path in ("/cooperation/new", f"{address}/prepare", f"{address}/letters/call", f"{address}/package"):
                assert visitor.get(path).status_code == 403, path
            answer = visitor.submit(f"{address}/step", {"step": "refuse", "reason": "x"}, page="/check")
            assert answer.status_code == 403

    def test_a_form_without_our_token_is_refused(self, hana):
        address = opened(hana)
        for path in (
            "/cooperation",
            f"{address}/step",
            f"{address}/prepare",
            "/indicators/import",
            "/indicators/noise",
        ):
            assert hana.post(path, data={"step": "refuse"}).status_code == 403

    def test_a_step_that_no_form_offers(self, hana):
        address = opened(hana)
        for name in ("", "erase", "prepare", "x"):
            assert step(hana, address, name).status_code == 404


@pytest.fixture
def call(world):
    visitor = world.visitor()

    def call(method, path, scope=Scope.INDICATORS, **more):
        if world.services.users.find_key(digest(scope.value), at=world.clock()) is None:
            made = ApiKey(f"hnn_{scope.value}", scope.value, world.clock(), "admin", scopes=frozenset({scope}))
            world.services.users.add_key(made, digest(scope.value))
        return visitor.request(
            method, f"/api/v1/indicators{path}", headers={"authorization": f"Bearer {scope.value}"}, **more
        )

    return call


class TestForPrograms:
    @pytest.mark.parametrize("form", ["stix", "misp"])
    def test_there_and_back(self, world, call, form):
        world.services.indicators.accept(propose(world), by="hana", tlp=Tlp.GREEN)
        exported = call("GET", f"/export?format={form}&tlp=green")
        assert exported.status_code == 200
        answer = call("POST", "/import?origin=partner", content=exported.content).json()
        assert answer == {"new": 1, "renewed": 0, "known": 0, "ignored": answer["ignored"], "refused": 0, "errors": []}
        listed = call("GET", "?origin=partner").json()
        assert [(one["value"], one["status"]) for one in listed["indicators"]] == [
            (VALUES[Kind.DOMAIN], "reported, unconfirmed")
        ]

    def test_mistakes_are_named(self, call):
        answer = call("POST", "/import", content=json.dumps({"objects": [{"type": "indicator", "id": 5}]}))
        assert answer.json()["errors"][0]["field"] == "objects[0].id"
        assert call("POST", "/import", content=b"[" * 100_000).status_code == 422
        assert call("GET", "?page=0").status_code == 422
        assert call("GET", "/export?tlp=x").status_code == 422

    def test_only_with_its_scope(self, call):
        for scope in set(Scope) - {Scope.INDICATORS}:
            for method, path in (("GET", ""), ("GET", "/export"), ("POST", "/import")):
                assert call(method, path, scope).status_code == 403


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_fits_a_phone_and_can_be_read(open_page, world, hana, scheme, language):
    key = propose(world, Kind.URL, "https://" + "very-long-name." * 10 + "example.test/" + "a" * 300)
    propose(world, Kind.BANK_ACCOUNT)
    received, prepared = opened(hana, office="長" * 120), reviewed(hana)
    hana.submit(f"{prepared}/prepare", {"do": "prepare", **KEEP}, page=f"{prepared}/prepare")
    page = open_page(PHONE, color_scheme=scheme)
    page.goto(f"/login?lang={language}")
    page.locator("#name").fill("hana")
    page.locator("#password").fill(PASSWORD)
    page.locator("main button.button").first.click()
    addresses = ["/indicators", f"/indicators/{key}", "/cooperation", "/cooperation/new", "/cooperation/log"]
    addresses += ["/cooperation/counts", received, prepared, f"{prepared}/prepare", f"{prepared}/copies"]
    for address in [*addresses, f"{prepared}/letters/covering"]:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], address
        assert contrast(page) == [], address
        assert small_targets(page) == [], address
        expect(page.locator("h1")).to_have_count(1)
        assert page.locator("html").get_attribute("lang") == language
        unnamed = page.evaluate(
            """() => [...document.querySelectorAll("input:not([type=hidden]), select, textarea")]
            .filter(el => !el.labels.length && !el.ariaLabel && !el.ariaHidden).map(el => el.outerHTML)"""
        )
        assert unnamed == [], address


@pytest.mark.browser
def test_hostile_words_stay_words(open_page, world, hana):
    words = "<img src=x onerror=alert(1)>\u202eabc"
    address = opened(hana, office=words, person=words, rank=words, asked_for=words, contacts=words, document_no=words)
    page = open_page()
    page.goto("/login?lang=ja")
    page.locator("#name").fill("hana")
    page.locator("#password").fill(PASSWORD)
    page.locator("main button.button").first.click()
    for path in ("/cooperation", address, f"{address}/letters/covering", f"{address}/letters/call"):
        page.goto(path)
        assert page.locator("main img").count() == 0
        if "letters" not in path:
            assert "⟨U+202E⟩abc" in page.locator("main").inner_text()
