"""The mean of the worst share of units: its value, its error rates, and what may not change its verdict."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statistics_references import above, below, run

from robustspec.statistics.evidence import count
from robustspec.statistics.sequential import SequentialTest
from robustspec.statistics.tail_mean import TailMeanTest, tail_mean

LOSSES = np.array([0.1, 0.2, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.9, 1.0])
RUNS = 100
LIMIT = 0.05 + 3 * math.sqrt(0.05 * 0.95 / RUNS)


def worst_scores(bound, horizon=200, share=0.2, **facts):
    """ "The worst ``share`` of scores has a mean of at least ``bound``"."""
    return above(bound, horizon, form="tail_mean", share=share, **facts)


def worst_losses(bound, horizon=200, share=0.2, **facts):
    """ "The worst ``share`` of losses has a mean of at most ``bound``"."""
    return below(bound, horizon, form="tail_mean", share=share, higher_is_better=False, **facts)


def sequential(hypothesis):
    return TailMeanTest("sequential", "distribution", hypothesis)


def fixed(hypothesis):
    return TailMeanTest("fixed", "distribution", hypothesis)


def three_points(rng, n=200):
    """Scores 0.2, 0.6 and 1 with shares 0.1, 0.2 and 0.7: the worst fifth has the mean 0.4."""
    return rng.choice([0.2, 0.6, 1.0], n, p=[0.1, 0.2, 0.7])


def test_the_known_value() -> None:
    """The worst fifth of ten losses is (0.9 + 1.0) / 2."""
    assert tail_mean(count((LOSSES, None)), 0.2, lowest=False) == pytest.approx(0.95)
    assert tail_mean(count((LOSSES, None)), 0.2, lowest=True) == pytest.approx(0.15)


def test_the_last_value_counts_in_part() -> None:
    """A quarter of ten losses is two and a half of them."""
    assert tail_mean(count((LOSSES, None)), 0.25, lowest=False) == pytest.approx((1.0 + 0.9 + 0.5 * 0.7) / 2.5)


@pytest.mark.parametrize("share", [0.05, 0.1, 0.33, 0.5, 1.0])
@pytest.mark.parametrize("seed", range(3))
def test_the_value_is_the_maximum_that_the_test_is_built_on(share, seed) -> None:
    """max over t of the mean of t - (t - x)+ / share, by brute force over the values seen."""
    x = np.random.default_rng(seed).beta(4, 1, 41).round(2)
    expected = max(np.mean(t - np.maximum(t - x, 0) / share) for t in x)
    assert tail_mean(count((x, None)), share, lowest=True) == pytest.approx(expected)


def test_of_all_units_it_is_the_mean() -> None:
    """A share of 1 leaves out nothing."""
    assert tail_mean(count((LOSSES, None)), 1.0, lowest=True) == pytest.approx(LOSSES.mean())


@pytest.mark.parametrize("make", [sequential, fixed])
def test_error_rates_at_the_bound(make) -> None:
    """A worst fifth with a mean of exactly the bound passes, and fails, in at most 5 % of runs."""
    rng = np.random.default_rng(1)
    words = [run(make(worst_scores(0.4)), three_points(rng)).decision for _ in range(RUNS)]
    assert max(words.count("PASS"), words.count("FAIL")) / RUNS <= LIMIT


@pytest.mark.parametrize(("bound", "word"), [(0.25, "PASS"), (0.6, "FAIL")])
@pytest.mark.parametrize("make", [sequential, fixed])
def test_a_good_and_a_bad_tail_are_told_apart(make, bound, word) -> None:
    """A worst fifth of 0.4 is shown to be above 0.25 and below 0.6, in most runs."""
    rng = np.random.default_rng(2)
    words = [run(make(worst_scores(bound, 400)), three_points(rng, 400)).decision for _ in range(20)]
    assert words.count(word) >= 16


def test_a_share_of_one_costs_little_against_the_mean_itself() -> None:
    """With nothing left out the units needed stay within twice those of a plain mean."""
    x = np.random.default_rng(3).beta(8, 2, 400)
    tail, plain = run(sequential(worst_scores(0.7, 400, 1.0)), x), run(SequentialTest(above(0.7, 400)), x)
    assert tail.decision == plain.decision == "PASS"
    assert tail.n <= 2 * plain.n


def test_high_losses_are_the_mirror_image_of_low_scores() -> None:
    """ "Worst losses at most 0.5" of x decides as "worst scores at least 0.5" of 1 - x."""
    x = three_points(np.random.default_rng(4), 400)
    low, high = run(sequential(worst_scores(0.3, 400)), x), run(sequential(worst_losses(0.7, 400)), 1 - x)
    assert (low.decision, low.n) == (high.decision, high.n) == ("PASS", low.n)
    assert low.summary().lower == pytest.approx(1 - high.summary().upper, abs=1e-6)
    assert low.summary().upper == pytest.approx(1 - high.summary().lower, abs=1e-6)


def test_a_bound_in_the_other_direction_swaps_the_verdicts() -> None:
    """Where low values are worst, "tail mean at most c" passes where "at least c" fails."""
    x = three_points(np.random.default_rng(5), 400)
    at_most = replace(worst_scores(0.6, 400), at_least=False)
    failed, passed = run(sequential(worst_scores(0.6, 400)), x), run(sequential(at_most), x)
    assert (failed.decision, passed.decision, failed.n) == ("FAIL", "PASS", passed.n)


@pytest.mark.parametrize("bound", [0.2, 0.4, 0.65])
@pytest.mark.parametrize("make", [sequential, fixed])
def test_the_summary_agrees_with_the_verdict(make, bound) -> None:
    """PASS exactly if the lower bound meets the bound, FAIL exactly if the upper one misses it."""
    test = run(make(worst_scores(bound)), three_points(np.random.default_rng(6)))
    seen = test.summary()
    assert (test.decision == "PASS") == (seen.lower >= bound)
    assert (test.decision == "FAIL") == (seen.upper < bound)
    assert seen.lower < seen.estimate < seen.upper


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 40), st.lists(st.integers(1, 60), max_size=8), st.sampled_from([0.2, 0.4, 0.7]))
def test_batches_do_not_change_the_outcome(seed, sizes, bound) -> None:
    """Decision, n and bounds are the same to the bit for any cut into batches."""
    x = np.random.default_rng(seed).beta(4, 2, 120)
    cuts = np.cumsum([0, *sizes, 120]).clip(max=120)
    hypothesis = worst_scores(bound, 120, 0.3)
    whole, cut = run(sequential(hypothesis), x), run(sequential(hypothesis), x, np.diff(cuts).tolist())
    assert (cut.decision, cut.n, cut.summary()) == (whole.decision, whole.n, whole.summary())


def test_a_data_set_is_compared() -> None:
    """With all rows in, the tail mean is the value, and both bounds are."""
    test = TailMeanTest("sequential", "dataset", worst_losses(0.95, 10))
    assert (run(test, LOSSES, [4, 6]).decision, test.summary().lower, test.summary().upper) == ("PASS", 0.95, 0.95)
    assert run(TailMeanTest("fixed", "dataset", worst_losses(0.94, 10)), LOSSES).decision == "FAIL"


def test_a_data_set_decides_nothing_before_its_end() -> None:
    """With rows to come, the bounds are the whole range."""
    test = run(TailMeanTest("sequential", "dataset", worst_losses(0.95, 11)), LOSSES)
    assert (test.decision, test.summary().lower, test.summary().upper) == (None, 0.0, 1.0)
    assert test.finish() == "PASS"


def test_point_compares_without_bounds() -> None:
    """The plug-in estimate against the bound, and no range needed."""
    test = TailMeanTest("point", "distribution", worst_losses(0.9, 10, upper=math.inf))
    assert (run(test, LOSSES).decision, test.summary().lower, test.summary().upper) == ("FAIL", None, None)


@pytest.mark.parametrize("make", [sequential, fixed])
def test_no_units_decide_nothing(make) -> None:
    """Without evidence the bounds are the whole range."""
    test = make(worst_scores(0.4))
    seen = test.summary()
    assert test.finish() is None
    assert (seen.n, seen.estimate, seen.lower, seen.upper) == (0, None, 0.0, 1.0)


def test_all_right_and_all_wrong() -> None:
    """Perfect scores pass, scores of 0 fail, and both keep bounds of some width."""
    right, wrong = run(sequential(worst_scores(0.5)), np.ones(200)), run(sequential(worst_scores(0.5)), np.zeros(200))
    assert (right.decision, wrong.decision) == ("PASS", "FAIL")
    assert right.summary().lower < 1.0
    assert wrong.summary().upper > 0.0


def test_a_bound_at_either_end() -> None:
    """ "At least 0" passes at the first unit; one unit below 1 refutes "at least 1", which none can show."""
    trivial, refuted = run(sequential(worst_scores(0.0)), [0.5]), run(sequential(worst_scores(1.0)), [1, 1, 0.9])
    assert (trivial.decision, trivial.n) == ("PASS", 1)
    assert (refuted.decision, refuted.n) == ("FAIL", 3)
    assert run(sequential(worst_scores(1.0)), np.ones(200)).decision is None


def test_a_margin_loosens_the_pass_only() -> None:
    """A tail mean of 0.4 is soon shown to be above 0.4 - 0.2."""
    x = three_points(np.random.default_rng(7), 200)
    assert run(sequential(worst_scores(0.4)), x).decision is None
    assert run(sequential(worst_scores(0.4, margin=0.2)), x).decision == "PASS"


def test_missing_outputs_count_against_both_verdicts() -> None:
    """A third of the units unknown: the worst fifth could be all 0 or all 1."""
    test, missing = sequential(worst_scores(0.5)), np.arange(200) % 3 == 0
    test.extend((np.where(missing, 0.0, 1.0), None), (np.ones(200), None))
    assert test.decision is None


def test_fail_wins_where_both_are_shown_at_one_unit() -> None:
    """Opposite views of a data set: the verdict is open; of a bet, FAIL."""
    test = sequential(worst_scores(0.5, 100, 1.0))
    test.extend((np.ones(100), None), (np.zeros(100), None))
    assert test.decision == "FAIL"


@pytest.mark.parametrize("value", [math.nan, math.inf, 1.5])
def test_an_unusable_unit_is_an_error(value) -> None:
    """A score that is no number in the declared range stops the test."""
    with pytest.raises(ValueError, match="unit 2 has the value"):
        run(sequential(worst_scores(0.4)), [1.0, value])


@pytest.mark.parametrize(
    ("method", "facts", "message"),
    [
        ("approximate", {}, "write method: sequential or fixed"),
        ("sequential", {"share": 0.0}, "at most 1"),
        ("sequential", {"share": 1.5}, "at most 1"),
        ("fixed", {"upper": math.inf}, "declare finite bounds"),
        ("fixed", {"denominator_upper": 1.0}, "a ratio has no value"),
    ],
)
def test_what_cannot_be_tested_is_an_error(method, facts, message) -> None:
    """Each says what to write instead."""
    with pytest.raises(ValueError, match=message):
        TailMeanTest(method, "distribution", replace(worst_scores(0.4), **facts))
