"""Claims about a data set, judged while its units are drawn: against all orders of small sets and a plain formula."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statistics_references import above, below, plain_grid, run

from robustspec.statistics.remaining import RemainingTest

UNDECIDABLE = {"alpha_pass": 1e-12, "alpha_fail": 1e-12}


def certain(hypothesis):
    """With error rates of 1e-12 only what cannot be otherwise is decided, for a few units."""
    return RemainingTest(replace(hypothesis, **UNDECIDABLE))


def orders(n, ones):
    """All orders of a data set of 0/1 values."""
    for where in itertools.combinations(range(n), ones):
        x = np.zeros(n)
        x[list(where)] = 1.0
        yield x


def outcomes(hypothesis, population, runs, seed=3):
    """Shares of PASS and FAIL over random orders, and the mean number of units."""
    rng, found = np.random.default_rng(seed), []
    a, b = population if isinstance(population, tuple) else (population, None)
    for _ in range(runs):
        order = rng.permutation(len(a))
        test = run(RemainingTest(hypothesis), a[order] if b is None else (a[order], b[order]))
        found.append((test.decision, test.n))
    words = [word for word, _ in found]
    return words.count("PASS") / runs, words.count("FAIL") / runs, np.mean([n for _, n in found])


def limit(runs):
    return 0.05 + 3 * math.sqrt(0.05 * 0.95 / runs)


@pytest.mark.parametrize(("ones", "wrong"), [(8, "PASS"), (9, "FAIL")])
def test_error_rates_over_all_orders_of_a_small_set(ones, wrong) -> None:
    """8 of 12 miss "at least 0.75" and 9 of 12 meet it: over all orders a quarter or less is judged wrongly, but some is."""
    hypothesis = replace(above(0.75, 12), alpha_pass=0.25, alpha_fail=0.25)
    words = [run(RemainingTest(hypothesis), x).decision for x in orders(12, ones)]
    assert 0 < words.count(wrong) / len(words) <= 0.25
    assert None not in words


@pytest.mark.parametrize(("mean", "wrong"), [(0.8 - 1e-6, 0), (0.8, 1)])
def test_error_rates_of_continuous_values_at_the_bound(mean, wrong) -> None:
    """A mean just below the bound is passed, and one at the bound failed, in at most 5 % of orders."""
    x = np.random.default_rng(1).beta(8, 2, 200) * 0.9
    x += mean - x.mean()
    assert outcomes(above(0.8, 200), np.clip(x, 0, 1), 400)[wrong] <= limit(400)


def test_error_rates_of_a_ratio() -> None:
    """Precision of exactly the bound, with 0 to 3 predictions a unit."""
    predicted = np.tile([0.0, 1.0, 2.0, 3.0, 3.0, 1.0], 40)
    wrong = np.zeros(240)
    wrong[np.flatnonzero(predicted)[:40]] = 1.0
    population = ((predicted - wrong) / 3, predicted / 3)
    assert outcomes(above(0.9, 240, denominator_upper=1.0), population, 300)[1] <= limit(300)


def test_error_rates_of_a_difference() -> None:
    """A drop just above the bound passes in at most 5 % of orders, and one at the bound fails in as few."""
    population = np.repeat([-1.0, 0.0, 1.0], [10, 180, 22])
    assert outcomes(below(0.0565, 212, lower=-1.0), population, 300)[0] <= limit(300)
    assert outcomes(below(12 / 212, 212, lower=-1.0), population, 300)[1] <= limit(300)


@pytest.mark.parametrize(("ones", "word", "units"), [(1800, 0, 128), (1700, 0, 371), (1500, 1, 392)])
def test_it_needs_no_more_units_than_the_exact_test(ones, word, units) -> None:
    """At 0.8 with 2,000 rows, the design's exact test of a data set takes this many units on average; 15 % are allowed."""
    found = outcomes(above(0.8, 2000), np.repeat([1.0, 0.0], [ones, 2000 - ones]), 60)
    assert found[word] >= 0.95
    assert found[2] <= 1.15 * units


def plain_stop(xs, tau, n_all, alpha):
    """The first unit at which the wealth of a PASS is 1 / alpha, by the formula in terms of N tau - S; None if none."""
    fractions, weights = plain_grid(tau, alpha, n_all // 2)
    wealth, total = np.array(weights), 0.0
    for t, x in enumerate(xs):
        mean = (n_all * tau - total) / (n_all - t)
        if mean <= 0:
            return t
        wealth = wealth * (1 - np.array(fractions) + np.array(fractions) * x / mean)
        total += x
        if wealth.sum() >= 1 / alpha:
            return t + 1
    return None


@pytest.mark.parametrize("seed", range(6))
def test_it_stops_where_the_written_out_formula_does(seed) -> None:
    """Factor 1 - u + u x / m with the running mean m = (N tau - S) / (N - n + 1)."""
    xs = np.random.default_rng(seed).beta(8, 2, 300)
    test = run(RemainingTest(above(0.72, 300)), xs)
    assert (test.decision, test.n) == ("PASS", plain_stop(xs, 0.72, 300, 0.05))


def test_a_verdict_falls_when_the_rest_cannot_turn_it() -> None:
    """Of ten units 5 successes show "at least 0.5"; only a sixth failure refutes it."""
    passing, failing = certain(above(0.5, 10)), certain(above(0.5, 10))
    assert [run(passing, [1] * 4).decision, run(passing, [1]).decision, passing.n] == [None, "PASS", 5]
    assert [run(failing, [0] * 5).decision, run(failing, [0]).decision, failing.n] == [None, "FAIL", 6]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_at_the_end_the_verdict_is_the_comparison(data) -> None:
    """Whatever is drawn, with units left out and denominators that vary, the last unit gives the value's verdict."""
    n = data.draw(st.integers(1, 12))
    b = np.array(data.draw(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=n, max_size=n)))
    a = b * np.array(data.draw(st.lists(st.sampled_from([0.0, 0.25, 1.0]), min_size=n, max_size=n)))
    tau, at_least = data.draw(st.sampled_from([0.25, 0.5, 0.8])), data.draw(st.booleans())
    test = certain(replace(above(tau, n, denominator_upper=1.0), at_least=at_least))
    kept = np.flatnonzero(b > 0)
    test.extend((a[kept], b[kept]), (a[kept], b[kept]), kept + 1)
    total = float(np.sum(a - tau * b)) * (1 if at_least else -1)
    expected = None if not len(kept) else "PASS" if total >= -1e-12 else "FAIL"
    assert test.finish() == expected


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 50), st.lists(st.integers(1, 40), max_size=12), st.sampled_from([0.6, 0.75, 0.79, 0.9]))
def test_batches_do_not_change_the_outcome(seed, sizes, tau) -> None:
    """Decision, n and bounds are the same to the bit for any cut, also where units are left out."""
    rng = np.random.default_rng(seed)
    ranks = np.flatnonzero(rng.random(150) < 0.7) + 1
    xs = rng.beta(8, 2, len(ranks))
    cuts = np.cumsum([0, *sizes, len(xs)]).clip(max=len(xs))
    whole, cut = RemainingTest(above(tau, 150)), RemainingTest(above(tau, 150))
    whole.extend((xs, None), (xs, None), ranks)
    for start, end in itertools.pairwise(cuts):
        part = (xs[start:end], None)
        cut.extend(part, part, ranks[start:end])
    assert (cut.decision, cut.n, cut.summary()) == (whole.decision, whole.n, whole.summary())
    assert (cut.finish(), cut.summary()) == (whole.finish(), whole.summary())


def test_units_left_out_are_draws_of_zero() -> None:
    """A rank left out is worth as much as a unit with nothing above or below the fraction line."""
    rng = np.random.default_rng(5)
    b = (rng.random(300) < 0.5).astype(float)
    a = b * (rng.random(300) < 0.97)
    hypothesis, kept = above(0.8, 300, denominator_upper=1.0), np.flatnonzero(b)
    every, some = run(RemainingTest(hypothesis), (a, b)), RemainingTest(hypothesis)
    some.extend((a[kept], b[kept]), (a[kept], b[kept]), kept + 1)
    assert every.decision == some.decision == "PASS"
    assert kept[some.n - 1] + 1 == every.n


def test_the_end_may_come_without_a_last_unit() -> None:
    """Where the last units give no evidence, only the end of the run tells."""
    test = certain(above(0.5, 6))
    ones = (np.array([1.0, 0.0]), None)
    assert (test.extend(ones, ones, np.array([1, 3])), test.finish(), test.n) == (None, "PASS", 2)
    assert (test.summary().lower, test.summary().upper) == (0.5, 0.5)


def test_at_most_is_the_mirror_image() -> None:
    """ "At most 0.2" of x decides as "at least 0.8" of 1 - x, with mirrored bounds."""
    x = (np.random.default_rng(6).random(400) < 0.1).astype(float)
    low, high = run(RemainingTest(below(0.2, 400)), x), run(RemainingTest(above(0.8, 400)), 1 - x)
    assert (low.decision, low.n) == (high.decision, high.n) == ("PASS", low.n)
    assert low.summary().upper == pytest.approx(1 - high.summary().lower, abs=1e-8)
    assert low.summary().lower == pytest.approx(1 - high.summary().upper, abs=1e-8)


@pytest.mark.parametrize("p", [0.97, 0.8, 0.5])
def test_the_summary_agrees_with_the_verdict(p) -> None:
    """PASS exactly if the lower bound meets the bound, FAIL exactly if the upper one misses it."""
    test = run(RemainingTest(above(0.8, 600)), np.random.default_rng(7).random(200) < p)
    seen = test.summary()
    assert (test.decision == "PASS") == (seen.lower >= 0.8)
    assert (test.decision == "FAIL") == (seen.upper < 0.8)
    assert seen.lower < seen.estimate < seen.upper


def test_bounds_hold_the_value_of_the_data_set() -> None:
    """Bounds after 60 of 120 units miss the mean of all 120 in at most 5 % of orders on each side."""
    rng, x, missed = np.random.default_rng(8), np.random.default_rng(9).beta(4, 1, 120), np.zeros(2)
    for _ in range(120):
        seen = run(RemainingTest(above(x.mean(), 120)), rng.permutation(x)[:60]).summary()
        missed += (seen.lower > x.mean(), seen.upper < x.mean())
    assert (missed / 120 <= limit(120)).all()


def test_missing_outputs_that_would_turn_it_leave_it_open() -> None:
    """Half of the units are missing: the value is 0 in one view and 1 in the other, also at the end."""
    test = certain(above(0.5, 8))
    test.extend((np.zeros(8), None), (np.ones(8), None))
    assert (test.finish(), test.n) == (None, 8)


def test_all_ones_show_at_least_one() -> None:
    """About a data set even "all are right" can be shown, with the last unit; one failure refutes it at once."""
    right, wrong = run(RemainingTest(above(1.0, 30)), np.ones(30)), run(RemainingTest(above(1.0, 30)), [1, 1, 0, 1])
    assert (right.decision, right.n) == ("PASS", 30)
    assert (wrong.decision, wrong.n) == ("FAIL", 3)


@pytest.mark.parametrize("hypothesis", [above(0.0, 5), below(1.0, 5)])
def test_a_bound_that_nothing_can_miss_passes_at_the_first_unit(hypothesis) -> None:
    """Nothing is claimed, so nothing is in doubt."""
    assert run(RemainingTest(hypothesis), [0.5, 0.5]).n == 1


def test_equal_values_are_known_only_as_far_as_they_were_seen() -> None:
    """Ten equal scores of 40 leave the rest open: bounds have a width."""
    seen = run(RemainingTest(above(0.85, 40)), np.full(10, 0.9)).summary()
    assert (seen.lower < 0.85, seen.upper > 0.92) == (True, True)


def test_no_units_decide_nothing() -> None:
    """Without evidence the bounds are the whole range, and the end decides nothing."""
    test = RemainingTest(above(0.8, 10))
    assert (test.summary().lower, test.summary().upper) == (0.0, 1.0)
    assert (test.finish(), test.summary().n, test.summary().estimate) == (None, 0, None)


@pytest.mark.parametrize("value", [math.nan, math.inf, 1.5])
def test_an_unusable_unit_is_an_error(value) -> None:
    """A score that is no number in the declared range stops the test."""
    with pytest.raises(ValueError, match="unit 2 has the value"):
        run(RemainingTest(above(0.8, 50)), [1.0, value])


@pytest.mark.parametrize("ranks", [[1, 1], [2, 1], [0, 1], [9, 11], [3]])
def test_ranks_that_do_not_rise_are_an_error(ranks) -> None:
    """A rank out of order would void the countdown."""
    pair = (np.ones(2), None)
    with pytest.raises(ValueError, match="must rise from 1 to 10"):
        RemainingTest(above(0.8, 10)).extend(pair, pair, np.array(ranks))


def test_fail_wins_where_both_boundaries_are_crossed_at_one_unit() -> None:
    """Two opposite views cross at the same unit: the verdict is FAIL."""
    test = RemainingTest(above(0.5, 100))
    test.extend((np.ones(100), None), (np.zeros(100), None))
    assert test.decision == "FAIL"


def test_the_margin_plays_no_part() -> None:
    """A claim about these units is decided without one."""
    x = np.random.default_rng(2).permutation(np.repeat([1.0, 0.0], [79, 21]))
    assert certain(above(0.8, 100, margin=0.1)).extend((x, None), (x, None)) == run(certain(above(0.8, 100)), x).n
