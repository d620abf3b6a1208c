"""One side of a hypothesis pair as a bet: what a unit may win and lose against a null.

Against "value < c" a unit gains Z = A - c B, which has a mean below 0 under that null; against "value > c" it gains -Z.
``stake`` is the most that one unit can lose and ``reach`` the most that it can gain, both from the declared ranges of A
and B. Whoever puts the fraction u of their wealth on a unit multiplies it by 1 + u gain / stake >= 0; in the terms of
``statistics.md`` that is 1 - u + u x / m with x = (Z - z_lo) / (z_hi - z_lo) and m = -z_lo / (z_hi - z_lo).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from robustspec.statistics.base import Floats, Hypothesis

SLACK = 1e-9
"""Rounding of averages and weights that is not taken for a counterexample."""

Pair = tuple[Floats, Floats | None]
"""A and B of some units; B is None where it is 1 throughout."""


@dataclass(frozen=True, slots=True)
class Side:
    """The bet that the value is above (``sign`` 1) or below (``sign`` -1) ``null``, at level ``alpha``.

    ``strict`` says that the null excludes its end point: a PASS rejects "value < c", a FAIL rejects "value >= c".
    """

    hypothesis: Hypothesis
    sign: Literal[1, -1]
    alpha: float
    null: float = math.nan
    strict: bool = False

    def at(self, null: float) -> Side:
        """The same bet against another null."""
        return Side(self.hypothesis, self.sign, self.alpha, null, self.strict)

    @property
    def stake(self) -> float:
        """The most that one unit can lose; 0 or less where no value contradicts the bet."""
        low, high = _range(self.hypothesis, self.null)
        return -low if self.sign > 0 else high

    @property
    def reach(self) -> float:
        """The most that one unit can gain."""
        low, high = _range(self.hypothesis, self.null)
        return high if self.sign > 0 else -low

    @property
    def null_mean(self) -> float:
        """The null's mean of x in [0, 1]: stake / (stake + reach), within [0, 1]."""
        stake, reach = max(self.stake, 0.0), max(self.reach, 0.0)
        return stake / (stake + reach) if stake + reach > 0 else 1.0

    @property
    def settled(self) -> bool:
        """Whether the null holds no possible value, as "value < 0" of a share: there is nothing left to show."""
        return self.strict and self.stake <= SLACK

    def returns(self, pair: Pair) -> Floats:
        """Gain of each unit as a share of the stake, at least -1; infinite where a unit alone refutes the null."""
        a, b = pair
        gain = self.sign * (a - self.null * (1.0 if b is None else b))
        stake = self.stake
        if stake <= SLACK:
            return np.where(gain > SLACK, np.inf, 0.0)
        return np.maximum(gain / stake, -1.0)


def pass_side(hypothesis: Hypothesis) -> Side:
    """The bet that a PASS must win; ``margin`` loosens its null."""
    sign: Literal[1, -1] = 1 if hypothesis.at_least else -1
    null = hypothesis.bound - sign * hypothesis.margin
    return Side(hypothesis, sign, hypothesis.alpha_pass, null, strict=True)


def fail_side(hypothesis: Hypothesis) -> Side:
    """The bet that a FAIL must win."""
    sign: Literal[1, -1] = -1 if hypothesis.at_least else 1
    return Side(hypothesis, sign, hypothesis.alpha_fail, hypothesis.bound)


def value_range(hypothesis: Hypothesis) -> tuple[float, float]:
    """The range in which mean(A) / mean(B) lies; its end may be infinite for a ratio that is not nested."""
    if hypothesis.denominator_upper is None:
        return hypothesis.lower, hypothesis.upper
    if hypothesis.nested:
        return 0.0, 1.0
    return hypothesis.lower / hypothesis.denominator_upper, math.inf


def check_hypothesis(hypothesis: Hypothesis) -> None:
    """ValueError where the declared facts cannot carry a guarantee."""
    h = hypothesis
    if not (math.isfinite(h.lower) and math.isfinite(h.upper) and h.lower < h.upper):
        raise ValueError(
            f"values in [{h.lower}, {h.upper}] cannot be tested -- declare finite bounds, or use method: point"
        )
    if h.denominator_upper is not None and (h.lower < 0 or not 0 < h.denominator_upper < math.inf or h.bound < 0):
        raise ValueError("a ratio is tested only where numerator, denominator and bound are 0 or more and bounded")
    if not (0 < h.alpha_pass < 1 and 0 < h.alpha_fail < 1):
        raise ValueError(f"error rates {h.alpha_pass} and {h.alpha_fail} must lie between 0 and 1 -- see confidence")
    if not math.isfinite(h.bound) or h.margin < 0:
        raise ValueError(f"bound {h.bound} with margin {h.margin}: the bound is a number and the margin 0 or more")


def _range(h: Hypothesis, null: float) -> tuple[float, float]:
    """The range of Z = A - null B of one unit."""
    if h.denominator_upper is None:
        return h.lower - null, h.upper - null
    if h.nested:
        return min(0.0, -null * h.denominator_upper), max(0.0, (1.0 - null) * h.denominator_upper)
    return h.lower - null * h.denominator_upper, h.upper
