"""Kills a working process at random points, and looks afterwards at what it left behind.

A piece of work is a module with two functions:

- ``work(url, folder, say)`` does its work over and over on the database at ``url``; it calls ``say`` with ``READY`` when it
  begins, then with a value for each thing that it would tell a person is done;
- ``check(url, folder, said)`` returns what is wrong, given all that was ever said.

``python -m tests.soak.harness MODULE URL FOLDER`` is the process that is killed.
"""

import importlib
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
LONGEST = 0.2
"""Seconds after its last word at which it is killed at the latest."""
MOST_WORDS = 4
KEY = "c29ha3NvYWtzb2Frc29ha3NvYWtzb2Frc29ha3NvYWs="
READY = "ready"


def kill_often(module, url, folder, times, seed):
    """Start and kill it so many times, checking after each; return all that is wrong."""
    chance = random.Random(seed)
    said, wrong = [], []
    check = importlib.import_module(module).check
    for turn in range(times):
        words = chance.randint(1, MOST_WORDS) if turn == 0 else chance.randint(0, MOST_WORDS)
        said += kill_once(module, url, folder, words, chance.uniform(0, LONGEST))
        wrong += [f"turn {turn + 1} of seed {seed}: {each}" for each in check(url, folder, said)]
    assert said
    return wrong


def kill_once(module, url, folder, words, after):
    """Let it say so many words and work a little longer, kill it, and return all that it had said."""
    command = [sys.executable, "-m", "tests.soak.harness", module, url, str(folder)]
    environment = {**os.environ, "HONNIN_SECRET_KEY": KEY, "HONNIN_DATABASE_URL": url, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE) as process:
        assert json.loads(process.stdout.readline()) == READY
        heard = b"".join(process.stdout.readline() for _ in range(words))
        time.sleep(after)
        assert process.poll() is None, "it ended by itself"
        process.kill()
        heard += process.stdout.read()
    lines = heard.split(b"\n")[:-1]  # the last one may be half a line, which nobody was told
    return [json.loads(line) for line in lines]


def main():
    module, url, folder = sys.argv[1:]

    def say(value):
        sys.stdout.write(json.dumps(value) + "\n")
        sys.stdout.flush()

    importlib.import_module(module).work(url, Path(folder), say)


if __name__ == "__main__":
    main()
