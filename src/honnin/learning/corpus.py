"""Labelled rows read from a folder of corpora, as events."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from honnin.app.contract import event_from_json
from honnin.errors import HonninError
from honnin.model import Event, Text

FILES = {
    "fraud_dev.jsonl": "fraud",
    "benign_dev.jsonl": "ordinary",
    "benign_mail_dev.jsonl": "ordinary_mail",
    "hard_negatives_dev.jsonl": "hard_negative",
}

TRAINING = "training"


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled event.

    ``source`` names where it comes from: the repository or site.
    """

    event: Event
    group: str
    source: str
    lang: str
    category: str
    channel: str
    is_fraud: bool

    @property
    def is_training(self) -> bool:
        """Whether the row was written for training: fitted on, never judged."""
        return self.group == TRAINING


def read_corpus(folder: Path) -> list[Row]:
    """Return all rows of the labelled files in a folder."""
    rows = [row for name, group in FILES.items() if (folder / name).exists() for row in _rows(folder / name, group)]
    if not rows:
        raise HonninError(
            Text(
                f"{folder} に測定用の資料がありません。--corpus で場所を指定してください。",
                f"No labelled corpus in {folder}. Name its folder with --corpus.",
            )
        )
    return rows


def _rows(path: Path, group: str) -> Iterator[Row]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            data = json.loads(line)
            yield Row(
                event=event_from_json(data),
                group=group,
                source=source_of(data.get("source") or ""),
                lang=data.get("lang") or "",
                category=data.get("category") or "",
                channel=data.get("channel") or "",
                is_fraud=group == "fraud",
            )


def read_training(folder: Path) -> list[Row]:
    """Return the rows written for training (``training/`` of the source tree); none where the folder is missing."""
    return [row for path in sorted(folder.glob("*/*.jsonl")) for row in _training_rows(path)]


def _training_rows(path: Path) -> Iterator[Row]:
    for line in path.read_text(encoding="utf-8").splitlines():
        data = json.loads(line)
        yield Row(
            event=event_from_json(data),
            group=TRAINING,
            source=f"{path.parent.name}/{path.stem}",
            lang=path.parent.name,
            category=data.get("category") or "",
            channel=data.get("channel") or "",
            is_fraud=data["label"] == "fraud",
        )


def source_of(written: str) -> str:
    """Return the repository or site of a source.

    >>> source_of("github:owner/lists/some.list.example/0"), source_of("https://news.example.jp/a/1.html"), source_of("GitHub x/y @1a")
    ('owner/lists', 'news.example.jp', 'x/y')
    """
    site = re.match(r"https?://([^/]+)", written)
    if site:
        return site.group(1)
    repository = re.search(r"([\w.\-]+/[\w.\-]+)", written)
    return repository.group(1) if repository else written[:40]
