"""Links: time per address, and recall and false alarms per stratum of the development URLs.

Run: .venv/bin/python bench/links_bench.py [--held-out]

Without ``--held-out`` the shipped weights are measured, which have seen these rows: the figures are then too good. With it
the weights are fitted on older months and other domains first, and only the rest is measured.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import json
import statistics
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

from honnin.links import Links
from honnin.model import LinkLevel

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
URLS = CORPUS / "urls_dev.csv"
TEXTS = ("benign_dev.jsonl", "benign_mail_dev.jsonl", "hard_negatives_dev.jsonl", "fraud_dev.jsonl")
TEXT = "三井住友カードからのお知らせです。ご利用の確認は https://example.jp/a からお願いいたします。"
ALERTS = {LinkLevel.DANGER, LinkLevel.SUSPICIOUS}


def quantiles(times: list[float]) -> str:
    cuts = statistics.quantiles(times, n=100)
    return f"p50 {cuts[49] * 1e6:.0f} µs, p99 {cuts[98] * 1e6:.0f} µs, mean {statistics.fmean(times) * 1e6:.0f} µs"


def measure_speed(links: Links, urls: list[str]) -> None:
    times = []
    for url in urls[:: max(1, len(urls) // 4000)]:
        started = time.perf_counter()
        links.check(url)
        times.append(time.perf_counter() - started)
    print(f"check          {quantiles(times)}")
    for name, call in (("brands_in", links.brands_in), ("extract", links.extract)):
        started = time.perf_counter()
        for _ in range(5000):
            call(TEXT)
        print(f"{name:14} {(time.perf_counter() - started) / 5000 * 1e6:.1f} µs for {len(TEXT)} characters")


def measure_strata(links: Links, rows: list[dict[str, str]]) -> None:
    levels: dict[str, Counter[str]] = defaultdict(Counter)
    scores: dict[str, list[float]] = defaultdict(list)
    claimed = Counter[str]()
    for row in rows:
        stratum = row["source"] if row["label"] == "legit" else f"phish {row['source'][7:]}"
        check = links.check(row["url"])
        levels[stratum][check.level] += 1
        scores[row["label"]].append(check.score)
        if row["label"] == "phish" and row["brand"]:
            claimed[links.check(row["url"], brands=(row["brand"],)).level] += 1
    ordered = sorted(scores["legit"], reverse=True)
    for rate in (0.001, 0.01, 0.05):
        limit = ordered[int(len(ordered) * rate)]
        recall = sum(score > limit for score in scores["phish"]) / len(scores["phish"])
        print(f"score: recall {recall:.3f} at {rate:.1%} of {len(ordered)} ordinary addresses (above {limit:.3f})")
    print(f"{'stratum':24}{'rows':>6} {'danger':>8}{'suspicious':>12}{'unknown':>9}{'popular':>9}{'official':>9}")
    for stratum, found in sorted(levels.items()):
        total = found.total()
        shares = "".join(
            f"{found[level] / total:>{width}.2%}" for level, width in zip(LinkLevel, (9, 12, 9, 9, 9), strict=True)
        )
        print(f"{stratum:24}{total:>6}{shares}")
    if total := claimed.total():
        print(
            f"phishing with the brand of its message: { ({level.value: round(n / total, 3) for level, n in claimed.items()}) }"
        )


def measure_messages(links: Links) -> None:
    """How many messages of each file hold a link that would be spoken of, with the brands of the message."""
    for name in TEXTS:
        levels = Counter[str]()
        with (CORPUS / name).open(encoding="utf-8") as file:
            for line in file:
                text = json.loads(line).get("text") or ""
                brands = tuple(dict.fromkeys(mention.brand for mention in links.brands_in(text)))
                found = {links.check(link.url, brands=brands, shown=link.shown).level for link in links.extract(text)}
                levels[min(found, key=list(LinkLevel).index) if found else "no link"] += 1
        print(f"{name:28}{dict(levels)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held-out", action="store_true", help="fit on older months first, measure the rest")
    arguments = parser.parse_args()
    started = time.perf_counter()
    links = Links()
    links.check("https://example.jp/")
    print(f"ready          {(time.perf_counter() - started) * 1e3:.0f} ms")
    with URLS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    measure_speed(links, [row["url"] for row in rows])
    if arguments.held_out:
        sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))
        fitted, rows = importlib.import_module("fit_links").held_out()
        links = Links(fitted)
    measure_strata(links, rows)
    measure_messages(links)


if __name__ == "__main__":
    main()
