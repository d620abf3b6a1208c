"""Metrics of a stated probability, and of time: Brier score, AUROC, expected calibration error, latency."""

import math
import random
from collections import Counter

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score

from robustspec.data.row import Answer, Case, Row
from robustspec.metrics.auroc import Auroc
from robustspec.metrics.brier import Brier
from robustspec.metrics.expected_calibration_error import ExpectedCalibrationError
from robustspec.metrics.latency import Latency
from robustspec.metrics.mcc import Mcc


def case(value, label="ill", act="answered", policy=("answer",), **more):
    return Case(Row("1", "...", label=label), Answer(value, act), policy, **more)


def forecasts(seed=0, n=60):
    rng = random.Random(seed)
    labels = [rng.choice(["ill", "well"]) for _ in range(n)]
    return labels, [round(rng.random(), 1) for _ in range(n)]


@pytest.mark.parametrize(
    ("probability", "label", "score"),
    [(1, "ill", 0.0), (0.0, "ill", 1.0), (0.75, "ill", 0.0625), (0.75, "well", 0.5625), ("0.5", " ILL ", 0.25)],
)
def test_brier_by_hand(probability, label, score):
    """(p - y)^2, with the number as number or as text."""
    assert Brier(positive="ill").score(case({"probability": probability}, label)) == pytest.approx(score)


def test_the_mean_brier_score_is_that_of_scikit_learn():
    """Over random forecasts."""
    labels, probabilities = forecasts()
    scores = [
        Brier(positive="ill").score(case({"probability": p}, label))
        for label, p in zip(labels, probabilities, strict=True)
    ]
    assert np.mean(scores) == pytest.approx(brier_score_loss([label == "ill" for label in labels], probabilities))


@pytest.mark.parametrize("value", [1.5, -0.1, math.nan, "likely", None, True, [0.5]])
def test_no_probability_has_the_worst_brier_score(value):
    """Neither a number outside [0, 1] nor something else is a forecast, whatever the label."""
    assert Brier(positive="ill").score(case({"probability": value}, "well")) == 1.0


@pytest.mark.parametrize(
    ("act", "policy", "score"),
    [
        ("refused", ("answer",), 1.0),
        ("refused", ("may_refuse",), 0.0),
        ("refused", ("answer", "must_refuse"), 0.0),
        ("asked", ("may_refuse",), 1.0),
        ("asked", ("answer", "ask"), 0.0),
        ("unparsed", ("may_refuse",), 1.0),
    ],
)
def test_brier_of_other_acts(act, policy, score):
    """An act that the policy allows is as good as a perfect forecast, any other as bad as the worst."""
    assert Brier(positive="ill").score(case(None, act=act, policy=policy)) == score


def test_a_forecast_is_read_where_the_fields_say():
    """``field`` in the answer, ``label_field`` in the label; an answer that is no mapping is itself the number."""
    metric = Brier(positive=1, field="risk.30d", label_field="dead")
    assert metric.score(case({"risk": {"30d": 0.5}}, {"dead": 1.0})) == 0.25
    assert Brier(positive="ill").score(case("0.5")) == 0.25


@pytest.mark.parametrize(
    "metric", [Brier(positive="ill"), Auroc(positive="ill"), ExpectedCalibrationError(field="class")]
)
def test_a_forecast_is_judged_where_an_answer_is_allowed(metric):
    """Cases that must be refused, or asked about, have no right probability."""
    row = Row("1", "...")
    for policy, counts in [("answer", True), ("may_refuse", True), ("must_refuse", False), ("ask", False)]:
        assert metric.applies(row, (policy,)) == metric.needs_label((policy,)) == counts


def table(metric, labels, scores):
    cases = [case({"probability": score}, label) for label, score in zip(labels, scores, strict=True)]
    return Counter(metric.observe(each) for each in cases)


@pytest.mark.parametrize("seed", range(3))
def test_auroc_is_that_of_scikit_learn(seed):
    """With many ties."""
    labels, scores = forecasts(seed)
    metric = Auroc(positive="ill")
    expected = roc_auc_score([label == "ill" for label in labels], scores)
    assert metric.value(table(metric, labels, scores)) == pytest.approx(expected)


def test_weighted_auroc_is_that_of_scikit_learn():
    """Entries with weights, as resampling and shared cells make them; an entry of weight 0 is not there."""
    rng = np.random.default_rng(1)
    entries = [(bool(rng.random() < 0.5), float(rng.integers(0, 6))) for _ in range(40)]
    entries = list(dict.fromkeys(entries))
    weights = rng.integers(0, 4, (5, len(entries))) / 2
    truth, scores = zip(*entries, strict=True)
    expected = [roc_auc_score(truth, scores, sample_weight=row) for row in weights]
    assert Auroc(positive="ill").values(entries, weights) == pytest.approx(expected)


def test_auroc_without_a_score_ranks_on_the_wrong_side():
    """Below all negatives where positive, above all positives where negative."""
    metric = Auroc(positive="ill")
    assert metric.observe(case({"probability": "high"})) == (True, None)
    assert metric.observe(case({"probability": 0.9}, act="refused")) == (True, None)
    known = {(True, 0.9): 1.0, (False, 0.1): 1.0}
    assert metric.value({**known, (True, None): 1.0}) == 0.5
    assert metric.value({**known, (False, None): 1.0}) == 0.5
    assert metric.value({(True, None): 1.0, (False, None): 1.0}) == 0.0


@pytest.mark.parametrize("table", [{}, {(True, 0.5): 3.0}, {(False, 0.5): 3.0}])
def test_auroc_needs_both_classes(table):
    """It is undefined, not 0, without one of them."""
    assert Auroc(positive="ill").value(table) is None


def test_calibration_error_by_hand():
    """Four bins: 0.25 and 0.2 in the first, 0.3 in the second, 0.9 in the fourth, bins closed on the right."""
    metric = ExpectedCalibrationError(field="class", bins=4)
    entries = {(0.25, True): 2, (0.2, False): 2, (0.3, False): 1, (0.9, True): 4, (0.9, False): 1}
    first, second, fourth = abs(2 - 2 * 0.25 - 2 * 0.2), 0.3, abs(4 - 5 * 0.9)
    assert metric.value(entries) == pytest.approx((first + second + fourth) / 10)


@pytest.mark.parametrize(
    ("confidence", "bins", "index"),
    [(0, 10, 0), (0.1, 10, 0), (0.1001, 10, 1), (0.3, 10, 2), (0.07, 100, 6), (1, 10, 9), (0.5, 1, 0)],
)
def test_bins_are_closed_on_the_right(confidence, bins, index):
    """Whatever the rounding of confidence times bins; 0 is in the first bin."""
    metric = ExpectedCalibrationError(field="class", bins=bins)
    parts = metric.parts((confidence, False))
    assert parts[index] == -confidence
    assert sum(map(bool, parts)) <= 1


def test_calibration_reads_class_and_confidence():
    """Right where the class is the label's, as text or as a field of the label."""
    metric = ExpectedCalibrationError(field="class")
    assert metric.observe(case({"class": "Ill", "confidence": "0.8"})) == (0.8, True)
    assert metric.observe(case({"class": "well", "confidence": 0.8}, {"class": "ill"})) == (0.8, False)


@pytest.mark.parametrize(
    "given",
    [
        case({"class": "ill"}),
        case({"class": "ill", "confidence": 80}),
        case("ill"),
        case(0.9),
        case({"class": "ill", "confidence": 0.9}, act="refused"),
        case(None, act="unparsed"),
    ],
)
def test_no_confidence_is_an_error_of_its_own(given):
    """Such a case adds its share to the error and cannot make up for another one."""
    metric = ExpectedCalibrationError(field="class")
    entry = metric.observe(given)
    assert entry == (None, False)
    assert metric.value({entry: 1.0, (1.0, True): 3.0}) == 0.25


def test_the_parts_of_a_calibration_error_sum_to_it():
    """Its exact test bounds what its value estimates; every part lies within its range."""
    rng = np.random.default_rng(2)
    metric = ExpectedCalibrationError(field="class")
    entries = [(float(c), bool(rng.random() < 0.7)) for c in rng.random(200)] + [
        (None, False),
        (0.0, True),
        (1.0, False),
    ]
    parts = metric.part_means([{entry: 2.0} for entry in entries])
    low, high = np.array(metric.part_ranges).T
    assert metric.value(Counter(entries)) == pytest.approx(np.abs(parts.mean(axis=0)).sum())
    assert (parts >= low - 1e-12).all()
    assert (parts <= high + 1e-12).all()


def test_the_parts_of_a_unit_are_weighted_means():
    """Several cases of a unit share it by their weights."""
    metric = ExpectedCalibrationError(field="class", bins=2)
    unit = {(0.9, True): 3.0, (0.9, False): 1.0}
    assert metric.part_means([unit])[0] == pytest.approx([0.0, (3 * 0.1 - 0.9) / 4, 0.0])


def test_values_of_many_tables_are_those_of_each():
    """By the default of every table metric, and by the array operations of these; NaN where there is none."""
    rng = np.random.default_rng(3)
    weights = rng.integers(0, 3, (6, 4)).astype(float)
    weights[0] = 0.0
    confidences = [(0.9, True), (0.9, False), (0.2, True), (None, False)]
    pairs = [("a", "a"), ("a", "b"), ("b", "b"), ("c", "a")]
    for metric, entries in ((Mcc(), pairs), (ExpectedCalibrationError(field="class"), confidences)):
        single = [metric.value({e: w for e, w in zip(entries, row, strict=True) if w}) for row in weights]
        expected = [math.nan if value is None else value for value in single]
        np.testing.assert_allclose(metric.values(entries, weights), expected)
        assert single[0] is None


def test_latency_is_the_time_of_the_case():
    """Whatever was answered, or not."""
    assert Latency().score(case("x", seconds=2.5)) == 2.5
    assert Latency().score(case(None, act="refused", policy=("must_refuse",), seconds=0.5)) == 0.5
    assert Latency().upper == math.inf
