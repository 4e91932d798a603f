"""Rules on trial: their own examples, and what they would have said about past events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from honnin.app.contract import MAX_LINE_BYTES, event_from_json, read_json
from honnin.app.lines import read_lines
from honnin.copies import Memory
from honnin.errors import BadInputError
from honnin.model import Event
from honnin.rules import Example, Failure, Pack, State, evaluate, event_of, test_pack
from honnin.screening import Engine
from honnin.screening.copies import memory_of

MOST_SHOWN = 3


@dataclass(slots=True)
class RuleCount:
    """How often a rule fired, and on which events first."""

    rule: str
    state: State
    events: int = 0
    first: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Backtest:
    """What the rules would have said. ``alerts`` are the verdicts of the whole, not of the rules alone."""

    events: int = 0
    alerts: int = 0
    unreadable: int = 0
    levels: Counter[str] = field(default_factory=Counter)
    rules: dict[str, RuleCount] = field(default_factory=dict)


def run_examples(engine: Engine, pack: Pack) -> list[Failure]:
    """Run the examples of every evaluated rule of a pack through the whole reading."""

    def fired(example: Example) -> frozenset[str]:
        return fired_on(engine, event_of(example), memory_of([example.copy_of]))

    return test_pack(pack, fired)


def fired_on(engine: Engine, event: Event, memory: Memory | None = None) -> frozenset[str]:
    """The ids of all rules that fire on an event, those on trial included."""
    said = evaluate(engine.pack, engine.screening(event, memory=memory).facts)
    return frozenset(hit.rule.id for hit in (*said.hits, *said.shadow_hits))


def backtest(engine: Engine, read: Callable[[int], bytes], report: Backtest) -> None:
    """Add what the rules say about a JSONL stream of events to the report."""
    for rule in engine.pack.rules:
        if rule.state.is_evaluated:
            report.rules.setdefault(rule.id, RuleCount(rule.id, rule.state))
    for line in read_lines(read, MAX_LINE_BYTES):
        if line.data is not None and not line.data.strip():
            continue
        try:
            event = event_from_json(read_json(line.data or b"", line=line.number), line=line.number)
        except BadInputError:
            report.unreadable += 1
            continue
        _count(engine, event, report)


def _count(engine: Engine, event: Event, report: Backtest) -> None:
    screened = engine.screening(event)
    report.events += 1
    report.alerts += screened.verdict.level.is_alert
    report.levels[screened.verdict.level.value] += 1
    said = evaluate(engine.pack, screened.facts)
    for hit in (*said.hits, *said.shadow_hits):
        count = report.rules[hit.rule.id]
        count.events += 1
        if len(count.first) < MOST_SHOWN:
            count.first.append(event.id)
