"""The shapes of the API as OpenAPI describes them. They only describe: reading and writing is done by ``app.contract``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from honnin.cases.report import Happened, Reporter, Sent, State
from honnin.model import Channel, Judgement, Level, LinkLevel, OpinionOutcome, Severity, Stage


class Shape(BaseModel):
    model_config = ConfigDict(extra="allow")


class Words(Shape):
    """A sentence in both languages."""

    ja: str
    en: str


class TurnIn(Shape):
    """One utterance; ``who`` = "sender" marks the account under examination."""

    text: str
    who: str | None = None
    sent_at: str | None = Field(None, description="ISO 8601; without a zone it is read as UTC")


class AccountIn(Shape):
    """The account as it presents itself."""

    platform: str | None = None
    account_id: str | None = None
    name: str | None = None
    chatwork_id: str | None = None
    organization: str | None = None
    department: str | None = None
    title: str | None = None
    email: str | None = None
    reply_to: str | None = None
    bio: str | None = None
    avatar: str | None = None


class KnownAccountIn(Shape):
    platform: str
    account_id: str


class PersonIn(Shape):
    """A real person and the accounts verified to be theirs."""

    name: str
    kana: str | None = None
    romaji: str | None = None
    organization: str | None = None
    title: str | None = None
    accounts: list[KnownAccountIn] | None = None
    emails: list[str] | None = None


class RecipientIn(Shape):
    name: str | None = None
    department: str | None = None


class RelationshipIn(Shape):
    """How the two know each other; what is left out is unknown."""

    first_seen: str | None = None
    messages: int | None = Field(None, ge=0)
    verified: bool | None = None


class EventIn(Shape):
    """One thing to screen. ``turns`` win over ``text`` where both stand. Unknown keys are ignored."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "id": "msg-001",
                    "channel": "chat",
                    "turns": [
                        {"who": "sender", "text": "いま社内にいますか。"},
                        {"who": "recipient", "text": "はい、います。"},
                        {"who": "sender", "text": "経理の方を入れたグループを作ってもらえますか。"},
                    ],
                    "sender": {"platform": "chatwork", "account_id": "90001", "name": "試験 太郎"},
                    "conversation": "room-12",
                }
            ]
        },
    )

    id: str = Field(max_length=512)
    kind: str | None = Field(None, description="message, conversation or contact_request")
    channel: str | None = Field(None, description="chat, mail, sms, contact_request, phone_script or meeting")
    lang: str | None = None
    sent_at: str | None = None
    subject: str | None = None
    text: str | None = None
    turns: list[TurnIn] | None = None
    sender: AccountIn | None = None
    recipient: RecipientIn | None = None
    relationship: RelationshipIn | None = None
    directory: list[PersonIn] | None = Field(None, description="people known for this event, beside the directory")
    conversation: str | None = Field(None, description="joins events that come one by one into one conversation")


class BatchIn(Shape):
    """Up to 1,000 events; each is answered in its place."""

    events: list[EventIn] = Field(max_length=1000)


class SignalOut(Shape):
    id: str
    severity: Severity
    quote: str
    reason: Words
    turn: int
    start: int
    end: int


class PersonOut(Shape):
    name: str
    organization: str
    title: str


class FeatureOut(Shape):
    name: str
    score: float
    claimed: str
    known: str
    reason: Words


class IdentityOut(Shape):
    """The claim "this account is that person"; ``verified`` is null where it cannot be told."""

    person: PersonOut
    same: Judgement
    verified: bool | None
    score: float
    known_account: str
    features: list[FeatureOut]


class LinkReasonOut(Words):
    id: str


class LinkOut(Shape):
    url: str
    host: str
    domain: str
    level: LinkLevel
    score: float
    reasons: list[LinkReasonOut]
    brand: str
    official: str
    turn: int
    start: int
    end: int


class ActionOut(Words):
    id: str


class SecondOpinionOut(Shape):
    """That another reader was asked as well. ``level`` is null where no usable answer came; the verdict is never lowered."""

    by: str
    outcome: OpinionOutcome
    level: Level | None
    level_without: Level = Field(description="what the verdict says without it")
    tactics: list[str]


class VerdictOut(Shape):
    """What we say about an event. ``ok`` means that nothing was found, not that all is well."""

    id: str
    level: Level
    score: float = Field(ge=0, le=1, description="calibrated probability of fraud")
    stage: Stage
    first_alert_turn: int | None
    why_now: Words | None = Field(description="what the alerting turn added to earlier ones")
    signals: list[SignalOut]
    identity: IdentityOut | None
    links: list[LinkOut]
    actions: list[ActionOut]
    pack: str
    second_opinion: SecondOpinionOut | None = Field(description="null where nobody else was asked")


class MistakeOut(Words):
    field: str


class ErrorRow(Shape):
    """Stands in the place of an event that could not be read."""

    id: str | None
    error: list[MistakeOut]


class VerdictsOut(Shape):
    verdicts: list[VerdictOut | ErrorRow]


class StoredOut(Shape):
    """A verdict that was kept, with when and from where its event came."""

    verdict: VerdictOut
    received_at: str
    source: str
    conversation: str
    handled_at: str | None
    handled_by: str


class ListOut(Shape):
    verdicts: list[StoredOut]
    total: int
    page: int
    per_page: int


class VerdictQuery(BaseModel):
    """Which verdicts to list; a part left out does not narrow."""

    level: Level | None = None
    alerts_only: bool = False
    channel: Channel | None = None
    handled: bool | None = None
    text: str = Field("", max_length=200)
    since: datetime | None = None
    until: datetime | None = None
    page: int = Field(1, ge=1, le=1_000_000)


class RememberIn(Shape):
    """``source`` is needed only where several sources have an event of that id; without ``tactic``, the one that was seen."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [{"event_id": "msg-001"}]})

    event_id: str = Field(max_length=512)
    source: str | None = None
    tactic: str | None = None


class CopyOut(Shape):
    """A confirmed fraud that is remembered. ``origin`` names where an imported one came from."""

    id: str
    tactic: str
    groups: int = Field(description="how many different groups of letters or words it had")
    remembered_at: str
    remembered_by: str
    expires_at: str
    origin: str
    source: str
    event_id: str
    seen_at: str | None = Field(description="when a near copy came in last")
    sightings: int


class CopiesOut(Shape):
    copies: list[CopyOut]
    total: int
    page: int
    per_page: int


class RememberedOut(Shape):
    """``new`` is false where the very words were remembered already."""

    new: bool
    copy_: CopyOut = Field(alias="copy")


class ForgottenOut(Shape):
    forgotten: int


class LineMistakeOut(MistakeOut):
    line: int


class ImportOut(Shape):
    new: int
    known: int
    refused: int
    errors: list[LineMistakeOut]


class PageQuery(BaseModel):
    page: int = Field(1, ge=1, le=1_000_000)


class OriginQuery(BaseModel):
    """A name under which imported ones are kept, and forgotten."""

    origin: str = Field("", max_length=100)


class LinkIn(Shape):
    model_config = ConfigDict(
        extra="allow", json_schema_extra={"examples": [{"url": "https://bank.example.test/login"}]}
    )

    url: str = Field(max_length=20_000)


class IdentityIn(Shape):
    """``claimed`` is compared with ``person``, or with everybody in the directory where no person is given."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "claimed": {"name": "試験太郎", "platform": "chatwork", "account_id": "90001"},
                    "person": {
                        "name": "試験 太郎",
                        "organization": "見本商事",
                        "accounts": [{"platform": "chatwork", "account_id": "10001"}],
                    },
                }
            ]
        },
    )

    claimed: AccountIn
    person: PersonIn | None = None


class FileIn(Shape):
    """A file as it is; what it is is found out from its content."""

    name: str
    content: str = Field(description="base64; up to 10 MB each, 10 files")


class ReportIn(Shape):
    """What somebody tells about an account. Everything is optional, but something has to be told."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "id": "ticket-7",
                    "reporter": "guest",
                    "happened": "asked_for_money",
                    "text": "社長を名乗る人から、振込を頼まれました。",
                    "claimed_name": "試験 太郎",
                    "platform": "chatwork",
                    "account_id": "90001",
                    "sent": ["money"],
                }
            ]
        },
    )

    id: str | None = Field(None, max_length=200, description="sent again, it gives the same receipt")
    event_id: str | None = Field(None, description="an event that this key had screened")
    reporter: Reporter | None = Field(None, description="who told it; staff where nothing is said")
    happened: Happened | None = None
    text: str | None = Field(None, max_length=50_000)
    claimed_name: str | None = Field(None, max_length=300)
    claimed_company: str | None = Field(None, max_length=300)
    platform: str | None = Field(None, max_length=300)
    account_id: str | None = Field(None, max_length=300)
    when: str | None = Field(None, description="ISO 8601; without a zone it is read as UTC")
    sent: list[Sent] | None = Field(None, description="what was already handed over")
    amount: str | None = Field(None, max_length=300)
    paid_to: str | None = Field(None, max_length=300)
    contact: str | None = Field(None, max_length=300, description="how to reach who told it")
    language: str | None = Field(None, description="ja or en")
    files: list[FileIn] | None = Field(None, max_length=10)


class FileOut(Shape):
    name: str
    kind: str = Field(description="what the content is, whatever the name says")
    size: int
    sha256: str


class ReportOut(Shape):
    """How far a report has come, in words for its reporter."""

    number: str
    received_at: str
    state: State
    state_text: Words
    reply: str
    files: list[FileOut]


class ReceiptOut(ReportOut):
    secret: str = Field(description="with the number it opens the status page; shown only here")


class MatchOut(Shape):
    identity: IdentityOut | None


class Problem(Shape):
    """A refusal (RFC 9457) that says in both languages what to do."""

    type: str
    title: str
    status: int
    detail: str
    messages: Words
    errors: list[MistakeOut] | None = None


def body_of(*shapes: type[BaseModel]) -> dict[str, Any]:
    """Return how OpenAPI describes a request body of one of these shapes."""
    schemas = [{"$ref": f"#/components/schemas/{shape.__name__}"} for shape in shapes]
    return {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": schemas[0] if len(schemas) == 1 else {"oneOf": schemas}}},
        }
    }


def input_schemas() -> dict[str, Any]:
    """Return the schemas of all that is sent to us, by name."""
    found: dict[str, Any] = {}
    for shape in (EventIn, BatchIn, LinkIn, IdentityIn, RememberIn, ReportIn):
        schema = shape.model_json_schema(ref_template="#/components/schemas/{model}")
        found |= schema.pop("$defs", {})
        found[shape.__name__] = schema
    return found
