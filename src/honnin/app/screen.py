"""The main use case: screen what comes in with all that is known, keep it, and remember it for the next message."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from honnin.app.copies import CopyKeeper
from honnin.app.ports import (
    ConversationStore,
    DirectoryStore,
    RelationshipStore,
    StoredVerdict,
    Transaction,
    VerdictStore,
)
from honnin.app.second import SecondReading
from honnin.copies import Memory
from honnin.identity import Directory
from honnin.model import Event, Recipient, Relationship, Verdict
from honnin.screening import ConversationState, Engine, Screened
from honnin.screening.facts import relation_atoms

EVERYONE = ""
"""The key under which an account's messages to anybody are counted, for events that name no recipient."""
WATCHED_LONG_ENOUGH = timedelta(days=30)
"""Only after so long is "we have not seen this account before" worth anything."""


@dataclass(slots=True)
class ScreeningDesk:
    """Screens events against what is installed and kept. ``screen`` keeps nothing, ``receive`` keeps everything.

    ``second`` is asked about what is received, where an operator has set one up. ``told`` hears of each alert once it is
    kept; it hears of one again where the same event comes again.
    """

    engine: Engine
    directory: DirectoryStore
    verdicts: VerdictStore
    relationships: RelationshipStore
    conversations: ConversationStore
    now: Callable[[], datetime]
    transaction: Transaction
    copies: CopyKeeper | None = None
    second: SecondReading | None = None
    told: Callable[[StoredVerdict], object] | None = None
    _known: tuple[int, Directory] | None = field(default=None, init=False)
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock, init=False)

    def screen(self, event: Event) -> Verdict:
        """Say what is found in the event, with the installed directory, confirmed fraud and nothing else from the store."""
        return self.engine.screen(event, directory=self._people(), memory=self._memory())

    def receive(
        self, event: Event, *, source: str, conversation: str = "", at: datetime | None = None
    ) -> StoredVerdict:
        """Screen an event that came in, keep it with its verdict, and remember it for those that follow.

        ``conversation`` joins messages that come one by one. An event of the same source and id that came before is
        neither kept nor counted twice. ``at`` is when it came in, where that is not now; about the past nobody is asked.
        """
        received_at = at or self.now()
        locks = [key for key in (conversation, account_key(event)) if key]
        with self._one_at_a_time, self.transaction(locks=locks):
            state = self._state(event, conversation)
            screened = self.engine.screening(
                event,
                directory=self._people(),
                relationship=self.relationship_of(event, event.sent_at or received_at),
                state=state,
                memory=self._memory(),
            )
            stored = StoredVerdict(event, screened.verdict, received_at, source, conversation)
            is_new = self.verdicts.add(stored)
            if is_new:
                self._remember(event, conversation, screened.state, event.sent_at or received_at)
                if self.copies is not None and screened.copy_of:
                    self.copies.sighted(screened.copy_of, at=received_at)
        if self.second is not None and at is None:
            stored = self._reread(stored, screened, self.second, is_new)
        if self.told is not None and at is None and stored.verdict.level.is_alert:
            self.told(stored)
        return stored

    def _reread(self, stored: StoredVerdict, screened: Screened, second: SecondReading, is_new: bool) -> StoredVerdict:
        """Ask for a second opinion now that the first is kept and nothing is locked: who is slow holds up nobody else."""
        event, source = stored.event, stored.source
        if is_new:
            verdict = second.of(event, screened)
            if verdict is not stored.verdict:
                self.verdicts.amend(event.id, verdict, source=source)
        else:
            before = self.verdicts.get(event.id, source)
            repeated = before is not None and before.event == event
            verdict = second.again(event, screened, before.verdict) if before and repeated else stored.verdict
        return replace(stored, verdict=verdict)

    def relationship_of(self, event: Event, at: datetime) -> Relationship | None:
        """What is known of the two accounts: what the event says first, then what was counted here."""
        given = event.relationship or Relationship()
        counted = self._counted(event, at) or Relationship()
        merged = Relationship(
            given.first_seen or counted.first_seen,
            counted.messages if given.messages is None else given.messages,
            counted.verified if given.verified is None else given.verified,
        )
        return None if merged == Relationship() else merged

    def _counted(self, event: Event, at: datetime) -> Relationship | None:
        """What was counted, where it was watched for long enough to tell that somebody is new."""
        account = account_key(event)
        if not account or event.sender is None:
            return None
        found = self.relationships.get(account, other_key(event))
        began = self.relationships.get(watch_key(event.sender.platform), EVERYONE)
        first = found.first_seen if found and found.first_seen else at
        watched = bool(began and began.first_seen and first - began.first_seen >= WATCHED_LONG_ENOUGH)
        if found is None:
            return Relationship(first_seen=at, messages=0) if watched else None
        days = (at - first).total_seconds() / 86_400
        return found if watched or "relation:established" in relation_atoms(days, found.messages) else None

    def _state(self, event: Event, conversation: str) -> ConversationState | None:
        if not conversation:
            return None
        return ConversationState.from_json(self.conversations.load(state_key(event, conversation)))

    def _remember(self, event: Event, conversation: str, state: ConversationState, at: datetime) -> None:
        if conversation:
            self.conversations.save(state_key(event, conversation), state.to_json(), at=at)
        account = account_key(event)
        if account and event.sender is not None:
            messages = max(1, len(event.turns))
            for other in {other_key(event), EVERYONE}:
                self.relationships.record(account, other, at=at, messages=messages)
            self.relationships.record(watch_key(event.sender.platform), EVERYONE, at=at)

    def _memory(self) -> Memory | None:
        return None if self.copies is None else self.copies.memory()

    def _people(self) -> Directory:
        revision = self.directory.revision()
        if self._known is None or self._known[0] != revision:
            self._known = (revision, Directory(self.directory.people()))
        return self._known[1]


def account_key(event: Event) -> str:
    """The account under examination as the stores name it, "" where the event does not tell.

    >>> from honnin.model import Account
    >>> account_key(Event("e", sender=Account(platform="chatwork", account_id="17")))
    'chatwork:17'
    """
    sender = event.sender
    if sender is None:
        return ""
    if sender.account_id or sender.chatwork_id:
        return f"{sender.platform}:{sender.account_id or sender.chatwork_id}"
    return f"mail:{sender.email.lower()}" if sender.email else ""


def state_key(event: Event, conversation: str) -> str:
    """Under which name the state of a conversation is kept: in one room, each account has its own."""
    return f"{conversation} {account_key(event)}"


def other_key(event: Event) -> str:
    """The other side as the stores name it; ``EVERYONE`` where the event names no recipient."""
    recipient = event.recipient or Recipient()
    platform = event.sender.platform if event.sender else ""
    return f"{platform}:{recipient.name}" if recipient.name else EVERYONE


def watch_key(platform: str) -> str:
    """The key that remembers since when messages of this platform have been counted."""
    return f"watched:{platform or 'mail'}"
