import re
from importlib.resources import files

import pytest
import yaml

from honnin.model import Level, LinkCheck, LinkLevel
from honnin.rules.vocabulary import ATOMS
from honnin.screening.actions import Advisor

ADVISOR = Advisor.load()
ROWS = yaml.safe_load((files("honnin.screening") / "data" / "actions.yaml").read_text("utf-8"))
JAPANESE = re.compile(r"[ぁ-ゖ]")


def advised(level, *atoms, official=""):
    links = [LinkCheck("u", "h", "d", LinkLevel.DANGER, 0.9, official=official)] if official else []
    return [action.id for action in ADVISOR.advise(Level(level), set(atoms), links)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
class TestEachAction:
    def test_speaks_both_languages(self, row):
        assert JAPANESE.search(row["ja"])
        assert row["en"].isascii() or "{official}" in row["en"]
        assert not JAPANESE.search(row["en"])
        assert row["ja"].endswith("。")
        assert row["en"].endswith(".")

    def test_never_says_safe(self, row):
        assert "安全" not in row["ja"]
        assert not re.search(r"\bsafe", row["en"], re.IGNORECASE)

    def test_tells_no_criterion(self, row):
        assert not re.search(r"スコア|ルール|条件|score|rule|weight", row["ja"] + row["en"])

    def test_asks_only_for_facts_there_are(self, row):
        asked = {atom for atoms in row.get("when", {}).values() for atom in atoms}
        assert asked <= ATOMS

    def test_has_a_level(self, row):
        assert row["levels"]
        assert "ok" not in row["levels"]


def test_ids_are_distinct():
    assert len({row["id"] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(
    ("level", "atoms", "expected"),
    [
        # nothing found: nothing to do
        ("ok", ["act:ask_transfer"], []),
        # a tip: one sentence
        ("notice", ["act:ask_transfer"], ["confirm-before-acting"]),
        # whatever was found, ask the person, keep the record, tell the desk
        ("caution", [], ["call-known-number", "keep-record", "report-to-desk"]),
        # money: first of all do not pay
        (
            "danger",
            ["act:ask_transfer"],
            ["do-not-pay", "call-known-number", "two-people", "keep-record", "report-to-desk", "if-already-paid"],
        ),
        ("caution", ["act:ask_gift_card"], ["no-gift-cards", "call-known-number", "keep-record", "report-to-desk"]),
        # a request that claims a known name: decline, and use the account that is known
        (
            "danger",
            ["kind:contact_request", "identity:not_their_account"],
            ["decline-request", "use-known-account", "call-known-number", "keep-record", "report-to-desk"],
        ),
        ("caution", ["act:ask_group"], ["do-not-make-group", "call-known-number", "keep-record", "report-to-desk"]),
    ],
)
def test_what_to_do_follows_what_was_found(level, atoms, expected):
    assert advised(level, *atoms) == expected


def test_the_real_address_is_named_where_it_is_known():
    assert "use-official-address" not in advised("danger", "link:danger")
    assert "use-official-address" in advised("danger", "link:danger", official="https://www.example.jp/")
    texts = [
        action.text
        for action in ADVISOR.advise(
            Level.DANGER,
            {"link:danger"},
            [LinkCheck("u", "h", "d", LinkLevel.DANGER, 0.9, official="https://www.example.jp/")],
        )
        if action.id == "use-official-address"
    ]
    assert "https://www.example.jp/" in texts[0].ja
    assert "https://www.example.jp/" in texts[0].en
