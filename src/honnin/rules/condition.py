"""What a rule may ask of the facts: a small closed grammar, without loops and without code.

A condition is true, false, or cannot be told. "Cannot be told" comes from facts that are unknown and never counts as
true: ``not: relation:established`` does not hold where the relationship is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never


class Comparison(StrEnum):
    LT = "lt"
    LE = "le"
    GT = "gt"
    GE = "ge"
    EQ = "eq"


@dataclass(frozen=True, slots=True)
class Atom:
    """A fact of the vocabulary."""

    name: str


@dataclass(frozen=True, slots=True)
class Named:
    """A condition defined once under ``conditions`` and used by name."""

    name: str


@dataclass(frozen=True, slots=True)
class AllOf:
    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    n: int
    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    of: Condition


@dataclass(frozen=True, slots=True)
class Compare:
    number: str
    comparison: Comparison
    value: float


@dataclass(frozen=True, slots=True)
class SameTurn:
    """All of them, in one and the same turn of the conversation."""

    of: tuple[Condition, ...]


Condition = Atom | Named | AllOf | AnyOf | AtLeast | Not | Compare | SameTurn


def parts(condition: Condition) -> Iterator[Condition]:
    """The condition and everything written inside it, without following names.

    >>> [type(part).__name__ for part in parts(Not(AllOf((Atom("act:probe"), Named("money")))))]
    ['Not', 'AllOf', 'Atom', 'Named']
    """
    yield condition
    match condition:
        case Atom() | Named() | Compare():
            return
        case Not(of):
            yield from parts(of)
        case AllOf(of) | AnyOf(of) | AtLeast(_, of) | SameTurn(of):
            for part in of:
                yield from parts(part)
        case _:
            assert_never(condition)


def names(condition: Condition) -> tuple[str, ...]:
    """The named conditions it uses, each once, in the order written."""
    return tuple(dict.fromkeys(part.name for part in parts(condition) if isinstance(part, Named)))


def find_cycle(conditions: Mapping[str, Condition]) -> tuple[str, ...]:
    """The names of one circle of conditions that use each other, or nothing.

    >>> find_cycle({"a": Named("b"), "b": Not(Named("a"))})
    ('a', 'b', 'a')
    """
    done: set[str] = set()
    for start in conditions:
        path: list[str] = []
        todo: list[tuple[str, bool]] = [(start, True)]
        while todo:
            name, entering = todo.pop()
            if not entering:
                done.add(path.pop())
            elif name in path:
                return (*path[path.index(name) :], name)
            elif name in conditions and name not in done:
                path.append(name)
                todo.append((name, False))
                todo.extend((used, True) for used in names(conditions[name]))
    return ()


def sizes(conditions: Mapping[str, Condition]) -> dict[str, int]:
    """How many questions each named condition asks once every name is followed; needs conditions without cycles."""
    known: dict[str, int] = {}
    waiting = list(conditions)
    while waiting:
        name = waiting[-1]
        missing = [used for used in names(conditions[name]) if used in conditions and used not in known]
        if missing:
            waiting.extend(missing)
            continue
        known[name] = size(conditions[name], known)
        waiting.pop()
    return known


def size(condition: Condition, known: Mapping[str, int]) -> int:
    """How many questions a condition asks, given the sizes of the names it uses."""
    return sum(1 + known.get(part.name, 0) if isinstance(part, Named) else 1 for part in parts(condition))
