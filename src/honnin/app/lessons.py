"""What a closed case proposes for the rules: examples that somebody looks over and adds, never applied by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable

import yaml

from honnin.app.ports import StoredVerdict
from honnin.cases.case import Case, Outcome
from honnin.cases.entry import written_by_them
from honnin.model import Account
from honnin.rules import Pack

LONGEST_EXAMPLE = 500
MOST_EXAMPLES = 6
MOST_RULES = 5
_DIGIT = re.compile(r"\d")
_LINK = re.compile(r"https?://\S+")
_MAIL = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9.\-]+")
HEAD = """\
# 閉じた案件からの提案です。そのままでは何も変わりません。名前・番号・社名が残っていないか読み、言い換えてから規則に加えてください。
# A proposal from a closed case. It changes nothing by itself: read it for names, numbers and companies, reword it, then add it.
"""


def proposal(case: Case, told: Iterable[StoredVerdict], pack: Pack) -> str:
    """Write examples for the rules as YAML: ``fires_on`` after confirmed fraud, ``silent_on`` after a false alarm; "" for neither.

    Confirmed fraud is proposed for the rules of its tactic, a false alarm for the rules that spoke.
    """
    seen = list(told)[:MOST_EXAMPLES]
    spoke = [signal.id for one in seen for signal in one.verdict.signals]
    match case.outcome:
        case Outcome.FRAUD:
            fitting = [rule.id for rule in pack.rules if case.tactic and case.tactic in rule.tactics]
            ids, name = [*(each for each in fitting if each in spoke), *fitting], "fires_on"
        case Outcome.FALSE_ALARM:
            ids, name = spoke, "silent_on"
        case _:
            return ""
    examples = [{"text": text} for one in seen if (text := _example(one))]
    rows = [{"id": rule, name: examples} for rule in list(dict.fromkeys(ids))[:MOST_RULES]]
    if not rows or not examples:
        rows = [{"id": "", name: examples}]
    body = {"proposal": {"case": case.id, "outcome": case.outcome.value, "tactic": case.tactic}, "rules": rows}
    return HEAD + yaml.safe_dump(body, allow_unicode=True, sort_keys=False, width=120)


def _example(stored: StoredVerdict) -> str:
    """Return the words without what would tell who is meant, as far as that is known."""
    sender = stored.event.sender or Account()
    recipient = stored.event.recipient
    text = " ".join(" ".join(written_by_them(stored.event)).split())[:LONGEST_EXAMPLE]
    text = _MAIL.sub("someone@example.jp", _LINK.sub("https://example.jp/", text))
    for name, instead in (
        (sender.organization, "見本商事"),
        (sender.name, "試験 太郎"),
        (recipient.name if recipient else "", "見本 花子"),
    ):
        for part in {name, *name.split()} - {""}:
            if len(part) > 1:
                text = text.replace(part, instead)
    return _DIGIT.sub("0", text)
