"""How often one caller may ask."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from ipaddress import IPv6Address, ip_address

MOST_CALLERS = 50_000


class RateLimit:
    """Lets each caller ask ``most`` times in so many seconds, refilled evenly; forgets who has not asked for long."""

    def __init__(self, most: int, now: Callable[[], datetime], seconds: int = 60) -> None:
        self._most = most
        self._seconds = seconds
        self._now = now
        self._left: OrderedDict[str, tuple[float, datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, caller: str, cost: int = 1) -> bool:
        """Count one request of the caller, a heavy one as several; False where it is one too many."""
        cost = min(cost, self._most)
        now = self._now()
        with self._lock:
            left, at = self._left.pop(caller, (float(self._most), now))
            refilled = left + max(0.0, (now - at).total_seconds()) * self._most / self._seconds
            left = min(float(self._most), refilled)
            allowed = left >= cost
            self._left[caller] = (left - cost if allowed else left, now)
            while len(self._left) > MOST_CALLERS:
                self._left.popitem(last=False)
            return allowed


def caller_of(host: str | None) -> str:
    """Return the address to count by; a home has one IPv4 address but a whole /64 of IPv6.

    >>> caller_of("2001:db8:1:2:3::4"), caller_of("192.0.2.7"), caller_of(None)
    ('2001:db8:1:2::/64', '192.0.2.7', '')
    """
    if not host:
        return ""
    try:
        address = ip_address(host)
    except ValueError:
        return host[:100]
    if isinstance(address, IPv6Address):
        return f"{IPv6Address(int(address) >> 64 << 64)}/64"
    return str(address)
