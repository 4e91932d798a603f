"""How far the script of an impersonation has gone in a conversation: probe, isolate, move, ask, push, thank.

The machine is small and every step says which words moved it. It never goes back: small talk between two steps is part
of the script. Its state keeps what was seen so that messages which arrive one by one are read like a whole conversation.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2s
from typing import Any

from honnin.language import Manner
from honnin.model import Act, Entity, Finding, Pressure, Stage

ORDER = (Stage.NONE, Stage.CONTACT, Stage.PROBE, Stage.ISOLATE, Stage.MOVE, Stage.ASK, Stage.PUSH, Stage.THANK)

STEPS: Mapping[Stage, frozenset[str]] = {
    Stage.CONTACT: frozenset({Act.ASK_ACCEPT, Act.NEW_ACCOUNT_STORY, Act.STRANGER_INTRODUCTION}),
    Stage.PROBE: frozenset({Act.PROBE, Act.CLAIM_INCOMING_PAYMENT}),
    Stage.ISOLATE: frozenset(
        {Act.ASK_REPLY_PRIVATE, Act.ASK_KEEP_OTHERS_OUT, Act.EXCUSE_NO_CALL, Pressure.SECRECY, Pressure.ISOLATION}
    ),
    Stage.MOVE: frozenset({Act.ASK_GROUP, Act.ASK_ADD_ACCOUNTING, Act.ASK_INVITE_LINK, Act.MOVE_APP}),
    Stage.ASK: frozenset(
        {
            Act.ASK_TRANSFER,
            Act.GIVE_ACCOUNT,
            Act.CHANGE_ACCOUNT,
            Act.ASK_ACCOUNT_DATA,
            Act.ASK_BALANCE,
            Act.ASK_CREDENTIALS,
            Act.ASK_CODE,
            Act.ASK_PERSONAL_DATA,
            Act.ASK_GIFT_CARD,
            Act.ASK_FEE,
            Act.ASK_LOGIN,
            Act.ASK_UPDATE_DETAILS,
            Act.ASK_INSTALL,
            Act.ASK_ENABLE_MACRO,
        }
    ),
}
"""What a turn does, and the stage the script has then reached."""

PUSHES = frozenset(
    {Act.ASK_RECEIPT, Act.ASK_TRANSFER, Act.ASK_GIFT_CARD, Act.ASK_FEE, Act.ASK_CODE}
    | {Pressure.URGENCY, Pressure.DEADLINE, Pressure.THREAT}
)
"""Once something was asked for, any of these in a later turn presses for it."""

THANKS = (
    "ありがとう",
    "助かりました",
    "助かった",
    "お疲れさまでした",
    "確認できました",
    "thank you",
    "thanks",
    "appreciate",
)
"""How the script takes its leave once it was served; read only after something was asked for."""

ACTS = frozenset(Act)
FORGET_AFTER = timedelta(days=14)
FORGET_AFTER_TURNS = 200
LONGEST_QUOTE = 80
MOST_DESTINATIONS = 20
"""Bank accounts remembered of one conversation."""
LEAST_TURNS = 5
"""Only in a conversation of so many turns is a bank account that never stood in it a new one."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the script: the stage reached, in which turn of the conversation, by which finding and words."""

    stage: Stage
    turn: int
    kind: str
    quote: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """Something found in an earlier message of this conversation, by the name rules know it by."""

    atom: str
    turn: int
    quote: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ConversationState:
    """What is remembered of a conversation; ``turns`` counts those of the account under examination.

    >>> state = ConversationState().after([Finding("ask_group", "グループを作って", 0, 8)], "グループを作って")
    >>> state.stage, state.steps[0].quote
    (<Stage.MOVE: 'move'>, 'グループを作って')
    >>> ConversationState.from_json(state.to_json()) == state
    True
    """

    turns: int = 0
    steps: tuple[Step, ...] = ()
    seen: tuple[Seen, ...] = field(default=())
    manner: Manner = field(default_factory=Manner)
    destinations: tuple[str, ...] = ()

    @property
    def stage(self) -> Stage:
        return max((step.stage for step in self.steps), key=ORDER.index, default=Stage.NONE)

    def after(self, findings: Iterable[Finding], folded: str, at: datetime | None = None) -> ConversationState:
        """The state once a further turn was read; ``folded`` is the turn's text in its plain form."""
        machine = Machine(self)
        machine.read(findings, folded)
        return machine.state(at)

    def to_json(self) -> str:
        return json.dumps(
            {
                "v": 2,
                "turns": self.turns,
                "steps": [[s.stage.value, s.turn, s.kind, s.quote, s.start, s.end] for s in self.steps],
                "seen": [[s.atom, s.turn, s.quote, s.at.isoformat() if s.at else None] for s in self.seen],
                "manner": [self.manner.texts, dict(self.manner.counts)],
                "destinations": self.destinations,
            },
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str | None) -> ConversationState:
        """Read a kept state. One that cannot be read is a conversation of which nothing is known yet."""
        try:
            data: Any = json.loads(text or "{}")
            texts, counts = data.get("manner", (0, {}))
            return cls(
                int(data.get("turns", 0)),
                tuple(
                    Step(Stage(s[0]), int(s[1]), str(s[2]), str(s[3]), int(s[4]), int(s[5]))
                    for s in data.get("steps", ())
                ),
                tuple(
                    Seen(str(s[0]), int(s[1]), str(s[2]), datetime.fromisoformat(s[3]) if s[3] else None)
                    for s in data.get("seen", ())
                ),
                Manner(int(texts), {str(trait): int(count) for trait, count in counts.items()}),
                tuple(str(one) for one in data.get("destinations", ())),
            )
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            return cls()

    def remembered(self, at: datetime | None) -> tuple[Seen, ...]:
        """What was seen and is not too long ago: a question asked last spring is no part of today's script."""
        return tuple(
            s
            for s in self.seen
            if self.turns - s.turn <= FORGET_AFTER_TURNS and not (at and s.at and at - s.at > FORGET_AFTER)
        )


class Machine:
    """Reads the turns of one screening one after the other. Each turn costs what it holds, however long the talk."""

    def __init__(self, before: ConversationState | None = None) -> None:
        self._before = before or ConversationState()
        self.turns = self._before.turns
        self.steps = list(self._before.steps)
        self._reached = {step.stage for step in self.steps}
        self._seen: dict[str, tuple[int, str]] = {}
        self._manner = self._before.manner
        self._destinations = dict.fromkeys(self._before.destinations)

    @property
    def stage(self) -> Stage:
        return self.steps[-1].stage if self.steps else Stage.NONE

    def read(self, findings: Iterable[Finding], folded: str) -> list[Step]:
        """Read one turn and return the steps it took, in the order of the script."""
        by_kind: dict[str, Finding] = {}
        for finding in findings:
            by_kind.setdefault(finding.kind, finding)
        turn, self.turns = self.turns, self.turns + 1
        for kind, finding in by_kind.items():
            self._seen[_atom(kind)] = (turn, finding.quote[:LONGEST_QUOTE])
        asked_before = Stage.ASK in self._reached
        taken = [self._take(stage, turn, by_kind, kinds) for stage, kinds in STEPS.items()]
        if asked_before:
            taken.append(self._take(Stage.PUSH, turn, by_kind, PUSHES))
            taken.append(self._thank(turn, by_kind, folded))
        steps = [step for step in taken if step is not None]
        self.steps.extend(steps)
        self.steps.sort(key=lambda step: ORDER.index(step.stage))
        return steps

    def breaks_manner(self, folded: str) -> bool:
        """Whether a text, not yet read, is written unlike what this account wrote before; from then on it counts as well."""
        broken, self._manner = self._manner.meet(folded)
        return broken

    def new_destinations(self, entities: Iterable[Finding]) -> list[Finding]:
        """The bank accounts that a long conversation never named before; none in one that only begins."""
        new = []
        for entity in entities:
            if entity.kind == Entity.ACCOUNT_NUMBER:
                mark = blake2s(entity.value.encode(), digest_size=6).hexdigest()
                if mark not in self._destinations:
                    if self._destinations or self.turns >= LEAST_TURNS:
                        new.append(entity)
                    if len(self._destinations) < MOST_DESTINATIONS:
                        self._destinations[mark] = None
        return new

    def state(self, at: datetime | None = None) -> ConversationState:
        """What to remember: each kind of finding once, where it was seen last."""
        fresh = {atom: Seen(atom, turn, quote, at) for atom, (turn, quote) in self._seen.items()}
        kept = {seen.atom: seen for seen in self._before.remembered(at)} | fresh
        return ConversationState(
            self.turns, tuple(self.steps), tuple(kept.values()), self._manner, tuple(self._destinations)
        )

    def _take(self, stage: Stage, turn: int, found: Mapping[str, Finding], kinds: frozenset[str]) -> Step | None:
        if stage in self._reached:
            return None
        for kind, finding in found.items():
            if kind in kinds:
                self._reached.add(stage)
                return Step(stage, turn, kind, finding.quote[:LONGEST_QUOTE], finding.start, finding.end)
        return None

    def _thank(self, turn: int, found: Mapping[str, Finding], folded: str) -> Step | None:
        """A short word of thanks that asks for nothing more."""
        if Stage.THANK in self._reached or len(folded) > LONGEST_QUOTE or not ACTS.isdisjoint(found):
            return None
        words = next((words for words in THANKS if words in folded), None)
        if words is None:
            return None
        self._reached.add(Stage.THANK)
        return Step(Stage.THANK, turn, "thanks", words)


def _atom(kind: str) -> str:
    return f"act:{kind}" if kind in ACTS else f"pressure:{kind}"
