"""Indicators as STIX 2.1: a bundle to hand on, files as a TAXII 2.1 server lays them out, and reading what others sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from honnin.sharing import exchange as ex
from honnin.sharing.exchange import Claimed, Fields, Found, Intake, Producer, RefusedObjectError, written_time
from honnin.sharing.indicator import UNCONFIRMED, Indicator, Standing, Tlp
from honnin.sharing.pattern import (
    BANK_EXTENSION,
    FINGERPRINT_PATTERN,
    LONGEST_PATTERN,
    TOO_COMPLEX,
    UnreadablePatternError,
    bank_parts,
    pattern_of,
    read_pattern,
)
from honnin.sharing.values import Kind

MEDIA_TYPE = "application/stix+json;version=2.1"
TLP_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
MARKINGS = {
    Tlp.CLEAR: "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    Tlp.GREEN: "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    Tlp.AMBER: "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    Tlp.AMBER_STRICT: "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    Tlp.RED: "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}
"""The marks of TLP 2.0 as OASIS publishes them."""
OLD_MARKINGS = {
    "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": Tlp.CLEAR,
    "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": Tlp.GREEN,
    "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": Tlp.AMBER,
    "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": Tlp.RED,
}
"""Those of TLP 1.0, which others still send."""
_BY_MARK = {mark: tlp for tlp, mark in MARKINGS.items()} | OLD_MARKINGS
_MARKED = datetime(2022, 10, 1, tzinfo=UTC)
_DEFINED = datetime(2026, 11, 27, tzinfo=UTC)
_ID = re.compile(r"[a-z0-9-]{3,60}--[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
BANK_SCHEMA = (
    '{"type": "object", "properties": {"bank_code": {"type": "string", "pattern": "^[0-9]{4}$"}, '
    '"branch_code": {"type": "string", "pattern": "^[0-9]{3}$"}, "account_type_code": {"enum": ["0", "1", "2", "4"]}, '
    '"account_number": {"type": "string", "pattern": "^[0-9]{7}$"}, "iban": {"type": "string"}}}'
)

Object = dict[str, Any]


def to_bundle(indicators: Sequence[Indicator], producer: Producer, at: datetime) -> Object:
    """Write a bundle. What is in it was reported and not confirmed, and each object says so."""
    return {
        "type": "bundle",
        "id": f"bundle--{producer.uuid_of('bundle', at.isoformat())}",
        "objects": to_objects(indicators, producer),
    }


def to_objects(indicators: Sequence[Indicator], producer: Producer) -> list[Object]:
    """Write the indicators with all that they refer to."""
    objects = [_identity(producer)]
    objects += [_marking(tlp) for tlp in Tlp if any(one.tlp is tlp for one in indicators)]
    if any(one.kind is Kind.BANK_ACCOUNT for one in indicators):
        objects.append(_bank_definition(producer))
    for one in indicators:
        objects += [_indicator(one, producer), _sighting(one, producer)]
    return objects


def _identity(producer: Producer) -> Object:
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": f"identity--{producer.uuid}",
        "created": written_time(_DEFINED),
        "modified": written_time(_DEFINED),
        "name": producer.name,
        "identity_class": "organization",
        "contact_information": producer.appeal,
    }


def _marking(tlp: Tlp) -> Object:
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": MARKINGS[tlp],
        "created": written_time(_MARKED),
        "name": f"TLP:{tlp.value.upper()}",
        "extensions": {TLP_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": tlp.value}},
    }


def _bank_definition(producer: Producer) -> Object:
    return {
        "type": "extension-definition",
        "spec_version": "2.1",
        "id": BANK_EXTENSION,
        "created_by_ref": f"identity--{producer.uuid}",
        "created": written_time(_DEFINED),
        "modified": written_time(_DEFINED),
        "name": "Bank account",
        "description": "Properties of a bank account: Japanese bank, branch, type and number, or an IBAN. No name of a holder.",
        "schema": BANK_SCHEMA,
        "version": "1.0.0",
        "extension_types": ["property-extension"],
    }


def _indicator(one: Indicator, producer: Producer) -> Object:
    found: Object = {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--{producer.uuid_of('indicator', one.key)}",
        "created_by_ref": f"identity--{producer.uuid}",
        "created": written_time(one.created_at),
        "modified": written_time(one.modified_at),
        "name": f"Reported, unconfirmed: {one.kind.value}",
        "description": producer.note(one),
        "indicator_types": ["unknown"],
        "pattern": pattern_of(one.kind, one.value),
        "pattern_type": FINGERPRINT_PATTERN if one.kind is Kind.FINGERPRINT else "stix",
        "valid_from": written_time(one.first_seen),
        "valid_until": written_time(one.expires_at),
        "confidence": one.confidence,
        "labels": [ex.REPORTED, *(ex.TACTIC + name for name in one.tactics)],
        "external_references": [{"source_name": "appeal", "description": producer.appeal}],
        "object_marking_refs": [MARKINGS[one.tlp]],
    }
    if one.kind is not Kind.FINGERPRINT:
        found["pattern_version"] = "2.1"
    if one.kind is Kind.BANK_ACCOUNT:
        found["extensions"] = {BANK_EXTENSION: {"extension_type": "property-extension", **bank_parts(one.value)}}
    if one.standing is Standing.WITHDRAWN:
        found["revoked"] = True
    return found


def _sighting(one: Indicator, producer: Producer) -> Object:
    return {
        "type": "sighting",
        "spec_version": "2.1",
        "id": f"sighting--{producer.uuid_of('sighting', one.key)}",
        "created_by_ref": f"identity--{producer.uuid}",
        "created": written_time(one.created_at),
        "modified": written_time(one.modified_at),
        "first_seen": written_time(one.first_seen),
        "last_seen": written_time(one.last_seen),
        "count": one.sightings,
        "sighting_of_ref": f"indicator--{producer.uuid_of('indicator', one.key)}",
        "where_sighted_refs": [f"identity--{producer.uuid}"],
        "object_marking_refs": [MARKINGS[one.tlp]],
    }


def to_taxii(indicators: Sequence[Indicator], producer: Producer) -> dict[str, Object]:
    """Write the files of one TAXII 2.1 collection, by their paths: any static server can hand them out."""
    collection = producer.uuid_of("collection", "indicators")
    about = {
        "id": collection,
        "title": f"{producer.name}: reported, unconfirmed",
        "description": f"{UNCONFIRMED.ja}\n{UNCONFIRMED.en}",
        "can_read": True,
        "can_write": False,
        "media_types": [MEDIA_TYPE],
    }
    objects = to_objects(indicators, producer)
    manifest = [
        {
            "id": one["id"],
            "date_added": one["created"],
            "version": one.get("modified", one["created"]),
            "media_type": MEDIA_TYPE,
        }
        for one in objects
    ]
    return {
        "collections/index.json": {"collections": [about]},
        f"collections/{collection}/index.json": about,
        f"collections/{collection}/manifest/index.json": {"more": False, "objects": manifest},
        f"collections/{collection}/objects/index.json": {"more": False, "objects": objects},
    }


def read_objects(given: Any, intake: Intake, known_tactics: frozenset[str]) -> Found:
    """Read a bundle, or a TAXII envelope: take what can be taken, and name object and field of what cannot."""
    found = Found()
    objects = given.get("objects") if isinstance(given, Mapping) else None
    if not isinstance(given, Mapping):
        found.refuse([("", ex.NO_OBJECT)])
    elif not isinstance(objects, list):
        found.refuse([("objects", ex.NO_LIST)])
    elif len(objects) > ex.MOST_OBJECTS:
        found.refuse([("objects", ex.TOO_MANY)])
    else:
        _read_all(objects, intake, known_tactics, found)
    return found


def _read_all(objects: list[Any], intake: Intake, known_tactics: frozenset[str], found: Found) -> None:
    marks = _own_marks(objects)
    seen = _sightings(objects, intake, found)
    newest = _newest(objects, found)
    for place, one in enumerate(objects):
        if not isinstance(one, Mapping):
            found.refuse([(f"objects[{place}]", ex.NO_OBJECT)])
        elif one.get("type") != "indicator":
            found.ignored += one.get("type") != "sighting"
        elif newest.get(str(one.get("id")), place) == place:
            try:
                found.indicators += _read(_named(one, place), seen, marks, intake, known_tactics)
            except RefusedObjectError as error:
                found.refuse(error.wrong)


def _named(one: Mapping[str, Any], place: int) -> Fields:
    """Name an object by its id where that is one, and by its place in the file otherwise."""
    given = one.get("id")
    is_id = isinstance(given, str) and _ID.fullmatch(given)
    fields = Fields(str(given) if is_id else f"objects[{place}]", one)
    if not is_id:
        fields.mistake("id", ex.NO_ID)
    return fields


def _newest(objects: list[Any], found: Found) -> dict[str, int]:
    """Say which object counts where several have one id: the last changed; two that contradict each other are refused."""
    newest: dict[str, int] = {}
    refused: set[str] = set()
    for place, one in enumerate(objects):
        name = one.get("id") if isinstance(one, Mapping) and one.get("type") == "indicator" else None
        if not isinstance(name, str) or not _ID.fullmatch(name):
            continue
        before = objects[newest[name]] if newest.get(name, -1) >= 0 else None
        if before is None:
            newest.setdefault(name, place)
        elif str(one.get("modified")) > str(before.get("modified")):
            newest[name] = place
        elif str(one.get("modified")) == str(before.get("modified")) and one != before:
            refused.add(name)
    for name in sorted(refused):
        newest[name] = -1
        found.refuse([(f"{name}.id", ex.SAME_ID)])
    return newest


def _own_marks(objects: Iterable[Any]) -> dict[str, Tlp]:
    """Read marks that the bundle defines itself, such as older ones under ids of their own."""
    marks = dict(_BY_MARK)
    for one in objects:
        if isinstance(one, Mapping) and one.get("type") == "marking-definition" and isinstance(one.get("id"), str):
            given = one.get("definition")
            word = given.get("tlp") if isinstance(given, Mapping) else None
            word = "clear" if word == "white" else word
            if isinstance(word, str) and word in set(Tlp):
                marks.setdefault(one["id"], Tlp(word))
    return marks


Seen = dict[str, tuple[int, datetime | None, datetime | None]]


def _sightings(objects: Iterable[Any], intake: Intake, found: Found) -> Seen:
    """Add up the sightings of each indicator: how many, the first, the last."""
    seen: Seen = {}
    for place, one in enumerate(objects):
        if not isinstance(one, Mapping) or one.get("type") != "sighting":
            continue
        fields = _named(one, place)
        count = fields.whole_number("count", 1, 999_999_999, ex.NO_COUNT)
        first, last = fields.time("first_seen", intake.at), fields.time("last_seen", intake.at)
        of = fields.text("sighting_of_ref", 200)
        if fields.wrong:
            found.refuse(fields.wrong)
            continue
        before = seen.get(of, (0, None, None))
        seen[of] = (
            before[0] + count,
            min(filter(None, (before[1], first)), default=None),
            max(filter(None, (before[2], last)), default=None),
        )
    return seen


def _read(
    fields: Fields, seen: Seen, marks: Mapping[str, Tlp], intake: Intake, known_tactics: frozenset[str]
) -> list[Indicator]:
    given, at = fields.given, intake.at
    created, modified = fields.time("created", at), fields.time("modified", at)
    start = fields.time("valid_from", at)
    until = fields.time("valid_until", at, may_be_ahead=True)
    confidence = fields.whole_number("confidence", ex.USUAL_CONFIDENCE, 100, ex.NO_NUMBER)
    if start is None and not any(name.endswith(".valid_from") for name, _ in fields.wrong):
        fields.mistake("valid_from", ex.NO_TIME)
    named = _values(fields)
    tlp = _tlp(fields, marks)
    fields.done()
    assert start is not None
    count, first, last = seen.get(fields.name, (1, None, None))
    first = min(first or start, start)
    return [
        ex.taken(
            Claimed(
                kind=kind,
                value=value,
                field="pattern",
                confidence=confidence,
                first_seen=first,
                last_seen=last or modified or start,
                expires_at=until,
                created_at=created or start,
                modified_at=modified or created or start,
                tlp=tlp,
                tactics=ex.tactics_from(given.get("labels"), known_tactics),
                withdrawn=given.get("revoked") is True,
                sightings=count,
                external_id=fields.name,
            ),
            fields,
            intake,
        )
        for kind, value in named
    ]


def _values(fields: Fields) -> list[tuple[Kind, str]]:
    pattern, kind = fields.text("pattern", LONGEST_PATTERN), fields.text("pattern_type", 60)
    if kind == FINGERPRINT_PATTERN:
        return [(Kind.FINGERPRINT, pattern)]
    try:
        if kind == "stix":
            return read_pattern(pattern)
    except UnreadablePatternError:
        pass
    fields.mistake("pattern" if kind == "stix" else "pattern_type", TOO_COMPLEX)
    return []


def _tlp(fields: Fields, marks: Mapping[str, Tlp]) -> Tlp:
    """Return the narrowest circle that is named; a mark that is not known is taken as amber."""
    given = fields.given.get("object_marking_refs", [])
    if not isinstance(given, list) or len(given) > 100:
        fields.mistake("object_marking_refs", ex.NO_LIST)
        return Tlp.AMBER
    named = [marks.get(mark, Tlp.AMBER) if isinstance(mark, str) else Tlp.AMBER for mark in given]
    return max(named, key=lambda tlp: tlp.rank, default=Tlp.AMBER)
