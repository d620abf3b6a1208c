"""Which test judges an arm: by its shape, its metric and its method."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from robustspec.engine.plan import ArmPlan
from robustspec.engine.units import Table
from robustspec.metrics.base import TableMetric
from robustspec.statistics.approximate import TableTest
from robustspec.statistics.base import Summary
from robustspec.statistics.paired_gap import make_gap
from robustspec.statistics.point import meets
from robustspec.statistics.select import make_test


def new_test(plan: ArmPlan) -> Any:
    """A fresh test of an arm. That of a gap takes the number of the stream first, that of a table metric tables."""
    first, method, population = plan.streams[0].hypothesis, plan.settings.method, plan.settings.population
    if isinstance(plan.metric, TableMetric):
        return TableGap(plan) if plan.is_gap else _table_test(plan, plan.metric)
    if not plan.is_gap:
        return make_test(method, population, first)
    return make_gap(
        method,
        population,
        first.bound,
        first.alpha_pass,
        first.alpha_fail,
        [plan.tested(stream) for stream in plan.streams],
        plan.settings.margin,
        plan.disjoint,
    )


def _table_test(plan: ArmPlan, metric: TableMetric) -> Any:
    hypothesis, method, population = plan.streams[0].hypothesis, plan.settings.method, plan.settings.population
    if metric.part_ranges and method in ("sequential", "fixed") and population == "distribution":
        return PartsTest(plan, metric)
    return TableTest(hypothesis, metric.values, method, population)


class PartsTest:
    """The exact test of a table metric that is a sum of absolute means: what `AbsoluteSumTest` makes of its parts."""

    def __init__(self, plan: ArmPlan, metric: TableMetric) -> None:
        from robustspec.statistics.absolute_sum import AbsoluteSumTest

        self._metric = metric
        self._test = AbsoluteSumTest(plan.streams[0].hypothesis, metric.part_ranges, plan.settings.method)

    @property
    def decision(self) -> Literal["PASS", "FAIL"] | None:
        """PASS, FAIL, or None."""
        return self._test.decision

    @property
    def n(self) -> int:
        """Units in the evidence."""
        return self._test.n

    def extend(self, units: Sequence[Table]) -> int | None:
        """Take more units; the unit at which the test decided, or None."""
        return self._test.extend(self._metric.part_means(units))

    def finish(self) -> Literal["PASS", "FAIL"] | None:
        """Judge what is judged only at the end."""
        return self._test.finish()

    def summary(self) -> Summary:
        """Estimate and bounds."""
        return self._test.summary()


class TableGap:
    """Best minus worst of a table metric over several values, compared with the bound once all units are in."""

    def __init__(self, plan: ArmPlan) -> None:
        metric = plan.metric
        assert isinstance(metric, TableMetric)
        self._hypothesis, self._metric = plan.streams[0].hypothesis, metric
        self._units: list[list[Table]] = [[] for _ in plan.streams]
        self._horizons = [stream.hypothesis.horizon for stream in plan.streams]
        self._certain = plan.settings.population == "dataset"
        self.decision: Literal["PASS", "FAIL"] | None = None

    def needs(self, k: int) -> int:
        """How many units stream ``k`` may be given now."""
        return self._horizons[k] - len(self._units[k])

    def extend(self, k: int, units: Sequence[Table]) -> int | None:
        """Take more units of stream ``k``."""
        self._units[k] += list(units)[: self.needs(k)]
        return None

    def exhaust(self, k: int) -> None:
        """No more units of stream ``k`` will come."""

    def taken(self, k: int) -> int:
        """How many units of stream ``k`` are in evidence."""
        return len(self._units[k])

    def finish(self) -> Literal["PASS", "FAIL"] | None:
        """Compare the gap with the bound; ValueError where a value is undefined."""
        gap = self.summary().estimate
        if gap is None:
            raise ValueError(f"{self._metric.kind} is undefined on these cases")
        self.decision = "PASS" if meets(self._hypothesis, gap) else "FAIL"
        return self.decision

    def summary(self) -> Summary:
        """The gap; its bounds are the gap itself where all rows that it is about are in."""
        values = np.array([self._value(units) for units in self._units])
        known = bool(len(values)) and bool(np.isfinite(values).all())
        gap = float(values.max() - values.min()) if known else None
        bound = gap if self._certain else None
        return Summary(sum(len(units) for units in self._units), gap, bound, bound)

    def _value(self, units: Sequence[Table]) -> float:
        total: Table = {}
        for unit in units:
            for entry, weight in unit.items():
                total[entry] = total.get(entry, 0.0) + weight
        return float(self._metric.values(list(total), np.array([list(total.values())]))[0]) if total else np.nan
