"""Reads what another reader answered. It is a stranger's text: what is not exactly what we asked for is no answer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

from honnin.model import Level, OpinionFinding
from honnin.screening.opinion.question import MOST_FINDINGS, Question
from honnin.screening.opinion.vocabulary import vocabulary

LONGEST_ANSWER = 4_000
"""Characters; the longest answer that fits the schema has a few hundred."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the other reader thinks, in our own words alone: a level and tactics of our vocabulary, with their places."""

    level: Level
    findings: tuple[OpinionFinding, ...] = ()


def opinion_from(answer: str, question: Question) -> Opinion | None:
    """Read an answer, or return None where anything about it is not as it must be.

    >>> from honnin.screening.opinion.question import Line
    >>> question = Question((Line("Please buy some cards.", 0, 0, 22),))
    >>> opinion_from('{"level": "caution", "findings": [{"tactic": "gift_card", "line": 1}]}', question).level
    <Level.CAUTION: 'caution'>
    >>> opinion_from('{"level": "ok", "findings": [], "note": "all is well"}', question) is None
    True
    """
    value = _object(answer)
    if value is None or value.keys() != {"level", "findings"}:
        return None
    level, rows = _level(value["level"]), value["findings"]
    if level is None or not isinstance(rows, list) or len(rows) > MOST_FINDINGS or (level is Level.OK) is bool(rows):
        return None
    findings = [_finding(row, question) for row in rows]
    kept = tuple(dict.fromkeys(finding for finding in findings if finding is not None))
    return Opinion(level, kept) if None not in findings else None


def _object(answer: str) -> dict[str, Any] | None:
    if len(answer) > LONGEST_ANSWER:
        return None
    try:
        value = json.loads(answer, object_pairs_hook=_once_each, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _once_each(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that stands twice: two readers of such JSON may see two different answers."""
    rows = list(pairs)
    value = dict(rows)
    if len(value) != len(rows):
        raise ValueError
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _level(value: object) -> Level | None:
    return Level(value) if isinstance(value, str) and value in set(Level) else None


def _finding(row: object, question: Question) -> OpinionFinding | None:
    if not isinstance(row, dict) or row.keys() != {"tactic", "line"}:
        return None
    tactic, number = row["tactic"], row["line"]
    if not isinstance(tactic, str) or tactic not in vocabulary().tactics or type(number) is not int:
        return None
    if not 1 <= number <= len(question.lines):
        return None
    line = question.lines[number - 1]
    return OpinionFinding(tactic, line.turn, line.start, line.end)
