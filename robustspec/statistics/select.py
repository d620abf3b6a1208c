"""Which test judges an arm, and how few units can pass it."""

from __future__ import annotations

import math

import numpy as np

from robustspec.statistics.base import Hypothesis, Method, Population, Test
from robustspec.statistics.betting import units_to_reach
from robustspec.statistics.dataset import DatasetTest
from robustspec.statistics.evidence import Counted
from robustspec.statistics.fixed import FixedTest
from robustspec.statistics.point import PointTest
from robustspec.statistics.sequential import SequentialTest
from robustspec.statistics.side import SLACK, Side, pass_side

_TESTS: dict[str, type[SequentialTest | FixedTest | PointTest]] = {
    "sequential": SequentialTest,
    "fixed": FixedTest,
    "point": PointTest,
}


def check_method(method: Method, population: Population) -> None:
    """ValueError, with the remedy, for a method that has no test."""
    if population != "dataset" and method not in _TESTS:
        raise ValueError(
            f"method: {method} is not available for this requirement -- write method: point for a comparison without "
            "guarantee, or use a metric with bounded values"
        )


def make_test(method: Method, population: Population, hypothesis: Hypothesis) -> Test:
    """A fresh test of ``hypothesis``. ValueError where the method has no test, or the hypothesis none that is valid."""
    check_method(method, population)
    return DatasetTest(hypothesis) if population == "dataset" else _TESTS[method](hypothesis)


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
    side = pass_side(hypothesis)
    if side.settled:
        return 1
    best = _best(side) if ideal is None else _one_unit(*ideal)
    if side.returns(best.pair)[0] <= SLACK:
        return None
    if method == "fixed" and hypothesis.binary:
        return math.ceil(math.log(side.alpha) / math.log(side.null_mean) - SLACK)
    return units_to_reach(side, best, hypothesis.horizon if method == "sequential" else None)


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
