"""The two tests that compare the value with the bound: point, and the claim about these rows."""

import numpy as np
import pytest
from statistics_references import above, below, run

from robustspec.statistics.dataset import DatasetTest
from robustspec.statistics.point import PointTest

BOTH = pytest.mark.parametrize("kind", [PointTest, DatasetTest])


@BOTH
@pytest.mark.parametrize(("bound", "word"), [(0.75, "PASS"), (0.7500001, "FAIL"), (0.5, "PASS")])
def test_the_estimate_is_compared_with_the_bound(kind, bound, word) -> None:
    """Three of four right meets 0.75 and nothing above it."""
    assert run(kind(above(bound, 4)), [1, 1, 0, 1]).decision == word


@BOTH
def test_at_most_is_compared_the_other_way(kind) -> None:
    """One violation in four misses "at most 0.2"."""
    assert run(kind(below(0.2, 4)), [0, 0, 1, 0]).decision == "FAIL"


@BOTH
def test_rounding_does_not_turn_equality_into_a_fail(kind) -> None:
    """Ten times 0.1 is a hair below 1 in floating point, and meets a bound that it equals."""
    assert run(kind(above(0.3, 3)), [0.1 + 0.2, 0.3, 0.3 - 1e-16]).decision == "PASS"


@BOTH
def test_nothing_is_decided_before_the_end(kind) -> None:
    """Half of the units decide nothing; all of them do."""
    test = run(kind(above(0.5, 8)), np.ones(4))
    assert (test.decision, test.finish()) == (None, "PASS")


@BOTH
def test_a_ratio_without_denominators_decides_nothing(kind) -> None:
    """Precision without a single prediction is neither right nor wrong."""
    test = run(kind(above(0.5, 3, denominator_upper=1.0)), ([0, 0, 0], [0, 0, 0]))
    assert (test.finish(), test.summary().estimate) == (None, None)


@BOTH
def test_missing_outputs_that_would_turn_the_result_leave_it_open(kind) -> None:
    """0.7 if the missing are wrong and 0.9 if they are right: 0.8 is neither met nor missed."""
    test = kind(above(0.8, 10))
    test.extend((np.repeat([1.0, 0.0], [7, 3]), None), (np.repeat([1.0, 0.0], [9, 1]), None))
    assert test.finish() is None


def test_a_point_test_has_no_bounds() -> None:
    """It guarantees nothing, so it prints none."""
    seen = run(PointTest(above(0.5, 2)), [1, 0]).summary()
    assert (seen.n, seen.estimate, seen.lower, seen.upper) == (2, 0.5, None, None)


def test_the_bounds_of_a_complete_dataset_are_its_value() -> None:
    """Once all rows are in there is nothing left to estimate; before that, everything."""
    test = run(DatasetTest(above(0.5, 4)), [1, 0])
    assert (test.summary().lower, test.summary().upper) == (0.0, 1.0)
    run(test, [1, 1])
    assert (test.summary().lower, test.summary().upper) == (0.75, 0.75)
