"""The written rows are what their README says: readable, told apart, paired, counted."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from honnin.app.contract import event_from_json

ROOT = Path(__file__).parents[2]
FILES = sorted([*(ROOT / "training").rglob("*.jsonl"), *(ROOT / "probe").rglob("*.jsonl")])


def rows(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def text(row):
    return str(row.get("turns") or row.get("text"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_row_can_be_read_and_is_labelled(path):
    for row in rows(path):
        event = event_from_json(row)
        assert row["label"] in {"fraud", "harmless"}, row["id"]
        assert event.text or event.turns or event.sender, row["id"]
        if "ask_turn" in row:
            assert row["label"] == "fraud", row["id"]
            assert event.turns[row["ask_turn"]].who == "sender", row["id"]


def test_no_id_stands_twice():
    ids = [row["id"] for path in FILES for row in rows(path)]
    assert len(ids) == len(set(ids))


def test_papers_hold_as_much_fraud_as_twins():
    for path in FILES:
        if path.parent.name == "probe":
            labels = {row["id"]: row["label"] for row in rows(path)}
            for row in rows(path):
                assert labels[row["twin"]] != row["label"], row["id"]


def test_no_paper_is_fitted_on():
    training = {text(row) for path in FILES if path.parent.name != "probe" for row in rows(path)}
    papers = {text(row) for path in FILES if path.parent.name == "probe" for row in rows(path)}
    assert {one for one in training & papers if len(one) > 20} == set()  # "Where are you?" is everybody's


def test_the_counts_in_the_readmes_are_true():
    names = ["training/README.md", "probe/README.md"]
    before = {name: (ROOT / name).read_text(encoding="utf-8") for name in names}
    try:
        subprocess.run([sys.executable, ROOT / "scripts" / "count_rows.py"], check=True)
        assert {name: (ROOT / name).read_text(encoding="utf-8") for name in names} == before
    finally:
        for name, text in before.items():
            (ROOT / name).write_text(text, encoding="utf-8")
