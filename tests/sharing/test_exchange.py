"""What leaves as STIX or MISP reads back as it was, and is what the others' own libraries call valid."""

import json

import pytest
import stix2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymisp import MISPEvent
from tests.sharing.samples import DAY, INTAKE, NOW, PRODUCER, TACTICS, VALUES, indicator, indicators, shown

from honnin.sharing import misp, stix
from honnin.sharing.indicator import Standing, Tlp
from honnin.sharing.noise import Noise
from honnin.sharing.values import Kind

EVERYTHING = [indicator(kind, tactics=("group_creation",)) for kind in Kind]
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def unique(many):
    return list({one.key: one for one in many}.values())


@QUICK
@given(st.lists(indicators(), max_size=5).map(unique))
def test_stix_reads_back_as_it_was(many):
    written = json.loads(json.dumps(stix.to_bundle(many, PRODUCER, NOW)))
    found = stix.read_objects(written, INTAKE, TACTICS)

    assert found.mistakes == []
    assert [shown(one) for one in found.indicators] == [shown(one) for one in many]
    assert {one.origin for one in found.indicators} <= {"partner"}


@QUICK
@given(st.lists(indicators(), max_size=5).map(unique))
def test_misp_reads_back_as_it_was(many):
    written = json.loads(json.dumps(misp.to_event(many, PRODUCER, NOW)))
    found = misp.read_event(written, INTAKE, TACTICS)

    assert found.mistakes == []
    by_key = {one.key: one for one in found.indicators}
    assert {key: shown(one) for key, one in by_key.items()} == {one.key: shown(one) for one in many}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(indicators())
def test_stix2_finds_every_object_valid(one):
    for each in stix.to_bundle([one], PRODUCER, NOW)["objects"]:
        stix2.parse(each, allow_custom=False, version="2.1")


def test_a_whole_bundle_is_valid_and_its_objects_refer_to_each_other():
    bundle = stix.to_bundle([indicator(kind) for kind in Kind], PRODUCER, NOW)
    parsed = stix2.parse(bundle, allow_custom=False, version="2.1")
    names = {each["id"] for each in parsed.objects}

    assert len(names) == len(parsed.objects)
    for each in bundle["objects"]:
        refers = [*each.get("object_marking_refs", []), *each.get("where_sighted_refs", [])]
        refers += [each[name] for name in ("created_by_ref", "sighting_of_ref") if name in each]
        assert set(refers) <= names
    bank = next(each for each in bundle["objects"] if "bank" in each.get("name", "") and each["type"] == "indicator")
    definition = next(each for each in bundle["objects"] if each["type"] == "extension-definition")
    assert bank["extensions"][definition["id"]]["bank_code"] == "9999"
    assert json.loads(definition["schema"])["type"] == "object"


def test_pymisp_reads_the_event_and_knows_the_objects():
    event = MISPEvent()
    event.load(misp.to_event([indicator(kind) for kind in Kind], PRODUCER, NOW))

    assert event.info.startswith("Reported, unconfirmed")
    assert {each.name for each in event.objects} == {"bank-account", "user-account"}
    assert {each.type for each in event.attributes} == {"phone-number", "email-src", "domain", "url", "other"}
    for each in event.objects:
        each.to_json()
        assert each._known_template  # the template that pymisp ships has this name
        assert not set(each._definition["attributes"]).isdisjoint(a.object_relation for a in each.attributes)
        assert {a.object_relation for a in each.attributes} <= set(each._definition["attributes"])
        assert {a.type for a in each.attributes} == {
            each._definition["attributes"][a.object_relation]["misp-attribute"] for a in each.attributes
        }
        assert (each.template_uuid, str(each.template_version)) == (
            each._definition["uuid"],
            str(each._definition["version"]),
        )


def test_what_pymisp_writes_is_read():
    event = MISPEvent()
    event.load(misp.to_event([indicator(kind) for kind in Kind], PRODUCER, NOW))
    found = misp.read_event({"Event": json.loads(event.to_json())}, INTAKE, TACTICS)

    assert found.mistakes == []
    assert {one.kind for one in found.indicators} == set(Kind)


def test_taxii_files_hold_together():
    files = stix.to_taxii(EVERYTHING[:5], PRODUCER)
    collections = files["collections/index.json"]["collections"]
    where = f"collections/{collections[0]['id']}"
    manifest, envelope = files[f"{where}/manifest/index.json"], files[f"{where}/objects/index.json"]

    assert collections[0]["can_read"]
    assert not collections[0]["can_write"]
    assert [row["id"] for row in manifest["objects"]] == [each["id"] for each in envelope["objects"]]
    assert stix.read_objects(envelope, INTAKE, TACTICS).indicators  # an envelope is read like a bundle


def test_the_same_export_again_has_the_same_names():
    first, second = (stix.to_bundle(EVERYTHING[:3], PRODUCER, at) for at in (NOW, NOW + DAY))
    assert first["objects"] == second["objects"]


def test_everything_shared_says_that_it_is_unconfirmed_until_when_and_where_to_appeal():
    for each in stix.to_bundle([indicator(kind) for kind in Kind], PRODUCER, NOW)["objects"]:
        if each["type"] == "indicator":
            assert "Reported, unconfirmed" in each["description"]
            assert "確認されたものではありません" in each["description"]
            assert PRODUCER.appeal in each["description"]
            assert each["valid_until"][:10] in each["description"]
            assert each["labels"][0] == "reported-unconfirmed"


OTHERS = [
    ("[domain-name:value = 'a.example.test']", [(Kind.DOMAIN, "a.example.test")]),
    ("[ url:value='https://a.example.test/x?mail=victim@example.jp' ]", [(Kind.URL, "https://a.example.test/x")]),
    (
        "[email-addr:value = 'a@a.example.test' OR email-addr:value = 'b@a.example.test']",
        [(Kind.MAIL, "a@a.example.test"), (Kind.MAIL, "b@a.example.test")],
    ),
    (
        "[domain-name:value = 'a.example.test'] OR [domain-name:value = 'b.example.test']",
        [(Kind.DOMAIN, "a.example.test"), (Kind.DOMAIN, "b.example.test")],
    ),
    ("[user-account:user_id = 'x' AND user-account:account_type = 'line']", [(Kind.ACCOUNT, "line:x")]),
]


@pytest.mark.parametrize(("pattern", "values"), OTHERS)
def test_others_patterns_are_read(pattern, values):
    given = {
        "type": "bundle",
        "objects": [
            {
                "type": "indicator",
                "id": "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
                "pattern": pattern,
                "pattern_type": "stix",
                "valid_from": "2026-11-20T00:00:00Z",
            }
        ],
    }
    found = stix.read_objects(given, INTAKE, TACTICS)
    assert [(one.kind, one.value) for one in found.indicators] == values
    assert {one.confidence for one in found.indicators} == {30}
    assert {one.tlp for one in found.indicators} == {Tlp.AMBER}


def test_old_marks_are_understood():
    bundle = stix.to_bundle([indicator(tlp=Tlp.GREEN)], PRODUCER, NOW)
    for each in bundle["objects"]:
        if each["type"] == "indicator":
            each["object_marking_refs"] = ["marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"]
    assert stix.read_objects(bundle, INTAKE, TACTICS).indicators[0].tlp is Tlp.RED


def test_noise_does_not_come_in():
    noise = Noise(own_accounts=frozenset({VALUES[Kind.ACCOUNT]}))
    bundle = stix.to_bundle([indicator(Kind.ACCOUNT)], PRODUCER, NOW)
    found = stix.read_objects(bundle, type(INTAKE)("partner", NOW, noise), TACTICS)
    assert found.indicators == []
    assert found.mistakes[0].field.endswith(".pattern")


def test_what_was_withdrawn_is_told():
    bundle = stix.to_bundle([indicator(standing=Standing.WITHDRAWN)], PRODUCER, NOW)
    assert [each.get("revoked") for each in bundle["objects"] if each["type"] == "indicator"] == [True]
    assert stix.read_objects(bundle, INTAKE, TACTICS).indicators[0].standing is Standing.WITHDRAWN
