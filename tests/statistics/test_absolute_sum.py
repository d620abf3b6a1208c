"""The sum of absolute means: a calibration error with exact bounds."""

import math

import numpy as np
import pytest
from statistics_references import above, below

from robustspec.metrics.expected_calibration_error import ExpectedCalibrationError
from robustspec.statistics.absolute_sum import AbsoluteSumTest, fewest_that_can_pass
from robustspec.statistics.betting import invert, open_grid
from robustspec.statistics.evidence import count
from robustspec.statistics.side import Side

ONE = [(-1.0, 1.0)]
TWO = [(-0.5, 1.0), (-1.0, 0.5)]


def forecasts(n, off=0.0, seed=0, bins=2):
    """Parts of units that state a confidence ``off`` too high."""
    rng = np.random.default_rng(seed)
    metric = ExpectedCalibrationError(field="class", bins=bins)
    confidence = 0.5 + 0.5 * rng.random(n)
    right = rng.random(n) < confidence - off
    units = [{(c, bool(r)): 1.0} for c, r in zip(confidence.tolist(), right, strict=True)]
    return metric.part_ranges, metric.part_means(units)


def judged(hypothesis, ranges, units, method="sequential"):
    test = AbsoluteSumTest(hypothesis, ranges, method)
    test.extend(units)
    test.finish()
    return test


def test_the_bounds_are_made_of_betting_bounds_of_each_part():
    """sum max(|L|, |U|) and sum max(0, L, -U), each bound at alpha / 2B, worked out part by part."""
    rng = np.random.default_rng(1)
    units = np.column_stack((rng.uniform(-0.5, 1.0, 300), rng.uniform(-1.0, -0.2, 300)))
    summary = judged(below(0.9, 300), TWO, units, "fixed").summary()
    upper = lower = 0.0
    for (low, high), values in zip(TWO, units.T, strict=True):
        part = below(0.0, 300)
        part = type(part)(low, True, 0.05, 0.05, 300, lower=low, upper=high)
        down, up = (invert(Side(part, s, 0.05 / 4), count((values, None)), open_grid()) for s in (1, -1))
        upper, lower = upper + max(abs(down), abs(up)), lower + max(0.0, down, -up)
    assert summary.upper == pytest.approx(upper, abs=1e-4)
    assert summary.lower == pytest.approx(lower, abs=1e-4)
    assert summary.estimate == pytest.approx(abs(units.mean(axis=0)).sum())


@pytest.mark.parametrize("method", ["sequential", "fixed"])
def test_good_calibration_passes_and_bad_fails(method):
    """An error of 0 is shown to be at most 0.2, one of 0.4 to be more, and one of 0.2 neither."""
    words = [judged(below(0.2, 900), *forecasts(900, off), method).decision for off in (0.0, 0.4, 0.2)]
    assert words == ["PASS", "FAIL", None]


def test_false_verdicts_at_the_bound():
    """A true error at the bound passes, and fails, in at most 5 % of seeded runs."""
    words = [judged(below(0.1, 300), *forecasts(300, 0.1, seed)).decision for seed in range(40)]
    limit = 0.05 + 3 * math.sqrt(0.05 * 0.95 / 40)
    assert words.count("PASS") / 40 <= limit
    assert words.count("FAIL") / 40 <= limit


def test_looks_are_at_geometric_steps_whatever_the_batches():
    """The decision falls at the same look in one batch, unit by unit, and in batches as asked for."""
    ranges, units = forecasts(900, 0.4)
    whole = judged(below(0.2, 900), ranges, units)
    single, asked = (AbsoluteSumTest(below(0.2, 900), ranges) for _ in range(2))
    for unit in units:
        single.extend(unit[np.newaxis])
    given = 0
    while asked.needs():
        step = asked.needs()
        asked.extend(units[given : given + step])
        given += step
    looks = [8]
    while looks[-1] < 900:
        looks.append(min(looks[-1] + max(7, math.ceil(looks[-1] / 4)), 900))
    assert whole.n in looks
    assert whole.summary() == single.summary() == asked.summary()
    assert given == whole.n


def test_fixed_looks_once():
    """Nothing is decided before the horizon, or before no more units come."""
    ranges, units = forecasts(900, 0.4)
    test = AbsoluteSumTest(below(0.2, 900), ranges, "fixed")
    assert test.extend(units[:899]) is None
    assert test.finish() == "FAIL"
    assert test.n == 899


def test_units_after_the_decision_are_no_evidence():
    """They change neither the number of units nor a bound."""
    ranges, units = forecasts(900, 0.4)
    test = AbsoluteSumTest(below(0.2, 900), ranges)
    n = test.extend(units)
    before = test.summary()
    assert test.extend(np.full((5, len(ranges)), 7.0)) == n < 900
    assert test.summary() == before


def test_no_units_decide_nothing():
    """Without units the bounds are the whole range."""
    test = judged(below(0.2), TWO, np.empty((0, 2)))
    assert test.decision is None
    assert test.summary().estimate is None
    assert (test.summary().lower, test.summary().upper) == (0.0, 2.0)


def test_a_margin_loosens_the_pass():
    """An error of 0.1 is at most 0.1 with a margin of 0.1, and not shown without."""
    ranges, units = forecasts(900, 0.1)
    assert judged(below(0.1, 900, margin=0.15), ranges, units).decision == "PASS"
    assert judged(below(0.1, 900), ranges, units).decision is None


@pytest.mark.parametrize("bound", [0.1, 0.3])
def test_the_fewest_units_that_can_pass(bound):
    """As many units without any error pass at a single look, one less does not."""
    fewest = fewest_that_can_pass(below(bound), TWO)
    for n, word in ((fewest, "PASS"), (fewest - 1, None)):
        assert judged(below(bound, n), TWO, np.zeros((n, 2)), "fixed").decision == word


def test_no_number_of_units_shows_an_error_of_nothing():
    """A bound of 0 is never shown."""
    assert fewest_that_can_pass(below(0.0), ONE, limit=10_000) is None


def test_a_part_outside_its_range_is_an_error():
    """It is the metric's fault, and said so."""
    with pytest.raises(ValueError, match="outside the declared"):
        judged(below(0.2, 20), ONE, np.full((20, 1), 1.5))


@pytest.mark.parametrize(
    ("hypothesis", "ranges", "method", "message"),
    [
        (above(0.2), ONE, "sequential", "write at_most"),
        (below(0.2), ONE, "approximate", "write method: sequential"),
        (below(0.2), [(0.5, 1.0)], "sequential", "holds 0"),
        (below(0.2), [], "sequential", "holds 0"),
    ],
)
def test_what_has_no_such_test_is_refused(hypothesis, ranges, method, message):
    """With the remedy."""
    with pytest.raises(ValueError, match=message):
        AbsoluteSumTest(hypothesis, ranges, method)
