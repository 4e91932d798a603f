"""The case desk: what comes in is grouped into cases, people work them one at a time, and a closed case teaches the guard."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from honnin.app.clues import clues
from honnin.app.copies import CopyKeeper
from honnin.app.desk_ports import (
    Aside,
    CaseStore,
    ContainmentConnector,
    DeedResult,
    Indicators,
    NoConnector,
    QueueFilter,
    Reporters,
    Row,
    Sealing,
)
from honnin.app.intake import alert_id, entry_of_alert, entry_of_report
from honnin.app.ports import AlertFilter, StoredVerdict, Transaction, VerdictStore
from honnin.cases.case import (
    DESK,
    Case,
    CaseState,
    Claimed,
    Decided,
    DeedAsked,
    DeedDone,
    DeedFailed,
    Happening,
    Joined,
    MergedInto,
    Noted,
    Outcome,
    Released,
    Reopened,
    Sealed,
    SetAside,
    SplitOff,
    Step,
    StepRefusedError,
    TookOver,
    apply,
    refuse,
)
from honnin.cases.case import CountedAgain as Counted
from honnin.cases.containment import Deed
from honnin.cases.entry import Entry, EntryKind
from honnin.cases.grouping import Profile, joined, lookup_keys, place
from honnin.cases.labels import LASTS, Label, LabelKind, check_label, lift
from honnin.cases.report import Report, State
from honnin.cases.triage import priority
from honnin.errors import HonninError
from honnin.evidence.item import Capture, Kind, Method, Source
from honnin.model import Account, Event, Level, Text, Verdict

CLAIM_LASTS = timedelta(minutes=30)
MOST_TRIED = 20
MOST_LEARNT = 12
ATTRACTS = {CaseState.WAITING, CaseState.WORKING}
TOLD = {
    Outcome.FRAUD: State.ACTED,
    Outcome.FALSE_ALARM: State.RECORDED,
    Outcome.UNCLEAR: State.RECORDED,
    Outcome.ELSEWHERE: State.ELSEWHERE,
}
"""What a reporter is told of each outcome; "false alarm" reads like any other that is kept on record."""
NEW_IN = "新しい知らせが届きました。/ Something new came in."
ADDED = "通報者が書き足しました。/ The reporter added to it."


class NoCaseError(HonninError):
    """There is no such case."""

    def __init__(self) -> None:
        super().__init__(Text("その案件はありません。", "There is no such case."))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskParts:
    """What the desk works with beside its store. ``ours`` are marks of our own people; ``new_id`` gives unused names."""

    verdicts: VerdictStore
    sealing: Sealing
    copies: CopyKeeper
    indicators: Indicators
    screen: Callable[[Event], Verdict]
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    transaction: Transaction
    reporters: Reporters | None = None
    connector: ContainmentConnector = field(default_factory=NoConnector)
    ours: Callable[[], Collection[str]] = tuple


class CaseDesk:
    """Takes in what comes, and does what people decide. Every step of a case goes through ``apply`` and is kept for ever."""

    def __init__(self, store: CaseStore, parts: DeskParts) -> None:
        self.store = store
        self._with = parts

    # ---- coming in

    def take_in(self, report: Report) -> str:
        """Put a report where it belongs and return the case; a report that came before only adds what is new."""
        entry = entry_of_report(report, self._with.ours())
        known = self.store.entry_case(entry.id)
        if known:
            return self._added(known)
        case_id = self._place(entry)
        self._with.sealing.file(report.folder, into=folder(case_id), by=DESK)
        return case_id

    def take_alert(self, stored: StoredVerdict) -> str:
        """Put an alert of the guard where it belongs and return the case, "" where it is no alert."""
        if not stored.verdict.level.is_alert:
            return ""
        entry = entry_of_alert(stored, self._with.ours())
        return self.store.entry_case(entry.id) or self._place(entry)

    def catch_up(self, *, since: datetime) -> int:
        """Take in alerts that were kept but never reached the desk, because the program ended in between."""
        missed = [
            one
            for one in self._alerts(since)
            if one.handled_at is None and not self.store.entry_case(alert_id(one.source, one.event.id))
        ]
        for stored in reversed(missed):
            self.take_alert(stored)
        return len(missed)

    def _alerts(self, since: datetime) -> Iterator[StoredVerdict]:
        page = 1
        while True:
            found = self._with.verdicts.search(AlertFilter(alerts_only=True, since=since, page=page))
            yield from found.items
            if page * found.per_page >= found.total:
                return
            page += 1

    def _added(self, case_id: str) -> str:
        with self._with.transaction(locks=[lock(case_id)]):
            case = self._case(case_id)
            if case.state is not CaseState.MERGED:
                self._step(case, Noted(ADDED), DESK, "")
        return case_id

    def _place(self, entry: Entry) -> str:
        keys = lookup_keys(entry)
        with self._with.transaction(locks=[f"entry:{entry.id}", *(f"case-key:{key}" for key in keys)]):
            if known := self.store.entry_case(entry.id):
                return known
            placement = place(entry, self.store.profiles(keys))
            if not placement.joins:
                return self._open(entry)
            others = placement.bridges
            with self._with.transaction(locks=[lock(each) for each in (placement.joins, *others)]):
                case = self._case(placement.joins)
                if case.state is CaseState.MERGED:
                    return self._open(entry)
                for other in others:
                    case = self._bridge(case, other, entry)
                self._join(case, entry, placement.why)
            return case.id

    def _open(self, entry: Entry) -> str:
        case = Case(id=self._with.new_id(), opened_at=entry.at)
        profile = Profile(case.id).with_entry(entry)
        first = apply(case, Happening(Joined(entry.part), DESK, self._with.now()))
        self.store.add(case, self._row(first, entry), profile)
        self.store.save(first, self._row(first, entry), Happening(Joined(entry.part), DESK, self._with.now()), profile)
        self.store.add_entry(entry, case.id)
        return case.id

    def _join(self, case: Case, entry: Entry, why: Text) -> None:
        if case.state is CaseState.CLOSED:
            case = self._step(case, Reopened(), DESK, NEW_IN)
        profile = self.store.profile(case.id).with_entry(entry)
        self.store.add_entry(entry, case.id)
        changed = self._step(case, Joined(entry.part), DESK, f"{why.ja} / {why.en}", profile=profile)
        if self.store.aside(entry.who) is not None and entry.kind is not EntryKind.ALERT:
            self._step(
                changed, SetAside(entry.who), DESK, "この通報者の通報は数えません。/ Reports by them do not count."
            )

    def _bridge(self, case: Case, other_id: str, entry: Entry) -> Case:
        """Make one of two cases that one entry ties together, where nobody has worked on the other yet."""
        other = self._case(other_id)
        if other.state is not CaseState.WAITING or other.claim is not None:
            return case
        return self._merge(case, other, DESK, f"{entry.id} が両方に当てはまります。/ {entry.id} belongs to both.")

    # ---- the queue

    def queue(self, wanted: QueueFilter) -> tuple[Row, ...]:
        return self.store.queue(wanted)

    def case(self, case_id: str) -> Case:
        return self._case(case_id)

    def claim(self, case_id: str, *, by: str) -> Case:
        """Take a case alone for half an hour; each step the holder takes makes it half an hour again."""
        now = self._with.now()
        with self._with.transaction(locks=[lock(case_id)]):
            case = self._case(case_id)
            is_first = not any(happening for happening in (case.claim, case.decided_at) if happening)
            case = self._step(case, Claimed(now + CLAIM_LASTS), by, "")
            if is_first:
                self._tell(case, State.LOOKED_AT)
        return case

    def next(self, *, by: str) -> Case | None:
        """Take the most pressing case that nobody works on, None where there is none."""
        now = self._with.now()
        for row in self.store.queue(QueueFilter(free_at=now, most=MOST_TRIED)):
            try:
                return self.claim(row.id, by=by)
            except StepRefusedError:
                continue  # somebody was quicker
        return None

    def release(self, case_id: str, *, by: str) -> Case:
        return self.do(case_id, Released(), by=by)

    # ---- work

    def do(self, case_id: str, step: Step, *, by: str, why: str = "") -> Case:
        """Take one step in a case; what its holder does keeps it theirs for longer."""
        with self._with.transaction(locks=[lock(case_id)]):
            case = self._step(self._case(case_id), step, by, why)
            now = self._with.now()
            if case.claim is not None and case.claim.by == by and case.claim.until - now < CLAIM_LASTS / 2:
                case = self._step(case, Claimed(now + CLAIM_LASTS), by, "")
            return case

    def capture(self, case_id: str, account: str, *, by: str, uploads: Sequence[Capture] = ()) -> Case:
        """Seal what there is of an account: what we kept, what the service still shows, and what is handed in."""
        case = self._case(case_id)
        if account not in case.accounts:
            raise refuse("この案件のアカウントではありません。", "This account does not belong to the case.")
        found = [*self._kept_of(case, account), *self._with.connector.captures(account), *uploads]
        if not found:
            raise refuse(
                "保全できるものがまだありません。画面の写しなどのファイルを付けてください。",
                "There is nothing to seal yet. Attach screenshots or files.",
            )
        things = [replace(each, ref=reference(account)) for each in found]
        with self._with.transaction(locks=[lock(case_id)]):
            case = self._case(case_id)
            sealed = self._with.sealing.capture(folder(case_id), things, by=by)
            return self._step(case, Sealed(account, tuple(dict.fromkeys(each.item.id for each in sealed))), by, "")

    def contain(self, case_id: str, deed: Deed, *, by: str) -> Case:
        """Do something against an account, through its service or by hand; refused while its evidence is not sealed.

        It is noted before it is tried, so that an end of the program in between is seen and the deed tried again.
        """
        if deed.kind.needs_evidence and not self._with.sealing.is_sealed(reference(deed.account)):
            raise refuse(
                "消す前に残す：先にこのアカウントのプロフィールとやり取りを保全してください。",
                "Keep before you delete: first capture and seal this account's profile and conversation.",
            )
        by_hand = not self._with.connector.can(deed.kind, deed.account)
        case = self.do(case_id, DeedAsked(deed, by_hand), by=by)
        if by_hand:
            return case
        came = self._perform(deed)
        return self.do(
            case_id, DeedDone(deed.id, came.words) if came.is_done else DeedFailed(deed.id, came.words), by=by
        )

    def _perform(self, deed: Deed) -> DeedResult:
        try:
            return self._with.connector.perform(deed)
        except HonninError as error:
            return DeedResult(False, f"{error.text.ja} / {error.text.en}")

    def new_deed_id(self) -> str:
        return self._with.new_id()

    # ---- deciding

    def decide(self, case_id: str, decided: Decided, *, by: str, why: str, reply: str = "", learn: bool = True) -> Case:
        """Close a case with a reason, tell its reporters, and let the guard learn from confirmed fraud.

        What confirmed fraud names is proposed for sharing, too; ``learn`` is about the words alone.
        """
        with self._with.transaction(locks=[lock(case_id)]):
            case = self._case(case_id)
            keep = self.store.profile(case_id) if decided.outcome is Outcome.FRAUD else Profile(case_id)
            case = self._step(case, decided, by, why, profile=keep)
            for entry in self._counted(case, EntryKind.ALERT):
                self._with.verdicts.mark_handled(entry.reference, by=by, at=self._with.now(), source=entry.source)
            self._tell(case, TOLD[decided.outcome], reply)
            if decided.outcome is Outcome.FRAUD:
                told = tuple(self.told_events(case))
                self._with.indicators.propose(clues(case, told), by=by, case_id=case.id)
                if learn:
                    self._learn(told, by, decided.tactic)
            return case

    def reopen(self, case_id: str, *, by: str, why: str) -> Case:
        with self._with.transaction(locks=[lock(case_id)]):
            profile = Profile(case_id)
            for entry in self.store.entries(case_id):
                profile = profile.with_entry(entry)
            return self._step(self._case(case_id), Reopened(), by, why, profile=profile)

    def _learn(self, told: Iterable[StoredVerdict], by: str, tactic: str) -> None:
        """Remember the words of confirmed fraud, so that near copies are known at once."""
        for event in told:
            self._with.copies.remember(event, by=by, tactic=tactic)

    def told_events(self, case: Case) -> Iterator[StoredVerdict]:
        """Yield what the case is about as events: the alerts, and the words of reports that are unlike each other."""
        seen: set[object] = set()
        for entry in self._counted(case, EntryKind.ALERT)[:MOST_LEARNT]:
            if stored := self._with.verdicts.get(entry.reference, entry.source):
                yield stored
        for entry in self._counted(case, EntryKind.REPORT):
            says = entry.sketch or entry.words
            if says and says not in seen and len(seen) < MOST_LEARNT:
                seen.add(says)
                yield self._as_event(entry)

    def _as_event(self, entry: Entry) -> StoredVerdict:
        platform, _, account_id = entry.account.partition(":")
        sender = Account(platform=platform, account_id=account_id, name=entry.name, organization=entry.company)
        event = Event(entry.reference, text=entry.words, sender=sender)
        return StoredVerdict(event, self._with.screen(event), entry.at, "report")

    def _counted(self, case: Case, kind: EntryKind) -> tuple[Entry, ...]:
        return self.store.entries_of([part.id for part in case.counted if part.kind is kind])

    def _tell(self, case: Case, state: State, reply: str = "") -> None:
        if self._with.reporters is not None:
            for part in case.parts:
                if part.kind is not EntryKind.ALERT:
                    self._with.reporters.move(part.id.removeprefix("report:"), state, reply=reply)

    # ---- grouping by hand

    def merge(self, case_id: str, other_id: str, *, by: str, why: str) -> Case:
        """Make one case of two; all of the other one belongs to the first from then on."""
        with self._with.transaction(locks=[lock(case_id), lock(other_id)]):
            case, other = self._case(case_id), self._case(other_id)
            if not case.is_open or not other.is_open:
                raise refuse("開いている案件どうしをまとめてください。", "Only open cases can be merged.")
            if (holder := other.holder(self._with.now())) and holder != by:
                raise refuse(f"{holder} さんが担当しています。", f"{holder} works on the other case.")
            return self._merge(case, other, by, why)

    def _merge(self, case: Case, other: Case, by: str, why: str) -> Case:
        profile = joined(self.store.profile(case.id), self.store.profile(other.id))
        taken = self._step(case, TookOver(other), by, why, profile=profile)
        self._step(other, MergedInto(case.id), by, why, profile=Profile(other.id))
        self.store.move_entries([part.id for part in other.parts], case.id)
        self._with.sealing.file(folder(other.id), into=folder(case.id), by=by)
        return taken

    def split(self, case_id: str, entry_ids: Collection[str], *, by: str, why: str) -> Case:
        """Make a case of its own of some entries, and return it."""
        with self._with.transaction(locks=[lock(case_id)]):
            case = self._case(case_id)
            chosen = self.store.entries_of(tuple(entry_ids))
            new_id = self._with.new_id()
            left = self._step(case, SplitOff(tuple(sorted(set(entry_ids))), new_id), by, why, save=False)
            parts = tuple(part for part in case.parts if part.id in set(entry_ids))
            new = Case(id=new_id, opened_at=min(part.at for part in parts))
            profile = Profile(new_id)
            for entry in chosen:
                profile = profile.with_entry(entry)
            self.store.add(new, self._row(new, chosen[0]), profile)
            for part in parts:
                new = self._step(new, Joined(part), by, why)
            self.store.move_entries(entry_ids, new_id)
            rest = Profile(case_id)
            for entry in self.store.entries(case_id):
                rest = rest.with_entry(entry)
            happening = Happening(SplitOff(tuple(sorted(set(entry_ids))), new_id), by, self._with.now(), why)
            self.store.save(left, self._row(left), happening, rest)
            return new

    # ---- reporters in bad faith

    def set_reporter_aside(self, who: str, *, by: str, why: str) -> int:
        """Let nothing that somebody reported count, now or later; return how many cases changed. Nothing is erased."""
        if len("".join(why.split())) < 4:
            raise refuse("理由を書いてください。", "Write the reason.")
        cases = sorted(set(self.store.cases_of_reporter(who)))
        with self._with.transaction(locks=[f"reporter:{who}", *map(lock, cases)]):
            self.store.set_aside(Aside(who, by, self._with.now(), why))
            return sum(self._tried(case_id, SetAside(who), by, why) for case_id in cases)

    def count_reporter_again(self, who: str, *, by: str, why: str) -> int:
        cases = sorted(set(self.store.cases_of_reporter(who)))
        with self._with.transaction(locks=[f"reporter:{who}", *map(lock, cases)]):
            found = self.store.aside(who)
            if found is None:
                raise refuse("この人の通報は数えられています。", "Reports by them do count.")
            self.store.end_aside(replace(found, ended_by=by, ended_at=self._with.now(), ended_why=why))
            return sum(self._tried(case_id, Counted(who), by, why) for case_id in cases)

    def _tried(self, case_id: str, step: Step, by: str, why: str) -> bool:
        case = self._case(case_id)
        if not case.is_open:
            return False
        self._step(case, step, by, why)
        return True

    # ---- labels

    def label(
        self, case_id: str, account: str, kind: LabelKind, *, by: str, why: str, lasts: timedelta = LASTS
    ) -> Label:
        """Set a label on an account of a case, with reason and end."""
        now = self._with.now()
        made = Label(
            id=self._with.new_id(),
            account=account,
            kind=kind,
            reason=why,
            by=by,
            at=now,
            expires_at=now + lasts,
            case=case_id,
        )
        with self._with.transaction(locks=[lock(case_id)]):
            self.store.add_label(check_label(made, self._case(case_id)))
        return made

    def lift_label(self, case_id: str, label_id: str, *, by: str, why: str) -> Label:
        """Lift a label; where the case holds an appeal of the account's owner, not by whoever set it."""
        case = self._case(case_id)
        appeals = any(part.kind is EntryKind.APPEAL for part in case.parts)
        with self._with.transaction(locks=[f"label:{label_id}"]):
            found = next((one for one in self.store.labels(case.accounts) if one.id == label_id), None)
            if found is None:
                raise refuse("その表示はありません。", "There is no such label.")
            lifted = lift(found, by=by, at=self._with.now(), why=why, on_appeal=appeals)
            self.store.lift_label(lifted)
        return lifted

    # ---- inside

    def _case(self, case_id: str) -> Case:
        case = self.store.get(case_id)
        if case is None:
            raise NoCaseError
        return case

    def _step(
        self, case: Case, step: Step, by: str, why: str, *, profile: Profile | None = None, save: bool = True
    ) -> Case:
        happening = Happening(step, by, self._with.now(), why.strip())
        changed = apply(case, happening)
        if save:
            self.store.save(changed, self._row(changed), happening, profile)
        return changed

    def _row(self, case: Case, entry: Entry | None = None) -> Row:
        found = priority(case.parts, opened_at=case.opened_at)
        kinds = [part.kind for part in case.parts]
        level = max((part.level for part in case.counted), key=lambda each: each.rank, default=Level.OK)
        return Row(
            id=case.id,
            state=case.state,
            lane=found.lane,
            look_by=found.look_by,
            opened_at=case.opened_at,
            name=entry.name if entry else "",
            account=case.accounts[0] if case.accounts else "",
            channel=entry.channel if entry else "",
            words=entry.words[:200] if entry else "",
            level=level,
            harms=tuple(harm.value for harm in case.harms),
            reports=kinds.count(EntryKind.REPORT),
            alerts=kinds.count(EntryKind.ALERT),
            appeals=kinds.count(EntryKind.APPEAL),
            claimed_by=case.claim.by if case.claim else "",
            claimed_at=case.claim.at if case.claim else None,
            claimed_until=case.claim.until if case.claim else None,
            outcome=case.outcome,
            decided_at=case.decided_at,
        )

    def _kept_of(self, case: Case, account: str) -> Iterator[Capture]:
        platform, _, account_id = account.partition(":")
        for entry in self._counted(case, EntryKind.ALERT):
            stored = self._with.verdicts.get(entry.reference, entry.source) if entry.account == account else None
            if stored is None:
                continue
            source = Source(
                platform=platform, account=account_id, room=stored.conversation[:200], message=stored.event.id
            )
            talk = self._with.verdicts.conversation(stored.conversation) if stored.conversation else (stored,)
            content = json.dumps([_plain(one) for one in talk], ensure_ascii=True, indent=1).encode()
            yield Capture(Kind.CONVERSATION, Method.API, content, "application/json", "conversation.json", source)
            if stored.event.sender is not None:
                profile = json.dumps(_profile(stored.event.sender), ensure_ascii=True, indent=1).encode()
                yield Capture(Kind.PROFILE, Method.API, profile, "application/json", "profile.json", source)


def _plain(stored: StoredVerdict) -> dict[str, object]:
    """Write an event as it came in; what we made of it is not part of the evidence."""
    event = stored.event
    turns = [
        {"who": turn.who, "text": turn.text, "sent_at": turn.sent_at.isoformat() if turn.sent_at else ""}
        for turn in event.turns
    ]
    return {
        "id": event.id,
        "source": stored.source,
        "received_at": stored.received_at.isoformat(),
        "sent_at": event.sent_at.isoformat() if event.sent_at else "",
        "subject": event.subject,
        "text": event.text,
        "turns": turns,
        "sender": _profile(event.sender or Account()),
    }


def _profile(account: Account) -> dict[str, str]:
    return {name: getattr(account, name) for name in account.__slots__}


def lock(case_id: str) -> str:
    return f"case:{case_id}"


def folder(case_id: str) -> str:
    """Name the folder of the evidence locker that belongs to a case."""
    return f"case/{case_id}"


def reference(account: str) -> str:
    """Name an account as evidence refers to it."""
    return f"account:{account}"[:500]
