"""What each part adds: rules, the learned part, the weighed facts, all of them; and what knowing who writes adds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from honnin.learning import probe
from honnin.learning.corpus import Row
from honnin.learning.fit import (
    FOLDS,
    Fitted,
    GramTable,
    Progress,
    Sample,
    choose_policy,
    fit_all,
    fit_score,
    held_out_resemblances,
    judged_folds,
    prepare,
    probabilities,
)
from honnin.model import Level
from honnin.screening.decide import Policy, decide
from honnin.screening.engine import Engine
from honnin.screening.score import Score

NEVER = Policy(notice=2.0, caution=2.0, danger=2.0)
PARTS = ("rules alone", "learned part alone", "rules and weighed facts", "all")


@dataclass(frozen=True, slots=True)
class Part:
    """Alerts of one part on one group of rows."""

    name: str
    group: str
    alerts: int
    rows: int


def ablate(rows: Sequence[Row], engine: Engine, progress: Progress) -> list[Part]:
    """Judge every row by each part, always by weights and thresholds fitted without its source."""
    samples = prepare(rows, engine, progress)
    table = GramTable(samples)
    alerts: dict[tuple[str, str], list[bool]] = {}
    for number, (others, held_out) in enumerate(judged_folds(samples, FOLDS), start=1):
        models = _models(others, table)
        for sample in held_out:
            for name, alert in _judged(sample, models).items():
                alerts.setdefault((name, _group(sample)), []).append(alert)
        progress(f"parts {number}/{FOLDS}")
    return [Part(name, group, sum(found), len(found)) for (name, group), found in sorted(alerts.items())]


def _models(others: Sequence[Sample], table: GramTable) -> Mapping[str, Fitted]:
    """Fit each part by itself, with the threshold it would have by itself."""
    fitted = fit_all(others, table)
    held_out = held_out_resemblances(others, table)
    alone = Score({}, 0.0, 1.0)
    silent = [replace(sample, signals=()) for sample in others]
    facts = replace(fit_score(others, np.zeros(len(others))), resemblance=0.0)
    return {
        "rules alone": Fitted(fitted.resemblance, alone, NEVER),
        "learned part alone": Fitted(
            fitted.resemblance, alone, choose_policy(silent, probabilities(others, held_out, alone))
        ),
        "rules and weighed facts": Fitted(
            fitted.resemblance, facts, choose_policy(others, probabilities(others, held_out, facts))
        ),
        "all": fitted,
    }


def _judged(sample: Sample, models: Mapping[str, Fitted]) -> dict[str, bool]:
    alerts = {}
    for name, fitted in models.items():
        signals = () if name == "learned part alone" else sample.signals
        resemblance = fitted.resemblance.of_grams(sample.grams, ja=sample.is_ja)
        facts = replace(sample.facts, numbers={**sample.facts.numbers, "resemblance": resemblance})
        level: Level = decide(signals, fitted.score.probability(facts), fitted.policy, sample.facts)
        alerts[name] = level.is_alert
    return alerts


def _group(sample: Sample) -> str:
    return f"{sample.row.group} {sample.row.lang}" if sample.row.is_fraud else sample.row.group


def report(parts: Sequence[Part], marked: Sequence[probe.Marked], blind: Sequence[probe.Marked]) -> str:
    """Return the tables; ``blind`` are the same papers as ``marked``, judged as if nobody knew who writes."""
    groups = list(dict.fromkeys(part.group for part in parts))
    shares = {(part.name, part.group): part.alerts / part.rows for part in parts}
    lines = ["what each part finds (alerts; every row by weights fitted without its source)"]
    lines.append(f"{'':<28}" + "".join(f"{group:>16}" for group in groups))
    lines += [f"{name:<28}" + "".join(f"{shares[name, group]:>16.1%}" for group in groups) for name in PARTS]
    lines += ["", "what knowing who writes adds (papers, rows with context)"]
    lines.append(f"{'':<28}{'fraud found':>16}{'twins alerted':>16}")
    for name, papers in (("words alone", blind), ("words and context", marked)):
        own = [one for one in papers if one.question.has_context]
        fraud = [one.found for one in own if one.question.is_fraud]
        twins = [one.found for one in own if not one.question.is_fraud]
        if fraud and twins:
            lines.append(f"{name:<28}{sum(fraud) / len(fraud):>16.1%}{sum(twins) / len(twins):>16.1%}")
    return "\n".join(lines)
