"""The claim about these units and no others, judged while they are drawn: every unit says something about the rest.

The N units of an arm are drawn in a random order, without replacement. With Z = A - tau B the claim "value >= tau" is
"the total of Z is >= 0". If the total is T, the units that are left after a sum S have the mean (T - S) / (units left), so
under the null T < 0 the next one has a mean below m = -S / (units left), and a bet on Z > m has no positive return,
whatever was drawn before. That is the running mean (N tau - S) / (N - n + 1) of Waudby-Smith and Ramdas 2020
(arXiv:2006.04347), in terms of Z. Unlike the wealth of `robustspec.statistics.betting` this one depends on the order.

A unit without evidence (its perturbation changed nothing) counts as Z = 0. The value is the sum of A over the sum of B, over
the units that do give evidence; where the latter sum is positive, value >= tau means that the sum of A - tau B over these
units is >= 0, and zeros change no sum. So T and N may be those of all units, of which the number is known beforehand;
the number of units with evidence is not.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from robustspec.statistics.base import Floats, Hypothesis, Ints, Summary
from robustspec.statistics.betting import Grid, enough, horizon_grid, last_refuted, log_growth
from robustspec.statistics.evidence import Counted, Evidence
from robustspec.statistics.limits import summarise
from robustspec.statistics.point import compare
from robustspec.statistics.side import Pair, Side, check_hypothesis, fail_side, pass_side

_EQUAL = 1e-12
"""Rounding of the value; of a total of N units it is N times that."""


def remaining_grid(side: Side, units: int) -> Grid:
    """Fractions for a data set of so many units: those for half the horizon decide soonest in simulation.

    What is left to know shrinks as units are drawn, so that larger fractions pay.
    """
    return horizon_grid(side, units // 2)


class _Countdown:
    """The running wealth of one side; ``rank`` units have been drawn of ``units``."""

    def __init__(self, side: Side, grid: Grid, units: int) -> None:
        self._side, self._grid, self._units = side, grid, units
        # A unit may be without evidence, so that 0 lies in the range of a gain.
        self._stake = max(side.stake, 0.0)
        self._total = 0.0
        self._log_wealth = grid.log_weights[:, np.newaxis]
        self.rank = 0

    def extend(self, pair: Pair, ranks: Ints) -> int | None:
        """Draw on to the last of ``ranks``; the index in ``pair`` of the first unit that refutes the null, or None.

        The unit drawn last of all is not looked at: with it the total is known.
        """
        if not len(ranks):
            return None
        reached = self._refuted(self._gains(pair, ranks))[ranks - self.rank - 1]
        self.rank = int(ranks[-1])
        reached &= ranks < self._units
        return int(np.argmax(reached)) if reached.any() else None

    def _gains(self, pair: Pair, ranks: Ints) -> Floats:
        """What each unit drawn now speaks for the bet, 0 where it gives no evidence."""
        a, b = pair
        gains = np.zeros(int(ranks[-1]) - self.rank)
        gains[ranks - self.rank - 1] = self._side.sign * (a - self._side.null * (1.0 if b is None else b))
        return gains

    def _refuted(self, gains: Floats) -> npt.NDArray[np.bool_]:
        """Settle a bet on each unit; whether the null is refuted after it, by the wealth or because it is impossible."""
        left = self._units - self.rank - np.arange(len(gains) + 1)
        totals = np.cumsum(np.concatenate(([self._total], gains)))
        growth = log_growth(self._returns(gains, -totals[:-1] / left[:-1]), self._grid.fractions)
        path = np.cumsum(np.concatenate((self._log_wealth, growth), axis=1), axis=1)[:, 1:]
        self._total, self._log_wealth = float(totals[-1]), path[:, -1:].copy()
        return enough(np.logaddexp.reduce(path, axis=0), self._side.alpha) | self._impossible(totals[1:], left[1:])

    def _returns(self, gains: Floats, null_means: Floats) -> Floats:
        """The gains above the null's running mean, as shares of the most that can be lost; 0 where nothing can."""
        stakes = null_means + self._stake
        at_stake = stakes > _EQUAL
        return np.maximum(np.where(at_stake, gains - null_means, 0.0) / np.where(at_stake, stakes, 1.0), -1.0)

    def _impossible(self, totals: Floats, left: Ints) -> npt.NDArray[np.bool_]:
        """Whether the null would need more than the units left can lose; a strict null does not hold at 0."""
        worst, rounding = totals - left * self._stake, _EQUAL * self._units
        return np.asarray(worst >= -rounding if self._side.strict else worst > rounding)


class RemainingTest:
    """Betting on units drawn without replacement; certain at the latest when all of them are in.

    ``hypothesis.horizon`` is the number N of units of the arm, those without evidence included. False PASS and false FAIL
    before the end have probability at most ``alpha_pass`` and ``alpha_fail`` over the random order; PASS and FAIL also
    fall as soon as the units left cannot turn them. At the end the value is compared with the bound: INCONCLUSIVE only
    where missing outputs would turn it, or where a ratio has no denominator. The margin plays no part, as there
    is nothing that it could make decidable. ValueError where the hypothesis declares no finite bounds.
    """

    def __init__(self, hypothesis: Hypothesis) -> None:
        check_hypothesis(hypothesis)
        self._hypothesis = hypothesis
        self._evidence = Evidence(hypothesis)
        self._sides = (pass_side(replace(hypothesis, margin=0.0)), fail_side(hypothesis))
        self._grids = tuple(remaining_grid(side, hypothesis.horizon) for side in self._sides)
        self._pass, self._fail = (self._countdown(which, side) for which, side in enumerate(self._sides))
        self._ranks = np.empty(0, dtype=np.int64)
        self._closed = False
        self.decision: Literal["PASS", "FAIL"] | None = None
        self.n = 0

    def _countdown(self, which: int, side: Side) -> _Countdown:
        return _Countdown(side, self._grids[which], self._hypothesis.horizon)

    def extend(self, against_pass: Pair, against_fail: Pair, drawn: Ints | None = None) -> int | None:
        """Take more units, shapes (units,); the unit at which the test decided, or None.

        Units whose rank is left out by ``drawn`` give no evidence. ValueError at a unit outside the declared bounds, unless
        the decision came before it, and at ranks that do not rise up to the horizon.
        """
        if self._closed or self.decision is not None:
            return self.n if self.decision else None
        new_pass, new_fail, fault = self._evidence.take(against_pass, against_fail)
        ranks = self._numbered(drawn, len(new_pass[0]))
        self._ranks = np.concatenate((self._ranks, ranks))
        passed, failed = self._pass.extend(new_pass, ranks), self._fail.extend(new_fail, ranks)
        if failed is not None and (passed is None or failed <= passed):
            return self._decide("FAIL", failed)
        if passed is not None:
            return self._decide("PASS", passed)
        self.n = self._evidence.n
        if fault is not None:
            raise fault
        if self._pass.rank == self._hypothesis.horizon:
            self.finish()
        return self.n if self.decision else None

    def _numbered(self, drawn: Ints | None, units: int) -> Ints:
        last, horizon = self._pass.rank, self._hypothesis.horizon
        ranks = last + 1 + np.arange(units) if drawn is None else np.asarray(drawn, dtype=np.int64)[:units]
        steps = np.diff(ranks, prepend=last)
        if len(ranks) != units or (units and (steps.min() < 1 or ranks[-1] > horizon)):
            raise ValueError(f"ranks of units drawn must rise from {last + 1} to {horizon} -- give one for each unit")
        return ranks

    def _decide(self, decision: Literal["PASS", "FAIL"], index: int) -> int:
        self.decision = decision
        self.n += index + 1
        self._evidence.cut(self.n)
        self._ranks = self._ranks[: self.n]
        return self.n

    def finish(self) -> Literal["PASS", "FAIL"] | None:
        """All units of the arm are in: the value against the bound, FAIL where the two views would differ on both."""
        if self.decision is None and not self._closed:
            self._closed = True
            passed, failed = compare(self._hypothesis, self._views())
            self.decision = "FAIL" if failed else "PASS" if passed else None
        return self.decision

    def observed(self) -> Counted:
        """The units in evidence as they count against a PASS."""
        return self._evidence.counted("pass")

    def summary(self) -> Summary:
        """Estimate and bounds at the units in evidence; after the last unit the bounds are the value."""
        views = self._views()
        bounds = tuple(view.estimate if self._closed else self._bound(which, view) for which, view in enumerate(views))
        return summarise(self._hypothesis, self.decision, views, bounds)

    def _bound(self, which: int, seen: Counted) -> float:
        pair = self._evidence.ordered("pass" if which == 0 else "fail")

        def refuted(side: Side) -> bool:
            return self._countdown(which, side).extend(pair, self._ranks) is not None

        return last_refuted(self._sides[which], seen.estimate, refuted)

    def _views(self) -> tuple[Counted, Counted]:
        return self._evidence.counted("pass"), self._evidence.counted("fail")
