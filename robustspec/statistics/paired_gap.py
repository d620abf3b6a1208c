"""The gap between several values that have units of their own, judged by the differences of paired units.

The n-th unit of one value is paired with the n-th of another. They are drawn independently, so that every difference has
the mean by which the two values differ. PASS when each ordered pair (i, j) is shown to differ by at most ``bound``, at
``alpha_pass``: a false one needs the pair that truly differs most to be wrong (intersection-union test, Berger 1982).
FAIL when one of the K (K - 1) ordered pairs is shown to differ by more, at ``alpha_fail`` / (K (K - 1)). A difference
varies by sqrt 2 of what a value does where two bounds lie twice as far apart, and no error rate is shared between two
bounds: `robustspec.statistics.gap.GapTest` needs about twice as many units.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from robustspec.statistics.base import Floats, Hypothesis, Method, Population
from robustspec.statistics.betting import enough, horizon_grid
from robustspec.statistics.evidence import Counted
from robustspec.statistics.gap import GapTest
from robustspec.statistics.side import Side, fail_side, pass_side

MOST_UNEVEN = 16
"""How many times the smallest horizon the largest may be: beyond, the bounds of each value, which use all units of the large
one, are about as near."""

MOST_VALUES = 50
"""Of more values there are too many pairs."""

_TOLERANCE = 1e-5

_AT_ONCE = 4096
"""Units that are worked on together, so that memory stays small."""

Mask = npt.NDArray[np.bool_]
"""Which ordered pairs, shape (values, values)."""


class _Bets:
    """The bets of one side on each ordered pair (i, j), whose n-th unit is worth ``first[i, n] - second[j, n]``.

    ``first`` and ``second`` have the shape (values, units) and hold NaN where a value has no such unit. Each pair bets by
    the grid of its own horizon, the smaller of two.
    """

    def __init__(self, side: Side, horizons: Sequence[int]) -> None:
        self.side = side
        of_pair = np.minimum.outer(horizons, horizons)
        grids = {horizon: horizon_grid(side, horizon) for horizon in set(of_pair.ravel().tolist())}
        shape = (*of_pair.shape, max(len(grid.fractions) for grid in grids.values()))
        # Shorter grids are filled up with bets of no weight.
        self._fractions, self._log_weights = np.ones(shape), np.full(shape, -math.inf)
        for horizon, grid in grids.items():
            here, size = of_pair == horizon, len(grid.fractions)
            self._fractions[here, :size], self._log_weights[here, :size] = grid.fractions, grid.log_weights
        self._vectors = np.zeros(shape)
        self.pairs: Mask = ~np.eye(len(of_pair), dtype=bool)
        self.refuted: Mask = np.zeros_like(self.pairs)

    def bet(self, first: Floats, second: Floats) -> None:
        """Bet on more units, one by one. A null that is refuted once stays so."""
        for start in range(0, first.shape[1], _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            for i, others in enumerate(self.pairs & ~self.refuted):
                if others.any():
                    growth = self._growth(self.side, i, others, first[:, part], second[:, part])
                    self.refuted[i, others] = self._enough(self.side, self._path(i, others, growth)).any(axis=-1)

    def _path(self, i: int, others: Mask, growth: Floats) -> Floats:
        """The log-wealth after each unit, shape (others, units)."""
        path = np.cumsum(np.concatenate((self._vectors[i, others][..., np.newaxis], growth), axis=-1), axis=-1)
        self._vectors[i, others] = path[..., -1]
        return np.asarray(np.logaddexp.reduce(self._log_weights[i, others][..., np.newaxis] + path[..., 1:], axis=1))

    def refuted_at(self, null: float, pairs: Mask, first: Floats, second: Floats) -> Mask:
        """Which of ``pairs`` refute another null, by all their units."""
        side, found = self.side.at(null), np.zeros_like(pairs)
        for i, others in enumerate(pairs):
            if others.any():
                logs = self._log_weights[i, others]
                for start in range(0, first.shape[1], _AT_ONCE):
                    part = slice(start, start + _AT_ONCE)
                    logs = logs + self._growth(side, i, others, first[:, part], second[:, part]).sum(axis=-1)
                found[i, others] = self._enough(side, np.logaddexp.reduce(logs, axis=-1))
        return found

    def _growth(self, side: Side, i: int, others: Mask, first: Floats, second: Floats) -> Floats:
        """The logarithm of what each unit multiplies each bet by, shape (others, fractions, units)."""
        returns = side.returns((first[i] - second[others], None))
        # A unit that is not there neither wins nor loses.
        returns = np.where(np.isnan(returns), 0.0, returns)[:, np.newaxis]
        with np.errstate(divide="ignore"):
            return np.asarray(np.log1p(self._fractions[i, others][..., np.newaxis] * returns))

    def _enough(self, side: Side, wealth: Floats) -> Mask:
        return np.full(wealth.shape, True) if side.settled else enough(wealth, side.alpha)


class PairedGapTest(GapTest):
    """A sequential `GapTest` for streams that have no unit in common. It advances and looks as its base does.

    ``upper`` of its summary is the largest gap of a pair that is not refuted, at ``bound`` or below exactly after a PASS;
    ``lower`` is the largest that is shown of any pair, at ``bound`` or above exactly after a FAIL.
    """

    def __init__(
        self,
        bound: float,
        alpha_pass: float,
        alpha_fail: float,
        streams: Sequence[Hypothesis],
        margin: float = 0.0,
    ) -> None:
        super().__init__("sequential", "distribution", bound, alpha_pass, alpha_fail, streams, margin)
        low, high = min(stream.lower for stream in streams), max(stream.upper for stream in streams)
        horizons, pairs = [stream.horizon for stream in streams], len(streams) * (len(streams) - 1)
        plain = Hypothesis(bound, False, alpha_pass, alpha_fail / max(pairs, 1), max(horizons), low - high, high - low)
        self._near = _Bets(pass_side(replace(plain, margin=margin)), horizons)
        self._apart = _Bets(fail_side(plain), horizons)
        self._bet_on = 0

    def _test(self) -> tuple[bool, bool]:
        """PASS where all pairs are shown to be near, FAIL where any is shown to be apart."""
        lows, highs = self._units(self._bet_on)
        self._bet_on = self._step
        self._near.bet(highs, lows)
        self._apart.bet(lows, highs)
        if any(stream.evidence.n == 0 for stream in self._streams):
            return False, False
        return bool(self._near.refuted[self._near.pairs].all()), bool(self._apart.refuted.any())

    def _units(self, start: int) -> tuple[Floats, Floats]:
        """The units in evidence after the first ``start``, shape (values, units), with what is missing as low as can be and
        as high; NaN where a value has no more."""
        low, high = np.full((2, len(self._streams), self._step - start), math.nan)
        for k, stream in enumerate(self._streams):
            for view, values in (("pass", low), ("fail", high)):
                part = stream.evidence.ordered(view)[0][start:]
                values[k, : len(part)] = part
        return low, high

    def _bounds(self, views: Sequence[tuple[Counted, Counted]]) -> tuple[float, float]:
        """The least that some pair differs by, and the most that any does."""
        lows, highs = self._units(0)
        return self._least(lows, highs), self._most(highs, lows)

    def _most(self, first: Floats, second: Floats) -> float:
        """The least null that all pairs refute: the top of the range where there is none."""
        bets, null = self._near, self._near.side.null
        passed, (inner, outer) = bets.refuted[bets.pairs].all(), _ends(bets.side)
        inner, outer = (inner, min(null, outer)) if passed else (max(inner, null), outer)
        left = bets.pairs if passed else bets.pairs & ~bets.refuted
        while outer - inner > _TOLERANCE:
            middle = (inner + outer) / 2
            open_ones = left & ~bets.refuted_at(middle, left, first, second)
            if open_ones.any():
                # A pair that refutes this null has a bound below those that do not.
                inner, left = middle, open_ones
            else:
                outer = middle
        return outer

    def _least(self, first: Floats, second: Floats) -> float:
        """The largest null that some pair refutes: the bottom of the range where there is none."""
        bets, null = self._apart, self._apart.side.null
        failed, (outer, inner) = bets.refuted.any(), _ends(bets.side)
        outer, inner = (max(outer, null), inner) if failed else (outer, min(null, inner))
        left = bets.refuted if failed else bets.pairs
        while inner - outer > _TOLERANCE:
            middle = (inner + outer) / 2
            shown = bets.refuted_at(middle, left, first, second)
            if shown.any():
                outer, left = middle, shown
            else:
                inner = middle
        return outer


def _ends(side: Side) -> tuple[float, float]:
    return side.hypothesis.lower, side.hypothesis.upper


def is_paired(method: Method, population: Population, streams: Sequence[Hypothesis], disjoint: bool) -> bool:
    """Whether a gap is judged by pairs; ``disjoint`` says that no unit is in two of the streams.

    It depends on what is declared, never on scores.
    """
    horizons = [stream.horizon for stream in streams]
    means = all(stream.denominator_upper is None for stream in streams)
    few = 2 <= len(streams) <= MOST_VALUES and max(horizons) <= MOST_UNEVEN * min(horizons)
    return disjoint and means and few and method == "sequential" and population == "distribution"


def paired_horizons(horizons: Sequence[int]) -> list[int]:
    """How many units of each of two or more values find another to be paired with: the largest is cut to the second."""
    second = sorted(horizons)[-2]
    return [min(horizon, second) for horizon in horizons]


def make_gap(
    method: Method,
    population: Population,
    bound: float,
    alpha_pass: float,
    alpha_fail: float,
    streams: Sequence[Hypothesis],
    margin: float = 0.0,
    disjoint: bool = False,
) -> GapTest:
    """The test of a gap; ``disjoint`` says that no unit is in two of the streams, as of the values of a group.

    By pairs where `is_paired`, else by the bounds of each value. ValueError where the method has no test.
    """
    if is_paired(method, population, streams, disjoint):
        return PairedGapTest(bound, alpha_pass, alpha_fail, streams, margin)
    return GapTest(method, population, bound, alpha_pass, alpha_fail, streams, margin)
