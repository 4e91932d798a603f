"""Measures alerts on labelled corpora, every row by weights fitted on other sources only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from honnin.learning.corpus import Row
from honnin.learning.fit import (
    FOLDS,
    Fitted,
    GramTable,
    Progress,
    Sample,
    fit_all,
    judged_folds,
    prepare,
    with_resemblance,
)
from honnin.model import Level
from honnin.screening.decide import decide
from honnin.screening.engine import Engine

BARS = {
    ("fraud", "ja"): (0.97, 1.0),
    ("fraud", "en"): (0.93, 1.0),
    ("ordinary", ""): (0.0, 0.003),
    ("ordinary_mail", ""): (0.0, 0.01),
    ("hard_negative", ""): (0.0, 0.03),
}
"""Share found asked for: at least, at most. An empty language stands for both."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A row with what was said about it."""

    row: Row
    score: float
    level: Level
    is_bare_opener: bool = False

    @property
    def alert(self) -> bool:
        return self.level.is_alert

    @property
    def found(self) -> bool:
        """Whether it was an alert; a bare opener from nobody known, which is no more than a question, needs a notice only."""
        return self.alert or (self.row.is_fraud and self.is_bare_opener and self.level is Level.NOTICE)


def judge(rows: Sequence[Row], engine: Engine, progress: Progress) -> list[Judged]:
    """Judge every row with weights and thresholds fitted without its source."""
    samples = prepare(rows, engine, progress)
    judged: list[Judged] = []
    table = GramTable(samples)
    for number, (others, held_out) in enumerate(judged_folds(samples, FOLDS), start=1):
        fitted = fit_all(others, table)
        judged += [judge_sample(sample, fitted) for sample in held_out]
        progress(f"fold {number}/{FOLDS}")
    return judged


def judge_sample(sample: Sample, fitted: Fitted) -> Judged:
    """Judge one row by these weights and thresholds."""
    resemblance = fitted.resemblance.of_grams(sample.grams, ja=sample.is_ja)
    score = fitted.score.probability(with_resemblance(sample.facts, resemblance))
    bare = "script:contentless_probe" in sample.facts.atoms and "sender:missing" in sample.facts.atoms
    level = decide(sample.signals, score, fitted.policy, sample.facts)
    return Judged(sample.row, score, level, bare)


def interval(hits: int, total: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a share.

    >>> [round(bound, 3) for bound in interval(0, 100)]
    [0.0, 0.037]
    """
    if not total:
        return 0.0, 1.0
    z = 1.96
    share = hits / total
    middle = share + z * z / (2 * total)
    spread = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def report(judged: Sequence[Judged], *, every_source: bool = False) -> str:
    """Return the tables as text: by group and language, category, channel and source, with intervals."""
    parts = [
        "Alerts (caution or danger; a bare opener counts from notice on); every row judged by weights fitted without its source.",
        _table("by group and language", judged, lambda row: (row.group, row.lang)),
        _table("by group", judged, lambda row: (row.group, "")),
        _table("fraud by category", _fraud(judged), lambda row: (row.category, row.lang)),
        _table("by channel", judged, lambda row: (row.group, row.channel)),
        _table(
            "by source" if every_source else "by source (ten rows or more)",
            judged,
            lambda row: (row.group, row.source),
            least=1 if every_source else 10,
        ),
        _calibration(judged),
        _levels(judged),
        _bars(judged),
    ]
    return "\n\n".join(parts)


def _fraud(judged: Iterable[Judged]) -> list[Judged]:
    return [one for one in judged if one.row.is_fraud]


def _grouped(judged: Iterable[Judged], key: Callable[[Row], tuple[str, str]]) -> dict[tuple[str, str], list[Judged]]:
    groups: dict[tuple[str, str], list[Judged]] = defaultdict(list)
    for one in judged:
        groups[key(one.row)].append(one)
    return groups


def _table(title: str, judged: Sequence[Judged], key: Callable[[Row], tuple[str, str]], *, least: int = 1) -> str:
    lines = [f"{title}", f"{'':<58}{'rows':>6}{'alerts':>8}{'share':>8}  95 % interval"]
    for (first, second), members in sorted(_grouped(judged, key).items()):
        if len(members) < least:
            continue
        alerts = sum(one.found for one in members)
        low, high = interval(alerts, len(members))
        name = f"{first} {second}".strip()
        lines.append(
            f"{name[:57]:<58}{len(members):>6}{alerts:>8}{alerts / len(members):>8.1%}  {low:.1%} – {high:.1%}"
        )
    return "\n".join(lines)


def _calibration(judged: Sequence[Judged]) -> str:
    lines = ["calibration: of rows scored so, so many are fraud", f"{'score':<12}{'rows':>6}{'mean':>8}{'fraud':>8}"]
    error = 0.0
    for low in range(10):
        members = [one for one in judged if low / 10 <= one.score < (low + 1) / 10 or (low == 9 and one.score >= 1)]
        if not members:
            continue
        mean = sum(one.score for one in members) / len(members)
        share = sum(one.row.is_fraud for one in members) / len(members)
        error += abs(mean - share) * len(members) / len(judged)
        lines.append(f"{low / 10:.1f}–{(low + 1) / 10:.1f}{'':<5}{len(members):>6}{mean:>8.2f}{share:>8.2f}")
    return "\n".join([*lines, f"expected calibration error {error:.3f}"])


def _levels(judged: Sequence[Judged]) -> str:
    lines = ["what the levels mean: of rows told so, so many are fraud", f"{'level':<12}{'rows':>6}{'fraud':>8}"]
    for level in reversed(Level):
        members = [one for one in judged if one.level is level]
        if members:
            share = sum(one.row.is_fraud for one in members) / len(members)
            low, high = interval(sum(one.row.is_fraud for one in members), len(members))
            lines.append(f"{level.value:<12}{len(members):>6}{share:>8.1%}  {low:.1%} – {high:.1%}")
    return "\n".join(lines)


def _bars(judged: Sequence[Judged]) -> str:
    lines = ["what is asked"]
    for (group, lang), (least, most) in BARS.items():
        members = [one for one in judged if one.row.group == group and lang in {"", one.row.lang}]
        if not members:
            continue
        share = sum(one.found for one in members) / len(members)
        met = "met" if least <= share <= most else "NOT MET"
        asked = f"at least {least:.0%}" if least else f"at most {most:.1%}"
        lines.append(f"{group + ' ' + lang:<22}{share:>8.1%}  {asked:<16}{met}")
    return "\n".join(lines)
