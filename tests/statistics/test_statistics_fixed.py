"""The test that judges once, at its end."""

import math

import numpy as np
import pytest
from scipy import stats
from statistics_references import above, below, run

from robustspec.statistics.fixed import FixedTest


def binary(successes, n):
    return np.repeat([1.0, 0.0], [successes, n - successes])


@pytest.mark.parametrize("successes", range(170, 200, 3))
def test_pass_and_fail_of_binary_values_are_those_of_the_binomial_test(successes) -> None:
    """PASS where the one-sided p-value against 0.9 is at most 5 %, FAIL where the other one is."""
    test = run(FixedTest(above(0.9, binary=True)), binary(successes, 200))
    passed = stats.binomtest(successes, 200, 0.9, alternative="greater").pvalue <= 0.05
    failed = stats.binomtest(successes, 200, 0.9, alternative="less").pvalue < 0.05
    assert test.finish() == ("FAIL" if failed else "PASS" if passed else None)


def test_bounds_of_binary_values_are_clopper_pearson() -> None:
    """The summary carries the two one-sided bounds, each at its own level."""
    hypothesis = above(0.9, binary=True)
    seen = run(FixedTest(hypothesis), binary(185, 200)).summary()
    assert seen.lower == pytest.approx(stats.beta.ppf(0.05, 185, 16))
    assert seen.upper == pytest.approx(stats.beta.ppf(0.95, 186, 15))


def test_at_most_is_the_mirror_image() -> None:
    """No violation among 59 shows "at most 5 %", among 58 it does not."""
    assert run(FixedTest(below(0.05, 59, binary=True)), np.zeros(59)).decision == "PASS"
    assert run(FixedTest(below(0.05, 58, binary=True)), np.zeros(58)).decision is None


def test_nothing_is_decided_before_the_horizon() -> None:
    """However clear the evidence is, it waits."""
    test = FixedTest(above(0.5, 100, binary=True))
    ones = (np.ones(99), None)
    assert test.extend(ones, ones) is None
    last = (np.ones(1), None)
    assert test.extend(last, last) == 100


def test_finish_judges_what_came() -> None:
    """Where the data end before the horizon, the test is judged on them."""
    test = run(FixedTest(above(0.8, 400, binary=True)), np.ones(50))
    assert (test.decision, test.finish(), test.n) == (None, "PASS", 50)


def test_batches_do_not_change_the_outcome() -> None:
    """Decision and bounds are the same for any cut."""
    x = np.random.default_rng(1).beta(9, 1, 200)
    whole, cut = run(FixedTest(above(0.85)), x), run(FixedTest(above(0.85)), x, [1, 3, 96, 100])
    assert whole.decision == "PASS"
    assert (whole.decision, whole.summary()) == (cut.decision, cut.summary())


def test_error_rates_of_bounded_values() -> None:
    """A betting bound evaluated once is wrong in at most 5 % of seeded runs at the bound."""
    rng = np.random.default_rng(2)
    words = [run(FixedTest(above(0.8)), rng.beta(4, 1, 200)).decision for _ in range(1000)]
    limit = 0.05 + 3 * math.sqrt(0.05 * 0.95 / 1000)
    assert words.count("PASS") / 1000 <= limit
    assert words.count("FAIL") / 1000 <= limit


def test_no_units_decide_nothing() -> None:
    """Without evidence the bounds are the whole range."""
    test = FixedTest(above(0.8, binary=True))
    assert test.finish() is None
    assert (test.summary().lower, test.summary().upper) == (0.0, 1.0)


def test_all_equal_values_have_bounds_of_some_width() -> None:
    """Zero variance is no certainty."""
    seen = run(FixedTest(above(0.8, 30)), np.full(30, 0.9)).summary()
    assert seen.lower < 0.85 < 0.91 < seen.upper


def test_an_unusable_unit_is_an_error() -> None:
    """A value outside the declared bounds is refused."""
    with pytest.raises(ValueError, match="0 or 1"):
        run(FixedTest(above(0.8, binary=True)), [1.0, 0.5])
