"""The rules that come with Honnin: their examples through the real screening, and every word they say to people."""

import re
from collections import Counter
from importlib.resources import files

import pytest
from tests.rules.samples import facts
from tests.rules.screened import fired

from honnin.model import Channel, Facts, Severity
from honnin.rules import Example, Failure, Rule, State, evaluate, lint, shipped_pack, test_pack
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
    "copy:confirmed_fraud",  # somebody confirmed the very text
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


def test_an_ordinary_message_touches_few_rules():
    """The index keeps screening fast: most rules are not even asked."""
    ordinary = facts(
        "kind:message", "channel:chat", "relation:established", "pressure:deadline", "entity:deadline", "link:any"
    )
    touched = {index for atom in ordinary.atoms for index in PACK.program.by_atom.get(atom, ())}
    assert len(touched) <= len(PACK.rules) // 10


HARMLESS = [
    # between colleagues and partners who know each other, or by mail from we cannot tell whom
    Example(
        text="お世話になっております。10月分の請求書をお送りします。お支払期日は11月30日です。", channel=Channel.MAIL
    ),
    Example(text="請求書の振込先は従来どおりです。ご不明な点はお電話ください。", channel=Channel.MAIL),
    Example(text="本日中に経費精算の承認をお願いします。", contact_days=500, messages=400),
    Example(text="今、5分いいですか?", contact_days=500, messages=400),
    Example(text="社長決裁が下りました。来週発注します。", contact_days=500, messages=400),
    Example(text="展示会用のグループを作りました。参加したい人は声をかけてください。", contact_days=500, messages=400),
    Example(text="至急ではありませんが、今日中にご確認いただけると助かります。", contact_days=500, messages=400),
    Example(text="経理の中村さんにも共有しておいてください。", contact_days=500, messages=400),
    Example(
        text="パスワードの再設定を受け付けました。心当たりがない場合は、このメールを破棄してください。",
        channel=Channel.MAIL,
    ),
    Example(text="ご注文の商品を発送しました。お届け予定は明日です。", channel=Channel.MAIL),
    Example(
        text="【注意喚起】社長をかたり、グループの作成や振込を求める連絡が増えています。応じずに情報システム部へお知らせください。"
    ),
    Example(text="採用面接の日程をご連絡します。当日は履歴書をお持ちください。", channel=Channel.MAIL),
    Example(text="初めまして、みどり商事の田島です。昨日はありがとうございました。", contact_days=0, messages=1),
    Example(text="会議中なので、後でかけ直します。", contact_days=500, messages=400),
    Example(text="Please find attached the invoice for October. Payment is due on 30 November.", channel=Channel.MAIL),
    Example(
        text="Your payment failed. Please update your payment method in your account settings.", channel=Channel.MAIL
    ),
    Example(
        text="You asked to reset your password. If you didn't request this, ignore this email.", channel=Channel.MAIL
    ),
    Example(text="We have invited you to the team workspace. Sign in to join.", channel=Channel.MAIL),
    Example(text="Are you free for lunch on Friday?", contact_days=500, messages=400),
    Example(text="I added Peter from finance to the channel.", contact_days=500, messages=400),
    Example(text="I'm in a meeting, talk to you later.", contact_days=500, messages=400),
    Example(
        text="Beware of messages that ask for gift cards in the name of our director.", contact_days=500, messages=400
    ),
    Example(text="Can you send me the meeting link again?", contact_days=500, messages=400),
    Example(text="Thanks for the order, it will be delivered on Tuesday.", contact_days=500, messages=400),
]


@pytest.mark.parametrize("example", HARMLESS, ids=lambda example: example.text[:30])
def test_ordinary_business_raises_no_alert(example: Example):
    loud = {rule.id for rule in PACK.rules if rule.severity in LOUD}
    assert not fired(example) & loud
