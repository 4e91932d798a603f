"""Nothing is lost: killed at random points, what was acknowledged is there and what is there is whole.

A sample of few kills with all other tests; ``make soak`` kills some hundred times. HONNIN_SOAK_SEED repeats a run.
"""

import os
import random

import pytest
from tests.soak.harness import kill_often

WORKS = {"tests.soak.sealing": 2, "tests.soak.exporting": 1, "tests.soak.intake": 3}
"""Each piece of work, with how often it is killed in the sample on each database."""
KILLS = int(os.environ.get("HONNIN_SOAK_KILLS", "0"))
DATABASES = 2


@pytest.mark.parametrize("module", WORKS)
def test_nothing_is_lost(module, database_url, tmp_path):
    times = -(-KILLS // (len(WORKS) * DATABASES)) or WORKS[module]
    seed = int(os.environ.get("HONNIN_SOAK_SEED") or random.SystemRandom().randrange(10**6))
    assert kill_often(module, database_url, tmp_path, times, seed) == []
