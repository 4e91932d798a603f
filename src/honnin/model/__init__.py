"""The words everything else is written in: events in, verdicts out.

Only plain frozen values live here, with no behaviour beyond reading themselves. Field names follow the stable
contract of ``honnin screen`` (see ``docs/contract.md``), so a row of JSON and a value look alike.
"""

from honnin.model.event import Account, Channel, Event, Kind, KnownAccount, Person, Recipient, Relationship, Turn
from honnin.model.facts import Evidence, Facts
from honnin.model.identity import FeatureScore, IdentityMatch, Judgement
from honnin.model.link import LinkCheck, LinkLevel, LinkReason
from honnin.model.reading import Act, Entity, Finding, Pressure, Reading
from honnin.model.text import Text
from honnin.model.verdict import (
    Action,
    Level,
    OpinionFinding,
    OpinionOutcome,
    SecondOpinion,
    Severity,
    Signal,
    Stage,
    Verdict,
)

__all__ = [
    "Account",
    "Act",
    "Action",
    "Channel",
    "Entity",
    "Event",
    "Evidence",
    "Facts",
    "FeatureScore",
    "Finding",
    "IdentityMatch",
    "Judgement",
    "Kind",
    "KnownAccount",
    "Level",
    "LinkCheck",
    "LinkLevel",
    "LinkReason",
    "OpinionFinding",
    "OpinionOutcome",
    "Person",
    "Pressure",
    "Reading",
    "Recipient",
    "Relationship",
    "SecondOpinion",
    "Severity",
    "Signal",
    "Stage",
    "Text",
    "Turn",
    "Verdict",
]
