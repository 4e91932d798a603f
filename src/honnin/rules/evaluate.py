"""Ask every rule of a pack that could possibly fire, and turn those that do into signals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from honnin.model import Evidence, Facts, Severity, Signal
from honnin.rules.compile import Compiled
from honnin.rules.pack import Pack
from honnin.rules.rule import Rule, State


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that fired, with all the words that made it fire, for those who run the product."""

    rule: Rule
    signal: Signal
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the rules say: ``hits`` to the reader, ``shadow_hits`` to nobody yet. Both in the order of the pack."""

    hits: tuple[Hit, ...] = ()
    shadow_hits: tuple[Hit, ...] = ()

    @property
    def signals(self) -> tuple[Signal, ...]:
        return tuple(hit.signal for hit in self.hits)

    @property
    def shadow_signals(self) -> tuple[Signal, ...]:
        return tuple(hit.signal for hit in self.shadow_hits)


def evaluate(pack: Pack, facts: Facts, *, today: date | None = None) -> Evaluation:
    """Return the signals of all rules that hold for the facts.

    ``today`` ends rules whose ``expires`` day has passed; without it none ends by date.
    """
    hits: list[Hit] = []
    shadow_hits: list[Hit] = []
    for rule, compiled in _holding(pack, facts, today):
        (hits if rule.state is State.LIVE else shadow_hits).append(_hit(rule, compiled, facts))
    return Evaluation(tuple(hits), tuple(shadow_hits))


def severities(pack: Pack, facts: Facts, *, today: date | None = None) -> list[Severity]:
    """Return how grave the live rules are that hold for the facts, without looking for the words that prove them."""
    return [rule.severity for rule, _ in _holding(pack, facts, today) if rule.state is State.LIVE]


def _holding(pack: Pack, facts: Facts, today: date | None) -> Iterator[tuple[Rule, Compiled]]:
    program = pack.program
    touched = set(program.always)
    for atom in facts.atoms:
        found = program.by_atom.get(atom)
        if found is not None:
            touched.update(found)
    for index in sorted(touched):
        rule, compiled = program.entries[index]
        if compiled.holds(facts) and not rule.is_over(today):
            yield rule, compiled


def _hit(rule: Rule, compiled: Compiled, facts: Facts) -> Hit:
    """The signal stands at the turn in which the rule became true, on the first words there."""
    proof = compiled.prove(facts)
    here = next((one for one in proof.evidence if one.turn == proof.turn), Evidence())
    signal = Signal(rule.id, rule.severity, here.quote, rule.reason, here.turn, here.start, here.end)
    return Hit(rule, signal, proof.evidence)
