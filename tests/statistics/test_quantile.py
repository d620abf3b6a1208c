"""Bounds on a quantile: what it means in either direction, and the exact test of a share behind it."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statistics_references import above, below, run

from robustspec.statistics import make_test
from robustspec.statistics.dataset import DatasetTest
from robustspec.statistics.evidence import count
from robustspec.statistics.exact.sequential import ExactDatasetTest, ExactTest
from robustspec.statistics.fixed import FixedTest
from robustspec.statistics.point import PointTest
from robustspec.statistics.quantile import QuantileTest, as_share, quantile
from robustspec.statistics.remaining import RemainingTest
from robustspec.statistics.sequential import SequentialTest

RUNS = 400
LIMIT = 0.05 + 3 * math.sqrt(0.05 * 0.95 / RUNS)


def seconds(bound, horizon=200, share=0.9, **facts):
    """ "``share`` of the units take at most ``bound`` seconds"; no range is declared."""
    return below(bound, horizon, form="quantile", share=share, lower=0.0, upper=math.inf, **facts)


def scores(bound, horizon=200, share=0.1, **facts):
    """ "All but ``share`` of the units score at least ``bound``"."""
    return above(bound, horizon, form="quantile", share=share, lower=-math.inf, upper=math.inf, **facts)


def latencies(n, seed=0):
    return np.random.default_rng(seed).lognormal(0, 0.5, n)


def test_at_most_is_a_claim_about_the_share_of_values_up_to_the_bound() -> None:
    """ "95 % of units take at most 2 s" is "share of units within 2 s >= 0.95"."""
    inner = as_share(replace(seconds(2.0, 300, 0.95, margin=0.5, seed=7), alpha_pass=0.01, every_unit=False))
    assert (inner.bound, inner.at_least, inner.binary, inner.margin) == (0.95, True, True, 0.0)
    assert (inner.lower, inner.upper, inner.form, inner.horizon) == (0.0, 1.0, "mean", 300)
    assert (inner.alpha_pass, inner.alpha_fail, inner.every_unit, inner.seed) == (0.01, 0.05, False, 7)


@pytest.mark.parametrize("share", [0.1, 0.05, 0.9])
def test_at_least_is_a_claim_about_the_share_of_values_from_the_bound(share) -> None:
    """The 10 % quantile is at least c where 90 % of units reach c; no rounding is left in 1 - q."""
    inner = as_share(scores(0.5, share=share))
    assert (inner.bound, inner.at_least) == (float(f"{1 - share:.2f}"), True)


@pytest.mark.parametrize("share", [0.0, 1.0, 1.5])
def test_a_share_must_leave_something_on_both_sides(share) -> None:
    """The 0 % quantile is no quantile."""
    with pytest.raises(ValueError, match="must lie between 0 and 1"):
        as_share(scores(0.5, share=share))


def test_a_ratio_has_no_quantile() -> None:
    """Units with a denominator have no value each."""
    with pytest.raises(ValueError, match="a ratio has no value"):
        as_share(above(0.5, form="quantile", share=0.1, denominator_upper=1.0))


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5, 0.9])
@pytest.mark.parametrize("n", [1, 4, 10, 37])
def test_the_estimate_is_the_inverted_distribution_of_numpy(share, n) -> None:
    """Smallest v with P(X <= v) >= q for "at most"; for "at least" the mirror image, the largest v."""
    x = latencies(n).round(1)
    assert quantile(count((x, None)), share, False) == np.quantile(x, share, method="inverted_cdf")
    mirrored = -np.quantile(-x, round(1 - share, 12), method="inverted_cdf")
    assert quantile(count((x, None)), share, True) == mirrored


@pytest.mark.parametrize(
    "make", [ExactTest, SequentialTest, FixedTest, PointTest, ExactDatasetTest, DatasetTest, RemainingTest]
)
@pytest.mark.parametrize("hypothesis", [seconds(2.0, 150), scores(0.6, 150)], ids=["at most", "at least"])
def test_it_decides_as_the_test_of_the_share_does(make, hypothesis) -> None:
    """Decision and n are those of the 0/1 values "within the bound"."""
    x = latencies(150, 3)
    inside = x <= 2.0 if not hypothesis.at_least else x >= 0.6
    outer, inner = run(QuantileTest(hypothesis, make), x), run(make(as_share(hypothesis)), inside)
    assert (outer.finish(), outer.n) == (inner.finish(), inner.n)


def test_error_rates_at_the_bound() -> None:
    """A true 90 % quantile exactly at the bound passes, and fails, in at most 5 % of runs."""
    rng, bound = np.random.default_rng(4), math.exp(0.5 * stats.norm.ppf(0.9))
    words = [
        run(QuantileTest(seconds(bound, 150), ExactTest), rng.lognormal(0, 0.5, 150)).decision for _ in range(RUNS)
    ]
    assert max(words.count("PASS"), words.count("FAIL")) / RUNS <= LIMIT


@pytest.mark.parametrize("share", [0.5, 0.8, 0.95])
def test_fixed_bounds_are_those_of_the_order_statistics(share) -> None:
    """The one-sided confidence bounds of a quantile by scipy, for as many units as the horizon has."""
    x = latencies(80, 5)
    seen = run(QuantileTest(seconds(1.0, 80, share), FixedTest), x).summary()
    expected = [
        stats.quantile_test(x, p=share, alternative=side).confidence_interval(0.95) for side in ("less", "greater")
    ]
    assert seen.lower == pytest.approx(expected[1].low)
    assert (seen.upper is None) == bool(np.isnan(expected[0].high))
    if seen.upper is not None:
        assert seen.upper == pytest.approx(expected[0].high)


@pytest.mark.parametrize("bound", [1.2, 1.9, 3.0])
@pytest.mark.parametrize("make", [ExactTest, SequentialTest, FixedTest])
def test_the_summary_agrees_with_the_verdict(make, bound) -> None:
    """PASS exactly if the upper bound is within the bound, FAIL exactly if the lower one is beyond it."""
    test = run(QuantileTest(seconds(bound), make), latencies(200, 6))
    seen = test.summary()
    assert (test.decision == "PASS") == (seen.upper is not None and seen.upper <= bound)
    assert (test.decision == "FAIL") == (seen.lower is not None and seen.lower > bound)


def test_a_data_set_is_certain() -> None:
    """With all units in, both bounds are the quantile itself."""
    x = latencies(60, 7)
    for make in (DatasetTest, ExactDatasetTest, RemainingTest):
        seen = run(QuantileTest(seconds(np.sort(x)[53], 60), make), x)
        assert seen.finish() == "PASS"
    seen = run(QuantileTest(seconds(1.0, 60), DatasetTest), x).summary()
    assert (seen.lower, seen.upper) == (np.sort(x)[53], np.sort(x)[53])


def test_ranks_go_to_the_inner_test() -> None:
    """Of ten units the four that give evidence are all fast; the six others were seen to count for nothing."""
    test, pair = QuantileTest(seconds(2.0, 10, 0.5), RemainingTest), (np.ones(4), None)
    assert test.extend(pair, pair, np.array([2, 5, 9, 10])) is not None
    assert test.decision == "PASS"


def test_a_comparison_has_no_bounds() -> None:
    """The method point prints none."""
    seen = run(QuantileTest(seconds(2.0, 20), PointTest), latencies(20)).summary()
    assert (seen.lower, seen.upper) == (None, None)


def test_a_margin_loosens_the_pass_only() -> None:
    """Units of 2.1 s pass "at most 2 s" with a margin of 0.2, and still fail without one."""
    x = np.full(100, 2.1)
    strict, loose = QuantileTest(seconds(2.0), SequentialTest), QuantileTest(seconds(2.0, margin=0.2), SequentialTest)
    assert run(strict, x).decision == "FAIL"
    loose.extend((x, None), (np.full(100, 1.0), None))
    assert loose.decision == "PASS"


def test_missing_outputs_count_against_both_verdicts() -> None:
    """Every second latency unknown: neither verdict profits."""
    missing = np.arange(200) % 2 == 0
    test = QuantileTest(seconds(2.0, share=0.6), SequentialTest)
    test.extend((np.where(missing, 100.0, 1.0), None), (np.where(missing, 0.0, 1.0), None))
    assert test.decision is None or test.decision == "FAIL"
    assert QuantileTest(seconds(2.0), SequentialTest).extend(*[(np.where(missing, 100.0, 1.0), None)] * 2)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 40), st.lists(st.integers(1, 60), max_size=8), st.sampled_from([1.0, 1.9, 3.0]))
def test_batches_do_not_change_the_outcome(seed, sizes, bound) -> None:
    """Decision, n and bounds are the same for any cut into batches."""
    x, cuts = latencies(200, seed), np.cumsum([0, *sizes, 200]).clip(max=200)
    whole = run(QuantileTest(seconds(bound), SequentialTest), x)
    cut = run(QuantileTest(seconds(bound), SequentialTest), x, [b - a for a, b in itertools.pairwise(cuts)])
    assert (cut.decision, cut.n, cut.summary()) == (whole.decision, whole.n, whole.summary())


def test_no_units_decide_nothing() -> None:
    """Without values there is no quantile and no bound."""
    test = QuantileTest(seconds(2.0), SequentialTest)
    seen = test.summary()
    assert test.finish() is None
    assert (seen.n, seen.estimate, seen.lower, seen.upper) == (0, None, None, None)


def test_all_fast_and_all_slow() -> None:
    """Equal values pass or fail as soon as there are enough; the bound printed is that value, for no unit lies elsewhere."""
    fast, slow = (run(QuantileTest(seconds(2.0), SequentialTest), np.full(200, v)) for v in (1.0, 3.0))
    assert (fast.decision, fast.summary().upper, fast.summary().lower) == ("PASS", 1.0, 1.0)
    assert (slow.decision, slow.summary().lower, slow.summary().upper) == ("FAIL", 3.0, None)


@pytest.mark.parametrize("value", [math.nan, -math.inf, -1.0])
def test_an_unusable_value_is_an_error(value) -> None:
    """A latency is a number of 0 or more, also where it has no upper end."""
    with pytest.raises(ValueError, match="unit 2 has the value"):
        run(QuantileTest(seconds(2.0), SequentialTest), [1.0, value])


@pytest.mark.parametrize("chunks", [[100], [30, 30, 40]])
def test_an_unusable_value_after_the_decision_is_not_looked_at(chunks) -> None:
    """Whether a run is invalid does not depend on the size of its batches."""
    x = np.ones(100)
    x[90] = np.nan
    assert run(QuantileTest(seconds(2.0), SequentialTest), x, chunks).decision == "PASS"


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("method", ["sequential", "fixed", "point"])
@pytest.mark.parametrize("population", ["distribution", "dataset"])
def test_missing_outputs_decide_as_a_value_beyond_the_bound_does(method, population) -> None:
    """Infinity for the PASS and 0 for the FAIL are worth no more and no less than 99 and 0.1."""
    found = []
    for late, early in ((math.inf, 0.0), (99.0, 0.1)):
        on_pass, on_fail = np.full(120, 1.0), np.full(120, 1.0)
        on_pass[[3, 50]], on_fail[[3, 50]] = late, early
        test = make_test(method, population, seconds(2.0, 120))
        test.extend((on_pass, None), (on_fail, None))
        found.append((test.finish(), test.n, test.summary().estimate))
    assert found[0] == found[1]
    assert found[0][0] == "PASS"


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("make", "bound"), [(seconds, 2.0), (scores, 0.5)])
@pytest.mark.parametrize("population", ["distribution", "dataset"])
def test_what_missing_outputs_make_infinite_is_not_printed(make, bound, population) -> None:
    """A fifth without output, where a tenth may miss: neither estimate nor bound is a number, and the other bound is."""
    hypothesis = make(bound, 100)
    worst, best = (math.inf, 0.0) if make is seconds else (-math.inf, math.inf)
    on_pass, on_fail = np.full(100, 1.0), np.full(100, 1.0)
    on_pass[::5], on_fail[::5] = worst, best
    test = make_test("fixed", population, hypothesis)
    test.extend((on_pass, None), (on_fail, None))
    found = test.summary()
    towards_pass, towards_fail = (found.lower, found.upper) if hypothesis.at_least else (found.upper, found.lower)
    assert (test.finish(), found.estimate, towards_pass) == (None, None, None)
    assert towards_fail == 1.0
    assert test.observed().estimate is None


def test_missing_outputs_alone_never_fail() -> None:
    """All of 100 calls without an answer: that is no PASS, and no evidence of a slow one."""
    test = make_test("fixed", "distribution", seconds(2.0, 100))
    test.extend((np.full(100, math.inf), None), (np.zeros(100), None))
    assert test.finish() is None
