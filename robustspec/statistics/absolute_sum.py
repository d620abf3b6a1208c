"""The sum of the absolute means of several parts, bounded without assumptions: an exact calibration error.

An expected calibration error is the sum over bins b of |E[Z_b]|, with Z_b = right - confidence of a case in bin b and 0
of any other. With bounds L_b and U_b of each mean at alpha / 2B, all of them hold with probability 1 - alpha, and the sum
lies between sum max(0, L_b, -U_b) and sum max(|L_b|, |U_b|). That is conservative: the plug-in value of few units is too
high, and so are these bounds, but they are never wrong more often than alpha.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from robustspec.statistics.base import Floats, Hypothesis, Ints, Method, Summary
from robustspec.statistics.betting import invert, open_grid
from robustspec.statistics.evidence import Counted, Evidence
from robustspec.statistics.gap import ahead
from robustspec.statistics.search import fewest
from robustspec.statistics.side import Side, check_hypothesis

Ranges = Sequence[tuple[float, float]]
"""The range of each part, which holds 0."""

_EQUAL = 1e-12
_FIRST = 8
_TOLERANCE = 1e-5


class AbsoluteSumTest:
    """PASS where sum max(|L_b|, |U_b|) is at most the bound, FAIL where sum max(0, L_b, -U_b) is above it.

    ``ranges`` gives the parts; bounds A of the hypothesis are not read, and the requirement must be "at most". Under
    ``sequential`` the bounds are those of confidence sequences, looked at when there are 8, 15, 22, 29, 37, ... units (7
    more, or 25 %) and at the end; under ``fixed`` at the end only. ValueError for another method or hypothesis.
    """

    def __init__(self, hypothesis: Hypothesis, ranges: Ranges, method: Method = "sequential") -> None:
        _check(hypothesis, ranges, method)
        self._hypothesis, self._horizon = hypothesis, hypothesis.horizon
        self._parts = [_part(hypothesis, low, high) for low, high in ranges]
        self._evidence = [Evidence(part) for part in self._parts]
        self._looks_early = method == "sequential"
        self._waiting = np.empty((0, len(self._parts)))
        self._closed = False
        self.decision: Literal["PASS", "FAIL"] | None = None
        self.n = 0

    def extend(self, units: Floats, drawn: Ints | None = None) -> int | None:
        """Take more units, the mean of each of their parts, units x parts; the unit at which the test decided, or None.

        ValueError when a part outside its range comes into evidence.
        """
        if not self._closed:
            self._waiting = np.concatenate((self._waiting, np.asarray(units, dtype=np.float64)))
            self._look()
        return self.n if self.decision else None

    def needs(self) -> int:
        """How many units to give before the next look."""
        return 0 if self._closed else max(0, self._next_look() - self.n - len(self._waiting))

    def finish(self) -> Literal["PASS", "FAIL"] | None:
        """No more units will come: look at all there are."""
        if not self._closed:
            self._horizon = min(self._horizon, self.n + len(self._waiting))
            self._look()
            self._closed = True
        return self.decision

    def summary(self) -> Summary:
        """The plug-in sum; ``upper`` is the bound that a PASS needs, ``lower`` that of a FAIL."""
        h, seen = self._hypothesis, self._seen()
        lower, upper = self._lower(seen, h.alpha_fail), self._upper(seen, h.alpha_pass)
        return Summary(self.n, self._estimate(seen) if self.n else None, lower, upper)

    def _next_look(self) -> int:
        if not self._looks_early:
            return self._horizon
        return min(self._horizon, self.n + ahead(self.n) if self.n else _FIRST)

    def _look(self) -> None:
        while not self._closed and self.n < self._horizon and self.n + len(self._waiting) >= self._next_look():
            self._advance(self._next_look() - self.n)
            self._judge()
        self._closed = self._closed or self.n == self._horizon

    def _advance(self, count: int) -> None:
        """Move units into evidence."""
        units, self._waiting = self._waiting[:count], self._waiting[count:]
        for evidence, values in zip(self._evidence, units.T, strict=True):
            _, _, fault = evidence.take((values, None), (values, None))
            if fault is not None:
                self._closed = True
                raise fault
        self.n += count

    def _judge(self) -> None:
        """The bounds are worked out only on the side to which the plug-in value points."""
        h, seen = self._hypothesis, self._seen()
        if self._estimate(seen) > h.bound:
            failed = self._lower(seen, h.alpha_fail) > h.bound + _EQUAL
            self.decision = "FAIL" if failed else None
        if self.decision is None and self._estimate(seen) <= h.bound + h.margin:
            passed = self._upper(seen, h.alpha_pass) <= h.bound + h.margin + _EQUAL
            self.decision = "PASS" if passed else None
        self._closed = self.decision is not None

    def _seen(self) -> list[Counted]:
        return [evidence.counted("pass") for evidence in self._evidence]

    def _estimate(self, seen: Sequence[Counted]) -> float:
        return sum(abs(each.estimate or 0.0) for each in seen)

    def _upper(self, seen: Sequence[Counted], alpha: float) -> float:
        most = sum(max(-part.lower, part.upper) for part in self._parts)
        return min(sum(max(-low, high) for low, high in self._limits(seen, alpha)), most)

    def _lower(self, seen: Sequence[Counted], alpha: float) -> float:
        return sum(max(0.0, low, -high) for low, high in self._limits(seen, alpha))

    def _limits(self, seen: Sequence[Counted], alpha: float) -> list[tuple[float, float]]:
        """Bounds of each part's mean, all of which hold with probability 1 - alpha."""
        return [_interval(part, each, alpha / (2 * len(seen))) for part, each in zip(self._parts, seen, strict=True)]


def fewest_that_can_pass(hypothesis: Hypothesis, ranges: Ranges, limit: int = 10_000_000) -> int | None:
    """The fewest units with which a PASS is possible, all parts of every unit being 0; None where ``limit`` is too few."""
    alpha, allowed = hypothesis.alpha_pass / (2 * len(ranges)), hypothesis.bound + hypothesis.margin

    def enough(n: int) -> bool:
        nothing = Counted((np.zeros(1), None), np.array([float(n)]), 0.0)
        limits = (_interval(_part(hypothesis, low, high), nothing, alpha) for low, high in ranges)
        return sum(max(-low, high) for low, high in limits) <= allowed + _EQUAL

    return fewest(enough, limit)


def _part(hypothesis: Hypothesis, low: float, high: float) -> Hypothesis:
    """One part's mean, of which only the range and the horizon are read."""
    return replace(
        hypothesis, lower=low, upper=high, bound=low, margin=0.0, denominator_upper=None, binary=False, form="mean"
    )


def _interval(part: Hypothesis, seen: Counted, alpha: float) -> tuple[float, float]:
    """Bounds of a part's mean, each at ``alpha``; the ends of its range without units."""
    grid = open_grid()
    low, high = (invert(Side(part, sign, alpha), seen, grid, _TOLERANCE) for sign in (1, -1))
    return low, high


def _check(h: Hypothesis, ranges: Ranges, method: Method) -> None:
    if method not in ("sequential", "fixed"):
        raise ValueError(f"method {method} has no bounds of this kind -- write method: sequential, or fixed")
    if h.at_least:
        raise ValueError("a sum of absolute means can only be shown to be small -- write at_most")
    if not ranges or any(not low <= 0 <= high for low, high in ranges):
        raise ValueError("every part of the metric needs a range that holds 0 -- correct the metric's part_ranges")
    check_hypothesis(replace(h, lower=0.0, upper=1.0, denominator_upper=None))
