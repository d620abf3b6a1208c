"""A bound on a quantile of the unit values is a bound on a share of units, whose exact test needs no range of values.

"The q quantile is at least c" means that at least the share 1 - q of the units has a value >= c: the quantile is the largest
v with P(value >= v) >= 1 - q. "The q quantile is at most c" means that at least the share q of the units has a value <= c:
there it is the smallest v with P(value <= v) >= q. The two differ only where no unit lies between them, and then each is
the reading that a requirement in its direction can meet. For ``share: 0.95`` and ``at_most: 2`` (seconds): 95 % of units
take at most 2 seconds. Mean values of units may be unbounded, as a latency or a perplexity is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np

from robustspec.statistics.base import Floats, Hypothesis, Ints, Summary, Test
from robustspec.statistics.evidence import Counted, Evidence
from robustspec.statistics.side import Pair

_DIGITS = 12
"""To which 1 - q is rounded, so that 1 - 0.9 is 0.1."""

_EQUAL = 1e-9
"""Rounding of a unit's mean that does not take it below the bound."""


def as_share(hypothesis: Hypothesis) -> Hypothesis:
    """The hypothesis about the share of units on the right side of the bound that a quantile's hypothesis stands for.

    Values are 0 or 1, more is better, and the margin is 0: it belongs to the values, not to the share. ValueError unless the
    quantile's ``share`` lies between 0 and 1 and no unit has a denominator.
    """
    q = hypothesis.share
    if not 0 < q < 1:
        raise ValueError(
            f"share {q} of a quantile must lie between 0 and 1 -- write 0.05 for the value of the worst 5 %"
        )
    if hypothesis.denominator_upper is not None:
        raise ValueError(
            "a ratio has no value of its own for each unit -- take a quantile of a metric that is no ratio"
        )
    needed = round(1 - q, _DIGITS) if hypothesis.at_least else q
    plain = replace(hypothesis, bound=needed, at_least=True, lower=0.0, upper=1.0, nested=True, margin=0.0)
    return replace(plain, binary=True, form="mean", share=1.0, higher_is_better=True)


class QuantileTest:
    """The test of a share, made by ``make``, on the indicator of values at or beyond the bound.

    Its error rates are those of the inner test. ``margin`` loosens the bound of the indicator on the PASS side only.
    """

    def __init__(self, hypothesis: Hypothesis, make: Callable[[Hypothesis], Test]) -> None:
        self._hypothesis, self._make = hypothesis, make
        self._share = as_share(hypothesis)
        self._inner = make(self._share)
        self._evidence = Evidence(replace(hypothesis, binary=False))
        self._ranks: list[Ints] = []
        self._finished = False
        self.decision: Literal["PASS", "FAIL"] | None = None
        self.n = 0

    def extend(self, against_pass: Pair, against_fail: Pair, drawn: Ints | None = None) -> int | None:
        """Take more units, shapes (units,); the unit at which the test decided, or None.

        ValueError at a value outside the declared range, unless the decision came before it. Its end may be infinite, as
        the latency of a call without an answer is.
        """
        if self._finished or self.decision is not None:
            return self.n if self.decision else None
        (on_pass, _), (on_fail, _), fault = self._evidence.take(against_pass, against_fail)
        ranks = None if drawn is None else np.asarray(drawn, dtype=np.int64)[: len(on_pass)]
        self._ranks += [] if ranks is None else [ranks]
        sign, bound = self._sign, self._hypothesis.bound
        met = self._beyond(on_pass, bound - sign * self._hypothesis.margin)
        self._inner.extend((met, None), (self._beyond(on_fail, bound), None), ranks)
        self.n, self.decision = self._inner.n, self._inner.decision
        if self.decision is not None:
            self._evidence.cut(self.n)
        elif fault is not None:
            raise fault
        return self.n if self.decision else None

    @property
    def _sign(self) -> int:
        return 1 if self._hypothesis.at_least else -1

    def _beyond(self, values: Floats, bound: float) -> Floats:
        """1 where a value is at the bound or on its good side, else 0."""
        rounding = _EQUAL * max(1.0, abs(bound)) if np.isfinite(bound) else 0.0
        # Not by their difference: infinity less infinity is no number.
        return (self._sign * values >= self._sign * bound - rounding).astype(np.float64)

    def finish(self) -> Literal["PASS", "FAIL"] | None:
        """No more units will come: the decision of the inner test."""
        self._finished = True
        self.decision = self._inner.finish()
        return self.decision

    def soonest(self, most: int) -> int:
        """The fewest further units with which a decision is possible, ``most`` where so many cannot bring one."""
        soonest = getattr(self._inner, "soonest", None)
        return most if soonest is None else int(soonest(most))

    def observed(self) -> Counted:
        """The values in evidence as they count against a PASS, with the mean as their estimate, None where it is infinite."""
        seen = self._evidence.counted("pass")
        return seen if _finite(seen.estimate) is not None else replace(seen, estimate=None)

    def summary(self) -> Summary:
        """The empirical quantile, and the values for which the inner test would have decided on these units.

        The bound that a PASS needs is the hardest value seen that would have passed as bound, the other one the hardest that
        would not have failed: the order statistics of a confidence bound. None where no bound would have been decided
        so, for a comparison without guarantee, and for each of the numbers that missing outputs without a worst value make
        infinite.
        """
        views = [self._evidence.counted(which) for which in ("pass", "fail")]
        estimates = [_finite(quantile(view, self._hypothesis.share, self._hypothesis.at_least)) for view in views]
        estimate = estimates[self.decision == "FAIL"]
        inner = self._inner.summary()
        if inner.lower is None and inner.upper is None:
            return Summary(self.n, estimate, None, None)
        # Only a claim about a data set, all of which is in, has bounds that meet.
        certain = inner.lower == inner.upper
        bounds = estimates if certain else [self._furthest("PASS"), self._furthest("FAIL")]
        lower, upper = bounds if self._hypothesis.at_least else bounds[::-1]
        return Summary(self.n, estimate, lower, upper)

    def _furthest(self, word: Literal["PASS", "FAIL"]) -> float | None:
        """Of the values seen, from the easiest bound to the hardest: the last that passes, or the last that does not fail."""
        values, _ = self._evidence.ordered("pass" if word == "PASS" else "fail")
        # Beyond the hardest value seen no unit meets the bound; there must be a bound that fails.
        hardness = np.append(np.sort(self._sign * values), [] if word == "PASS" else [np.inf])
        low, high = -1, len(hardness)
        while high - low > 1:
            middle = (low + high) // 2
            decided = self._decides(word, self._beyond(values, self._sign * hardness[middle]))
            low, high = (middle, high) if decided == (word == "PASS") else (low, middle)
        found = low >= 0 and (word == "PASS" or high < len(hardness))
        return _finite(float(self._sign * hardness[low])) if found else None

    def _decides(self, word: Literal["PASS", "FAIL"], met: Floats) -> bool:
        """Whether the inner test decides so on the units seen; the other side sees what can never decide it."""
        test = self._make(self._share)
        on_pass, on_fail = (met, np.ones_like(met)) if word == "PASS" else (np.zeros_like(met), met)
        ranks = np.concatenate(self._ranks)[: len(met)] if self._ranks else None
        test.extend((on_pass, None), (on_fail, None), ranks)
        if self._finished:
            test.finish()
        return test.decision == word


def _finite(value: float | None) -> float | None:
    """The value, None where it is infinite or no number."""
    return value if value is not None and math.isfinite(value) else None


def quantile(counted: Counted, share: float, at_least: bool) -> float | None:
    """The ``share`` quantile of counted values, by the definition that a bound in this direction uses; None of none."""
    values, counts = counted.pair[0], counted.counts
    if not len(values):
        return None
    n = counts.sum()
    if at_least:
        reaching = np.cumsum(counts[::-1])[::-1] >= round(1 - share, _DIGITS) * n - _EQUAL
        return float(values[np.flatnonzero(reaching)[-1]])
    return float(values[np.argmax(np.cumsum(counts) >= share * n - _EQUAL)])
