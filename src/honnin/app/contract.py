"""The stable contract in JSON: events as they come in, verdicts as they go out (see ``docs/contract.md``).

The command line, the HTTP API and the pages all read and write through here, so that one text gets one answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from honnin.errors import BadInputError, Mistake
from honnin.model import (
    Account,
    Action,
    Channel,
    Event,
    IdentityMatch,
    Kind,
    KnownAccount,
    LinkCheck,
    Person,
    Recipient,
    Relationship,
    SecondOpinion,
    Signal,
    Text,
    Turn,
    Verdict,
)

E = TypeVar("E", bound=StrEnum)

MAX_LINE_BYTES = 32 * 1024 * 1024
MAX_ID = 512
MAX_SHORT = 4_000
MAX_TEXT = 4_000_000
MAX_TURNS = 50_000
MAX_PEOPLE = 20_000
MAX_LISTED = 200
MAX_MESSAGES = 2**53
MOST_MISTAKES = 20
"""Enough to mend a file by; a hostile line must not grow its own error report without end."""


def read_json(data: bytes | str, *, line: int = 0) -> Any:
    """Read one JSON value from outside, or say what is wrong with it.

    >>> read_json(b'{"id": "m-1"}')
    {'id': 'm-1'}
    """
    if len(data) > MAX_LINE_BYTES:
        megabytes = MAX_LINE_BYTES // 1024 // 1024
        raise _broken(
            line,
            Text(
                f"1件が大きすぎます。{megabytes}MB以内に分けてください。",
                f"This is too large. Keep each event within {megabytes} MB.",
            ),
        )
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
        return json.loads(text)
    except UnicodeDecodeError as error:
        raise _broken(
            line,
            Text(
                f"{error.start + 1}バイト目がUTF-8ではありません。UTF-8で保存し直してください。",
                f"Byte {error.start + 1} is not UTF-8. Save the data as UTF-8.",
            ),
        ) from None
    except json.JSONDecodeError as error:
        raise _broken(
            line,
            Text(
                f"{error.pos + 1}文字目でJSONとして読めなくなりました。かっこ・引用符・カンマを確かめてください。",
                f"Not readable as JSON from character {error.pos + 1}. Check brackets, quotes and commas.",
            ),
        ) from None
    except RecursionError:
        raise _broken(
            line,
            Text(
                "入れ子が深すぎます。契約どおりの形にしてください。",
                "Nested too deeply. Use the shape of the contract.",
            ),
        ) from None
    except ValueError:  # a whole number of thousands of digits
        raise _broken(
            line, Text("数字が大きすぎます。桁数を確かめてください。", "A number is too large. Check its digits.")
        ) from None


def _broken(line: int, text: Text) -> BadInputError:
    return BadInputError([Mistake(line, "", text)])


def event_from_json(value: Any, *, line: int = 0) -> Event:
    """Make an event of a JSON value, or name every wrong field at once.

    Unknown keys are ignored, ``null`` means missing, an unknown channel or kind means unknown.

    >>> event_from_json({"id": "m-1", "text": "こんにちは"}).kind.value
    'message'
    """
    reader = _Reader(line)
    if not isinstance(value, Mapping):
        reader.wrong("", Text("{…} の形のJSONオブジェクトにしてください。", "Use a JSON object, {…}."))
        raise BadInputError(reader.mistakes)
    event = _event(reader, value)
    if reader.mistakes:
        raise BadInputError(reader.mistakes)
    return event


@dataclass(slots=True)
class _Reader:
    """Reads fields one by one and collects what is wrong with them."""

    line: int
    mistakes: list[Mistake] = field(default_factory=list)

    def wrong(self, place: str, text: Text) -> None:
        if len(self.mistakes) < MOST_MISTAKES:
            self.mistakes.append(Mistake(self.line, place, text))

    def text(self, owner: Mapping[str, Any], key: str, place: str, longest: int = MAX_SHORT) -> str:
        value = owner.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.wrong(
                place,
                Text(
                    f"文字列にしてください（いまは{_shown(value)}です）。", f"Use a string (it is {_shown(value)} now)."
                ),
            )
            return ""
        if len(value) > longest:
            self.wrong(
                place,
                Text(
                    f"{longest:,}文字以内にしてください（いまは{len(value):,}文字です）。",
                    f"Keep it within {longest:,} characters (it has {len(value):,} now).",
                ),
            )
            return ""
        return value

    def object(self, owner: Mapping[str, Any], key: str, place: str) -> Mapping[str, Any] | None:
        value = owner.get(key)
        if value is None or isinstance(value, Mapping):
            return value
        self.wrong(
            place,
            Text(
                f"{{…}} の形にしてください（いまは{_shown(value)}です）。",
                f"Use an object, {{…}} (it is {_shown(value)} now).",
            ),
        )
        return None

    def objects(
        self, owner: Mapping[str, Any], key: str, place: str, most: int
    ) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for where, value in self.items(owner, key, place, most):
            if isinstance(value, Mapping):
                yield where, value
            else:
                self.wrong(
                    where,
                    Text(
                        f"{{…}} の形にしてください（いまは{_shown(value)}です）。",
                        f"Use an object, {{…}} (it is {_shown(value)} now).",
                    ),
                )

    def items(self, owner: Mapping[str, Any], key: str, place: str, most: int) -> Iterator[tuple[str, Any]]:
        values = owner.get(key)
        if values is None:
            return
        if not isinstance(values, list):
            self.wrong(
                place,
                Text(
                    f"[…] の形にしてください（いまは{_shown(values)}です）。",
                    f"Use a list, […] (it is {_shown(values)} now).",
                ),
            )
            return
        if len(values) > most:
            self.wrong(
                place,
                Text(
                    f"{most:,}件以内にしてください（いまは{len(values):,}件です）。",
                    f"Keep it within {most:,} items (it has {len(values):,} now).",
                ),
            )
            return
        for index, value in enumerate(values):
            yield f"{place}[{index}]", value

    def time(self, owner: Mapping[str, Any], key: str, place: str) -> datetime | None:
        value = self.text(owner, key, place)
        if not value:
            return None
        try:
            return _moment(value)
        except (ValueError, OverflowError):
            self.wrong(
                place,
                Text(
                    "日時は 2026-11-24T09:30:00+09:00 の形にしてください。",
                    "Write the time as 2026-11-24T09:30:00+09:00.",
                ),
            )
            return None

    def count(self, owner: Mapping[str, Any], key: str, place: str) -> int | None:
        value = owner.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_MESSAGES:
            self.wrong(
                place,
                Text(
                    f"0以上の整数にしてください（いまは{_shown(value)}です）。",
                    f"Use a whole number from 0 (it is {_shown(value)} now).",
                ),
            )
            return None
        return value

    def flag(self, owner: Mapping[str, Any], key: str, place: str) -> bool | None:
        value = owner.get(key)
        if value is None or isinstance(value, bool):
            return value
        self.wrong(
            place,
            Text(
                f"true か false にしてください（いまは{_shown(value)}です）。",
                f"Use true or false (it is {_shown(value)} now).",
            ),
        )
        return None


def _shown(value: Any) -> str:
    """Name a value shortly enough to stand in a sentence."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value if len(value) <= 30 else value[:30] + "…")
        case int() | float():
            return repr(value) if isinstance(value, float) or abs(value) < 10**30 else "number"
        case list():
            return "[…]"
        case _:
            return "{…}"


def _event(reader: _Reader, value: Mapping[str, Any]) -> Event:
    channel = _known(Channel, reader.text(value, "channel", "channel"))
    sender = reader.object(value, "sender", "sender")
    recipient = reader.object(value, "recipient", "recipient")
    relationship = reader.object(value, "relationship", "relationship")
    turns = tuple(
        Turn(
            text=reader.text(turn, "text", f"{place}.text", MAX_TEXT),
            who=reader.text(turn, "who", f"{place}.who"),
            sent_at=reader.time(turn, "sent_at", f"{place}.sent_at"),
        )
        for place, turn in reader.objects(value, "turns", "turns", MAX_TURNS)
    )
    kind = _known(Kind, reader.text(value, "kind", "kind")) or _usual_kind(channel, has_turns=bool(turns))
    event = Event(
        id=_id(reader, value),
        kind=kind,
        channel=channel,
        lang=reader.text(value, "lang", "lang"),
        sent_at=reader.time(value, "sent_at", "sent_at"),
        subject=reader.text(value, "subject", "subject"),
        text=reader.text(value, "text", "text", MAX_TEXT),
        turns=turns,
        sender=_account(reader, sender) if sender is not None else None,
        recipient=_recipient(reader, recipient) if recipient is not None else None,
        relationship=_relationship(reader, relationship) if relationship is not None else None,
        directory=tuple(
            _person(reader, place, person)
            for place, person in reader.objects(value, "directory", "directory", MAX_PEOPLE)
        ),
    )
    _something_to_read(reader, value, event)
    return event


def _known(kinds: type[E], value: str) -> E | None:
    """Return the member of that value; what we do not know by name is unknown, not wrong."""
    try:
        return kinds(value)
    except ValueError:
        return None


def _usual_kind(channel: Channel | None, *, has_turns: bool) -> Kind:
    if channel is Channel.CONTACT_REQUEST:
        return Kind.CONTACT_REQUEST
    return Kind.CONVERSATION if has_turns else Kind.MESSAGE


def _id(reader: _Reader, value: Mapping[str, Any]) -> str:
    found = reader.text(value, "id", "id", MAX_ID)
    wrong_type = value.get("id") is not None and not found and value.get("id") != ""
    if not wrong_type and not found:
        reader.wrong("id", Text("id を入れてください。", "Give an id."))
    if not is_clean(found):
        reader.wrong(
            "id",
            Text("id から制御文字や壊れた文字を除いてください。", "Take control and broken characters out of the id."),
        )
    return found


def is_clean(text: str) -> bool:
    """Tell whether a name is free of control characters and halves of characters, so that every store can keep it."""
    return not any(character < " " or character == "\x7f" or "\ud800" <= character <= "\udfff" for character in text)


def _something_to_read(reader: _Reader, value: Mapping[str, Any], event: Event) -> None:
    given = value.get("text") is not None or event.turns or value.get("turns")
    request = event.kind is Kind.CONTACT_REQUEST and event.sender is not None
    if not given and not request and not event.subject:
        reader.wrong(
            "text", Text("text か turns のどちらかに本文を入れてください。", "Give the words in text or in turns.")
        )


_ACCOUNT_FIELDS = (
    "platform",
    "account_id",
    "name",
    "chatwork_id",
    "organization",
    "department",
    "title",
    "email",
    "reply_to",
    "avatar",
)


def _account(reader: _Reader, value: Mapping[str, Any]) -> Account:
    return Account(
        **{name: reader.text(value, name, f"sender.{name}") for name in _ACCOUNT_FIELDS},
        bio=reader.text(value, "bio", "sender.bio", 20 * MAX_SHORT),
    )


def _recipient(reader: _Reader, value: Mapping[str, Any]) -> Recipient:
    return Recipient(
        name=reader.text(value, "name", "recipient.name"),
        department=reader.text(value, "department", "recipient.department"),
    )


def _relationship(reader: _Reader, value: Mapping[str, Any]) -> Relationship:
    return Relationship(
        first_seen=reader.time(value, "first_seen", "relationship.first_seen"),
        messages=reader.count(value, "messages", "relationship.messages"),
        verified=reader.flag(value, "verified", "relationship.verified"),
    )


def _person(reader: _Reader, place: str, value: Mapping[str, Any]) -> Person:
    name = reader.text(value, "name", f"{place}.name")
    if not name and isinstance(value.get("name"), str | None):
        reader.wrong(f"{place}.name", Text("名前を入れてください。", "Give the name."))
    emails = []
    for where, address in reader.items(value, "emails", f"{place}.emails", MAX_LISTED):
        emails.append(reader.text({"email": address}, "email", where))
    return Person(
        name=name,
        kana=reader.text(value, "kana", f"{place}.kana"),
        romaji=reader.text(value, "romaji", f"{place}.romaji"),
        organization=reader.text(value, "organization", f"{place}.organization"),
        title=reader.text(value, "title", f"{place}.title"),
        accounts=tuple(
            KnownAccount(
                platform=reader.text(account, "platform", f"{where}.platform"),
                account_id=reader.text(account, "account_id", f"{where}.account_id"),
            )
            for where, account in reader.objects(value, "accounts", f"{place}.accounts", MAX_LISTED)
        ),
        emails=tuple(email for email in emails if email),
        id=reader.text(value, "id", f"{place}.id"),
    )


def verdict_to_json(verdict: Verdict, *, public: bool) -> dict[str, Any]:
    """Write a verdict as the contract says.

    ``public`` leaves out scores, ids of rules, the pack, other accounts, and that somebody else was asked.
    All strings can be written as UTF-8: halves of characters, which hostile text may carry, become U+FFFD.
    """
    found: dict[str, Any] = {"id": verdict.id, "level": verdict.level.value}
    if not public:
        found["score"] = verdict.score
    found |= {
        "stage": verdict.stage.value,
        "first_alert_turn": verdict.first_alert_turn,
        "why_now": None if verdict.why_now is None else _text(verdict.why_now),
        "signals": [_signal(signal, public=public) for signal in verdict.signals],
        "identity": None if verdict.identity is None else _identity(verdict.identity, public=public),
        "links": [_link(link, public=public) for link in verdict.links],
        "actions": [_action(action) for action in verdict.actions],
    }
    if not public:
        found["pack"] = verdict.pack
        found["second_opinion"] = None if verdict.second_opinion is None else _second(verdict.second_opinion)
    return found


def _second(heard: SecondOpinion) -> dict[str, Any]:
    return {
        "by": whole(heard.by),
        "outcome": heard.outcome.value,
        "level": heard.level.value if heard.level else None,
        "level_without": heard.level_without.value,
        "tactics": list(dict.fromkeys(finding.tactic for finding in heard.findings)),
    }


def whole(text: str) -> str:
    r"""Replace halves of characters, which no encoding can write.

    >>> whole("a\ud800b") == "a\ufffdb"
    True
    """
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _text(text: Text) -> dict[str, str]:
    return {"ja": whole(text.ja), "en": whole(text.en)}


def _signal(signal: Signal, *, public: bool) -> dict[str, Any]:
    identified = {} if public else {"id": signal.id}
    return identified | {
        "severity": signal.severity.value,
        "quote": whole(signal.quote),
        "reason": _text(signal.reason),
        "turn": signal.turn,
        "start": signal.start,
        "end": signal.end,
    }


def identity_to_json(match: IdentityMatch) -> dict[str, Any]:
    """Write an identity match for members of staff, with each comparison that was made."""
    return _identity(match, public=False)


def _identity(match: IdentityMatch, *, public: bool) -> dict[str, Any]:
    person = match.person
    found: dict[str, Any] = {
        "person": {
            "name": whole(person.name),
            "organization": whole(person.organization),
            "title": whole(person.title),
        },
        "same": match.judgement.value,
        "verified": match.verified,
    }
    if public:
        return found
    return found | {
        "score": match.score,
        "known_account": whole(match.known_account),
        "features": [
            {
                "name": feature.name,
                "score": feature.score,
                "claimed": whole(feature.claimed),
                "known": whole(feature.known),
                "reason": _text(feature.reason),
            }
            for feature in match.features
        ],
    }


def link_to_json(link: LinkCheck) -> dict[str, Any]:
    """Write a link check for members of staff."""
    return _link(link, public=False)


def _link(link: LinkCheck, *, public: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "url": whole(link.url),
        "host": whole(link.host),
        "domain": whole(link.domain),
        "level": link.level.value,
        "reasons": [
            _text(reason.text) if public else {"id": reason.id} | _text(reason.text) for reason in link.reasons
        ],
        "brand": whole(link.brand),
        "official": whole(link.official),
        "turn": link.turn,
        "start": link.start,
        "end": link.end,
    }
    return found if public else found | {"score": link.score}


def _action(action: Action) -> dict[str, str]:
    return {"id": action.id} | _text(action.text)


def _moment(value: str) -> datetime:
    """Return a time with the zone it was written in; a time without one is read as UTC, not as the zone of this machine."""
    moment = datetime.fromisoformat(value)
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    moment.astimezone(UTC)  # a moment that no calendar holds is refused here and not where it is compared
    return moment
