"""From facts to signals: logic with unknowns, states, the words shown, and the index."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.samples import RULE, facts, pack_of, rule, said, write

from honnin.model import Evidence, Facts, Severity, Text
from honnin.rules import evaluate, load_pack, merge
from honnin.rules.compile import compile_condition
from honnin.rules.condition import (
    AllOf,
    AnyOf,
    AtLeast,
    Atom,
    Compare,
    Comparison,
    Condition,
    Named,
    Not,
    SameTurn,
    parts,
)
from honnin.rules.pack import Pack
from honnin.rules.rule import Rule, State

A, B, C = "act:ask_transfer", "pressure:urgency", "relation:new"


def fires(when: str, known: Facts, folder: Path, conditions: str = "") -> bool:
    pack = load_pack(write(folder, all=pack_of(rule(when), conditions=conditions)))
    return bool(evaluate(pack, known).signals)


@pytest.mark.parametrize(
    ("when", "known", "expected"),
    [
        (A, facts(A), True),  # a fact that holds
        (A, facts(B), False),
        (A, facts(unknown=(A,)), False),  # unknown is not true
        (f"{{all: [{A}, {B}]}}", facts(A, B), True),
        (f"{{all: [{A}, {B}]}}", facts(A), False),
        (f"{{any: [{A}, {B}]}}", facts(B), True),
        (f"{{all: [{A}, {{not: {C}}}]}}", facts(A), True),  # known not to hold
        (f"{{all: [{A}, {{not: {C}}}]}}", facts(A, C), False),
        (f"{{all: [{A}, {{not: {C}}}]}}", facts(A, unknown=(C,)), False),  # "not" of unknown is unknown
        (f"{{all: [{A}, {{not: {C}}}]}}", facts(A, unknown=("relation",)), False),  # a whole family unknown
        (f"{{all: [{A}, {{not: {{not: {B}}}}}]}}", facts(A, B), True),
        (f"{{at_least: {{n: 2, of: [{A}, {B}, {C}]}}}}", facts(A, C), True),
        (f"{{at_least: {{n: 2, of: [{A}, {B}, {C}]}}}}", facts(C), False),
        ("{relation_days: {lt: 7}}", facts(relation_days=3), True),
        ("{relation_days: {lt: 7}}", facts(relation_days=7), False),
        ("{relation_days: {lt: 7}}", facts(), False),  # an unknown number compares as unknown
        (f"{{all: [{A}, {{not: {{relation_days: {{lt: 7}}}}}}]}}", facts(A), False),
        (f"{{all: [{A}, {{not: {{relation_days: {{lt: 7}}}}}}]}}", facts(A, relation_days=40), True),
        ("{relation_messages: {ge: 2, le: 4}}", facts(relation_messages=2), True),  # both ends
        ("{relation_messages: {ge: 2, le: 4}}", facts(relation_messages=5), False),
        ("{turns: {eq: 1}}", facts(turns=1), True),
        ("{link_score: {gt: 0.5}}", facts(link_score=0.5), False),
        (f"{{same_turn: [{A}, {B}]}}", Facts({A: said("振込", 1), B: said("至急", 1)}), True),
        (f"{{same_turn: [{A}, {B}]}}", Facts({A: said("振込", 1), B: said("至急", 2)}), False),
        (f"{{same_turn: [{A}, {{any: [{B}, link:any]}}]}}", Facts({A: said("x", 2), "link:any": said("y", 2)}), True),
        (f"{{all: [{A}, {{not: {{same_turn: [{A}, {B}]}}}}]}}", Facts({A: said("x", 1), B: said("y", 2)}), True),
        (f"{{all: [{A}, {{not: {{same_turn: [{A}, {B}]}}}}]}}", Facts({A: said("x")}, unknown=frozenset({B})), False),
    ],
)
def test_conditions(when: str, known: Facts, expected: bool, tmp_path: Path):
    assert fires(when, known, tmp_path) is expected


def test_named_conditions_are_shared_and_may_use_each_other(tmp_path: Path):
    conditions = f"  money: {{any: [{A}, act:give_account]}}\n  hurried_money: {{all: [money, {B}]}}\n"
    assert fires("hurried_money", facts("act:give_account", B), tmp_path, conditions)
    assert not fires("hurried_money", facts(A), tmp_path, conditions)


def test_a_signal_carries_the_words_the_reason_and_the_place(tmp_path: Path):
    pack = load_pack(write(tmp_path, all=RULE))
    known = Facts({"act:ask_transfer": said("振込をお願いします", start=4), "relation:new": (Evidence(),)})
    (signal,) = evaluate(pack, known).signals
    assert signal.id == "payment-from-new-contact"
    assert signal.severity is Severity.HIGH
    assert (signal.quote, signal.turn, signal.start, signal.end) == ("振込をお願いします", 0, 4, 13)
    assert signal.reason == Text("お手元の番号で本人に確かめてください。", "Call them on a number you already had.")


@pytest.mark.parametrize(
    ("when", "turn", "quote", "proof"),
    [
        (f"{{all: [{A}, {B}]}}", 3, "至急", ["振込", "至急"]),  # complete only at the later of the two
        (f"{{any: [{A}, {B}]}}", 1, "振込", ["振込"]),  # true from the earlier of the two
        (f"{{at_least: {{n: 2, of: [act:probe, {B}, {A}]}}}}", 1, "振込", ["います?", "振込"]),  # at the second one
        (f"{{same_turn: [{A}, {B}]}}", 3, "送金", ["送金", "至急"]),  # the first turn that has both
        (f"{{all: [{A}, {{not: relation:established}}]}}", 1, "振込", ["振込"]),  # absence has no words
    ],
)
def test_the_signal_stands_where_the_rule_became_true(
    when: str, turn: int, quote: str, proof: list[str], tmp_path: Path
):
    known = Facts(
        {
            "act:probe": said("います?", 0),
            A: said("振込", 1) + said("送金", 3),
            B: said("至急", 3, 2) + said("急ぎ", 4),
        }
    )
    pack = load_pack(write(tmp_path, all=pack_of(rule(when))))
    (hit,) = evaluate(pack, known).hits
    assert (hit.signal.turn, hit.signal.quote) == (turn, quote)
    assert [one.quote for one in hit.evidence] == proof


def test_words_of_the_subject_and_the_profile_are_shown_though_their_turns_are_negative(tmp_path: Path):
    pack = load_pack(write(tmp_path, all=pack_of(rule(f"{{all: [identity:unsure, {A}, {C}]}}"))))
    known = Facts({"identity:unsure": said("山田", -2), A: said("送金のお願い", -1), C: ()})
    (signal,) = evaluate(pack, known).signals
    assert (signal.turn, signal.quote) == (-1, "送金のお願い")


def test_states_and_dates_decide_who_hears_of_a_rule(tmp_path: Path):
    rules = [rule(A, rule_id=state, state=state) for state in State]
    ending = rule(A, rule_id="ending", more="    expires: 2027-03-31\n")
    pack = load_pack(write(tmp_path, all=pack_of(*rules, ending)))

    def heard(today: date | None) -> tuple[list[str], list[str]]:
        evaluation = evaluate(pack, facts(A), today=today)
        return [one.id for one in evaluation.signals], [one.id for one in evaluation.shadow_signals]

    assert heard(None) == (["live", "ending"], ["shadow"])
    assert heard(date(2027, 3, 31)) == (["live", "ending"], ["shadow"])  # the last day counts
    assert heard(date(2027, 4, 1)) == (["live"], ["shadow"])


def test_a_site_changes_state_and_severity_and_adds_rules_without_touching_the_shipped_files(tmp_path: Path):
    shipped_folder = write(
        tmp_path / "shipped",
        all=pack_of(rule(A, rule_id="one"), rule("money", rule_id="two"), conditions=f"  money: {B}\n"),
    )
    shipped = load_pack(shipped_folder)
    local = "local:\n  one: {state: shadow}\n  two: {severity: critical}\n"
    site_rule = rule("{all: [money, own]}", rule_id="three")
    site_text = pack_of(site_rule, conditions="  own: link:any\n", pack_id="site") + local
    site = load_pack(write(tmp_path / "site", all=site_text), beside=shipped)
    both = merge(shipped, site)
    evaluation = evaluate(both, facts(A, B, "link:any"))
    assert [(one.id, one.severity) for one in evaluation.signals] == [("two", "critical"), ("three", "low")]
    assert [one.id for one in evaluation.shadow_signals] == ["one"]
    assert [one.id for one in evaluate(site, facts(B, "link:any")).signals] == ["three"]  # a site's pack by itself
    assert both.label.startswith("demo+site@")
    assert both.version not in {shipped.version, site.version}
    assert load_pack(shipped_folder) == shipped


def test_the_version_changes_with_the_files_and_only_with_them(tmp_path: Path):
    folder = write(tmp_path, all=RULE)
    first = load_pack(folder)
    assert load_pack(folder).version == first.version
    write(tmp_path, all=RULE.replace("severity: high", "severity: low"))
    assert load_pack(folder).version != first.version


# -- properties: the closures and the index against the plain definition

_WORDED = ["act:probe", A, B, "link:any", "hidden:bidi"]
_ATOMS = [*_WORDED, C, "channel:chat"]
_worded_tree = st.recursive(
    st.sampled_from(_WORDED).map(Atom),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        .map(tuple)
        .flatmap(
            lambda of: st.one_of(
                st.just(AllOf(of)),
                st.just(AnyOf(of)),
                st.just(SameTurn(of)),
                st.builds(AtLeast, st.integers(1, len(of)), st.just(of)),
            )
        )
    ),
    max_leaves=5,
)
_leaves = st.one_of(
    st.sampled_from(_ATOMS).map(Atom),
    st.builds(Compare, st.sampled_from(["turns", "link_score"]), st.sampled_from(Comparison), st.integers(0, 3)),
    st.lists(_worded_tree, min_size=1, max_size=3).map(lambda of: SameTurn(tuple(of))),
)


def _grown(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        several.map(AllOf),
        several.map(AnyOf),
        inner.map(Not),
        several.flatmap(lambda of: st.builds(AtLeast, st.integers(1, len(of)), st.just(of))),
    )


_conditions = st.recursive(_leaves, _grown, max_leaves=8)


@st.composite
def _facts(draw: st.DrawFn) -> Facts:
    held = draw(st.sets(st.sampled_from(_ATOMS)))
    evidence = st.lists(st.integers(0, 3).map(lambda turn: Evidence("語", turn, 0, 1)), min_size=1, max_size=2)
    atoms = {name: tuple(draw(evidence)) if name in _WORDED else () for name in held}
    numbers = draw(st.dictionaries(st.sampled_from(["turns", "link_score"]), st.integers(0, 3)))
    return Facts(atoms, numbers, frozenset(draw(st.sets(st.sampled_from(_ATOMS))) - held))


def truth(condition: Condition, known: Facts) -> bool | None:  # noqa: C901 - one case a kind
    """The three-valued meaning, spelled out."""
    match condition:
        case Atom(name):
            return True if name in known.atoms else None if name in known.unknown else False
        case Compare(number, comparison, value):
            if number not in known.numbers:
                return None
            left = known.numbers[number]
            return {
                "lt": left < value,
                "le": left <= value,
                "gt": left > value,
                "ge": left >= value,
                "eq": left == value,
            }[comparison]
        case Not(of):
            inner = truth(of, known)
            return None if inner is None else not inner
        case AllOf(of):
            values = [truth(part, known) for part in of]
            return False if False in values else None if None in values else True
        case AnyOf(of):
            values = [truth(part, known) for part in of]
            return True if True in values else None if None in values else False
        case AtLeast(n, of):
            values = [truth(part, known) for part in of]
            if values.count(True) >= n:
                return True
            return None if values.count(True) + values.count(None) >= n else False
        case SameTurn():
            values = [truth(part, known) for part in condition.of]
            if False in values:
                return False
            if turns(condition, known):
                return True
            named = {part.name for part in parts(condition) if isinstance(part, Atom)}
            return None if named & known.unknown or None in values else False
        case Named():
            raise AssertionError
    raise AssertionError


def turns(condition: Condition, known: Facts) -> set[int]:
    """The turns in which a condition on words holds by itself."""
    match condition:
        case Atom(name):
            return {one.turn for one in known.atoms.get(name, ())}
        case AllOf(of) | SameTurn(of):
            return set.intersection(*(turns(part, known) for part in of))
        case AnyOf(of):
            return set.union(*(turns(part, known) for part in of))
        case AtLeast(n, of):
            return {turn for turn in range(4) if sum(turn in turns(part, known) for part in of) >= n}
    raise AssertionError


@given(_conditions, _facts())
def test_the_closures_mean_what_the_grammar_says(condition: Condition, known: Facts):
    compiled = compile_condition(condition, {}.__getitem__)
    expected = truth(condition, known)
    assert compiled.holds(known) is (expected is True)
    assert compiled.fails(known) is (expected is False)


@given(_conditions, _facts())
def test_the_index_never_loses_a_rule(condition: Condition, known: Facts):
    one = Rule("r", Text("", ""), Severity.LOW, State.LIVE, (), (), condition, Text("", ""))
    pack = Pack("p", "0", {}, (one,))
    assert bool(evaluate(pack, known).signals) is (truth(condition, known) is True)


@given(_conditions, _facts())
def test_a_proof_quotes_only_words_that_are_facts(condition: Condition, known: Facts):
    one = Rule("r", Text("", ""), Severity.LOW, State.LIVE, (), (), condition, Text("", ""))
    for hit in evaluate(Pack("p", "0", {}, (one,)), known).hits:
        assert set(hit.evidence) <= {evidence for found in known.atoms.values() for evidence in found}
