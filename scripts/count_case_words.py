"""Counts how telling words are, for grouping reports: reads the messages we wrote ourselves, writes the list that is shipped.

Usage: .venv/bin/python scripts/count_case_words.py
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from honnin.cases.sketch import COMMON, ORDINARY, RARE, content_words
from honnin.text import normalise

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "src" / "honnin" / "cases" / "data" / "words.txt"
SHARES = ((COMMON, 0.004), (ORDINARY, 0.001), (RARE, 0.0003))
"""From which share of the messages of its language on a word is common, ordinary, rare."""
HEAD = """\
# How telling words are when reports are grouped: 0 says nothing, 1 little, 2 something; what is not listed says most.
# Made by scripts/count_case_words.py from training/ and not written by hand.
"""


def main() -> None:
    listed: dict[int, set[str]] = {weight: set() for weight, _ in SHARES}
    for folder in ("ja", "en"):
        rows = [
            json.loads(line) for file in sorted((ROOT / "training" / folder).glob("*.jsonl")) for line in file.open()
        ]
        counts = Counter(word for row in rows for word in set(content_words(_text(row))))
        for word, times in counts.items():
            weight = next((weight for weight, share in SHARES if times >= max(2, share * len(rows))), None)
            if weight is not None:
                listed[weight].add(word)
    known: set[str] = set()
    lines = [HEAD]
    for weight, words in listed.items():
        lines.extend(f"{weight} {' '.join(part)}\n" for part in _parts(sorted(words - known)))
        known |= words
    TARGET.write_text("".join(lines), "utf-8")


def _text(row: dict[str, object]) -> str:
    turns = row.get("turns") or ()
    said = [str(turn["text"]) for turn in turns] if isinstance(turns, list) else []
    return normalise(" ".join([str(row.get("subject", "")), str(row.get("text", "")), *said])).text.lower()


def _parts(words: list[str]) -> list[list[str]]:
    return [words[at : at + 20] for at in range(0, len(words), 20)]


if __name__ == "__main__":
    main()
