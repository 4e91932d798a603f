"""Fit the weights of ``honnin.links`` on the development URLs and write them to ``src/honnin/links/data/weights.json``.

Run: .venv/bin/python scripts/fit_links.py [--write]

First an honest figure: older months against later ones and legitimate sites against other sites, no registrable domain
on both sides. With ``--write`` the shipped weights are then fitted on everything.
"""

from __future__ import annotations

import argparse
import base64
import csv
import json
import math
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from honnin.links.address import Address, parse
from honnin.links.directory import Directory, load_brands
from honnin.links.fitted import Fitted, fitted_from
from honnin.links.reasons import SIGNS
from honnin.links.shape import BUCKETS, buckets, numbers
from honnin.links.signs import Signs, Watcher
from honnin.links.suffixes import data_lines, load_suffixes

ROOT = Path(__file__).parents[1]
CORPUS = ROOT.parent / "shared" / "corpus" / "urls_dev.csv"
TARGET = ROOT / "src" / "honnin" / "links" / "data" / "weights.json"
LATER_INSIDE = "2024-10"  # the same for choosing thresholds inside a held-out run
LATER = "2025-01"  # phishing of this month and after is the test part
RARE, RARE_SIGN = 30, 1.5  # a sign seen less often than this cannot be measured; its weight is set by hand
EXPECTED_SHARE = 0.05  # how many links of a message stream are fraudulent, for the calibrated probability


def read() -> tuple[list[dict[str, str]], list[tuple[Address, Signs]]]:
    """The rows that a browser could open, with what is seen in them."""
    suffixes = load_suffixes()
    watcher = Watcher(
        Directory(load_brands()), frozenset(data_lines("shorteners.txt")), frozenset(data_lines("popular.txt"))
    )
    rows, seen = [], []
    with CORPUS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            address = parse(row["url"], suffixes)
            if address is not None:
                rows.append(row)
                seen.append((address, watcher.look(address)))
    return rows, seen


def fragment_matrix(addresses: list[Address]) -> csr_matrix:
    """Counts of fragments divided by the root of their number, as the program does."""
    indices, values, starts = [], [], [0]
    for address in addresses:
        found = buckets(address)
        indices += found
        values += [1 / math.sqrt(len(found))] * len(found)
        starts.append(len(indices))
    return csr_matrix((values, indices, starts), shape=(len(addresses), BUCKETS))


def fragment_model() -> LogisticRegression:
    return LogisticRegression(C=8.0, max_iter=300, solver="lbfgs", class_weight="balanced")


def tree_model() -> HistGradientBoostingClassifier:
    """Few small trees: more of them gained nothing on later months, and each costs time per link."""
    return HistGradientBoostingClassifier(
        max_iter=60,
        learning_rate=0.15,
        max_leaf_nodes=10,
        min_samples_leaf=25,
        l2_regularization=2.0,
        early_stopping=False,
        random_state=1,
    )


def fit(fragments: csr_matrix, hand: np.ndarray, labels: np.ndarray, groups: np.ndarray) -> tuple[Any, Any]:
    """The two stages. The second sees only fragment scores of models that did not see the row's domain."""
    unseen = np.zeros(len(labels))
    for train, test in GroupKFold(5).split(hand, labels, groups):
        unseen[test] = fragment_model().fit(fragments[train], labels[train]).decision_function(fragments[test])
    first = fragment_model().fit(fragments, labels)
    second = tree_model().fit(np.column_stack([hand, unseen]), labels)
    return first, second


def recall_at(scores: np.ndarray, labels: np.ndarray, rate: float) -> tuple[float, float]:
    """Recall and threshold where this share of legitimate rows lies above."""
    threshold = float(np.quantile(scores[labels == 0], 1 - rate))
    return float((scores[labels == 1] > threshold).mean()), threshold


def export_trees(model: HistGradientBoostingClassifier) -> list[list[list[float]]]:
    """Each tree as four lists: feature (-1 = leaf), threshold or value, next if not above, next if above."""
    exported = []
    for (predictor,) in model._predictors:  # noqa: SLF001 (there is no public way to read the trees)
        nodes = predictor.nodes
        leaf = nodes["is_leaf"].astype(bool)
        exported.append(
            [
                np.where(leaf, -1, nodes["feature_idx"]).tolist(),
                [float(f"{x:.5g}") for x in np.where(leaf, nodes["value"], nodes["num_threshold"])],
                nodes["left"].tolist(),
                nodes["right"].tolist(),
            ]
        )
    return exported


def calibrate(raw: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Slope and shift that turn the sum into a probability at the expected share of fraud."""
    weights = np.where(labels == 1, EXPECTED_SHARE / labels.mean(), (1 - EXPECTED_SHARE) / (1 - labels.mean()))
    model = LogisticRegression(C=1e6).fit(raw.reshape(-1, 1), labels, sample_weight=weights)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def log_ratio(hits: np.ndarray, labels: np.ndarray) -> float:
    """How much more often a sign is seen on fraudulent addresses, as a logarithm, careful where it is rare."""
    phish = (hits[labels == 1].sum() + 1) / ((labels == 1).sum() + 20)
    legit = (hits[labels == 0].sum() + 1) / ((labels == 0).sum() + 20)
    return round(float(np.log(phish / legit)), 2)


def sign_weights(seen: list[tuple[Address, Signs]], labels: np.ndarray) -> dict[str, float]:
    """Measured weights of the reasons people are told."""
    weights = {}
    for name, test in SIGNS.items():
        hits = np.array([bool(test(address, signs)) for address, signs in seen])
        print(f"{name:18} phishing {hits[labels == 1].sum():5} other {hits[labels == 0].sum():5}")
        weights[name] = RARE_SIGN if hits.sum() < RARE else max(0.0, log_ratio(hits, labels))
    return weights


def suffix_weights(seen: list[tuple[Address, Signs]], labels: np.ndarray) -> dict[str, float]:
    """Suffixes clearly more frequent among fraudulent addresses, at least 40 times seen on names people registered."""
    registered = np.array([not address.roof and not signs.shortener for address, signs in seen])
    suffixes = np.array([address.suffix for address, _ in seen])[registered]
    names, counts = np.unique(suffixes, return_counts=True)
    frequent = [str(name) for name, count in zip(names, counts, strict=True) if count >= 40 and name]
    ratios = {name: log_ratio(suffixes == name, labels[registered]) for name in frequent}
    return {name: ratio for name, ratio in ratios.items() if ratio >= 1.0}


@dataclass(frozen=True)
class Data:
    """All rows, as both stages see them."""

    rows: list[dict[str, str]]
    seen: list[tuple[Address, Signs]]
    labels: np.ndarray
    domains: np.ndarray
    fragments: csr_matrix
    hand: np.ndarray

    def part(self, chosen: np.ndarray) -> Data:
        places = np.flatnonzero(chosen)
        return Data(
            [self.rows[place] for place in places],
            [self.seen[place] for place in places],
            self.labels[chosen],
            self.domains[chosen],
            self.fragments[chosen],
            self.hand[chosen],
        )


def load() -> Data:
    rows, seen = read()
    return Data(
        rows=rows,
        seen=seen,
        labels=np.array([row["label"] == "phish" for row in rows]).astype(int),
        domains=np.array([address.domain or address.host for address, _ in seen]),
        fragments=fragment_matrix([address for address, _ in seen]),
        hand=np.array([numbers(address, signs) for address, signs in seen]),
    )


def split(data: Data) -> tuple[Data, Data]:
    """Train and test: phishing by month, ordinary sites by a fixed hash, no registrable domain on both sides."""
    later_site = np.array([zlib.crc32(domain.encode()) % 3 == 0 for domain in data.domains])
    later_month = np.array([row["date"] >= LATER for row in data.rows])
    test = np.where(data.labels == 1, later_month, later_site)
    return data.part(~test & ~np.isin(data.domains, data.domains[test])), data.part(test)


def weights_of(train: Data, honest: tuple[Data, Data] | None = None) -> dict[str, Any]:
    """The weights fitted on ``train``; probability and thresholds from rows that were not fitted on."""
    first, second = fit(train.fragments, train.hand, train.labels, train.domains)
    # The thresholds of a held-out run must not see its test rows either.
    known, unseen = honest or inner_split(train)
    first_known, second_known = fit(known.fragments, known.hand, known.labels, known.domains)
    scores = first_known.decision_function(unseen.fragments)
    raw = second_known.decision_function(np.column_stack([unseen.hand, scores]))
    slope, shift = calibrate(raw, unseen.labels)
    probability = 1 / (1 + np.exp(-(slope * raw + shift)))
    coefficients = first.coef_[0]
    scale = float(np.abs(coefficients).max()) / 2000
    packed = np.round(coefficients / scale).astype("<i2")
    return {
        "made_by": "scripts/fit_links.py",
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "data": f"{len(train.rows)} addresses, phishing up to {max(row['date'] for row in train.rows)}",
        "expected_share": EXPECTED_SHARE,
        "scale": scale,
        "intercept": float(first.intercept_[0]),
        "base": float(second._baseline_prediction[0, 0]),  # noqa: SLF001
        "slope": slope,
        "shift": shift,
        "thresholds": {
            str(rate): round(recall_at(probability, unseen.labels, rate)[1], 5) for rate in (0.001, 0.005, 0.03)
        },
        "reasons": sign_weights(train.seen, train.labels),
        "suffixes": suffix_weights(train.seen, train.labels),
        "trees": export_trees(second),
        "fragments": base64.b64encode(zlib.compress(packed.tobytes(), 9)).decode("ascii"),
    }


def inner_split(train: Data) -> tuple[Data, Data]:
    """The same split a few months earlier."""
    later_site = np.array([zlib.crc32(domain.encode()) % 4 == 0 for domain in train.domains])
    later_month = np.array([row["date"] >= LATER_INSIDE for row in train.rows])
    test = np.where(train.labels == 1, later_month, later_site)
    return train.part(~test & ~np.isin(train.domains, train.domains[test])), train.part(test)


def held_out() -> tuple[Fitted, list[dict[str, str]]]:
    """Weights that know only older months and other domains, and the rows they have not seen; for the bench."""
    train, test = split(load())
    return fitted_from(weights_of(train)), test.rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the weights file")
    arguments = parser.parse_args()
    data = load()
    train, test = split(data)
    first, second = fit(train.fragments, train.hand, train.labels, train.domains)
    fragment_scores = first.decision_function(test.fragments)
    raw = second.decision_function(np.column_stack([test.hand, fragment_scores]))
    print(f"train {len(train.rows)}, test {len(test.rows)} of which {test.labels.sum()} phishing")
    for name, scores in (("fragments only", fragment_scores), ("all", raw)):
        print(name, {rate: round(recall_at(scores, test.labels, rate)[0], 3) for rate in (0.001, 0.005, 0.01, 0.05)})
    if arguments.write:
        TARGET.write_text(json.dumps(weights_of(data, (train, test)), separators=(",", ":")) + "\n", encoding="utf-8")
        print(f"wrote {TARGET.name}: {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
