#!/usr/bin/env python3
"""Writes how many rows each file of training/ and probe/ holds into their README files."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def table(files: list[Path], folder: Path) -> str:
    """Return a Markdown table: fraud, harmless and conversations of each file and of all."""
    lines = ["| file | fraud | harmless | conversations |", "| --- | ---: | ---: | ---: |"]
    totals = [0, 0, 0]
    for path in files:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        fraud = sum(row["label"] == "fraud" for row in rows)
        counts = [fraud, len(rows) - fraud, sum("turns" in row for row in rows)]
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
        lines.append(f"| {path.relative_to(folder)} | {counts[0]:,} | {counts[1]:,} | {counts[2]:,} |")
    lines.append(
        f"| **合計 / total {sum(totals[:2]):,}** | **{totals[0]:,}** | **{totals[1]:,}** | **{totals[2]:,}** |"
    )
    return "\n".join(lines)


def main() -> None:
    for name in ("training", "probe"):
        folder = ROOT / name
        readme = folder / "README.md"
        found = re.sub(
            r"(?<=<!-- counts -->\n).*?(?=\n<!-- end of counts -->)",
            table(sorted(folder.rglob("*.jsonl")), folder).replace("\\", r"\\"),
            readme.read_text(encoding="utf-8"),
            flags=re.DOTALL,
        )
        readme.write_text(found, encoding="utf-8")


if __name__ == "__main__":
    main()
