"""Who proposes, who agrees, what leaves, and what never does."""

import io
import json
import re
import shutil
import zipfile
from datetime import timedelta

import pytest
from tests.sharing.samples import DAY, NOW, SKETCH, VALUES, indicator

from honnin.app.indicators import NO_APPEAL, Candidate, Form, IndicatorKeeper, described, producer
from honnin.errors import BadInputError, HonninError
from honnin.model import KnownAccount, Person
from honnin.rules import shipped_pack
from honnin.rules.vocabulary import ATOMS, NUMBERS
from honnin.sharing import stix
from honnin.sharing.indicator import IndicatorRefusedError, Standing, Tlp
from honnin.sharing.noise import EVERYBODYS, OFFICIAL, OWN, SUFFIX
from honnin.sharing.values import HIDDEN, Kind
from honnin.store import Database, SqlDirectoryStore
from honnin.store.indicators import SqlIndicatorStore

VICTIM = Person(
    "見本 花子",
    organization="見本商事",
    accounts=(KnownAccount("chatwork", "10001"),),
    emails=("hanako@mihon.example.jp",),
)


class Clock:
    now = NOW

    def __call__(self):
        return self.now


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory):
    """A database file with its tables, to be copied for each test."""
    path = tmp_path_factory.mktemp("empty") / "honnin.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@pytest.fixture
def database(tmp_path, empty_database):
    shutil.copy(empty_database, tmp_path / "honnin.db")
    database = Database(f"sqlite:///{tmp_path}/honnin.db")
    yield database
    database.close()


@pytest.fixture
def keeper(database):
    directory = SqlDirectoryStore(database)
    directory.upsert([VICTIM])
    return IndicatorKeeper(SqlIndicatorStore(database), directory, producer("見本商事", "appeal@example.jp"), Clock())


def candidate(kind=Kind.DOMAIN, value="", **parts):
    return Candidate(kind, value or VALUES[kind], **{"seen_at": NOW - timedelta(hours=1), **parts})


def shared(keeper, *candidates, tlp=Tlp.GREEN):
    keys = []
    for one in keeper.propose(candidates or [candidate()], by="hana", case_id="case-7"):
        keeper.accept(one.indicator.key, by="hana", tlp=tlp)
        keys.append(one.indicator.key)
    return keys


def objects(keeper, **how):
    found = json.loads(keeper.export(Form.STIX, **how).content)["objects"]
    return [one for one in found if one["type"] == "indicator"]


class TestPropose:
    def test_each_kind(self, keeper):
        found = keeper.propose([candidate(kind) for kind in Kind], by="hana", case_id="case-7")
        assert all(one.is_new and one.indicator.standing is Standing.PROPOSED for one in found)
        assert objects(keeper) == []  # nobody has agreed yet

    def test_again_is_a_sighting(self, keeper):
        first = keeper.propose([candidate()], by="hana")[0].indicator
        again = keeper.propose([candidate(seen_at=NOW)], by="jiro", case_id="case-8")[0]
        assert not again.is_new
        assert (again.indicator.sightings, again.indicator.last_seen) == (2, NOW)
        assert [note.words for note in keeper.store.notes(first.key)] == ["case-8"]

    def test_one_case_is_one_sighting_however_often_it_proposes(self, keeper):
        for case in ("case-7", "case-7", "case-8", "case-8", "case-7"):
            found = keeper.propose([candidate()], by="hana", case_id=case)[0].indicator
        assert found.sightings == 2

    @pytest.mark.parametrize(
        ("kind", "value", "reason"),
        [
            (Kind.ACCOUNT, "chatwork:10001", OWN),
            (Kind.MAIL, "someone@mihon.example.jp", OWN),
            (Kind.DOMAIN, "mihon.example.jp", OWN),
            (Kind.DOMAIN, "google.com", OFFICIAL),
            (Kind.DOMAIN, "github.io", SUFFIX),
            (Kind.URL, "https://bit.ly/", EVERYBODYS),
            (Kind.ACCOUNT, "line:a\u202eb", HIDDEN),
        ],
    )
    def test_noise_is_refused_with_the_reason(self, keeper, kind, value, reason):
        assert [one.refused for one in keeper.propose([candidate(kind, value)], by="hana")] == [reason]
        assert keeper.store.count() == 0

    def test_what_lives_on_free_hosting_can_be_one(self, keeper):
        assert keeper.propose([candidate(value="evil-login.github.io")], by="hana")[0].is_new
        assert keeper.propose([candidate(Kind.URL, "https://bit.ly/3abc")], by="hana")[0].is_new

    def test_what_was_withdrawn_does_not_come_back_by_itself(self, keeper):
        (key,) = shared(keeper)
        keeper.withdraw(key, by="hana", words="持ち主は被害者")
        assert keeper.propose([candidate()], by="hana")[0].indicator is None


class TestLeaving:
    def test_only_what_was_agreed_to_and_only_to_its_circle(self, keeper):
        shared(keeper, candidate(value="a.example.test"), tlp=Tlp.GREEN)
        shared(keeper, candidate(value="b.example.test"), tlp=Tlp.RED)
        keeper.propose([candidate(value="c.example.test")], by="hana")
        assert [one["pattern"] for one in objects(keeper)] == ["[domain-name:value = 'a.example.test']"]
        assert len(objects(keeper, widest=Tlp.RED)) == 2
        assert objects(keeper, widest=Tlp.CLEAR) == []

    def test_noise_that_is_added_later_goes_no_more(self, keeper):
        shared(keeper)
        keeper.add_noise(Kind.DOMAIN, VALUES[Kind.DOMAIN], by="hana", reason="取引先")
        assert objects(keeper) == []

    def test_an_appeal_stops_it_until_it_is_decided(self, keeper):
        (key,) = shared(keeper)
        keeper.appeal(key, by="hana", words="自分の口座だと電話があった")
        assert objects(keeper) == []
        keeper.decide_appeal(key, by="boss", words="被害届を確認", keep=True)
        assert len(objects(keeper)) == 1
        keeper.appeal(key, by="hana", words="もう一度")
        keeper.decide_appeal(key, by="boss", words="盗まれた口座", keep=False)
        assert [one["revoked"] for one in objects(keeper)] == [True]
        assert [note.action for note in keeper.store.notes(key)] == [
            "accepted",
            "appealed",
            "kept",
            "appealed",
            "withdrawn",
        ]

    def test_reasons_are_needed(self, keeper):
        (key,) = shared(keeper)
        for step in (keeper.appeal, keeper.withdraw):
            with pytest.raises(IndicatorRefusedError):
                step(key, by="hana", words=" ")

    def test_it_ends_by_itself(self, keeper):
        shared(keeper)
        keeper.now.now = NOW + 181 * DAY
        assert objects(keeper) == []

    def test_nothing_leaves_without_a_place_to_appeal(self, keeper):
        keeper.producer = producer("見本商事", "")
        with pytest.raises(HonninError) as refused:
            keeper.export(Form.STIX)
        assert refused.value.text == NO_APPEAL

    def test_what_others_shared_goes_on_only_where_they_allow_it(self, keeper):
        theirs = [indicator(value="a.example.test", tlp=Tlp.AMBER), indicator(value="b.example.test", tlp=Tlp.GREEN)]
        bundle = stix.to_bundle(theirs, producer("例題銀行", "appeal@example.com"), NOW)
        assert keeper.import_file(json.dumps(bundle).encode(), by="hana", origin="partner").new == 2
        assert objects(keeper) == []
        assert [one["pattern"] for one in objects(keeper, everything=True)] == [
            "[domain-name:value = 'b.example.test']"
        ]


STIX_NAMES = """
type spec_version id created modified name identity_class contact_information extensions extension_type
tlp_2_0 created_by_ref description schema version extension_types indicator_types pattern pattern_type
valid_from valid_until confidence labels external_references source_name object_marking_refs pattern_version
bank_code branch_code account_type_code account_number revoked first_seen last_seen count sighting_of_ref
objects where_sighted_refs iban
"""
MISP_NAMES = """
Event uuid info date timestamp published analysis threat_level_id distribution Orgc name Tag Attribute Object
first_seen last_seen deleted comment category type value to_ids meta-category template_uuid template_version
object_relation
"""


class TestNothingElseLeaves:
    """Exports hold the agreed values and our words, and nothing of how we know or of whom it happened to."""

    @pytest.fixture
    def written(self, keeper):
        shared(keeper, *(candidate(kind, tactics=("group_creation", "secret_rule_17")) for kind in Kind))
        archive = zipfile.ZipFile(io.BytesIO(keeper.export(Form.TAXII).content))
        assert archive.testzip() is None
        return {
            "stix": keeper.export(Form.STIX).content.decode(),
            "misp": keeper.export(Form.MISP).content.decode(),
            "taxii": "".join(archive.read(name).decode() for name in archive.namelist()),
        }

    def test_no_rule_weight_threshold_or_word_list(self, written):
        pack = shipped_pack()
        rule_ids = {rule.id for rule in pack.rules}
        titles = {
            text for rule in pack.rules for text in (rule.title.ja, rule.title.en, rule.reason.ja, rule.reason.en)
        }
        conditions = (ATOMS | NUMBERS) - {"new", "first"}
        assert rule_ids
        for text in written.values():
            words = set(re.findall(r"[\w:.-]+", text.replace(SKETCH, "")))
            assert not words & rule_ids
            assert not words & conditions
            assert not {title for title in titles if title in text}
            assert pack.version not in text
            assert "secret_rule_17" not in text
            assert not re.search(r"weight|threshold|score|signal|lexicon|(?<!\d)0\.\d{2,}", text)

    def test_nobody_of_ours(self, written):
        for text in written.values():
            for private in ("花子", "hanako", "10001", "hana", "case-7", "mihon"):
                assert private not in text

    @pytest.mark.parametrize(("form", "known"), [("stix", STIX_NAMES), ("misp", MISP_NAMES)])
    def test_no_field_that_was_not_thought_of(self, written, form, known):
        def names(value):
            if isinstance(value, dict):
                for key, inner in value.items():
                    yield key
                    yield from names(inner)
            elif isinstance(value, list):
                for inner in value:
                    yield from names(inner)

        found = {name for name in names(json.loads(written[form])) if not name.startswith("extension-definition--")}
        assert found - set(known.split()) == set()


class TestImport:
    @pytest.mark.parametrize("form", [Form.STIX, Form.MISP])
    def test_there_and_back(self, keeper, form):
        shared(keeper, *(candidate(kind) for kind in Kind))
        file = keeper.export(form).content
        report = keeper.import_file(file, by="hana", origin="partner")
        assert (report.new, report.refused, report.mistakes) == (len(Kind), 0, [])
        again = keeper.import_file(file, by="hana", origin="partner")
        assert (again.new, again.known) == (0, len(Kind))
        assert keeper.store.origins() == {"partner": len(Kind)}

    def test_another_cannot_touch_ours(self, keeper):
        (key,) = shared(keeper)
        bundle = json.loads(keeper.export(Form.STIX).content)
        for one in bundle["objects"]:
            if one["type"] == "indicator":
                one |= {"revoked": True, "modified": "2026-11-24T03:30:00.000Z"}
        keeper.import_file(json.dumps(bundle).encode(), by="hana", origin="someone")
        assert keeper.store.get(key).standing is Standing.SHARED
        assert keeper.store.get(key, "someone").standing is Standing.WITHDRAWN

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"{",
            b"\xff\xfe",
            b"[" * 200_000,
            b'{"objects":' * 5_000,
            b'{"a": ' + b"1" * 5_000 + b"}",
            b" " * (32 * 1024 * 1024 + 1),
        ],
        ids=["empty", "broken", "not utf-8", "deep", "deep objects", "long number", "huge"],
    )
    def test_a_file_that_is_none_is_refused_in_words(self, keeper, data):
        with pytest.raises(BadInputError) as refused:
            keeper.import_file(data, by="hana", origin="x")
        assert len(refused.value.mistakes) == 1

    def test_sightings_are_counted_for_all_who_shared_it(self, keeper):
        shared(keeper)
        keeper.import_file(keeper.export(Form.STIX).content, by="hana", origin="partner")
        found = keeper.sighted(Kind.DOMAIN, VALUES[Kind.DOMAIN].upper(), by="system")
        assert [one.origin for one in found] == ["", "partner"]
        assert [one.sightings for one in keeper.store.each()] == [2, 2]
        assert keeper.sighted(Kind.DOMAIN, "no", by="system") == ()


def test_staff_sees_what_it_is_called(keeper):
    (one,) = keeper.propose([candidate()], by="hana")
    assert described(one.indicator)["status"] == "reported, unconfirmed"
