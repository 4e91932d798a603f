"""The very first steps for somebody who has already handed something over, from ``data/first_steps.yaml``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from honnin.cases.report import Sent
from honnin.model import Text


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One thing to do, with the numbers to call for it."""

    text: Text
    call: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FirstHelp:
    """What to do first after one kind of thing was handed over."""

    sent: Sent
    title: Text
    steps: tuple[FirstStep, ...]


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """All of it: for everybody, and by what was handed over, the most urgent first."""

    everybody: tuple[Text, ...]
    by_sent: Mapping[Sent, FirstHelp]
    nearby: tuple[tuple[str, Text], ...]

    def after(self, sent: Sequence[Sent]) -> tuple[FirstHelp, ...]:
        """Return the help for what was handed over, the most urgent first."""
        return tuple(self.by_sent[each] for each in Sent if each in sent)


@cache
def first_steps() -> FirstSteps:
    """Return the first steps as they are shipped."""
    read = yaml.safe_load((files("honnin.app") / "data" / "first_steps.yaml").read_text("utf-8"))
    return FirstSteps(
        everybody=tuple(_text(row) for row in read["everybody"]),
        by_sent={sent: _help(sent, read[sent.value]) for sent in Sent},
        nearby=tuple((row["number"], _text(row)) for row in read["nearby"]),
    )


def _help(sent: Sent, row: Mapping[str, Any]) -> FirstHelp:
    steps = tuple(FirstStep(_text(each), tuple(each.get("call", ()))) for each in row["steps"])
    return FirstHelp(sent, _text(row["title"]), steps)


def _text(row: Mapping[str, Any]) -> Text:
    return Text(row["ja"], row["en"])
