"""How well and how fast claims are told apart: python bench/identity_bench.py [pairs.jsonl]."""

import argparse
import json
import random
import time
from collections import Counter, defaultdict
from importlib.resources import files
from pathlib import Path

from honnin.identity import Directory, compare
from honnin.identity import match as find
from honnin.identity.rows import account_from_claimed, person_from_dict
from honnin.model.event import Account, Person
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


def crowd(count):
    """Invented people: usual family names, given names put together from two usual characters."""
    chance = random.Random(1)
    lines = files("honnin.identity").joinpath("data", "name_readings.tsv").read_text("utf-8").splitlines()
    table = [line.split("\t") for line in lines if not line.startswith("#")]
    families = [(name, said.split(",")[0]) for name, said in table if len(name) > 1]
    givens = [(name, said.split(",")[0]) for name, said in table if len(name) == 1 and said.count(",") > 2]
    firms = [
        f"株式会社{a}{b}" for a in ["青葉", "若草", "日向", "みなと"] for b in ["商事", "電機", "食品", "物流", "建設"]
    ]
    for number in range(count):
        (family, f), (one, a), (two, b) = chance.choice(families), chance.choice(givens), chance.choice(givens)
        yield Person(f"{family} {one}{two}", f"{f} {a}{b}", "", chance.choice(firms), "課長", id=str(number))


def search(count):
    people = list(crowd(count))
    start = time.perf_counter()
    directory = Directory(people)
    print(f"directory of {count:,}: made in {time.perf_counter() - start:.1f} s")
    chance = random.Random(2)
    spent, found = [], 0
    for number, person in enumerate(chance.sample(people, 2000)):
        family, given = person.name.split()
        name = (f"【公式】{family}{given}", f"{given} {family}", person.kana.replace(" ", ""), f"{family}課長")[
            number % 4
        ]
        account = Account(name=name, organization=person.organization if number % 2 else "")
        start = time.perf_counter()
        match = find(account, directory)
        spent.append(time.perf_counter() - start)
        found += match is not None and match.person.name == person.name
    spent.sort()
    print(f"match: p50 {spent[1000] * 1e3:.2f} ms, p99 {spent[1980] * 1e3:.2f} ms; {found / 20:.1f} % by full name")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file", nargs="?", default="../shared/corpus/identity_dev.jsonl")
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--directory", type=int, metavar="N", help="search a directory of N invented people instead")
    options = parser.parse_args()
    if options.directory:
        search(options.directory)
        return
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
