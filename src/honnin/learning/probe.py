"""Judges the examination papers: messages and conversations written to avoid the usual words, each fraud beside its twin.

No weight is ever fitted on them, so the shipped engine is judged as it stands.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from honnin.app.contract import event_from_json
from honnin.learning.evaluate import interval
from honnin.model import Event, Level, Verdict
from honnin.screening.engine import Engine

CONTEXT = ("sender", "relationship", "directory")
BARS = (0.90, 0.05, 0.80)
"""Share of fraud found at least, of harmless twins alerted at most, of conversations warned before the ask at least."""


@dataclass(frozen=True, slots=True)
class Question:
    """One row of a paper. ``ask_turn`` is the turn in which money, an account, a code or an invitation is first named."""

    event: Event
    paper: str
    lang: str
    is_fraud: bool
    has_context: bool
    ask_turn: int | None


@dataclass(frozen=True, slots=True)
class Marked:
    """A row with what was said about it."""

    question: Question
    verdict: Verdict
    found: bool

    @property
    def in_time(self) -> bool:
        """Whether a conversation was an alert before the ask."""
        first, ask = self.verdict.first_alert_turn, self.question.ask_turn
        return first is not None and ask is not None and first < ask


def read_papers(folder: Path) -> list[Question]:
    """Return all rows of ``probe/`` of the source tree; none where the folder is missing."""
    return [question for path in sorted(folder.glob("*.jsonl")) for question in _questions(path)]


def _questions(path: Path) -> Iterator[Question]:
    for line in path.read_text(encoding="utf-8").splitlines():
        data = json.loads(line)
        yield Question(
            event=event_from_json(data),
            paper=path.stem,
            lang=path.stem.partition("_")[0],
            is_fraud=data["label"] == "fraud",
            has_context=any(data.get(key) for key in CONTEXT),
            ask_turn=data.get("ask_turn"),
        )


def mark(questions: Sequence[Question], engine: Engine) -> list[Marked]:
    """Judge every row. A bare opener from nobody known counts as found at ``notice``; everything else needs an alert."""
    marked = []
    for question in questions:
        screened = engine.screening(question.event)
        level = screened.verdict.level
        bare = not question.has_context and "script:contentless_probe" in screened.facts.atoms
        found = level.is_alert or (question.is_fraud and bare and level is Level.NOTICE)
        marked.append(Marked(question, screened.verdict, found))
    return marked


def without_context(question: Question) -> Question:
    """Return the row as if nothing were known of who writes."""
    return replace(question, event=replace(question.event, sender=None, relationship=None, directory=()))


def report(marked: Sequence[Marked]) -> str:
    """Return the table: by language, context and form, fraud found and twins alerted, and warnings before the ask."""
    lines = [
        "Written to avoid the usual words, half of them harmless twins; judged by the shipped weights, which never saw them.",
        f"{'':<34}{'fraud':>6}{'found':>7}{'share':>8}  {'95 % interval':<16}{'twins':>6}{'alerts':>8}{'share':>8}  95 % interval",
    ]
    lines += [_line(name, members) for name, members in _groups(marked)]
    talks = [one for one in marked if one.question.ask_turn is not None]
    for lang in ("ja", "en", ""):
        own = [one for one in talks if lang in {"", one.question.lang}]
        if own:
            hits = sum(one.in_time for one in own)
            low, high = interval(hits, len(own))
            name = f"warned before the ask {lang}".strip()
            lines.append(f"{name:<34}{len(own):>6}{hits:>7}{hits / len(own):>8.1%}  {low:.1%} – {high:.1%}")
    return "\n".join(lines)


def _groups(marked: Sequence[Marked]) -> Iterator[tuple[str, list[Marked]]]:
    keys: tuple[Callable[[Question], str], ...] = (
        lambda one: one.lang,
        lambda one: f"{one.lang} {'with' if one.has_context else 'without'} context",
        lambda one: f"{one.lang} {'conversation' if one.event.turns else 'message'}",
        lambda one: f"paper {one.paper}",
        lambda _: "all",
    )
    for key in keys:
        groups: dict[str, list[Marked]] = defaultdict(list)
        for one in marked:
            groups[key(one.question)].append(one)
        yield from sorted(groups.items())


def _line(name: str, members: Sequence[Marked]) -> str:
    fraud = [one for one in members if one.question.is_fraud]
    twins = [one for one in members if not one.question.is_fraud]
    text = f"{name:<34}"
    for group in (fraud, twins):
        hits = sum(one.found for one in group)
        low, high = interval(hits, len(group))
        text += f"{len(group):>6}{hits:>7}{hits / max(1, len(group)):>8.1%}  {f'{low:.1%} – {high:.1%}':<16}"
    return text.rstrip()
