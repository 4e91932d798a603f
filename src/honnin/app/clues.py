"""What a case would share: its accounts and facts, and the numbers and addresses in what the other side wrote."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from honnin.app.indicators import Candidate
from honnin.app.ports import StoredVerdict
from honnin.cases.case import Case, FactKind, Outcome
from honnin.language.entities import find_entities
from honnin.links.address import refang
from honnin.model import Entity, Event
from honnin.screening.copies import event_fingerprint
from honnin.sharing.values import Kind, UnusableValueError, canonical
from honnin.text.normalise import normalise

CONFIRMED, OPEN = 70, 50
"""How sure we are of what a case names, once it is decided and before."""
MOST = 200
LONGEST_TEXT = 50_000
_LINK = re.compile(r"h(?:tt|xx)ps?://[^\s<>\"'「」『』（）、。]{4,2000}", re.IGNORECASE)
_TYPES = {"普通": "1", "当座": "2", "貯蓄": "4"}
_GUESSES = (Kind.URL, Kind.MAIL, Kind.BANK_ACCOUNT, Kind.PHONE, Kind.DOMAIN, Kind.ACCOUNT)

Clue = tuple[Kind, str]


def clues(case: Case, told: Iterable[StoredVerdict]) -> list[Candidate]:
    """Return what a case names, each once; a false alarm names nothing."""
    if case.outcome is Outcome.FALSE_ALARM:
        return []
    confidence = CONFIRMED if case.outcome is Outcome.FRAUD else OPEN
    tactics = (case.tactic,) if case.tactic else ()
    found: dict[Clue, datetime] = {}
    for (kind, value), at in _named(case, told):
        found[kind, value] = max(at, found.get((kind, value), at))
    return [Candidate(kind, value, at, confidence, tactics) for (kind, value), at in found.items()][:MOST]


def _named(case: Case, told: Iterable[StoredVerdict]) -> Iterator[tuple[Clue, datetime]]:
    for account in case.accounts:
        yield (Kind.ACCOUNT, account), case.opened_at
    for fact in case.facts:
        if fact.kind in {FactKind.INDICATOR, FactKind.PAYMENT}:
            for clue in written(fact.value):
                yield clue, fact.at or case.opened_at
    for stored in told:
        for text in _their_words(stored.event):
            for clue in in_text(text):
                yield clue, stored.received_at
        if made := event_fingerprint(stored.event):
            yield (Kind.FINGERPRINT, f"{made.groups}:{made.written()}"), stored.received_at


def _their_words(event: Event) -> Iterator[str]:
    """Yield only what the other side wrote: what a victim answered may hold the victim's own numbers."""
    if event.turns:
        yield from (turn.text for turn in event.turns if turn.who == "sender")
    else:
        yield event.text


def written(value: str) -> list[Clue]:
    """Read what somebody typed as one clue, of whatever kind it is, or find clues in it.

    >>> written("login.example.test")
    [(<Kind.DOMAIN: 'domain'>, 'login.example.test')]
    """
    whole = refang(value.strip()) if _LINK.fullmatch(value.strip()) else value
    for kind in _GUESSES:
        try:
            return [(kind, canonical(kind, whole))]
        except UnusableValueError:
            continue
    return list(in_text(value))


def in_text(text: str) -> Iterator[Clue]:
    """Yield the links, mail addresses, phones and bank accounts that a text names.

    >>> list(in_text("03-0000-1234 か info@login.example.test へ"))
    [(<Kind.PHONE: 'phone'>, '+81300001234'), (<Kind.MAIL: 'mail'>, 'info@login.example.test')]
    """
    folded = normalise(text[:LONGEST_TEXT]).text
    for match in _LINK.finditer(folded):
        yield from _fits(Kind.URL, refang(match.group()))
    bank = branch = ""
    for kind, start, _, value in sorted(find_entities(folded), key=lambda found: found[1]):
        match kind:
            case Entity.PHONE:
                yield from _fits(Kind.PHONE, value)
            case Entity.EMAIL:
                yield from _fits(Kind.MAIL, value)
            case Entity.BANK if value:
                bank, branch = value, ""
            case Entity.BRANCH if value:
                branch = value
            case Entity.ACCOUNT_NUMBER if bank and branch and len(value) <= 7:
                before = folded[max(0, start - 8) : start]
                type_ = next((code for name, code in _TYPES.items() if name in before), "0")
                yield from _fits(Kind.BANK_ACCOUNT, f"{bank}-{branch}-{type_}-{value}")


def _fits(kind: Kind, value: str) -> Iterator[Clue]:
    try:
        yield kind, canonical(kind, value)
    except UnusableValueError:
        return
