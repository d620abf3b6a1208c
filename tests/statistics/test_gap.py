"""The gap between the best and the worst of several values."""

import math

import numpy as np
import pytest
from scipy import stats
from statistics_references import above, below

from robustspec.statistics import GapTest


def gap(bound, horizons, method="sequential", population="distribution", **facts):
    facts = {"binary": True, **facts}
    return GapTest(method, population, bound, 0.05, 0.05, [above(0.0, n, **facts) for n in horizons])


def give(test, k, x):
    pair = (np.asarray(x, dtype=float), None)
    return test.extend(k, pair, pair)


def draw(rng, shares, n):
    return [(rng.random(n) < p).astype(float) for p in shares]


def fill(test, streams):
    for k, x in enumerate(streams):
        give(test, k, x)
    test.finish()
    return test


def test_equal_values_pass_and_distant_ones_fail() -> None:
    """Three values of 0.9 are within 0.1; 0.6 is not within 0.1 of 0.9."""
    rng = np.random.default_rng(1)
    assert fill(gap(0.1, [1500] * 3), draw(rng, [0.9] * 3, 1500)).decision == "PASS"
    assert fill(gap(0.1, [1500] * 3), draw(rng, [0.9, 0.9, 0.6], 1500)).decision == "FAIL"


@pytest.mark.parametrize("method", ["sequential", "fixed"])
def test_false_verdicts_at_the_bound(method) -> None:
    """A true gap equal to the bound fails, or passes, in at most 5 % of seeded runs."""
    rng, truth = np.random.default_rng(2), [0.9, 0.8, 0.8]
    runs = 60 if method == "sequential" else 200
    words = [fill(gap(0.1, [120] * 3, method), draw(rng, truth, 120)).decision for _ in range(runs)]
    limit = 0.05 + 3 * math.sqrt(0.05 * 0.95 / runs)
    assert words.count("FAIL") / runs <= limit
    assert words.count("PASS") / runs <= limit


def test_point_fails_satisfied_gaps_that_bounds_do_not() -> None:
    """Ten values that are all alike look far apart to a comparison: the reason for the bounds."""
    rng = np.random.default_rng(3)
    streams = draw(rng, [0.8] * 10, 60)
    assert fill(gap(0.1, [60] * 10, "point"), streams).decision == "FAIL"
    assert fill(gap(0.1, [60] * 10, "fixed"), streams).decision is None


def test_the_summary_of_a_fixed_gap_is_made_of_clopper_pearson_bounds() -> None:
    """max U(alpha/2) - min L(alpha/2), and max L(alpha/2K) - min U(alpha/2K), K = 2."""
    streams = [np.repeat([1.0, 0.0], [90, 10]), np.repeat([1.0, 0.0], [60, 40])]
    seen = fill(gap(0.1, [100] * 2, "fixed"), streams).summary()
    assert seen.estimate == pytest.approx(0.3)
    assert seen.upper == pytest.approx(stats.beta.ppf(0.975, 91, 10) - stats.beta.ppf(0.025, 60, 41))
    assert seen.lower == pytest.approx(stats.beta.ppf(0.0125, 90, 11) - stats.beta.ppf(0.9875, 61, 40))


@pytest.mark.parametrize("size", [1, 5, 64, 1000])
def test_batches_and_turns_do_not_change_the_outcome(size) -> None:
    """Whatever is given to whom first, the decision and the units in evidence are the same."""
    streams = draw(np.random.default_rng(4), [0.9, 0.9, 0.55], 400)
    test, at = gap(0.1, [400] * 3), [0, 0, 0]
    for k in (2, 0, 1) * 400:
        give(test, k, streams[k][at[k] : at[k] + size])
        at[k] += size
    test.finish()
    whole = fill(gap(0.1, [400] * 3), streams)
    assert whole.decision == "FAIL"
    assert (test.decision, test.n, test.summary()) == (whole.decision, whole.n, whole.summary())


def test_it_looks_at_steps_of_seven_or_a_quarter() -> None:
    """Undecided evidence stands at 8, 15, 22, 29, 37, 47 units of each value, however many were given."""
    test, seen = gap(0.5, [400] * 2), []
    half = [1.0, 0.0] * 30
    for unit in range(50):
        give(test, 0, half[unit : unit + 1])
        give(test, 1, half[unit : unit + 1])
        seen.append(test.n // 2)
    assert sorted(set(seen)) == [0, 8, 15, 22, 29, 37, 47]


def test_each_value_has_its_own_horizon() -> None:
    """A small group is full early and waits for the others."""
    test = gap(0.05, [10, 40])
    give(test, 0, [1.0, 0.0] * 5)
    give(test, 1, [1.0, 0.0] * 20)
    assert (test.n, test.finish(), test.summary().n) == (50, None, 50)


def test_no_value_runs_ahead_of_the_slowest() -> None:
    """At most 7 units or 25 %, whichever is more, beyond the slowest value with room, or the next step."""
    test = gap(0.05, [100, 100, 4])
    assert [test.needs(k) for k in range(3)] == [8, 8, 4]
    give(test, 0, np.ones(8))
    give(test, 2, np.ones(4))
    assert [test.needs(k) for k in range(3)] == [0, 8, 0]
    give(test, 1, np.ones(8))
    assert [test.needs(k) for k in range(3)] == [7, 7, 0]


def test_following_the_needs_comes_to_an_end() -> None:
    """A caller that gives just what is needed reaches the decision or all horizons."""
    streams, at = draw(np.random.default_rng(5), [0.9, 0.85], 300), [0, 0]
    test = gap(0.1, [300, 200])
    while test.decision is None and any(test.needs(k) for k in (0, 1)):
        for k in (0, 1):
            n = test.needs(k)
            give(test, k, streams[k][at[k] : at[k] + n])
            at[k] += n
    assert (test.decision, at) == (None, [300, 200])


def test_nothing_is_needed_after_the_decision() -> None:
    """A decided gap takes no more units and keeps its evidence."""
    test = fill(gap(0.1, [400] * 2), [np.ones(400), np.zeros(400)])
    n = test.n
    assert (test.decision, test.needs(0), give(test, 0, np.ones(9)), test.n) == ("FAIL", 0, n, n)


def test_a_dataset_gap_is_compared() -> None:
    """With all rows in, 0.75 and 0.5 are 0.25 apart, which is at most 0.25."""
    streams = [[1, 1, 1, 0], [1, 0, 1, 0]]
    test = fill(gap(0.25, [4, 4], population="dataset"), streams)
    assert (test.decision, test.summary().lower, test.summary().upper) == ("PASS", 0.25, 0.25)
    assert fill(gap(0.24, [4, 4], population="dataset"), streams).decision == "FAIL"


def test_a_value_without_units_decides_nothing() -> None:
    """Nothing is known about the gap to an empty group."""
    test = gap(0.1, [100, 100])
    give(test, 0, np.ones(100))
    assert (test.finish(), test.summary().estimate) == (None, None)


def test_an_unusable_unit_is_an_error() -> None:
    """A score outside the declared bounds is refused when it comes into evidence."""
    test = gap(0.1, [100, 100])
    give(test, 0, [1.0, 2.0] + [1.0] * 6)
    with pytest.raises(ValueError, match="unit 2 has the value 2"):
        give(test, 1, np.ones(8))


def test_missing_outputs_widen_the_gap() -> None:
    """A missing output is taken for the lowest and for the highest score, whichever hurts."""
    low, high = (np.repeat([1.0, 0.0], [8, 2]), None), (np.ones(10), None)
    test = GapTest("point", "distribution", 0.1, 0.05, 0.05, [above(0.0, 10), above(0.0, 10)])
    for k in (0, 1):
        test.extend(k, low, high)
    assert test.finish() is None


def test_the_views_of_a_value_that_is_better_low_are_swapped() -> None:
    """For an error rate the view against the PASS is the higher one; the outcome is the mirror image."""
    low, high = (np.repeat([1.0, 0.0], [80, 20]), None), (np.repeat([1.0, 0.0], [90, 10]), None)
    up = GapTest("fixed", "distribution", 0.3, 0.05, 0.05, [above(0.0, 100), above(0.0, 100)])
    down = GapTest("fixed", "distribution", 0.3, 0.05, 0.05, [below(0.0, 100), below(0.0, 100)])
    for k in (0, 1):
        up.extend(k, low, high)
        down.extend(k, high, low)
    assert up.summary() == down.summary()


def test_continuous_scores_have_a_gap_too() -> None:
    """Scores around 0.8 with little spread are soon shown to be within 0.1."""
    rng = np.random.default_rng(6)
    streams = [np.clip(rng.normal(0.8, 0.1, 600), 0, 1) for _ in range(3)]
    assert fill(gap(0.1, [600] * 3, binary=False), streams).decision == "PASS"
