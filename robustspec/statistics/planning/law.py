"""How the units of an arm are taken to spread in a plan: a few values of (A, B), with their shares.

A plan assumes one number, the true value; how often a run then passes depends also on the spread of the units. 0/1 values
leave no choice. Scores between two bounds are taken to lie at the bounds, the widest spread there is. Paired numbers
(`drop`, `retention`) are taken to differ in as few units as their value needs, and in 2 of 100 more each way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from robustspec.statistics.base import Floats, Hypothesis, Ints
from robustspec.statistics.side import Pair, Side, value_range

CHANGED = 0.02
"""Share of units that a perturbation turns each way without any effect on the value."""

_CLEAN_RIGHT = 0.95
_REFERENCE_WRONG = 0.3


@dataclass(frozen=True, slots=True)
class Law:
    """Values of (A, B) that a unit may take, shapes (values,), and their shares, which sum to 1.

    ``assumed`` says in words what was chosen here; "" where the hypothesis leaves no choice.
    """

    pair: Pair
    shares: Floats
    assumed: str = ""

    @property
    def mean_b(self) -> float:
        """The mean of B."""
        return 1.0 if self.pair[1] is None else float(self.pair[1] @ self.shares)

    def order(self, side: Side) -> tuple[int, int]:
        """Which value is the worst for the side, and which the best; both 0 where there is one."""
        order = np.argsort(side.returns(self.pair), kind="stable")
        return int(order[0]), int(order[-1])

    def share_of(self, value: int) -> float:
        """The share of one of the values."""
        return float(self.shares[value])

    def units(self, n: int) -> Ints:
        """``n`` units, as positions of their values, in shares as near to the law's as whole numbers can be."""
        ends = np.rint(np.cumsum(self.shares) * n).astype(np.int64)
        return np.repeat(np.arange(len(self.shares)), np.diff(ends, prepend=0))

    def view(self, units: Ints) -> Pair:
        """(A, B) of units that are given as positions."""
        a, b = self.pair
        return a[units], None if b is None else b[units]

    def gains(self, value: float) -> Floats:
        """A - value B of each of the values."""
        a, b = self.pair
        return np.asarray(a - value * (1.0 if b is None else b))

    def variance(self, value: float) -> float:
        """The variance of A - value B, ``value`` being mean(A) / mean(B)."""
        return float(self.gains(value) ** 2 @ self.shares)


def law_of(hypothesis: Hypothesis, value: float) -> Law:
    """Units whose mean(A) / mean(B) is ``value``. ValueError where no units have it."""
    h = hypothesis
    low, high = value_range(h)
    if not low <= value <= high:
        raise ValueError(f"the value {value:g} lies outside [{low:g}, {high:g}] -- expect a value within")
    if h.denominator_upper is not None:
        return _nested(h.denominator_upper, value) if h.nested else _ratio(h, h.denominator_upper, value)
    if h.lower < 0 and h.upper == -h.lower:
        return _paired(h.upper, value)
    right = (value - h.lower) / (h.upper - h.lower)
    assumed = "" if h.binary else "each unit at one of its two bounds: real scores spread less and decide sooner"
    return _law([h.lower, h.upper], None, [1 - right, right], assumed)


def _law(a: list[float], b: list[float] | None, shares: list[float], assumed: str) -> Law:
    """A law without the values that no unit takes."""
    kept = np.array(shares) > 0
    pair = np.array(a)[kept], None if b is None else np.array(b)[kept]
    return Law(pair, np.array(shares)[kept] / np.array(shares)[kept].sum(), assumed)


def _paired(most: float, value: float) -> Law:
    """Units that stay, lose ``most`` or gain ``most``."""
    changed = min(CHANGED, (1 - abs(value) / most) / 2)
    up, down = max(value, 0) / most + changed, max(-value, 0) / most + changed
    words = f"one change of {most:g} in the units that differ, {CHANGED:.0%} of all more each way than the value needs"
    return _law([-most, 0.0, most], None, [down, 1 - up - down, up], words)


def _nested(most: float, value: float) -> Law:
    """Units that are all in the denominator, and all or not at all in the numerator."""
    words = "each unit fully in the denominator, and all or not at all in the numerator"
    return _law([0.0, most], [most, most], [1 - value, value], words)


def _ratio(h: Hypothesis, most: float, value: float) -> Law:
    """Units that have the best or least numerator over the best or least denominator, mostly both alike."""
    c = _CLEAN_RIGHT if h.at_least else _REFERENCE_WRONG
    c = min(c, (1 - CHANGED) / max(value, 1.0))
    both = max(min(c, value * c) - CHANGED, 0.0)
    below, above = c - both, value * c - both
    words = f"a denominator of {c:.0%} of its most, changes in {CHANGED:.0%} more of the units than the value needs"
    ends = [max(h.lower, 0.0), h.upper]
    a, b = [ends[1], ends[0], ends[1], ends[0]], [most, most, 0.0, 0.0]
    return _law(a, b, [both, below, above, 1 - both - below - above], words)
