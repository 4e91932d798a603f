import itertools

import pytest

from honnin.model import Level, Severity, Signal, Text
from honnin.screening.decide import RESEMBLANCE_REASON, Policy, decide, in_order, weighed

POLICY = Policy(notice=0.3, caution=0.5, danger=0.9)


def signal(severity, turn=0, start=0):
    return Signal(severity.value, severity, "", Text("", ""), turn, start)


@pytest.mark.parametrize(
    ("severities", "score", "expected"),
    [
        ([], 0.0, "ok"),
        ([], 0.29, "ok"),
        ([], 0.3, "notice"),
        ([], 0.5, "caution"),
        ([], 0.9, "danger"),
        (["low"], 0.0, "ok"),  # it explains, and raises nobody's voice
        (["medium"], 0.0, "notice"),
        (["high"], 0.0, "caution"),
        (["critical"], 0.0, "danger"),
        (["medium"] * 20, 0.0, "notice"),  # many tips are no alarm; the score sees how many there are
        (["high"], 0.95, "danger"),  # the stronger of both speaks
        (["critical"], 0.01, "danger"),  # a low score never talks a finding down
        (["low", "high", "medium"], 0.1, "caution"),
    ],
)
def test_the_strongest_voice_counts(severities, score, expected):
    assert decide([signal(Severity(severity)) for severity in severities], score, POLICY) == expected


def test_one_finding_more_never_lowers_the_level():
    for severities in itertools.product(Severity, repeat=2):
        for score in (0.0, 0.3, 0.6, 0.95):
            signals = [signal(severity) for severity in severities]
            assert decide(signals, score, POLICY).rank >= decide(signals[:1], score, POLICY).rank


def test_the_shipped_thresholds_rise():
    policy = Policy.load()
    assert 0 < policy.notice <= policy.caution <= policy.danger < 1
    assert policy.level_of(1.0) is Level.DANGER


def test_the_gravest_stands_first_then_the_order_of_the_text():
    found = in_order(
        [signal(Severity.LOW), signal(Severity.HIGH, 2, 1), signal(Severity.HIGH, 0, 9), signal(Severity.CRITICAL, 5)]
    )
    assert [(one.severity.value, one.turn) for one in found] == [("critical", 5), ("high", 0), ("high", 2), ("low", 0)]


def test_the_words_about_resemblance_do_not_tell_how_it_is_measured():
    for text in (RESEMBLANCE_REASON.ja, RESEMBLANCE_REASON.en):
        assert not any(
            word in text.lower() for word in ("score", "スコア", "確率", "probability", "weight", "安全", "safe")
        )


@pytest.mark.parametrize(
    ("severity", "score", "level", "told"),
    [
        (Severity.HIGH, 0.3, Level.CAUTION, Severity.HIGH),
        (Severity.HIGH, 0.05, Level.NOTICE, Severity.MEDIUM),  # everything else speaks clearly against it
        (Severity.CRITICAL, 0.05, Level.DANGER, Severity.CRITICAL),  # the gravest are never doubted
        (Severity.MEDIUM, 0.05, Level.NOTICE, Severity.MEDIUM),
        (Severity.LOW, 0.05, Level.OK, Severity.LOW),
    ],
)
def test_a_grave_finding_is_doubted_only_where_the_score_is_very_low(severity, score, level, told):
    policy = Policy(0.35, 0.6, 0.9, doubt=0.1)
    found = [Signal("rule", severity, "", Text("あ", "a"))]
    assert decide(found, score, policy) is level
    assert [signal.severity for signal in weighed(found, score, policy)] == [told]
