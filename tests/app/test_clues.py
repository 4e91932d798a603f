"""What a case would share."""

from dataclasses import replace

import pytest
from tests.sharing.samples import NOW

from honnin.app.clues import clues as clues_of
from honnin.app.clues import in_text, written
from honnin.app.ports import StoredVerdict
from honnin.cases.case import Case, Fact, FactKind, Outcome
from honnin.model import Account, Event, Level, Stage, Turn, Verdict
from honnin.sharing.values import Kind

LONG = (
    "経理の方を一人入れた新しいグループを作成して、招待用のコードをこちらへ送ってください。今日中に必ずお願いします。"
)


def stored(**parts):
    event = Event("m-1", sender=Account(platform="chatwork", account_id="90001"), **parts)
    verdict = Verdict("m-1", Level.DANGER, 0.9, Stage.ASK, None, (), None, (), (), "pack")
    return StoredVerdict(event, verdict, NOW, "chat")


@pytest.mark.parametrize(
    ("value", "kinds"),
    [
        ("https://login.example.test/a?m=hana@example.jp", [(Kind.URL, "https://login.example.test/a")]),
        ("hxxps://login[.]example[.]test/a", [(Kind.URL, "https://login.example.test/a")]),
        ("Info@Mail.Example.test", [(Kind.MAIL, "info@mail.example.test")]),
        ("9999-001-1-1234567", [(Kind.BANK_ACCOUNT, "9999-001-1-1234567")]),
        ("090-0000-1234", [(Kind.PHONE, "+819000001234")]),
        ("login.example.test", [(Kind.DOMAIN, "login.example.test")]),
        ("chatwork:90001", [(Kind.ACCOUNT, "chatwork:90001")]),
        ("何もない文", []),
    ],
)
def test_what_somebody_typed(value, kinds):
    assert written(value) == kinds


def test_a_bank_account_in_a_sentence():
    found = list(in_text("みずほ銀行 支店番号001 普通 1234567 シケン タロウ へお願いします"))
    assert (Kind.BANK_ACCOUNT, "0001-001-1-1234567") in found


def test_a_number_without_bank_and_branch_is_no_bank_account():
    assert [kind for kind, _ in in_text("口座番号 1234567")] == []


def test_only_what_the_other_side_wrote():
    turns = (Turn("電話は 03-0000-1234 へ", "sender"), Turn("私のは 090-0000-9999 です", "hana"))
    case = Case(id="c-1", opened_at=NOW)
    assert [(one.kind, one.value) for one in clues_of(case, [stored(turns=turns)])] == [(Kind.PHONE, "+81300001234")]


def test_facts_texts_and_fingerprint_each_once():
    fact = Fact("f-1", FactKind.INDICATOR, "https://login.example.test/a")
    case = Case(id="c-1", opened_at=NOW, facts=(fact,), outcome=Outcome.FRAUD, tactic="group_creation")
    found = clues_of(case, [stored(text=LONG + " https://login.example.test/a"), stored(text=LONG)])
    assert sorted({one.kind for one in found}) == [Kind.FINGERPRINT, Kind.URL]
    assert len([one for one in found if one.kind is Kind.URL]) == 1
    assert {(one.confidence, one.tactics) for one in found} == {(70, ("group_creation",))}
    assert {one.confidence for one in clues_of(replace(case, outcome=None), [])} == {50}


def test_a_false_alarm_names_nothing():
    fact = Fact("f-1", FactKind.INDICATOR, "login.example.test")
    case = Case(id="c-1", opened_at=NOW, facts=(fact,), outcome=Outcome.FALSE_ALARM)
    assert clues_of(case, [stored(text=LONG)]) == []
