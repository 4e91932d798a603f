"""The case desk: how well a flood of reports is grouped, and how fast the queue opens with 100,000 cases in PostgreSQL.

Usage: desk_bench.py [grouping|queue|all]    (the queue needs PostgreSQL: its own one, or HONNIN_TEST_POSTGRES)
"""

from __future__ import annotations

import json
import os
import re
import secrets
import statistics
import sys
import time
import uuid
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from sqlalchemy import make_url
from starlette.testclient import TestClient

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
import waves

from conftest import postgres_url
from honnin.app.access import Role
from honnin.app.intake import entry_of_report
from honnin.app.passwords import hash_password
from honnin.bootstrap import site
from honnin.cases.case import Case, Happening, Joined, apply
from honnin.cases.entry import Entry, Harm
from honnin.cases.grouping import Grouper, Profile, pairwise_f1, profile_keys
from honnin.cases.report import Report
from honnin.cases.triage import priority
from honnin.settings import Settings
from honnin.store import Database, SqlUserStore
from honnin.store.codec import to_json
from honnin.web.application import create_app

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
REPORTS, WAVES, SEEDS = 10_000, 50, (1, 2, 3, 4, 5, 6)
CASES, OPENED = 100_000, 200
PASSWORD = "a long enough password"


def grouping(reports: int = REPORTS, in_waves: int = WAVES, seeds=SEEDS) -> None:
    for seed in seeds:
        told = waves.reports(reports, in_waves, seed)
        began = time.perf_counter()
        entries = [entry(one, number) for number, one in enumerate(told)]
        read = time.perf_counter() - began
        grouper, found, truth = Grouper(), {}, {}
        for each, one in zip(entries, told, strict=True):
            found[each.id], truth[each.id] = grouper.add(each), one.wave
        found = {name: grouper.case_of(case) for name, case in found.items()}
        took = time.perf_counter() - began - read
        precision, recall, f1 = pairwise_f1(truth, found)
        print(
            f"grouping, seed {seed}: {reports:,} reports of {in_waves} waves -> {len(set(found.values()))} cases; "
            f"pairwise precision {precision:.4f}, recall {recall:.4f}, F1 {f1:.4f}; "
            f"{1000 * read / reports:.2f} ms to read and {1000 * took / reports:.2f} ms to place a report"
        )


def entry(told: waves.Told, number: int) -> Entry:
    """Make an entry the way the desk does."""
    report = Report(
        number=f"R-{number}",
        received_at=NOW + timedelta(seconds=number),
        text=told.text,
        claimed_name=told.name,
        platform="chatwork",
        account_id=told.account,
        paid_to=told.bank,
    )
    return entry_of_report(report)


@contextmanager
def postgres():
    server = postgres_url._get_wrapped_function()()  # noqa: SLF001 - the tests know how to start one
    try:
        url = make_url(next(server))
        name = f"honnin_{uuid.uuid4().hex}"
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
            yield url.set(database=name).render_as_string(hide_password=False)
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        next(server, None)


def queue(cases: int = CASES) -> None:

    with postgres() as url:
        database = Database(url)
        database.migrate()
        fill(url, cases)
        secret = secrets.token_hex(32)
        given = replace(Settings(), database_url=url, second_factor="optional", secret_key=secret)
        SqlUserStore(database).create_user("hana", hash_password(PASSWORD), at=NOW, roles=[Role.ANALYST])
        visitor = TestClient(create_app(site(given, database).services))
        token = re.search('name="csrf" value="([^"]+)"', visitor.get("/login").text)[1]
        signed = visitor.post("/login", data={"csrf": token, "name": "hana", "password": PASSWORD})
        assert signed.status_code == 200, signed.status_code
        print(
            f"queue with {cases:,} cases ({cases - cases // 10:,} open) in PostgreSQL, through the whole application:"
        )
        for name, address in (
            ("first page", "/queue"),
            ("unclaimed", "/queue?show=free"),
            ("danger", "/queue?level=danger"),
            ("with a word", "/queue?text=90042"),
            ("closed", "/queue?show=closed"),
        ):
            measure(name, lambda _, address=address: visitor.get(address))
        follow = ["/queue"]

        def page_after(_):
            answer = visitor.get(follow[0])
            older = re.search(r'rel="next" href="([^"]+)"', answer.text)
            follow[0] = older[1].replace("&amp;", "&") if older else "/queue"
            return answer

        measure("page after page", page_after)
        first = re.findall(r'href="/cases/([^"]+)"', visitor.get("/queue").text)
        measure("a case", lambda n: visitor.get(f"/cases/{first[n % len(first)]}"))
        token = re.search('name="csrf" value="([^"]+)"', visitor.get("/queue").text)[1]
        measure("take the next", lambda _: visitor.post("/queue/next", data={"csrf": token}))
        database.close()


def measure(name: str, ask) -> None:
    times = []
    for number in range(OPENED):
        began = time.perf_counter()
        answer = ask(number)
        times.append(1000 * (time.perf_counter() - began))
        assert answer.status_code == 200, answer.status_code
    times.sort()
    print(
        f"  {name:16} median {statistics.median(times):6.1f} ms, p95 {times[int(0.95 * len(times))]:6.1f} ms, "
        f"slowest {times[-1]:6.1f} ms"
    )


def fill(url: str, cases: int) -> None:
    """Put cases into the tables as the store would have."""
    began = time.perf_counter()
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    told = [entry(one, number) for number, one in enumerate(waves.reports(2_000, WAVES, 4))]
    with psycopg.connect(plain) as connection:
        for table, rows in _rows(cases, told):
            columns = ", ".join(f'"{name}"' for name in rows[0])
            with connection.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(list(row.values()))
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")  # as the server does by itself a minute later
    print(f"filled in {time.perf_counter() - began:.0f} s")


def _rows(cases: int, told: list[Entry]):
    batch: dict[str, list] = {}
    for number in range(cases):
        for table, rows in _one(number, told[number % len(told)]).items():
            batch.setdefault(table, []).extend(rows)
        if len(batch["cases"]) >= 5_000:
            yield from batch.items()
            batch = {}
    if batch:
        yield from batch.items()


def _one(number: int, told: Entry) -> dict[str, list]:
    at = NOW - timedelta(minutes=number % 40_000)
    harms = ((Harm.MONEY_MOVING,), (Harm.MONEY_ASKED,))[number % 4 // 2] if number % 50 == 1 else ()
    own = {"id": f"report:B-{number}", "account": f"chatwork:{number}", "keys": (f"account:chatwork:{number}",)}
    made = replace(told, at=at, who=f"report:B-{number}", harms=harms, **own)
    case_id = f"case{number:07}"
    step = Happening(Joined(made.part), "honnin", at)
    case = apply(Case(id=case_id, opened_at=at), step)
    place, profile = priority(case.parts, opened_at=at), Profile(case_id).with_entry(made)
    is_open = number % 10 != 0
    row = {
        "id": case_id,
        "version": 1,
        "state": "waiting" if is_open else "closed",
        "is_open": int(is_open),
        "lane": int(place.lane),
        "look_by": place.look_by,
        "opened_at": at,
        "name": made.name,
        "account": made.account,
        "channel": "chatwork",
        "words": made.words[:200],
        "search_text": f"{case_id} {made.account} {made.name} {made.words[:200]}",
        "level": (0, 2, 3)[number % 3],
        "harms": " ".join(harm.value for harm in harms),
        "reports": 1,
        "alerts": int(number % 3 > 0),
        "appeals": 0,
        "claimed_by": "taro" if number % 200 == 1 else "",
        "claimed_at": at if number % 200 == 1 else None,
        "claimed_until": datetime.now(UTC) + timedelta(hours=2) if number % 200 == 1 else None,
        "outcome": "" if is_open else "fraud",
        "tactic": "",
        "role": "",
        "decided_at": None if is_open else at,
        "snapshot": to_json(case),
        "profile": json.dumps({"keys": sorted(profile.keys), "samples": [sorted(each) for each in profile.samples]}),
    }
    history = {
        "case_id": case_id,
        "version": 1,
        "kind": "Joined",
        "by": "honnin",
        "at": at,
        "why": "",
        "step": to_json(step.step),
    }
    kept = {
        "id": made.id,
        "case_id": case_id,
        "at": at,
        "who": made.who,
        "account": made.account,
        "entry": to_json(made),
    }
    keys = [{"key": key, "case_id": case_id} for key in sorted(profile_keys(profile))]
    return {"cases": [row], "case_history": [history], "case_entries": [kept], "case_keys": keys}


if __name__ == "__main__":
    wanted = sys.argv[1] if len(sys.argv) > 1 else "all"
    os.environ.setdefault("TZ", "UTC")
    if wanted in {"grouping", "all"}:
        grouping()
    if wanted in {"queue", "all"}:
        queue()
