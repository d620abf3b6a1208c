"""One arm during a run: which units it wants next, what it makes of them, and when it is decided.

An arm's evidence is always a prefix of its own order. It asks for units in geometric batches, takes them in that order,
and stops at the first unit at which its test decides; whatever was called beyond that unit is cost, not evidence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from robustspec.aggregates.base import Block
from robustspec.engine.plan import ArmPlan, Ints, Stream
from robustspec.engine.table import INVALID, MISSING, SCORED, UNCHANGED, ScoreTable, Several
from robustspec.metrics.base import RatioMetric, RowMetric, TableMetric
from robustspec.statistics.base import Summary
from robustspec.statistics.gap import GapTest
from robustspec.statistics.select import make_test

Floats = npt.NDArray[np.float64]
Pair = tuple[Floats, Floats | None]

FIRST_BATCH = 8
GROWTH = 0.25
SMALLEST_BATCH = 7
WHOLE_BATCH = 8192
"""Units at once where the verdict falls only at the end."""

SLACK = 1e-9
"""Rounding of a weighted mean beyond its bounds; anything further out is a fault of the metric."""


@dataclass(slots=True)
class _Reading:
    """How far one stream has been read: units asked for, taken, and with evidence among these."""

    stream: Stream
    asked: int = 0
    taken: int = 0
    evidence: int = 0
    units: list[npt.NDArray[np.int64]] = field(default_factory=list)

    @property
    def exhausted(self) -> bool:
        """Whether no more units can come."""
        return self.asked >= self.stream.n_units or self.evidence >= self.stream.hypothesis.horizon


class ArmRun:
    """An arm while it runs. Call `wants`, have these cases scored, call `consume`; until ``done``."""

    def __init__(self, plan: ArmPlan) -> None:
        self.plan = plan
        self.done = plan.problem is not None
        self.decision: Literal["PASS", "FAIL"] | None = None
        self.fault = ""
        self._readings = [_Reading(stream) for stream in plan.streams]
        method, population = plan.settings.method, plan.settings.population
        self._stepwise = method == "sequential" and population == "distribution"
        self._test: Any = None
        if self.done or isinstance(plan.metric, TableMetric):
            return
        if plan.is_gap:
            first = plan.streams[0].hypothesis
            # Which of the two views is the lower one follows from the values of the gap, not from its bound.
            higher = plan.requirement.aggregate.goal(plan.higher_is_better) == "higher"
            self._test = GapTest(
                method,
                population,
                first.bound,
                first.alpha_pass,
                first.alpha_fail,
                [replace(stream.hypothesis, at_least=higher) for stream in plan.streams],
                plan.settings.margin,
            )
        else:
            self._test = make_test(method, population, plan.streams[0].hypothesis)

    def wants(self) -> Iterator[tuple[Ints, tuple[int, ...]]]:
        """The next units: slots, and the cells they are wanted on (clean included where it is needed)."""
        for number, reading in enumerate(self._readings):
            count = self._batch(number, reading)
            if count <= 0:
                continue
            stream = reading.stream
            slots, _ = stream.rows(reading.asked, reading.asked + count)
            reading.asked += count
            yield slots, self.plan.cells_called(stream)

    def _batch(self, number: int, reading: _Reading) -> int:
        stream, seen = reading.stream, reading.evidence
        room = min(stream.n_units - reading.asked, stream.hypothesis.horizon - seen)
        if not self._stepwise:
            return min(room, WHOLE_BATCH)
        if isinstance(self._test, GapTest):
            return min(room, self._test.needs(number))
        return min(room, FIRST_BATCH if seen == 0 else max(SMALLEST_BATCH, int(seen * GROWTH)))

    def consume(self, table: ScoreTable) -> None:
        """Take the units that were asked for, now scored, and judge."""
        try:
            faults = [self._take(number, reading, table) for number, reading in enumerate(self._readings)]
        except ValueError as error:
            faults = [str(error)]
        fault = next((fault for fault in faults if fault), "")
        if not self.done and fault:
            self._invalid(fault)
        if not self.done and all(reading.exhausted for reading in self._readings):
            self._finish(table)

    def _take(self, number: int, reading: _Reading, table: ScoreTable) -> str:
        """Take a stream's new units; what is wrong with the unit after them, if it could not be scored."""
        first, last = reading.taken, reading.asked
        if first == last or self.done:
            return ""
        reading.taken = last
        batch = UnitValues(self.plan, reading.stream, table).read(first, last)
        reading.units.append(batch.units + first)
        reading.evidence += len(batch.units)
        if isinstance(self._test, GapTest):
            self._test.extend(number, *batch.views)
            if reading.asked >= reading.stream.n_units:
                self._test.exhaust(number)
        elif self._test is not None:
            self._test.extend(*batch.views)
        if self._test is not None and self._test.decision is not None:
            self._decide(self._test.decision)
        return batch.fault

    def _finish(self, table: ScoreTable) -> None:
        self.done = True
        if self._test is None:
            self.decision = self._judge_table(table)
        else:
            self.decision = self._test.finish()

    def _decide(self, decision: Literal["PASS", "FAIL"]) -> None:
        self.decision, self.done = decision, True

    def _invalid(self, fault: str) -> None:
        self.fault, self.done = fault, True

    def _judge_table(self, table: ScoreTable) -> Literal["PASS", "FAIL"] | None:
        value = self.summary(table).estimate
        if value is None:
            self.fault = f"{self.plan.metric.kind} is undefined on these cases"
            return None
        hypothesis = self.plan.streams[0].hypothesis
        difference = value - hypothesis.bound if hypothesis.at_least else hypothesis.bound - value
        return "PASS" if difference >= -1e-12 else "FAIL"

    def summary(self, table: ScoreTable) -> Summary:
        """Estimate and bounds over the evidence."""
        if self._test is not None:
            return replace(self._test.summary(), n=self.units)  # type: ignore[no-any-return]  # both tests return a Summary
        values = [self._table_value(reading, table) for reading in self._readings]
        known = [value for value in values if value is not None]
        if not known or len(known) < len(values):
            return Summary(self.units, None, None, None)
        return Summary(self.units, max(known) - min(known) if self.plan.is_gap else known[0], None, None)

    def _table_value(self, reading: _Reading, table: ScoreTable) -> float | None:
        """A table metric over what was read of a stream; None where it is undefined."""
        metric, stream = self.plan.metric, reading.stream
        assert isinstance(metric, TableMetric)
        slots, _ = stream.rows(0, reading.taken)
        values = table.values[self.plan.measure][0]
        shared = UnitValues(self.plan, stream, table).weights(slots)
        counter: Counter[Any] = Counter()
        for row, column in zip(*np.nonzero(shared), strict=True):
            entry = table.entry(values[stream.cells[column], slots[row]])
            each = entry if isinstance(entry, Several) else (entry,)
            for one in each:
                counter[one] += shared[row, column] / len(each)
        return metric.value(counter) if counter else None

    @property
    def observed(self) -> Any:
        """What the test has seen, for the remedy of an INCONCLUSIVE; None of a gap or a table."""
        return None if self._test is None or isinstance(self._test, GapTest) else self._test.observed()

    @property
    def units(self) -> int:
        """Units in the evidence."""
        if isinstance(self._test, GapTest):
            return self.plan.count_units(self._test.taken(number) for number in range(len(self._readings)))
        if self._test is not None:
            return int(self._test.n)
        return self.plan.count_units(reading.evidence for reading in self._readings)

    def evidence(self) -> Iterator[tuple[Stream, Ints]]:
        """Each stream with the slots that were read up to the decision, in evidence order."""
        for number, reading in enumerate(self._readings):
            units = np.concatenate(reading.units) if reading.units else np.empty(0, dtype=np.int64)
            n = len(units)
            if isinstance(self._test, GapTest):
                n = min(n, self._test.taken(number))
            elif self._test is not None:
                n = min(n, self._test.n)
            last = int(units[n - 1]) + 1 if n and self._stepwise and self.decision else reading.taken
            yield reading.stream, reading.stream.rows(0, last)[0]


class _Batch(NamedTuple):
    """Some units of a stream: their values against PASS and against FAIL, which of the units gave evidence, and what was
    wrong with the one after them, if anything was."""

    views: tuple[Pair, Pair]
    units: Ints
    fault: str


class UnitValues:
    """Turns the scores of an arm's units into the pairs (A, B) that its test takes."""

    def __init__(self, plan: ArmPlan, stream: Stream, table: ScoreTable) -> None:
        self.plan, self.stream, self.table = plan, stream, table
        self.name = plan.measure
        # A table has no bound that a missing case could be put in as.
        self._missing_counts = plan.settings.on_missing == "worst_case" and not isinstance(plan.metric, TableMetric)

    def read(self, first: int, last: int) -> _Batch:
        """The units ``first`` to ``last`` (exclusive), up to the first one that could not be scored."""
        slots, unit_of = self.stream.rows(first, last)
        broken, fault = self._broken(slots), ""
        if broken.any():
            fault = f"{self.name} cannot be computed: {self.table.faults.get(self.name, 'unknown fault')}"
            before = unit_of < unit_of[np.argmax(broken)]
            slots, unit_of = slots[before], unit_of[before]
        weights = self.weights(slots)
        rows = weights.any(axis=1)
        slots, unit_of, weights = slots[rows], unit_of[rows], weights[rows]
        counts = np.bincount(unit_of, minlength=last - first)
        units = np.flatnonzero(counts)
        if isinstance(self.plan.metric, TableMetric):
            nothing: Pair = (np.empty(0), None)
            return _Batch((nothing, nothing), units, fault)
        against_pass = self._pair(slots, weights, worse=True)
        against_fail = self._pair(slots, weights, worse=False) if self._lost(slots) else against_pass
        views = [self._by_unit(pair, unit_of, counts, units) for pair in (against_pass, against_fail)]
        return _Batch((views[0], views[1]), units, fault)

    def weights(self, slots: Ints) -> Floats:
        """The weight of each cell (rows x cells), shared among those with evidence; 0 throughout where there is none."""
        status, clean = self._status(slots)
        evidence = self._is_evidence(status)
        if self.plan.requirement.aggregate.paired:
            evidence &= self._is_evidence(clean)[:, None]
        weights = evidence * self.stream.weights
        total = weights.sum(axis=1, keepdims=True)
        return np.asarray(weights / np.where(total > 0, total, 1.0))

    def _status(self, slots: Ints) -> tuple[Any, Any]:
        """Of the selected cells (rows x cells), and of the clean one."""
        status = self.table.status[self.name]
        return status[np.asarray(self.stream.cells)[:, None], slots].T, status[0, slots]

    def _is_evidence(self, status: Any) -> Any:
        return (status == SCORED) | ((status == MISSING) & self._missing_counts)

    def _broken(self, slots: Ints) -> Any:
        status, clean = self._status(slots)
        return (status == INVALID).any(axis=1) | ((clean == INVALID) & self.plan.requirement.aggregate.needs_clean)

    def _lost(self, slots: Ints) -> bool:
        status, clean = self._status(slots)
        return self._missing_counts and bool((status == MISSING).any() or (clean == MISSING).any())

    def _pair(self, slots: Ints, weights: Floats, *, worse: bool) -> Pair:
        metric, aggregate = self.plan.metric, self.plan.requirement.aggregate
        if isinstance(metric, RatioMetric):
            top, bottom = self._scores(slots, worse, 0), self._scores(slots, worse, 1)
            return (np.nansum(top * weights, axis=1), np.nansum(bottom * weights, axis=1))
        scores = self._scores(slots, worse, 0)
        clean = np.full(len(slots), np.nan)
        if aggregate.needs_clean:
            clean = self._column(0, slots, worse != aggregate.paired, 0)
        if isinstance(metric, RowMetric) and type(metric).combine is not RowMetric.combine:
            before = None if metric.pairwise else self._scores(slots, worse, 1)
            scores, weights = self._combined(metric, before, scores, weights), np.ones((len(slots), 1))
        return aggregate.rows(Block(scores, weights, clean), self.plan.higher_is_better)

    def _scores(self, slots: Ints, worse: bool, part: int) -> Floats:
        return np.stack([self._column(cell, slots, worse, part) for cell in self.stream.cells], axis=1)

    def _column(self, cell: int, slots: Ints, worse: bool, part: int) -> Floats:
        """Scores of one cell, NaN where there is no evidence, missing ones at the bound that hurts (or helps)."""
        status = self.table.status[self.name][cell, slots]
        scores = np.where(status == SCORED, self.table.values[self.name][part, cell, slots], np.nan)
        if self._missing_counts:
            view = 0 if worse == self.plan.higher_is_better else 1
            for row in np.flatnonzero(status == MISSING):
                scores[row] = self.table.missing[self.name, cell, int(slots[row])][view][part]
        return scores

    def _combined(self, metric: RowMetric, clean: Floats | None, scores: Floats, weights: Floats) -> Floats:
        """The row's score from its cells, perturbation by perturbation, the worst of them where there are several.

        ``clean`` holds the clean case's number under the relation of each cell, or is None.
        """
        labels, levels = self.stream.labels, self.stream.levels
        result = np.empty((len(scores), 1))
        for row in range(len(scores)):
            values = []
            for label in dict.fromkeys(labels):
                at = [k for k, name in enumerate(labels) if name == label and weights[row, k] > 0]
                if at:
                    share = weights[row, at] / weights[row, at].sum()
                    base = None if clean is None else float(clean[row, at[0]])
                    values.append(
                        metric.combine(base, scores[row, at].tolist(), share.tolist(), [levels[k] for k in at])
                    )
            result[row, 0] = max(values) if metric.direction == "lower" else min(values)
        return result

    def _by_unit(self, pair: Pair, unit_of: Ints, counts: Any, units: Ints) -> Pair:
        hypothesis, aggregate = self.stream.hypothesis, self.plan.requirement.aggregate
        top = self._mean(pair[0], unit_of, counts, units)
        if pair[1] is not None:
            return top, self._mean(pair[1], unit_of, counts, units)
        top = aggregate.units(top)
        inside = (top >= hypothesis.lower - SLACK) & (top <= hypothesis.upper + SLACK)
        return (np.clip(top, hypothesis.lower, hypothesis.upper) if inside.all() else top), None

    def _mean(self, values: Floats, unit_of: Ints, counts: Any, units: Ints) -> Floats:
        if self.stream.starts is None:
            return values
        sums = np.bincount(unit_of, values, minlength=len(counts)).astype(np.float64)
        return np.asarray(sums[units] / counts[units])


def shares(plan: ArmPlan, table: ScoreTable, stream: Stream, slots: Ints) -> tuple[dict[int, float], int, int, int]:
    """Of the evidence: the unchanged share of each cell, and how many cases were scored, unchanged and missing.

    A clean case that an aggregate compares with is a case of the evidence, wherever it is not selected.
    """
    name = plan.measure
    unchanged_share: dict[int, float] = {}
    scored = unchanged = missing = 0
    for cell in plan.cells_called(stream):
        status = table.status[name][cell, slots]
        here = int((status == UNCHANGED).sum())
        known = here + int((status == SCORED).sum()) + int((status == MISSING).sum())
        unchanged_share[cell] = here / known if known else 0.0
        scored += int((status == SCORED).sum())
        missing += int((status == MISSING).sum())
        unchanged += here
    return unchanged_share, scored, unchanged, missing
