"""The units that a test has seen: checked as they come, kept in two views, cut at the decision."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from robustspec.statistics.base import Floats, Hypothesis
from robustspec.statistics.side import SLACK, Pair

_WITHOUT_LIMIT = (
    "has no limit: a missing output counts as the worst value, which these scores do not have -- complete the outputs, "
    "write on_missing: exclude, or require a quantile"
)


@dataclass(frozen=True, slots=True)
class Counted:
    """Distinct values of (A, B) with how often each was seen; ``estimate`` is mean(A) / mean(B) or None."""

    pair: Pair
    counts: Floats
    estimate: float | None


def count(pair: Pair) -> Counted:
    """The distinct units of ``pair``; the order of the units makes no difference, to the last bit."""
    a, b = pair
    # Not np.unique, which loads numpy.ma: a tenth of the start of a small run.
    if b is None:
        a = np.sort(a)
        starts = _starts(a)
        distinct: Pair = (a[starts], None)
    else:
        order = np.lexsort((b, a))
        a, b = a[order], b[order]
        starts = _starts(a, b)
        distinct = (a[starts], b[starts])
    weight = np.diff(np.append(starts, len(a))).astype(np.float64)
    return Counted(distinct, weight, _estimate(distinct, weight))


def _starts(*columns: Floats) -> npt.NDArray[np.intp]:
    """Where a new row begins in sorted columns."""
    new = np.ones(len(columns[0]), dtype=bool)
    new[1:] = np.any([column[1:] != column[:-1] for column in columns], axis=0)
    return np.flatnonzero(new)


def _estimate(pair: Pair, counts: Floats) -> float | None:
    a, b = pair
    total = float(np.sum(counts if b is None else b * counts))
    return float(np.sum(a * counts)) / total if total > 0 else None


class Evidence:
    """The first ``n`` <= horizon units of an arm, as they count against a PASS and against a FAIL."""

    def __init__(self, hypothesis: Hypothesis) -> None:
        self._hypothesis = hypothesis
        self._chunks: dict[str, list[Pair]] = {"pass": [], "fail": []}
        self.n = 0

    def take(self, against_pass: Pair, against_fail: Pair) -> tuple[Pair, Pair, ValueError | None]:
        """Keep the next units up to the horizon or the first unusable one, which is returned as an error, not raised.

        The caller raises it only where no decision came before that unit, so that the outcome does not depend on how
        the units were cut into batches. Infinity is a value only of a quantile, and only as the declared end of the
        range: there a missing output counts as it. Shapes: (units,).
        """
        room = self._hypothesis.horizon - self.n
        views = [self._floats(against_pass, room)]
        if against_fail is not against_pass:
            views.append(self._floats(against_fail, room))
        if len(views[0][0]) != len(views[-1][0]):
            raise ValueError("the two views of the evidence differ in their number of units")
        bad, message = min((self._fault(view) for view in views), key=lambda fault: fault[0])
        usable = [self._usable(view, bad) for view in views]
        new_pass, new_fail = usable[0], usable[-1]
        self._chunks["pass"].append(new_pass)
        self._chunks["fail"].append(new_fail)
        fault = ValueError(f"unit {self.n + bad + 1} {message}") if message else None
        self.n += len(new_pass[0])
        return new_pass, new_fail, fault

    def cut(self, n: int) -> None:
        """Forget the units after the first ``n``."""
        for which in ("pass", "fail"):
            a, b = self._joined(which)
            self._chunks[which] = [(a[:n], None if b is None else b[:n])]
        self.n = n

    def counted(self, against: str) -> Counted:
        """The units as they count against a "pass" or a "fail"."""
        return count(self._joined(against))

    def ordered(self, against: str) -> Pair:
        """The units as they count against a "pass" or a "fail", in the order in which they came."""
        return self._joined(against)

    def _joined(self, which: str) -> Pair:
        chunks = self._chunks[which]
        if not chunks:
            empty = np.empty(0)
            return empty, None if self._hypothesis.denominator_upper is None else empty
        denominators = [b for _, b in chunks if b is not None]
        return np.concatenate([a for a, _ in chunks]), np.concatenate(denominators) if denominators else None

    def _floats(self, view: Pair, room: int) -> Pair:
        a, b = view
        if (b is None) != (self._hypothesis.denominator_upper is None):
            raise ValueError("a ratio needs the denominator of each unit, and only a ratio has one")
        numerators = np.asarray(a, dtype=np.float64)[:room]
        return numerators, None if b is None else np.asarray(b, dtype=np.float64)[:room]

    def _fault(self, view: Pair) -> tuple[int, str]:
        """Index of the first unusable unit, or the number of units, with what is wrong."""
        h, (a, b) = self._hypothesis, view
        low, high = h.lower, h.upper
        if h.binary:
            good = (a == 0) | (a == 1)
        elif b is None:
            good = (a >= low - SLACK) & (a <= high + SLACK)
        else:
            bound = h.denominator_upper or 0.0
            low, high = (0.0, bound) if h.nested else (h.lower, h.upper)
            good = (a >= low - SLACK) & (a <= (b if h.nested else high) + SLACK) & (b >= -SLACK) & (b <= bound + SLACK)
        if h.form != "quantile":
            # A quantile counts units on either side of its bound, and infinity has a side; a mean is lost with it.
            good &= np.isfinite(a) if b is None else np.isfinite(a) & np.isfinite(b)
        if good.all():
            return len(a), ""
        bad = int(np.argmin(good))
        ends = (a[bad], (low, high)) if b is None or not math.isinf(b[bad]) else (b[bad], (h.denominator_upper,))
        if math.isinf(ends[0]) and ends[0] in ends[1]:
            return bad, _WITHOUT_LIMIT
        shown = f"{a[bad]:g}" if b is None else f"{a[bad]:g} / {b[bad]:g}"
        allowed = "0 or 1" if h.binary else f"[{low:g}, {high:g}]"
        return bad, f"has the value {shown}, outside the declared {allowed} -- correct the metric's bounds or its score"

    def _usable(self, view: Pair, end: int) -> Pair:
        """The first ``end`` units, with rounding beyond the declared range taken off."""
        h, (a, b) = self._hypothesis, view
        if h.binary:
            return a[:end].copy(), None
        if b is None:
            return np.clip(a[:end], h.lower, h.upper), None
        denominators = np.clip(b[:end], 0.0, h.denominator_upper)
        return np.clip(a[:end], 0.0 if h.nested else h.lower, denominators if h.nested else h.upper), denominators
