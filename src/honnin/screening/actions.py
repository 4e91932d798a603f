"""What to do next, chosen by what was found, most important first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml

from honnin.model import Action, Level, LinkCheck, Text


@dataclass(frozen=True, slots=True)
class Advice:
    """One action and when it is given: from which level on, and for which facts (any of them; none named = always).

    ``unless`` names facts for which another advice says it better. A text may name ``{official}``, the address to use
    instead of a false one; it is then given only where such an address is known.
    """

    action: Action
    levels: frozenset[Level]
    any_of: frozenset[str]
    all_of: frozenset[str]
    unless: frozenset[str]

    @property
    def names_official(self) -> bool:
        return "{official}" in self.action.text.ja


class Advisor:
    """The list of actions, in the order in which they are given."""

    def __init__(self, advices: Sequence[Advice]) -> None:
        self.advices = tuple(advices)

    @classmethod
    def load(cls) -> Advisor:
        """The shipped actions."""
        rows = yaml.safe_load((files("honnin.screening") / "data" / "actions.yaml").read_text("utf-8"))
        return cls([_advice(row) for row in rows])

    def advise(self, level: Level, atoms: AbstractSet[str], links: Sequence[LinkCheck]) -> tuple[Action, ...]:
        """The actions for a verdict of this level with these facts."""
        official = next((link.official for link in links if link.official), "")
        chosen = []
        for advice in self.advices:
            if level not in advice.levels or (advice.any_of and advice.any_of.isdisjoint(atoms)):
                continue
            if not advice.all_of <= atoms or not advice.unless.isdisjoint(atoms):
                continue
            if advice.names_official:
                if official:
                    chosen.append(_with_official(advice.action, official))
                continue
            chosen.append(advice.action)
        return tuple(chosen)


def _advice(row: Mapping[str, Any]) -> Advice:
    when = row.get("when", {})
    return Advice(
        Action(row["id"], Text(row["ja"], row["en"])),
        frozenset(Level(level) for level in row["levels"]),
        frozenset(when.get("any", ())),
        frozenset(when.get("all", ())),
        frozenset(when.get("unless", ())),
    )


def _with_official(action: Action, official: str) -> Action:
    text = Text(action.text.ja.replace("{official}", official), action.text.en.replace("{official}", official))
    return Action(action.id, text)
