"""The mean of the worst share of the units (conditional value at risk, expected shortfall).

For values X of which the low ones are worst, and a share s, the mean of the worst share is the maximum over t of
h(t) = E[t - (t - X)+ / s], reached where t is the s quantile (Rockafellar and Uryasev 2000, doi:10.21314/JOR.2000.038). For
one t, h(t) is the mean of a bounded value of each unit, g_t(X), on which `robustspec.statistics.betting` can bet:

- That the tail mean is above c is shown where any h(t) is. Under the null every h(t) is below c, so that the average of the
  wealths of several t is itself a fair bet's.
- That it is below c is shown where every h(t) is refuted to be c or more. Of a grid t_1 < t_2 < ... each point answers for
  those up to the next one, where h is larger by at most the distance, since its slope is at most 1: the null of t_i is
  h(t_i) >= c - (t_{i+1} - t_i), and the smallest of the wealths counts.

As h(t) <= t, only t from c to the upper end matter. Where high values are worst, all is mirrored at 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np

from robustspec.statistics.base import Floats, Hypothesis, Ints, Method, Population, Summary
from robustspec.statistics.betting import Grid, Wealth, enough, horizon_grid, last_refuted, log_wealth
from robustspec.statistics.evidence import Counted, Evidence
from robustspec.statistics.limits import summarise
from robustspec.statistics.point import compare
from robustspec.statistics.side import SLACK, Pair, Side, check_hypothesis, fail_side, pass_side

_ABOVE_POINTS = 32
"""Values of t among which the bet on a high tail mean is spread."""

_STEP = 0.005
"""Distance of the values of t in a bet on a low tail mean, as a share of the declared range."""

_TOLERANCE = 1e-5
"""Width at which the search for a bound stops, as a share of the declared range."""


def tail_mean(counted: Counted, share: float, lowest: bool) -> float | None:
    """The mean of the ``share`` * n lowest (else highest) of n counted values; None of no values.

    Where share * n is no whole number, the last value counts in part: of 3 values and a share of 1/2 it is the worst one
    and half of the next. This is the tail mean of the empirical distribution.
    """
    values, counts = counted.pair[0], counted.counts
    if not len(values):
        return None
    values, counts = (values, counts) if lowest else (values[::-1], counts[::-1])
    room = share * counts.sum()
    taken = np.clip(room - (np.cumsum(counts) - counts), 0.0, counts)
    return float(taken @ values / room)


class _Bet(NamedTuple):
    """The bet on g_t of one t, against its null."""

    t: float
    side: Side
    grid: Grid


@dataclass(frozen=True, slots=True)
class _TailSide:
    """One `Side` about a tail mean, as the bets on the g_t that refute its null: any of them, or all."""

    side: Side
    share: float
    lowest: bool
    horizon: int

    @property
    def _mirror(self) -> int:
        return 1 if self.lowest else -1

    @property
    def is_above(self) -> bool:
        """Whether it bets that the tail mean, mirrored where high values are worst, is above the null."""
        return self.side.sign * self._mirror > 0

    def bets(self) -> list[_Bet]:
        """The bets whose average, or smallest, is the wealth."""
        h, null = self.side.hypothesis, self._mirror * self.side.null
        low, high = sorted((self._mirror * h.lower, self._mirror * h.upper))
        if self.is_above:
            points = null + (high - null) * np.arange(1, _ABOVE_POINTS + 1) / _ABOVE_POINTS
            slack = np.zeros(_ABOVE_POINTS)
        else:
            steps = max(1, math.ceil((high - null) / (_STEP * (high - low)) - SLACK)) if high - null > SLACK else 0
            points = np.linspace(null, high, steps + 1) if steps else np.array([high])
            slack = np.append(np.diff(points), 0.0)
        return [self._bet(float(t), low, null - float(d)) for t, d in zip(points, slack, strict=True)]

    def _bet(self, t: float, low: float, null: float) -> _Bet:
        worst = t - (t - low) / self.share
        plain = replace(self.side.hypothesis, bound=null, lower=worst, upper=t, form="mean")
        side = Side(plain, 1 if self.is_above else -1, self.side.alpha, null)
        return _Bet(t, side, horizon_grid(side, self.horizon))

    def worth(self, t: float, values: Floats) -> Pair:
        """g_t of each value."""
        return t - np.maximum(t - self._mirror * values, 0.0) / self.share, None

    def together(self, log_wealths: list[Floats]) -> Floats:
        """The wealth of all bets from that of each, as logarithms."""
        if self.is_above:
            return np.asarray(np.logaddexp.reduce(log_wealths, axis=0) - math.log(len(log_wealths)))
        return np.asarray(np.minimum.reduce(log_wealths))

    def rejects(self, counted: Counted) -> bool:
        """Whether the counted units refute the null."""
        if not len(counted.counts):
            return False
        return self.side.settled or bool(enough(self._log_wealth(counted), self.side.alpha))

    def _log_wealth(self, counted: Counted) -> Floats:
        values, counts = counted.pair[0], counted.counts
        each = (log_wealth(side, Counted(self.worth(t, values), counts, None), grid) for t, side, grid in self.bets())
        return self.together([np.array(one) for one in each])


class _Running:
    """The wealth of one side, for units that come in batches of any size."""

    def __init__(self, tail: _TailSide) -> None:
        self._tail = tail
        self._bets = [(t, Wealth(side, grid)) for t, side, grid in tail.bets()]

    def extend(self, values: Floats) -> int | None:
        """Bet on more units; the index in this batch of the first one that refutes the null, or None."""
        if not len(values) or self._tail.side.settled:
            return 0 if len(values) else None
        paths = [wealth.path(self._tail.worth(t, values)) for t, wealth in self._bets]
        reached = enough(self._tail.together(paths), self._tail.side.alpha)
        return int(np.argmax(reached)) if reached.any() else None


class TailMeanTest:
    """PASS where the mean of the worst ``hypothesis.share`` of units is shown to meet the bound, FAIL where to miss it.

    ``sequential`` looks after every unit, ``fixed`` once, at the horizon or the end; their error rates are at most
    ``alpha_pass`` and ``alpha_fail`` for bounded values. ``point`` compares the plug-in estimate with the bound at the
    end, and so does ``population: dataset`` under every method, where that is certain as soon as all units are in.
    ValueError where the method has no test, where no finite range is declared, or where the share is not in (0, 1].
    """

    def __init__(self, method: Method, population: Population, hypothesis: Hypothesis) -> None:
        self._certain = population == "dataset"
        self._compares = self._certain or method == "point"
        self._looks_early = method == "sequential" and not self._compares
        _check(method, population, hypothesis)
        self._hypothesis = hypothesis
        self._evidence = Evidence(hypothesis)
        self._sides = (pass_side(hypothesis), fail_side(hypothesis))
        self._running = [_Running(self._tail(side)) for side in self._sides] if self._looks_early else []
        self._closed = False
        self.decision: Literal["PASS", "FAIL"] | None = None
        self.n = 0

    def _tail(self, side: Side) -> _TailSide:
        h = self._hypothesis
        return _TailSide(side, h.share, h.higher_is_better, h.horizon if self._looks_early else max(self.n, 1))

    def extend(self, against_pass: Pair, against_fail: Pair, drawn: Ints | None = None) -> int | None:
        """Take more units, shapes (units,); the unit at which the test decided, or None.

        ValueError at a unit outside the declared bounds, unless the decision came before it.
        """
        if self._closed or self.decision is not None:
            return self.n if self.decision else None
        (on_pass, _), (on_fail, _), fault = self._evidence.take(against_pass, against_fail)
        if self._looks_early and self._look(on_pass, on_fail):
            return self.n
        self.n = self._evidence.n
        if fault is not None:
            raise fault
        if not self._looks_early and self.n and self.n == self._hypothesis.horizon:
            self.finish()
        return self.n if self.decision else None

    def _look(self, on_pass: Floats, on_fail: Floats) -> bool:
        """Bet on new units, and decide where that is enough."""
        passed, failed = (side.extend(new) for side, new in zip(self._running, (on_pass, on_fail), strict=True))
        if passed is None and failed is None:
            return False
        last = len(on_pass)
        first = min(last if passed is None else passed, last if failed is None else failed)
        self.decision = "FAIL" if failed == first else "PASS"
        self.n += first + 1
        self._evidence.cut(self.n)
        return True

    def finish(self) -> Literal["PASS", "FAIL"] | None:
        """No more units will come: judge what is judged at the end. FAIL where both are shown."""
        if not self._closed:
            self._closed = True
            if self.n and not self._looks_early:
                passed, failed = self._shows(self._views())
                self.decision = "FAIL" if failed else "PASS" if passed else None
        return self.decision

    def _shows(self, views: tuple[Counted, Counted]) -> tuple[bool, bool]:
        if self._compares:
            return compare(self._hypothesis, views)
        passed, failed = (self._tail(side).rejects(view) for side, view in zip(self._sides, views, strict=True))
        return passed, failed

    def observed(self) -> Counted:
        """The values in evidence as they count against a PASS, with the tail mean as their estimate."""
        return self._views()[0]

    def summary(self) -> Summary:
        """The tail mean of the units in evidence, and its bounds by betting."""
        views = self._views()
        return summarise(self._hypothesis, self.decision, views, self._bounds(views))

    def _bounds(self, views: tuple[Counted, Counted]) -> tuple[float | None, float | None]:
        h = self._hypothesis
        if self._certain:
            ends = (h.lower, h.upper) if h.at_least else (h.upper, h.lower)
            return (views[0].estimate, views[1].estimate) if self._closed and self.n else ends
        if self._compares:
            return None, None
        on_pass, on_fail = (self._bound(side, view) for side, view in zip(self._sides, views, strict=True))
        return on_pass, on_fail

    def _bound(self, side: Side, seen: Counted) -> float:
        def refuted(other: Side) -> bool:
            return self._tail(other).rejects(seen)

        return last_refuted(
            side, seen.estimate, refuted, _TOLERANCE * (self._hypothesis.upper - self._hypothesis.lower)
        )

    def _views(self) -> tuple[Counted, Counted]:
        """The units in both views, with the tail mean in the place of the mean."""
        h = self._hypothesis
        on_pass, on_fail = (self._evidence.counted(which) for which in ("pass", "fail"))
        return (
            replace(on_pass, estimate=tail_mean(on_pass, h.share, h.higher_is_better)),
            replace(on_fail, estimate=tail_mean(on_fail, h.share, h.higher_is_better)),
        )


def _check(method: Method, population: Population, hypothesis: Hypothesis) -> None:
    """ValueError, with the remedy, for what cannot be tested."""
    if population != "dataset" and method == "approximate":
        raise ValueError("method: approximate is not available for a tail mean -- write method: sequential or fixed")
    if not 0 < hypothesis.share <= 1:
        raise ValueError(
            f"share {hypothesis.share} of a tail mean must lie above 0 and at most 1 -- write 0.1 for 10 %"
        )
    if hypothesis.denominator_upper is not None:
        raise ValueError(
            "a ratio has no value of its own for each unit -- take the tail mean of a metric that is no ratio"
        )
    if population != "dataset" and method != "point":
        check_hypothesis(hypothesis)
