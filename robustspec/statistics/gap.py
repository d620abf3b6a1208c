"""The gap between the best and the worst of several values, judged while all of them are observed together.

PASS when max U_k(alpha_pass / 2) - min L_k(alpha_pass / 2) <= bound: a false one needs the best value's upper bound or
the worst one's lower bound to be wrong. FAIL when max L_k(alpha_fail / 2K) - min U_k(alpha_fail / 2K) > bound.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from robustspec.statistics import clopper_pearson
from robustspec.statistics.base import Hypothesis, Method, Population, Summary
from robustspec.statistics.betting import invert, open_grid
from robustspec.statistics.evidence import Counted, Evidence
from robustspec.statistics.select import check_method
from robustspec.statistics.side import Pair, Side, check_hypothesis, value_range

_EQUAL = 1e-12
_FIRST = 8
_TOLERANCE = 1e-5


def ahead(n: int) -> int:
    """How many units more than ``n`` may be asked for before the next look: 7 or 25 %, whichever is more."""
    return max(7, math.ceil(n / 4))


class _Stream:
    """One value's units: those that wait for a step, and those in evidence."""

    def __init__(self, hypothesis: Hypothesis) -> None:
        self.hypothesis = hypothesis
        self.horizon = hypothesis.horizon
        self.received = 0
        self.evidence = Evidence(hypothesis)
        self._waiting: list[tuple[Pair, Pair]] = []

    def push(self, against_pass: Pair, against_fail: Pair) -> None:
        views = (against_pass, against_fail) if self.hypothesis.at_least else (against_fail, against_pass)
        self._waiting.append(views)
        self.received = min(self.received + len(against_pass[0]), self.horizon)

    def advance(self, step: int) -> None:
        """Move units into evidence until there are ``step`` of them, or as many as there will be."""
        while self._waiting and self.evidence.n < min(step, self.horizon):
            room = min(step, self.horizon) - self.evidence.n
            low, high = self._waiting.pop(0)
            if len(low[0]) > room:
                self._waiting.insert(0, (_part(low, slice(room, None)), _part(high, slice(room, None))))
            _, _, fault = self.evidence.take(_part(low, slice(room)), _part(high, slice(room)))
            if fault is not None:
                raise fault

    def views(self) -> tuple[Counted, Counted]:
        """The units with what is missing taken for the lowest, and for the highest."""
        return self.evidence.counted("pass"), self.evidence.counted("fail")


def _part(pair: Pair, where: slice) -> Pair:
    a, b = pair
    return a[where], None if b is None else b[where]


class GapTest:
    """PASS where the gap is shown to be at most ``bound``, FAIL where it is shown to be more.

    ``streams`` gives, for each value, the range of its units, its horizon, and by ``at_least`` which of its two views
    is the lower one; bound and error rates of a stream are not read. Under ``sequential`` the bounds are those of a
    confidence sequence, looked at when every value with room has 8, 15, 22, 29, 37, ... units (7 more, or 25 %) and at
    the end; other methods look at the end only. ``n`` counts the units of all values that are in evidence.
    """

    def __init__(
        self,
        method: Method,
        population: Population,
        bound: float,
        alpha_pass: float,
        alpha_fail: float,
        streams: Sequence[Hypothesis],
        margin: float = 0.0,
    ) -> None:
        check_method(method, population)
        self._compares = population == "dataset" or method == "point"
        self._certain = population == "dataset"
        self._exact = method == "fixed" and all(stream.binary for stream in streams)
        self._looks_early = method == "sequential" and not self._compares
        self._bound, self._margin = bound, margin
        self._alpha_pass, self._alpha_fail = alpha_pass / 2, alpha_fail / (2 * max(len(streams), 1))
        self._grid = open_grid()
        self._streams = [_Stream(self._checked(stream)) for stream in streams]
        self._step = 0
        self._closed = False
        self.decision: Literal["PASS", "FAIL"] | None = None
        self.n = 0

    def _checked(self, stream: Hypothesis) -> Hypothesis:
        low, _ = value_range(stream)
        plain = replace(stream, bound=low, margin=0.0, alpha_pass=self._alpha_pass, alpha_fail=self._alpha_fail)
        if not self._compares:
            check_hypothesis(plain)
        return plain

    def extend(self, k: int, against_pass: Pair, against_fail: Pair) -> int | None:
        """Take more units of stream ``k``, in two views as of a test of its hypothesis; ``n`` at the decision, or None.

        ValueError when a unit outside the declared bounds comes into evidence.
        """
        if not self._closed:
            self._streams[k].push(against_pass, against_fail)
            self._look()
        return self.n if self.decision else None

    def finish(self) -> Literal["PASS", "FAIL"] | None:
        """No more units will come: look at the steps that are left, then at all there is."""
        for stream in self._streams:
            stream.horizon = stream.received
        self._look()
        self._closed = True
        return self.decision

    def exhaust(self, k: int) -> int | None:
        """No more units of stream ``k`` will come, so the others need not wait for it; ``n`` at the decision, or None."""
        self._streams[k].horizon = self._streams[k].received
        self._look()
        return self.n if self.decision else None

    def taken(self, k: int) -> int:
        """How many units of stream ``k`` are in evidence."""
        return self._streams[k].evidence.n

    def needs(self, k: int) -> int:
        """How many units stream ``k`` may be given now without running further ahead of the slowest than `ahead`."""
        stream, open_ones = self._streams[k], [s.received for s in self._streams if s.received < s.horizon]
        if self._closed or not open_ones:
            return 0
        slowest = min(open_ones)
        limit = max(slowest + ahead(slowest), self._next_step() if self._looks_early else 0)
        return max(0, min(limit, stream.horizon) - stream.received)

    def summary(self) -> Summary:
        """The gap between the estimates; ``upper`` is the bound that a PASS needs, ``lower`` that of a FAIL."""
        views = [stream.views() for stream in self._streams]
        estimate = self._estimate(views)
        if self._compares:
            bound = estimate if self._certain and self._closed else None
            return Summary(self.n, estimate, bound, bound)
        lower, upper = self._bounds(views)
        return Summary(self.n, estimate, max(0.0, lower), None if math.isinf(upper) else upper)

    def _last(self) -> int:
        return max((stream.horizon for stream in self._streams), default=0)

    def _next_step(self) -> int:
        step = _FIRST if self._step == 0 else self._step + ahead(self._step)
        return min(step, self._last()) if self._looks_early else self._last()

    def _look(self) -> None:
        while not self._closed and self._step < self._last():
            step = self._next_step()
            if any(stream.received < min(step, stream.horizon) for stream in self._streams):
                return
            for stream in self._streams:
                stream.advance(step)
            self._step = step
            self.n = sum(stream.evidence.n for stream in self._streams)
            self._judge()
        if self._step and self._step == self._last():
            self._closed = True

    def _judge(self) -> None:
        passed, failed = self._compare() if self._compares else self._test()
        if passed or failed:
            self.decision = "FAIL" if failed else "PASS"
            self._closed = True

    def _compare(self) -> tuple[bool, bool]:
        views = [stream.views() for stream in self._streams]
        lows, highs = _estimates(views, 0), _estimates(views, 1)
        if not lows or not highs:
            return False, False
        widest, narrowest = max(highs) - min(lows), max(lows) - min(highs)
        return widest <= self._bound + _EQUAL, narrowest > self._bound + _EQUAL

    def _test(self) -> tuple[bool, bool]:
        """PASS and FAIL by the bounds, which are worked out only on the side to which the estimates point."""
        views = [stream.views() for stream in self._streams]
        estimates = [low.estimate for low, _ in views] + [high.estimate for _, high in views]
        if any(estimate is None for estimate in estimates):
            return False, False
        limit = self._bound + self._margin
        passed = (
            self._compare_estimates(views) <= limit and self._widest(views, self._alpha_pass, False) <= limit + _EQUAL
        )
        failed = (
            self._compare_estimates(views) > self._bound and self._widest(views, self._alpha_fail, True) > self._bound
        )
        return passed, failed

    def _compare_estimates(self, views: Sequence[tuple[Counted, Counted]]) -> float:
        return max(_estimates(views, 1)) - min(_estimates(views, 0))

    def _bounds(self, views: Sequence[tuple[Counted, Counted]]) -> tuple[float, float]:
        """The least and the most that the gap may be."""
        return self._widest(views, self._alpha_fail, inner=True), self._widest(views, self._alpha_pass, inner=False)

    def _widest(self, views: Sequence[tuple[Counted, Counted]], alpha: float, inner: bool) -> float:
        """max U - min L, the most that the gap may be, or with ``inner`` max L - min U, the least."""
        if not views:
            return 0.0
        pairs = [(s.hypothesis, low, high) for s, (low, high) in zip(self._streams, views, strict=True)]
        lowers = [self._limit(Side(h, 1, alpha), low) for h, low, _ in pairs]
        uppers = [self._limit(Side(h, -1, alpha), high) for h, _, high in pairs]
        return max(lowers) - min(uppers) if inner else max(uppers) - min(lowers)

    def _limit(self, side: Side, seen: Counted) -> float:
        if not self._exact or not len(seen.counts):
            return invert(side, seen, self._grid, _TOLERANCE)
        n, successes = int(seen.counts.sum()), int(seen.pair[0] @ seen.counts)
        return (clopper_pearson.lower if side.sign > 0 else clopper_pearson.upper)(successes, n, side.alpha)

    def _estimate(self, views: Sequence[tuple[Counted, Counted]]) -> float | None:
        values = [low.estimate for low, _ in views if low.estimate is not None]
        return max(values) - min(values) if values and len(values) == len(views) else None


def _estimates(views: Sequence[tuple[Counted, Counted]], which: int) -> list[float]:
    """The estimates in one view, none at all where one of them is undefined."""
    found = [pair[which].estimate for pair in views]
    return [] if any(value is None for value in found) else [float(value) for value in found if value is not None]
