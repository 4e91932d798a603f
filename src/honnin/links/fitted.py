"""The fitted weights: how likely an address of this shape is a fraud, from the past of Japanese phishing."""

from __future__ import annotations

import json
import sys
from array import array
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from math import exp, sqrt
from typing import Any
from zlib import decompress

from honnin.links.address import Address
from honnin.links.shape import buckets, numbers
from honnin.links.signs import Signs


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights of fragments, trees over the hand-made features, and how their sum becomes a probability."""

    fragments: array[int]
    scale: float
    intercept: float
    trees: tuple[tuple[tuple[int, ...], tuple[float, ...], tuple[int, ...], tuple[int, ...]], ...]
    base: float
    slope: float
    shift: float
    thresholds: dict[str, float]
    reasons: dict[str, float]
    suffixes: dict[str, float]

    def fragment_score(self, address: Address) -> float:
        """The part of the fragments: a sum of weights, tamed by how many there are."""
        found = buckets(address)
        return sum(map(self.fragments.__getitem__, found)) * self.scale / sqrt(len(found)) + self.intercept

    def probability(self, address: Address, signs: Signs) -> float:
        """The calibrated probability that this is a fraudulent address."""
        values = numbers(address, signs)
        values.append(self.fragment_score(address))
        total = self.base
        for features, limits, left, right in self.trees:
            node = 0
            while (feature := features[node]) >= 0:
                node = left[node] if values[feature] <= limits[node] else right[node]
            total += limits[node]
        return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, self.slope * total + self.shift))))


def load_fitted() -> Fitted:
    """Read the weights that come with the package."""
    return fitted_from(json.loads(files("honnin.links").joinpath("data", "weights.json").read_text(encoding="utf-8")))


def fitted_from(data: Mapping[str, Any]) -> Fitted:
    """Weights as ``scripts/fit_links.py`` writes them."""
    fragments = array("h", decompress(b64decode(data["fragments"])))
    if sys.byteorder == "big":  # written with the low byte first
        fragments.byteswap()
    return Fitted(
        fragments=fragments,
        scale=data["scale"],
        intercept=data["intercept"],
        trees=tuple((tuple(f), tuple(t), tuple(a), tuple(b)) for f, t, a, b in data["trees"]),
        base=data["base"],
        slope=data["slope"],
        shift=data["shift"],
        thresholds=data["thresholds"],
        reasons=data["reasons"],
        suffixes=data["suffixes"],
    )
