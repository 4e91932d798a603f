"""Rules as data: what to watch for, what to tell the reader, and the examples that prove it.

How to write one: ``docs/rules.md``.
"""

from honnin.rules.evaluate import Evaluation, Hit, evaluate, severities
from honnin.rules.load import lint, load_pack, shipped_pack
from honnin.rules.pack import Pack, merge
from honnin.rules.proof import Failure, event_of, test_pack
from honnin.rules.rule import Example, LocalChange, Rule, State

__all__ = [
    "Evaluation",
    "Example",
    "Failure",
    "Hit",
    "LocalChange",
    "Pack",
    "Rule",
    "State",
    "evaluate",
    "event_of",
    "lint",
    "load_pack",
    "merge",
    "severities",
    "shipped_pack",
    "test_pack",
]
