"""The sequential test: its error rates by simulation, and what may not change its verdict."""

import math

import numpy as np
import pytest
from statistics_references import above, below, boundary, run

from robustspec.statistics.sequential import SequentialTest

RUNS = 2000
LIMIT = 0.05 + 3 * math.sqrt(0.05 * 0.95 / RUNS)


def error_rates(hypothesis, draw, seed=11):
    """Shares of runs exactly at the bound that end in PASS and in FAIL."""
    rng = np.random.default_rng(seed)
    words = [run(SequentialTest(hypothesis), draw(rng)).decision for _ in range(RUNS)]
    return words.count("PASS") / RUNS, words.count("FAIL") / RUNS


def cluster_means(rng, mean, n=200, items=20, icc=0.3):
    """Means of 20 correlated 0/1 items a unit."""
    strength = (1 - icc) / icc
    return rng.binomial(items, rng.beta(mean * strength, (1 - mean) * strength, n)) / items


def precision(rng, tau, n=200):
    """A unit has 0 to 3 positive predictions, each right with probability tau; parts are divided by 3."""
    predicted = rng.integers(0, 4, n)
    return rng.binomial(predicted, tau) / 3, predicted / 3


def retention(rng, n=200):
    """Clean accuracy 0.9; perturbed, 0.8 of the right answers stay right and 0.1 of the wrong ones turn: 0.73 / 0.9."""
    clean = rng.random(n) < 0.9
    return np.where(clean, rng.random(n) < 0.8, rng.random(n) < 0.1).astype(float), clean.astype(float)


@pytest.mark.parametrize("tau", [0.8, 0.9, 0.95])
def test_error_rates_of_binary_values(tau) -> None:
    """False PASS and false FAIL are at most 5 % at the bound."""
    rates = error_rates(above(tau, binary=True), lambda rng: (rng.random(200) < tau).astype(float))
    assert max(rates) <= LIMIT


def test_error_rates_of_cluster_means() -> None:
    """Correlated items within a unit do no harm, since the unit is what is counted."""
    assert max(error_rates(above(0.8), lambda rng: cluster_means(rng, 0.8))) <= LIMIT


def test_error_rates_of_a_drop() -> None:
    """A paired drop of 0.05 at the bound "at most 0.05", values -1, 0 and 1."""
    hypothesis = below(0.05, lower=-1.0, upper=1.0)
    rates = error_rates(hypothesis, lambda rng: rng.choice([-1.0, 0.0, 1.0], 200, p=[0.05, 0.85, 0.10]))
    assert max(rates) <= LIMIT


def test_error_rates_of_a_ratio_with_random_denominators() -> None:
    """Precision 0.9 where the number of predictions varies by unit."""
    assert max(error_rates(above(0.9, denominator_upper=1.0), lambda rng: precision(rng, 0.9))) <= LIMIT


def test_error_rates_of_a_retention() -> None:
    """Retention 0.73 / 0.9 at its bound."""
    assert max(error_rates(above(0.73 / 0.9, denominator_upper=1.0, nested=False), retention)) <= LIMIT


def test_a_good_and_a_bad_model_are_told_apart() -> None:
    """Power is not lost: accuracy 0.97 passes and 0.7 fails "at least 0.8" in nearly all runs of 200."""
    rng, words = np.random.default_rng(2), {0.97: [], 0.7: []}
    for p, found in words.items():
        found += [run(SequentialTest(above(0.8)), rng.random(200) < p).decision for _ in range(200)]
    assert words[0.97].count("PASS") >= 190
    assert words[0.7].count("FAIL") >= 150


def test_it_stops_where_the_written_out_formula_crosses() -> None:
    """The decision of 0/1 values is the first n at which successes or failures reach their boundary."""
    pass_at, fail_at = boundary(0.8, 0.05, 200), boundary(1 - 0.8, 0.05, 200)
    rng = np.random.default_rng(3)
    for p in (0.6, 0.75, 0.9, 1.0):
        x = (rng.random(200) < p).astype(float)
        wins = np.cumsum(x)
        n = np.arange(1, 201)
        failed, passed = n - wins >= fail_at, wins >= pass_at
        stop = int(np.argmax(failed | passed)) if (failed | passed).any() else None
        expected = (None, 200) if stop is None else ("FAIL" if failed[stop] else "PASS", stop + 1)
        test = run(SequentialTest(above(0.8)), x)
        assert (test.decision, test.n) == expected


@pytest.mark.parametrize("chunks", [[1] * 200, [7, 8, 9, 176], [199, 1], [50] * 4])
def test_batches_do_not_change_the_outcome(chunks) -> None:
    """Decision, n and bounds are identical for any cut into batches."""
    x = np.random.default_rng(4).beta(9, 1, 200)
    whole, cut = run(SequentialTest(above(0.85)), x), run(SequentialTest(above(0.85)), x, chunks)
    assert whole.decision == "PASS"
    assert (cut.decision, cut.n, cut.summary()) == (whole.decision, whole.n, whole.summary())


def test_the_order_within_the_evidence_does_not_change_the_bounds() -> None:
    """Undecided evidence in another order gives the same summary."""
    x = np.random.default_rng(8).beta(8, 2, 100)
    one, other = SequentialTest(above(0.8, horizon=400)), SequentialTest(above(0.8, horizon=400))
    assert run(one, x).summary() == run(other, x[::-1]).summary()


def test_units_after_the_decision_are_no_evidence() -> None:
    """The summary of a decided test speaks about the units up to the decision."""
    x = np.concatenate((np.ones(60), np.zeros(60)))
    whole = run(SequentialTest(above(0.9)), x)
    assert (whole.decision, whole.summary().n, whole.summary().estimate) == ("PASS", whole.n, 1.0)
    assert whole.extend((np.zeros(5), None), (np.zeros(5), None)) == whole.n


def test_at_most_is_the_mirror_image() -> None:
    """ "At most 0.2" of x decides as "at least 0.8" of 1 - x, with mirrored bounds."""
    x = (np.random.default_rng(6).random(200) < 0.07).astype(float)
    low, high = run(SequentialTest(below(0.2)), x), run(SequentialTest(above(0.8)), 1 - x)
    assert (low.decision, low.n) == (high.decision, high.n) == ("PASS", low.n)
    assert low.summary().upper == pytest.approx(1 - high.summary().lower, abs=1e-8)
    assert low.summary().lower == pytest.approx(1 - high.summary().upper, abs=1e-8)


@pytest.mark.parametrize("p", [0.97, 0.84, 0.5])
def test_the_summary_agrees_with_the_verdict(p) -> None:
    """PASS exactly if the lower bound meets the bound, FAIL exactly if the upper one misses it."""
    test = run(SequentialTest(above(0.8)), np.random.default_rng(7).random(200) < p)
    seen = test.summary()
    assert (test.decision == "PASS") == (seen.lower >= 0.8)
    assert (test.decision == "FAIL") == (seen.upper < 0.8)
    assert seen.lower < seen.estimate < seen.upper


def test_a_margin_lets_a_model_at_the_bound_pass() -> None:
    """With a margin of 0.1, accuracy 0.9 is soon shown to be above 0.8."""
    x = (np.random.default_rng(9).random(200) < 0.9).astype(float)
    without, with_margin = SequentialTest(above(0.9)), SequentialTest(above(0.9, margin=0.1))
    assert (run(without, x).decision, run(with_margin, x).decision) == (None, "PASS")
    assert 0.8 <= with_margin.summary().lower < 0.9


def test_at_least_one_is_never_shown() -> None:
    """No number of perfect units shows that all units are perfect."""
    assert run(SequentialTest(above(1.0, horizon=2000)), np.ones(2000)).decision is None


def test_one_counterexample_refutes_at_least_one() -> None:
    """A single failure refutes "all are right", at its unit."""
    test = run(SequentialTest(above(1.0)), [1, 1, 1, 0, 1])
    assert (test.decision, test.n) == ("FAIL", 4)


def test_one_counterexample_refutes_at_most_zero() -> None:
    """A single violation refutes "never"; none of them shows it."""
    test = run(SequentialTest(below(0.0)), [0, 0, 1])
    assert (test.decision, test.n) == ("FAIL", 3)
    assert run(SequentialTest(below(0.0)), np.zeros(200)).decision is None


def test_one_counterexample_refutes_a_precision_of_one() -> None:
    """The nested ratio has the same end."""
    test = run(SequentialTest(above(1.0, denominator_upper=1.0)), ([1, 0, 0], [1, 0, 1]))
    assert (test.decision, test.n) == ("FAIL", 3)


@pytest.mark.parametrize("hypothesis", [above(0.0), below(1.0)])
def test_a_bound_that_nothing_can_miss_passes_at_the_first_unit(hypothesis) -> None:
    """Nothing is claimed, so nothing is in doubt."""
    test = run(SequentialTest(hypothesis), [0.5, 0.5])
    assert (test.decision, test.n) == ("PASS", 1)


def test_no_units_decide_nothing() -> None:
    """Without evidence the bounds are the whole range."""
    test = SequentialTest(above(0.8))
    seen = test.summary()
    assert test.finish() is None
    assert (seen.n, seen.estimate, seen.lower, seen.upper) == (0, None, 0.0, 1.0)


def test_an_unusable_unit_is_an_error() -> None:
    """A score outside the declared bounds stops the test: the guarantee would be void."""
    with pytest.raises(ValueError, match=r"unit 2 has the value 1\.5"):
        run(SequentialTest(above(0.8)), [1.0, 1.5])


@pytest.mark.parametrize("chunks", [[100], [30, 30, 40]])
def test_an_unusable_unit_after_the_decision_is_not_looked_at(chunks) -> None:
    """Whether a run is invalid does not depend on the size of its batches."""
    x = np.ones(100)
    x[90] = np.nan
    assert run(SequentialTest(above(0.8)), x, chunks).decision == "PASS"


def test_missing_outputs_count_against_both_verdicts() -> None:
    """All right but for a third missing: neither the PASS nor the FAIL profits from what is not known."""
    test, missing = SequentialTest(above(0.9)), np.arange(200) % 3 == 0
    test.extend((np.where(missing, 0.0, 1.0), None), (np.ones(200), None))
    assert test.decision is None


def test_fail_wins_where_both_boundaries_are_crossed_at_one_unit() -> None:
    """Two opposite views cross at the same unit: the verdict is FAIL."""
    test = SequentialTest(above(0.5, horizon=100))
    test.extend((np.ones(100), None), (np.zeros(100), None))
    assert test.decision == "FAIL"
