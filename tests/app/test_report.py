from dataclasses import replace

import pytest

from honnin.app.report import LEVELS, STAGES, describe, heard, quoted
from honnin.model import (
    Action,
    Level,
    LinkCheck,
    LinkLevel,
    LinkReason,
    OpinionOutcome,
    SecondOpinion,
    Severity,
    Signal,
    Stage,
    Text,
    Verdict,
)

VERDICT = Verdict(
    "m",
    Level.DANGER,
    0.97,
    Stage.ASK,
    None,
    (Signal("a-rule", Severity.CRITICAL, "至急\n振込", Text("理由です。", "The reason."), 0, 0, 5),),
    None,
    (
        LinkCheck(
            "https://a.example.invalid/\x1b[31m",
            "a.example.invalid",
            "",
            LinkLevel.DANGER,
            0.9,
            (LinkReason("r", 1.0, Text("リンクの理由。", "Why the link.")),),
        ),
    ),
    (Action("x", Text("払わないでください。", "Do not pay.")),),
    "pack@1",
)


def test_a_verdict_in_japanese():
    assert describe(VERDICT, "ja").splitlines() == [
        "[danger] 危険：なりすましの疑いが強い連絡です",
        "手口の段階: 要求",
        "",
        "見つかったこと",
        "  - 理由です。",
        "    「至急 振込」",
        "",
        "リンク",
        "  - https://a.example.invalid/ [31m [danger]",
        "    リンクの理由。",
        "",
        "次にすること",
        "  1. 払わないでください。",
    ]


def test_a_verdict_in_english():
    told = describe(VERDICT, "en")
    assert "Danger" in told
    assert "Do not pay." in told
    assert "\x1b" not in told


def test_the_gravest_are_enough():
    told = describe(replace(VERDICT, signals=VERDICT.signals * 8), "ja")
    assert told.count("理由です。") == 5
    assert "ほか3件" in told


def test_how_we_know_is_not_told():
    told = describe(VERDICT, "ja") + describe(VERDICT, "en")
    assert not any(part in told for part in ("a-rule", "0.97", "pack@1"))


@pytest.mark.parametrize("text", [*LEVELS.values(), *STAGES.values()])
def test_it_never_says_safe(text):
    assert "安全" not in text.ja
    assert "safe" not in text.en.lower()


def test_every_level_and_stage_has_its_words():
    assert set(LEVELS) == set(Level)
    assert set(STAGES) == set(Stage)


def test_a_long_quote_is_cut():
    assert len(quoted("あ" * 1000)) < 130


@pytest.mark.parametrize("outcome", OpinionOutcome)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_that_somebody_else_was_asked_is_told(outcome, language):
    told = describe(replace(VERDICT, second_opinion=SecondOpinion("m", outcome, Level.NOTICE)), language)
    assert heard(SecondOpinion("m", outcome, Level.NOTICE), language) in told
    assert ("[notice]" in told) == (outcome is OpinionOutcome.RAISED)
    assert "m\n" not in told  # what it is called is for operators
    assert heard(SecondOpinion("m", outcome, Level.NOTICE), language) not in describe(VERDICT, language)
