"""The desk for requests by investigators, victims, banks and others: who may see one, who may take which step, and the log.

Not legal advice. What may be answered is decided by people with their counsel; the desk keeps order, two people and record.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

from honnin.app.access import Access, Actor, Right
from honnin.app.archive import packed
from honnin.app.contract import whole
from honnin.app.locker import Hold as LockerHold
from honnin.app.locker import Sealed
from honnin.evidence.item import Capture, Item, Kind, Method
from honnin.model import Text
from honnin.sharing import disclosure, letters, redaction, transparency
from honnin.sharing.redaction import ByHand, Document, Passage, Piece, Plan, Redaction
from honnin.sharing.request import (
    Approve,
    Authenticate,
    CheckScope,
    EndHold,
    Erase,
    ExtendHold,
    Hold,
    Invite,
    Letter,
    Policy,
    Prepare,
    Record,
    Refuse,
    Release,
    Request,
    Review,
    SendBack,
    State,
    Step,
    StepRefusedError,
    receive,
    take,
)
from honnin.text import plain_cell

_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)
"""Names of fields that may be told; others might be names of people."""
MOST_ITEMS = 200
MOST_TEXT = 500_000
LONGEST_NAMES = 500
PACKABLE = frozenset({State.APPROVED, State.RELEASED, State.LOGGED})

STEP_RIGHTS: Mapping[type, Right] = {
    Authenticate: Right.COOPERATION_PREPARE,
    CheckScope: Right.COOPERATION_PREPARE,
    Review: Right.COOPERATION_PREPARE,
    Prepare: Right.COOPERATION_PREPARE,
    Record: Right.COOPERATION_PREPARE,
    Refuse: Right.COOPERATION_PREPARE,
    Invite: Right.COOPERATION_PREPARE,
    Hold: Right.COOPERATION_PREPARE,
    ExtendHold: Right.COOPERATION_PREPARE,
    EndHold: Right.COOPERATION_APPROVE,
    Approve: Right.COOPERATION_APPROVE,
    SendBack: Right.COOPERATION_APPROVE,
    Release: Right.COOPERATION_RELEASE,
    Erase: Right.COOPERATION_APPROVE,
}
"""Which right each step needs. That two people take part is seen to by the request itself."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that was prepared: its bytes, and what was taken out of it."""

    sha256: str
    content: bytes
    redactions: tuple[Redaction, ...]


@dataclass(frozen=True, slots=True)
class RequestPage:
    items: tuple[Request, ...]
    total: int
    page: int
    per_page: int


class CooperationStore(Protocol):
    """Where requests are kept, closed with the site's key. Each call is a transaction, or part of the one it stands in."""

    def add(self, request: Request) -> None: ...
    def get(self, request_id: str) -> Request | None: ...
    def append(self, after: Request, *, copies: Sequence[Copy] = ()) -> bool:
        """Keep the last step of a request; False where somebody took another step meanwhile."""
        ...

    def page(self, page: int, *, state: State | None, confidential: bool, involving: str) -> RequestPage:
        """Return requests, newest first; without ``confidential`` of those only such as involve this person."""
        ...

    def each(self) -> Iterable[Request]: ...
    def copies(self, request_id: str) -> tuple[Copy, ...]: ...
    def due(self, at: datetime) -> tuple[str, ...]:
        """Return those whose time of keeping is over."""
        ...

    def erase(self, after: Request) -> bool:
        """Take away everything but what the yearly counts need."""
        ...

    def counted(self) -> tuple[transparency.Counted, ...]: ...


class Evidence(Protocol):
    """What the desk needs of the evidence locker."""

    def items(self, folder: str) -> tuple[Item, ...]: ...
    def view(self, item_id: str, *, by: str, purpose: str = "") -> tuple[Item, bytes]: ...
    def capture(self, folder: str, things: Sequence[Capture], *, by: str) -> tuple[Sealed, ...]: ...
    def hold(self, folder: str, *, reason: str, by: str) -> LockerHold: ...
    def release(self, hold_id: str, *, reason: str, by: str) -> None: ...
    def hand_over(
        self, folder: str, *, to: str, how: str, by: str, bundle: str = "", disclosed: bool = False
    ) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the preparer chose: which items, who else is named in them, whose messages stay, and what is taken out by hand.

    ``words`` are taken out wherever they stand, each with its reason.
    """

    items: tuple[str, ...]
    keep: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    employee_ids: tuple[str, ...] = ()
    involved: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    by_hand: tuple[ByHand, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """One item in the preview: every passage in pieces, those that will be gone with their reason."""

    document: Document
    passages: tuple[tuple[Passage, tuple[Piece, ...]], ...]
    copy: Document
    redactions: tuple[Redaction, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be handed over. ``left_out`` are items that no text can be read from."""

    shown: tuple[Shown, ...]
    left_out: tuple[Item, ...]


CHANGED = Text(
    "別の人が先に手続きを進めました。画面を開き直してください。",
    "Somebody else took a step meanwhile. Open the page again.",
)
NOT_YET = Text(
    "承認される前には、渡すものを書き出せません。", "Nothing can be written for handing over before it is approved."
)
NO_TEXT = Text("選んだものに、文字として読めるものがありません。", "None of the chosen items can be read as text.")
TOO_MUCH = Text("一度に準備できる量を超えています。分けてください。", "Too much to prepare at once. Split it.")
NO_CASE = Text("案件の番号がないので、証拠を選べません。", "It names no case, so there is no evidence to choose from.")


@dataclass(frozen=True, slots=True)
class CooperationDesk:
    """Leads requests. Every call names the actor, is checked by ``access``, and is in its record.

    A confidential request does not exist for people who neither work on it nor have the right to see such.
    """

    store: CooperationStore
    evidence: Evidence
    access: Access
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    transaction: Callable[[], AbstractContextManager[Any]]
    organisation: str
    known_names: Callable[[], Iterable[str]]
    policy: Policy = field(default_factory=Policy)

    def receive(self, actor: Actor, letter: Letter) -> Request:
        """Open a request from what came in."""
        request = receive(self.new_id(), letter, by=actor.name, at=self.now())
        self.access.permit(actor, Right.COOPERATION_PREPARE, f"cooperation:{request.id}")
        self.store.add(request)
        return request

    def page(self, actor: Actor, page: int, *, state: State | None = None) -> RequestPage:
        self.access.permit(actor, Right.COOPERATION_READ, "cooperation")
        everything = actor.may(Right.COOPERATION_CONFIDENTIAL, owner="")
        return self.store.page(page, state=state, confidential=everything, involving=actor.name)

    def get(self, actor: Actor, request_id: str) -> Request | None:
        """Return a request, None where there is none for this actor."""
        request = self._visible(actor, request_id)
        if request is not None:
            self.access.permit(actor, Right.COOPERATION_READ, f"cooperation:{request_id}")
        return request

    def _visible(self, actor: Actor, request_id: str) -> Request | None:
        request = self.store.get(request_id)
        if request is None or request.state is State.ERASED:
            return None
        owner = actor.name if actor.name in request.people else request.received_by
        hidden = request.letter.confidential and not actor.may(Right.COOPERATION_CONFIDENTIAL, owner)
        return None if hidden else request

    def take(self, actor: Actor, request_id: str, step: Step) -> Request | None:
        """Take a step; holds and handing over are noted in the evidence locker as well. None where there is no such request."""
        if isinstance(step, Prepare):  # copies come from ``prepare`` alone
            raise StepRefusedError(NO_TEXT)
        if self._visible(actor, request_id) is None:
            return None
        self._permit(actor, request_id, type(step))
        with self.transaction():
            request = self._now(request_id)
            after = take(request, step, by=actor.name, at=self.now(), policy=self.policy)
            if isinstance(step, Hold) and request.letter.case_id:
                after = self._held(actor, request, step)
            self._keep(after)
            self._tell_locker(actor, after, step)
            return after

    def _permit(self, actor: Actor, request_id: str, step: type) -> None:
        """Let somebody through who may take this step: before the transaction, for the record is written in order."""
        self.access.permit(actor, STEP_RIGHTS[step], f"cooperation:{request_id}", detail={"step": step.__name__})

    def _now(self, request_id: str) -> Request:
        """Return the request as it stands inside the transaction."""
        request = self.store.get(request_id)
        if request is None:
            raise StepRefusedError(CHANGED)
        return request

    def _keep(self, after: Request, copies: Sequence[Copy] = ()) -> None:
        done = self.store.erase(after) if after.state is State.ERASED else self.store.append(after, copies=copies)
        if not done:
            raise StepRefusedError(CHANGED)

    def _held(self, actor: Actor, request: Request, step: Hold) -> Request:
        hold = self.evidence.hold(_folder(request), reason=_reason(request), by=actor.name)
        return take(request, replace(step, hold_id=hold.id), by=actor.name, at=self.now(), policy=self.policy)

    def _tell_locker(self, actor: Actor, after: Request, step: Step) -> None:
        if not after.letter.case_id:
            return
        match step:
            case EndHold(reason):
                hold = after.last(Hold)
                if hold and isinstance(hold.step, Hold) and hold.step.hold_id:
                    self.evidence.release(hold.step.hold_id, reason=reason, by=actor.name)
            case Release():
                self._seal_released(actor, after, step)
            case _:
                return

    def _seal_released(self, actor: Actor, after: Request, step: Release) -> None:
        """Seal what was handed over beside its originals, and note to whom it went."""
        contents = {copy.sha256: copy.content for copy in self.store.copies(after.id)}
        items = after.preparation.items if after.preparation else ()
        things = [
            Capture(
                Kind.RENDERING,
                Method.DERIVED,
                contents[item.copy_sha256],
                "text/plain",
                f"copy-{number}.txt",
                parent=item.original_sha256,
                note=f"cooperation {after.id}",
            )
            for number, item in enumerate(items, 1)
        ]
        folder = _folder(after)
        self.evidence.capture(folder, things, by=actor.name)
        bundle = after.preparation.digest if after.preparation else ""
        to = "confidential" if after.letter.confidential else f"{step.office} {step.recipient}"
        self.evidence.hand_over(folder, to=to, how=step.method, by=actor.name, bundle=bundle, disclosed=True)

    # ---- copies

    def items(self, actor: Actor, request: Request) -> tuple[Item, ...]:
        """Return what the case of a request holds, to choose from."""
        self.access.permit(actor, Right.COOPERATION_PREPARE, f"cooperation:{request.id}")
        return self.evidence.items(_folder(request)) if request.letter.case_id else ()

    def preview(self, actor: Actor, request: Request, choice: Choice) -> Preview:
        """Show what the copies would hold and what would be gone from them."""
        self.access.permit(actor, Right.COOPERATION_PREPARE, f"cooperation:{request.id}")
        if not request.letter.case_id:
            raise StepRefusedError(NO_CASE)
        known = {item.id for item in self.evidence.items(_folder(request))}
        chosen = [item for item in dict.fromkeys(choice.items) if item in known]
        if len(chosen) > MOST_ITEMS:
            raise StepRefusedError(TOO_MUCH)
        documents, left_out = self._documents(chosen, request, actor.name)
        plan = plan_of(request, choice, self._others(documents))
        shown = tuple(_shown(each, plan, choice, actor.name, self.now()) for each in documents)
        return Preview(shown, tuple(left_out))

    def _documents(self, chosen: Sequence[str], request: Request, by: str) -> tuple[list[Document], list[Item]]:
        """Read the items as text, and say which cannot be."""
        documents: list[Document] = []
        left_out: list[Item] = []
        size = 0
        for item_id in chosen:
            item, content = self.evidence.view(item_id, by=by, purpose=f"cooperation {request.id}")
            document = document_of(item, content)
            if document is None:
                left_out.append(item)
                continue
            documents.append(document)
            size += len(content)
            if size > MOST_TEXT:
                raise StepRefusedError(TOO_MUCH)
        return documents, left_out

    def _others(self, documents: Sequence[Document]) -> list[str]:
        """Return who of the people we know may be named in these; they are taken out unless the preparer keeps them."""
        words = "\n".join(part for one in documents for each in one.passages for part in (each.author, each.text))
        return redaction.likely_names(self.known_names(), words)

    def prepare(self, actor: Actor, request_id: str, choice: Choice) -> Request | None:
        """Make the copies and lay them before a second person."""
        request = self._visible(actor, request_id)
        if request is None:
            return None
        preview = self.preview(actor, request, choice)
        if not preview.shown:
            raise StepRefusedError(NO_TEXT)
        items = tuple(redaction.prepared(one.document, one.copy, one.redactions) for one in preview.shown)
        made = [
            Copy(item.copy_sha256, redaction.written(one.copy), one.redactions)
            for item, one in zip(items, preview.shown, strict=True)
        ]
        step = Prepare(items, redaction.digest(items))
        self._permit(actor, request_id, Prepare)
        with self.transaction():
            after = take(self._now(request_id), step, by=actor.name, at=self.now(), policy=self.policy)
            self._keep(after, made)
            return after

    def copies(self, actor: Actor, request: Request) -> tuple[Copy, ...]:
        """Return the copies as they are laid before the second person, in the order of the preparation."""
        self.access.permit(actor, Right.COOPERATION_READ, f"cooperation:{request.id}")
        by_digest = {copy.sha256: copy for copy in self.store.copies(request.id)}
        items = request.preparation.items if request.preparation else ()
        return tuple(by_digest[item.copy_sha256] for item in items if item.copy_sha256 in by_digest)

    def package(self, actor: Actor, request: Request) -> bytes:
        """Write what is handed over: covering letter, copies, list of what was taken out, checksums. Only once approved."""
        if request.state not in PACKABLE or request.preparation is None:
            raise StepRefusedError(NOT_YET)
        self.access.permit(actor, Right.COOPERATION_RELEASE, f"cooperation:{request.id}", detail={"step": "package"})
        covering = self.letter(letters.Letter.COVERING, request)
        copies = self.copies(actor, request)
        files = {
            "covering-ja.txt": covering.ja.encode("utf-8-sig", "replace"),
            "covering-en.txt": covering.en.encode("utf-8", "replace"),
            "redactions.csv": _redactions_csv(one for copy in copies for one in copy.redactions),
        }
        files |= {f"copies/{number:04}.txt": copy.content for number, copy in enumerate(copies, 1)}
        return packed(_summed(files))

    def letter(self, kind: letters.Letter, request: Request) -> Text:
        return letters.written(kind, request, organisation=self.organisation, today=self.now())

    # ---- the log

    def log(self, actor: Actor) -> list[dict[str, str]]:
        """Return the disclosure log, newest first: without what this actor may not know of."""
        return [disclosure.log_row(request) for request in self._logged(actor)]

    def log_csv(self, actor: Actor) -> bytes:
        """Write the disclosure log as a table that a spreadsheet opens and cannot run."""
        out = io.StringIO()
        csv.writer(out).writerows(disclosure.csv_rows(self._logged(actor)))
        return out.getvalue().encode("utf-8-sig", "replace")

    def _logged(self, actor: Actor) -> list[Request]:
        self.access.permit(actor, Right.COOPERATION_READ, "cooperation:log")
        found = (request for request in self.store.each() if self._visible(actor, request.id))
        return [request for request in found if disclosure.decision(request) != "open" or request.hold_until]

    def counts(self, actor: Actor) -> list[transparency.Year]:
        """Return the yearly counts, in which no small number can be read."""
        self.access.permit(actor, Right.COOPERATION_READ, "cooperation:counts")
        return transparency.report(self.store.counted())

    def erase_due(self, actor: Actor) -> int:
        """Erase those whose time is over and that nobody holds; return how many."""
        done = 0
        for request_id in self.store.due(self.now()):
            self._permit(actor, request_id, Erase)
            with self.transaction():
                try:
                    after = take(self._now(request_id), Erase(), by=actor.name, at=self.now(), policy=self.policy)
                except StepRefusedError:
                    continue
                done += self.store.erase(after)
        return done


def _folder(request: Request) -> str:
    return f"case/{request.letter.case_id}"


def _reason(request: Request) -> str:
    if request.letter.confidential:  # the locker shows its reasons to more people
        return f"cooperation {request.id}"
    return f"cooperation {request.id}: {request.letter.office} {request.letter.document_no}".strip()


def plan_of(request: Request, choice: Choice, others: Iterable[str]) -> Plan:
    """Say what the copies are for, from the request and what the preparer chose."""
    keep = _several(choice.keep)
    kept = {"".join(name.split()) for name in keep}
    return Plan(
        audience=request.letter.requester,
        keep=keep,
        names=tuple(name for name in _several((*choice.names, *others)) if "".join(name.split()) not in kept),
        employee_ids=_several(choice.employee_ids),
        involved=frozenset(choice.involved) or None,
    )


def _several(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.strip()[:200] for text in given if text.strip()))[:LONGEST_NAMES]


def _shown(document: Document, plan: Plan, choice: Choice, by: str, at: datetime) -> Shown:
    by_hand = (*choice.by_hand, *_wherever(document, choice.words))
    taken_out = tuple(redaction.redactions(document, plan, by=by, at=at, by_hand=by_hand))
    passages = tuple((passage, tuple(redaction.preview(passage, taken_out))) for passage in document.passages)
    return Shown(document, passages, redaction.redacted(document, taken_out, plan), taken_out)


def _wherever(document: Document, words: Iterable[tuple[str, str]]) -> Iterator[ByHand]:
    for word, reason in words:
        if not word:
            continue
        for passage in document.passages:
            for match in re.finditer(re.escape(word), passage.text):
                yield ByHand(document.item, passage.place, match.start(), match.end(), reason)


def document_of(item: Item, content: bytes) -> Document | None:
    """Read an item as text, None where it is none (a picture, a PDF): such go out only as part of a sealed bundle."""
    if item.media_type.startswith(("image/", "audio/", "video/")) or item.media_type == "application/pdf":
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    passages = _of_json(text) if item.media_type.endswith("json") else None
    if passages is None:
        parts = [part for part in text.split("\n\n") if part.strip()]
        passages = [Passage(f"part {number}", "", part) for number, part in enumerate(parts, 1)]
    title = item.file_name or item.kind.value
    return Document(item.id, whole(title), item.sha256, tuple(passages)) if passages else None


def _of_json(text: str) -> list[Passage] | None:
    """Read a conversation turn by turn, and any other value leaf by leaf; None where it is no JSON."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    turns = value.get("turns") if isinstance(value, Mapping) else None
    if isinstance(turns, list) and all(isinstance(turn, Mapping) for turn in turns):
        rest = {key: each for key, each in value.items() if key != "turns"}
        said = [
            Passage(f"message {number}", str(turn.get("who", turn.get("name", ""))), str(turn.get("text", "")))
            for number, turn in enumerate(turns, 1)
        ]
        return [*_leaves(rest), *said]
    return _leaves(value)


def _leaves(value: Any) -> list[Passage]:
    found: list[Passage] = []
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        place, one = waiting.pop()
        if isinstance(one, Mapping):
            named = [(str(key) if _PLAIN.fullmatch(str(key)) else "field", each) for key, each in one.items()]
            waiting += [(f"{place}.{name}" if place else name, each) for name, each in reversed(named)]
        elif isinstance(one, list):
            waiting += [(f"{place}[{number}]", each) for number, each in reversed([*enumerate(one, 1)])]
        elif one is not None and one != "":
            found.append(Passage(place or "value", "", whole(str(one))))
    return found


def _redactions_csv(many: Iterable[Redaction]) -> bytes:
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["item", "place", "from", "to", "rule", "reason", "who", "when"])
    for one in many:
        rows.writerow(
            [
                *(plain_cell(text) for text in (one.item, one.place)),
                one.start,
                one.end,
                one.rule.value,
                *(plain_cell(text) for text in (one.reason, one.by, one.at.isoformat(timespec="seconds"))),
            ]
        )
    return out.getvalue().encode("utf-8-sig", "replace")


def _summed(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Add the list by which the files can be checked."""
    sums = "".join(f"{sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items()))
    return {**files, "sha256sums.txt": sums.encode()}
