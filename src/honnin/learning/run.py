"""The commands behind ``honnin eval`` and ``honnin fit``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from honnin.learning import ablation, evaluate, plot, probe
from honnin.learning.corpus import read_corpus, read_training
from honnin.learning.fit import GramTable, Progress, fit_all, prepare, write
from honnin.screening.engine import Engine


def main_eval(
    corpus: Path,
    training: Path,
    papers: Path,
    say: Progress,
    *,
    every_source: bool = False,
    picture: Path | None = None,
) -> str:
    """Judge the corpus by weights fitted without each row's source, and the papers by the shipped ones; return the report.

    The rows written for training are fitted on in every fold and never judged. ``picture`` names a file for the reliability plot.
    """
    engine = Engine.load()
    judged = evaluate.judge([*read_corpus(corpus), *read_training(training)], engine, say)
    if picture is not None:
        picture.write_text(plot.reliability(judged), encoding="utf-8")
    parts = [evaluate.report(judged, every_source=every_source)]
    if questions := probe.read_papers(papers):
        parts.append(probe.report(probe.mark(questions, engine)))
    return "\n\n".join(parts)


def main_parts(corpus: Path, training: Path, papers: Path, say: Progress) -> str:
    """Judge corpus and papers by each part of the product alone and return the tables."""
    engine = Engine.load()
    found = ablation.ablate([*read_corpus(corpus), *read_training(training)], engine, say)
    questions = probe.read_papers(papers)
    blind = [probe.without_context(question) for question in questions]
    return ablation.report(found, probe.mark(questions, engine), probe.mark(blind, engine))


def main_fit(corpus: Path, training: Path, say: Progress, *, today: date) -> list[Path]:
    """Fit on all rows there are, write the package's data files and return their paths."""
    samples = prepare([*read_corpus(corpus), *read_training(training)], Engine.load(), say)
    return write(fit_all(samples, GramTable(samples)), today=today, rows=len(samples))
