"""Times as clocks in Japan show them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone, tzinfo

JST = timezone(timedelta(hours=9), "JST")


def in_zone(moment: datetime, zone: tzinfo) -> datetime:
    """Return the time as clocks there show it; at the very ends of the calendar, where there is none, the nearest."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        nearest = datetime.min if moment.year == 1 else datetime.max  # noqa: DTZ901 - its zone comes next
        return nearest.replace(tzinfo=zone)
