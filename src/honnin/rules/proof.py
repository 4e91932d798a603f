"""A rule's own examples, run against it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from honnin.model import Channel, Event, Kind, Relationship
from honnin.rules.pack import Pack
from honnin.rules.rule import Example

EXAMPLE_TIME = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)
"""When every example is sent: a Monday, ten in the morning in Tokyo."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that did not do what it stands for. ``should_fire`` tells which list it is from."""

    rule: str
    example: Example
    should_fire: bool
    fired: frozenset[str]

    def __str__(self) -> str:
        wanted, seen = ("fires_on", "silent") if self.should_fire else ("silent_on", "fired")
        words = self.example.text or self.example.subject or " / ".join(turn.text for turn in self.example.turns)
        others = ", ".join(sorted(self.fired)) or "-"
        return f"{self.example.file}:{self.example.line}: {self.rule} {wanted}: {seen}: {words[:80]} [{others}]"


def test_pack(pack: Pack, run: Callable[[Example], frozenset[str]]) -> list[Failure]:
    """Run every example of every evaluated rule through ``run``, which returns the ids of the rules that fired."""
    failures = []
    for rule in pack.rules:
        if not rule.state.is_evaluated:
            continue
        for example, should_fire in [(one, True) for one in rule.fires_on] + [(one, False) for one in rule.silent_on]:
            fired = run(example)
            if (rule.id in fired) is not should_fire:
                failures.append(Failure(rule.id, example, should_fire, fired))
    return failures


test_pack.__test__ = False  # type: ignore[attr-defined]  # not a test of ours; the name says what it does for a pack


def event_of(example: Example, event_id: str = "example", at: datetime = EXAMPLE_TIME) -> Event:
    """The event an example stands for, sent at a fixed time so that the same example always reads the same."""
    known = (example.contact_days, example.messages, example.verified)
    relationship = None
    if any(part is not None for part in known):
        first_seen = None if example.contact_days is None else at - timedelta(days=example.contact_days)
        relationship = Relationship(first_seen, example.messages, example.verified)
    return Event(
        id=event_id,
        kind=example.kind or (Kind.CONVERSATION if example.turns else Kind.MESSAGE),
        channel=example.channel or Channel.CHAT,
        lang=example.lang,
        sent_at=at,
        subject=example.subject,
        text=example.text,
        turns=example.turns,
        sender=example.sender,
        relationship=relationship,
        directory=example.directory,
    )
