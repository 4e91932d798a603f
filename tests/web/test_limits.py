from datetime import UTC, datetime, timedelta

import pytest

from honnin.app.passwords import hash_password, verify
from honnin.web.limits import MOST_CALLERS, RateLimit, caller_of


class Clock:
    now = datetime(2026, 11, 24, tzinfo=UTC)

    def __call__(self):
        return self.now


def test_each_caller_has_an_own_allowance_that_fills_up_again():
    clock = Clock()
    limit = RateLimit(2, clock)

    assert [limit.allows("a") for _ in range(3)] == [True, True, False]
    assert limit.allows("b")
    clock.now += timedelta(seconds=30)
    assert [limit.allows("a") for _ in range(2)] == [True, False]
    clock.now += timedelta(days=1)
    assert [limit.allows("a") for _ in range(3)] == [True, True, False]


def test_a_heavy_request_counts_as_several_but_never_more_than_there_is():
    limit = RateLimit(3, Clock())

    assert limit.allows("a", 2)
    assert not limit.allows("a", 2)
    assert limit.allows("a")
    assert limit.allows("b", 1_000)


def test_a_clock_that_goes_back_gives_nothing():
    clock = Clock()
    limit = RateLimit(1, clock)
    limit.allows("a")
    clock.now -= timedelta(days=1)

    assert not limit.allows("a")


def test_the_memory_is_bounded():
    limit = RateLimit(1, Clock())
    for number in range(MOST_CALLERS + 10):
        limit.allows(str(number))

    assert len(limit._left) == MOST_CALLERS


@pytest.mark.parametrize(
    ("host", "caller"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
        (None, ""),
    ],
)
def test_callers_are_counted_by_address(host, caller):
    assert caller_of(host) == caller


def test_passwords_are_told_apart():
    kept = hash_password("a long enough password")

    assert kept.startswith("$argon2id$")
    assert verify(kept, "a long enough password")
    assert not verify(kept, "another password")
    assert not verify(None, "a long enough password")
    assert not verify("broken", "a long enough password")
    assert not verify(kept, "\ud800" * 10_000)
