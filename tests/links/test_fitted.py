"""The fitted weights: where they come from, and that they behave."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files

import pytest

from honnin.links import Links
from honnin.links.address import parse
from honnin.links.fitted import Fitted, fitted_from, load_fitted
from honnin.links.shape import BUCKETS, HAND, buckets, numbers
from honnin.links.signs import Watcher
from honnin.links.suffixes import load_suffixes

LINKS = Links()
SUFFIXES = load_suffixes()
FITTED = load_fitted()


@pytest.fixture(scope="module")
def watcher() -> Watcher:
    return LINKS._watcher


def test_the_file_says_who_made_it_and_is_small() -> None:
    text = files("honnin.links").joinpath("data", "weights.json").read_text(encoding="utf-8")
    data = json.loads(text)
    assert len(text) <= 300_000
    assert data["made_by"] == "scripts/fit_links.py"
    assert len(data["date"]) == len("2026-11-24")
    assert len(FITTED.fragments) == BUCKETS
    assert fitted_from(data) == FITTED


def test_thresholds_rise_with_rarity() -> None:
    thresholds = FITTED.thresholds
    assert 0 < thresholds["0.03"] < thresholds["0.005"] < thresholds["0.001"] < 1


def test_every_tree_ends_and_asks_only_for_features_that_exist() -> None:
    for features, limits, left, right in FITTED.trees:
        assert len(features) == len(limits) == len(left) == len(right)
        for node, feature in enumerate(features):
            assert -1 <= feature <= len(HAND)  # one more than the hand-made ones: the score of the fragments
            assert feature < 0 or (left[node] > node and right[node] > node)  # always onward


def test_features_are_as_many_as_their_names(watcher: Watcher) -> None:
    address = parse("https://a.example.jp/b?c=d", SUFFIXES)
    assert address is not None
    assert len(numbers(address, watcher.look(address))) == len(HAND)
    assert all(0 <= bucket < BUCKETS for bucket in buckets(address))


@pytest.mark.parametrize(
    ("odder", "plainer"),
    [
        ("https://qxkzvbw.top/", "https://www.example-shop.jp/"),  # a thrown-away name against a shop
        ("https://www-smbc-co-jp.qxkzvb.cn/", "https://www.example.co.jp/company/"),  # a disguise against a company
        ("https://vpass.qxkzvb.com/mem/", "https://blog.example.com/2026/11/"),  # a brand against a blog
    ],
)
def test_scores_put_the_odder_address_higher(odder: str, plainer: str) -> None:
    assert LINKS.check(odder).score > 10 * LINKS.check(plainer).score


def test_other_weights_can_be_measured() -> None:
    silent: Fitted = replace(FITTED, slope=0.0, shift=-30.0)
    assert Links(silent).check("https://qxkzvbw.top/").score == pytest.approx(0.0, abs=1e-6)
