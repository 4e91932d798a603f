"""A case on paper: what the police and banks ask for first."""

from datetime import UTC, datetime, timedelta

from honnin.app.desk_summary import DeskSummaries, summary_of
from honnin.cases.case import (
    Case,
    Claimed,
    Decided,
    Fact,
    FactAdded,
    FactKind,
    Happening,
    Joined,
    Outcome,
    Sealed,
    replay,
)
from honnin.cases.entry import Entry, EntryKind
from honnin.evidence.summary import PaymentState
from honnin.model import Level

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
ENTRY = Entry(
    id="alert:chat:m-1",
    kind=EntryKind.ALERT,
    at=NOW,
    who="guard",
    account="chatwork:90001",
    name="試験 太郎",
    company="見本商事",
    words="本日中に48万円を振り込んでください",
    level=Level.DANGER,
)
TOLD = Entry(id="report:R-1", kind=EntryKind.REPORT, at=NOW, who="guest:a", account="chatwork:90001", words="届いた")
STEPS = [
    Happening(Joined(ENTRY.part), "honnin", NOW),
    Happening(Joined(TOLD.part), "honnin", NOW),
    Happening(Claimed(NOW + timedelta(hours=1)), "hana", NOW),
    Happening(FactAdded(Fact("1", FactKind.PERSON, "見本 花子", "victim")), "hana", NOW),
    Happening(FactAdded(Fact("2", FactKind.PERSON, "試験 太郎", "impersonated")), "hana", NOW),
    Happening(
        FactAdded(Fact("3", FactKind.PAYMENT, "テスト銀行 9999-100-1234567", "paid", "48万円", NOW)), "hana", NOW
    ),
    Happening(Sealed("chatwork:90001", ("e1", "e2")), "hana", NOW),
    Happening(Decided(Outcome.FRAUD), "hana", NOW, "台帳の番号で本人に確認した"),
]


def test_it_holds_accounts_destinations_amounts_and_what_was_done():
    case = replay(Case(id="c1", opened_at=NOW), STEPS)
    made = summary_of(case, (ENTRY, TOLD), tuple(STEPS))

    assert (made.victim.name, made.accounts[0].claimed_person) == ("見本 花子", "試験 太郎")
    assert (made.accounts[0].platform, made.accounts[0].account_id) == ("chatwork", "90001")
    assert made.destinations[0].number == "テスト銀行 9999-100-1234567"
    assert (made.payments[0].amount, made.payments[0].state) == (480_000, PaymentState.SENT)
    assert [line.what for line in made.done] == [
        "証拠を保全（2点）: chatwork:90001",
        "なりすまし・詐欺と確認しました。",
    ]
    assert made.reasons == ("台帳の番号で本人に確認した",)
    assert "guest:a" not in str(made)


def test_a_bank_account_is_taken_apart_as_banks_ask_for_it():
    fact = Fact("1", FactKind.PAYMENT, "9999-100-1-234567", "asked", "480,000円")
    made = summary_of(Case(id="c1", opened_at=NOW, facts=(fact,)), (), ())
    (one,) = made.destinations
    assert (one.bank, one.branch, one.kind, one.number) == ("9999", "100", "普通", "0234567")


def test_folders_of_other_things_have_none():
    assert DeskSummaries(None).summary("report/R-1") is None
