"""How well and how fast claims are told apart: python bench/identity_bench.py [pairs.jsonl]."""

import argparse
import json
import time
from collections import Counter, defaultdict
from pathlib import Path

from honnin.identity import compare
from honnin.identity.rows import account_from_claimed, person_from_dict
from honnin.model.identity import Judgement


def recall_at(scored, rate):
    """Recall where no more than ``rate`` of the others score as high."""
    others = sorted((score for same, score in scored if not same), reverse=True)
    ours = [score for same, score in scored if same]
    bar = others[int(len(others) * rate)] if others else 0.0
    return sum(score > bar for score in ours) / max(len(ours), 1), bar


def f1(scored, bar):
    hit = sum(same and score >= bar for same, score in scored)
    false = sum(not same and score >= bar for same, score in scored)
    missed = sum(same and score < bar for same, score in scored)
    return 2 * hit / max(2 * hit + false + missed, 1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file", nargs="?", default="../shared/corpus/identity_dev.jsonl")
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    rows = [json.loads(line) for line in Path(options.file).read_text("utf-8").splitlines()]
    pairs = [(account_from_claimed(row["claimed"]), person_from_dict(row["person"])) for row in rows]
    compare(*pairs[0])  # reads the tables
    start = time.perf_counter()
    found = [compare(account, person) for account, person in pairs]
    print(f"{len(rows) / (time.perf_counter() - start):,.0f} pairs/s, each seen for the first time")

    scored = defaultdict(list)
    kinds = defaultdict(Counter)
    for row, match in zip(rows, found, strict=True):
        kinds[row["label"], row["lang"], row["kind"]][match.judgement.value] += 1
        if row["label"] != "ambiguous":
            for part in ("all", row["lang"]):
                scored[part].append((row["label"] == "same-claim", match.score))
    for part, values in scored.items():
        recall, bar = recall_at(values, 0.01)
        print(f"{part:4} F1 {f1(values, 0.85):.3f}  (at .5 {f1(values, 0.5):.3f})  R@1% {recall:.3f} above {bar:.2f}")
    wanted = {"same-claim": "same", "different-person": "not_same", "ambiguous": "unsure"}
    for (label, lang, kind), counts in sorted(kinds.items()):
        right = counts[wanted[label]]
        print(f"{label:17}{lang} {kind:26}{right:3}/{counts.total():3}  {dict(counts)}")
    if options.misses:
        for row, match in zip(rows, found, strict=True):
            if match.judgement != Judgement(wanted[row["label"]]):
                claimed, person = row["claimed"], row["person"]
                said = {f.name: round(f.score, 2) for f in match.features}
                print(
                    f"{match.score:.2f} {row['kind']}: {claimed['display_name']!r} {claimed['org']} {claimed['title']} {claimed['bio'][:10]}"
                    f" => {person['name']} {person['romaji']} {person['org']} {person['title']} {said}"
                )


if __name__ == "__main__":
    main()
