"""Runs an example through the real screening and says which rules fired."""

from functools import cache

from honnin.rules import Example, event_of
from honnin.screening.copies import memory_of
from honnin.screening.engine import Engine


@cache
def engine() -> Engine:
    return Engine.load()


def fired(example: Example) -> frozenset[str]:
    verdict = engine().screen(event_of(example), memory=memory_of([example.copy_of]))
    return frozenset(signal.id for signal in verdict.signals)
