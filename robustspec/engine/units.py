"""From the scores of a scenario to what an arm's test takes: the pair (A, B) of each unit, in two views.

A case without output is put in as the bound that hurts a PASS in one view, and as the one that hurts a FAIL in the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from robustspec.aggregates.base import Block
from robustspec.engine.plan import ArmPlan, Ints, Stream
from robustspec.engine.table import INVALID, MISSING, SCORED, UNCHANGED, ScoreTable, Several
from robustspec.metrics.base import RatioMetric, RowMetric, TableMetric
from robustspec.statistics.side import Pair

Floats = npt.NDArray[np.float64]

SLACK = 1e-9
"""Rounding of a weighted mean beyond its bounds; anything further out is a fault of the metric."""


Table = dict[Any, float]
"""What a table metric observed in one unit: its entries with their weights."""


class Batch(NamedTuple):
    """Some units of a stream: their values against PASS and against FAIL (of a table metric their tables instead), which
    of the units gave evidence, and what was wrong with the one after them, if anything was."""

    views: tuple[Pair, Pair]
    tables: list[Table]
    units: Ints
    fault: str


_NOTHING: Pair = (np.empty(0), None)


class UnitValues:
    """Turns the scores of an arm's units into the pairs (A, B) that its test takes.

    ``baseline`` holds the scores of the model that the aggregate compares with, None where it compares with none or with
    published numbers.
    """

    def __init__(self, plan: ArmPlan, stream: Stream, table: ScoreTable, baseline: ScoreTable | None = None) -> None:
        self.plan, self.stream, self.table, self.baseline = plan, stream, table, baseline
        self.aggregate = plan.aggregate
        self.name = plan.measure
        # A table has no bound that a missing case could be put in as.
        self._missing_counts = plan.settings.on_missing == "worst_case" and not isinstance(plan.metric, TableMetric)
        self._tables = [table] if baseline is None else [table, baseline]

    def read(self, first: int, last: int) -> Batch:
        """The units ``first`` to ``last`` (exclusive), up to the first one that could not be scored."""
        slots, unit_of = self.stream.rows(first, last)
        broken, fault = self._broken(slots), ""
        if broken.any():
            fault = f"{self.name} cannot be computed: {self._why()}"
            before = unit_of < unit_of[np.argmax(broken)]
            slots, unit_of = slots[before], unit_of[before]
        weights = self.weights(slots)
        rows = weights.any(axis=1)
        slots, unit_of, weights = slots[rows], unit_of[rows], weights[rows]
        counts = np.bincount(unit_of, minlength=last - first)
        units = np.flatnonzero(counts)
        if isinstance(self.plan.metric, TableMetric):
            return Batch((_NOTHING, _NOTHING), self._tables_of(slots, weights, unit_of, units), units, fault)
        against_pass = self._pair(slots, weights, worse=True)
        against_fail = self._pair(slots, weights, worse=False) if self._lost(slots) else against_pass
        views = [self._by_unit(pair, unit_of, counts, units) for pair in (against_pass, against_fail)]
        return Batch((views[0], views[1] if against_fail is not against_pass else views[0]), [], units, fault)

    def _tables_of(self, slots: Ints, weights: Floats, unit_of: Ints, units: Ints) -> list[Table]:
        """The table of each unit: each row's weights sum to 1."""
        values = self.table.values[self.name][0]
        tables: dict[int, Table] = {int(unit): {} for unit in units}
        for row, column in zip(*np.nonzero(weights), strict=True):
            entry = self.table.entry(values[self.stream.cells[column], slots[row]])
            each = entry if isinstance(entry, Several) else (entry,)
            table = tables[int(unit_of[row])]
            for one in each:
                table[one] = table.get(one, 0.0) + float(weights[row, column]) / len(each)
        return list(tables.values())

    def weights(self, slots: Ints) -> Floats:
        """The weight of each cell (rows x cells), shared among those with evidence; 0 throughout where there is none."""
        evidence = np.ones((len(slots), len(self.stream.cells)), dtype=bool)
        for table in self._tables:
            status, clean = self._status(table, slots)
            evidence &= self._is_evidence(status)
            if self.aggregate.paired:
                evidence &= self._is_evidence(clean)[:, None]
        weights = evidence * self.stream.weights
        total = weights.sum(axis=1, keepdims=True)
        return np.asarray(weights / np.where(total > 0, total, 1.0))

    def _status(self, table: ScoreTable, slots: Ints) -> tuple[Any, Any]:
        """Of the selected cells (rows x cells), and of the clean one."""
        status = table.status[self.name]
        return status[np.asarray(self.stream.cells)[:, None], slots].T, status[0, slots]

    def _is_evidence(self, status: Any) -> Any:
        return (status == SCORED) | ((status == MISSING) & self._missing_counts)

    def _broken(self, slots: Ints) -> Any:
        broken = np.zeros(len(slots), dtype=bool)
        for table in self._tables:
            status, clean = self._status(table, slots)
            broken |= (status == INVALID).any(axis=1) | ((clean == INVALID) & self.aggregate.needs_clean)
        return broken

    def _why(self) -> str:
        return next((table.faults[self.name] for table in self._tables if self.name in table.faults), "unknown fault")

    def _lost(self, slots: Ints) -> bool:
        both = [self._status(table, slots) for table in self._tables]
        return self._missing_counts and any((s == MISSING).any() or (c == MISSING).any() for s, c in both)

    def _pair(self, slots: Ints, weights: Floats, *, worse: bool) -> Pair:
        metric, table = self.plan.metric, self.table
        group = None if self.stream.row_weights is None else self.stream.row_weights[slots]
        if isinstance(metric, RatioMetric):
            top, bottom = (self._scores(table, slots, worse, part) * weights for part in (0, 1))
            by_group = 1.0 if group is None else group
            return np.nansum(top, axis=1) * by_group, np.nansum(bottom, axis=1) * by_group
        scores = self._scores(table, slots, worse, 0)
        clean = np.full(len(slots), np.nan)
        if self.aggregate.needs_clean:
            clean = self._column(table, 0, slots, worse != self.aggregate.paired, 0)
        if isinstance(metric, RowMetric) and type(metric).combine is not RowMetric.combine:
            before = None if metric.pairwise else self._scores(table, slots, worse, 1)
            scores, weights = self._combined(metric, before, scores, weights), np.ones((len(slots), 1))
        block = Block(
            scores,
            weights,
            clean,
            labels=self.stream.labels,
            levels=self.stream.levels,
            baseline=self._baseline(slots, not worse),
            group=group,
            published=self.stream.reference is not None,
            lower=metric.lower,
            upper=metric.upper,
        )
        opposed = self.aggregate.opposed(block)
        if opposed is not None and (table.status[self.name][:, slots] == MISSING).any():
            block.scores = np.where(opposed, self._scores(table, slots, not worse, 0), scores)
        return self.aggregate.rows(block, self.plan.higher_is_better)

    def _baseline(self, slots: Ints, worse: bool) -> Floats | None:
        """What the baseline scored (rows x cells); what hurts the model under test is what helps the baseline."""
        if self.stream.reference is not None:
            return np.broadcast_to(self.stream.reference, (len(slots), len(self.stream.cells)))
        return None if self.baseline is None else self._scores(self.baseline, slots, worse, 0)

    def _scores(self, table: ScoreTable, slots: Ints, worse: bool, part: int) -> Floats:
        return np.stack([self._column(table, cell, slots, worse, part) for cell in self.stream.cells], axis=1)

    def _column(self, table: ScoreTable, cell: int, slots: Ints, worse: bool, part: int) -> Floats:
        """Scores of one cell, NaN where there is no evidence, missing ones at the bound that hurts (or helps)."""
        status = table.status[self.name][cell, slots]
        scores = np.where(status == SCORED, table.values[self.name][part, cell, slots], np.nan)
        if self._missing_counts:
            view = 0 if worse == self.plan.higher_is_better else 1
            for row in np.flatnonzero(status == MISSING):
                scores[row] = table.missing[self.name, cell, int(slots[row])][view][part]
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
        hypothesis, aggregate = self.stream.hypothesis, self.aggregate
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


@dataclass(slots=True)
class Share:
    """What happened to the cases of an arm's evidence.

    ``scored``, ``unchanged`` and ``missing`` count cells of rows; ``calls`` the calls that those took which were not left
    unchanged, with their draws and repeats; ``unchanged_shares`` is the part of each cell's rows that was unchanged.
    """

    scored: int = 0
    unchanged: int = 0
    missing: int = 0
    calls: int = 0
    unchanged_shares: dict[int, float] = field(default_factory=dict)

    @property
    def missing_share(self) -> float:
        """Share of cases without output."""
        return self.missing / (self.scored + self.missing) if self.missing else 0.0

    def add(self, other: Share) -> None:
        """Add what happened in another stream."""
        self.scored += other.scored
        self.unchanged += other.unchanged
        self.missing += other.missing
        self.calls += other.calls
        for cell, share in other.unchanged_shares.items():
            self.unchanged_shares[cell] = max(share, self.unchanged_shares.get(cell, 0.0))


def shares(
    plan: ArmPlan, draws: Sequence[int], table: ScoreTable, baseline: ScoreTable | None, stream: Stream, slots: Ints
) -> Share:
    """What happened to the cases of one stream; ``draws`` is how many each cell of the scenario has.

    A clean case that an aggregate compares with is a case of the evidence, wherever it is not selected. A case that its
    baseline could not answer is as missing as one that the model could not.
    """
    name, found = plan.measure, Share()
    for cell in plan.cells_called(stream):
        status = table.status[name][cell, slots]
        if baseline is not None:
            status = np.where(baseline.status[name][cell, slots] == MISSING, MISSING, status)
        unchanged, scored, missing = (int((status == each).sum()) for each in (UNCHANGED, SCORED, MISSING))
        known = unchanged + scored + missing
        found.unchanged_shares[cell] = unchanged / known if known else 0.0
        found.scored += scored
        found.missing += missing
        found.unchanged += unchanged
        found.calls += (scored + missing) * draws[cell] * plan.settings.repeats
    return found
