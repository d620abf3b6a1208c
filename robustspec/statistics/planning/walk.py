"""How a run goes on average: the paths of two betting processes over units of an assumed law.

Where a unit takes one of two values, the wealth after n units depends on how many of them were the better one: a walk
whose every step is worked out. With more values, and for the units of a data set, seeded paths are drawn, all at once.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from robustspec.statistics.base import Floats, Hypothesis, Ints
from robustspec.statistics.betting import Grid, enough, horizon_grid, log_growth
from robustspec.statistics.planning.law import Law
from robustspec.statistics.remaining import remaining_grid
from robustspec.statistics.side import SLACK, Side, fail_side, pass_side

PATHS = 2000
"""Paths of a simulation: the standard error of a probability is at most 0.011."""

_SEED = 20260
_BLOCK = 64
_EQUAL = 1e-12


class Ends(NamedTuple):
    """How a run ends: the probabilities of PASS and FAIL, and the mean units in evidence."""

    p_pass: float
    p_fail: float
    mean_units: float


def walk(hypothesis: Hypothesis, law: Law) -> Ends:
    """The ends of a sequential bet over units of at most two values, exact but for rounding."""
    worse, better = law.order(pass_side(hypothesis))
    n = hypothesis.horizon
    good = _fewest(pass_side(hypothesis), law, worse, better, n)
    bad = _fewest(fail_side(hypothesis), law, better, worse, n)
    return _cross(good, np.arange(n + 1) - bad, law.share_of(better))


def _cross(good: Ints, spoilt: Ints, share: float) -> Ends:
    """The ends of a run of 0/1 units: PASS at ``good[n]`` successes or more after n units, FAIL at ``spoilt[n]`` or fewer.

    Shapes (horizon + 1,); FAIL wins where both hold. ``share`` is the probability of a success.
    """
    alive, first = np.ones(1), 0
    passed = failed = units = 0.0
    for n in range(1, len(good)):
        grown = np.append(alive * (1 - share), 0.0)
        grown[1:] += alive * share
        low = min(max(int(spoilt[n]) + 1 - first, 0), len(grown))
        high = max(min(int(good[n]) - first, len(grown)), low)
        lost, won = float(grown[:low].sum()), float(grown[high:].sum())
        failed, passed, units = failed + lost, passed + won, units + n * (lost + won)
        alive, first = grown[low:high], first + low
        if not len(alive):
            break
    return Ends(passed, failed, units + (len(good) - 1) * float(alive.sum()))


def _fewest(side: Side, law: Law, against: int, towards: int, horizon: int) -> Ints:
    """For n = 0..horizon, the fewest of n units that must be ``towards`` for the side to win; n + 1 where none suffice."""
    n = np.arange(horizon + 1)
    if side.settled:
        return np.zeros(horizon + 1, dtype=np.int64)
    grid = horizon_grid(side, horizon)
    # Where one unit loses or wins all: finite, so that nothing of it is nothing, and decisive.
    growth = np.clip(log_growth(side.returns(law.pair), grid.fractions), -1e6, 1e6)
    few, many = np.full(horizon + 1, -1), n + 1
    while np.any(many - few > 1):
        middle = np.minimum((few + many) // 2, n)
        wealth = np.outer(growth[:, against], n - middle) + np.outer(growth[:, towards], middle)
        won = enough(np.logaddexp.reduce(grid.log_weights[:, np.newaxis] + wealth, axis=0), side.alpha)
        undecided = many - few > 1
        few, many = np.where(undecided & ~won, middle, few), np.where(undecided & won, middle, many)
    return many.astype(np.int64)


def paths(hypothesis: Hypothesis, law: Law, count: int = PATHS) -> Ends:
    """The ends of a sequential bet on a distribution, over ``count`` seeded paths."""
    rng, shares = np.random.default_rng(_SEED), np.cumsum(law.shares)[:-1]
    values = np.searchsorted(shares, rng.random((count, hypothesis.horizon)), side="right")
    return _bets([_Purse(side, law, hypothesis.horizon, count) for side in _sides(hypothesis)], values)


def orders(hypothesis: Hypothesis, law: Law, count: int = PATHS) -> Ends:
    """The ends of a sequential bet on the units of a data set before the last of them, over ``count`` seeded orders."""
    rng = np.random.default_rng(_SEED)
    values = np.tile(law.units(hypothesis.horizon), (count, 1))
    rng.permuted(values, axis=1, out=values)
    sides = _sides(replace(hypothesis, margin=0.0))
    return _bets([_Countdown(side, law, hypothesis.horizon, count) for side in sides], values[:, :-1])


def _sides(hypothesis: Hypothesis) -> tuple[Side, Side]:
    return pass_side(hypothesis), fail_side(hypothesis)


def _bets(sides: list[_Purse], values: Ints) -> Ends:
    """The ends of two bets on units, shape (paths, units), given as positions in the law; the first side is the PASS."""
    count, horizon = values.shape
    alive = np.arange(count)
    passed = failed = units = 0
    for seen in range(0, horizon, _BLOCK):
        block = values[alive, seen : seen + _BLOCK]
        length = block.shape[1]
        won, lost = (side.bet(block) for side in sides)
        end = np.minimum(won, lost)
        ended = end < length
        passed += int(np.sum(won[ended] < lost[ended]))
        failed += int(np.sum(lost[ended] <= won[ended]))
        units += int(np.sum(end[ended] + 1)) + length * int(np.sum(~ended))
        alive = alive[~ended]
        for side in sides:
            side.keep(~ended)
    return Ends(passed / count, failed / count, units / count)


def _first_true(table: npt.NDArray[np.bool_]) -> Ints:
    """The column of the first True of each row, the number of columns where there is none."""
    return np.asarray(np.where(table.any(axis=1), np.argmax(table, axis=1), table.shape[1]), dtype=np.int64)


class _Purse:
    """The wealth of one side on many paths."""

    def __init__(self, side: Side, law: Law, horizon: int, count: int) -> None:
        grid = self.grid(side, horizon)
        self._side, self._fractions = side, grid.fractions
        self._returns = np.minimum(side.returns(law.pair), 1e300)
        self._wealth = np.tile(np.exp(grid.log_weights), (count, 1))
        self._enough = math.exp(-math.log(side.alpha) - SLACK)

    @staticmethod
    def grid(side: Side, horizon: int) -> Grid:
        """The fractions that are bet."""
        return horizon_grid(side, horizon)

    def bet(self, values: Ints) -> Ints:
        """Bet on more units, shape (paths, units); at which of them, from 0, each path wins, their number where none does."""
        if self._side.settled:
            return np.zeros(len(values), dtype=np.int64)
        return _first_true(self._won(values))

    def _won(self, values: Ints) -> npt.NDArray[np.bool_]:
        return self._grown(self._returns[values]) >= self._enough

    def _grown(self, returns: Floats) -> Floats:
        """The wealth after each unit."""
        total = np.zeros(returns.shape)
        with np.errstate(over="ignore"):
            for j, fraction in enumerate(self._fractions):
                path = np.cumprod(1 + fraction * returns, axis=1)
                path *= self._wealth[:, j : j + 1]
                total += path
                self._wealth[:, j] = path[:, -1]
        return total

    def keep(self, which: npt.NDArray[np.bool_]) -> None:
        """Forget the other paths."""
        self._wealth = self._wealth[which]


class _Countdown(_Purse):
    """The same on the units of a data set: what was drawn tells what is left (`robustspec.statistics.remaining`)."""

    def __init__(self, side: Side, law: Law, horizon: int, count: int) -> None:
        super().__init__(side, law, horizon, count)
        self._gains = side.sign * law.gains(side.null)
        self._stake = max(side.stake, 0.0)
        self._total, self._left, self._units = np.zeros(count), horizon, horizon

    @staticmethod
    def grid(side: Side, horizon: int) -> Grid:
        """Larger ones: what is left to know shrinks as units are drawn."""
        return remaining_grid(side, horizon)

    def bet(self, values: Ints) -> Ints:
        """As of a purse, but nothing is settled before the first unit."""
        return _first_true(self._won(values))

    def _won(self, values: Ints) -> npt.NDArray[np.bool_]:
        gains = self._gains[values]
        totals = self._total[:, np.newaxis] + np.cumsum(gains, axis=1)
        left = self._left - np.arange(1, values.shape[1] + 1)
        null_means = -(totals - gains) / (left + 1)
        stakes = null_means + self._stake
        returns = np.maximum((gains - null_means) / np.where(stakes > _EQUAL, stakes, np.inf), -1.0)
        self._total, self._left = totals[:, -1], int(left[-1])
        worst, rounding = totals - left * self._stake, _EQUAL * self._units
        impossible = worst >= -rounding if self._side.strict else worst > rounding
        return (self._grown(returns) >= self._enough) | impossible

    def keep(self, which: npt.NDArray[np.bool_]) -> None:
        """Forget the other paths."""
        super().keep(which)
        self._total = self._total[which]


def tail(n: int, share: float) -> Floats:
    """P(S >= k) for k = 0..n + 1, S the successes in n units of this share."""
    if share <= 0 or share >= 1:
        reached = 0 if share <= 0 else n
        return (np.arange(n + 2) <= reached).astype(np.float64)
    k = np.arange(1, n + 1)
    ways = np.concatenate(([0.0], np.cumsum(np.log((n - k + 1) / k))))
    mass = np.exp(ways + np.arange(n + 1) * math.log(share) + np.arange(n, -1, -1) * math.log1p(-share))
    return np.append(np.minimum(np.cumsum(mass[::-1])[::-1], 1.0), 0.0)
