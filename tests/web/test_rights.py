"""Every route × every role × what is one's own, somebody else's, or nobody's: refused for the right reason.

A new route needs a line in ``PAGES`` or ``CALLS``; a test fails until it has one.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from starlette.routing import Mount

from honnin.app.access import RIGHTS, SCOPES, AuditNote, Reach, Refusal, Right, Role, Scope, refusal
from honnin.app.accounts import ApiKey, Method, Session
from honnin.app.audit import AuditFilter
from honnin.app.passwords import digest
from honnin.cases.report import Happened, Report
from honnin.model import Account, Channel, Event

from .conftest import PASSWORD_HASH

ANYBODY = None
"""No sign-in is needed."""

PAGES = {
    # What anybody may open
    "GET /": ANYBODY,
    "GET /check": ANYBODY,
    "POST /check": ANYBODY,  # whether it is kept is decided inside
    "GET /healthz": ANYBODY,
    "GET /join/{token}": ANYBODY,
    "POST /join/{token}": ANYBODY,
    "GET /login": ANYBODY,
    "POST /login": ANYBODY,
    "GET /login/passkey": ANYBODY,
    "POST /login/passkey": ANYBODY,
    "GET /login/second": ANYBODY,
    "POST /login/second": ANYBODY,
    "GET /login/sso": ANYBODY,
    "GET /login/sso/callback": ANYBODY,
    "POST /logout": ANYBODY,
    "GET /report": ANYBODY,
    "GET /report/first": ANYBODY,
    "GET /report/form": ANYBODY,
    "POST /report/form": ANYBODY,
    "GET /report/privacy": ANYBODY,
    "GET /report/status": ANYBODY,
    "POST /report/status": ANYBODY,
    "POST /report/add": ANYBODY,  # with the secret of the receipt
    "POST /report/copy": ANYBODY,
    "POST /report/erase": ANYBODY,
    "POST /report/checked": ANYBODY,  # see ``FOR_STAFF_INSIDE``
    # One's own account
    "GET /settings/password": Right.ACCOUNT,
    "POST /settings/password": Right.ACCOUNT,
    "GET /settings/second-factor": Right.ACCOUNT,
    "POST /settings/second-factor/code": Right.ACCOUNT,
    "POST /settings/second-factor/code/confirm": Right.ACCOUNT,
    "POST /settings/second-factor/passkey": Right.ACCOUNT,
    "POST /settings/second-factor/passkey/keep": Right.ACCOUNT,
    "POST /settings/second-factor/recovery": Right.ACCOUNT,
    "POST /settings/second-factor/remove": Right.ACCOUNT,
    "GET /settings/sessions": Right.ACCOUNT,
    "POST /settings/sessions/revoke": Right.ACCOUNT,
    # Inbox, directory, confirmed fraud
    "GET /inbox": Right.INBOX_READ,
    "GET /events": Right.INBOX_READ,
    "GET /events/{event_id}": Right.INBOX_READ,
    "POST /handled": Right.INBOX_HANDLE,
    "GET /directory": Right.DIRECTORY_READ,
    "GET /directory/export": Right.DIRECTORY_READ,
    "POST /directory/import": Right.DIRECTORY_CHANGE,
    "POST /directory/preview": Right.DIRECTORY_CHANGE,
    "POST /directory/remove": Right.DIRECTORY_CHANGE,
    "GET /settings/copies": Right.COPIES_READ,
    "GET /settings/copies/export": Right.COPIES_EXPORT,
    "POST /settings/copies/forget": Right.COPIES_CHANGE,
    "POST /settings/copies/forget-origin": Right.COPIES_CHANGE,
    "POST /settings/copies/import": Right.COPIES_CHANGE,
    "POST /settings/copies/remember": Right.COPIES_CHANGE,
    # Keys, users, the record
    "GET /settings/keys": Right.KEYS_READ,
    "POST /settings/keys": Right.KEYS_CHANGE,
    "POST /settings/keys/revoke": Right.KEYS_CHANGE,
    "GET /settings/users": Right.USERS_READ,
    "GET /settings/users/roles": Right.USERS_READ,
    "POST /settings/users/change": Right.USERS_CHANGE,
    "POST /settings/users/invite": Right.USERS_CHANGE,
    "POST /settings/users/withdraw": Right.USERS_CHANGE,
    "GET /settings/audit": Right.AUDIT_READ,
    "GET /settings/audit/check": Right.AUDIT_READ,
    "GET /settings/audit/export": Right.AUDIT_EXPORT,
    # Reports
    "GET /reports": Right.REPORTS_READ,
    "GET /reports/{number}": Right.REPORTS_READ,
    "GET /reports/{number}/pictures/{sha256}": Right.REPORTS_READ,
    "POST /reports/{number}/answer": Right.REPORTS_ANSWER,
    "POST /report/event": Right.REPORTS_SEND,
    # Cases
    "GET /queue": Right.QUEUE_READ,
    "POST /queue/next": Right.QUEUE_CLAIM,
    "GET /trends": Right.QUEUE_READ,
    "GET /cases/{case_id}": Right.CASES_READ,
    "GET /cases/{case_id}/lesson.yaml": Right.CASES_READ,
    "POST /cases/{case_id}/capture": Right.EVIDENCE_CAPTURE,
    "POST /cases/{case_id}/claim": Right.QUEUE_CLAIM,
    "POST /cases/{case_id}/contain": Right.CONTAINMENT,
    "POST /cases/{case_id}/decide": Right.QUEUE_DECIDE,
    "POST /cases/{case_id}/deed": Right.CONTAINMENT,
    "POST /cases/{case_id}/label": Right.QUEUE_DECIDE,
    "POST /cases/{case_id}/regroup": Right.QUEUE_DECIDE,
    "POST /cases/{case_id}/release": Right.QUEUE_CLAIM,
    "POST /cases/{case_id}/work": Right.CASES_WORK,
    # Evidence
    "GET /evidence": Right.EVIDENCE_READ,
    "GET /evidence/key": Right.EVIDENCE_READ,
    "POST /evidence/view": Right.EVIDENCE_READ,  # a form, because each view is written into the chain of custody
    "POST /evidence/export": Right.EVIDENCE_EXPORT,
    "POST /evidence/hand-over": Right.EVIDENCE_EXPORT,
    "POST /evidence/hold": Right.EVIDENCE_HOLD,
    "POST /evidence/release": Right.EVIDENCE_HOLD,
    # Indicators and cooperation
    "GET /indicators": Right.INDICATORS_READ,
    "GET /indicators/export": Right.INDICATORS_EXPORT,
    "GET /indicators/{key}": Right.INDICATORS_READ,
    "POST /indicators/{key}": Right.INDICATORS_CHANGE,
    "POST /indicators/forget-origin": Right.INDICATORS_CHANGE,
    "POST /indicators/import": Right.INDICATORS_CHANGE,
    "POST /indicators/propose": Right.INDICATORS_CHANGE,
    "POST /indicators/noise": Right.INDICATORS_CHANGE,
    "POST /indicators/noise/remove": Right.INDICATORS_CHANGE,
    "GET /cooperation": Right.COOPERATION_READ,
    "POST /cooperation": Right.COOPERATION_PREPARE,
    "GET /cooperation/counts": Right.COOPERATION_READ,
    "GET /cooperation/log": Right.COOPERATION_READ,
    "GET /cooperation/log.csv": Right.COOPERATION_READ,
    "GET /cooperation/new": Right.COOPERATION_PREPARE,
    "GET /cooperation/{request_id}": Right.COOPERATION_READ,
    "GET /cooperation/{request_id}/copies": Right.COOPERATION_READ,
    "GET /cooperation/{request_id}/letters/{kind}": Right.COOPERATION_PREPARE,
    "GET /cooperation/{request_id}/package": Right.COOPERATION_RELEASE,
    "GET /cooperation/{request_id}/prepare": Right.COOPERATION_PREPARE,
    "POST /cooperation/{request_id}/prepare": Right.COOPERATION_PREPARE,
    "POST /cooperation/{request_id}/step": Right.COOPERATION_READ,  # each step asks for its own right inside
}
CALLS = {
    "GET /api/v1/openapi.json": ANYBODY,
    "POST /api/v1/screen": Right.CHECK_KEEP,
    "GET /api/v1/verdicts": Right.INBOX_READ,
    "POST /api/v1/links/check": Right.CHECK,
    "POST /api/v1/identity/match": Right.CHECK,
    "GET /api/v1/copies": Right.COPIES_READ,
    "POST /api/v1/copies": Right.COPIES_CHANGE,
    "DELETE /api/v1/copies": Right.COPIES_CHANGE,
    "DELETE /api/v1/copies/{copy_id}": Right.COPIES_CHANGE,
    "GET /api/v1/copies/export": Right.COPIES_EXPORT,
    "POST /api/v1/copies/import": Right.COPIES_CHANGE,
    "POST /api/v1/reports": Right.REPORTS_SEND,
    "GET /api/v1/reports/{number}": Right.REPORTS_READ,
    "GET /api/v1/indicators": Right.INDICATORS_READ,
    "GET /api/v1/indicators/export": Right.INDICATORS_EXPORT,
    "POST /api/v1/indicators/import": Right.INDICATORS_CHANGE,
}
FOR_STAFF_INSIDE = {"POST /report/checked": Right.REPORTS_SEND}
"""Open to guests, who go on to the public form; who is signed in needs the right."""
READ_BY_A_FORM = {"POST /evidence/view", "POST /cooperation/{request_id}/step"}
"""Forms that a right to read leads to; what they change is decided, and tested, behind it."""

OWN_AND_OTHERS = {
    # Route: what belongs to the one who asks, and what belongs to somebody else
    "GET /events/{event_id}": ("/events/own?source=check:{me}", "/events/other?source=check:somebody"),
    "GET /events": ("/events?id=own&source=check:{me}", "/events?id=other&source=check:somebody"),
    "GET /reports/{number}": ("/reports/{own}", "/reports/{other}"),
}


def routes(app):
    """Yield every route there is, with the right its gate asks for."""
    for method, path, route in _walk(app.routes):
        yield f"{method} {path}", _right(route.dependant) if hasattr(route, "dependant") else None


def _walk(found, prefix=""):
    for route in found:
        if hasattr(route, "original_router"):
            yield from _walk(route.original_router.routes, prefix)
        elif isinstance(route, Mount):
            yield from _walk(getattr(route.app, "routes", None) or [], prefix + route.path)
        else:
            yield from ((method, prefix + route.path, route) for method in route.methods - {"HEAD"})


def _right(dependant):
    for each in dependant.dependencies:
        found = getattr(each.call, "right", None) or _right(each)
        if found is not None:
            return found
    return None


@dataclass
class Person:
    """Somebody with one role, signed in; nobody where there is no role."""

    client: object
    token: str

    def ask(self, method, path):
        address = re.sub(r"{\w+}", "nothing", path)
        if method == "GET":
            return self.client.get(address, follow_redirects=False)
        csrf = digest(f"csrf:{'v' * 40}:{self.token}")
        return self.client.request(method, address, data={"csrf": csrf}, follow_redirects=False)


def person(world, role):
    client = world.visitor(f"198.51.100.{len(role or '') + 1}", raise_server_exceptions=False)
    client.cookies.set("honnin_visitor", "v" * 40)
    if role is None:
        return Person(client, "")
    world.services.users.create_user(role.value, PASSWORD_HASH, at=world.clock())
    world.services.users.set_roles(role.value, [role])
    now, token = world.clock(), f"token-{role.value}"
    session = Session(role.value, role.value, Method.TOTP, now, now + timedelta(hours=1), now)
    world.services.users.open_session(session, digest(token))
    client.cookies.set("honnin_session", token)
    return Person(client, token)


def last_line(world) -> AuditNote | None:
    lines = world.services.audit.search(AuditFilter()).lines
    return lines[0].note if lines else None


def test_every_route_has_its_line_and_its_gate_asks_for_that_right(world):
    found = dict(routes(world.app))

    assert found == PAGES | CALLS


@pytest.mark.parametrize("role", [None, *Role], ids=str)
def test_every_page_opens_to_who_has_the_right_and_to_nobody_else(make_world, role):
    world = make_world(second_factor="required", checks_per_minute=1_000_000)
    world.services.copies.page(1)
    who, wrong = person(world, role), []
    for route, right in PAGES.items():
        method, path = route.split(" ", 1)
        if route == "POST /logout":
            continue  # it would end the visit
        world.clock.forward(minutes=1) if right is ANYBODY else None
        answer = who.ask(method, path)
        inside = FOR_STAFF_INSIDE.get(route) if role else None
        if (told := _mistake(world, answer, role, inside or right)) is not None:
            wrong.append(f"{route}: {told}")
    assert wrong == [], "\n".join(wrong)


def _mistake(world, answer, role, right):
    """Say what is wrong with an answer, None where it is as the table of rights has it."""
    to_login = answer.status_code == 303 and answer.headers["location"].startswith("/login?next=")
    if answer.status_code >= 500 or answer.status_code == 401:
        return answer.status_code
    if right is ANYBODY:
        return "refused" if to_login or "別の役割が必要です" in answer.text else None
    if role is None:
        return None if to_login else f"{answer.status_code} for a stranger"
    if right in RIGHTS[role]:
        return f"{answer.status_code} though {role} may" if answer.status_code == 403 or to_login else None
    if answer.status_code != 403 or "あなたの役割では、この操作はできません" not in answer.text:
        return f"{answer.status_code} though {role} may not"
    note = last_line(world)
    expected = (role.value, right.value, "refused:role")
    return None if (note.actor, note.action, note.outcome) == expected else f"written down as {note}"


@pytest.mark.parametrize("role", [None, *Role], ids=str)
def test_what_belongs_to_somebody_else_opens_only_to_who_may_see_everything(world, role):
    me = role.value if role else "nobody"
    for name, by in (("own", me), ("other", "somebody")):
        event = Event(name, channel=Channel.CHAT, text="振込", sender=Account(name="試験太郎"))
        world.receive(event, source=f"check:{by}")
    numbers = {
        name: world.services.reports.receive(
            Report(number="", received_at=world.clock(), happened=Happened.CONTACTED, text=name, by=by), once=name * 20
        ).report.number
        for name, by in (("own", me), ("other", "somebody"))
    }
    who, wrong = person(world, role), []
    for route, addresses in OWN_AND_OTHERS.items():
        for address, owner in zip(addresses, (me, "somebody"), strict=True):
            answer = who.client.get(address.format(me=me, **numbers), follow_redirects=False)
            reach = RIGHTS[role].get(PAGES[route]) if role else None
            expected = 303 if role is None else 200 if reach is Reach.ALL or (reach and owner == me) else 403
            if answer.status_code != expected:
                wrong.append(f"{address}: {answer.status_code} instead of {expected}")
            elif expected == 403 and (reach is Reach.OWN) != ("ご自分で入れたものだけ" in answer.text):
                wrong.append(f"{address}: refused for another reason")
            elif expected == 403 and reach is Reach.OWN and last_line(world).outcome != "refused:others":
                wrong.append(f"{address}: written down as {last_line(world)}")
    assert wrong == []


def test_lists_hold_only_what_is_ones_own(world):
    for name, by in (("own", "staff"), ("other", "somebody")):
        world.receive(Event(name, channel=Channel.CHAT, text=f"振込 {name}"), source=f"check:{by}")
        told = Report(number="", received_at=world.clock(), happened=Happened.CONTACTED, text=f"words of {name}", by=by)
        world.services.reports.receive(told, once=name * 20)
    staff, auditor = person(world, Role.STAFF), person(world, Role.AUDITOR)

    for address, mine, theirs in (("/inbox", "振込 own", "振込 other"), ("/reports", "words of own", "words of other")):
        assert mine in staff.client.get(address).text
        assert theirs not in staff.client.get(address).text
        assert theirs in auditor.client.get(address).text
    assert ">1<" in staff.client.get("/inbox").text.replace("</span>", "<")  # and so do the counts


@pytest.mark.parametrize("scope", [None, *Scope], ids=str)
def test_every_call_is_for_keys_of_the_right_scope(world, scope):
    if scope is not None:
        world.services.users.add_key(ApiKey("hk_1", "x", world.clock(), scopes=frozenset({scope})), digest("hk_1.s"))
    client, wrong = world.visitor(raise_server_exceptions=False), []
    headers = {"authorization": "Bearer hk_1.s"} if scope else {}
    for route, right in CALLS.items():
        method, path = route.split(" ", 1)
        answer = client.request(method, re.sub(r"{\w+}", "nothing", path), headers=headers)
        status, allowed = answer.status_code, right is ANYBODY or (scope and right in SCOPES[scope])
        if status >= 500 or (allowed and status in {401, 403}):
            wrong.append(f"{route}: {status}")
        elif not allowed and status != (403 if scope else 401):
            wrong.append(f"{route}: {status} though it may not")
        elif not allowed and scope and "用途に含まれていません" not in answer.text:
            wrong.append(f"{route}: refused for another reason")
    assert wrong == []


def test_a_key_opens_what_it_brought_in_and_nothing_else(world):
    for name in ("own", "other"):
        key = ApiKey(f"hk_{name}", name, world.clock(), scopes=frozenset({Scope.REPORTS}))
        world.services.users.add_key(key, digest(f"hk_{name}.s"))
    told = Report(number="", received_at=world.clock(), happened=Happened.CONTACTED, text="words", by="api:own")
    number = world.services.reports.receive(told, once="x" * 40).report.number
    client = world.visitor()
    answers = {
        name: client.get(f"/api/v1/reports/{number}", headers={"authorization": f"Bearer hk_{name}.s"})
        for name in ("own", "other")
    }

    assert answers["own"].status_code == 200
    assert answers["other"].status_code in {403, 404}
    assert "words" not in answers["other"].text


def test_a_revoked_key_is_told_so(world):
    world.services.users.add_key(ApiKey("hk_1", "x", world.clock()), digest("hk_1.s"))
    world.services.users.revoke_key("hk_1", at=world.clock())
    answer = world.visitor().get("/api/v1/verdicts", headers={"authorization": "Bearer hk_1.s"})

    assert answer.status_code == 403
    assert "取り消されています" in answer.text


class TestTable:
    def test_an_auditor_reads_everything_and_changes_nothing(self):
        rights = RIGHTS[Role.AUDITOR]

        assert {right for right in Right if right.is_reading} | {Right.ACCOUNT} == set(rights)
        assert {right for right, reach in rights.items() if reach is not Reach.ALL} == {Right.ACCOUNT}
        reached = {route for route, right in PAGES.items() if right in rights and right is not Right.ACCOUNT}
        assert {route for route in reached if not route.startswith("GET ")} == READ_BY_A_FORM

    def test_an_auditor_takes_no_step_of_a_request(self, world):
        auditor = person(world, Role.AUDITOR)
        before = [line.note for line in world.services.audit.each(AuditFilter())]
        answer = auditor.ask("POST", "/cooperation/{request_id}/step")

        assert answer.status_code in {403, 404, 422}
        new = [line.note for line in world.services.audit.each(AuditFilter())][len(before) :]
        assert all(note.action.startswith("cooperation") for note in new)

    def test_nobody_both_prepares_and_releases_what_goes_out(self):
        for role in Role:
            assert not {Right.COOPERATION_PREPARE, Right.COOPERATION_APPROVE} <= set(RIGHTS[role])

    def test_whoever_works_the_desk_cannot_hand_out_rights(self):
        for role in Role:
            assert not {Right.USERS_CHANGE, Right.CASES_WORK} <= set(RIGHTS[role])

    def test_every_right_belongs_to_some_role_and_every_scope_to_some_right(self):
        assert set(Right) == {right for rights in RIGHTS.values() for right in rights}
        assert all(SCOPES[scope] for scope in Scope)

    @pytest.mark.parametrize(
        ("actor", "right", "owner", "why"),
        [
            (None, Right.INBOX_READ, None, Refusal.SIGN_IN),
            ({Role.STAFF}, Right.INBOX_READ, None, None),  # the list, narrowed to what is theirs
            ({Role.STAFF}, Right.INBOX_READ, "me", None),
            ({Role.STAFF}, Right.INBOX_READ, "you", Refusal.OTHERS),
            ({Role.STAFF}, Right.INBOX_READ, "", Refusal.OTHERS),  # what nobody brought in
            ({Role.STAFF, Role.ANALYST}, Right.INBOX_READ, "you", None),  # several roles: what any may
            ({Role.ANALYST}, Right.USERS_CHANGE, None, Refusal.ROLE),
            (set(), Right.ACCOUNT, None, Refusal.ROLE),  # nobody without a role does anything
        ],
    )
    def test_reasons(self, actor, right, owner, why):
        from honnin.app.access import Actor  # noqa: PLC0415

        who = None if actor is None else Actor("me", frozenset(actor))
        assert refusal(who, right, owner) is why
