"""Getting in: passwords, codes, recovery codes, one-time links, sessions, and being kept out."""

import re
import statistics
import time
from dataclasses import replace

import pyotp
import pytest

from honnin.app.access import Refusal, Right, Role, Scope
from honnin.app.accounts import Method
from honnin.app.passwords import hash_password
from honnin.web.pages.audit import AREAS
from honnin.web.words import words

from .conftest import PASSWORD, PASSWORD_HASH

NEW = "another long password"


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page.text)[1]


def current_code(world, seed, *, around=0):
    return pyotp.TOTP(seed).generate_otp(int(world.clock().timestamp()) // 30 + around)


def set_up_codes(world, visitor):
    """Set up an authenticator as a person would; returns its seed and the recovery codes."""
    offered = visitor.submit("/settings/second-factor/code", page="/settings/second-factor")
    seed = re.search(r'id="seed">([A-Z2-7]+)<', offered.text)[1]
    fields = {"step": hidden(offered, "step"), "code": current_code(world, seed), "csrf": hidden(offered, "csrf")}
    shown = visitor.post("/settings/second-factor/code/confirm", data=fields)
    assert shown.status_code == 200
    return seed, re.findall(r"^(?:.*>)?([a-z2-7]{5}-[a-z2-7]{5})$", shown.text, re.MULTILINE)


def second(visitor, page, code):
    return visitor.post(
        "/login/second",
        data={"csrf": hidden(page, "csrf"), "step": hidden(page, "step"), "next": "/inbox", "code": code},
        follow_redirects=False,
    )


@pytest.fixture
def with_codes(world):
    """A seed and recovery codes of the one user, whose clock has moved on to the next code."""
    found = set_up_codes(world, world.staff())
    world.clock.forward(minutes=1)
    return found


class TestSecondFactor:
    def test_a_password_alone_no_longer_lets_in(self, world, with_codes):
        visitor = world.visitor()
        page = visitor.sign_in()

        assert page.status_code == 200
        assert "もう一つ確かめます" in page.text
        assert visitor.get("/inbox", follow_redirects=False).status_code == 303
        assert second(visitor, page, current_code(world, with_codes[0])).headers["location"] == "/inbox"
        assert visitor.get("/inbox").status_code == 200

    @pytest.mark.parametrize("around", [-1, 1])
    def test_a_clock_that_is_a_little_off_does_not_matter(self, world, with_codes, around):
        visitor = world.visitor()
        code = current_code(world, with_codes[0], around=around)

        assert second(visitor, visitor.sign_in(), code).status_code == 303

    @pytest.mark.parametrize("around", [-3, -2, 2, 3])
    def test_an_old_or_future_code_is_refused(self, world, with_codes, around):
        visitor = world.visitor()
        code = current_code(world, with_codes[0], around=around)

        assert second(visitor, visitor.sign_in(), code).status_code == 422

    def test_each_code_counts_once(self, world, with_codes):
        code = current_code(world, with_codes[0])
        first, other = world.visitor(), world.visitor()

        assert second(first, first.sign_in(), code).status_code == 303
        assert second(other, other.sign_in(), code).status_code == 422

    def test_a_recovery_code_works_once_however_it_is_typed(self, world, with_codes):
        codes = with_codes[1]
        assert len(set(codes)) == 10
        typed = f" {codes[0].replace('-', ' ').upper()} "
        first, other = world.visitor(), world.visitor()

        assert second(first, first.sign_in(), typed).status_code == 303
        assert second(other, other.sign_in(), codes[0]).status_code == 422
        assert "使っていない回復コードが9個あります" in first.get("/settings/second-factor").text

    def test_codes_cannot_be_guessed_by_trying(self, world, with_codes):
        visitor = world.visitor()
        page = visitor.sign_in()
        answers = [second(visitor, page, f"{number:06}").status_code for number in range(6)]

        assert answers == [422] * 5 + [429]
        other = world.visitor("198.51.100.8")  # from another address too
        assert second(other, other.sign_in(), current_code(world, with_codes[0])).status_code == 429
        world.clock.forward(minutes=16)
        assert second(other, other.sign_in(), current_code(world, with_codes[0])).status_code == 303

    def test_the_second_step_belongs_to_one_browser_and_ends(self, world, with_codes):
        visitor, thief = world.visitor(), world.visitor()
        page = visitor.sign_in()
        thief.get("/login")
        stolen = {"csrf": hidden(thief.get("/login"), "csrf"), "step": hidden(page, "step")}

        assert (
            thief.post("/login/second", data=stolen | {"code": current_code(world, with_codes[0])}).status_code == 422
        )
        assert thief.get("/inbox", follow_redirects=False).status_code == 303
        world.clock.forward(minutes=11)
        assert "時間がたちました" in second(visitor, page, current_code(world, with_codes[0])).text

    def test_seeds_and_codes_are_not_readable_in_the_database(self, with_codes, tmp_path):
        seed, codes = with_codes
        kept = b"".join(path.read_bytes() for path in tmp_path.glob("honnin.db*"))

        assert seed.encode() not in kept
        assert not any(code.replace("-", "").encode() in kept for code in codes)

    def test_setting_up_ends_the_other_sessions_and_renews_this_one(self, world):
        staff, other = world.staff(), world.staff()
        before = staff.cookies.get("honnin_session")
        set_up_codes(world, staff)

        assert staff.cookies.get("honnin_session") != before
        assert staff.get("/inbox", follow_redirects=False).status_code == 200
        assert other.get("/inbox", follow_redirects=False).status_code == 303

    @pytest.mark.parametrize("renewed_by", ["code", "password"])
    def test_the_page_after_a_renewed_session_has_forms_that_work(self, world, renewed_by):
        staff = world.staff()
        if renewed_by == "password":
            fields = {"old": PASSWORD, "new": NEW, "again": NEW}
            shown = staff.submit("/settings/password", fields)
        else:
            offered = staff.submit("/settings/second-factor/code", page="/settings/second-factor")
            seed = re.search(r'id="seed">([A-Z2-7]+)<', offered.text)[1]
            fields = {
                "step": hidden(offered, "step"),
                "code": current_code(world, seed),
                "csrf": hidden(offered, "csrf"),
            }
            shown = staff.post("/settings/second-factor/code/confirm", data=fields)

        assert staff.post("/logout", data={"csrf": hidden(shown, "csrf")}, follow_redirects=False).status_code == 303
        assert record(world)[-1].note.action == "sign-out"

    def test_the_image_is_part_of_the_page(self, staff):
        offered = staff.submit("/settings/second-factor/code", page="/settings/second-factor")

        assert re.search(r'<img class="qr" src="data:image/svg\+xml[^"]+"', offered.text)

    def test_after_a_while_the_password_is_asked_for_again(self, world, staff):
        world.clock.forward(minutes=11)
        page = "/settings/second-factor"

        assert staff.submit(f"{page}/code", page=page).status_code == 422
        assert staff.submit(f"{page}/code", {"password": "wrong"}, page=page).status_code == 422
        assert staff.submit(f"{page}/code", {"password": PASSWORD}, page=page).status_code == 200

    def test_where_it_is_needed_nothing_opens_before_it_is_set_up(self, make_world):
        world = make_world(second_factor="required")
        staff = world.visitor()
        assert staff.sign_in().status_code == 303

        for address in ("/inbox", "/directory", "/settings/keys", "/settings/users", "/settings/audit"):
            assert staff.get(address, follow_redirects=False).headers["location"] == "/settings/second-factor"
        page = staff.get("/inbox").text
        assert "どちらか一つを登録してください" in page
        assert "サインアウト" in page
        assert 'href="/inbox"' not in page  # nothing is offered that would not open
        staff.submit("/check", {"kind": "message", "text": "振込", "keep": "yes"})
        assert sum(world.services.verdicts.counts().values()) == 0  # nor is anything kept in their name
        set_up_codes(world, staff)
        assert staff.get("/inbox", follow_redirects=False).status_code == 200
        answer = staff.submit("/settings/second-factor/remove", {"what": "code"}, page="/settings/second-factor")
        assert "最後の一つは消せません" in answer.text

    def test_somebody_elses_step_confirms_nothing(self, world, staff):
        world.services.users.create_user("taro", PASSWORD_HASH, at=world.clock(), roles=[Role.STAFF])
        taro = world.visitor()
        taro.sign_in(name="taro")
        offered = staff.submit("/settings/second-factor/code", page="/settings/second-factor")
        seed = re.search(r'id="seed">([A-Z2-7]+)<', offered.text)[1]
        fields = {"step": hidden(offered, "step"), "code": current_code(world, seed)}
        taro.submit("/settings/second-factor/code/confirm", fields, page="/settings/second-factor")

        assert not world.services.users.user("taro").has_totp


class TestKeepingOut:
    def test_who_fails_waits_longer_each_time_whether_or_not_there_is_such_a_name(self, world):
        answers = {}
        for name in ("admin", "nobody"):
            visitor = world.visitor(f"192.0.2.{len(name)}")
            tries = [visitor.sign_in(name=name, password="wrong") for _ in range(6)]
            world.clock.forward(seconds=31)
            tries.append(visitor.sign_in(name=name, password="wrong"))
            world.clock.forward(seconds=31)
            tries.append(visitor.sign_in(name=name, password="wrong"))  # twice as long now
            answers[name] = [(each.status_code, re.sub(rf'{name}|value="[^"]*"', "", each.text)) for each in tries]

        assert [status for status, _ in answers["admin"]] == [422] * 5 + [429, 422, 429]
        assert answers["admin"] == answers["nobody"]

    def test_many_names_from_one_address_have_to_wait_and_nobody_else_has_to(self, world):
        visitor = world.visitor()
        statuses = []
        for number in range(21):
            world.clock.forward(seconds=10)
            statuses.append(visitor.sign_in(name=f"name-{number}", password="wrong").status_code)

        assert statuses == [422] * 20 + [429]
        assert world.visitor("198.51.100.1").sign_in().status_code == 303

    def test_one_name_from_many_addresses_has_to_wait_but_not_where_its_owner_is_known(self, world):
        owner = world.visitor("203.0.113.5")
        assert owner.sign_in().status_code == 303
        for number in range(10):
            world.visitor(f"198.51.100.{number}").sign_in(password="wrong")

        assert world.visitor("192.0.2.99").sign_in().status_code == 429
        assert world.visitor("203.0.113.5").sign_in().status_code == 303
        world.clock.forward(minutes=6)
        assert world.visitor("192.0.2.99").sign_in().status_code == 303

    def test_a_name_that_nobody_has_takes_as_long(self, world):
        """Names cannot be told apart by the time an answer takes: the work is the same."""
        world.services.users.set_password("admin", hash_password(PASSWORD))
        sign_in = world.services.doors.sign_in

        def seconds(name):
            began = time.perf_counter()
            sign_in.with_password(name, "wrong", address="", visitor="x" * 40)
            return time.perf_counter() - began

        pairs = []
        for number in range(9):
            world.clock.forward(hours=2)
            pairs.append((seconds("admin"), seconds(f"nobody-{number}")))
        known, unknown = (statistics.median(each) for each in zip(*pairs, strict=True))

        assert 0.6 < known / unknown < 1.6

    def test_who_is_deactivated_reads_what_everybody_reads(self, world):
        world.services.users.create_user("taro", PASSWORD_HASH, at=world.clock(), roles=[Role.STAFF])
        world.services.users.set_active("taro", since=world.clock())

        assert "ユーザー名かパスワードが違います" in world.visitor().sign_in(name="taro").text

    def test_failures_are_written_down_but_not_made_up_names(self, world):
        visitor = world.visitor()
        visitor.sign_in(password="wrong")
        visitor.sign_in(name="nobody", password="wrong")

        assert [(line.note.actor, line.note.action, line.note.outcome) for line in record(world)] == [
            ("admin", "sign-in.password", "refused:wrong")
        ]


def record(world):
    from honnin.app.audit import AuditFilter  # noqa: PLC0415

    return list(world.services.audit.each(AuditFilter()))


class TestSessions:
    def test_signing_in_never_keeps_a_token_that_was_there_before(self, world):
        """Session fixation: a token somebody planted is not the one that is signed in, and one's old one is over."""
        visitor = world.visitor()
        visitor.cookies.set("honnin_session", "planted")
        visitor.sign_in()
        first = (
            visitor.cookies.get("honnin_session", domain="testserver.local")
            or [cookie.value for cookie in visitor.cookies.jar if cookie.name == "honnin_session"][-1]
        )
        assert first != "planted"

        planted = world.visitor()
        planted.cookies.set("honnin_session", "planted")
        assert planted.get("/inbox", follow_redirects=False).status_code == 303

    def test_signing_in_again_ends_what_the_browser_had_open(self, world):
        staff = world.staff()
        before = staff.cookies.get("honnin_session")
        staff.get("/login")
        world.services.users.users()
        token = hidden(staff.get("/settings/password"), "csrf")
        staff.post("/login", data={"csrf": token, "name": "admin", "password": PASSWORD})
        old = world.visitor()
        old.cookies.set("honnin_session", before)

        assert old.get("/inbox", follow_redirects=False).status_code == 303
        assert len(world.services.users.sessions("admin", at=world.clock())) == 1

    def test_they_are_listed_and_ended(self, world):
        here = world.staff()
        world.visitor("198.51.100.7", headers={"user-agent": "Other <b>Browser</b>"}).sign_in()
        page = here.get("/settings/sessions").text

        assert "198.51.100.7" in page
        assert "Other &lt;b&gt;Browser" in page
        other = re.search(r'name="id" value="([^"]+)"', page)[1]
        here.submit("/settings/sessions/revoke", {"id": other}, page="/settings/sessions")
        assert len(world.services.users.sessions("admin", at=world.clock())) == 1
        assert here.get("/inbox", follow_redirects=False).status_code == 200

    def test_all_others_end_at_once_and_nobody_elses(self, world):
        world.services.users.create_user("taro", PASSWORD_HASH, at=world.clock(), roles=[Role.STAFF])
        taro = world.visitor()
        taro.sign_in(name="taro")
        here, other = world.staff(), world.staff()
        theirs = world.services.users.sessions("taro", at=world.clock())[0].id
        here.submit("/settings/sessions/revoke", {"id": theirs}, page="/settings/sessions")
        here.submit("/settings/sessions/revoke", page="/settings/sessions")

        assert here.get("/inbox", follow_redirects=False).status_code == 200
        assert other.get("/inbox", follow_redirects=False).status_code == 303
        assert taro.get("/inbox", follow_redirects=False).status_code == 200

    def test_a_change_of_roles_counts_at_once(self, world, staff):
        assert staff.get("/settings/users").status_code == 200
        world.services.users.set_roles("admin", [Role.STAFF])
        assert staff.get("/settings/users").status_code == 403


class TestLinks:
    @pytest.fixture
    def empty(self, make_world):
        """A site nobody can sign in to yet."""
        world = make_world(second_factor="required")
        with world.services.users._database.transaction() as connection:
            connection.exec_driver_sql("DELETE FROM users")
        return world

    def test_the_first_administrator_sets_the_site_up_with_a_second_factor(self, empty):
        token = empty.services.doors.staff.setup_link()
        visitor = empty.visitor()
        answer = visitor.submit(f"/join/{token}", {"name": "hana", "new": NEW, "again": NEW})

        assert "どちらか一つを登録してください" in answer.text
        set_up_codes(empty, visitor)
        assert visitor.get("/settings/users", follow_redirects=False).status_code == 200
        assert empty.services.users.user("hana").roles == {Role.ADMIN, Role.ANALYST}
        assert empty.visitor().get(f"/join/{token}").status_code == 404

    def test_a_setup_link_is_over_once_anybody_can_sign_in_or_a_newer_one_is_made(self, empty):
        staff = empty.services.doors.staff
        first, second_ = staff.setup_link(), staff.setup_link()
        assert empty.visitor().get(f"/join/{first}").status_code == 404
        assert empty.visitor().get(f"/join/{second_}").status_code == 200
        empty.services.users.create_user("other", PASSWORD_HASH, at=empty.clock(), roles=[Role.ADMIN])
        assert empty.visitor().get(f"/join/{second_}").status_code == 404

    def test_a_link_ends_by_time(self, empty):
        token = empty.services.doors.staff.setup_link()
        empty.clock.forward(hours=24)
        assert empty.visitor().get(f"/join/{token}").status_code == 404

    def test_an_invited_person_joins_once_with_the_roles_they_were_given(self, world, staff):
        fields = {"name": "次郎", "role.accounting": "yes", "role.staff": "yes"}
        page = staff.submit("/settings/users/invite", fields, page="/settings/users")
        link = re.search(r'id="secret">http://testserver(/join/[^<]+)<', page.text)[1]
        assert link not in staff.get("/settings/users").text
        guest = world.visitor()
        guest.get(link)  # looking does not use it up
        assert guest.submit(link, {"new": NEW, "again": "else"}).status_code == 422
        assert guest.submit(link, {"new": "short", "again": "short"}).status_code == 422
        guest.submit(link, {"new": NEW, "again": NEW, "name": "admin"})

        assert world.services.users.user("次郎").roles == {Role.ACCOUNTING, Role.STAFF}
        assert guest.get("/directory").status_code == 200
        assert world.visitor().get(link).status_code == 404

    def test_a_link_can_be_taken_back(self, world, staff):
        page = staff.submit("/settings/users/invite", {"name": "次郎", "role.staff": "yes"}, page="/settings/users")
        link = re.search(r"testserver(/join/[^<]+)<", page.text)[1]
        shown = staff.get("/settings/users").text
        staff.submit(
            "/settings/users/withdraw",
            {"id": re.search(r'name="id" value="([^"]+)"', shown)[1]},
            page="/settings/users",
        )

        assert world.visitor().get(link).status_code == 404

    def test_the_secret_of_a_link_is_kept_nowhere(self, world, staff, tmp_path):
        page = staff.submit("/settings/users/invite", {"name": "次郎", "role.staff": "yes"}, page="/settings/users")
        token = re.search(r"testserver/join/([^<]+)<", page.text)[1]
        world.visitor().get(f"/join/{token}")

        assert token.encode() not in b"".join(path.read_bytes() for path in tmp_path.glob("honnin.db*"))

    def test_a_forgotten_password_is_chosen_anew_but_the_second_factor_is_still_asked_for(self, world):
        world.services.users.create_user("taro", PASSWORD_HASH, at=world.clock(), roles=[Role.STAFF])
        taro = world.visitor()
        taro.sign_in(name="taro")
        set_up_codes(world, taro)
        staff = world.staff()
        page = staff.submit("/settings/users/change", {"name": "taro", "do": "password"}, page="/settings/users")
        link = re.search(r"testserver(/join/[^<]+)<", page.text)[1]
        finder = world.visitor()
        finder.submit(link, {"new": NEW, "again": NEW})

        assert finder.get("/inbox", follow_redirects=False).status_code == 303
        assert taro.get("/inbox", follow_redirects=False).status_code == 303
        assert "もう一つ確かめます" in finder.sign_in(name="taro", password=NEW).text


class TestUsers:
    @pytest.fixture(autouse=True)
    def _taro(self, world):
        world.services.users.create_user("taro", PASSWORD_HASH, at=world.clock(), roles=[Role.STAFF])

    def change(self, staff, **fields):
        return staff.submit("/settings/users/change", fields, page="/settings/users")

    def test_roles_are_changed_and_both_are_written_down(self, world, staff):
        self.change(staff, name="taro", do="roles", **{"role.analyst": "yes", "role.king": "yes"})

        assert world.services.users.user("taro").roles == {Role.ANALYST}
        note = record(world)[-1].note if record(world)[-1].note.detail else record(world)[-2].note
        assert note.detail == {"did": "roles", "before": "staff", "after": "analyst"}

    @pytest.mark.parametrize(
        ("fields", "told"),
        [
            ({"name": "taro", "do": "roles"}, "役割を一つ以上"),
            ({"name": "taro", "do": "roles", "role.auditor": "yes", "role.staff": "yes"}, "監査担当は"),
            ({"name": "admin", "do": "roles", "role.staff": "yes"}, "管理者が一人もいなくなります"),
            ({"name": "admin", "do": "deactivate"}, "管理者が一人もいなくなります"),
            ({"name": "nobody", "do": "deactivate"}, "その名前の人はいません"),
        ],
    )
    def test_what_cannot_be_is_refused_with_what_to_do(self, world, staff, fields, told):
        before = world.services.users.users()
        assert told in self.change(staff, **fields).text
        assert world.services.users.users() == before

    @pytest.mark.parametrize("name", ["", " ", "x" * 61, "api:x", "a\u202eb", "admin"])
    def test_names_that_would_deceive_are_refused(self, staff, name):
        answer = staff.submit("/settings/users/invite", {"name": name, "role.staff": "yes"}, page="/settings/users")
        assert answer.status_code == 422

    def test_who_is_deactivated_is_out_at_once_and_may_come_back(self, world, staff):
        taro = world.visitor()
        taro.sign_in(name="taro")
        self.change(staff, name="taro", do="deactivate")
        assert taro.get("/inbox", follow_redirects=False).status_code == 303
        assert taro.sign_in(name="taro").status_code == 422
        self.change(staff, name="taro", do="reactivate")
        assert taro.sign_in(name="taro").status_code == 303

    def test_who_lost_a_device_begins_anew(self, world, staff):
        taro = world.visitor()
        taro.sign_in(name="taro")
        set_up_codes(world, taro)
        self.change(staff, name="taro", do="reset")

        assert not world.services.users.user("taro").has_second_factor
        assert world.visitor().sign_in(name="taro").status_code == 303

    def test_the_table_of_roles_is_shown(self, staff):
        page = staff.get("/settings/users/roles").text
        assert "照会への回答を承認する" in page


def test_a_session_of_another_kind_is_as_strong_as_what_was_shown():
    assert {method for method in Method if not method.is_strong} == {Method.PASSWORD, Method.INVITATION}


def test_nothing_secret_is_shown_when_values_are_printed(world):
    settings = replace(world.services.settings, secret_key="s3cret", oidc_client_secret="s3cret2")
    assert "s3cret" not in repr(settings)


def test_everything_that_has_a_name_has_words():
    missing = [
        key
        for key in (
            *(f"right.{right.value}" for right in Right),
            *(f"role.{role.value}" for role in Role),
            *(f"scope.{scope.value}" for scope in Scope),
            *(f"method.{method.value}" for method in Method),
            *(f"audit.area.{area}" for area in AREAS),
            *(f"not_allowed.{why.value}" for why in (Refusal.ROLE, Refusal.OTHERS)),
            *(f"problem.not_allowed.{why.value}" for why in (Refusal.SCOPE, Refusal.OTHERS)),
        )
        if key not in words()
    ]
    assert missing == []
