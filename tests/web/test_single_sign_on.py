"""Single sign-on from page to page, against the OpenID provider mock running as a program of its own."""

import re
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from honnin.app.access import Role
from honnin.app.audit import AuditFilter
from honnin.app.single_sign_on import Newcomers, RolesByClaim
from honnin.connectors.oidc import OpenIdProvider
from honnin.web import create_app

ROLES = RolesByClaim("groups", {"desk": Role.ANALYST, "it": Role.ADMIN, "audit": Role.AUDITOR})


@pytest.fixture(scope="module")
def issuer():
    """The provider on a port of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--host", "127.0.0.1"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"{address}/.well-known/openid-configuration", timeout=5).close()
                break
            except OSError:
                time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def world(make_world, issuer):
    world = make_world(second_factor="required")
    users, doors = world.services.users, world.services.doors
    transaction = doors.staff._transaction
    newcomers = Newcomers(
        users,
        doors.credentials,
        world.services.access,
        mapping=ROLES,
        transaction=transaction,
        now=world.clock,
    )
    provider = OpenIdProvider(issuer, "honnin", "secret", name="見本商事のアカウント")
    services = replace(world.services, doors=replace(doors, provider=provider, newcomers=newcomers))
    world.services, world.app = services, create_app(services)
    world.clock.now = datetime.now(UTC)  # the provider has a real clock
    return world


def at_provider(issuer, location, subject, claims):
    """Sign in at the provider as that person; returns where it sends the browser back to."""
    with httpx2.Client(trust_env=False) as browser:
        browser.put(f"{issuer}/users/{subject}", json=claims).raise_for_status()
        answer = browser.post(location, data={"sub": subject})
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]


def go_and_come_back(world, visitor, issuer, subject="s-hana", **claims):
    away = visitor.get("/login/sso?next=/settings/sessions", follow_redirects=False)
    back = at_provider(issuer, away.headers["location"], subject, {"preferred_username": "hana"} | claims)
    parts = urlsplit(back)
    return visitor.get(f"{parts.path}?{parts.query}", follow_redirects=False), f"{parts.path}?{parts.query}"


def test_somebody_comes_in_with_the_roles_of_their_groups(world, issuer):
    visitor = world.visitor()
    assert "見本商事のアカウント でサインイン" in visitor.get("/login").text
    answer, _ = go_and_come_back(world, visitor, issuer, groups=["desk", "choir"])

    assert answer.headers["location"] == "/settings/sessions"
    assert "シングルサインオン" in visitor.get("/settings/sessions").text
    assert visitor.get("/inbox", follow_redirects=False).status_code == 200  # the provider saw to the second factor
    user = world.services.users.user("hana")
    assert (user.roles, user.has_password) == ({Role.ANALYST}, False)


def test_the_roles_follow_the_groups_each_time(world, issuer):
    go_and_come_back(world, world.visitor(), issuer, "s-roles", preferred_username="roles", groups=["desk"])
    visitor = world.visitor()
    go_and_come_back(world, visitor, issuer, "s-roles", preferred_username="renamed", groups=["it"])

    assert world.services.users.user("roles").roles == {Role.ADMIN}
    assert world.services.users.user("renamed") is None
    answer, _ = go_and_come_back(world, world.visitor(), issuer, "s-roles", groups=["choir"])
    assert "このサイトでの役割がまだありません" in answer.text


def test_nobody_takes_over_an_account_by_its_name(world, issuer):
    visitor = world.visitor()
    go_and_come_back(world, visitor, issuer, "s-admin", preferred_username="admin", groups=["desk"])

    assert world.services.users.user("admin").roles == {Role.ADMIN, Role.ANALYST}
    assert world.services.users.user("admin@127.0.0.1").roles == {Role.ANALYST}


def test_who_is_deactivated_here_stays_out(world, issuer):
    go_and_come_back(world, world.visitor(), issuer, "s-off", preferred_username="off", groups=["desk"])
    world.services.users.set_active("off", since=world.clock())
    visitor = world.visitor()
    go_and_come_back(world, visitor, issuer, "s-off", preferred_username="off", groups=["desk"])

    assert visitor.get("/inbox", follow_redirects=False).status_code == 303


def test_an_answer_counts_once_and_only_in_the_browser_that_asked(world, issuer):
    """A link with somebody else's state signs nobody in: not the one who is lured, and not a second time."""
    asked, lured = world.visitor(), world.visitor()
    away = asked.get("/login/sso", follow_redirects=False).headers["location"]
    parts = urlsplit(at_provider(issuer, away, "s-once", {"preferred_username": "once", "groups": ["desk"]}))
    back = f"{parts.path}?{parts.query}"
    lured.get("/login")

    assert "本人を確かめられませんでした" in lured.get(back).text
    assert asked.get(back, follow_redirects=False).status_code == 303
    assert "本人を確かめられませんでした" in asked.get(back).text
    assert "本人を確かめられませんでした" in asked.get("/login/sso/callback?state=made-up&code=x").text


def test_a_wrong_code_is_refused_and_written_down(world, issuer):
    visitor = world.visitor()
    away = visitor.get("/login/sso", follow_redirects=False).headers["location"]
    state = parse_qs(urlsplit(away).query)["state"][0]
    answer = visitor.get(f"/login/sso/callback?state={state}&code=wrong")

    assert "本人を確かめられませんでした" in answer.text
    last = world.services.audit.search(AuditFilter()).lines[0].note
    assert (last.action, last.outcome) == ("sign-in.single-sign-on", "refused:wrong")


def test_it_takes_time_only_so_long(world, issuer):
    visitor = world.visitor()
    away = visitor.get("/login/sso", follow_redirects=False).headers["location"]
    parts = urlsplit(at_provider(issuer, away, "s-late", {"preferred_username": "late", "groups": ["desk"]}))
    world.clock.forward(minutes=11)

    assert "本人を確かめられませんでした" in visitor.get(f"{parts.path}?{parts.query}").text


def test_an_auditor_is_nothing_else(world, issuer):
    go_and_come_back(world, world.visitor(), issuer, "s-audit", preferred_username="a", groups=["audit"])
    go_and_come_back(world, world.visitor(), issuer, "s-both", preferred_username="b", groups=["audit", "it"])

    assert world.services.users.user("a").roles == {Role.AUDITOR}
    assert world.services.users.user("b").roles == {Role.ADMIN}


def test_a_site_without_a_provider_has_no_such_page(make_world):
    visitor = make_world().visitor()

    assert visitor.get("/login/sso").status_code == 404
    assert not re.search("/login/sso", visitor.get("/login").text)
