"""The exact tests: what decides, what may not change the decision, and the edges."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statistics_references import above, below, run

from robustspec.statistics.dataset import DatasetTest
from robustspec.statistics.exact.boundary import coin_boundary
from robustspec.statistics.exact.sequential import ExactDatasetTest, ExactTest

BOTH = pytest.mark.parametrize("kind", [ExactTest, ExactDatasetTest])


def share_above(bound, horizon=200, **facts):
    return above(bound, horizon, binary=True, **facts)


def share_below(bound, horizon=200, **facts):
    return below(bound, horizon, binary=True, **facts)


def coin(p, n=200, seed=3):
    return (np.random.default_rng(seed).random(n) < p).astype(float)


@pytest.mark.parametrize("p", [0.6, 0.75, 0.8, 0.9, 1.0])
def test_it_stops_where_successes_or_failures_first_reach_their_boundary(p) -> None:
    """Looked up for each unit; FAIL first where both are reached."""
    x = coin(p)
    successes, n = np.cumsum(x), np.arange(1, 201)
    passed = successes >= coin_boundary(0.8, 0.05, 200).upto(200)
    failed = n - successes >= coin_boundary(1 - 0.8, 0.05, 200).upto(200)
    stop = int(np.argmax(passed | failed)) if (passed | failed).any() else None
    expected = (None, 200) if stop is None else ("FAIL" if failed[stop] else "PASS", stop + 1)
    test = run(ExactTest(share_above(0.8)), x)
    assert (test.decision, test.n) == expected


@BOTH
@settings(max_examples=40, deadline=None)
@given(x=st.lists(st.sampled_from([0, 0, 1, 1, 1, 1, None]), min_size=1, max_size=80), data=st.data())
def test_batches_do_not_change_the_outcome(kind, x, data) -> None:
    """Decision, n and bounds are identical for any cut into batches, with missing outputs (None) too."""
    views = [(np.array([worst if each is None else each for each in x], float), None) for worst in (0, 1)]
    whole, parts = kind(share_above(0.7, 80)), kind(share_above(0.7, 80))
    whole.extend(*views)
    start = 0
    while start < len(x):
        end = start + data.draw(st.integers(1, len(x)))
        parts.extend(*[(view[start:end], None) for view, _ in views])
        start = end
    assert (parts.decision, parts.n, parts.summary()) == (whole.decision, whole.n, whole.summary())
    assert parts.observed().counts.tolist() == whole.observed().counts.tolist()


@BOTH
@pytest.mark.parametrize("p", [0.97, 0.84, 0.79, 0.5])
def test_the_summary_agrees_with_the_verdict(kind, p) -> None:
    """PASS exactly if the lower bound meets the bound, FAIL exactly if the upper one misses it."""
    test = run(kind(share_above(0.8)), coin(p, 150, 7))
    seen = test.summary()
    assert (test.decision == "PASS") == (seen.lower >= 0.8)
    assert (test.decision == "FAIL") == (seen.upper < 0.8)
    assert seen.lower <= seen.estimate <= seen.upper


@BOTH
def test_at_most_is_the_mirror_image(kind) -> None:
    """ "At most 0.2" of x decides as "at least 0.8" of 1 - x, with mirrored bounds."""
    x = coin(0.07, seed=6)
    low, high = run(kind(share_below(0.2)), x), run(kind(share_above(0.8)), 1 - x)
    assert (low.decision, low.n) == (high.decision, high.n) == ("PASS", low.n)
    assert low.summary().upper == pytest.approx(1 - high.summary().lower, abs=1e-12)
    assert low.summary().lower == pytest.approx(1 - high.summary().upper, abs=1e-12)


@BOTH
def test_units_after_the_decision_are_no_evidence(kind) -> None:
    """The summary of a decided test speaks about the units up to the decision."""
    test = run(kind(share_above(0.9)), np.concatenate((np.ones(60), np.zeros(60))))
    assert (test.decision, test.summary().n, test.summary().estimate) == ("PASS", test.n, 1.0)
    assert test.extend((np.zeros(5), None), (np.zeros(5), None)) == test.n


def test_units_after_the_horizon_are_no_evidence() -> None:
    """The boundaries hold up to the horizon and no further."""
    test = run(ExactTest(share_above(0.8, 20)), [1, 1, 1, 1, 0] * 4 + [0] * 50)
    assert (test.decision, test.n, test.summary().n) == (None, 20, 20)


def test_a_margin_lets_a_model_at_the_bound_pass() -> None:
    """With a margin of 0.1, accuracy 0.9 is soon shown to be above 0.8; a FAIL stays what it was."""
    x = coin(0.9, seed=9)
    without, loose = run(ExactTest(share_above(0.9)), x), run(ExactTest(share_above(0.9, margin=0.1)), x)
    assert (without.decision, loose.decision) == (None, "PASS")
    assert 0.8 <= loose.summary().lower < 0.9
    bad = coin(0.6)
    assert run(ExactTest(share_above(0.9, margin=0.1)), bad).n == run(ExactTest(share_above(0.9)), bad).n


def test_a_margin_plays_no_part_in_a_claim_about_these_units() -> None:
    """As in the comparison of all of them: there is nothing that it could make decidable."""
    x = coin(0.9, seed=9)
    plain, loose = (run(ExactDatasetTest(share_above(0.9, margin=m)), x) for m in (0.0, 0.1))
    assert (plain.decision, plain.n) == (loose.decision, loose.n)


def test_perfection_is_never_shown_of_a_distribution() -> None:
    """No number of perfect units shows that all are, and none without a violation that there is never one."""
    assert run(ExactTest(share_above(1.0, 2000)), np.ones(2000)).decision is None
    assert run(ExactTest(share_below(0.0)), np.zeros(200)).decision is None


@BOTH
def test_one_counterexample_refutes_perfection_at_once(kind) -> None:
    """A single failure refutes "all are right", a single violation "never", at its unit; the bound says so."""
    test = run(kind(share_above(1.0)), [1, 1, 1, 0, 1])
    assert (test.decision, test.n) == ("FAIL", 4)
    assert test.summary().upper < 1
    test = run(kind(share_below(0.0)), [0, 0, 1])
    assert (test.decision, test.n) == ("FAIL", 3)
    assert test.summary().lower > 0


@BOTH
@pytest.mark.parametrize("hypothesis", [share_above(0.0), share_below(1.0)])
def test_a_bound_that_nothing_can_miss_passes_at_the_first_unit(kind, hypothesis) -> None:
    """Nothing is claimed, so nothing is in doubt, whatever the unit is."""
    for value in (0, 1):
        test = run(kind(hypothesis), [value, value])
        assert (test.decision, test.n) == ("PASS", 1)


@BOTH
def test_a_bound_that_nothing_can_meet_fails_at_the_first_unit(kind) -> None:
    """A share above 1 is impossible."""
    test = run(kind(share_above(1.1)), [1, 1])
    assert (test.decision, test.n) == ("FAIL", 1)


@BOTH
def test_no_units_decide_nothing(kind) -> None:
    """Without evidence the bounds are the whole range."""
    test = kind(share_above(0.8))
    seen = test.summary()
    assert test.finish() is None
    assert (seen.n, seen.estimate, seen.lower, seen.upper) == (0, None, 0.0, 1.0)


@BOTH
@pytest.mark.parametrize(("value", "outer"), [(1.0, "upper"), (0.0, "lower")])
def test_bounds_of_units_that_are_all_alike_have_a_width(kind, value, outer) -> None:
    """All right or all wrong: one bound is the end of the scale, the other one is not."""
    seen = run(kind(share_above(0.5, 100)), np.full(5, value)).summary()
    assert getattr(seen, outer) == value == seen.estimate
    assert 0 < seen.upper - seen.lower < 1


@BOTH
@pytest.mark.parametrize("value", [np.nan, np.inf, 0.5, 2.0, -1.0])
def test_an_unusable_unit_is_an_error_unless_the_decision_came_before(kind, value) -> None:
    """Whether a run is invalid does not depend on the size of its batches."""
    with pytest.raises(ValueError, match=r"unit 2 has the value .* outside the declared 0 or 1"):
        run(kind(share_above(0.8)), [1.0, value])
    x = np.ones(100)
    x[90] = value
    for chunks in ([100], [30, 30, 40]):
        assert run(kind(share_above(0.8)), x, chunks).decision == "PASS"


@BOTH
def test_other_spellings_of_0_and_1_are_accepted(kind) -> None:
    """Booleans, integers and a negative zero."""
    plain = run(kind(share_above(0.8)), [1.0, 0.0, 1.0]).summary()
    for x in (np.array([True, False, True]), np.array([1, 0, 1]), np.array([1.0, -0.0, 1.0])):
        test = kind(share_above(0.8))
        test.extend((x, None), (x, None))
        assert test.summary() == plain


@BOTH
def test_other_values_have_another_test(kind) -> None:
    """A hypothesis about scores is refused."""
    with pytest.raises(ValueError, match="use betting"):
        kind(above(0.8))


def test_missing_outputs_count_against_both_verdicts() -> None:
    """All right but for a third missing: neither the PASS nor the FAIL profits from what is not known."""
    test, missing = ExactTest(share_above(0.9)), np.arange(200) % 3 == 0
    test.extend((np.where(missing, 0.0, 1.0), None), (np.ones(200), None))
    assert test.decision is None


@BOTH
def test_fail_wins_where_both_boundaries_are_crossed_at_one_unit(kind) -> None:
    """Two opposite views cross at the same unit: the verdict is FAIL."""
    test = kind(share_above(0.5, horizon=100))
    test.extend((np.ones(100), None), (np.zeros(100), None))
    assert test.decision == "FAIL"


@BOTH
def test_the_evidence_does_not_follow_later_changes_of_the_arrays(kind) -> None:
    """Units are kept as they were when they came."""
    x, test = np.ones(5), kind(share_above(0.9))
    test.extend((x, None), (x, None))
    x[:] = 0
    assert test.summary().estimate == 1.0


@pytest.mark.parametrize("tau", [0.5, 0.8, 0.9])
def test_error_rates_at_the_bound_hold_in_any_order_of_a_data_set(tau) -> None:
    """40 units of which just enough, or one too few, are right: at most 5 % of the orders mislead."""
    rng, runs = np.random.default_rng(4), 1500
    needed = math.ceil(tau * 40)
    limit = 0.05 + 3 * math.sqrt(0.05 * 0.95 / runs)
    for right, wrong_word in ((needed, "FAIL"), (needed - 1, "PASS")):
        x = (np.arange(40) < right).astype(float)
        words = [run(ExactDatasetTest(share_above(tau, 40)), rng.permutation(x)).decision for _ in range(runs)]
        assert words.count(wrong_word) / runs <= limit
        assert words.count(None) == 0


@pytest.mark.parametrize(("bound", "right"), [(0.9, 1800), (0.9, 1799), (0.1 + 0.2, 600), (0.8, 1600)])
def test_all_units_of_a_data_set_decide_as_the_comparison_does(bound, right) -> None:
    """An order that withholds the answer to the last unit: the verdict is the value's, rounding apart."""
    # Successes and failures spread as evenly as they can be, so that nothing shows early.
    x = np.diff(np.arange(2001) * right // 2000).astype(float)
    assert x.sum() == right
    exact = run(ExactDatasetTest(share_above(bound, 2000)), x)
    compared = run(DatasetTest(share_above(bound, 2000)), x)
    assert exact.decision == compared.decision
    if exact.n == 2000:
        assert exact.summary() == compared.summary()


def test_missing_outputs_alone_leave_a_data_set_undecided() -> None:
    """All units are in, and what is not known would turn the value."""
    test = ExactDatasetTest(share_above(0.5, 4))
    test.extend((np.array([1.0, 0, 0, 0]), None), (np.array([1.0, 0, 1, 0]), None))
    assert (test.finish(), test.n) == (None, 4)
    assert (test.summary().lower, test.summary().upper) == (0.25, 0.5)


def test_units_that_never_came_leave_a_data_set_undecided() -> None:
    """The claim is about all of its units."""
    test = run(ExactDatasetTest(share_above(0.5, 40)), [1, 0, 1, 1])
    assert test.finish() is None
    assert 3 / 40 <= test.summary().lower <= 0.5 <= test.summary().upper <= 39 / 40


def test_a_data_set_is_decided_when_the_units_left_cannot_turn_it() -> None:
    """Two of three wrong: "at least half of three" is out of reach, at any error rate."""
    test = run(ExactDatasetTest(share_above(0.5, 3)), [0, 0])
    assert (test.decision, test.n) == ("FAIL", 2)
