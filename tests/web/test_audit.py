"""The record as an auditor reads it, narrows it, checks it and takes it along."""

import csv
import io
import json
import re
from itertools import pairwise

import pytest

from honnin.app.access import Actor
from honnin.app.audit import AuditFilter, broken_at
from honnin.model import Account, Channel, Event

EVIL = ['=HYPERLINK("http://evil.example.test")', "+1+1", "-1", "@SUM(A1)", "\tx", "\r=1", " =1", "　=1"]


def test_who_saw_what_is_on_the_page(world, staff):
    world.receive(Event("m-1", channel=Channel.CHAT, text="振込", sender=Account(name="試験太郎")))
    staff.get("/events/m-1")
    page = staff.get("/settings/audit").text

    assert re.search(r"<code>inbox.read</code></td><td class=\"thing\"><bdi>event:m-1</bdi>", page)
    assert "<code>sign-in</code>" in page
    assert "192.0.2.7" in page


@pytest.mark.parametrize(
    ("narrowed", "number"),
    [
        ("actor=hana", 1),
        ("actor=nobody", 0),
        ("area=cases", 2),
        ("outcome=refused", 1),
        ("thing=case%3A7", 1),
        ("since=2026-11-24&until=2026-11-24&area=cases", 2),
        ("until=2026-11-23", 0),
        ("since=tomorrow&area=cases", 2),  # what is not understood does not narrow
        ("area=<script>&outcome=x&page=-1&area=cases", 2),
    ],
)
def test_it_is_narrowed(world, staff, narrowed, number):
    access = world.services.access
    access.note(Actor("hana"), "cases.read", "case:7")
    access.note(Actor("taro"), "cases.work", "case:8", outcome="refused:role")
    found = re.findall(r"<code>(cases\.\w+)</code>", staff.get(f"/settings/audit?{narrowed}").text)

    assert len(found) == number


def test_a_spreadsheet_takes_nothing_for_a_formula(world, staff):
    for word in EVIL:
        world.services.access.note(Actor(word), "cases.read", word, detail={word: word})
    table = staff.get("/settings/audit/export?form=csv&area=cases")
    rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))

    assert len(rows) == 1 + len(EVIL)
    assert table.headers["content-disposition"] == 'attachment; filename="honnin-audit.csv"'
    assert [cell for row in rows for cell in row if re.match(r"[\s　]*[=+@\t\r-]", cell)] == []


def test_lines_for_programs_carry_what_is_needed_to_check_the_chain(world, staff):
    for number in range(3):
        world.services.access.note(Actor("hana"), "cases.read", f"case:{number}")
    lines = [json.loads(line) for line in staff.get("/settings/audit/export?form=jsonl").text.splitlines()]

    assert [line["number"] for line in lines] == list(range(1, len(lines) + 1))
    assert all(before["hash"] == after["previous"] for before, after in pairwise(lines))
    assert lines[-1]["action"] == "audit.export"  # taking it along is in it too


def test_the_chain_is_checked_by_one_press(world, staff):
    assert "すべての行がつながっています" in staff.get("/settings/audit/check").text
    database = world.services.users._database
    with database.transaction() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_no_update")
        connection.exec_driver_sql("UPDATE audit SET thing = 'else' WHERE seq = 2")

    assert "2行目で鎖が切れています" in staff.get("/settings/audit/check").text
    assert broken_at(world.services.audit.each(AuditFilter())) == 2


def test_words_of_strangers_stay_words(world, staff):
    world.services.access.note(Actor("<b>x</b>\u202e"), "cases.read", "<script>alert(1)</script>", detail={"k": "<i>"})
    page = staff.get("/settings/audit").text

    assert "<script>alert(1)</script>" not in page
    assert "<b>x</b>" not in page
    assert "⟨U+202E⟩" in page


def test_looking_at_it_is_written_down_and_asking_for_what_one_may_not_is_too(world, staff):
    staff.get("/settings/audit?actor=hana")
    things = [line.note.thing for line in world.services.audit.each(AuditFilter(action="audit.read"))]

    assert things == ["GET /settings/audit?actor=hana"]
