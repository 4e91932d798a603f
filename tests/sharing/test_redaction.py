"""What is taken out is gone, and what police and banks need is still there."""

import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from honnin.sharing.redaction import (
    MARKS,
    ByHand,
    Document,
    Passage,
    Plan,
    RedactionRefusedError,
    Rule,
    digest,
    prepared,
    preview,
    redacted,
    redactions,
    written,
)
from honnin.sharing.request import Requester
from honnin.text.normalise import normalise

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
ACCOUNT, HOLDER = "1234567", "シケン タロウ"
NAMES = ("見本 花子", "例題 次郎", "Alex Sample")
POLICE = Plan(audience=Requester.INVESTIGATOR, keep=(ACCOUNT, HOLDER, "9999"), names=NAMES)
LAWYER = Plan(audience=Requester.LAWYER, keep=(ACCOUNT, HOLDER), names=NAMES)


def document(*texts, author="偽の社長"):
    passages = tuple(Passage(f"message {n}", author, text) for n, text in enumerate(texts, 1))
    return Document("item-1", "会話", "ab" * 32, passages)


def copied(plan, *texts, by_hand=(), **parts):
    original = document(*texts, **parts)
    taken_out = redactions(original, plan, by="hana", at=NOW, by_hand=by_hand)
    return redacted(original, taken_out, plan), taken_out


def words(plan, text, **parts):
    copy, _ = copied(plan, text, **parts)
    return copy.passages[0].text


TABLE = [
    ("見本花子さんに聞いてください", f"{MARKS[Rule.NAME]}さんに聞いてください"),
    ("見本　花子へ", f"{MARKS[Rule.NAME]}へ"),  # full-width space
    ("見本\u200b花子へ", f"{MARKS[Rule.NAME]}へ"),  # a character that cannot be seen
    ("見本さんより", f"{MARKS[Rule.NAME]}さんより"),  # family name with a form of address
    ("見本を見てください", "見本を見てください"),  # the same word without one
    ("sample alex and ALEX SAMPLE", f"{MARKS[Rule.NAME]} and {MARKS[Rule.NAME]}"),
    ("電話は０９０ー０000-1234です", f"電話は{MARKS[Rule.PHONE]}です"),
    ("call +81 90 0000 1234.", f"call {MARKS[Rule.PHONE]}."),
    ("(03)0000-1234", MARKS[Rule.PHONE]),
    ("hanako@example.jp まで", f"{MARKS[Rule.MAIL]} まで"),
    ("社員番号：A-1024", f"社員番号：{MARKS[Rule.EMPLOYEE]}"),
    ("employee id 77-12", f"employee id {MARKS[Rule.EMPLOYEE]}"),
    ("テスト銀行 普通 1234567 シケン タロウ", "テスト銀行 普通 1234567 シケン タロウ"),
    ("テスト銀行 普通 １２３-４５６７", "テスト銀行 普通 １２３-４５６７"),
    ("500,000円を2026-11-24までに", "500,000円を2026-11-24までに"),
]


@pytest.mark.parametrize(("text", "copy"), TABLE)
def test_rules(text, copy):
    assert words(POLICE, text) == copy


def test_the_destination_is_kept_for_police_even_where_it_looks_like_a_phone():
    plan = Plan(audience=Requester.BANK, keep=("0900000123",))
    assert words(plan, "番号 0900000123 へ") == "番号 0900000123 へ"
    assert words(Plan(audience=Requester.LAWYER, keep=("0900000123",)), "番号 0900000123 へ") != "番号 0900000123 へ"


def test_messages_of_people_who_are_not_involved_are_gone_with_their_authors():
    plan = Plan(audience=Requester.INVESTIGATOR, names=NAMES, involved=frozenset({"偽の社長"}))
    copy, taken_out = copied(plan, "昼はそばにしました", author="隣の席の人")
    assert copy.passages[0].text == MARKS[Rule.UNINVOLVED]
    assert "隣の席の人" not in written(copy).decode()
    assert [one.rule for one in taken_out] == [Rule.UNINVOLVED]


def test_the_list_says_who_took_out_what_where_and_why_but_not_the_words():
    _, taken_out = copied(POLICE, "見本花子", "電話 090-0000-1234")
    assert [(one.item, one.place, one.rule, one.by, one.at) for one in taken_out] == [
        ("item-1", "message 1", Rule.NAME, "hana", NOW),
        ("item-1", "message 2", Rule.PHONE, "hana", NOW),
    ]
    assert "見本" not in str(taken_out)
    assert "1234" not in str(taken_out)


class TestByHand:
    def test_a_piece_is_taken_out_with_its_reason(self):
        copy, taken_out = copied(POLICE, "病院にいます", by_hand=[ByHand("item-1", "message 1", 0, 2, "健康の情報")])
        assert copy.passages[0].text == MARKS[Rule.BY_HAND] + "にいます"
        assert taken_out[0].reason == "健康の情報"

    @pytest.mark.parametrize(
        "one",
        [
            ByHand("item-1", "message 1", 0, 99, "reason"),
            ByHand("item-1", "message 1", 3, 3, "reason"),
            ByHand("item-1", "message 9", 0, 1, "reason"),
            ByHand("item-1", "message 1", 0, 1, " "),
            ByHand("item-1", "message 1", 1, 5, "reason"),  # the destination
        ],
    )
    def test_what_cannot_be_is_refused(self, one):
        with pytest.raises(RedactionRefusedError):
            copied(POLICE, "普通1234567", by_hand=[one])

    def test_for_others_than_police_and_banks_the_destination_may_go(self):
        copy, _ = copied(LAWYER, "普通1234567", by_hand=[ByHand("item-1", "message 1", 2, 9, "not asked for")])
        assert ACCOUNT not in written(copy).decode()


def squeezed(text):
    return re.sub(r"[\s\u200b　・.]", "", normalise(text).text).casefold()


FILL = st.text("あ振込お願いx1- 、。\n（）", max_size=12)
SPACES = st.text(" \u3000\u200b・", max_size=2)
SECRET = st.one_of(
    st.tuples(st.sampled_from(NAMES), SPACES).map(lambda parts: parts[1].join(parts[0].replace(" ", ""))),
    st.sampled_from(["090-0000-1234", "０３－００００－１２３４", "+81 90-0000-1234", "hanako@example.jp", "見本さん"]),
)
KEPT = st.sampled_from([ACCOUNT, HOLDER, "12 345 67", "１２３４５６７"])


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(FILL, SECRET, FILL, KEPT), min_size=1, max_size=3))
def test_nothing_taken_out_is_left_and_the_destination_is_always_there(parts):
    texts = [f"{before}「{secret}」{between}「{kept}」" for before, secret, between, kept in parts]
    copy, _ = copied(POLICE, *texts)
    left = squeezed(written(copy).decode())

    for name in NAMES:
        assert squeezed(name) not in left
    for gone in ("0000-1234", "00001234", "hanako@"):
        assert gone not in left
    for passage, (_, _, _, kept) in zip(copy.passages, parts, strict=True):
        assert kept in passage.text


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=60), st.lists(st.text(min_size=2, max_size=6), max_size=3))
def test_any_text_and_any_names(text, names):
    plan = Plan(audience=Requester.INVESTIGATOR, names=tuple(names))
    copy, taken_out = copied(plan, text)
    for name in names:
        if len(squeezed(name)) > 1 and name.strip() and name not in "".join(MARKS.values()):
            assert name not in copy.passages[0].text
    spans = [(one.start, one.end) for one in taken_out]
    assert spans == sorted(spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    assert "".join(piece.text for piece in preview(Passage("message 1", "", text), taken_out)) == text


def test_the_original_is_untouched_and_the_digest_changes_with_any_copy():
    original = document("見本花子")
    taken_out = redactions(original, POLICE, by="hana", at=NOW)
    one = prepared(original, redacted(original, taken_out, POLICE), taken_out)
    other = prepared(original, original, [])
    assert original.passages[0].text == "見本花子"
    assert one.original_sha256 == other.original_sha256 == "ab" * 32
    assert len({digest([one]), digest([other]), digest([one, other])}) == 3
    assert digest([one, other]) == digest([other, one])


@pytest.mark.parametrize("text", ["見 " * 8_000, "0" * 16_000, "a" * 16_000 + "@", "1-" * 8_000, "見" * 16_000])
def test_hostile_texts_take_no_longer_than_others(text):
    names = (*(f"姓{number} 名{number}" for number in range(1_000)), "見本 花子")
    began = time.perf_counter()
    copied(replace(POLICE, names=names), text)
    assert time.perf_counter() - began < 15
