import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honnin.app import contract
from honnin.errors import BadInputError
from honnin.model import (
    Account,
    Action,
    Channel,
    Event,
    FeatureScore,
    IdentityMatch,
    Judgement,
    Kind,
    KnownAccount,
    Level,
    LinkCheck,
    LinkLevel,
    LinkReason,
    OpinionFinding,
    OpinionOutcome,
    Person,
    Recipient,
    Relationship,
    SecondOpinion,
    Severity,
    Signal,
    Stage,
    Text,
    Turn,
    Verdict,
)

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"

FULL = {
    "id": "m-1",
    "kind": "conversation",
    "channel": "chat",
    "lang": "ja",
    "sent_at": "2026-11-24T09:30:00+09:00",
    "subject": "件名",
    "text": "",
    "turns": [{"who": "sender", "text": "いま社内ですか", "sent_at": "2026-11-24T09:30:00"}, {"text": "はい"}],
    "sender": {"platform": "chatwork", "account_id": "123", "name": "試験 太郎", "bio": "代表です", "other": 1},
    "recipient": {"name": "見本 花子", "department": "経理"},
    "relationship": {"first_seen": "2026-11-20", "messages": 3, "verified": False},
    "directory": [
        {
            "name": "試験 太郎",
            "accounts": [{"platform": "chatwork", "account_id": "999"}],
            "emails": ["taro@example.jp"],
        }
    ],
    "label": "ignored",
}


def test_a_full_event_is_read_field_by_field():
    assert contract.event_from_json(FULL) == Event(
        id="m-1",
        kind=Kind.CONVERSATION,
        channel=Channel.CHAT,
        lang="ja",
        sent_at=datetime(2026, 11, 24, 0, 30, tzinfo=UTC),
        subject="件名",
        turns=(
            Turn("いま社内ですか", "sender", datetime(2026, 11, 24, 9, 30, tzinfo=UTC)),
            Turn("はい"),
        ),
        sender=Account(platform="chatwork", account_id="123", name="試験 太郎", bio="代表です"),
        recipient=Recipient("見本 花子", "経理"),
        relationship=Relationship(datetime(2026, 11, 20, tzinfo=UTC), 3, verified=False),
        directory=(Person("試験 太郎", accounts=(KnownAccount("chatwork", "999"),), emails=("taro@example.jp",)),),
    )


@pytest.mark.parametrize(
    ("row", "kind", "channel"),
    [
        ({"text": "x"}, Kind.MESSAGE, None),  # nothing said about it
        ({"turns": [{"text": "x"}]}, Kind.CONVERSATION, None),
        ({"text": "x", "turns": None, "sender": None, "sent_at": None}, Kind.MESSAGE, None),  # null is missing
        ({"text": "x", "channel": "announcement"}, Kind.MESSAGE, None),  # a channel we do not know is unknown
        ({"text": "x", "kind": "product_template"}, Kind.MESSAGE, None),  # and so is a kind
        ({"text": "x", "channel": "contact_request"}, Kind.CONTACT_REQUEST, Channel.CONTACT_REQUEST),
        ({"kind": "contact_request", "sender": {"name": "試験 太郎"}}, Kind.CONTACT_REQUEST, None),  # says no word
        ({"text": ""}, Kind.MESSAGE, None),  # a picture without words
    ],
)
def test_rows_with_parts_missing_are_accepted(row, kind, channel):
    event = contract.event_from_json({"id": "m-1"} | row)

    assert (event.kind, event.channel) == (kind, channel)


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"id": None}, ["id"]),
        ({"id": 5}, ["id"]),
        ({"id": "a\x00b"}, ["id"]),
        ({"id": "\ud800"}, ["id"]),
        ({"id": "x" * 513}, ["id"]),
        ({"text": 5, "turns": {}}, ["turns", "text"]),
        ({"text": None, "turns": None, "subject": None}, ["text"]),
        ({"turns": ["はい", {"text": 3}, {"text": "x", "who": []}]}, ["turns[0]", "turns[1].text", "turns[2].who"]),
        ({"sent_at": "yesterday"}, ["sent_at"]),
        ({"sent_at": "0001-01-01T00:00:00+09:00"}, ["sent_at"]),  # before the first year once in UTC
        ({"sent_at": 1764000000}, ["sent_at"]),
        ({"sender": "試験 太郎"}, ["sender"]),
        ({"sender": {"name": 1, "email": []}}, ["sender.name", "sender.email"]),
        ({"recipient": []}, ["recipient"]),
        ({"relationship": {"messages": -1, "verified": "yes"}}, ["relationship.messages", "relationship.verified"]),
        ({"relationship": {"messages": True}}, ["relationship.messages"]),
        ({"directory": [{"name": ""}, {"name": "x", "emails": [1]}]}, ["directory[0].name", "directory[1].emails[0]"]),
        ({"directory": [{"name": "x", "accounts": [{"platform": 1}]}]}, ["directory[0].accounts[0].platform"]),
    ],
)
def test_every_wrong_field_is_named_at_once(change, fields):
    with pytest.raises(BadInputError) as caught:
        contract.event_from_json(FULL | change, line=7)

    assert [mistake.field for mistake in caught.value.mistakes] == fields
    assert all(mistake.line == 7 and mistake.text.ja and mistake.text.en for mistake in caught.value.mistakes)


@pytest.mark.parametrize("value", [None, 5, "x", [], True])
def test_an_event_is_an_object(value):
    with pytest.raises(BadInputError, match="JSON object"):
        contract.event_from_json(value)


def test_sizes_are_limited():
    with pytest.raises(BadInputError, match=r"turns.*50,000"):
        contract.event_from_json({"id": "m", "turns": [{"text": "x"}] * 50_001})
    with pytest.raises(BadInputError, match=r"text.*4,000,000"):
        contract.event_from_json({"id": "m", "text": "x" * 4_000_001})


def test_the_list_of_mistakes_does_not_grow_without_end():
    with pytest.raises(BadInputError) as caught:
        contract.event_from_json({"id": "m", "turns": [1] * 10_000})

    assert len(caught.value.mistakes) == contract.MOST_MISTAKES


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
field_names = st.sampled_from([*FULL, *FULL["sender"], *FULL["relationship"], "who", "name", "accounts", "emails"])
likely = st.recursive(
    anything | st.sampled_from(["2026-01-01", "9999-12-31T23:59:59-12:00", "chat", "m-1"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(field_names, inner, max_size=8),
    max_leaves=20,
)


def tried(read, value):
    try:
        return read(value), []
    except BadInputError as error:
        return None, error.mistakes


@given(likely)
def test_any_json_value_is_an_event_or_a_named_mistake(value):
    event, mistakes = tried(contract.event_from_json, value)

    assert mistakes or event.id == value["id"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"id": ', "Not readable as JSON from character 8"),
        (b'\xff\xfe{"id": 1}', "Byte 1 is not UTF-8"),
        (b"[" * 200_000, "Nested too deeply"),
        (b"1" * 5_000, "number is too large"),
        (b"", "Not readable as JSON"),
        (b"x" * (contract.MAX_LINE_BYTES + 1), "too large"),
    ],
)
def test_what_is_not_json_is_said_so(data, words):
    with pytest.raises(BadInputError, match=words) as caught:
        contract.read_json(data, line=3)

    assert caught.value.mistakes[0].line == 3


@given(st.binary())
def test_any_bytes_are_json_or_a_named_mistake(data):
    tried(contract.read_json, data)


VERDICT = Verdict(
    id="m-1",
    level=Level.DANGER,
    score=0.97,
    stage=Stage.ASK,
    first_alert_turn=1,
    signals=(Signal("pay-new", Severity.HIGH, "振込\ud800", Text("理由", "Reason"), 1, 2, 4),),
    identity=IdentityMatch(
        Person("試験 太郎", organization="見本商事", title="社長"),
        0.93,
        Judgement.SAME,
        (FeatureScore("name", 0.5, "試験太郎", "試験 太郎", Text("同じ名前です", "Same name")),),
        verified=False,
        known_account="chatwork:999",
    ),
    links=(
        LinkCheck(
            "http://bank.example.test/",
            "bank.example.test",
            "example.test",
            LinkLevel.SUSPICIOUS,
            0.7,
            (LinkReason("odd", 0.4, Text("見慣れない住所です", "Unusual address")),),
            "テスト銀行",
            "https://bank.example.jp/",
        ),
    ),
    actions=(Action("call", Text("電話で確かめる", "Call them")),),
    pack="standard-1",
)


def test_a_verdict_for_operators_says_everything():
    found = contract.verdict_to_json(VERDICT, public=False)

    assert list(found) == [
        "id", "level", "score", "stage", "first_alert_turn", "why_now", "signals", "identity", "links", "actions", "pack",
        "second_opinion",
    ]  # fmt: skip
    assert found["signals"][0] == {
        "id": "pay-new",
        "severity": "high",
        "quote": "振込\ufffd",
        "reason": {"ja": "理由", "en": "Reason"},
        "turn": 1,
        "start": 2,
        "end": 4,
    }
    assert found["actions"] == [{"id": "call", "ja": "電話で確かめる", "en": "Call them"}]
    json.dumps(found, ensure_ascii=False).encode()


def test_a_public_verdict_leaves_out_how_we_know():
    found = json.dumps(contract.verdict_to_json(VERDICT, public=True), ensure_ascii=False)

    for hidden in ("0.97", "pay-new", "standard-1", '"odd"', "0.7", "0.4", "0.93", "chatwork:999", "score", "weight"):
        assert hidden not in found
    for told in ("理由", "Reason", "https://bank.example.jp/", "電話で確かめる", "試験 太郎"):
        assert told in found


class TestSecondOpinion:
    HEARD = SecondOpinion(
        "small-model",
        OpinionOutcome.RAISED,
        Level.NOTICE,
        Level.DANGER,
        (OpinionFinding("gift_card", 1), OpinionFinding("secrecy", 0), OpinionFinding("gift_card", 2)),
    )

    def test_operators_see_who_was_asked_and_what_came_of_it(self):
        found = contract.verdict_to_json(replace(VERDICT, second_opinion=self.HEARD), public=False)
        assert found["second_opinion"] == {
            "by": "small-model",
            "outcome": "raised",
            "level": "danger",
            "level_without": "notice",
            "tactics": ["gift_card", "secrecy"],
        }

    def test_without_an_answer_there_is_no_level(self):
        unanswered = SecondOpinion("m", OpinionOutcome.UNANSWERED, Level.OK)
        found = contract.verdict_to_json(replace(VERDICT, second_opinion=unanswered), public=False)
        assert found["second_opinion"]["level"] is None

    def test_outsiders_do_not_see_that_anybody_was_asked(self):
        with_it = contract.verdict_to_json(replace(VERDICT, second_opinion=self.HEARD), public=True)
        assert with_it == contract.verdict_to_json(VERDICT, public=True)


@pytest.mark.parametrize("name", ["fraud_dev", "benign_dev", "benign_mail_dev", "hard_negatives_dev"])
def test_rows_of_the_corpus_are_accepted_as_they_are(name):
    path = CORPUS / f"{name}.jsonl"
    if not path.exists():
        pytest.skip("the corpus is not part of the repository")
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        contract.event_from_json(contract.read_json(line, line=number), line=number)
