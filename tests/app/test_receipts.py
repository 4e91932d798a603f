import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honnin.app.receipts import Receipts, hash_of, typed_number

NOW = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)


@pytest.fixture
def receipts():
    return Receipts(b"k" * 32)


def test_a_form_that_is_sent_twice_has_one_number_and_one_secret(receipts):
    ticket = receipts.read(receipts.ticket("drawn", at=NOW))
    number = receipts.number(ticket.once)

    assert ticket.issued_at == NOW
    assert re.fullmatch(r"R(-[0-9A-HJKMNP-TV-Z]{4}){2}", number)
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}", receipts.secret(ticket.once, number))
    assert number == receipts.number(ticket.once)
    assert number not in {
        receipts.number(ticket.once, 1),
        receipts.number("other"),
        Receipts(b"x" * 32).number("drawn"),
    }


@given(st.text(max_size=60))
def test_a_made_up_ticket_is_none(made_up):
    receipts = Receipts(b"k" * 32)
    assert receipts.read(made_up) is None
    assert receipts.read(receipts.ticket("drawn", at=NOW) + made_up) is None or not made_up


@pytest.mark.parametrize("typed", ["R-7K2M-9Q01", "r7k2m9qo1", "７Ｋ２Ｍ－９Ｑ０Ｉ", " R 7K2M 9Q0l "])
def test_a_number_is_read_as_people_type_it(typed):
    assert typed_number(typed) == "R-7K2M-9Q01"


@pytest.mark.parametrize("typed", ["AB0D-EF11-2345-6789", " abod efil 2345 6789", "ＡＢＯＤＥＦ１Ｌ２３４５６７８９"])
def test_a_secret_is_read_as_people_type_it(typed):
    assert hash_of(typed) == hash_of("AB0DEF1123456789")


@given(st.text())
def test_anything_typed_can_be_asked_for(typed):
    assert len(typed_number(typed)) <= 20
    assert len(hash_of(typed)) == 64
