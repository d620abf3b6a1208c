"""Method approximate: the cluster bootstrap, and the verdicts made of it."""

import math

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import matthews_corrcoef
from statistics_references import above, below, run

from robustspec.metrics.expected_calibration_error import ExpectedCalibrationError
from robustspec.metrics.mcc import Mcc
from robustspec.statistics.approximate import ApproximateTest, TableTest
from robustspec.statistics.bootstrap import bootstrap


def mean_of(values):
    """The statistic of a plain mean over distinct units with these values."""
    return lambda counts: counts @ values / counts.sum(axis=1)


def judged(test, values):
    run(test, values)
    test.finish()
    return test


def skewed(n=120, seed=1):
    return np.random.default_rng(seed).beta(4, 1, n)


def class_units(n, wrong=0.2, seed=0):
    """Units of a table of two classes, one case each."""
    rng = np.random.default_rng(seed)
    labels = rng.random(n) < 0.5
    answers = labels ^ (rng.random(n) < wrong)
    return [{(str(label), str(answer)): 1.0} for label, answer in zip(labels, answers, strict=True)]


def table(hypothesis, units, values=None, **method):
    test = TableTest(hypothesis, values or Mcc().values, **method)
    test.extend(units)
    test.finish()
    return test


@pytest.mark.parametrize(("alpha", "sign"), [(0.05, 1), (0.05, -1), (0.01, 1), (0.01, -1)])
def test_bounds_are_those_of_scipy(alpha, sign):
    """BCa bounds of a skewed mean, within the Monte Carlo error of as many resamples."""
    x = skewed()
    side = "greater" if sign > 0 else "less"
    reference = stats.bootstrap(
        (x,), np.mean, n_resamples=20_000, confidence_level=1 - alpha, alternative=side, rng=np.random.default_rng(3)
    ).confidence_interval
    found = bootstrap(np.ones(len(x)), mean_of(x), seed=4, resamples=20_000).bound(alpha, sign)
    error = 3 * math.sqrt(2) * (x.std() / math.sqrt(len(x))) * math.sqrt(alpha * (1 - alpha) / 20_000)
    density = stats.norm.pdf(stats.norm.ppf(alpha))
    assert found == pytest.approx(reference.low if sign > 0 else reference.high, abs=error / density)


def test_bca_bounds_are_not_percentiles():
    """Bias and skewness move both bounds of a skewed mean in one direction, by the formula of Efron and Tibshirani."""
    x = skewed(40)
    seen = bootstrap(np.ones(40), mean_of(x), seed=1)
    jackknife = np.array([np.delete(x, i).mean() for i in range(40)])
    influence = jackknife.mean() - jackknife
    acceleration = (influence**3).sum() / (6 * (influence**2).sum() ** 1.5)
    bias = stats.norm.ppf((seen.values < x.mean()).mean())
    for alpha, sign in ((0.05, 1), (0.05, -1)):
        z = bias + stats.norm.ppf(alpha if sign > 0 else 1 - alpha)
        share = stats.norm.cdf(bias + z / (1 - acceleration * z))
        assert seen.bound(alpha, sign) == pytest.approx(np.quantile(seen.values, share), abs=1e-12)
        assert seen.bound(alpha, sign) < np.quantile(seen.values, alpha if sign > 0 else 1 - alpha)


def test_units_that_are_alike_are_drawn_as_often_as_single_ones():
    """Counts of distinct units give the bounds of the units themselves, within Monte Carlo error."""
    counted = bootstrap(np.array([20.0, 80.0]), mean_of(np.array([0.0, 1.0])), seed=1, resamples=20_000)
    single = bootstrap(np.ones(100), mean_of(np.repeat([0.0, 1.0], [20, 80])), seed=2, resamples=20_000)
    assert counted.acceleration == pytest.approx(single.acceleration)
    assert counted.bound(0.05, 1) == pytest.approx(single.bound(0.05, 1), abs=0.0101)
    assert counted.values.std() == pytest.approx(math.sqrt(0.2 * 0.8 / 100), rel=0.03)


def test_percentile_bounds_where_bca_is_undefined():
    """A statistic that leaving one unit out does not move has no acceleration."""
    counts = np.full(2, 20.0)
    seen = bootstrap(counts, lambda drawn: np.abs(drawn[:, 0] - 20.0).round(-1), seed=1)
    assert seen.acceleration is None
    assert seen.bound(0.05, -1) == pytest.approx(np.quantile(seen.values, 0.95))


def test_memory_limits_do_not_change_the_resamples():
    """However few resamples are made at once, they are the same."""
    x = skewed(50)
    whole = bootstrap(np.ones(50), mean_of(x), seed=1, resamples=300)
    pieces = bootstrap(np.ones(50), mean_of(x), seed=1, resamples=300, width=1 << 19)
    np.testing.assert_allclose(whole.values, pieces.values, rtol=1e-12)


def test_a_clear_mean_is_decided_and_its_bounds_agree():
    """Well above the bound passes, well below fails, at the bound neither; the bounds say why."""
    x = skewed(200)
    low = judged(ApproximateTest(above(x.mean() - 0.05)), x)
    high = judged(ApproximateTest(above(x.mean() + 0.05)), x)
    near = judged(ApproximateTest(above(x.mean())), x)
    assert (low.decision, high.decision, near.decision) == ("PASS", "FAIL", None)
    assert low.summary().lower > x.mean() - 0.05
    assert high.summary().upper < x.mean() + 0.05
    assert near.summary().lower < x.mean() < near.summary().upper


def test_at_most_mirrors_at_least():
    """Errors of 1 - x at most 1 - c are judged as x at least c."""
    x = skewed(200)
    for bound in (x.mean() - 0.05, x.mean(), x.mean() + 0.05):
        mirrored = judged(ApproximateTest(below(1 - bound)), 1 - x)
        assert mirrored.decision == judged(ApproximateTest(above(bound)), x).decision


def test_a_ratio_is_resampled_as_a_ratio():
    """The spread of mean(A) / mean(B) is that of the delta method."""
    rng = np.random.default_rng(5)
    b = rng.integers(0, 4, 400).astype(float)
    a = b * (rng.random(400) < 0.7)
    test = judged(ApproximateTest(above(0.5, 400, denominator_upper=3.0)), (a, b))
    ratio = a.sum() / b.sum()
    error = np.std(a - ratio * b) / b.mean() / math.sqrt(400)
    assert test.decision == "PASS"
    assert test.summary().estimate == pytest.approx(ratio)
    assert test.summary().lower == pytest.approx(ratio - 1.645 * error, abs=0.25 * error)


def test_unbounded_values_can_be_judged():
    """Seconds have no upper bound, which only this method accepts."""
    seconds = np.random.default_rng(6).exponential(1.0, 200)
    assert judged(ApproximateTest(below(1.5, 200, upper=math.inf)), seconds).decision == "PASS"


def test_margin_loosens_the_pass_only():
    """A value at the bound passes with a margin beyond its error, and does not fail."""
    x = skewed(200)
    assert judged(ApproximateTest(above(x.mean(), margin=0.05)), x).decision == "PASS"
    assert judged(ApproximateTest(above(x.mean() + 0.05, margin=0.05)), x).decision == "FAIL"


def test_missing_units_are_judged_in_both_views():
    """What counts as 0 against the PASS and as 1 against the FAIL keeps both from being shown."""
    worst, best = np.repeat([1.0, 0.0], [90, 10]), np.ones(100)
    test = ApproximateTest(above(0.9, 100))
    test.extend((worst, None), (best, None))
    assert test.decision is None
    assert test.reason != ""


@pytest.mark.parametrize(("bound", "values"), [(0.5, np.ones(200)), (0.5, np.zeros(200)), (0.9, np.full(200, 0.95))])
def test_units_that_are_all_alike_decide_nothing(bound, values):
    """Resamples without spread say nothing of the error: no PASS, no FAIL, no bounds, and a reason."""
    test = judged(ApproximateTest(above(bound)), values)
    assert test.decision is None
    assert "one value" in test.reason
    assert test.summary().lower is test.summary().upper is None


def test_a_ratio_without_denominators_decides_nothing():
    """0 / 0 in all, or in too many, resamples gives no bounds."""
    none = judged(ApproximateTest(above(0.5, 50, denominator_upper=1.0)), (np.zeros(50), np.zeros(50)))
    one = np.zeros(50)
    one[0] = 1.0
    few = judged(ApproximateTest(above(0.5, 50, denominator_upper=1.0)), (one, one))
    assert none.decision is few.decision is None
    assert "undefined on these units" in none.reason
    assert "of the resamples" in few.reason


def test_fewer_than_thirty_units_are_invalid():
    """29 units raise with the remedy, 30 are judged."""
    with pytest.raises(ValueError, match="29 units and needs 30 -- add rows"):
        judged(ApproximateTest(above(0.5)), skewed(29))
    assert judged(ApproximateTest(above(0.5)), skewed(30)).decision == "PASS"


def test_a_test_that_was_too_small_still_has_an_estimate():
    """The report of an INVALID arm shows what was seen, without bounds."""
    test = ApproximateTest(above(0.5))
    with pytest.raises(ValueError):
        judged(test, skewed(29))
    assert test.summary().estimate == pytest.approx(skewed(29).mean())
    assert test.summary().lower is None


def test_the_seed_fixes_the_bounds():
    """The same seed gives the same bounds to the last bit, another one others."""
    x = skewed()
    first, again, other = (judged(ApproximateTest(above(0.7, seed=seed)), x).summary() for seed in (1, 1, 2**63))
    assert first == again
    assert first.lower != other.lower


def test_batches_and_order_change_nothing():
    """Units in batches and in another order give the same bounds."""
    x = skewed()
    whole = judged(ApproximateTest(above(0.7)), x).summary()
    pieces = ApproximateTest(above(0.7))
    run(pieces, x[::-1], [7, 50, 63]).finish()
    assert pieces.summary() == whole


def test_nothing_is_decided_before_the_end():
    """Method approximate looks once; before that there are no bounds."""
    test = run(ApproximateTest(above(0.5)), skewed())
    assert test.decision is None
    assert test.summary().lower is None


@pytest.mark.parametrize("facts", [{"form": "quantile"}, {"margin": -0.1}])
def test_a_hypothesis_without_an_approximate_test_is_refused(facts):
    """With the remedy in the message."""
    with pytest.raises(ValueError, match=r"exact|0 or more"):
        ApproximateTest(above(0.5, **facts))


@pytest.mark.parametrize("correlation", [0.1, 0.6])
def test_false_verdicts_at_the_bound_are_near_nominal(correlation):
    """30 instances of 20 perturbations each: 5 in 100 asked for, 5 to 9 in 100 obtained (a seeded sample of 150 runs)."""
    rng, runs = np.random.default_rng(7), 150
    scale = (1 - correlation) / correlation
    words = []
    for seed in range(runs):
        shares = rng.binomial(20, rng.beta(0.8 * scale, 0.2 * scale, 30)) / 20
        words.append(judged(ApproximateTest(above(0.8, 30, seed=seed)), shares).decision)
    limit = 0.09 + 3 * math.sqrt(0.09 * 0.91 / runs)
    assert 0 < words.count("PASS") / runs < limit
    assert words.count("FAIL") / runs < limit


def test_a_table_is_resampled_by_unit():
    """Bounds of an MCC are those of scipy's bootstrap over the same cases, within Monte Carlo error."""
    units = class_units(150)
    pairs = np.array([next(iter(unit)) for unit in units])

    def mcc(index):
        return matthews_corrcoef(*pairs[index.astype(int)].T)

    reference = stats.bootstrap(
        (np.arange(150),), mcc, n_resamples=499, alternative="greater", vectorized=False, rng=np.random.default_rng(1)
    )
    test = table(above(0.3, 150), units)
    assert test.decision == "PASS"
    assert test.summary().estimate == pytest.approx(mcc(np.arange(150)))
    assert test.summary().lower == pytest.approx(reference.confidence_interval.low, abs=0.03)


def test_clusters_widen_the_bounds_of_a_table():
    """Ten copies of a case in one unit are one observation: the bounds are those of the units, not of the cases."""
    units = class_units(100)
    copies = [dict.fromkeys(unit, 10.0) for unit in units]
    assert table(above(0.3, 100), copies).summary() == table(above(0.3, 100), units).summary()


def test_a_table_takes_units_of_several_entries():
    """The entries of a unit are drawn together, with their weights."""
    units = [{("a", "a"): 0.5, ("b", "b"): 0.5}] * 60 + [{("a", "b"): 0.25, ("b", "b"): 0.75}] * 40
    test = table(above(0.3, 100), units)
    expected = Mcc().value({("a", "a"): 30, ("b", "b"): 60, ("a", "b"): 10})
    assert test.summary().estimate == pytest.approx(expected)
    assert test.n == 100


def test_a_perfect_table_never_passes():
    """All right in all resamples: no spread, no verdict."""
    test = table(above(0.5, 100), class_units(100, wrong=0.0))
    assert test.decision is None
    assert "one value" in test.reason


def test_a_table_ends_at_its_horizon_and_waits_for_it():
    """Units after the horizon are no evidence; before it nothing is decided."""
    units, test = class_units(100), TableTest(above(0.3, 60), Mcc().values)
    assert test.extend(units[:50]) is None
    assert test.extend(units[50:]) == 60
    assert test.summary() == table(above(0.3, 60), units[:60]).summary()


def test_the_distinct_units_decide_alike():
    """A verdict is computed again from the distinct units and their counts."""
    first = table(above(0.3, 100), class_units(100))
    again = table(above(0.3, 100), [dict(unit) for unit, count in first.units() for _ in range(count)])
    assert again.summary() == first.summary()
    assert len(first.units()) == 4


@pytest.mark.parametrize(("method", "population"), [("point", "distribution"), ("approximate", "dataset")])
def test_a_comparison_needs_no_thirty_units(method, population):
    """The estimate against the bound; certain, and so its own bounds, where the claim is about these rows."""
    units = [{("a", "a"): 1.0}, {("b", "b"): 1.0}, {("a", "b"): 1.0}]
    value = Mcc().value({("a", "a"): 1.0, ("b", "b"): 1.0, ("a", "b"): 1.0})
    test = table(above(value, 3), units, method=method, population=population)
    assert test.decision == "PASS"
    assert test.summary().lower == (value if population == "dataset" else None)
    assert table(above(value + 0.01, 3), units, method=method, population=population).decision == "FAIL"


def test_a_table_of_29_units_or_without_a_value_is_invalid():
    """Both raise at the end; no unit at all decides nothing."""
    with pytest.raises(ValueError, match="29 units"):
        table(above(0.3), class_units(29))
    with pytest.raises(ValueError, match="undefined on these units"):
        table(above(0.3), class_units(40), values=lambda entries, weights: np.full(len(weights), np.nan))
    empty = table(above(0.3), [])
    assert empty.decision is None
    assert empty.summary().estimate is None


def test_a_table_has_no_sequential_test():
    """Only approximate and point."""
    with pytest.raises(ValueError, match="write method: approximate"):
        TableTest(above(0.5), Mcc().values, "sequential")


def test_a_biased_value_decides_nothing():
    """A calibration error of few units is mostly noise, which resampling doubles: it is neither shown nor refuted."""
    rng = np.random.default_rng(8)
    confidence = 0.5 + 0.5 * rng.random(100)
    right = rng.random(100) < confidence
    metric = ExpectedCalibrationError(field="class")
    units = [{(c, bool(r)): 1.0} for c, r in zip(confidence.tolist(), right, strict=True)]
    test = table(below(0.02, 100), units, metric.values)
    assert test.decision is None
    assert "biased" in test.reason
