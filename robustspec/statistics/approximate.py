"""Method approximate: verdicts from bootstrap bounds, for what has no exact test. Judged once, at the end.

The error rates are about those asked for, and are not guaranteed. Fewer than 30 units give no verdict at all, and units
that are all alike never a PASS: resampling them says nothing about the units that were not seen.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from robustspec.statistics.at_end import AtEndTest
from robustspec.statistics.base import Floats, Hypothesis, Method, Population, Summary
from robustspec.statistics.bootstrap import Resampled, Statistic, bootstrap
from robustspec.statistics.evidence import Counted
from robustspec.statistics.point import meets

FEWEST_UNITS = 30
"""The fewest units from which bootstrap bounds are taken."""

TableValues = Callable[[Sequence[Any], Floats], Floats]
"""The values of many tables over the same entries (`robustspec.metrics.base.TableMetric.values`)."""

UnitTable = tuple[tuple[Hashable, float], ...]
"""The entries of one unit with their weights."""

_EQUAL = 1e-12


class ApproximateTest(AtEndTest):
    """PASS where the bootstrap bound at ``alpha_pass`` meets the requirement, FAIL where that at ``alpha_fail`` misses it.

    The statistic is mean(A) / mean(B). ``reason`` says why there is no verdict where the resamples give no bounds.
    ValueError for a quantile or a tail mean, which have exact tests, and at the end for fewer than 30 units.
    """

    def __init__(self, hypothesis: Hypothesis) -> None:
        _check(hypothesis)
        super().__init__(hypothesis)
        self._resampled: tuple[Resampled, Resampled] | None = None
        self.reason = ""

    def shows(self, views: tuple[Counted, Counted]) -> tuple[bool, bool]:
        """The bounds against the requirement's; ValueError where there are fewer than 30 units."""
        _check_units(self.n)
        shown = _shown(self._hypothesis, self.bounds(views))
        assert self._resampled is not None
        self.reason = next((each.fault for each in self._resampled if each.fault), "")
        return shown

    def bounds(self, views: tuple[Counted, Counted]) -> tuple[float | None, float | None]:
        """BCa bounds once the units are in, None before, for fewer than 30 units and where resamples say nothing."""
        if not self._closed or self.n < FEWEST_UNITS:
            return None, None
        if self._resampled is None:
            on_pass, on_fail = views
            resampled = self._resample(on_pass)
            self._resampled = resampled, resampled if _alike(on_pass, on_fail) else self._resample(on_fail)
        return _bounds(self._hypothesis, self._resampled)

    def _resample(self, seen: Counted) -> Resampled:
        return bootstrap(seen.counts, _ratio(seen), seed=self._hypothesis.seed)


class TableTest:
    """Judges a number of a whole table (MCC, AUROC) once all units are in.

    ``values`` is `TableMetric.values` of the metric. Under ``approximate`` whole units are resampled; under ``point``, and
    under ``population: dataset``, the number is compared with the bound. Units after the horizon are not evidence.
    ``reason`` says why there is no verdict where the resamples give no bounds. ValueError at the end where the number is
    undefined, or approximate has fewer than 30 units; and for a method without a test.
    """

    def __init__(
        self,
        hypothesis: Hypothesis,
        values: TableValues,
        method: Method = "approximate",
        population: Population = "distribution",
    ) -> None:
        _check(hypothesis)
        self._certain = population == "dataset"
        if not self._certain and method not in ("approximate", "point"):
            raise ValueError(f"a number of a whole table has no {method} test -- write method: approximate, or point")
        self._compares = self._certain or method == "point"
        self._hypothesis, self._values = hypothesis, values
        self._units: Counter[UnitTable] = Counter()
        self._resampled: Resampled | None = None
        self._closed = False
        self.decision: Literal["PASS", "FAIL"] | None = None
        self.reason = ""
        self.n = 0

    def extend(self, units: Sequence[Mapping[Any, float]]) -> int | None:
        """Take more units, each as its entries with their weights (> 0); the horizon where that decided, else None.

        A unit without entries is not counted.
        """
        room = self._hypothesis.horizon - self.n
        if not self._closed:
            taken = [tuple(unit.items()) for unit in units if unit][:room]
            self._units.update(taken)
            self.n += len(taken)
            if taken and self.n == self._hypothesis.horizon:
                self.finish()
        return self.n if self.decision else None

    def finish(self) -> Literal["PASS", "FAIL"] | None:
        """Judge the units that came; none at all decide nothing."""
        if not self._closed:
            self._closed = True
            if self.n:
                self._judge()
        return self.decision

    def summary(self) -> Summary:
        """The number of the table, and its bounds once all units are in."""
        h, value = self._hypothesis, self._estimate()
        on_pass, on_fail = (value, value) if self._certain and self._closed else self._bounds()
        lower, upper = (on_pass, on_fail) if h.at_least else (on_fail, on_pass)
        return Summary(self.n, value, lower, upper)

    def units(self) -> list[tuple[UnitTable, int]]:
        """The distinct units with how many there are of each: given to another test in this order, they decide alike."""
        return list(self._units.items())

    def _judge(self) -> None:
        value = self._estimate()
        if value is None:
            raise ValueError(
                "the value is undefined on these units -- add units that define it, or look at their labels and turns"
            )
        if self._compares:
            self.decision = "PASS" if meets(self._hypothesis, value) else "FAIL"
            return
        _check_units(self.n)
        passed, failed = _shown(self._hypothesis, self._bounds())
        self.decision = "FAIL" if failed else "PASS" if passed else None
        self.reason = self._resampled.fault if self._resampled else ""

    def _estimate(self) -> float | None:
        if not self.n:
            return None
        value = float(self._statistic()[0](self._counts()[np.newaxis])[0])
        return value if math.isfinite(value) else None

    def _bounds(self) -> tuple[float | None, float | None]:
        if self._compares or not self._closed or self.n < FEWEST_UNITS:
            return None, None
        if self._resampled is None:
            statistic, width = self._statistic()
            self._resampled = bootstrap(self._counts(), statistic, seed=self._hypothesis.seed, width=width)
        return _bounds(self._hypothesis, (self._resampled, self._resampled))

    def _counts(self) -> Floats:
        return np.fromiter(self._units.values(), dtype=np.float64, count=len(self._units))

    def _statistic(self) -> tuple[Statistic, int]:
        """The value of a table made of counted units, and how many numbers it holds at once for one of them."""
        codes: dict[Hashable, int] = {}
        flat = [(codes.setdefault(entry, len(codes)), weight) for unit in self._units for entry, weight in unit]
        code = np.array([number for number, _ in flat], dtype=np.int64)
        order = np.argsort(code, kind="stable")
        unit_of = np.repeat(np.arange(len(self._units)), [len(unit) for unit in self._units])[order]
        weight = np.array([weight for _, weight in flat], dtype=np.float64)[order]
        starts = np.searchsorted(code[order], np.arange(len(codes)))
        entries = list(codes)

        def statistic(counts: Floats) -> Floats:
            return self._values(entries, _sums(counts, unit_of, weight, starts))

        return statistic, len(flat)


def _sums(counts: Floats, unit_of: npt.NDArray[np.int64], weight: Floats, starts: npt.NDArray[np.int64]) -> Floats:
    """The weight of each entry, resamples x entries, from how often each unit was drawn."""
    return np.asarray(np.add.reduceat(counts[:, unit_of] * weight, starts, axis=1))


def _ratio(seen: Counted) -> Statistic:
    """mean(A) / mean(B), NaN where B has no weight."""
    a, b = seen.pair

    def statistic(counts: Floats) -> Floats:
        top = counts @ a
        bottom = counts.sum(axis=1) if b is None else counts @ b
        return np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1.0), np.nan)

    return statistic


def _alike(one: Counted, other: Counted) -> bool:
    arrays = zip((*one.pair, one.counts), (*other.pair, other.counts), strict=True)
    return all(x is y or (x is not None and y is not None and np.array_equal(x, y)) for x, y in arrays)


def _bounds(h: Hypothesis, views: tuple[Resampled, Resampled]) -> tuple[float | None, float | None]:
    """The bound that a PASS needs and the one that a FAIL needs."""
    sign = 1 if h.at_least else -1
    return views[0].bound(h.alpha_pass, sign), views[1].bound(h.alpha_fail, -sign)


def _shown(h: Hypothesis, bounds: tuple[float | None, float | None]) -> tuple[bool, bool]:
    """Whether the bounds show a PASS, and a FAIL; neither where there are none."""
    sign = 1 if h.at_least else -1
    on_pass, on_fail = bounds
    passed = on_pass is not None and sign * (on_pass - h.bound) >= -h.margin - _EQUAL
    return passed, on_fail is not None and sign * (on_fail - h.bound) < -_EQUAL


def _check_units(n: int) -> None:
    if n < FEWEST_UNITS:
        raise ValueError(
            f"method approximate has {n} units and needs {FEWEST_UNITS} -- add rows, raise max_samples, or use a metric "
            "that has an exact test"
        )


def _check(h: Hypothesis) -> None:
    if h.form != "mean":
        raise ValueError(f"a {h.form} has no approximate test -- write method: sequential or fixed, which are exact")
    if not (0 < h.alpha_pass < 1 and 0 < h.alpha_fail < 1):
        raise ValueError(f"error rates {h.alpha_pass} and {h.alpha_fail} must lie between 0 and 1 -- see confidence")
    if not math.isfinite(h.bound) or h.margin < 0:
        raise ValueError(f"bound {h.bound} with margin {h.margin}: the bound is a number and the margin 0 or more")
