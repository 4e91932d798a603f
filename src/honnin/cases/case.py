"""A case: what belongs together, who works on it, what was found and done, and how it ended.

A case never changes; a step applied to it gives the next one, or is refused with what is missing. The steps are its history, with
who, when and why, and are only ever added to: the same steps always give the same case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from honnin.cases.containment import Deed, DeedRecord, DeedState
from honnin.cases.entry import EntryKind, Harm, Part
from honnin.errors import HonninError
from honnin.model import Text

SHORTEST_REASON = 4
"""Letters a reason needs at least; "ok" explains nothing to whoever reads it in a year."""
ENOUGH_REPORTERS = 2


class CaseState(StrEnum):
    """How far the work is, with a sentence each."""

    WAITING = "waiting"
    WORKING = "working"
    CLOSED = "closed"
    MERGED = "merged"

    @property
    def sentence(self) -> Text:
        return _SAID_OF_CASE_STATE[self]


_SAID_OF_CASE_STATE = {
    CaseState.WAITING: Text("担当者を待っています。", "It waits for somebody to work on it."),
    CaseState.WORKING: Text("担当者が調べています。", "Somebody works on it."),
    CaseState.CLOSED: Text("理由とともに結論を出しました。", "It was decided, with a reason."),
    CaseState.MERGED: Text(
        "ほかの案件にまとめました。中身はそちらにあります。", "It became part of another case, which holds all of it."
    ),
}


class Outcome(StrEnum):
    """How a case ended, with what it means."""

    FRAUD = "fraud"
    FALSE_ALARM = "false_alarm"
    UNCLEAR = "unclear"
    ELSEWHERE = "elsewhere"

    @property
    def sentence(self) -> Text:
        return _SAID_OF_OUTCOME[self]


_SAID_OF_OUTCOME = {
    Outcome.FRAUD: Text("なりすまし・詐欺と確認しました。", "Confirmed as impersonation or fraud."),
    Outcome.FALSE_ALARM: Text("本人、または通常の連絡でした。", "It was really them, or ordinary business."),
    Outcome.UNCLEAR: Text(
        "いまある材料では判断できません。記録は残ります。",
        "What there is does not suffice to tell. It stays on record.",
    ),
    Outcome.ELSEWHERE: Text(
        "当社の手の届かない場所のため、ほかの窓口を案内しました。",
        "It happens where we cannot act; other desks were named.",
    ),
}


class FactKind(StrEnum):
    ACCOUNT = "account"
    PERSON = "person"
    PAYMENT = "payment"
    INDICATOR = "indicator"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known of the case. ``role`` says what it is in it (impersonated, victim; asked, paid, returned)."""

    id: str
    kind: FactKind
    value: str
    role: str = ""
    amount: str = ""
    at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    id: str
    text: str
    done_by: str = ""
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Note:
    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Tick:
    """A step of the checklist that was done."""

    step: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Seal:
    """Evidence of an account that is captured and sealed in the locker."""

    account: str
    items: tuple[str, ...]
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """Who works on it alone, since when, and until when if they do nothing more."""

    by: str
    at: datetime
    until: datetime

    def holds(self, at: datetime) -> bool:
        return at < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case as it stands after all its steps; ``version`` counts them."""

    id: str
    opened_at: datetime
    version: int = 0
    state: CaseState = CaseState.WAITING
    parts: tuple[Part, ...] = ()
    claim: Claim | None = None
    facts: tuple[Fact, ...] = ()
    tasks: tuple[Task, ...] = ()
    notes: tuple[Note, ...] = ()
    ticks: tuple[Tick, ...] = ()
    seals: tuple[Seal, ...] = ()
    deeds: tuple[DeedRecord, ...] = ()
    outcome: Outcome | None = None
    tactic: str = ""
    role: str = ""
    reason: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None
    merged_into: str = ""

    @property
    def counted(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if not part.aside)

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts it is about, the most often named first."""
        times: dict[str, int] = {}
        for part in self.parts:
            if part.account:
                times[part.account] = times.get(part.account, 0) + 1
        named = sorted(times, key=lambda account: (-times[account], account))
        added = [fact.value for fact in self.facts if fact.kind is FactKind.ACCOUNT]
        return tuple(dict.fromkeys((*named, *added)))

    @property
    def harms(self) -> tuple[Harm, ...]:
        found = {harm for part in self.counted for harm in part.harms}
        return tuple(harm for harm in Harm if harm in found)

    @property
    def is_open(self) -> bool:
        return self.state in {CaseState.WAITING, CaseState.WORKING}

    def holder(self, at: datetime) -> str:
        """Return who works on it at that time, "" where nobody does or the time ran out."""
        return self.claim.by if self.claim and self.is_open and self.claim.holds(at) else ""

    def state_at(self, at: datetime) -> CaseState:
        """Return the state as it is at that time: a claim that ran out is as if it was never made."""
        return CaseState.WAITING if self.state is CaseState.WORKING and not self.holder(at) else self.state

    def is_sealed(self, account: str) -> bool:
        return any(seal.account == account and seal.items for seal in self.seals)


@dataclass(frozen=True, slots=True)
class Joined:
    """Something more came in that belongs to it."""

    part: Part


@dataclass(frozen=True, slots=True)
class Claimed:
    until: datetime


@dataclass(frozen=True, slots=True)
class Released:
    """It goes back into the queue."""


@dataclass(frozen=True, slots=True)
class Noted:
    text: str


@dataclass(frozen=True, slots=True)
class FactAdded:
    fact: Fact


@dataclass(frozen=True, slots=True)
class FactRemoved:
    """Crossed out: no longer shown as known, still readable in the history."""

    fact_id: str


@dataclass(frozen=True, slots=True)
class TaskAdded:
    task_id: str
    text: str


@dataclass(frozen=True, slots=True)
class TaskDone:
    task_id: str


@dataclass(frozen=True, slots=True)
class Ticked:
    step: str


@dataclass(frozen=True, slots=True)
class Unticked:
    step: str


@dataclass(frozen=True, slots=True)
class Sealed:
    account: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeedAsked:
    """It will be done now; ``by_hand`` where a person does it."""

    deed: Deed
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class DeedDone:
    deed_id: str
    result: str


@dataclass(frozen=True, slots=True)
class DeedFailed:
    deed_id: str
    problem: str


@dataclass(frozen=True, slots=True)
class DeedDropped:
    deed_id: str


@dataclass(frozen=True, slots=True)
class Decided:
    outcome: Outcome
    tactic: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Reopened:
    """Something new came in, or the decision is looked at again."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """What these reporters said does not count any more."""

    who: str


@dataclass(frozen=True, slots=True)
class CountedAgain:
    who: str


@dataclass(frozen=True, slots=True)
class TookOver:
    """All of another case, as it stood, belongs to this one from now on."""

    other: Case


@dataclass(frozen=True, slots=True)
class MergedInto:
    into: str


@dataclass(frozen=True, slots=True)
class SplitOff:
    """These entries belong to another case from now on."""

    entries: tuple[str, ...]
    into: str


Step = (
    Joined
    | Claimed
    | Released
    | Noted
    | FactAdded
    | FactRemoved
    | TaskAdded
    | TaskDone
    | Ticked
    | Unticked
    | Sealed
    | DeedAsked
    | DeedDone
    | DeedFailed
    | DeedDropped
    | Decided
    | Reopened
    | SetAside
    | CountedAgain
    | TookOver
    | MergedInto
    | SplitOff
)
T = TypeVar("T")
F = TypeVar("F", Fact, Task)
DESK = "honnin"
"""Who did it where no person did: the desk itself, when something comes in."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One step of a case's history."""

    step: Step
    by: str
    at: datetime
    why: str = ""


class StepRefusedError(HonninError):
    """A step that cannot be taken; the text says what is missing."""


def refuse(ja: str, en: str) -> StepRefusedError:
    return StepRefusedError(Text(ja, en))


def apply(case: Case, happening: Happening) -> Case:
    """Return the case after the step, or refuse it."""
    if not happening.by:
        raise refuse("だれが行ったかが必要です。", "It has to be known who did it.")
    changed = _changed(case, happening)
    return replace(changed, version=case.version + 1)


def replay(case: Case, happenings: Iterable[Happening]) -> Case:
    """Return the case after all these steps."""
    for happening in happenings:
        case = apply(case, happening)
    return case


def _changed(case: Case, happening: Happening) -> Case:
    match happening.step:
        case Joined() | SetAside() | CountedAgain() | TookOver() | MergedInto() | SplitOff():
            return _regrouped(case, happening)
        case Claimed() | Released() | Decided() | Reopened():
            return _passed_on(case, happening)
        case DeedAsked() | DeedDone() | DeedFailed() | DeedDropped() | Sealed():
            return _acted(case, happening)
        case _:
            return _recorded(case, happening)


def _regrouped(case: Case, happening: Happening) -> Case:
    step = happening.step
    _needs_unmerged(case)
    match step:
        case Joined(part):
            _needs_new(part.id, (known.id for known in case.parts))
            return replace(case, parts=(*case.parts, part))
        case SetAside(who):
            _needs_reason(happening)
            return replace(case, parts=_aside(case, who, aside=True))
        case CountedAgain(who):
            _needs_reason(happening)
            return replace(case, parts=_aside(case, who, aside=False))
        case TookOver(other):
            return _with_all_of(case, other)
        case MergedInto(into):
            return replace(case, state=CaseState.MERGED, parts=(), claim=None, merged_into=into)
        case SplitOff(entries):
            _needs_reason(happening)
            return replace(case, parts=_without_entries(case, entries))
        case _:
            raise AssertionError(step)


def _without_entries(case: Case, entries: tuple[str, ...]) -> tuple[Part, ...]:
    kept = tuple(part for part in case.parts if part.id not in entries)
    if len(kept) + len(set(entries)) != len(case.parts):
        raise refuse("この案件にないものが選ばれています。", "Something was chosen that is not in this case.")
    if not kept or len(kept) == len(case.parts):
        raise refuse(
            "分けるものを選び、一つ以上は残してください。", "Choose what to split off, and leave at least one."
        )
    return kept


def _aside(case: Case, who: str, *, aside: bool) -> tuple[Part, ...]:
    if not any(part.who == who and part.kind is not EntryKind.ALERT for part in case.parts):
        raise refuse("この人の通報はこの案件にありません。", "Nothing in this case was reported by them.")
    return tuple(
        replace(part, aside=aside) if part.who == who and part.kind is not EntryKind.ALERT else part
        for part in case.parts
    )


def _with_all_of(case: Case, other: Case) -> Case:
    if other.id == case.id or other.state is CaseState.MERGED:
        raise refuse("もうまとめられています。", "It was merged already.")
    if any(record.state.is_open for record in other.deeds):
        raise refuse(
            "先に、あちらの案件の対処を終えるか取りやめてください。",
            "First finish or drop what is being done in the other case.",
        )
    known = {part.id for part in case.parts}
    return replace(
        case,
        parts=(*case.parts, *(part for part in other.parts if part.id not in known)),
        opened_at=min(case.opened_at, other.opened_at),
        facts=_together(case.facts, other.facts),
        tasks=_together(case.tasks, other.tasks),
        notes=tuple(sorted({*case.notes, *other.notes}, key=lambda note: note.at)),
        ticks=(*case.ticks, *(tick for tick in other.ticks if tick.step not in {own.step for own in case.ticks})),
        seals=(*case.seals, *other.seals),
        deeds=(*case.deeds, *other.deeds),
    )


def _together(own: tuple[F, ...], others: tuple[F, ...]) -> tuple[F, ...]:
    known = {each.id for each in own}
    return own + tuple(each for each in others if each.id not in known)


def _passed_on(case: Case, happening: Happening) -> Case:
    step, by, at = happening.step, happening.by, happening.at
    match step:
        case Claimed(until):
            _needs_open(case)
            if (holder := case.holder(at)) and holder != by:
                raise refuse(f"{holder} さんが担当しています。", f"{holder} works on it.")
            if until <= at:
                raise refuse("期限はいまより後にしてください。", "It has to last beyond now.")
            since = case.claim.at if case.claim and case.holder(at) == by else at
            return replace(case, state=CaseState.WORKING, claim=Claim(by, since, until))
        case Released():
            _needs_claim(case, happening)
            return replace(case, state=CaseState.WAITING, claim=None)
        case Decided(outcome, tactic, role):
            _needs_claim(case, happening)
            _needs_reason(happening)
            _needs_finished_deeds(case)
            if outcome is Outcome.FRAUD and (missing := missing_grounds(case)):
                raise StepRefusedError(missing)
            closed = replace(case, state=CaseState.CLOSED, claim=None, decided_by=by, decided_at=at)
            return replace(closed, outcome=outcome, tactic=tactic, role=role, reason=happening.why)
        case Reopened():
            if case.state is not CaseState.CLOSED:
                raise refuse("閉じた案件だけ、もう一度開けます。", "Only a closed case can be opened again.")
            _needs_reason(happening)
            return replace(
                case, state=CaseState.WAITING, claim=None, outcome=None, decided_by="", decided_at=None, reason=""
            )
        case _:
            raise AssertionError(step)


def _acted(case: Case, happening: Happening) -> Case:
    step, by, at = happening.step, happening.by, happening.at
    _needs_unmerged(case)
    match step:
        case Sealed(account, items):
            if not account or not items:
                raise refuse("何を保全したかが必要です。", "It has to be known what was sealed.")
            return replace(case, seals=(*case.seals, Seal(account, items, by, at)))
        case DeedAsked(deed, by_hand):
            _needs_claim(case, happening)
            _may_be_done(case, deed)
            state = DeedState.BY_HAND if by_hand else DeedState.ASKED
            others = tuple(record for record in case.deeds if record.deed.id != deed.id)
            return replace(case, deeds=(*others, DeedRecord(deed, state, by, at)))
        case DeedDone(deed_id, result):
            if not result.strip():
                raise refuse("何をしたかを書いてください。", "Write what was done.")
            return _with_deed(case, deed_id, DeedState.DONE, result)
        case DeedFailed(deed_id, problem):
            return _with_deed(case, deed_id, DeedState.FAILED, problem)
        case DeedDropped(deed_id):
            _needs_reason(happening)
            return _with_deed(case, deed_id, DeedState.DROPPED, happening.why)
        case _:
            raise AssertionError(step)


def _may_be_done(case: Case, deed: Deed) -> None:
    if not deed.account or deed.account not in case.accounts:
        raise refuse("この案件のアカウントではありません。", "This account does not belong to the case.")
    if deed.kind.needs_evidence and not case.is_sealed(deed.account):
        raise refuse(
            "消す前に残す：先にこのアカウントのプロフィールとやり取りを保全してください。",
            "Keep before you delete: first capture and seal this account's profile and conversation.",
        )
    if any(record.deed.id == deed.id and record.state is not DeedState.FAILED for record in case.deeds):
        raise refuse("この対処はもう記録されています。", "This is on record already.")


def _with_deed(case: Case, deed_id: str, state: DeedState, result: str) -> Case:
    found = next((record for record in case.deeds if record.deed.id == deed_id), None)
    if found is None or not found.state.is_open:
        raise refuse("進めている対処ではありません。", "Nothing of that kind is being done.")
    changed = replace(found, state=state, result=result)
    return replace(case, deeds=tuple(changed if record is found else record for record in case.deeds))


def _recorded(case: Case, happening: Happening) -> Case:
    step, by, at = happening.step, happening.by, happening.at
    _needs_unmerged(case)
    match step:
        case Noted(text):
            _needs_words(text)
            return replace(case, notes=(*case.notes, Note(text, by, at)))
        case FactAdded(fact):
            _needs_words(fact.value)
            _needs_new(fact.id, (known.id for known in case.facts))
            return replace(case, facts=(*case.facts, fact))
        case FactRemoved(fact_id):
            _needs_reason(happening)
            return replace(case, facts=_without(case.facts, lambda fact: fact.id == fact_id))
        case TaskAdded(task_id, text):
            _needs_words(text)
            _needs_new(task_id, (known.id for known in case.tasks))
            return replace(case, tasks=(*case.tasks, Task(task_id, text)))
        case TaskDone(task_id):
            rest = _without(case.tasks, lambda task: task.id == task_id and task.done_at is None)
            done = next(task for task in case.tasks if task not in rest)
            return replace(case, tasks=(*rest, replace(done, done_by=by, done_at=at)))
        case Ticked(name):
            _needs_new(name, (tick.step for tick in case.ticks))
            return replace(case, ticks=(*case.ticks, Tick(name, by, at)))
        case Unticked(name):
            return replace(case, ticks=_without(case.ticks, lambda tick: tick.step == name))
        case _:
            raise AssertionError(step)


def _without(those: tuple[T, ...], is_it: Callable[[T], bool]) -> tuple[T, ...]:
    rest = tuple(each for each in those if not is_it(each))
    if len(rest) == len(those):
        raise refuse("見つかりません。", "There is no such thing.")
    return rest


def missing_grounds(case: Case) -> Text | None:
    """Say what is missing before an account may be called fraudulent: one report never condemns it.

    Two people who report independently, an alert of the guard, or evidence that somebody of us sealed.
    """
    reporters = {part.who for part in case.counted if part.kind is EntryKind.REPORT}
    alerts = any(part.kind is EntryKind.ALERT for part in case.counted)
    if alerts or len(reporters) >= ENOUGH_REPORTERS or case.seals:
        return None
    return Text(
        "通報1件だけでは、なりすましと決められません。証拠を保全するか、別の通報や見張りの警告を待ってください。",
        "One report alone does not make it fraud. Seal evidence, or wait for another report or an alert of the guard.",
    )


def _needs_unmerged(case: Case) -> None:
    if case.state is CaseState.MERGED:
        raise refuse("まとめた先の案件で続けてください。", "Go on in the case that it became part of.")


def _needs_open(case: Case) -> None:
    if not case.is_open:
        raise refuse("この案件は閉じています。", "This case is closed.")


def _needs_claim(case: Case, happening: Happening) -> None:
    _needs_open(case)
    if case.holder(happening.at) != happening.by:
        raise refuse("先にこの案件の担当になってください。", "Take this case first.")


def _needs_reason(happening: Happening) -> None:
    if len("".join(happening.why.split())) < SHORTEST_REASON:
        raise refuse("理由を書いてください。", "Write the reason.")


def _needs_finished_deeds(case: Case) -> None:
    if any(record.state.is_open for record in case.deeds):
        raise refuse(
            "進めている対処を終えるか、取りやめてから閉じてください。", "Finish or drop what is being done, then close."
        )


def _needs_words(text: str) -> None:
    if not text.strip():
        raise refuse("内容を書いてください。", "Write something.")


def _needs_new(name: str, known: Iterable[str]) -> None:
    if not name or name in known:
        raise refuse("もう記録されています。", "It is on record already.")
