"""Indicators as MISP JSON: one event to hand on, and reading what others sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from honnin.sharing import exchange as ex
from honnin.sharing.exchange import Claimed, Fields, Found, Intake, Producer, RefusedObjectError
from honnin.sharing.indicator import UNCONFIRMED, Indicator, Standing, Tlp
from honnin.sharing.pattern import bank_parts, bank_value
from honnin.sharing.values import LONGEST_URL, Kind

_PLAIN = {
    Kind.PHONE: ("Person", "phone-number"),
    Kind.MAIL: ("Payload delivery", "email-src"),
    Kind.DOMAIN: ("Network activity", "domain"),
    Kind.URL: ("Network activity", "url"),
    Kind.FINGERPRINT: ("Other", "other"),
}
"""Category and type of what MISP knows as a single attribute."""
_KINDS = {
    "phone-number": Kind.PHONE,
    "email-src": Kind.MAIL,
    "email": Kind.MAIL,
    "domain": Kind.DOMAIN,
    "hostname": Kind.DOMAIN,
    "url": Kind.URL,
}
_PRINT = "honnin-copy:"
_BANK = ("bank-account", "financial", "b4712203-95a8-4883-80e9-b566f5df11c9", "3")
_ACCOUNT = ("user-account", "misc", "49606b06-22f0-4ac8-8eee-2f12ad46f3d3", "6")
"""Name, category, template and version of the objects that are used, as misp-objects publishes them."""
_BANK_RELATIONS = {
    "bank_code": "institution-code",
    "branch_code": "branch",
    "account_type_code": "text",
    "account_number": "account",
    "iban": "iban",
}
_BANK_TYPES = {"account": "bank-account-nr", "iban": "iban"}
_TYPE = "zengin-type="
_TAG = re.compile(r'honnin:([a-z-]{1,20})="([^"\n]{1,60})"')
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_TLPS = {f"tlp:{tlp.value}": tlp for tlp in Tlp} | {"tlp:white": Tlp.CLEAR}
_LEVELS = ((95, "completely-confident"), (75, "usually-confident"), (50, "fairly-confident"), (25, "rarely-confident"))

Object = dict[str, Any]


def to_event(indicators: Sequence[Indicator], producer: Producer, at: datetime) -> Object:
    """Write one event. ``published`` stays false: whoever takes it in decides about that."""
    event: Object = {
        "uuid": producer.uuid_of("event", at.isoformat()),
        "info": f"Reported, unconfirmed / {UNCONFIRMED.ja}",
        "date": at.astimezone(UTC).date().isoformat(),
        "timestamp": _seconds(at),
        "published": False,
        "analysis": "1",
        "threat_level_id": "4",
        "distribution": "0",
        "Orgc": {"name": producer.name, "uuid": producer.uuid},
        "Tag": [{"name": _tlp_tag(max((one.tlp for one in indicators), key=lambda tlp: tlp.rank, default=Tlp.AMBER))}],
        "Attribute": [_attribute(one, producer) for one in indicators if one.kind in _PLAIN],
        "Object": [_object(one, producer) for one in indicators if one.kind not in _PLAIN],
    }
    return {"Event": event}


def _seconds(moment: datetime) -> str:
    return str(int(moment.timestamp()))


def _tlp_tag(tlp: Tlp) -> str:
    return f"tlp:{tlp.value}"


def _tags(one: Indicator) -> list[Object]:
    level = next((name for least, name in _LEVELS if one.confidence >= least), "unconfident")
    names = [
        _tlp_tag(one.tlp),
        f'misp:confidence-level="{level}"',
        f'honnin:confidence="{one.confidence}"',
        f'honnin:until="{ex.written_time(one.expires_at)}"',
        f'honnin:sightings="{one.sightings}"',
        f'honnin:standing="{ex.REPORTED}"',
        *(f'honnin:tactic="{name}"' for name in one.tactics),
    ]
    return [{"name": name} for name in names]


def _shared_fields(one: Indicator, producer: Producer) -> Object:
    return {
        "uuid": producer.uuid_of("attribute", one.key),
        "timestamp": _seconds(one.modified_at),
        "first_seen": ex.written_time(one.first_seen),
        "last_seen": ex.written_time(one.last_seen),
        "deleted": one.standing is Standing.WITHDRAWN,
        "comment": producer.note(one),
        "distribution": "5",
    }


def _attribute(one: Indicator, producer: Producer) -> Object:
    category, type_ = _PLAIN[one.kind]
    return {
        **_shared_fields(one, producer),
        "category": category,
        "type": type_,
        "value": _PRINT + one.value if one.kind is Kind.FINGERPRINT else one.value,
        "to_ids": one.kind in {Kind.MAIL, Kind.DOMAIN, Kind.URL},
        "Tag": _tags(one),
    }


def _object(one: Indicator, producer: Producer) -> Object:
    name, category, template, version = _BANK if one.kind is Kind.BANK_ACCOUNT else _ACCOUNT
    return {
        **_shared_fields(one, producer),
        "name": name,
        "meta-category": category,
        "template_uuid": template,
        "template_version": version,
        "Attribute": [
            {
                "uuid": producer.uuid_of(f"attribute {relation}", one.key),
                "timestamp": _seconds(one.modified_at),
                "object_relation": relation,
                "category": "Financial fraud" if type_ != "text" else "Other",
                "type": type_,
                "value": value,
                "to_ids": False,
                "deleted": one.standing is Standing.WITHDRAWN,
                "distribution": "5",
                "Tag": _tags(one),
            }
            for relation, type_, value in _relations(one)
        ],
    }


def _relations(one: Indicator) -> list[tuple[str, str, str]]:
    if one.kind is Kind.ACCOUNT:
        platform, _, name = one.value.partition(":")
        return [("account-type", "text", platform), ("user-id", "text", name)]
    named = [(_BANK_RELATIONS[part], value) for part, value in bank_parts(one.value).items()]
    return [
        (relation, _BANK_TYPES.get(relation, "text"), _TYPE + value if relation == "text" else value)
        for relation, value in named
    ]


def read_event(given: Any, intake: Intake, known_tactics: frozenset[str]) -> Found:
    """Read an event, or a list of them as MISP answers a search: take what can be taken, and name what cannot."""
    found = Found()
    for place, event in enumerate(_events(given, found)):
        name = "Event" if place == 0 else f"response[{place}].Event"
        parts: list[tuple[str, Any]] = []
        for kind in ("Attribute", "Object"):
            listed = event.get(kind, [])
            if not isinstance(listed, list):
                found.refuse([(f"{name}.{kind}", ex.NO_LIST)])
            elif len(listed) > ex.MOST_OBJECTS:
                found.refuse([(f"{name}.{kind}", ex.TOO_MANY)])
            else:
                parts += ((f"{name}.{kind}[{number}]", one) for number, one in enumerate(listed))
        _read_parts(parts, _tag_names(event), intake, known_tactics, found)
    return found


def _events(given: Any, found: Found) -> list[Mapping[str, Any]]:
    rows = given.get("response", [given]) if isinstance(given, Mapping) else given
    if not isinstance(rows, list) or len(rows) > ex.MOST_OBJECTS:
        found.refuse([("Event", ex.NO_OBJECT)])
        return []
    events = [row.get("Event") if isinstance(row, Mapping) else None for row in rows]
    good = [event for event in events if isinstance(event, Mapping)]
    if len(good) < len(events) or not good:
        found.refuse([("Event", ex.NO_OBJECT)])
    return good


def _read_parts(
    parts: Iterable[tuple[str, Any]], tags: list[str], intake: Intake, known_tactics: frozenset[str], found: Found
) -> None:
    seen: dict[str, Any] = {}
    for place, one in parts:
        if not isinstance(one, Mapping):
            found.refuse([(place, ex.NO_OBJECT)])
            continue
        uuid = one.get("uuid")
        is_uuid = isinstance(uuid, str) and _UUID.fullmatch(uuid)
        fields = Fields(str(uuid) if is_uuid else place, one)
        try:
            if not is_uuid:
                fields.mistake("uuid", ex.NO_UUID)
            elif seen.setdefault(fields.name, one) is not one:
                if seen[fields.name] != one:
                    fields.mistake("uuid", ex.SAME_ID)
                    fields.done()
                continue
            indicator = _read(fields, tags, intake, known_tactics)
            found.indicators += [indicator] if indicator else []
            found.ignored += indicator is None
        except RefusedObjectError as error:
            found.refuse(error.wrong)


def _read(fields: Fields, tags: list[str], intake: Intake, known_tactics: frozenset[str]) -> Indicator | None:
    """Read one attribute or object; None where it is of a kind that is not used here."""
    named = _object_value(fields) if "Attribute" in fields.given else _attribute_value(fields)
    if named is None:
        return None
    kind, value, where, inner = named
    tags = _tag_names(fields.given) + inner or tags
    ours = {match[1]: match[2] for tag in tags if (match := _TAG.fullmatch(tag))}
    tactics = [f"{ex.TACTIC}{match[2]}" for tag in tags if (match := _TAG.fullmatch(tag)) and match[1] == "tactic"]
    changed = _timestamp(fields, intake)
    first = fields.time("first_seen", intake.at) or changed
    last = fields.time("last_seen", intake.at) or first
    fields.done()
    return ex.taken(
        Claimed(
            kind=kind,
            value=value,
            field=where,
            confidence=_number(ours.get("confidence"), ex.USUAL_CONFIDENCE, 100),
            first_seen=first,
            last_seen=last,
            expires_at=ex.read_time(ours.get("until", "")),
            created_at=first,
            modified_at=changed,
            tlp=max((_TLPS[tag] for tag in tags if tag in _TLPS), key=lambda tlp: tlp.rank, default=Tlp.AMBER),
            tactics=ex.tactics_from(tactics, known_tactics),
            withdrawn=str(fields.given.get("deleted")) in {"True", "1"},
            sightings=_number(ours.get("sightings"), _sighted(fields.given), ex.MOST_SIGHTINGS),
            external_id=fields.name,
        ),
        fields,
        intake,
    )


def _attribute_value(fields: Fields) -> tuple[Kind, str, str, list[str]] | None:
    type_, value = fields.text("type", 60), fields.text("value", LONGEST_URL)
    fields.done()
    if type_ == "other" and value.startswith(_PRINT):
        return Kind.FINGERPRINT, value.removeprefix(_PRINT), "value", []
    kind = _KINDS.get(type_)
    return (kind, value, "value", []) if kind else None


def _object_value(fields: Fields) -> tuple[Kind, str, str, list[str]] | None:
    name, listed = fields.text("name", 100), fields.given.get("Attribute")
    if not isinstance(listed, list) or len(listed) > 200:
        fields.mistake("Attribute", ex.NO_LIST)
    fields.done()
    values: dict[str, str] = {}
    tags: list[str] = []
    for number, one in enumerate(listed if isinstance(listed, list) else []):
        relation, value = (one.get("object_relation"), one.get("value")) if isinstance(one, Mapping) else (None, None)
        if not isinstance(relation, str) or not isinstance(value, str) or len(value) > LONGEST_URL:
            fields.mistake(f"Attribute[{number}]", ex.NO_WORD)
            continue
        values.setdefault(relation, value)
        tags += _tag_names(one)
    if name == _BANK[0]:
        return Kind.BANK_ACCOUNT, bank_value(_bank_parts(values)), "Attribute", tags
    if name == _ACCOUNT[0] and "account-type" in values and "user-id" in values:
        return Kind.ACCOUNT, f"{values['account-type']}:{values['user-id']}", "Attribute", tags
    return None


def _bank_parts(values: Mapping[str, str]) -> dict[str, str]:
    parts = {part: values[relation] for part, relation in _BANK_RELATIONS.items() if relation in values}
    type_ = parts.pop("account_type_code", "")
    if type_.startswith(_TYPE):
        parts["account_type_code"] = type_.removeprefix(_TYPE)
    return parts


def _tag_names(given: Mapping[str, Any]) -> list[str]:
    listed = given.get("Tag", [])
    names = (
        [tag.get("name") if isinstance(tag, Mapping) else None for tag in listed[:200]]
        if isinstance(listed, list)
        else []
    )
    return [name for name in names if isinstance(name, str) and len(name) < 200]


def _timestamp(fields: Fields, intake: Intake) -> datetime:
    given = fields.given.get("timestamp", "")
    written = str(given) if isinstance(given, (str, int)) and not isinstance(given, bool) else ""
    if not re.fullmatch(r"[0-9]{9,11}", written, re.ASCII):
        fields.mistake("timestamp", ex.NO_TIME)
        return intake.at
    moment = datetime.fromtimestamp(int(written), UTC)
    if moment > intake.at + ex.CLOCK_SLACK:
        fields.mistake("timestamp", ex.FUTURE)
    return moment


def _number(written: str | None, usual: int, most: int) -> int:
    fits = written is not None and written.isascii() and written.isdigit() and len(written) < 10
    return min(int(written), most) if written is not None and fits else usual


def _sighted(given: Mapping[str, Any]) -> int:
    """Count the sightings MISP itself lists: those of type 0 saw it, others say that it was wrong or is over."""
    listed = given.get("Sighting", [])
    rows = listed if isinstance(listed, list) else []
    return sum(isinstance(row, Mapping) and str(row.get("type", "0")) == "0" for row in rows) or 1
