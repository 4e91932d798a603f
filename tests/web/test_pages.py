import html
import re
from email.message import EmailMessage

import pytest

from honnin.model import Account, Channel, Event, Kind, Level, Turn
from honnin.web.guard import HEADERS
from honnin.web.site import event_url

TALK = (
    "試験太郎: お疲れさまです\n私: はい\n試験太郎: 新しいグループを作ってください\n試験太郎: 本日中に振込をお願いします"
)


def words_of(answer):
    """What a reader sees of a page."""
    body = re.sub(r"(?s)<(head|svg|script).*?</\1>", " ", answer.text)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


class TestCheck:
    def test_an_answer_gives_level_summary_reasons_and_what_to_do(self, visitor):
        seen = words_of(visitor.submit("/check", {"kind": "message", "text": "至急、振込をお願いします"}, page="/"))

        assert "危険" in seen
        assert "なりすましや詐欺の可能性がとても高い" in seen
        assert "1 まだ振り込まないでください。" in seen or "まだ振り込まないでください。" in seen
        assert seen.index("次にすること") < seen.index("気になった点") < seen.index("調べた文面")
        assert "差出人の名前やアカウントが分からない" in seen

    def test_the_quoted_words_are_marked_in_the_original_text(self, visitor):
        answer = visitor.submit("/check", {"kind": "message", "text": "<b>至急</b>、振込を & す"}, page="/")

        assert re.search(
            r'&lt;b&gt;至急&lt;/b&gt;、\s*<mark><a class="no" id="w1" href="#r1"[^>]*>1</a>振込</mark>を &amp; す',
            answer.text,
        )

    def test_the_words_of_a_conversation_are_marked_in_the_right_turn(self, world, visitor):
        answer = visitor.submit("/check", {"kind": "conversation", "text": TALK, "examined": "試験太郎"})
        turns = re.findall(r'(?s)<li class="turn([^"]*)".*?</li>', answer.text)

        assert turns == [" theirs", "", " theirs first-alert", " theirs"]
        assert "ここで手口が見えました" in answer.text
        assert world.desk.screened[0].sender == Account(name="試験太郎")
        assert [turn.who for turn in world.desk.screened[0].turns] == ["sender", "私", "sender", "sender"]

    @pytest.mark.parametrize("language", ["ja", "en"])
    def test_nothing_found_is_never_called_safe(self, visitor, language):
        answer = visitor.submit(f"/check?lang={language}", {"kind": "message", "text": "明日の会議は10時です"})
        seen = words_of(answer)

        assert ("気になる点は見つかりませんでした" if language == "ja" else "We found nothing to point out") in seen
        assert not re.search(r"安全|大丈夫|\bsafe\b", seen)

    def test_people_outside_learn_nothing_of_how_we_know(self, visitor):
        answer = visitor.submit("/check", {"kind": "message", "text": "振込 https://bank.example.test/x"}, page="/")

        for hidden in ("rule-", "87", "0.8", "fake-pack", "link-odd", "0.7"):
            assert hidden not in re.sub(r'\?v=\w+|value="[^"]*"|<path[^>]*>', "", answer.text), hidden

    def test_a_link_shows_the_real_address_to_use_and_is_not_clickable_itself(self, visitor):
        answer = visitor.submit("/check", {"kind": "message", "text": "https://bank.example.test/x"}, page="/")

        assert 'href="https://bank.example.jp/"' in answer.text
        assert 'href="https://bank.example.test/x"' not in answer.text
        assert "リンク先のページは開いていません" in answer.text

    def test_a_contact_request_is_compared_with_the_real_person_without_naming_their_account(
        self, world, visitor, taro
    ):
        world.services.directory.upsert([taro])
        answer = visitor.submit("/check", {"kind": "contact", "name": "試験太郎", "title": "社長"})

        assert "登録されている本人のアカウントではありません" in answer.text
        assert "10001" not in answer.text
        assert world.desk.screened[0].kind is Kind.CONTACT_REQUEST

    @pytest.mark.parametrize("encoding", ["utf-8", "cp932", "iso2022_jp", "euc_jp"])
    def test_a_mail_file_is_read_whatever_its_encoding(self, world, visitor, encoding):
        mail = "From: taro@example.test\nSubject: x\nContent-Type: text/plain\n\n至急、振込をお願いします".encode(
            encoding
        )
        answer = visitor.submit("/check?kind=file", {"kind": "file"}, files={"file": ("x.eml", mail)})

        assert "振込</mark>をお願いします" in answer.text
        assert world.desk.screened[0].channel is Channel.MAIL
        assert world.desk.screened[0].sender.email == "taro@example.test"

    def test_attached_files_are_named_as_not_looked_into(self, visitor):
        message = EmailMessage()
        message["From"], message["Subject"] = "taro@example.test", "x"
        message.set_content("ご確認ください")
        message.add_attachment(b"x", maintype="application", subtype="zip", filename="請求書<1>.zip")
        answer = visitor.submit("/check?kind=file", {"kind": "file"}, files={"file": ("x.eml", message.as_bytes())})

        assert "添付ファイルの中身は見ていません（請求書&lt;1&gt;.zip）" in answer.text

    def test_a_talk_in_a_text_file_is_read_as_a_conversation(self, world, visitor):
        visitor.submit("/check?kind=file", {"kind": "file"}, files={"file": ("talk.txt", TALK.encode("cp932"))})

        assert len(world.desk.screened[0].turns) == 4

    @pytest.mark.parametrize("kind", ["message", "conversation", "contact", "file", "nonsense"])
    def test_nothing_to_check_is_said_kindly(self, world, visitor, kind):
        answer = visitor.submit("/check", {"kind": kind, "text": "  \n "})

        assert answer.status_code == 422
        assert "調べる文面を貼り付けるか、ファイルを選んでください" in answer.text
        assert world.desk.screened == []

    @pytest.mark.parametrize(
        ("text", "examined", "note"),
        [
            ("振込をお願いします", "", "ひと続きの文面として調べました"),
            (TALK, "別人", "「別人」さんの発言が見つからなかったため、全員の発言を調べました"),
        ],
    )
    def test_what_was_read_otherwise_than_asked_is_said(self, visitor, text, examined, note):
        answer = visitor.submit("/check", {"kind": "conversation", "text": text, "examined": examined})

        assert note in answer.text

    def test_nothing_is_kept_of_a_public_check(self, world, visitor):
        visitor.submit("/check", {"kind": "message", "text": "振込", "keep": "yes"})

        assert sum(world.services.verdicts.counts().values()) == 0

    def test_staff_may_keep_a_check_in_the_inbox(self, world, staff):
        answer = staff.submit("/check", {"kind": "message", "text": "振込をお願いします", "keep": "yes"})

        assert "受信箱に残しました" in answer.text
        assert world.services.verdicts.counts()[Level.DANGER] == 1
        assert "振込" in staff.get(re.search(r'href="(/events/[^"]+)"', answer.text)[1].replace("&amp;", "&")).text

    @pytest.mark.parametrize(
        "text",
        [
            "\x00\u202e\u200b振込\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
            "{{ 7*7 }} {% raw %} ${7*7} <script>alert(1)</script>",
            "振込" * 150_000,
            "\n\n振込\n",
            "x: y\n" * 20_000,
        ],
    )
    def test_hostile_words_are_answered(self, visitor, text):
        answer = visitor.submit("/check", {"kind": "conversation", "text": text})

        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert "\u202e" not in re.sub(r"(?s)<textarea.*?</textarea>", "", answer.text)

    def test_a_long_text_counts_as_several(self, make_world):
        visitor = make_world(checks_per_minute=4).visitor()
        asked = [visitor.submit("/check", {"kind": "message", "text": "x" * 120_000}).status_code for _ in range(2)]

        assert asked == [200, 429]

    def test_one_address_may_ask_so_often(self, make_world):
        world = make_world(checks_per_minute=2)
        visitor = world.visitor()
        asked = [visitor.submit("/check", {"kind": "message", "text": "x"}).status_code for _ in range(3)]

        assert asked == [200, 200, 429]
        assert world.visitor("198.51.100.1").submit("/check", {"kind": "message", "text": "x"}).status_code == 200
        world.clock.forward(minutes=1)
        assert visitor.submit("/check", {"kind": "message", "text": "x"}).status_code == 200


class TestGuard:
    @pytest.mark.parametrize(
        "address", ["/", "/login", "/nowhere", "/static/honnin.css", "/healthz", "/api/v1/openapi.json"]
    )
    def test_every_answer_carries_the_headers(self, visitor, address):
        answer = visitor.get(address)

        assert HEADERS.items() <= dict(answer.headers).items()
        assert "'unsafe" not in answer.headers["content-security-policy"]

    def test_pages_are_not_kept_by_caches_but_static_files_are(self, visitor):
        assert visitor.get("/").headers["cache-control"] == "no-store"
        css = re.search(r'href="(/static/honnin.css\?v=\w+)"', visitor.get("/").text)[1]
        assert "immutable" in visitor.get(css).headers["cache-control"]

    @pytest.mark.parametrize(
        "address", ["/check", "/login", "/logout", "/handled", "/directory/import", "/settings/keys"]
    )
    def test_a_form_without_our_token_is_refused(self, world, address):
        staff = world.staff()

        assert staff.post(address, data={"text": "x"}).status_code == 403
        assert staff.post(address, data={"text": "x", "csrf": "0" * 64}).status_code == 403
        assert staff.post(address, data={"text": "x", "csrf": "é"}).status_code == 403

    @pytest.mark.parametrize(
        "headers", [{"origin": "https://evil.example.test"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}]
    )
    def test_a_form_from_another_site_is_refused(self, visitor, headers):
        assert visitor.submit("/check", {"text": "x"}, headers=headers).status_code == 403

    def test_a_form_through_a_proxy_is_known_by_the_public_address(self, make_world):
        world = make_world(public_url="http://honnin.example.jp")
        headers = {"origin": "http://honnin.example.jp"}

        assert world.visitor().submit("/check", {"text": "x"}, headers=headers).status_code == 200

    def test_a_token_of_before_signing_in_is_worth_nothing_after(self, world):
        visitor = world.visitor()
        before = re.search('name="csrf" value="([^"]+)"', visitor.get("/login").text)[1]
        visitor.sign_in()

        assert visitor.post("/settings/keys", data={"csrf": before, "name": "x"}).status_code == 403

    def test_a_large_body_is_refused_by_what_it_says_and_by_what_comes(self, visitor):
        token = re.search('name="csrf" value="([^"]+)"', visitor.get("/").text)[1]

        assert visitor.post("/check", data={"csrf": token, "text": "x" * 4_000_000}).status_code == 413

        def chunks():
            for _ in range(50):
                yield b"x" * 100_000

        kind = {"content-type": "application/x-www-form-urlencoded"}
        assert visitor.post("/check", content=chunks(), headers=kind).status_code == 413

    def test_a_mail_of_more_than_2_mb_is_refused_with_what_to_do(self, visitor):
        answer = visitor.submit("/check?kind=file", {"kind": "file"}, files={"file": ("x.txt", b"x" * 2_200_000)})

        assert answer.status_code == 422
        assert "2MB以内のファイルを選んでください" in answer.text

    def test_broken_forms_do_not_break_us(self, visitor):
        visitor.get("/")
        kind = {"content-type": "multipart/form-data; boundary=x"}

        assert visitor.post("/check", content=b"--x\r\nbroken", headers=kind).status_code in {400, 403}
        assert visitor.post("/check", content=b"\xff\xfe", headers={"content-type": "text/plain"}).status_code == 403

    def test_an_https_site_sends_its_cookies_only_over_https(self, make_world):
        visitor = make_world(public_url="https://honnin.example.jp").visitor(base_url="https://testserver")
        answer = visitor.get("/")

        assert re.search(r"__Host-honnin_visitor=.*HttpOnly.*Secure", answer.headers["set-cookie"])
        assert "max-age" in answer.headers["strict-transport-security"]
        assert "__Host-honnin_session=" in visitor.sign_in().headers["set-cookie"]

    def test_it_says_that_it_is_alive(self, visitor):
        assert visitor.get("/healthz").text == "ok"

    def test_a_failure_on_our_side_is_explained(self, world):
        world.desk.screen = None
        visitor = world.visitor(raise_server_exceptions=False)
        answer = visitor.submit("/check", {"text": "x"})

        assert answer.status_code == 500
        assert "こちらの不具合で処理できませんでした" in answer.text
        assert "Traceback" not in answer.text


class TestLanguage:
    def test_the_choice_is_remembered(self, visitor):
        assert '<html lang="ja">' in visitor.get("/").text
        assert '<html lang="en">' in visitor.get("/?lang=en").text
        assert '<html lang="en">' in visitor.get("/login").text
        assert '<html lang="ja">' in visitor.get("/login?lang=ja").text

    def test_the_switch_stays_on_the_page_with_its_filters(self, staff):
        assert 'href="?level=all&amp;lang=en"' in staff.get("/inbox?level=all").text

    def test_an_answer_switches_its_language_with_the_same_words(self, visitor):
        answer = visitor.submit("/check", {"kind": "message", "text": "振込をお願いします"})

        assert 'form="ask" formaction="/check?lang=en"' in answer.text
        assert re.search(r"(?s)<textarea[^>]*>振込をお願いします</textarea>", answer.text)


class TestSignIn:
    @pytest.mark.parametrize(
        "address",
        [
            "/inbox",
            "/events/m-1",
            "/events?id=x",
            "/directory",
            "/directory/export",
            "/settings/keys",
            "/settings/password",
        ],
    )
    def test_pages_of_staff_ask_to_sign_in_first(self, visitor, address):
        answer = visitor.get(address, follow_redirects=False)

        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login?next=%2F")

    def test_after_signing_in_one_is_where_one_wanted_to_be(self, world):
        visitor = world.visitor()

        assert visitor.sign_in(next="/inbox?level=all").headers["location"] == "/inbox?level=all"

    @pytest.mark.parametrize(
        "wanted", ["https://evil.example.test/", "//evil.example.test", "/\\evil.example.test", "/\r\nx: y"]
    )
    def test_nobody_is_sent_to_another_site(self, world, wanted):
        assert world.visitor().sign_in(next=wanted).headers["location"] == "/inbox"

    def test_somebody_signed_in_is_not_asked_again(self, staff):
        assert staff.get("/login?next=/directory", follow_redirects=False).headers["location"] == "/directory"

    def test_a_wrong_password_and_an_unknown_name_read_the_same(self, visitor):
        wrong, unknown = visitor.sign_in(password="wrong"), visitor.sign_in(name="nobody")

        assert wrong.status_code == unknown.status_code == 422
        assert "ユーザー名かパスワードが違います" in wrong.text
        assert "ユーザー名かパスワードが違います" in unknown.text

    def test_after_several_failures_one_has_to_wait(self, world):
        visitor = world.visitor()
        for _ in range(8):
            visitor.sign_in(password="wrong")

        assert visitor.sign_in().status_code == 429
        assert world.visitor("198.51.100.9").sign_in().status_code == 303  # somebody else is not locked out
        world.clock.forward(minutes=16)
        assert visitor.sign_in().status_code == 303

    def test_a_session_ends_by_signing_out_and_by_time(self, world):
        first, second = world.staff(), world.staff()
        kept = dict(first.cookies)
        first.submit("/logout", page="/")
        first.cookies.update(kept)

        assert first.get("/inbox", follow_redirects=False).status_code == 303
        assert second.get("/inbox", follow_redirects=False).status_code == 200
        world.clock.forward(hours=13)
        assert second.get("/inbox", follow_redirects=False).status_code == 303

    @pytest.mark.parametrize(
        ("fields", "mistake"),
        [
            ({"old": "wrong", "new": "b" * 12, "again": "b" * 12}, "いまのパスワードが違います"),
            ({"new": "short", "again": "short"}, "もう少し長くしてください"),
            ({"new": "b" * 12, "again": "c" * 12}, "一致していません"),
        ],
    )
    def test_a_new_password_is_checked(self, world, staff, fields, mistake):
        answer = staff.submit("/settings/password", {"old": world.password} | fields)

        assert answer.status_code == 422
        assert mistake in answer.text

    def test_a_changed_password_signs_out_everybody_else(self, world, staff):
        other = world.staff()
        new = "another long password"
        answer = staff.submit("/settings/password", {"old": world.password, "new": new, "again": new})

        assert "パスワードを変更しました" in answer.text
        assert staff.get("/inbox", follow_redirects=False).status_code == 200
        assert other.get("/inbox", follow_redirects=False).status_code == 303
        assert world.visitor().sign_in(password=new).status_code == 303


class TestInbox:
    @pytest.fixture(autouse=True)
    def _events(self, world):
        world.receive(
            Event("m-1", channel=Channel.CHAT, text="本日中に振込をお願いします", sender=Account(name="試験太郎"))
        )
        world.receive(
            Event("m-2", channel=Channel.MAIL, text="グループを作ってください", subject="ご相談"), source="mail"
        )
        world.receive(Event("m-3", text="明日の会議です"))

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", ["m-1", "m-2"]),  # alerts that nobody has handled
            ("level=danger", ["m-1"]),
            ("level=ok", ["m-3"]),
            ("level=all", ["m-1", "m-2", "m-3"]),
            ("level=nonsense&channel=nonsense&period=nonsense&handled=nonsense&page=nonsense", ["m-1", "m-2"]),
            ("channel=mail", ["m-2"]),
            ("text=試験", ["m-1"]),
            ("text=ご相談", ["m-2"]),
            ("text=ないもの", []),
            ("handled=done", []),
            ("period=1", ["m-1", "m-2"]),
            ("period=all", ["m-1", "m-2"]),
            ("page=9", []),
        ],
    )
    def test_the_list_is_narrowed(self, staff, query, found):
        answer = staff.get(f"/inbox?{query}")

        assert answer.status_code == 200
        assert sorted(set(re.findall(r'href="/events/([^"?]+)', answer.text))) == found

    def test_a_row_says_level_who_why_and_when(self, staff):
        seen = words_of(staff.get("/inbox?level=danger"))

        assert (
            "危険 試験太郎 初めての相手から、急ぎの振込を頼まれています。 本日中に振込をお願いします チャット 2026-11-24 12:00"
            in seen
        )

    def test_levels_are_counted(self, staff):
        seen = words_of(staff.get("/inbox"))

        assert "危険 1 注意 1 確認 0 該当なし 1" in seen

    def test_handling_is_noted_and_takes_it_off_the_list(self, world, staff):
        staff.submit("/handled", {"id": "m-1", "source": "chat"}, page="/events/m-1")

        assert "m-1" not in staff.get("/inbox").text
        assert "admin さんが 2026-11-24 12:00 に対応済みにしました" in staff.get("/events/m-1").text
        assert world.services.verdicts.get("m-1").handled_by == "admin"

    def test_messages_of_one_conversation_stand_in_one_row_and_are_handled_together(self, world, staff):
        for number in range(3):
            world.receive(Event(f"talk-{number}", text="振込"), conversation="room")
        listed = staff.get("/inbox?level=danger").text
        newest = re.search(r"/events/(talk-\d)", listed)[1]

        assert listed.count("/events/talk-") == 1
        assert "同じ会話にほか2件" in listed
        staff.submit("/handled", {"id": newest, "source": "chat"}, page="/inbox")
        assert "/events/talk-" not in staff.get("/inbox").text

    def test_handling_what_is_not_there_is_said_so(self, staff):
        assert staff.submit("/handled", {"id": "nothing", "source": "chat"}, page="/inbox").status_code == 404

    def test_pages_are_turned(self, world, staff):
        for number in range(60):
            world.receive(Event(f"n-{number}", text="振込"))
        first, second = staff.get("/inbox"), staff.get("/inbox?page=2")

        assert "1 / 2 ページ" in first.text
        assert 'rel="next"' in first.text
        assert 'rel="prev"' in second.text
        assert len(set(re.findall(r'href="/events/([^"?]+)', first.text + second.text))) == 62


class TestEvent:
    def test_the_turn_where_the_script_showed_is_marked_with_its_stage(self, world, staff, taro):
        world.services.directory.upsert([taro])
        turns = (Turn("社内にいますか", "sender"), Turn("はい", "見本"), Turn("グループを作ってください", "sender"))
        world.receive(
            Event(
                "m-1", Kind.CONVERSATION, Channel.CHAT, turns=turns, sender=Account(name="試験太郎", account_id="90001")
            )
        )
        answer = staff.get("/events/m-1")
        flagged = re.search(r'(?s)<li class="turn[^"]*first-alert".*?</li>', answer.text)[0]

        assert "ここで手口が見えました" in flagged
        assert "を作ってください" in flagged
        assert re.search(r'<li class="here" aria-current="step">場の移動', answer.text)
        seen = words_of(answer)
        assert "名前 試験太郎 試験 太郎 名前が同じです。" in seen
        assert "本人のアカウント 90001 chatwork:10001" in seen
        assert "88%" in seen  # for staff

    def test_messages_of_one_conversation_lead_to_each_other(self, world, staff):
        world.receive(Event("m-1", text="社内ですか"), conversation="room")
        world.receive(Event("m-2", text="振込を"), conversation="room")

        answer = staff.get("/events/m-2")

        assert "/events/m-1?source=chat" in answer.text
        # They read as one talk, and the script showed itself where the first alert was.
        assert re.findall(r'<li class="turn( theirs)?( first-alert)?"', answer.text) == [
            (" theirs", ""),
            (" theirs", " first-alert"),
        ]

    @pytest.mark.parametrize("event_id", ["..", "a/b", "a b?c#d&e", "日本", "<x>", "m_1-2", "%2e%2e", "'\""])
    def test_an_event_of_any_id_has_a_page(self, world, staff, event_id):
        world.receive(Event(event_id, text="振込"), source="api:a&b")
        listed = html.unescape(re.search(r'class="row danger">\s*<a href="([^"]+)"', staff.get("/inbox").text)[1])

        assert listed == event_url(event_id, "api:a&b")
        assert staff.get(listed).status_code == 200

    def test_an_event_that_is_not_there_is_said_so(self, staff):
        answer = staff.get("/events/no-such")

        assert answer.status_code == 404
        assert "このページは見つかりません" in answer.text

    def test_a_long_conversation_shows_where_it_counts(self, world, staff):
        turns = (*(Turn(f"こんにちは{number}") for number in range(1_000)), Turn("振込を"))
        world.receive(Event("m-1", Kind.CONVERSATION, turns=turns))
        answer = staff.get("/events/m-1")

        assert "ここで手口が見えました" in answer.text
        assert "700件の発言を省きました" in answer.text

    def test_hostile_values_are_shown_as_words(self, world, staff):
        evil = "<img src=x onerror=alert(1)>\u202e"
        world.receive(
            Event(
                "m-1",
                subject=evil,
                text=f"振込{evil}\ud800",
                sender=Account(name=evil, email=evil, bio=evil, account_id="javascript:alert(1)"),
            ),
            source=evil,
        )
        for address in ("/events/m-1", "/inbox"):
            answer = staff.get(address)
            assert answer.status_code == 200
            assert "<img" not in answer.text


class TestKeys:
    def test_a_key_is_shown_once_and_can_be_revoked(self, staff):
        made = staff.submit("/settings/keys", {"name": "チャット連携", "scope.screening": "yes"})
        secret = re.search(r'id="secret">([^<]+)<', made.text)[1]
        listed = staff.get("/settings/keys").text

        assert secret not in listed
        assert "チャット連携" in listed
        assert secret.split(".")[0] in listed
        staff.submit("/settings/keys/revoke", {"id": secret.split(".")[0]}, page="/settings/keys")
        assert "取り消し済み" in staff.get("/settings/keys").text

    def test_a_key_needs_a_name(self, world, staff):
        answer = staff.submit("/settings/keys", {"name": "  "})

        assert answer.status_code == 422
        assert world.services.users.keys() == ()
