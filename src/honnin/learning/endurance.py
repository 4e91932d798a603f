"""Measures how much of what is caught stays caught in disguise, and whether disguised ordinary messages start to alarm.

Every row is judged by weights fitted without its source, in disguise as well as without.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from honnin.learning.corpus import Row
from honnin.learning.evaluate import Judged, interval, judge_sample
from honnin.learning.evasion import OPERATORS, Lang, Operator
from honnin.learning.fit import Fitted, GramTable, Progress, Sample, fit_all, judged_folds, prepare
from honnin.screening import Engine

MOST_LOST = 0.05
"""The share of found fraud that a disguise may cost, in each language."""

FOLDS = 5
"""Fewer than where the plain rows are judged, since every row is judged dozens of times here."""

ORDINARY_EVERY = 12
"""One in so many harmless rows is tried in disguise too."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A row in disguise and as it was; only rows in which the operator found something to change are tried."""

    operator: str
    plain: Judged
    disguised: Judged


@dataclass(frozen=True, slots=True)
class Tally:
    """How one operator did on one kind of row: how many were found before, and how many of all are in disguise."""

    rows: int
    before: int
    after: int
    lost: int
    """Rows that were found before and no longer are."""

    @property
    def loss(self) -> float:
        return self.lost / self.before if self.before else 0.0


def endure(
    rows: Sequence[Row],
    engine: Engine,
    progress: Progress,
    operators: Sequence[Operator] = OPERATORS,
    *,
    every: int = 1,
) -> list[Tried]:
    """Try every operator on fraud that is found as it stands and on a sample of harmless rows.

    With ``every``, only one in so many of both is tried.
    """
    samples = prepare(rows, engine, progress)
    judged = [sample for sample in samples if not sample.row.is_training]
    fraud = [sample for sample in judged if sample.row.is_fraud]
    harmless = [sample for sample in judged if not sample.row.is_fraud]
    chosen = {id(sample) for sample in (*fraud[::every], *harmless[:: ORDINARY_EVERY * every])}
    table = GramTable(samples)
    tried: list[Tried] = []
    for number, (others, held_out) in enumerate(judged_folds(samples, FOLDS), start=1):
        fitted = fit_all(others, table)
        for sample in held_out:
            if id(sample) in chosen:
                tried += _try(sample, fitted, engine, operators)
        progress(f"fold {number}/{FOLDS}")
    return tried


def _try(sample: Sample, fitted: Fitted, engine: Engine, operators: Sequence[Operator]) -> Iterator[Tried]:
    plain = judge_sample(sample, fitted)
    if sample.row.is_fraud and not plain.found:
        return
    lang: Lang = "ja" if sample.row.lang == "ja" else "en"
    for operator in operators:
        event = operator.apply(sample.row.event, lang) if lang in operator.langs else sample.row.event
        if event is not sample.row.event:
            (disguised,) = prepare([replace(sample.row, event=event)], engine, lambda _: None)
            yield Tried(operator.name, plain, judge_sample(disguised, fitted))


def tallies(tried: Sequence[Tried], *, fraud: bool) -> dict[tuple[str, str], Tally]:
    """Return the tally of each operator and language."""
    groups: dict[tuple[str, str], list[Tried]] = defaultdict(list)
    for one in tried:
        if one.plain.row.is_fraud is fraud:
            groups[one.operator, one.plain.row.lang].append(one)
    return {
        key: Tally(
            rows=len(members),
            before=sum(one.plain.found for one in members),
            after=sum(one.disguised.found for one in members),
            lost=sum(one.plain.found and not one.disguised.found for one in members),
        )
        for key, members in groups.items()
    }


def report(tried: Sequence[Tried], operators: Sequence[Operator] = OPERATORS) -> str:
    """Return the table: of each operator and language, the recall lost and the false alerts before and after."""
    fraud, harmless = tallies(tried, fraud=True), tallies(tried, fraud=False)
    lines = [
        "Disguises tried on fraud that is found as it stands, and on harmless rows; judged by weights fitted without the source.",
        f"{'':<36}{'':<4}{'found':>7}{'lost':>6}{'loss':>8}  {'95 % interval':<16}{'':<9}{'harmless':>8}{'alerts before, after':>23}",
    ]
    none = Tally(0, 0, 0, 0)
    for operator in operators:
        for lang in operator.langs:
            caught, calm = fraud.get((operator.name, lang), none), harmless.get((operator.name, lang), none)
            low, high = interval(caught.lost, caught.before)
            met = "" if caught.loss <= MOST_LOST else "NOT MET"
            lines.append(
                f"{operator.name:<36}{lang:<4}{caught.before:>7}{caught.lost:>6}{caught.loss:>8.1%}  {low:>5.1%} – {high:<8.1%}"
                f"{met:<9}{calm.rows:>8}{calm.before:>12}{calm.after:>8}"
            )
    return "\n".join([*lines, f"asked for: at most {MOST_LOST:.0%} lost by any disguise in each language"])
