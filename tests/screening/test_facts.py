from datetime import UTC, datetime, timedelta, timezone

import pytest

from honnin.model import Evidence, Finding, Reading, Relationship
from honnin.rules.vocabulary import ATOMS
from honnin.screening.facts import MOST_EVIDENCE, FactBook, relation_atoms

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
JST = timezone(timedelta(hours=9))


@pytest.mark.parametrize(
    ("days", "messages", "expected"),
    [
        (None, None, {"relation:unknown"}),  # nothing known is never fine
        (0, 0, {"relation:first_message", "relation:new"}),
        (7, 300, {"relation:new"}),  # a week of much talk is still a week
        (8, 300, set()),  # neither new nor old
        (400, 5, {"relation:new"}),  # accepted long ago, hardly ever heard of
        (400, 6, set()),
        (30, 20, {"relation:established"}),
        (29.9, 20, set()),
        (30, 19, set()),
        (None, 0, {"relation:first_message", "relation:new"}),
        (None, 59, set()),  # some messages, but since when?
        (None, 60, {"relation:established"}),  # so many are a long talk, whenever it began
        (500, None, set()),  # long ago, but how many?
        (3, None, {"relation:new"}),
    ],
)
def test_what_a_relationship_says(days, messages, expected):
    assert set(relation_atoms(days, messages)) == expected
    assert expected <= ATOMS


@pytest.mark.parametrize(
    ("relationship", "at", "days", "unknown"),
    [
        (None, AT, None, True),
        (Relationship(), AT, None, True),
        (Relationship(first_seen=AT - timedelta(days=2)), AT, 2.0, False),
        (Relationship(first_seen=AT - timedelta(days=2)), None, None, True),  # no one says when the event was
        (Relationship(first_seen=AT + timedelta(days=2)), AT, 0.0, False),  # clocks differ
        (Relationship(first_seen=(AT - timedelta(days=1)).replace(tzinfo=None)), AT, 1.0, False),
        (Relationship(messages=3), None, None, False),
    ],
)
def test_a_relationship_is_taken_as_far_as_it_is_known(relationship, at, days, unknown):
    book = FactBook()
    book.add_relationship(relationship, at)
    facts = book.facts()
    assert facts.numbers.get("relation_days") == days
    assert ("relation" in facts.unknown) is unknown
    assert ("relation:unknown" in facts.atoms) is unknown


def test_evidence_of_one_fact_is_bounded():
    book = FactBook()
    book.add_reading(Reading(acts=tuple(Finding("ask_transfer", "q", n, n + 1) for n in range(1000))), "text")
    assert len(book.facts().atoms["act:ask_transfer"]) == MOST_EVIDENCE


def test_the_book_says_when_it_grew():
    book = FactBook()
    assert not book.grew()
    book.add("act:probe", Evidence("a"))
    assert book.grew()
    book.add("act:probe", Evidence("b"))
    assert not book.grew()


@pytest.mark.parametrize(
    ("acts", "entities", "length", "is_probe"),
    [
        (["probe"], [], 12, True),
        (["probe", "ask_transfer"], [], 12, False),  # it asks for something
        (["probe"], ["amount"], 12, False),  # it names something
        (["probe"], [], 500, False),  # it says something
        ([], [], 12, False),
    ],
)
def test_a_message_without_content_only_asks_whether_you_are_there(acts, entities, length, is_probe):
    def found(kinds):
        return tuple(Finding(kind, "q", 0, 1) for kind in kinds)

    book = FactBook()
    book.add_reading(Reading(acts=found(acts), entities=found(entities)), "あ" * length)
    assert ("script:contentless_probe" in book.facts().atoms) is is_probe


@pytest.mark.parametrize(
    ("atoms", "trusted"),
    [
        (["relation:established"], True),
        (["relation:verified"], True),
        (["identity:verified", "relation:new"], True),  # their registered account, writing to you for the first time
        (["relation:established", "identity:not_their_account"], False),  # long known, under another's name
        (["relation:verified", "sender:reply_to_differs"], False),
        (["relation:established", "sender:lookalike_domain"], False),
        (["relation:unknown"], False),
        ([], False),
    ],
)
def test_which_account_counts_as_known(atoms, trusted):
    book = FactBook()
    for atom in atoms:
        book.add(atom)
    book.add_trust()
    assert ("trust:known_account" in book.facts().atoms) is trusted


@pytest.mark.parametrize(
    ("at", "odd"),
    [
        (datetime(2026, 11, 24, 23, 10, tzinfo=JST), True),
        (datetime(2026, 11, 24, 5, 59, tzinfo=JST), True),
        (datetime(2026, 11, 24, 6, 0, tzinfo=JST), False),
        (datetime(2026, 11, 28, 11, 0, tzinfo=JST), True),  # a Saturday
        (datetime(2026, 11, 24, 23, 10, tzinfo=UTC), False),  # where the writer sat is not told
        (datetime(2026, 11, 24, 23, 10), False),  # noqa: DTZ001 - whose clock it is nobody says
        (None, False),
    ],
)
def test_hours_at_which_hardly_anybody_works(at, odd):
    book = FactBook()
    book.add_hour(at)
    assert ("time:odd_hours" in book.facts().atoms) is odd
