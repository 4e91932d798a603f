"""Learn how characters are read in Japanese names: python scripts/make_name_readings.py FOLDER.

FOLDER holds the CSV files of japanese-personal-name-dataset 0.4.0 (MIT): given names by reading, family names by spread.
Each given name is aligned with its reading, character by character, by expectation and maximisation; readings that
turn up often enough are kept. The result stands in src/honnin/identity/data/.
"""

import csv
import sys
from collections import Counter, defaultdict
from pathlib import Path

OUT = Path(__file__).parents[1] / "src/honnin/identity/data/name_readings.tsv"
ROUNDS = 8
LONGEST = 4
SEEN = 2.0
SHARE = 0.01
HEAD = """# How characters are read in names. Made on 2026-11-24 by scripts/make_name_readings.py from
# japanese-personal-name-dataset 0.4.0, MIT License, Copyright (c) 2022 shuheilocale.
# One character, or (second part) one family name, a tab, its readings.
"""


def pairs(folder: Path) -> list[tuple[str, str]]:
    found = set()
    for name in ("first_name_man_org.csv", "first_name_woman_org.csv"):
        for row in csv.reader((folder / name).open(encoding="utf-8")):
            found |= {(kanji, row[0]) for kanji in row[2:] if len(kanji) <= len(row[0])}
    return sorted(found)


def splits(count: int, reading: str) -> list[tuple[str, ...]]:
    """All ways to give each of so many characters its part of a reading."""
    if count == 1:
        return [(reading,)] if 0 < len(reading) <= LONGEST else []
    return [
        (reading[:cut], *rest)
        for cut in range(1, min(LONGEST, len(reading) - count + 1) + 1)
        for rest in splits(count - 1, reading[cut:])
    ]


def learn(names: list[tuple[str, str]]) -> dict[str, Counter[str]]:
    share: dict[str, dict[str, float]] = {}
    counts: dict[str, Counter[str]] = {}
    for _ in range(ROUNDS):
        counts = defaultdict(Counter)
        for kanji, reading in names:
            ways = splits(len(kanji), reading)
            weights = []
            for way in ways:
                weight = 1.0
                for char, part in zip(kanji, way, strict=True):
                    weight *= share.get(char, {}).get(part, 1e-4 if share else 1.0)
                weights.append(weight)
            total = sum(weights)
            for way, weight in zip(ways, weights, strict=True):
                for char, part in zip(kanji, way, strict=True):
                    counts[char][part] += weight / total
        share = {char: {part: n / found.total() for part, n in found.items()} for char, found in counts.items()}
    return counts


def main() -> None:
    folder = Path(sys.argv[1])
    lines = []
    names = pairs(folder)
    alone = {pair for pair in names if len(pair[0]) == 1}  # a whole name of one character needs no more proof
    for char, found in sorted(learn(names).items()):
        kept = [
            part
            for part, n in found.most_common()
            if (n >= SEEN and n >= SHARE * found.total()) or (char, part) in alone
        ]
        if kept and "一" <= char <= "鿿":
            lines.append(f"{char}\t{','.join(kept)}")
    families = defaultdict(list)
    for row in csv.reader((folder / "last_name_org.csv").open(encoding="utf-8")):
        for reading in row[2].replace("、", ",").split(","):
            families[row[0]].append(reading)
    lines += [f"{name}\t{','.join(readings)}" for name, readings in sorted(families.items()) if len(name) > 1]
    OUT.write_text(HEAD + "\n".join(lines) + "\n", "utf-8")
    print(f"{len(lines)} lines")


if __name__ == "__main__":
    main()
