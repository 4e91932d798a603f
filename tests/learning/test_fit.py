"""Fitting and measuring: nothing is judged by weights that saw its source, and alarming facts only ever alarm."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from honnin.errors import HonninError
from honnin.learning import fit
from honnin.learning.corpus import Row, read_corpus, read_training, source_of
from honnin.learning.evaluate import interval, judge, report
from honnin.learning.fit import GramTable, choose_policy, fit_all, folds, prepare
from honnin.model import Channel, Event, Facts
from honnin.screening import Engine
from honnin.screening.score import SOFTENING, Score, features

ASKS = [
    "至急、指定の口座へ送金してください。",
    "新しいグループを作成し、QRコードを返信してください。",
    "届いた認証コードを教えてください。",
]
TALK = ["会議は三時からに変わりました。", "資料を共有フォルダに置きました。", "昨日はお疲れさまでした。また来週。"]


@pytest.fixture(scope="module")
def engine():
    return Engine.load()


@pytest.fixture
def corpus(tmp_path):
    """Six sources of our own, three of each kind."""
    files = {
        "fraud_dev.jsonl": ("bad", ASKS),
        "benign_dev.jsonl": ("good", TALK),
        "hard_negatives_dev.jsonl": ("hard", TALK),
    }
    for name, (kind, texts) in files.items():
        rows = [
            {
                "id": f"{kind}-{place}-{index}",
                "lang": "ja",
                "channel": "chat",
                "category": kind,
                "text": text,
                "source": f"https://{kind}{place}.example/a",
            }
            for place in range(4)
            for index, text in enumerate(texts)
        ]
        (tmp_path / name).write_text(
            "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8"
        )
    return tmp_path


@pytest.fixture
def samples(corpus, engine):
    return prepare(read_corpus(corpus), engine, lambda _: None)


def test_no_source_is_on_both_sides(samples):
    judged = []
    for others, held_out in folds(samples, 5):
        assert not {one.row.source for one in others} & {one.row.source for one in held_out}
        judged += held_out
    assert sorted(one.row.event.id for one in judged) == sorted(one.row.event.id for one in samples)


def test_fitting_tells_asks_from_talk(samples):
    fitted = fit_all(samples, GramTable(samples))
    for sample in samples:
        resemblance = fitted.resemblance.of_grams(sample.grams, ja=sample.is_ja)
        chance = fitted.score.probability(fit.with_resemblance(sample.facts, resemblance))
        assert (chance >= fitted.policy.caution) is sample.row.is_fraud


def test_fitted_weights_of_alarming_facts_are_never_negative(samples):
    fitted = fit_all(samples, GramTable(samples))
    assert all(weight >= 0 for name, weight in fitted.score.weights.items() if name not in SOFTENING)
    assert fitted.score.resemblance >= 0


def test_threshold_keeps_false_alerts_within_what_is_aimed_at(samples):
    scores = [index / len(samples) for index in range(len(samples))]
    policy = choose_policy(samples, scores)
    harmless = [
        score
        for sample, score in zip(samples, scores, strict=True)
        if sample.row.group in {"ordinary", "hard_negative"}
    ]
    assert policy.notice < policy.caution <= policy.danger
    assert policy.caution >= max(harmless) or policy.caution == pytest.approx(0.95)


def test_talk_needs_less_than_letters_for_the_same_share_of_false_alerts(engine):
    rows = [
        Row(
            Event(id=f"{channel}-{number}", text="明日の資料です", channel=channel),
            "ordinary",
            f"s{number}",
            "ja",
            "",
            "",
            is_fraud=False,
        )
        for channel in (Channel.MAIL, Channel.CHAT)
        for number in range(200)
    ]
    samples = prepare(rows, engine, lambda _: None)
    scores = [
        index / 250 if sample.row.event.channel is Channel.MAIL else index % 200 / 1000
        for index, sample in enumerate(samples)
    ]
    policy = choose_policy(samples, np.array(scores))
    assert set(policy.ways) == {"talk"}
    assert policy.ways["talk"] < policy.caution
    for channel, caution in ((Channel.MAIL, policy.caution), (Channel.CHAT, policy.ways["talk"])):
        own = [score for sample, score in zip(samples, scores, strict=True) if sample.row.event.channel is channel]
        assert sum(score >= caution for score in own) <= fit.ORDINARY_ALARMS * len(own)


def test_report_names_every_part(corpus, engine):
    rows = read_corpus(corpus)
    text = report(judge(rows, engine, lambda _: None), every_source=True)
    for part in (
        "fraud ja",
        "ordinary ja",
        "hard_negative ja",
        "bad0.example",
        "chat",
        "expected calibration error",
        "what is asked",
    ):
        assert part in text


def test_written_rows_are_fitted_on_and_never_judged(corpus, engine, tmp_path):
    folder = tmp_path / "training" / "ja"
    folder.mkdir(parents=True)
    row = {"id": "tr-1", "label": "fraud", "channel": "chat", "category": "x", "text": "送金してください。"}
    (folder / "a.jsonl").write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    written = read_training(tmp_path / "training")
    assert [(one.is_fraud, one.is_training, one.lang) for one in written] == [(True, True, "ja")]
    judged = judge([*read_corpus(corpus), *written], engine, lambda _: None)
    assert "tr-1" not in {one.row.event.id for one in judged}


def test_shipped_training_rows_are_sound():
    rows = read_training(Path(__file__).parents[2] / "training")
    assert len(rows) > 1000
    assert len({row.event.id for row in rows}) == len(rows)
    for lang in ("ja", "en"):
        share = sum(row.is_fraud for row in rows if row.lang == lang) / sum(row.lang == lang for row in rows)
        assert 0.3 < share < 0.6


def test_shipped_score_is_monotone():
    score = Score.load()
    atoms = [
        name
        for name in score.weights
        if name.split(":")[0] in {"act", "pressure", "link", "hidden", "identity", "relation", "sender"}
    ]
    for name in atoms:
        if name in SOFTENING:
            continue
        for base in ({}, {"act:ask_click": ()}, {"act:claim_account_problem": (), "pressure:urgency": ()}):
            assert score.logit(Facts({**base, name: ()})) >= score.logit(Facts(base)), name


def test_theme_steps_only_add():
    assert dict(features(Facts({}, {"theme_boss": 4.0})))["theme:boss>=4"] == 1.0
    assert "theme:boss>=5" not in dict(features(Facts({}, {"theme_boss": 4.0})))


def test_interval_holds_the_share():
    low, high = interval(9, 10)
    assert low < 0.9 < high
    assert interval(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("written", "source"),
    [
        ("github:owner/repo/path/file.txt#3", "owner/repo"),
        ("https://news.example.jp/a/1.html", "news.example.jp"),
        ("owner/repo @abc123", "owner/repo"),
        ("", ""),
    ],
)
def test_sources(written, source):
    assert source_of(written) == source


def test_no_corpus_is_told(tmp_path):
    with pytest.raises(HonninError, match="No labelled corpus"):
        read_corpus(tmp_path)


def test_weights_are_written_where_they_are_read(samples, monkeypatch, tmp_path):
    for part in ("language/data", "screening/data"):
        (tmp_path / part).mkdir(parents=True)
    monkeypatch.setattr(fit, "files", lambda _: tmp_path)
    fitted = fit_all(samples, GramTable(samples))
    written = fit.write(fitted, today=date(2026, 11, 24), rows=len(samples))
    assert [path.name for path in written] == ["resemblance.json", "score.json", "policy.yaml"]
    score = json.loads(written[1].read_text(encoding="utf-8"))
    assert score["bias"] == fitted.score.bias
    assert score["judged"] == fit.JUDGED
