"""Conditions turned, once, into closures.

Three-valued logic is kept as two plain questions, "does it hold?" and "does it fail?"; a condition that neither holds
nor fails cannot be told. Only when a rule fires is it asked for its proof: the words that made it true.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import assert_never

from honnin.model import Evidence, Facts
from honnin.rules.condition import (
    AllOf,
    AnyOf,
    AtLeast,
    Atom,
    Compare,
    Comparison,
    Condition,
    Named,
    Not,
    SameTurn,
)
from honnin.rules.vocabulary import COMMONNESS

Question = Callable[[Facts], bool]
Places = Mapping[int, tuple[Evidence, ...]]
"""For each turn in which a condition holds, the words there."""

_OPERATORS: Mapping[Comparison, Callable[[float, float], bool]] = {
    Comparison.LT: operator.lt,
    Comparison.LE: operator.le,
    Comparison.GT: operator.gt,
    Comparison.GE: operator.ge,
    Comparison.EQ: operator.eq,
}


@dataclass(frozen=True, slots=True)
class Proof:
    """The words that made a condition true, in the order of the condition; a fact without words adds none.

    Turns only have an order: words of the subject, the profile and earlier messages carry negative numbers.
    """

    evidence: tuple[Evidence, ...] = ()

    @property
    def turn(self) -> int:
        """The turn in which the condition became true: that of its last words."""
        return max((one.turn for one in self.evidence), default=0)


@dataclass(frozen=True, slots=True)
class Gate:
    """Facts of which at least one must hold for the condition to hold; ``cost`` is how often that is the case."""

    atoms: frozenset[str]
    cost: float


@dataclass(frozen=True, slots=True)
class Compiled:
    """``gate`` is None where the condition can hold without any fact of the vocabulary, as a comparison can."""

    holds: Question
    fails: Question
    prove: Callable[[Facts], Proof]
    places: Callable[[Facts], Places]
    mentions: frozenset[str]
    gate: Gate | None

    @property
    def cost(self) -> float:
        return self.gate.cost if self.gate is not None else 2.0


def compile_all(conditions: Mapping[str, Condition]) -> dict[str, Compiled]:
    """Compile named conditions, each once; they must know each other and have no cycles."""
    done: dict[str, Compiled] = {}

    def compiled(name: str) -> Compiled:
        if name not in done:
            done[name] = compile_condition(conditions[name], compiled)
        return done[name]

    for name in conditions:
        compiled(name)
    return done


def compile_condition(condition: Condition, named: Callable[[str], Compiled]) -> Compiled:
    """Compile one condition; ``named`` gives the compiled form of a condition used by name."""
    match condition:
        case Atom(name):
            return _atom(name)
        case Named(name):
            return named(name)
        case Compare(number, comparison, value):
            return _compare(number, _OPERATORS[comparison], value)
        case Not(of):
            return _negation(compile_condition(of, named))
        case AllOf(of):
            return _all([compile_condition(part, named) for part in of])
        case AnyOf(of):
            return _any([compile_condition(part, named) for part in of])
        case AtLeast(n, of):
            return _at_least(n, [compile_condition(part, named) for part in of])
        case SameTurn(of):
            return _same_turn([compile_condition(part, named) for part in of])
        case _:
            assert_never(condition)


def _atom(name: str) -> Compiled:
    family = name.partition(":")[0]

    def holds(facts: Facts) -> bool:
        return name in facts.atoms

    def fails(facts: Facts) -> bool:
        return name not in facts.atoms and name not in facts.unknown and family not in facts.unknown

    def prove(facts: Facts) -> Proof:
        worded = [evidence for evidence in facts.atoms[name] if evidence.quote]
        return Proof((min(worded, key=_position),)) if worded else Proof()

    def places(facts: Facts) -> Places:
        found: dict[int, tuple[Evidence, ...]] = {}
        for evidence in facts.atoms.get(name, ()):
            found.setdefault(evidence.turn, (evidence,))
        return found

    return Compiled(holds, fails, prove, places, frozenset({name}), Gate(frozenset({name}), COMMONNESS[family]))


def _position(evidence: Evidence) -> tuple[int, int]:
    return evidence.turn, evidence.start


def _compare(number: str, compare: Callable[[float, float], bool], value: float) -> Compiled:
    def holds(facts: Facts) -> bool:
        known = facts.numbers.get(number)
        return known is not None and compare(known, value)

    def fails(facts: Facts) -> bool:
        known = facts.numbers.get(number)
        return known is not None and not compare(known, value)

    return Compiled(holds, fails, _no_proof, _no_places, frozenset(), None)


def _negation(part: Compiled) -> Compiled:
    return Compiled(part.fails, part.holds, _no_proof, _no_places, part.mentions, None)


def _no_proof(_facts: Facts) -> Proof:
    return Proof()


def _no_places(_facts: Facts) -> Places:
    return {}


def _all(of: Sequence[Compiled]) -> Compiled:
    rarest_first = sorted(of, key=lambda part: part.cost)
    holding = tuple(part.holds for part in rarest_first)
    failing = tuple(part.fails for part in rarest_first)

    def holds(facts: Facts) -> bool:
        for question in holding:  # noqa: SIM110 - all(...) over a generator costs twice as much here
            if not question(facts):
                return False
        return True

    def fails(facts: Facts) -> bool:
        return any(question(facts) for question in failing)

    def prove(facts: Facts) -> Proof:
        return _join([part.prove(facts) for part in of])

    return Compiled(holds, fails, prove, partial(_shared_places, of), _mentions(of), _rarest_gate(of))


def _any(of: Sequence[Compiled]) -> Compiled:
    holding = tuple(part.holds for part in of)
    failing = tuple(part.fails for part in of)

    def holds(facts: Facts) -> bool:
        for question in holding:  # noqa: SIM110 - as above
            if question(facts):
                return True
        return False

    def fails(facts: Facts) -> bool:
        return all(question(facts) for question in failing)

    def prove(facts: Facts) -> Proof:
        proofs = [part.prove(facts) for part in of if part.holds(facts)]
        return min(proofs, key=_first_words)

    def places(facts: Facts) -> Places:
        found: dict[int, tuple[Evidence, ...]] = {}
        for part in of:
            for turn, evidence in part.places(facts).items():
                found.setdefault(turn, evidence)
        return found

    return Compiled(holds, fails, prove, places, _mentions(of), _one_of_gates(of))


def _at_least(n: int, of: Sequence[Compiled]) -> Compiled:
    def holds(facts: Facts) -> bool:
        return sum(part.holds(facts) for part in of) >= n

    def fails(facts: Facts) -> bool:
        return sum(not part.fails(facts) for part in of) < n

    def prove(facts: Facts) -> Proof:
        proofs = [part.prove(facts) for part in of if part.holds(facts)]
        return _join(sorted(proofs, key=_first_words)[:n])

    def places(facts: Facts) -> Places:
        each = [part.places(facts) for part in of]
        turns = {turn for found in each for turn in found}
        return {
            turn: sum(here[:n], ())
            for turn in turns
            if len(here := [found[turn] for found in each if turn in found]) >= n
        }

    # n of m can only hold where one of any m - n + 1 of them holds
    cheapest = sorted(of, key=lambda part: part.cost)[: len(of) - n + 1]
    return Compiled(holds, fails, prove, places, _mentions(of), _one_of_gates(cheapest))


def _same_turn(of: Sequence[Compiled]) -> Compiled:
    mentions = _mentions(of)
    families = frozenset(name.partition(":")[0] for name in mentions)
    together = _all(of)

    def holds(facts: Facts) -> bool:
        return together.holds(facts) and bool(_shared_places(of, facts))

    def fails(facts: Facts) -> bool:
        if together.fails(facts):
            return True
        unknown = facts.unknown
        all_told = unknown.isdisjoint(mentions) and unknown.isdisjoint(families)
        return all_told and not _shared_places(of, facts)

    def prove(facts: Facts) -> Proof:
        found = _shared_places(of, facts)
        return Proof(found[min(found)])

    return Compiled(holds, fails, prove, partial(_shared_places, of), mentions, _rarest_gate(of))


def _shared_places(of: Sequence[Compiled], facts: Facts) -> Places:
    each = [part.places(facts) for part in of]
    shared = set(each[0]).intersection(*each[1:])
    return {turn: sum((found[turn] for found in each), ()) for turn in shared}


def _first_words(proof: Proof) -> tuple[bool, int]:
    """Order proofs so that one with words comes first, the earliest of them."""
    return not proof.evidence, proof.turn


def _join(proofs: Sequence[Proof]) -> Proof:
    return Proof(tuple(dict.fromkeys(one for proof in proofs for one in proof.evidence)))


def _mentions(of: Sequence[Compiled]) -> frozenset[str]:
    return frozenset().union(*(part.mentions for part in of))


def _rarest_gate(of: Sequence[Compiled]) -> Gate | None:
    return min((part.gate for part in of if part.gate is not None), key=lambda gate: gate.cost, default=None)


def _one_of_gates(of: Sequence[Compiled]) -> Gate | None:
    gates = [part.gate for part in of if part.gate is not None]
    if len(gates) < len(of):
        return None
    return Gate(frozenset().union(*(gate.atoms for gate in gates)), sum(gate.cost for gate in gates))
