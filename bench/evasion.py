"""What disguises cost: how much of the fraud that is caught stays caught when it is split, respelt, padded, quoted and so on.

Judged as ``honnin eval`` judges, by weights fitted without the row's source. The labelled corpora are not part of the project.

    evasion.py [--every N] [WORD]    try only every Nth row, and only the operators in whose name WORD stands
"""

import argparse
import os
from pathlib import Path

from honnin.learning.corpus import read_corpus, read_training
from honnin.learning.endurance import endure, report
from honnin.learning.evasion import OPERATORS
from honnin.screening import Engine

ROOT = Path(__file__).parents[1]
CORPUS = Path(os.environ.get("HONNIN_CORPUS", ROOT.parent / "shared" / "corpus"))


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--every", type=int, default=1, metavar="N")
    options.add_argument("word", nargs="?", default="")
    asked = options.parse_args()
    if not CORPUS.is_dir():
        print(f"No labelled corpora at {CORPUS} (they are not part of the project): nothing to disguise.")
        return
    chosen = [operator for operator in OPERATORS if asked.word in operator.name]
    rows = [*read_corpus(CORPUS), *read_training(ROOT / "training")]
    print(report(endure(rows, Engine.load(), lambda _: None, chosen, every=asked.every), chosen))


if __name__ == "__main__":
    main()
