"""Fits the two learned parts: how fraud is written (resemblance) and how much each fact weighs (score).

Both are plain weights when done, so that screening needs neither numpy nor scikit-learn. What is judged is never fitted on: folds
are whole sources, and the score is fitted on resemblances measured by models that had not seen the row's source.
"""

from __future__ import annotations

import json
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, diags
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from honnin.language import Resemblance
from honnin.language.resemblance import LEAST_LENGTH, SIGN, grams, signs
from honnin.learning.corpus import TRAINING, Row
from honnin.model import Facts, Signal
from honnin.screening.decide import LIFTS, RESEMBLES, TALK, WORTH_A_LOOK, Policy, way_of
from honnin.screening.engine import Engine, examined
from honnin.screening.facts import is_bare_opener, rests_on_more_than_words
from honnin.screening.score import NO_ROUTE, PAGE_STORIES, SOFTENING, Score, bounded, features
from honnin.text import language_of, normalise

Progress = Callable[[str], None]

FOLDS = 10
INNER_FOLDS = 4
GRAM_STRENGTH = 60.0  # inverse of the regularisation of the letter groups
SCORE_PENALTY = 0.5  # L2 on the weights of facts
PRESSURE_LIMIT = 0.6  # log-odds: hurry and secrecy add to a request, they are none
LEAST_SOURCES = (
    2  # a group of letters must stand in so many sources (or written rows): one text says nothing about fraud
)
MOST_GRAMS = 20_000  # kept for each language
SAY_OF_SOURCES = 0.1
SAY_OF_WRITTEN = 0.2  # a row written for training weighs the facts so much, one of the corpora 1
SAY_OF_MEANING = 1.0  # how much more what words stand for counts than the words
SCALE = 0.01  # weights are written in hundredths
LOST_TO_DOUBT, MOST_DOUBT = (
    0.01,
    0.2,
)  # share of found fraud that doubt may cost, and the score from which there is none
ORDINARY_ALARMS, HARD_ALARMS = 0.006, 0.04  # shares of false alerts aimed at when thresholds are chosen
TWIN_ALARMS = 0.03  # the same for harmless rows written to look like fraud, where a way has few others
LETTER_CAUTION, TALK_CAUTION = 0.5, 0.1  # a letter alarms only where it is more likely fraud than not
ENOUGH = 100  # rows of a kind on one way, so that a share of false alerts can be told
JUDGED: dict[str, float] = {}
"""Weights set by judgement alone: none are left, since the written rows tell who writes to whom."""

PRIOR = {
    "act:ask_code": 3.0, "act:ask_credentials": 2.5, "act:ask_gift_card": 3.0, "act:ask_balance": 2.5, "act:ask_account_data": 2.0,
    "act:ask_add_accounting": 3.0, "act:ask_invite_link": 2.0, "act:ask_keep_others_out": 2.0, "act:ask_group": 1.5,
    "act:ask_transfer": 1.2, "act:change_account": 1.2, "act:give_account": 1.0, "act:ask_personal_data": 1.2, "act:move_app": 1.5,
    "act:ask_click": 0.6, "act:ask_login": 0.6, "act:ask_update_details": 0.7, "act:ask_open_file": 0.3, "act:ask_enable_macro": 2.5,
    "act:ask_install": 0.3, "act:ask_receipt": 1.5, "act:ask_reply_private": 1.0, "act:ask_fee": 1.2, "act:ask_call": 0.1,
    "act:probe": 0.8, "act:ask_accept": 0.3, "act:new_account_story": 1.2, "act:excuse_no_call": 1.0,
    "act:offer_money": 3.0, "act:offer_deal": 3.0, "act:offer_loan": 2.2, "act:offer_job": 2.5, "act:offer_recovery": 2.5,
    "act:offer_prize": 2.5, "act:stranger_introduction": 3.5, "act:fake_order": 2.2, "act:claim_account_problem": 1.8,
    "act:claim_payment_problem": 0.3, "act:claim_suspicious_login": 2.5, "act:claim_missed_delivery": 2.5, "act:claim_refund": 2.5,
    "act:claim_mailbox_full": 2.5, "act:claim_document": 1.0, "act:claim_bill": 1.5, "act:claim_approval": 0.5, "act:skip_process": 1.5, "act:odd_payee": 1.2, "act:claim_hacked": 3.5, "act:claim_investigation": 2.0, "act:claim_incoming_payment": 0.6,
    "act:already_done": -0.3, "act:warn_about_fraud": -0.3, "act:invites_check": -0.5, "pressure:urgency": 0.4, "pressure:deadline": 0.3, "pressure:secrecy": 0.6,
    "pressure:threat": 0.4, "pressure:reward": 0.4, "entity:personal_holder": 0.8, "link:danger": 2.5, "link:suspicious": 1.2,
    "link:mismatch": 1.2, "link:shortener": 0.5, "hidden:zero_width": 0.8, "hidden:homoglyph": 1.2, "hidden:split_letters": 0.5,
    "both:probe_and_money": 1.5, "both:claim_and_ask": 0.5, "both:claim_and_pressure": 0.3, "both:link_and_claim": 0.3, "theme:letter>=2": 2.0, "theme:letter>=3": 1.5, "theme:account>=5": 1.0, "theme:account>=6": 1.0,
    "theme:boss>=4": 1.5,
    "relation:new": 0.8, "relation:first_message": 0.3, "trust:known_account": -3.0, "answers:account": -1.0,
    "identity:claims_known_person": 0.8, "identity:not_their_account": 2.5, "identity:unsure": 0.3, "identity:role_only": 0.8,
    "sender:free_mail": 0.5, "sender:reply_to_differs": 0.8, "sender:brand_without_its_domain": 1.5, "sender:lookalike_domain": 2.5,
    "sender:company_in_subject": 0.2, "manner:broken": 0.5, "destination:new": 0.5, "time:odd_hours": 0.1,
    "known:person": -1.0, "known:checked": -0.5, "known:long": -1.0, "known:secret_asked": 1.5, "known:money_and_hush": 3.0, "known:money_and_other_hand": 2.5, "stranger:asks": 0.5, "stranger:hushes": 0.8, "theme:boss>=5": 1.0, "theme:prize>=4": 0.7, "theme:order>=4": 0.5,
}  # fmt: skip
"""What each fact weighs before any row is read, from the measured patterns: few rows should not turn knowledge upside down."""


UNFITTED = (
    "kind:",
    "channel:",
    "relation:unknown",
    "relation:established",
    "relation:verified",
    "identity:verified",
    "identity:self_introduced",
    "stage:",
    "sender:missing",
    "script:",
    "entity:",
    "link:any",
    "link:unknown",
    "link:popular",
    "link:official",
    "pressure:authority",
)
"""Facts whose share in the corpora says nothing: how rows were collected, not what fraud is."""


@dataclass(frozen=True)
class Sample:
    """A labelled row, screened once: its facts and signals do not depend on what is fitted."""

    row: Row
    facts: Facts
    signals: tuple[Signal, ...]
    folded: str
    grams: frozenset[str]

    is_ja: bool


@dataclass(frozen=True)
class Fitted:
    """Both learned parts and the thresholds chosen for them."""

    resemblance: Resemblance
    score: Score
    policy: Policy


def prepare(rows: Sequence[Row], engine: Engine, progress: Progress) -> list[Sample]:
    """Screen every row once, with every finding as grave as its rule says."""
    engine = replace(engine, policy=replace(engine.policy, doubt=0.0))
    samples = []
    for index, row in enumerate(rows):
        screened = engine.screening(row.event)
        folded = normalise("\n".join(text for _, text in examined(row.event)).strip()).text
        signals = tuple(signal for signal in screened.verdict.signals if signal.id not in {RESEMBLES, WORTH_A_LOOK})
        samples.append(
            Sample(
                row,
                screened.facts,
                signals,
                folded,
                frozenset(grams(folded) | signs(screened.concepts)),
                language_of(folded) == "ja",
            )
        )
        if index % 100 == 0:
            progress(f"{index}/{len(rows)}")
    return samples


def folds(samples: Sequence[Sample], count: int) -> Iterator[tuple[list[Sample], list[Sample]]]:
    """Yield (others, judged) so that all rows of a source are judged together; the largest sources are dealt out first."""
    sizes = Counter(sample.row.source for sample in samples)
    dealt: list[set[str]] = [set() for _ in range(count)]
    loads = [0] * count
    for source, size in sizes.most_common():
        lightest = loads.index(min(loads))
        dealt[lightest].add(source)
        loads[lightest] += size
    for sources in dealt:
        judged = [sample for sample in samples if sample.row.source in sources]
        if judged:
            yield [sample for sample in samples if sample.row.source not in sources], judged


def judged_folds(samples: Sequence[Sample], count: int) -> Iterator[tuple[list[Sample], list[Sample]]]:
    """Yield (others, judged) where only labelled real messages are judged; rows written for training are always fitted on."""
    written = [sample for sample in samples if sample.row.is_training]
    for others, judged in folds([sample for sample in samples if not sample.row.is_training], count):
        yield [*others, *written], judged


def fit_all(samples: Sequence[Sample], table: GramTable) -> Fitted:
    """Fit both parts and choose thresholds, all on these samples alone.

    Bare openers are left out: it is never their words that make them fraud.
    """
    samples = [sample for sample in samples if not is_bare_opener(sample.facts)]
    held_out = held_out_resemblances(samples, table)
    score = calibrate(fit_score(samples, held_out), samples, held_out)
    return Fitted(
        fit_resemblance(samples, table), score, choose_policy(samples, probabilities(samples, held_out, score))
    )


def held_out_resemblances(samples: Sequence[Sample], table: GramTable) -> NDArray[np.float64]:
    """Measure each sample with weights fitted on other sources."""
    place = {id(sample): index for index, sample in enumerate(samples)}
    measured = np.zeros(len(samples))
    for others, judged in folds(samples, INNER_FOLDS):
        resemblance = fit_resemblance(others, table)
        for sample in judged:
            measured[place[id(sample)]] = resemblance.of_grams(sample.grams, ja=sample.is_ja)
    return measured


class GramTable:
    """Which text holds which groups of letters, counted once for all folds."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        self._place = {id(sample): index for index, sample in enumerate(samples)}
        counter = CountVectorizer(analyzer=lambda sample: sample.grams, binary=True, min_df=LEAST_SOURCES)
        self._matrix = counter.fit_transform(samples)
        self._names = counter.get_feature_names_out()
        written = [sample.row.event.id if sample.row.is_training else sample.row.source for sample in samples]
        sources = {source: index for index, source in enumerate(dict.fromkeys(written))}
        self._source = np.array([sources[source] for source in written])

    def rows(self, samples: Sequence[Sample]) -> tuple[csr_matrix, NDArray[np.str_]]:
        """Return the samples' rows over the groups that stand in enough of their sources, and the groups' names."""
        places = np.array([self._place[id(sample)] for sample in samples])
        chosen = self._matrix[places]
        source = self._source[places]
        per_source = (
            csr_matrix((np.ones(len(places)), (source, np.arange(len(places)))), shape=(source.max() + 1, len(places)))
            @ chosen
        )
        shared = np.flatnonzero(per_source.getnnz(axis=0) >= LEAST_SOURCES)
        return chosen[:, shared].astype(float), self._names[shared]


def fit_resemblance(samples: Sequence[Sample], table: GramTable) -> Resemblance:
    """Fit the weights of letter groups and words, each language by itself, both kinds of text counting the same."""
    weights: dict[str, complex] = {}
    biases = {True: 0.0, False: 0.0}
    for ja in (True, False):
        own = [sample for sample in samples if sample.is_ja is ja]
        labels = np.array([sample.row.is_fraud for sample in own])
        if not labels.any() or labels.all():
            continue
        matrix, names = table.rows(own)
        shares = _weights(own)
        meant = np.char.startswith(names.astype(str), SIGN)
        rough, _ = _fitted_grams(matrix, labels, shares, meant)
        held = np.sort(
            np.argsort(np.abs(rough.coef_[0]) * np.sqrt(np.asarray(matrix.sum(axis=0)).ravel()))[-MOST_GRAMS:]
        )
        model, rarity = _fitted_grams(matrix[:, held], labels, shares, meant[held])
        weights.update(
            (str(name), complex(weight * rare, rare * rare))
            for name, weight, rare in zip(names[held], model.coef_[0], rarity, strict=True)
        )
        biases[ja] = float(model.intercept_[0])
    return Resemblance(weights, biases[True], biases[False])


def _fitted_grams(
    matrix: csr_matrix, labels: NDArray[np.bool_], shares: NDArray[np.float64], meant: NDArray[np.bool_]
) -> tuple[LogisticRegression, NDArray[np.float64]]:
    """Fit weights on rows of about length one in which rare groups count more; return the model and how rare each group is."""
    rarity = np.log((1 + matrix.shape[0]) / (1 + np.asarray(matrix.sum(axis=0)).ravel())) + 1
    rarity[meant] *= SAY_OF_MEANING
    lengths = np.asarray((matrix @ diags(rarity**2)).sum(axis=1)).ravel() + LEAST_LENGTH
    model = LogisticRegression(
        C=GRAM_STRENGTH, class_weight="balanced", solver="liblinear", dual=True, random_state=0, tol=0.01
    )
    with warnings.catch_warnings():
        # It is stopped after a hundred rounds, settled or not.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit((diags(lengths**-0.5) @ matrix @ diags(rarity)).tocsr(), labels, sample_weight=shares)
    return model, rarity


def _weights(samples: Sequence[Sample]) -> NDArray[np.float64]:
    """Weigh rows so that a large source has less say than its rows; each written row has its own."""
    sizes = Counter((sample.row.source, sample.row.is_fraud) for sample in samples)
    return np.array(
        [
            1.0 if sample.row.is_training else sizes[sample.row.source, sample.row.is_fraud] ** -SAY_OF_SOURCES
            for sample in samples
        ]
    )


def fit_score(samples: Sequence[Sample], resemblances: NDArray[np.float64]) -> Score:
    """Fit the weights of facts: logistic regression in which alarming facts may not weigh below nothing."""
    described = [dict(features(sample.facts)) for sample in samples]
    names = sorted({name for one in described for name, value in one.items() if value} | PRIOR.keys())
    names = [name for name in names if name not in JUDGED and not name.startswith(UNFITTED)]
    matrix = np.array([[one.get(name, 0.0) for name in names] for one in described])
    matrix = np.column_stack([matrix, [bounded(value) for value in resemblances]])
    labels = np.array([1.0 if sample.row.is_fraud else -1.0 for sample in samples])
    shares = np.array([SAY_OF_WRITTEN if sample.row.is_training else 1.0 for sample in samples])
    prior = np.array([PRIOR.get(name, 0.0) for name in names])
    lower = [None if name in SOFTENING else 0.0 for name in names]
    upper = [0.0 if name in SOFTENING else (PRESSURE_LIMIT if name.startswith("pressure:") else None) for name in names]

    def loss(theta: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = labels * (matrix @ theta[:-1] + theta[-1])
        slope = -labels * shares / (1.0 + np.exp(np.clip(margin, -50, 50)))
        distance = theta[:-2] - prior
        penalty = SCORE_PENALTY * distance
        value = (shares * np.logaddexp(0.0, -margin)).sum() + 0.5 * SCORE_PENALTY * (distance**2).sum()
        gradient = np.concatenate([matrix.T @ slope + np.append(penalty, 0.0), [slope.sum()]])
        return float(value), gradient

    start = np.concatenate([prior, [0.3, -3.0]])
    bounds = [*zip(lower, upper, strict=True), (0.0, 1.5), (None, None)]
    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500}).x
    weights = {name: float(weight) for name, weight in zip(names, best, strict=False)}
    # What leads nowhere may take back what a story of accounts says, but no more: no story ever speaks against fraud.
    weights[NO_ROUTE] = max(weights.get(NO_ROUTE, 0.0), -min(weights.get(story, 0.0) for story in PAGE_STORIES))
    fitted = {name: round(weight, 3) for name, weight in weights.items() if abs(weight) >= 0.001}
    return Score({**fitted, **JUDGED}, round(float(best[-1]), 3), round(float(best[-2]), 3))


def calibrate(score: Score, samples: Sequence[Sample], resemblances: NDArray[np.float64]) -> Score:
    """Stretch and shift the log-odds until a probability means what it says on real rows.

    Rows written for training hold as much fraud as harmless talk, which no inbox does, so they are left out. What is judged
    keeps its weight: it was set in true log-odds.
    """
    pairs = [(one, float(value)) for one, value in zip(samples, resemblances, strict=True) if not one.row.is_training]
    logits = np.array([[score.logit(with_resemblance(one.facts, value))] for one, value in pairs])
    model = LogisticRegression(C=1e6).fit(logits, [one.row.is_fraud for one, _ in pairs])
    stretch, shift = float(model.coef_[0][0]), float(model.intercept_[0])
    weights = {name: weight if name in JUDGED else round(weight * stretch, 3) for name, weight in score.weights.items()}
    return Score(weights, round(score.bias * stretch + shift, 3), round(score.resemblance * stretch, 3))


def probabilities(samples: Sequence[Sample], resemblances: NDArray[np.float64], score: Score) -> NDArray[np.float64]:
    """Return the probability of each sample, given its resemblance."""
    return np.array(
        [
            score.probability(with_resemblance(sample.facts, float(value)))
            for sample, value in zip(samples, resemblances, strict=True)
        ]
    )


def with_resemblance(facts: Facts, value: float) -> Facts:
    return Facts(facts.atoms, {**facts.numbers, "resemblance": value}, facts.unknown)


def choose_policy(samples: Sequence[Sample], scores: NDArray[np.float64]) -> Policy:
    """Choose the lowest thresholds for caution at which rules and score together keep false alerts within what is aimed at.

    Talk has its own where there are rows enough to tell; twins, which were written to look like fraud, are judged by their own share.
    """
    doubt = _doubt(samples, scores)
    scored = [pair for pair in zip(samples, scores, strict=True) if not pair[0].row.is_fraud]
    talk = [pair for pair in scored if way_of(pair[0].facts) == TALK]
    is_apart = len(talk) >= ENOUGH
    letters = [pair for pair in scored if way_of(pair[0].facts) != TALK] if is_apart else scored
    caution = max(LETTER_CAUTION, _caution(letters, doubt))
    return Policy(
        notice=round(caution / 2, 3),
        caution=caution,
        danger=round(max(0.9, caution), 3),
        doubt=round(doubt, 3),
        ways={TALK: min(caution, _caution(talk, doubt, enough=ENOUGH))} if is_apart else {},
    )


def _caution(scored: Sequence[tuple[Sample, float]], doubt: float, *, enough: int = 0) -> float:
    """Choose from which score on these harmless rows would be alerts, no more of each kind than is aimed at.

    Of a kind with less than ``enough`` rows no share can be told.
    """

    def threshold(groups: set[str], share: float) -> float:
        own = [pair for pair in scored if pair[0].row.group in groups]
        if len(own) < enough:
            return 0.0
        spared = sorted(
            score
            for sample, score in own
            if not _is_grave(sample) or (score < doubt and not rests_on_more_than_words(sample.facts))
        )
        allowed = max(0, int(len(own) * share) - (len(own) - len(spared)))
        return float(spared[max(0, len(spared) - 1 - allowed)]) if spared else 0.5

    caution = max(
        threshold({"ordinary", "ordinary_mail"}, ORDINARY_ALARMS),
        threshold({"hard_negative"}, HARD_ALARMS),
        threshold({TRAINING}, TWIN_ALARMS),
        TALK_CAUTION,
    )
    return round(min(caution + 0.001, 0.95), 3)


def _doubt(samples: Sequence[Sample], scores: NDArray[np.float64]) -> float:
    """Choose the score below which a grave finding is doubted, so that hardly any fraud that was found is lost by it."""
    grave = sorted(
        score
        for sample, score in zip(samples, scores, strict=True)
        if sample.row.is_fraud and _is_grave(sample) and not rests_on_more_than_words(sample.facts)
    )
    return min(MOST_DOUBT, float(grave[int(len(grave) * LOST_TO_DOUBT)])) if grave else 0.0


def _is_grave(sample: Sample) -> bool:
    return any(LIFTS[signal.severity].is_alert for signal in sample.signals)


def write(fitted: Fitted, *, today: date, rows: int) -> list[Path]:
    """Write weights and thresholds into the package's data files and return their paths."""
    note = f"made by `honnin fit` on {today.isoformat()} from {rows} rows"
    package = Path(str(files("honnin")))
    resemblance = package / "language" / "data" / "resemblance.json"
    weights = {
        gram: [round(weighed.real / SCALE), round(weighed.imag / SCALE)]
        for gram, weighed in sorted(fitted.resemblance.weights.items())
    }
    content = {
        "note": note,
        "scale": SCALE,
        "bias_ja": round(fitted.resemblance.bias_ja, 3),
        "bias_en": round(fitted.resemblance.bias_en, 3),
        "weights": weights,
    }
    resemblance.write_text(
        json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("],", "],\n") + "\n", encoding="utf-8"
    )
    score = package / "screening" / "data" / "score.json"
    learned = {name: weight for name, weight in sorted(fitted.score.weights.items()) if name not in JUDGED}
    parts = {
        "note": note,
        "bias": fitted.score.bias,
        "resemblance": fitted.score.resemblance,
        "fitted": learned,
        "judged": JUDGED,
    }
    score.write_text(json.dumps(parts, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    policy = package / "screening" / "data" / "policy.yaml"
    policy.write_text(
        f"# From which calibrated probability of fraud on a verdict speaks up, without any rule having done so;\n# {note}.\n"
        f"notice: {fitted.policy.notice}\ncaution: {fitted.policy.caution}\ndanger: {fitted.policy.danger}\n"
        f"doubt: {fitted.policy.doubt}\n"
        f"# What caution is on other ways than by mail and SMS.\nways: {{{_ways(fitted.policy)}}}\n",
        encoding="utf-8",
    )
    return [resemblance, score, policy]


def _ways(policy: Policy) -> str:
    return ", ".join(f"{way}: {caution}" for way, caution in policy.ways.items())
