"""The second reader as tests use it: what it is asked is kept, what it says is given."""

import json
from dataclasses import dataclass, field


def opinion(level="caution", *findings):
    """An answer as it should be; a finding is a tactic and a line."""
    rows = findings or (() if level == "ok" else (("group_creation", 1),))
    return json.dumps({"level": level, "findings": [{"tactic": tactic, "line": line} for tactic, line in rows]})


@dataclass
class FakeReader:
    """Says ``answer`` to everything; where that is a function, what it makes of the question. None is no answer."""

    answer: object = field(default_factory=opinion)
    name: str = "fake-model"
    asked: list = field(default_factory=list)

    def read(self, question):
        self.asked.append(question)
        return self.answer(question) if callable(self.answer) else self.answer
