"""The papers of a bundle: each recipient's first questions first, the same facts in all of them."""

import csv
import io
import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot
from tests.evidence.making import CAPTURES, NOW
from tests.evidence.summaries import SUMMARY

from honnin.evidence.canonical import canonical, read_time, written_time
from honnin.evidence.document import Enclosed, Papers, Turn, conversation, report, report_json, timeline_csv
from honnin.evidence.entry import Act, Entry
from honnin.evidence.item import Item, Kind, Method, item_of
from honnin.evidence.summary import CaseSummary, Payment, PaymentState, Recipient

ITEMS = tuple(
    Enclosed(number, item_of(each, item_id=f"it-{number}", folder="case/1", by="hana", at=NOW, tool="test"))
    for number, each in enumerate(CAPTURES, 1)
)
ENTRIES = (
    Entry(0, "case/1", 1, "", NOW, "hana", Act.CAPTURED, "it-1"),
    Entry(1, "case/1", 2, "x", NOW, "taro", Act.VIEWED, "it-1", {"purpose": "確認"}),
)
PAPERS = Papers(SUMMARY, Recipient.POLICE, "b1", NOW, "hana", "339e 2ff9", ITEMS, ENTRIES)


def for_(recipient, **more):
    return report(replace(PAPERS, recipient=recipient, **more))


def headings(document):
    return [section.heading for section in document.sections]


def test_the_order_for_each_recipient():
    assert {recipient.value: headings(for_(recipient))[:4] for recipient in Recipient} == snapshot(
        {
            "police": ["最初にお伝えすること", "経過（日本時間）", "使われたアカウント", "振込先口座"],
            "bank": ["最初にお伝えすること", "振込先口座", "支払いと要求", "経過（日本時間）"],
            "consumer": ["最初にお伝えすること", "経過（日本時間）", "支払いと要求", "使われたアカウント"],
            "lawyer": ["最初にお伝えすること", "経過（日本時間）", "使われたアカウント", "支払いと要求"],
        }
    )


def test_what_the_police_ask_first():
    assert for_(Recipient.POLICE).sections[0].rows == snapshot(
        (
            ("いつ", "2026年11月24日 12:00:00"),
            ("どこで（サービス）", "Chatwork"),
            ("誰が（相手）", "Chatwork 9990002「三田村 一郎」（三田村 一郎 を名乗る）"),
            ("誰に（被害者）", "株式会社テスト商会 三田村 一郎 東京都テスト区1-2-3 03-0000-1234"),
            ("何を", "代表取締役を名乗る者が、Chatworkで送金を求めた。"),
            (
                "どのように",
                "「新しい業務用アカウント」としてコンタクト申請を送り、承認した直後に急ぎの振込を頼んできた。",
            ),
            ("被害額", "3,000,000円"),
            ("振込先口座", "テスト銀行（9999） 本店（001） 普通 1234567 名義 ヤマダ タロウ"),
            ("連絡先（平日）", "株式会社テスト商会 情報システム 佐藤 花 090-0000-1234 hana@example.jp"),
        )
    )


def test_what_a_bank_asks_first():
    assert [question for question, _ in for_(Recipient.BANK).sections[0].rows] == snapshot(
        [
            "お願いしたいこと",
            "振込先口座",
            "振込の日時と金額",
            "振込元",
            "被害額",
            "警察への届け出",
            "何があったか",
            "被害者",
            "連絡先",
        ]
    )


@pytest.mark.parametrize("recipient", Recipient)
def test_everybody_gets_all_facts(recipient):
    assert set(headings(for_(recipient))) >= {
        "経過（日本時間）",
        "使われたアカウント",
        "振込先口座",
        "支払いと要求",
        "証拠の一覧",
        "これまでの対応",
        "取り扱いの記録",
    }


@pytest.mark.parametrize("recipient", Recipient)
def test_what_is_not_known_is_said_to_be_unknown(recipient):
    document = for_(recipient, summary=CaseSummary("1", "", ""), items=(), entries=())
    assert {answer for _, answer in document.sections[0].rows} == {"未確認"}
    assert headings(document) == ["最初にお伝えすること", "この束が変えられていないことの確かめかた"]


def test_what_was_only_asked_for_is_no_loss():
    asked = (Payment(5_000_000, PaymentState.ASKED), Payment(100, PaymentState.ASKED, currency="USD"))
    rows = dict(for_(Recipient.POLICE, summary=replace(SUMMARY, payments=asked)).sections[0].rows)
    assert rows["被害額"] == "支払っていない（要求額 5,000,000円、100 USD）"


def test_an_item_that_is_withheld_says_why():
    items = (replace(ITEMS[0], withheld="社内の発言"), *ITEMS[1:])
    table = next(each for each in for_(Recipient.POLICE, items=items).sections if each.heading == "証拠の一覧")
    assert table.rows[0][-1] == "含めていない：社内の発言"
    assert len(table.rows[1][-1].split()) == 8


def test_a_long_record_is_cut_on_paper():
    many = tuple(replace(ENTRIES[1], index=number) for number in range(400))
    table = next(each for each in for_(Recipient.LAWYER, entries=many).sections if each.heading == "取り扱いの記録")
    assert (len(table.rows), "events.jsonl" in table.note) == (300, True)


def test_the_timeline_for_a_spreadsheet():
    data = timeline_csv(PAPERS)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows == snapshot(
        [
            ["日時（日本時間）", "種別", "誰が", "何をした", "証拠の番号"],
            ["2026-11-24 12:00:00", "contact", "9990002", "コンタクト申請", "0001"],
            ["2026-11-24 12:00:00", "payment", "経理", '\'=HYPERLINK("https://evil.test")', ""],
            ["2026-11-24 12:00:00", "", "情報システム", "会話を保全した", ""],
        ]
    )


def test_the_report_for_programs_has_the_facts_and_no_way_of_detecting():
    found = json.loads(report_json(PAPERS))
    assert found["case"]["payments"][0] == snapshot(
        {
            "amount": 3000000,
            "at": "2026-11-24T03:00:00.000000Z",
            "currency": "JPY",
            "destination": 1,
            "method": "インターネットバンキング",
            "paid_from": "",
            "proof": "振込明細",
            "state": "sent",
        }
    )
    assert [each["number"] for each in found["items"]] == [1, 2, 3]
    assert not {"rule", "score", "weight", "signals", "pack"} & set(report_json(PAPERS).decode().split('"'))


def test_a_conversation_names_its_original():
    document = conversation("会話", [Turn("社長", "至急", is_theirs=True)], item=ITEMS[0].item, made_at=NOW)
    assert document.lines[0] == ("原本のSHA-256", " ".join(
        ITEMS[0].item.sha256[at : at + 8] for at in range(0, 64, 8)
    ))  # fmt: skip
    assert document.plain()["sections"][0]["turns"][0]["is_theirs"] is True


ITEM = st.builds(
    Item,
    id=st.text(max_size=9),
    folder=st.text(max_size=9),
    kind=st.sampled_from(Kind),
    method=st.sampled_from(Method),
    sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
    size=st.integers(0, 2**40),
    captured_at=st.datetimes().map(lambda at: at.replace(tzinfo=NOW.tzinfo)),
    captured_by=st.text(max_size=9),
    file_name=st.text(max_size=20),
    claimed_at=st.none() | st.just(NOW + timedelta(microseconds=7)),
    note=st.text(max_size=20),
)


@given(ITEM)
def test_an_item_reads_back_equal_and_writes_the_same_bytes(item):
    again = Item.read(json.loads(item.written()))
    assert again.written() == item.written()


@given(st.text(max_size=30), st.dictionaries(st.text(max_size=5), st.text(max_size=9), max_size=3))
def test_an_entry_writes_the_same_bytes_after_reading(words, detail):
    entry = Entry(3, words, 1, "", NOW, words, Act.VIEWED, words, detail, "0" * 32)
    assert Entry.read(entry.written()).written() == entry.written()
    assert Entry.read(entry.written()).hash == entry.hash


def test_times_need_their_zone():
    with pytest.raises(ValueError, match="zone"):
        written_time(NOW.replace(tzinfo=None))
    assert read_time(written_time(NOW)) == NOW
    with pytest.raises(ValueError, match="Out of range"):
        canonical(float("nan"))


@pytest.mark.parametrize("at", [datetime.min, datetime.max, datetime(999, 1, 1)])  # noqa: DTZ001, DTZ901
@pytest.mark.parametrize("hours", [-9, 0, 9])
def test_times_at_the_ends_of_the_calendar(at, hours):
    """Who reports may type any time; it must not keep the rest from being sealed and printed."""
    moment = at.replace(tzinfo=timezone(timedelta(hours=hours)))
    assert written_time(read_time(written_time(moment))) == written_time(moment)
    happening = replace(SUMMARY.timeline[0], at=moment)
    assert for_(Recipient.POLICE, summary=replace(SUMMARY, timeline=(happening,)))
    assert timeline_csv(replace(PAPERS, summary=replace(SUMMARY, timeline=(happening,))))


@pytest.mark.parametrize("act", Act)
def test_each_act_is_said_in_both_languages(act):
    assert act.text.ja
    assert act.text.en
