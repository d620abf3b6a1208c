"""How runs of the exact tests end, against the design's simulated tables and a plain recursion."""

import math

import numpy as np
import pytest
from exact_references import plain_ends
from statistics_references import above, below, run

from robustspec.statistics.exact.operating import operating
from robustspec.statistics.exact.sequential import ExactTest, count_boundary, share_boundary
from robustspec.statistics.side import fail_side, pass_side

# Difference of the true share from the bound: simulated P(PASS), P(FAIL) and mean calls (tables A and A', 10,000 runs each).
TABLE = {
    (0.8, "distribution"): [
        (-0.10, 0, 1, 167),
        (-0.05, 0, 1, 487),
        (-0.02, 0.002, 0.634, 1406),
        (-0.01, 0.010, 0.247, 1772),
        (0, 0.047, 0.051, 1901),
        (0.01, 0.245, 0.006, 1783),
        (0.02, 0.654, 0.001, 1407),
        (0.05, 1, 0, 446),
        (0.10, 1, 0, 137),
    ],
    (0.9, "distribution"): [
        (-0.10, 0, 1, 115),
        (-0.05, 0, 1, 327),
        (-0.02, 0.001, 0.838, 1136),
        (-0.01, 0.005, 0.364, 1680),
        (0, 0.050, 0.050, 1901),
        (0.01, 0.366, 0.004, 1689),
        (0.02, 0.881, 0, 1082),
        (0.05, 1, 0, 258),
        (0.10, 1, 0, 62),
    ],
    (0.8, "dataset"): [
        (-0.10, 0, 1, 154),
        (-0.05, 0, 1, 392),
        (-0.02, 0.002, 0.998, 986),
        (-0.01, 0.006, 0.994, 1449),
        (0, 0.949, 0.051, 1894),
        (0.01, 0.997, 0.003, 1458),
        (0.02, 0.999, 0.001, 978),
        (0.05, 1, 0, 371),
        (0.10, 1, 0, 128),
    ],
}
ROWS = [(*key, *row) for key, rows in TABLE.items() for row in rows]


@pytest.mark.parametrize(("tau", "population", "difference", "p_pass", "p_fail", "calls"), ROWS)
def test_the_tables_of_the_design(tau, population, difference, p_pass, p_fail, calls) -> None:
    """Within three errors of the simulation, its last digit added; the number of calls spreads by at most 700."""
    ends = operating(above(tau, 2000, binary=True), min(tau + difference, 1.0), population)
    for expected, found in ((p_pass, ends.p_pass), (p_fail, ends.p_fail)):
        assert abs(found - expected) <= 3 * math.sqrt(found * (1 - found) / 10_000) + 0.0015
    assert abs(ends.mean_units - calls) <= 3 * min(700, calls) / 100 + 0.5


@pytest.mark.parametrize(
    ("tau", "units", "share", "p_pass", "calls"), [(0.9, 500, 0.94, 0.908, 264), (0.95, 1000, 0.97, 0.898, 544)]
)
def test_the_examples_of_the_planner(tau, units, share, p_pass, calls) -> None:
    """Numbers of the design's section 11, which are exact."""
    ends = operating(above(tau, units, binary=True), share)
    assert ends.p_pass == pytest.approx(p_pass, abs=5e-4)
    assert ends.mean_units == pytest.approx(calls, abs=0.5)


@pytest.mark.parametrize("tau", [0.5, 0.8, 0.9, 0.95, 0.99])
@pytest.mark.parametrize("units", [50, 200, 500])
def test_error_rates_at_the_bound(tau, units) -> None:
    """False PASS and false FAIL at the bound are at most alpha, for a requirement and its mirror image."""
    for ends in (
        operating(above(tau, units, binary=True), tau),
        operating(below(1 - tau, units, binary=True), 1 - tau),
    ):
        assert max(ends.p_pass, ends.p_fail) <= 0.05 + 1e-12


@pytest.mark.parametrize("share", [0.0, 0.55, 0.8, 0.9, 1.0])
@pytest.mark.parametrize("hypothesis", [above(0.8, 150, binary=True), below(0.3, 150, binary=True)])
def test_it_equals_a_plain_recursion(hypothesis, share) -> None:
    """Without a band and without blocks; for both populations."""
    sides = pass_side(hypothesis), fail_side(hypothesis)
    hits = share if hypothesis.at_least else 1 - share
    for population, boundary, truth in (
        ("distribution", share_boundary, hits),
        ("dataset", count_boundary, (round(150 * hits), 150)),
    ):
        expected = plain_ends(*(boundary(side, 150).upto(150) for side in sides), truth)
        ends = operating(hypothesis, share, population)
        assert (ends.p_pass, ends.p_fail, ends.mean_units) == pytest.approx(expected, abs=1e-9)


def test_it_equals_runs_of_the_test() -> None:
    """Within three errors of 2,000 runs."""
    hypothesis, rng = above(0.8, 100, binary=True, margin=0.02), np.random.default_rng(8)
    tests = [run(ExactTest(hypothesis), rng.random(100) < 0.86) for _ in range(2000)]
    ends, passed = operating(hypothesis, 0.86), np.mean([test.decision == "PASS" for test in tests])
    assert abs(passed - ends.p_pass) <= 3 * math.sqrt(ends.p_pass * (1 - ends.p_pass) / 2000)
    n = np.array([test.n for test in tests])
    assert abs(n.mean() - ends.mean_units) <= 3 * n.std() / math.sqrt(2000)


def test_a_data_set_is_always_decided() -> None:
    """Just enough right units are a PASS, one less a FAIL, but for alpha."""
    hypothesis = above(0.9, 50, binary=True)
    enough, too_few = operating(hypothesis, 45 / 50, "dataset"), operating(hypothesis, 44 / 50, "dataset")
    assert enough.p_pass + enough.p_fail == pytest.approx(1)
    assert enough.p_fail <= 0.05
    assert too_few.p_pass <= 0.05


@pytest.mark.parametrize(
    ("bound", "share", "ends"), [(0.0, 0.3, (1, 0, 1)), (1.0, 1.0, (0, 0, 60)), (1.0, 0.0, (0, 1, 1))]
)
def test_the_ends_of_the_scale(bound, share, ends) -> None:
    """A bound of 0 passes at once; a bound of 1 never, and one counterexample fails it."""
    found = operating(above(bound, 60, binary=True), share)
    assert (found.p_pass, found.p_fail, found.mean_units) == pytest.approx(ends)


def test_no_units_end_nothing() -> None:
    """An empty horizon."""
    found = operating(above(0.8, 0, binary=True), 0.9)
    assert (found.p_pass, found.p_fail, found.mean_units) == (0, 0, 0)


def test_impossible_shares_and_other_values_are_refused() -> None:
    """A share lies between 0 and 1, and units are 0 or 1."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        operating(above(0.8, binary=True), 1.2)
    with pytest.raises(ValueError, match="0 or 1"):
        operating(above(0.8), 0.9)
