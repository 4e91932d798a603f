"""The report desk over HTTP: what a stranger can do, what they learn, and what staff see of it."""

import io
import json
import re
import statistics
import time
from datetime import UTC, datetime

import pytest
from PIL import Image

from honnin.app.uploads import MB, MOST_BYTES
from honnin.cases.report import Happened, Report, Reporter, Sent, State
from honnin.model import Account, Channel, Event

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def picture(kind="PNG"):
    drawn = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(drawn, kind)
    return drawn.getvalue()


def fill(visitor, world, fields=(), *, files=(), wait=10, address="/report/form", **more):
    """Open the form, take some time, and send it."""
    page = visitor.get(address).text
    world.clock.forward(seconds=wait)
    sent = {name: re.search(f'name="{name}" value="([^"]+)"', page)[1] for name in ("csrf", "ticket")} | dict(fields)
    return visitor.post("/report/form", data=sent, files=[("files", file) for file in files], **more)


def receipt_of(answer):
    assert answer.status_code == 200, answer.text
    return [re.search(f'id="{name}">([^<]+)<', answer.text)[1] for name in ("number", "secret")]


def look_up(visitor, number, secret):
    return visitor.submit("/report/status", {"number": number, "secret": secret})


def only_report(world):
    ((_, report),) = world.services.reports.store.newest()
    return report


TOLD = {
    "happened": "asked_for_money",
    "text": "社長を名乗る人から\r\n振込を頼まれました",
    "claimed_name": "試験 太郎",
    "claimed_company": "見本商事",
    "platform": "chatwork",
    "account_id": "90001",
    "when": "2026-11-24T09:30",
    "sent.money": "yes",
    "amount": "100万円",
    "paid_to": "テスト銀行 1234567",
    "contact": "hana@example.jp",
}


POSTED = ("/report/form", "/report/add", "/report/status", "/report/erase", "/report/copy", "/report/checked")


class TestForm:
    def test_a_stranger_reports_and_gets_a_receipt(self, world, visitor):
        number, secret = receipt_of(fill(visitor, world, TOLD, files=[("画面.png", picture()), ("memo.txt", b"memo")]))

        report = only_report(world)
        assert report.number == number
        assert report.text == "社長を名乗る人から\n振込を頼まれました"
        assert (report.reporter, report.happened, report.sent) == (
            Reporter.GUEST,
            Happened.ASKED_FOR_MONEY,
            (Sent.MONEY,),
        )
        assert (report.platform, report.account_id, report.contact) == ("chatwork", "90001", "hana@example.jp")
        assert report.when.isoformat() == "2026-11-24T00:30:00+00:00"  # nine hours behind Japan
        assert [(file.name, file.kind, file.has_picture) for file in report.files] == [
            ("画面.png", "image/png", True),
            ("memo.txt", "text/plain", False),
        ]
        assert len(secret) == 19

    def test_who_sent_something_sees_the_first_steps_before_all_else(self, visitor):
        page = visitor.get("/report").text
        assert page.index("もう送ったもの") < page.index("どれも送っていない")
        first = visitor.get("/report/first?sent=money&sent=card&sent=nonsense").text
        assert first.index("お金を振り込んだとき") < first.index("カードの番号を伝えた")
        assert 'href="tel:%239110"' in first
        assert "/report/form?sent=money&amp;sent=card" in first
        assert visitor.get("/report/first", follow_redirects=False).headers["location"] == "/report/form"
        form = visitor.get("/report/form?sent=money").text
        assert 'id="s-money" name="sent.money" type="checkbox" value="yes" checked' in form
        assert form.index("/report/first?sent=money") < form.index('name="happened"')

    def test_the_receipt_repeats_the_first_steps(self, world, visitor):
        assert "/report/first?sent=money" in fill(visitor, world, TOLD).text

    @pytest.mark.parametrize(
        ("fields", "wait", "status", "words"),
        [
            ({}, 10, 422, "ひとことでも書くか"),  # nothing said
            ({"text": "x", "website": "http://spam.test"}, 10, 422, "余分な欄"),  # a program filled what nobody sees
            ({"text": "長" * 50_001}, 10, 422, "5万字まで"),
            ({"text": "x"}, 1, 422, "もう一度「通報する」"),  # faster than anybody writes
            ({"text": "x"}, 25 * 3600, 403, "時間がたった"),  # a form of yesterday
            ({"text": "x", "ticket": "made.up.ticket"}, 10, 403, "時間がたった"),
            ({"text": "x", "csrf": "of somebody else"}, 10, 403, "時間がたった"),
        ],
    )
    def test_what_is_not_taken_keeps_every_word(self, world, visitor, fields, wait, status, words):  # noqa: PLR0917
        answer = fill(visitor, world, {"claimed_name": "", **fields}, wait=wait)
        assert answer.status_code == status
        assert words in answer.text
        assert "まだ送られていません" in answer.text
        assert f">{fields.get('text', '')}</textarea>" in answer.text
        assert world.services.reports.store.newest() == []

    def test_pressing_again_after_a_refusal_is_enough(self, world, visitor):
        again = fill(visitor, world, {"text": "すぐ"}, wait=1)
        world.clock.forward(seconds=5)
        sent = {name: re.search(f'name="{name}" value="([^"]+)"', again.text)[1] for name in ("csrf", "ticket")}
        receipt_of(visitor.post("/report/form", data={**sent, "text": "すぐ"}))

    def test_pressing_twice_is_one_report(self, world, visitor):
        page = visitor.get("/report/form").text
        world.clock.forward(seconds=10)
        sent = {name: re.search(f'name="{name}" value="([^"]+)"', page)[1] for name in ("csrf", "ticket")} | TOLD
        first, second = (receipt_of(visitor.post("/report/form", data=sent)) for _ in range(2))
        assert first == second
        assert only_report(world).additions == ()

    def test_a_file_that_is_not_taken_is_named(self, world, visitor):
        answer = fill(
            visitor, world, TOLD, files=[("<b>.7z", b"7z\xbc\xaf'\x1c" + b"x"), ("large.bin", b"x" * (MOST_BYTES + 1))]
        )
        assert answer.status_code == 422
        assert "&lt;b&gt;.7z: この圧縮ファイルは受け取れません" in answer.text
        assert "large.bin: 1個につき10 MB" in answer.text
        assert "もう一度選んでください" in answer.text
        assert "社長を名乗る人から" in answer.text

    def test_far_too_much_is_refused_before_it_is_read(self, visitor):
        form = {"content-type": "multipart/form-data; boundary=x"}
        answer = visitor.post("/report/form", content=b"--x", headers=form | {"content-length": str(100 * MB)})
        assert answer.status_code == 413
        assert visitor.post("/report/status", content=b"x" * 4 * MB, headers=form).status_code == 413

    def test_one_address_may_not_flood_the_desk(self, make_world):
        world = make_world(reports_per_hour=2)
        visitor = world.visitor()
        for _ in range(2):
            receipt_of(fill(visitor, world, {"text": "x"}, wait=5))
        refused = fill(visitor, world, {"text": "急いでいます"}, wait=5)
        assert refused.status_code == 429
        assert "先に警察" in refused.text
        assert "急いでいます" in refused.text
        receipt_of(fill(world.visitor("192.0.2.8"), world, {"text": "x"}))
        world.clock.forward(hours=1)
        receipt_of(fill(visitor, world, {"text": "x"}))

    @pytest.mark.parametrize("headers", [{"origin": "https://evil.test"}, {"sec-fetch-site": "cross-site"}])
    def test_another_site_cannot_send_it(self, world, visitor, headers):
        for address in POSTED:
            answer = visitor.submit(address, TOLD, page="/report/form", headers=headers)
            assert answer.status_code == 403, address
        assert world.services.reports.store.newest() == []

    def test_a_form_without_its_token_is_refused(self, world, visitor):
        for address in POSTED:
            assert visitor.post(address, data=TOLD).status_code in {403, 422}, address
        assert world.services.reports.store.newest() == []

    def test_odd_input_is_taken_as_it_is(self, world, visitor):
        receipt_of(
            fill(
                visitor,
                world,
                {
                    "text": "{{7*7}}{% raw %} \x00\x1b[31m %s {0}",
                    "when": "9999-99-99T99:99",
                    "platform": "<x>",
                    "happened": "nonsense",
                    "claimed_name": "a\r\nSet-Cookie: x=1",
                },
            )
        )
        report = only_report(world)
        assert report.text == "{{7*7}}{% raw %} \x00\x1b[31m %s {0}"
        assert (report.when, report.platform, report.happened) == (None, "", Happened.OTHER)
        assert report.claimed_name == "a Set-Cookie: x=1"

    def test_the_owner_of_an_account_objects(self, world, visitor):
        fill(visitor, world, {"text": "わたしの本当のアカウントです", "happened": "my_account"})
        assert only_report(world).reporter is Reporter.OWNER


class TestStatus:
    def test_the_reporter_follows_the_report_and_adds_to_it(self, world, visitor):
        number, secret = receipt_of(fill(visitor, world, TOLD))
        page = look_up(visitor, number.lower().replace("-", ""), f" {secret.lower()} ").text
        assert "受け付けました。担当者が順に確かめます。" in page
        assert "hana@example.jp" in page

        added = visitor.submit("/report/status", {"number": number, "secret": secret}).text
        token = re.search('name="csrf" value="([^"]+)"', added)[1]
        key = {"csrf": token, "number": number, "secret": secret}
        answer = visitor.post("/report/add", data={**key, "text": "追加です"}, files=[("files", ("b.png", picture()))])
        assert "足しました" in answer.text
        assert "b.png" in answer.text
        assert only_report(world).additions[0].text == "追加です"
        assert "ひとことでも書くか" in visitor.post("/report/add", data=key).text
        visitor.post("/report/add", data=key | {"csrf": "of somebody else", "text": "x"})
        assert len(only_report(world).additions) == 1
        refused = visitor.post("/report/add", data=key, files=[("files", ("a.rar", b"Rar!\x1a\x07"))])
        assert "受け取れません" in refused.text

        copy = visitor.post("/report/copy", data=key)
        assert copy.headers["content-disposition"] == f'attachment; filename="report-{number}.json"'
        assert json.loads(copy.content)["contact"] == "hana@example.jp"
        assert "ご連絡先は消しました" in visitor.post("/report/erase", data=key).text
        assert only_report(world).contact == ""

    def test_the_outcome_is_told_without_how_we_decide(self, world, visitor, staff):
        number, secret = receipt_of(fill(visitor, world, TOLD))
        answered = staff.submit(
            f"/reports/{number}/answer", {"state": "acted", "reply": "お電話した件です"}, page=f"/reports/{number}"
        )
        assert "返事をしました" in answered.text
        page = look_up(visitor, number, secret).text
        assert "必要な対応をしました" in page
        assert "お電話した件です" in page

    def test_where_no_individual_answers_are_given(self, make_world):
        world = make_world(report_replies="no")
        visitor = world.visitor()
        assert "個別のお返事はしておりません" in visitor.get("/report/form").text
        answer = fill(visitor, world, TOLD)
        assert "個別のお返事はしておりません" in answer.text
        number, secret = receipt_of(answer)
        world.services.reports.move(number, State.ACTED, reply="内緒")
        page = look_up(visitor, number, secret).text
        assert "必要な対応をしました" not in page
        assert "内緒" not in page
        key = {"number": number, "secret": secret}
        copy = json.loads(visitor.submit("/report/copy", key, page="/report/status").content)
        assert (copy["state"], copy["reply"]) == ("received", "")

    def test_an_unknown_number_and_a_wrong_secret_look_the_same(self, world, visitor):
        number, secret = receipt_of(fill(visitor, world, TOLD))
        answers = [look_up(visitor, *pair) for pair in [(number, "A" * 16), ("R-0000-0000", "A" * 16), (number, "")]]
        assert {answer.status_code for answer in answers} == {422}
        shown = {re.sub(r'value="[^"]*"', "", answer.text) for answer in answers}
        assert len(shown) == 1
        assert secret not in shown.pop()

    def test_and_take_about_the_same_time(self, world, visitor):
        number, _ = receipt_of(fill(visitor, world, TOLD))
        desk, times = world.services.reports, {number: [], "R-0000-0000": []}
        for _ in range(300):
            for asked, taken in times.items():
                began = time.perf_counter()
                desk.look_up(asked, "AAAA-AAAA-AAAA-AAAA")
                taken.append(time.perf_counter() - began)
        known, unknown = (statistics.median(taken) for taken in times.values())
        assert abs(known - unknown) < 0.25 * max(known, unknown) + 0.00002

    def test_guessing_is_slowed_down(self, world, visitor):
        answers = [look_up(visitor, "R-0000-0000", str(n)).status_code for n in range(25)]
        assert answers[:20] == [422] * 20
        assert answers[20:] == [429] * 5
        world.clock.forward(minutes=1)
        assert look_up(visitor, "R-0000-0000", "x").status_code == 422

    def test_nothing_of_it_stays_in_a_cache_or_an_address(self, world, visitor):
        answer = fill(visitor, world, TOLD)
        _, secret = receipt_of(answer)
        assert answer.headers["cache-control"] == "no-store"
        assert secret not in str(answer.url)
        assert 'method="get"' not in look_up(visitor, "x", "y").text


class TestPrivacy:
    def test_the_notice_says_who_and_how_long(self, make_world):
        world = make_world(operator_name="見本<b>商事", operator_contact="03-0000-0000", report_contact_days=90)
        page = world.visitor().get("/report/privacy").text
        assert "見本&lt;b&gt;商事" in page
        assert "03-0000-0000" in page
        assert "90日" in page
        assert "whoever" not in world.visitor().get("/report/privacy?lang=en").text


class TestStaff:
    def test_they_read_a_report_with_its_pictures_drawn_anew(self, world, visitor, staff):
        number, _ = receipt_of(
            fill(visitor, world, TOLD, files=[("画面.png", picture()), ("tool.pdf", b"MZ" + b"\0" * 99)])
        )
        assert number in staff.get("/reports").text
        page = staff.get(f"/reports/{number}").text
        assert "開かないでください" in page
        shown = staff.get(re.search(rf"/reports/{number}/pictures/\w+", page)[0])
        assert (shown.headers["content-type"], shown.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
        assert shown.headers["x-content-type-options"] == "nosniff"
        assert staff.get(f"/reports/{number}/pictures/{'0' * 64}").status_code == 404
        assert staff.get("/reports/R-0000-0000").status_code == 404

    def test_strangers_see_nothing_of_it(self, world, visitor):
        number, _ = receipt_of(fill(visitor, world, TOLD))
        for address in ("/reports", f"/reports/{number}", f"/reports/{number}/pictures/{'0' * 64}"):
            assert visitor.get(address, follow_redirects=False).status_code == 303

    def test_an_answer_must_be_one_there_is(self, world, visitor, staff):
        number, _ = receipt_of(fill(visitor, world, TOLD))
        for state in ("received", "nonsense", ""):
            answer = staff.submit(f"/reports/{number}/answer", {"state": state}, page=f"/reports/{number}")
            assert answer.status_code == 422

    def test_an_alert_is_reported_with_one_press(self, world, staff):
        sender = Account(platform="chatwork", account_id="90001", name="試験太郎", organization="見本商事")
        world.receive(Event("m-1", text="至急、振込をお願いします", channel=Channel.CHAT, sender=sender))
        for _ in range(2):
            page = staff.submit("/report/event", {"id": "m-1", "source": "chat"}, page="/events/m-1?source=chat")
        report = only_report(world)
        assert (report.reporter, report.by, report.event_id) == (Reporter.STAFF, "admin", "m-1")
        assert (report.text, report.account_id, report.claimed_name) == (
            "至急、振込をお願いします",
            "90001",
            "試験太郎",
        )
        assert f"受付番号 {report.number}" in page.text
        assert "/events/m-1?source=chat" in staff.get(f"/reports/{report.number}").text
        assert staff.submit("/report/event", {"id": "m-9"}, page="/inbox").status_code == 404

    def test_a_check_is_reported_with_one_press(self, world, staff):
        checked = staff.submit("/check", {"kind": "message", "text": "振込を\nお願いします", "name": "試験太郎"})
        form = checked.text[checked.text.index('id="ask"') :]
        assert 'form="ask" formaction="/report/checked"' in checked.text
        fields = dict(re.findall(r'name="(\w+)"[^>]* value="([^"]*)"', form[: form.index("</form>")]))
        fields["text"] = re.search(r"<textarea[^>]*>([^<]*)<", form)[1]
        page = staff.post("/report/checked", data=fields)
        report = only_report(world)
        assert (report.text, report.claimed_name, report.by) == ("振込を\nお願いします", "試験太郎", "admin")
        assert report.number in page.text

    def test_a_stranger_goes_from_the_check_to_the_form(self, world, visitor):
        page = visitor.submit(
            "/report/checked", {"kind": "message", "text": "振込を", "name": "試験太郎"}, page="/check"
        )
        assert ">振込を</textarea>" in page.text
        assert 'value="試験太郎"' in page.text
        assert world.services.reports.store.newest() == []

    def test_lists_go_on(self, world, staff):
        for n in range(35):
            told = Report(number="", received_at=NOW, text=f"第{n}")
            world.services.reports.receive(told, once=str(n))
        first = staff.get("/reports").text
        assert first.count('class="row notice"') == 30
        older = staff.get(re.search(r"/reports\?before=\d+", first)[0]).text
        assert older.count('class="row notice"') == 5
        assert "/reports?before=" not in older
