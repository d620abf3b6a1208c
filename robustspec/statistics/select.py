"""Which test judges an arm, and how few units can pass it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from robustspec.statistics.base import Hypothesis, Method, Population, Test
from robustspec.statistics.betting import units_to_reach
from robustspec.statistics.dataset import DatasetTest
from robustspec.statistics.evidence import Counted
from robustspec.statistics.exact.sequential import ExactDatasetTest, ExactTest, share_boundary
from robustspec.statistics.fixed import FixedTest
from robustspec.statistics.point import PointTest
from robustspec.statistics.search import fewest
from robustspec.statistics.sequential import SequentialTest
from robustspec.statistics.side import SLACK, Side, pass_side

_AFFORDABLE = 1_000_000
"""Units beyond which a PASS is taken to be out of reach."""

_METHODS = ("sequential", "fixed", "approximate", "point")


def check_method(method: Method, population: Population) -> None:
    """ValueError, with the remedy, for a method that has no test."""
    if population != "dataset" and method not in _METHODS:
        raise ValueError(f"there is no method {method} -- write one of {', '.join(_METHODS)}")


def make_test(method: Method, population: Population, hypothesis: Hypothesis) -> Test:
    """A fresh test of ``hypothesis``. ValueError where the method has no test, or the hypothesis none that is valid."""
    check_method(method, population)
    if hypothesis.form == "quantile":
        from robustspec.statistics.quantile import QuantileTest

        return QuantileTest(hypothesis, lambda share: make_test(method, population, share))
    if hypothesis.form == "tail_mean":
        from robustspec.statistics.tail_mean import TailMeanTest

        return TailMeanTest(method, population, hypothesis)
    if population == "dataset":
        return _of_these_rows(method, hypothesis)
    return _of_a_distribution(method, hypothesis)


def _of_these_rows(method: Method, hypothesis: Hypothesis) -> Test:
    if method != "sequential" or not _has_range(hypothesis):
        return DatasetTest(hypothesis)
    if hypothesis.binary and hypothesis.every_unit:
        return ExactDatasetTest(hypothesis)
    from robustspec.statistics.remaining import RemainingTest

    return RemainingTest(hypothesis)


def _has_range(hypothesis: Hypothesis) -> bool:
    """Whether a unit's value is bounded; without bounds the units left may turn any verdict, up to the last of them."""
    ends = hypothesis.lower, hypothesis.upper, hypothesis.denominator_upper or 0.0
    return all(math.isfinite(end) for end in ends)


def _of_a_distribution(method: Method, hypothesis: Hypothesis) -> Test:
    if method == "approximate":
        from robustspec.statistics.approximate import ApproximateTest

        return ApproximateTest(hypothesis)
    if method == "fixed":
        return FixedTest(hypothesis)
    if method == "point":
        return PointTest(hypothesis)
    return ExactTest(hypothesis) if hypothesis.binary else SequentialTest(hypothesis)


def fewest_that_can_pass(
    method: Method, population: Population, hypothesis: Hypothesis, ideal: tuple[float, float | None] | None = None
) -> int | None:
    """The fewest units with which a PASS is possible, every unit being the best there is; None if none ever are.

    ``ideal`` is (A, B) of a unit that is taken for the best, where the best of the declared range is out of reach:
    (0.0, None) for a drop. The answer may exceed the hypothesis's horizon: the arm is then UNREACHABLE.
    """
    check_method(method, population)
    if population == "dataset" or method == "point":
        return 1
    if method == "approximate":
        from robustspec.statistics.approximate import FEWEST_UNITS

        return FEWEST_UNITS
    if hypothesis.form == "quantile":
        from robustspec.statistics.quantile import as_share

        return fewest_that_can_pass(method, population, as_share(hypothesis))
    side = pass_side(hypothesis)
    if side.settled:
        return 1
    best = _best(side) if ideal is None else _one_unit(*ideal)
    if side.returns(best.pair)[0] <= SLACK:
        return None
    if hypothesis.form == "tail_mean":
        return _fewest_by_trial(method, hypothesis, float(best.pair[0][0]))
    if hypothesis.binary:
        return _fewest_hits(side, hypothesis.horizon if method == "sequential" else 0)
    return units_to_reach(side, best, hypothesis.horizon if method == "sequential" else None)


def _fewest_hits(side: Side, horizon: int) -> int:
    """The first unit within ``horizon`` at which a run of hits alone passes; else the fewest of any horizon."""
    boundary, n = share_boundary(side, horizon), 0
    while n < horizon:
        n = min(2 * n + 64, horizon)
        reached = boundary.upto(n) <= np.arange(1, n + 1)
        if reached.any():
            return int(np.argmax(reached)) + 1
    # All alpha spent at once, on the last unit.
    return math.ceil(math.log(side.alpha) / math.log(side.null_mean) - SLACK)


def _fewest_by_trial(method: Method, hypothesis: Hypothesis, best: float) -> int | None:
    """How many units of the value ``best`` the test itself passes; beyond the horizon, the fewest of any horizon."""

    def passed(horizon: int) -> int | None:
        units = np.full(horizon, best), None
        test = make_test(method, "distribution", replace(hypothesis, horizon=horizon))
        test.extend(units, units)
        return test.n if test.finish() == "PASS" else None

    within = passed(hypothesis.horizon) if method == "sequential" else None
    if within is not None:
        return within
    return fewest(lambda horizon: passed(horizon) is not None, _AFFORDABLE)


def _one_unit(a: float, b: float | None) -> Counted:
    return Counted((np.array([a]), None if b is None else np.array([b])), np.ones(1), a if b is None else None)


def _best(side: Side) -> Counted:
    """The unit that gains most: the end of A's range, over the denominator that serves it best."""
    h = side.hypothesis
    if h.denominator_upper is None:
        return _one_unit(h.upper if side.sign > 0 else h.lower, None)
    if h.nested:
        return _one_unit(h.denominator_upper if side.sign > 0 else 0.0, h.denominator_upper)
    return _one_unit(h.upper, 0.0) if side.sign > 0 else _one_unit(h.lower, h.denominator_upper)
