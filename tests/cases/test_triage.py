from datetime import UTC, datetime, timedelta

import pytest

from honnin.cases.checklist import all_steps, checklist
from honnin.cases.entry import EntryKind, Harm, Part, harms_of_report
from honnin.cases.report import Happened, Report, Sent
from honnin.cases.triage import Lane, priority
from honnin.model import Level

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def part(*harms, who="a", age=0, level=Level.OK, kind=EntryKind.REPORT, aside=False):
    return Part(f"{who}{age}", kind, NOW - timedelta(hours=age), who, "", level, harms, aside)


FIRST_TO_LAST = [
    ("money that moves, though it is new", [part(Harm.MONEY_MOVING)]),
    ("a password given, an hour ago", [part(Harm.CREDENTIALS, age=1)]),
    ("an ordinary report that has waited for two days", [part(age=46.5)]),
    ("money asked for, told by two people", [part(Harm.MONEY_ASKED, age=2), part(who="b")]),
    ("data handed over", [part(Harm.DATA)]),
    ("a danger of the guard", [part(level=Level.DANGER, kind=EntryKind.ALERT)]),
    ("caution", [part(level=Level.CAUTION, kind=EntryKind.ALERT)]),
    ("an ordinary report", [part()]),
]


def test_the_queue_is_worked_in_this_order():
    found = [priority(parts, opened_at=NOW) for _, parts in FIRST_TO_LAST]

    places = [(each.lane, each.look_by) for each in found]
    assert places == sorted(places), [name for name, _ in FIRST_TO_LAST]
    assert found[0].lane is Lane.NOW
    assert [text.en for text in found[0].why] == ["Money is moving now."]


def test_what_was_set_aside_makes_nothing_urgent():
    assert priority([part(Harm.MONEY_MOVING, aside=True), part(who="b")], opened_at=NOW).lane is Lane.IN_TURN


def test_a_crowd_can_be_made_so_it_hastens_only_so_far():
    few = priority([part(who=str(n)) for n in range(8)], opened_at=NOW)
    many = priority([part(who=str(n)) for n in range(500)], opened_at=NOW)
    assert few.look_by == many.look_by


@pytest.mark.parametrize(
    ("sent", "when", "harms"),
    [
        ((Sent.MONEY,), None, (Harm.MONEY_MOVING, Harm.MONEY_ASKED)),
        ((Sent.MONEY,), NOW - timedelta(days=1), (Harm.MONEY_MOVING, Harm.MONEY_ASKED)),
        ((Sent.MONEY,), NOW - timedelta(days=30), (Harm.MONEY_ASKED,)),  # gone for long
        ((Sent.GIFT_CARD,), None, (Harm.MONEY_MOVING, Harm.MONEY_ASKED)),
        ((Sent.PASSWORD, Sent.COMPANY_DATA), None, (Harm.CREDENTIALS, Harm.DATA)),
        ((), None, ()),
    ],
)
def test_what_is_at_stake_by_what_was_sent(sent, when, harms):
    report = Report(number="R", received_at=NOW, happened=Happened.OTHER, sent=sent, when=when)
    assert harms_of_report(report) == harms


def test_the_checklist_begins_with_what_is_at_stake_and_has_both_languages():
    steps = checklist([Harm.MONEY_MOVING, Harm.MONEY_ASKED])
    assert steps[0].id == "bank_first"
    assert {step.id for step in steps} == {
        step.id for step in all_steps() if step.harm in {None, Harm.MONEY_MOVING, Harm.MONEY_ASKED}
    }
    assert all(step.text.ja and step.text.en for step in all_steps())
    assert len({step.id for step in all_steps()}) == len(all_steps())
