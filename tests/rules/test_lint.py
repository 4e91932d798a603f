"""Every mistake in a pack is reported at once, with file and line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.samples import RULE, pack_of, rule, write

from honnin.errors import BadInputError
from honnin.rules import lint, load_pack
from honnin.rules.document import MAX_BYTES, read_document


def test_a_sound_pack_has_no_mistakes(tmp_path: Path):
    assert lint([write(tmp_path, all=RULE)]) == []


MISTAKES = [
    ("act:ask_transfer", "act:ask_transfr", 9, "payment-from-new-contact.when.all", 'mean "act:ask_transfer"'),
    ("relation:new", "new_contact", 3, "payment-from-new-contact.when", "no condition"),
    ("severity: high", "severity: hgih", 5, "payment-from-new-contact.severity", 'mean "high"'),
    ("state: live", "state: alive", 6, "payment-from-new-contact.state", 'mean "live"'),
    ("    title:", "    titel:", 4, "payment-from-new-contact.titel", 'mean "title"'),
    ("[transfer_request]", "[transfer_requests]", 8, "payment-from-new-contact.tactics", "transfer_request"),
    ("[payment_diversion]", "payment_diversion", 7, "payment-from-new-contact.attack_types", "list"),
    (", en: Call them on a number you already had.", "", 10, "payment-from-new-contact.reason", "in en is missing"),
    (
        "お手元の番号で本人に確かめてください。",
        "Call them.",
        10,
        "payment-from-new-contact.reason.ja",
        "Japanese under ja",
    ),
    ("Call them on a number you already had.", "This is safe.", 10, "payment-from-new-contact.reason.en", "safe"),
    ("お手元の番号で本人に確かめてください。", "安全です。", 10, "payment-from-new-contact.reason.ja", "safe"),
    ("      - {text: See you at three.}\n", "", 3, "payment-from-new-contact.silent_on", "at least two"),
    ("contact_days: 0", "contact_days: soon", 12, "payment-from-new-contact.fires_on.contact_days", "number"),
    ("contact_days: 0", "contact_day: 0", 12, "payment-from-new-contact.fires_on.contact_day", "contact_days"),
    ("contact_days: 0", "channel: caht", 12, "payment-from-new-contact.fires_on.channel", 'mean "chat"'),
    ("contact_days: 0", "verified: maybe", 12, "payment-from-new-contact.fires_on.verified", "true or false"),
    ("{text: 会議は三時です。}", "{contact_days: 3}", 15, "payment-from-new-contact.silent_on", "text"),
    ("id: payment-from-new-contact", "id: Payment!", 3, "id", "lower-case"),
    ("relation:new]", "relation:new, {all: []}]", 9, "payment-from-new-contact.when.all.all", "at least one"),
    (
        "relation:new]",
        "{relation_days: {less: 7}}]",
        9,
        "payment-from-new-contact.when.all.relation_days.less",
        "less",
    ),
    ("relation:new]", "{relation_days: 7}]", 9, "payment-from-new-contact.when.all.relation_days", "keys"),
    ("relation:new]", "{reltion_days: {lt: 7}}]", 9, "payment-from-new-contact.when.all", "relation_days"),
    (
        "relation:new]",
        "{at_least: {n: 3, of: [act:probe]}}]",
        9,
        "payment-from-new-contact.when.all.at_least.n",
        "1 to",
    ),
    ("relation:new]", "{at_least: {n: 1}}]", 9, "payment-from-new-contact.when.all.at_least", "{n: 2"),
    ("relation:new]", "{same_turn: [relation:new]}]", 3, "payment-from-new-contact.when", "same_turn"),
    ("relation:new]", "{same_turn: [{not: act:probe}]}]", 3, "payment-from-new-contact.when", "same_turn"),
    ("{all: [act:ask_transfer, relation:new]}", "{not: act:probe}", 3, "payment-from-new-contact.when", "nothing"),
    ("{all: [act:ask_transfer, relation:new]}", "[act:probe]", 9, "payment-from-new-contact.when", "keys"),
    ("    fires_on:", "    expires: soon\n    fires_on:", 11, "payment-from-new-contact.expires", "2027-03-31"),
    ("pack: {id: demo}\n", "\n", 0, "pack.id", "Name the pack"),
    ("contact_days: 0", "messages: 1.5", 12, "payment-from-new-contact.fires_on.messages", "whole number"),
    ("contact_days: 0", "turns: [{who: a}]", 12, "payment-from-new-contact.fires_on.turns", "text is missing"),
    ("contact_days: 0", "turns: a", 12, "payment-from-new-contact.fires_on.turns", "list"),
    ("contact_days: 0", "sender: {nmae: a}", 12, "payment-from-new-contact.fires_on.sender.nmae", 'mean "name"'),
    ("contact_days: 0", "directory: [{kana: a}]", 12, "payment-from-new-contact.fires_on.directory", "name is missing"),
    ("text: See you at three.", "text: true", 16, "payment-from-new-contact.silent_on.text", "text here"),
    ("text: See you at three.", f"text: {'a' * 4001}", 16, "payment-from-new-contact.silent_on.text", "4000"),
    ("severity: high", "severity: &a high", 5, "", "Anchors"),
    ("severity: high", "severity: !!str high", 5, "", "Tags"),
    ("severity: high", "severity: high\n    severity: low", 6, "", "twice"),
    ("severity: high", "severity: [high", 6, "", "YAML"),
    ("severity: high", "severity: hi\x01gh", 0, "", "YAML"),
    ("{text: See you at three.}", "{text: 1}\n---\na: 1", 17, "", "One document"),
    ("relation:new]", "[" * 30 + "]" * 30 + "]", 9, "", "deeply"),
]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_names_file_line_and_field(mistake: tuple[str, str, int, str, str], tmp_path: Path):
    before, after, line, where, words = mistake
    assert before in RULE
    found = lint([write(tmp_path, all=RULE.replace(before, after, 1))])
    matching = [one for one in found if words in one.text.en]
    assert matching, [str(one) for one in found]
    assert (matching[0].line, matching[0].field) == (line, where)
    assert matching[0].file == (str(tmp_path / "all.yaml") if line or where != "pack.id" else str(tmp_path))
    assert all(one.text.ja for one in found)


def test_all_mistakes_of_all_files_come_at_once(tmp_path: Path):
    folder = write(
        tmp_path,
        one=RULE.replace("severity: high", "severity: worst").replace("act:ask_transfer", "act:ask_moeny"),
        two="rules:\n" + rule("relation:nwe", rule_id="two") + rule("link:any", rule_id="payment-from-new-contact"),
    )
    with pytest.raises(BadInputError) as refused:
        load_pack(folder)
    assert [(Path(one.file).name, one.line, one.field) for one in refused.value.mistakes] == [
        ("one.yaml", 5, "payment-from-new-contact.severity"),
        ("one.yaml", 9, "payment-from-new-contact.when.all"),
        ("two.yaml", 8, "two.when"),
        ("two.yaml", 12, "payment-from-new-contact"),
    ]


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        ("  a: b\n  b: {not: a}\n", "a → b → a"),  # a circle
        ("  a: act:probe\n  unused: act:probe\n", '"unused" is used nowhere'),
        ("  a: act:probe\n  a: link:any\n", "stands twice"),
        ("  a: act:probe\n  all: {any: [a]}\n", "unlike any word of the grammar"),
        ("  a: {any: [" + ", ".join(["act:probe"] * 250) + "]}\n", "too large"),
        (
            "".join(f"  a{i}: {{all: [a{i + 1}, a{i + 1}]}}\n" for i in range(9)) + "  a9: act:probe\n  a: a0\n",
            "too large",
        ),
    ],
)
def test_conditions_are_each_defined_once_used_and_without_circles(conditions: str, words: str, tmp_path: Path):
    found = lint([write(tmp_path, all=pack_of(rule("a"), conditions=conditions))])
    assert any(words in one.text.en for one in found), [str(one) for one in found]
    assert all(one.line for one in found)


def test_a_long_chain_of_names_is_refused_rather_than_followed_too_deep(tmp_path: Path):
    chain = "".join(f"  a{i}: a{i + 1}\n" for i in range(5000)) + "  a5000: act:probe\n"
    found = lint([write(tmp_path, all=pack_of(rule("a0"), conditions=chain))])
    assert any("too large" in one.text.en for one in found)


def test_a_site_pack_is_checked_against_the_shipped_one(tmp_path: Path):
    shipped = write(tmp_path / "shipped", all=pack_of(rule("money", rule_id="one"), conditions="  money: link:any\n"))
    site = write(
        tmp_path / "site",
        all=pack_of(
            rule("{all: [money, mony]}", rule_id="two"),
            rule("link:any", rule_id="one"),
            conditions="  money: link:danger\n",
            pack_id="site",
        )
        + "local:\n  oen: {state: shadow}\n  one: {sevrity: low}\n",
    )
    found = [one.text.en for one in lint([shipped, site])]
    assert any('Did you mean "money"' in one for one in found)
    assert sum('"one" is taken' in one for one in found) == 1
    assert sum('"money" is taken' in one for one in found) == 1
    assert any('no rule "oen". Did you mean "one"' in one for one in found)
    assert any('Did you mean "severity"' in one for one in found)
    assert len(found) == 5


def test_a_shipped_draft_goes_live_only_with_examples(tmp_path: Path):
    text = pack_of(rule("link:any", rule_id="one", state="draft")).replace("[{text: a}, {text: b}]", "[]")
    shipped = load_pack(write(tmp_path / "shipped", all=text))
    site = write(tmp_path / "site", all="pack: {id: site}\nlocal:\n  one: {state: live}\n")
    (mistake,) = lint([site], beside=shipped)
    assert (mistake.field, mistake.line) == ("one.fires_on", 3)


def test_one_rule_is_changed_in_one_place(tmp_path: Path):
    shipped = load_pack(write(tmp_path / "shipped", all=pack_of(rule("link:any", rule_id="one"))))
    local = "local:\n  one: {state: shadow}\n"
    found = lint([write(tmp_path / "site", a="pack: {id: site}\n" + local, b=local)], beside=shipped)
    assert ["one place" in one.text.en for one in found] == [True, True]


def test_a_pack_may_be_one_file(tmp_path: Path):
    assert load_pack(write(tmp_path, all=RULE) / "all.yaml").id == "demo"


def test_an_empty_folder_says_so(tmp_path: Path):
    assert any("rule files" in one.text.en for one in lint([tmp_path]))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a: \xff\xfe", "UTF-8"),
        (b"a" * (MAX_BYTES + 1), "too large"),
        (b"? [a, b]\n: c", "plain word"),
    ],
)
def test_unreadable_files(data: bytes, words: str):
    node, (mistake,) = read_document(data, "x.yaml")
    assert node is None
    assert words in mistake.text.en


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),  # not a truth value
        ("2027-03-31", "2027-03-31"),  # not a date object
        ("0123", 123),
        ("1.5", 1.5),
        ("'7'", "7"),  # quoted is text
        ("true", True),
        ("~", None),
        ("1e400", "1e400"),
        ("0x10", "0x10"),
    ],
)
def test_values(written: str, value: object):
    node, mistakes = read_document(f"a: {written}".encode(), "x.yaml")
    assert mistakes == []
    assert node.entries[0][1].value == value


@given(st.binary(max_size=200) | st.text(alphabet="[]{}:,-&*!?|>'\"ab \n\t#%@`", max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes):
    node, mistakes = read_document(data, "x.yaml")
    assert node is None or not mistakes


@given(st.text(alphabet="[]{}:,- abi\nd0", max_size=120))
def test_any_rule_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str):
    folder = write(tmp_path_factory.mktemp("pack"), all=f"pack: {{id: a}}\nrules:\n  - id: x\n    when: {text}\n")
    assert lint([folder])
