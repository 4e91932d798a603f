"""Grouping of generated waves, and the rules that keep strangers apart. The full size is in ``bench/desk_bench.py``."""

import importlib.util
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honnin.app.intake import entry_of_report
from honnin.cases.entry import Entry, EntryKind, account_key
from honnin.cases.grouping import Grouper, Profile, are_one, pairwise_f1, place, tie
from honnin.cases.report import Report
from honnin.cases.sketch import sketch

spec = importlib.util.spec_from_file_location("waves", Path(__file__).parents[2] / "bench" / "waves.py")
waves = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = waves  # its dataclasses look for it
spec.loader.exec_module(waves)

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SCRIPT = "岡山の倉庫を買収する契約があり、手付金の振込が要ります。取締役会の前に終えたいので極秘で進めてください。"


def entry(text=SCRIPT, name="a", **more):
    return Entry(id=name, kind=EntryKind.REPORT, at=NOW, who=name, sketch=sketch([text]), **more)


def test_paraphrased_masked_and_renamed_reports_find_their_wave():
    grouper, found, truth = Grouper(), {}, {}
    for number, told in enumerate(waves.reports(1_600, 8, seed=7)):
        report = Report(
            number=f"R-{number}",
            received_at=NOW,
            text=told.text,
            claimed_name=told.name,
            platform="chatwork",
            account_id=told.account,
            paid_to=told.bank,
        )
        made = entry_of_report(report)
        found[made.id], truth[made.id] = grouper.add(made), told.wave
    found = {name: grouper.case_of(case) for name, case in found.items()}

    precision, recall, f1 = pairwise_f1(truth, found)
    assert f1 >= 0.95, (precision, recall, f1)  # 10,000 of 50 waves: bench/desk_bench.py


@pytest.mark.parametrize(
    "other",
    [
        SCRIPT.replace("岡山", "広島").replace("。", "！"),
        "社長を名乗る人から次の連絡が来ました。" + SCRIPT,
        SCRIPT.replace("手付金", "頭金"),
    ],
)
def test_the_same_script_in_other_words_is_known(other):
    assert tie(entry(other, "b"), Profile("c").with_entry(entry())) is not None


@pytest.mark.parametrize(
    "other",
    [
        "いつもお世話になっております。口座への振込をお願いします。よろしくお願いいたします。",  # tricks, but another story
        "税務調査の追徴について、法的手続のため本日中に回答してください。資料を確認し返送すること。",
        "なりすまし",  # says nothing
        "",
    ],
)
def test_another_story_is_not(other):
    assert tie(entry(other, "b"), Profile("c").with_entry(entry())) is None


def test_an_account_joins_whatever_is_written_and_a_phone_number_alone_does_not():
    account, phone = ("account:chatwork:1",), ("phone:+81312345678",)
    assert place(entry("なりすまし", "b", keys=account), [Profile("c").with_entry(entry(keys=account))]).joins == "c"
    assert place(entry("なりすまし", "b", keys=phone), [Profile("c").with_entry(entry(keys=phone))]).joins == ""


def test_one_report_with_both_marks_does_not_join_unlike_cases():
    one = Profile("c1").with_entry(entry(keys=("account:chatwork:1",)))
    other = Profile("c2").with_entry(
        entry(
            "税務調査の追徴について法的手続の回答期限が本日です。印鑑証明の写しを返送すること。",
            "o",
            keys=("bank:01234567",),
        )
    )
    found = place(entry(name="b", keys=("account:chatwork:1", "bank:01234567")), [one, other])
    assert found.joins == "c1"
    assert found.bridges == ()


OTHER = "税務調査の追徴について法的手続の回答期限が本日です。印鑑証明の写しを返送し、顧問弁護士の委任状も用意すること。"


def test_a_mark_that_strayed_into_another_case_does_not_draw_its_story_after_it():
    account = ("account:chatwork:1",)
    strayed = Profile("c1").with_entry(entry()).with_entry(entry("なりすまし", "s", keys=account))
    theirs = Profile("c2").with_entry(entry(OTHER, "o"))

    placed = place(entry(OTHER, "b", keys=account), [strayed, theirs])
    assert placed.joins == "c2"
    assert placed.bridges == ()
    assert place(entry("なりすまし", "n", keys=account), [strayed, theirs]).joins == "c1"


def test_cases_become_one_by_all_that_is_kept_of_them_and_not_by_the_report_that_met_them():
    account, bank = ("account:chatwork:1",), ("bank:01234567",)
    one, other = Profile("c1").with_entry(entry(keys=account)), Profile("c2").with_entry(entry(OTHER, "o", keys=bank))
    same = Profile("c3").with_entry(entry(SCRIPT + "至急。", "s", keys=bank))
    between = entry(SCRIPT + OTHER, "b", keys=(*account, *bank))

    assert place(between, [one, other]).bridges == ()
    assert place(entry(name="b", keys=(*account, *bank)), [one, same]).bridges != ()
    assert not are_one(Profile("c4"), Profile("c5")), "nothing is known of either"


@given(st.text(max_size=400), st.text(max_size=60))
def test_whatever_is_written_gives_a_sketch_and_a_key(text, name):
    made = sketch([text], [name])
    assert list(made) == sorted(set(made))
    assert all(number & 3 for number in made)
    key = account_key(name, text)
    assert key == "" or (key.isprintable() and len(key) < 400)


@given(st.permutations(range(12)))
def test_near_copies_are_one_case_in_whatever_order_they_come(order):
    grouper = Grouper()
    entries = [replace(entry(SCRIPT + f"{number}番", f"r{number}")) for number in range(12)]
    assert len({grouper.add(entries[number]) for number in order}) == 1
