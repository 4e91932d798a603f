"""The rules that come with Honnin: their examples through the real screening, and every word they say to people."""

import re
from collections import Counter
from importlib.resources import files

import pytest
from tests.rules.samples import facts
from tests.rules.screened import fired

from honnin.model import Facts, Severity
from honnin.rules import Failure, Rule, State, evaluate, lint, shipped_pack, test_pack
from honnin.rules.vocabulary import ATOMS, NUMBERS

PACK = shipped_pack()
LOUD = {Severity.HIGH, Severity.CRITICAL}
NUMBERS_TO_CALL = ("188", "#9110")


def test_the_shipped_files_have_no_mistakes():
    assert lint([files("honnin.rules") / "packs" / "shipped"]) == []


def test_every_example_does_what_it_stands_for():
    failures = test_pack(PACK, fired)
    assert not failures, "\n".join(map(str, failures))


def test_a_failing_example_is_reported_with_its_place():
    failures = test_pack(PACK, lambda _example: frozenset())
    assert len(failures) == sum(len(rule.fires_on) for rule in PACK.rules)
    first = failures[0]
    assert isinstance(first, Failure)
    assert str(first).startswith(f"{first.example.file}:{first.example.line}: {first.rule} fires_on: silent:")


@pytest.mark.parametrize("rule", PACK.rules, ids=lambda rule: rule.id)
def test_every_text_reads_well_in_both_languages(rule: Rule):
    assert rule.reason.ja.endswith("。")
    assert rule.reason.en.endswith(".")
    assert re.search(r"(ください|ましょう|ないで)", rule.reason.ja), "the reader must be told what to do next"
    assert not rule.title.ja.endswith("。")
    assert not rule.title.en.endswith(".")
    for text in (rule.reason.ja, rule.reason.en):
        assert 20 <= len(text) <= 200
        assert text == text.strip()
        assert "  " not in text


@pytest.mark.parametrize("rule", PACK.rules, ids=lambda rule: rule.id)
def test_a_reason_never_reveals_the_criterion(rule: Rule):
    for text in (rule.reason.ja, rule.reason.en):
        shown = text
        for number in NUMBERS_TO_CALL:
            shown = shown.replace(number, "")
        assert not re.search(r"[0-9%]", shown), "a number would give a threshold away"
        assert rule.id not in text
        assert not any(name in text for name in ATOMS | NUMBERS | set(PACK.conditions) if re.search("[:_]", name))


def test_names_and_reasons_are_each_used_once():
    for said in (
        [rule.id for rule in PACK.rules],
        [rule.title.ja for rule in PACK.rules],
        [rule.title.en for rule in PACK.rules],
        [rule.reason.ja for rule in PACK.rules],
        [rule.reason.en for rule in PACK.rules],
    ):
        assert not [one for one, times in Counter(said).items() if times > 1]


def test_every_shipped_rule_is_live_and_can_be_found_by_a_fact():
    assert {rule.state for rule in PACK.rules} == {State.LIVE}
    assert PACK.program.always == ()


SPEAK_ALONE = {
    "link:danger",  # judged by its own reasons
    "identity:not_their_account",  # never stands without the person it denies
    "act:ask_gift_card",  # harmless messages tell of gift cards, but do not ask for their codes
    "act:ask_code",  # nobody needs another person's code
    "act:ask_enable_macro",  # the same
}


@pytest.mark.parametrize("atom", sorted(ATOMS - SPEAK_ALONE))
@pytest.mark.parametrize("relation", ["relation:unknown", "relation:established"])
def test_no_single_fact_raises_an_alert(atom: str, relation: str):
    """Urgency, a payment word, a link or an opener alone stand in too many harmless messages."""
    signals = evaluate(PACK, facts(atom, relation, "kind:message", "channel:mail", "sender:missing")).signals
    assert not [signal.id for signal in signals if signal.severity in LOUD]


def test_nothing_found_is_nothing_said():
    assert evaluate(PACK, Facts({})).signals == ()
    assert evaluate(PACK, facts("kind:message", "channel:chat", "relation:unknown", "sender:missing")).signals == ()


def test_examples_use_only_invented_addresses_and_numbers():
    """Addresses under reserved names, phones that nobody has; free mail stands where its provider is the point."""
    allowed = re.compile(r"(^|\.)(example\.(jp|com|net|org)|[a-z0-9.-]+\.example\.(jp|com|net)|test|invalid)$")
    genuine = {"gmail.com", "www.amazon.co.jp"}
    for rule in PACK.rules:
        for example in (*rule.fires_on, *rule.silent_on):
            texts = [example.text, *(turn.text for turn in example.turns)]
            if example.sender is not None:
                texts += [example.sender.email, example.sender.reply_to]
            for host in re.findall(r"(?:https?://|@)([A-Za-z0-9.-]+)", "\n".join(texts)):
                assert host in genuine or allowed.search(host), (rule.id, host)
