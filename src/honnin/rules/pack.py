"""A pack: rules and the conditions they share, ready to be evaluated."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from honnin.rules.compile import Compiled, compile_all, compile_condition
from honnin.rules.condition import Condition
from honnin.rules.rule import LocalChange, Rule


@dataclass(frozen=True, slots=True)
class Program:
    """The evaluated rules of a pack with an index by the facts without which they cannot fire."""

    entries: tuple[tuple[Rule, Compiled], ...]
    by_atom: Mapping[str, tuple[int, ...]]
    always: tuple[int, ...]


@dataclass(frozen=True)
class Pack:
    """``version`` changes with every change of the files; ``inherited`` are conditions of the pack it stands beside."""

    id: str
    version: str
    conditions: Mapping[str, Condition]
    rules: tuple[Rule, ...]
    local: Mapping[str, LocalChange] = field(default_factory=dict)
    inherited: Mapping[str, Condition] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """How a verdict names the pack it was made with."""
        return f"{self.id}@{self.version}"

    @cached_property
    def program(self) -> Program:
        """The compiled rules; made at the first use and kept."""
        named = compile_all({**self.inherited, **self.conditions})
        entries = tuple(
            (rule, compile_condition(rule.when, named.__getitem__)) for rule in self.rules if rule.state.is_evaluated
        )
        by_atom: dict[str, list[int]] = {}
        always: list[int] = []
        for index, (_, compiled) in enumerate(entries):
            if compiled.gate is None:
                always.append(index)
                continue
            for atom in compiled.gate.atoms:
                by_atom.setdefault(atom, []).append(index)
        return Program(entries, {atom: tuple(found) for atom, found in by_atom.items()}, tuple(always))


def merge(shipped: Pack, site: Pack) -> Pack:
    """The shipped rules, changed and added to as the site says; neither pack's files are touched."""
    rules = tuple(_changed(rule, site.local[rule.id]) if rule.id in site.local else rule for rule in shipped.rules)
    return Pack(
        id=f"{shipped.id}+{site.id}",
        version=hashlib.sha256(f"{shipped.version} {site.version}".encode()).hexdigest()[:12],
        conditions={**shipped.conditions, **site.conditions},
        rules=rules + site.rules,
    )


def _changed(rule: Rule, change: LocalChange) -> Rule:
    return replace(rule, state=change.state or rule.state, severity=change.severity or rule.severity)
