"""What should be thought of in every case of its kind, in the order in which it is done."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from honnin.cases.entry import Harm
from honnin.model import Text

ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class CheckStep:
    """One step; ``harm`` is what it is for, None where it belongs to every case."""

    id: str
    text: Text
    harm: Harm | None


@cache
def all_steps() -> tuple[CheckStep, ...]:
    """Return the shipped steps."""
    rows = yaml.safe_load((files("honnin.cases") / "data" / "checklist.yaml").read_text("utf-8"))
    return tuple(
        CheckStep(row["id"], Text(row["ja"], row["en"]), None if row["when"] == ALWAYS else Harm(row["when"]))
        for row in rows
    )


def checklist(harms: Collection[Harm]) -> tuple[CheckStep, ...]:
    """Return the steps of a case, those for what is at stake first.

    >>> [step.id for step in checklist([Harm.MONEY_MOVING])][:2]
    ['bank_first', 'receiving_bank']
    """
    own = sorted(
        (step for step in all_steps() if step.harm in harms), key=lambda step: list(Harm).index(step.harm or Harm.DATA)
    )
    return (*own, *(step for step in all_steps() if step.harm is None))
