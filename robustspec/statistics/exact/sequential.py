"""Sequential tests of 0/1 units that spend their error rates exactly and look after every unit."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from robustspec.statistics.at_each import AtEachTest
from robustspec.statistics.base import Floats, Hypothesis, Ints
from robustspec.statistics.exact.boundary import Boundary, coin_boundary, urn_boundary
from robustspec.statistics.exact.bounds import count_bound, share_bound
from robustspec.statistics.side import SLACK, Pair, Side, check_hypothesis, fail_side, pass_side

_EQUAL = 1e-12
"""Rounding of the share, as in a comparison of the value with the bound."""


class _Hits:
    """One side of the test: the hits that speak for it, against its boundary."""

    def __init__(self, side: Side, boundary: Boundary) -> None:
        self.side, self.boundary = side, boundary
        self.n = 0
        self._hits = 0

    def extend(self, pair: Pair) -> int | None:
        """Count more units; the index among them of the first one at which the boundary is reached, or None."""
        a, _ = pair
        if not len(a):
            return None
        path = self._hits + _path(self.side, a)
        self.n += len(a)
        self._hits = int(path[-1])
        reached = path >= self.boundary.upto(self.n)[self.n - len(a) :]
        first = int(reached.argmax())
        return first if reached[first] else None

    def soonest(self, most: int) -> int:
        """How many more units it takes to reach the boundary, all of them hits; ``most`` where that is not enough."""
        lines = self.boundary.upto(self.n + most)[self.n :]
        reached = self._hits + np.arange(1, len(lines) + 1) >= lines
        first = int(reached.argmax()) if len(reached) else 0
        return first + 1 if len(reached) and reached[first] else most


def _path(side: Side, a: Floats) -> Ints:
    """The hits after each of the units ``a``: successes where the side wants to show a high share, else failures."""
    ones = np.cumsum(a, dtype=np.int64)
    return ones if side.sign > 0 else np.arange(1, len(a) + 1) - ones


def share_boundary(side: Side, horizon: int) -> Boundary:
    """The boundary at which hits among units of a distribution show that ``side`` is right."""
    null = _hit_chance(side)
    # Where no possible share is in the null there is nothing to show.
    empty = null < -SLACK or (side.strict and null <= SLACK)
    return coin_boundary(None if empty else null, side.alpha, horizon)


def _hit_chance(side: Side) -> float:
    return side.null if side.sign > 0 else 1 - side.null


class _ExactTest(AtEachTest):
    """Two counts of hits against two boundaries; the first to be reached decides, FAIL where both are."""

    def __init__(self, hypothesis: Hypothesis, boundary: Callable[[Side, int], Boundary]) -> None:
        check_binary(hypothesis)
        sides = (pass_side(hypothesis), fail_side(hypothesis))
        self._pass, self._fail = (_Hits(side, boundary(side, hypothesis.horizon)) for side in sides)
        super().__init__(hypothesis, self._pass, self._fail)

    def bounds(self) -> tuple[float, float]:
        """By inversion: the nulls whose boundary the units in evidence have not reached."""
        return self._side_bound("pass", self._pass), self._side_bound("fail", self._fail)

    def _side_bound(self, view: str, hits: _Hits) -> float:
        return self._bound(hits, _path(hits.side, self._evidence.ordered(view)[0]))

    def _bound(self, hits: _Hits, path: Ints) -> float:
        raise NotImplementedError


class ExactTest(_ExactTest):
    """The share of a distribution, from 0/1 units drawn independently.

    False PASS and false FAIL have probability at most ``alpha_pass`` and ``alpha_fail`` whenever the run stops, up to
    ``horizon`` units. ValueError for a hypothesis about other units than 0/1 ones.
    """

    def __init__(self, hypothesis: Hypothesis) -> None:
        super().__init__(hypothesis, share_boundary)

    def _bound(self, hits: _Hits, path: Ints) -> float:
        side, chance = hits.side, _hit_chance(hits.side)
        bound = share_bound(path, chance, hits.boundary, side.alpha)
        if bound != chance:
            return bound if side.sign > 0 else 1 - bound
        # Only just shown. A FAIL refutes the bound itself, which must not look as if it were met.
        just = not side.strict and self.decision == "FAIL"
        return math.nextafter(side.null, side.sign * math.inf) if just else side.null


class ExactDatasetTest(_ExactTest):
    """The share of these ``horizon`` units and no others, all of them 0 or 1, drawn in a random order.

    False PASS and false FAIL have probability at most ``alpha_pass`` and ``alpha_fail`` over the order. With the last unit
    the verdict is the value against the bound, and certain: INCONCLUSIVE only where missing outputs would turn it, or
    where units did not come. The margin plays no part. ValueError for a hypothesis about other units than 0/1 ones.
    """

    def __init__(self, hypothesis: Hypothesis) -> None:
        super().__init__(hypothesis, count_boundary)

    def _bound(self, hits: _Hits, path: Ints) -> float:
        units = max(self._hypothesis.horizon, 1)
        shown = count_bound(path, hit_count(hits.side, units), hits.boundary, hits.side.alpha)
        return shown / units if hits.side.sign > 0 else (units - shown) / units


def hit_count(side: Side, units: int) -> int:
    """The most hits of the null among ``units`` units; below 0 where the null is impossible. The margin plays no part."""
    h = side.hypothesis
    if h.at_least:
        needed = math.ceil((h.bound - _EQUAL) * units)
        return needed - 1 if side.sign > 0 else units - needed
    allowed = math.floor((h.bound + _EQUAL) * units)
    return allowed if side.sign > 0 else units - allowed - 1


def count_boundary(side: Side, units: int) -> Boundary:
    """The boundary at which hits among units drawn without replacement show that ``side`` is right."""
    return urn_boundary(hit_count(side, units), side.alpha, units)


def check_binary(hypothesis: Hypothesis) -> None:
    """ValueError where the hypothesis is not about 0/1 units, or cannot carry a guarantee."""
    check_hypothesis(hypothesis)
    if not hypothesis.binary:
        raise ValueError("the exact test needs units that are 0 or 1 -- use betting for other bounded values")
