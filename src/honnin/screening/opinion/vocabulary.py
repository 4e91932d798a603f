"""The closed vocabulary of a second opinion: the tactics it may name, and what we say to people about each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from honnin.model import Text


@dataclass(frozen=True, slots=True)
class Tactic:
    """``tell`` explains it to the other reader, ``reason`` to people. ``is_weak`` says too little to be an alert alone."""

    id: str
    tell: str
    reason: Text
    advise: frozenset[str]
    is_weak: bool


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the other reader is told, and the tactics by their names."""

    instructions: str
    tactics: Mapping[str, Tactic]


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary that comes with the product."""
    kept = yaml.safe_load((files("honnin.screening") / "data" / "opinion.yaml").read_text("utf-8"))
    return Vocabulary(
        kept["instructions"].strip(),
        {
            row["id"]: Tactic(
                row["id"],
                row["tell"],
                Text(row["ja"], row["en"]),
                frozenset(row.get("advise", ())),
                bool(row.get("weak", False)),
            )
            for row in kept["tactics"]
        },
    )
