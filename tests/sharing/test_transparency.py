from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from honnin.sharing.transparency import SMALLEST_SHOWN, Counted, report, suppressed

COUNTS = st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), st.integers(1, 12), max_size=4)


@settings(max_examples=120, deadline=None)
@given(COUNTS)
def test_no_number_that_is_left_out_can_be_worked_out(counts):
    table = suppressed(counts)
    hidden = [name for name, number in table.cells.items() if number is None]

    assert all(number >= SMALLEST_SHOWN for number in table.cells.values() if number is not None)
    assert all(number == counts[name] for name, number in table.cells.items() if number is not None)
    if hidden and table.total is not None:
        rest = table.total - sum(number for number in table.cells.values() if number is not None)
        fits = [each for each in product(range(1, rest + 1), repeat=len(hidden)) if sum(each) == rest]
        for place in range(len(hidden)):
            assert len({each[place] for each in fits}) > 1


def test_a_small_year_tells_nothing():
    rows = [Counted(2026, "bank", "consent", "refused")] * 3
    (year,) = report(rows)
    assert (year.by_requester.total, year.by_requester.cells) == (None, {"bank": None})


def test_where_one_table_cannot_tell_its_total_no_other_does():
    rows = [Counted(2026, f"r{n}", "inquiry", "disclosed") for n in range(6)]
    (year,) = report(rows)
    assert year.by_outcome.cells == {"disclosed": None}
    assert year.by_outcome.total is None


def test_years_stand_apart():
    rows = [Counted(2026, "investigator", "inquiry", "disclosed")] * 9 + [Counted(2025, "bank", "consent", "held")] * 7
    assert [(year.year, year.by_outcome.total) for year in report(rows)] == [(2026, 9), (2025, 7)]
