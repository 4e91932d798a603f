"""What the pages say of confirmed fraud: whether an event is a copy of one, and who else received it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from honnin.app.ports import RememberedCopy, StoredVerdict
from honnin.web.site import Site, event_url
from honnin.web.words import words

MOST_ALIKE = 20
LOOKED_THROUGH = 500
TACTICS = tuple(key.removeprefix("tactic.") for key in words() if key.startswith("tactic."))
"""All tactics that have a name, in the order in which they are offered."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the page of an event says of confirmed fraud.

    ``copy`` is what the event is a near copy of, ``is_this`` where it was remembered from this very event; ``url`` leads to the
    event it was remembered from. ``tactic`` is the one to offer.
    """

    can_be_remembered: bool
    copy: RememberedCopy | None
    is_this: bool
    url: str
    tactic: str


def known(site: Site, stored: StoredVerdict) -> Known:
    """Gather what the page of an event says of confirmed fraud."""
    keeper = site.services.copies
    copy = keeper.met(stored.event)
    is_this = copy is not None and (copy.event_id, copy.source) == (stored.event.id, stored.source)
    return Known(
        can_be_remembered=copy is not None or keeper.can_remember(stored.event),
        copy=copy,
        is_this=is_this,
        url=event_of(site, copy) if copy and not is_this else "",
        tactic=keeper.likely_tactic(stored.verdict),
    )


@dataclass(frozen=True, slots=True)
class Alike:
    """Another event with almost the same words."""

    url: str
    level: str
    who: str
    received_at: datetime


def alike(site: Site, stored: StoredVerdict, copy: RememberedCopy) -> list[Alike]:
    """List who else received almost the same words lately."""
    found = site.services.copies.alike(copy, most=LOOKED_THROUGH)
    others = [one for one in found if (one.event.id, one.source) != (stored.event.id, stored.source)]
    return [_alike(one) for one in others[:MOST_ALIKE]]


def _alike(one: StoredVerdict) -> Alike:
    recipient, sender = one.event.recipient, one.event.sender
    who = " → ".join(name[:60] for name in (sender.name if sender else "", recipient.name if recipient else "") if name)
    return Alike(event_url(one.event.id, one.source), one.verdict.level.value, who, one.received_at)


def event_of(site: Site, copy: RememberedCopy) -> str:
    """Return the address of the event it was remembered from, "" where it came from elsewhere or is gone."""
    if copy.origin or site.services.verdicts.get(copy.event_id, copy.source) is None:
        return ""
    return event_url(copy.event_id, copy.source)
