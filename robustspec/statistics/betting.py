"""The betting e-process: wealth that grows only if the null is false.

A bettor who starts with 1 and puts constant fractions u_j, in portions w_j, on every unit owns after n units
E_n = sum_j w_j prod_i (1 + u_j r_i), r_i the unit's return (`Side.returns`). Under the null the mean return is at
most 0, so the chance that E ever reaches 1 / alpha is at most alpha (Ville 1939), for any bounded data and any stopping
rule (Waudby-Smith and Ramdas 2024, arXiv:2010.09686; constant fractions: Orabona and Jun 2024, arXiv:2110.14099). The
product does not depend on the order of the units, and each factor is monotone in the null, so bounds follow by
bisection.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from robustspec.statistics.base import Floats
from robustspec.statistics.evidence import Counted
from robustspec.statistics.search import fewest
from robustspec.statistics.side import SLACK, Pair, Side, value_range

TOLERANCE = 1e-9
"""Width at which the bisection for a bound stops; the outer end is returned."""

_FURTHEST = 1e6
"""Where the search for the upper bound of an unbounded ratio gives up."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Betting fractions in (0, 1] and the logarithms of their weights, which sum to 1."""

    fractions: Floats
    log_weights: Floats


def _grid(fractions: list[float], decay: float) -> Grid:
    weights = np.exp(-decay * np.arange(len(fractions)))
    return Grid(np.array(fractions), np.log(weights / weights.sum()))


def horizon_grid(side: Side, horizon: int) -> Grid:
    """Fractions for a null and a horizon: the one that is best at the horizon for a null's coin, doubled up to 1.

    u_0 = sqrt(2 ln(1/alpha) m (1 - m) / N) / (1 - m), weights proportional to e^(-j/2). Valid after the horizon too.
    """
    m = side.null_mean
    fractions = []
    if 0 < m < 1:
        u = math.sqrt(2 * math.log(1 / side.alpha) * m * (1 - m) / max(horizon, 1)) / (1 - m)
        while u < 1:
            fractions.append(u)
            u *= 2
    return _grid([*fractions, 1.0], 0.5)


def open_grid() -> Grid:
    """Fractions for a null or a horizon that is not known beforehand: 2^(-j/4), j = 0..31, equal weights."""
    return _grid([2.0 ** (-j / 4) for j in range(32)], 0.0)


def log_growth(returns: Floats, fractions: Floats) -> Floats:
    """Logarithm of 1 + u r, fractions x units; -inf where all is lost."""
    with np.errstate(divide="ignore"):
        return np.log1p(np.multiply.outer(fractions, returns))


class Wealth:
    """The running log-wealth of one side, for units that come in batches of any size."""

    def __init__(self, side: Side, grid: Grid) -> None:
        self._side = side
        self._grid = grid
        self._log_wealth = grid.log_weights[:, np.newaxis]

    def extend(self, pair: Pair) -> int | None:
        """Bet on more units; the index in this batch of the first one at which 1 / alpha is reached, or None."""
        if not len(pair[0]):
            return None
        if self._side.settled:
            return 0
        reached = enough(self.path(pair), self._side.alpha)
        return int(np.argmax(reached)) if reached.any() else None

    def path(self, pair: Pair) -> Floats:
        """Bet on more units; the log-wealth after each of them, shape (units,)."""
        growth = log_growth(self._side.returns(pair), self._grid.fractions)
        # The running sum starts from the state, so that it makes the same additions however the units are batched.
        path = np.cumsum(np.concatenate((self._log_wealth, growth), axis=1), axis=1)[:, 1:]
        self._log_wealth = path[:, -1:].copy() if path.shape[1] else self._log_wealth
        return np.asarray(np.logaddexp.reduce(path, axis=0))

    def soonest(self, most: int) -> int:
        """How many more units it takes to reach 1 / alpha, all of them the best; ``most`` where that is not enough."""
        stake, reach = self._side.stake, self._side.reach
        if self._side.settled or stake <= SLACK:
            return 1
        units = np.arange(1, most + 1)
        growth = np.multiply.outer(np.log1p(self._grid.fractions * max(reach, 0.0) / stake), units)
        reached = enough(np.logaddexp.reduce(self._log_wealth + growth, axis=0), self._side.alpha)
        return int(reached.argmax()) + 1 if reached.any() else most

    @property
    def log_wealth(self) -> float:
        """Logarithm of the wealth after all units so far."""
        return float(np.logaddexp.reduce(self._log_wealth[:, 0]))


def enough(log_wealth: Floats, alpha: float) -> npt.NDArray[np.bool_]:
    """Where the wealth is 1 / alpha or more, but for rounding."""
    return log_wealth >= -math.log(alpha) - SLACK


def log_wealth_vector(side: Side, counted: Counted, grid: Grid) -> Floats:
    """What each fraction of the grid alone has made of 1 after the counted units, as logarithms; shape (fractions,).

    The vectors of disjoint sets of units add up to that of their union: shards of a run merge by a sum.
    """
    return np.asarray(log_growth(side.returns(counted.pair), grid.fractions) @ counted.counts)


def mixed(vector: Floats, grid: Grid) -> float:
    """The log-wealth of the whole grid from that of each fraction (`log_wealth_vector`)."""
    return float(np.logaddexp.reduce(grid.log_weights + vector))


def log_wealth(side: Side, counted: Counted, grid: Grid) -> float:
    """Log-wealth after units that are counted, whatever their order was."""
    return mixed(log_wealth_vector(side, counted, grid), grid)


def rejects(side: Side, counted: Counted, grid: Grid) -> bool:
    """Whether the counted units refute the side's null at its level."""
    if not len(counted.counts):
        return False
    return side.settled or log_wealth(side, counted, grid) >= -math.log(side.alpha) - SLACK


def invert(side: Side, counted: Counted, grid: Grid, tolerance: float = TOLERANCE) -> float:
    """The betting bound that counted units give on this side (`last_refuted`)."""
    return last_refuted(side, counted.estimate, lambda other: rejects(other, counted, grid), tolerance)


def last_refuted(
    side: Side, estimate: float | None, refuted: Callable[[Side], bool], tolerance: float = TOLERANCE
) -> float:
    """The bound on this side: every null beyond it is refuted, by a test that refutes nulls from the far end inwards.

    A lower bound where ``side.sign`` is 1, else an upper one; the end of the value's range where nothing is refuted
    (infinite for a ratio without one). It is at ``side.null`` or better exactly if that null is refuted.
    ``tolerance`` is how much better it might have been.
    """
    low, high = value_range(side.hypothesis)
    outer = low if side.sign > 0 else high
    if estimate is None:
        return outer
    inner = estimate
    if math.isinf(outer):
        outer = _first_refuted(side, estimate, refuted)
    if math.isinf(outer):
        return outer
    if min(inner, outer) < side.null < max(inner, outer):
        inner, outer = (inner, side.null) if refuted(side) else (side.null, outer)
    while abs(outer - inner) > tolerance:
        middle = (inner + outer) / 2
        inner, outer = (inner, middle) if refuted(side.at(middle)) else (middle, outer)
    return outer


def _first_refuted(side: Side, estimate: float, refuted: Callable[[Side], bool]) -> float:
    null = 2 * max(estimate, 1.0)
    while null < _FURTHEST:
        if refuted(side.at(null)):
            return null
        null *= 2
    return math.inf


def units_to_reach(side: Side, counted: Counted, horizon: int | None = None, limit: int = 10_000_000) -> int | None:
    """The fewest units, each worth the mean of ``counted``, whose wealth is 1 / alpha; None where ``limit`` is too few.

    Exact where the units are all alike, otherwise a plan: half of the runs will need more. The bets are tuned to
    ``horizon``, or to the answer itself.
    """
    if side.settled:
        return 1
    returns = side.returns(counted.pair)
    share = counted.counts / counted.counts.sum()

    def enough(n: int) -> bool:
        grid = horizon_grid(side, n if horizon is None else horizon)
        growth = log_growth(returns, grid.fractions) @ share
        return float(np.logaddexp.reduce(grid.log_weights + n * growth)) >= -math.log(side.alpha) - SLACK

    return fewest(enough, limit)
