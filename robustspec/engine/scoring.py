"""From the cases of a cell to one entry of the table, for one metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from robustspec.data.row import Case, Policy, Row
from robustspec.engine.table import (
    INVALID,
    MISSING,
    NOT_COUNTED,
    SCORED,
    UNCHANGED,
    UNKNOWN,
    ScoreTable,
    Several,
)
from robustspec.metrics.base import CaseMetric, Metric, OpinionMetric, RatioMetric, RowMetric, Same, TableMetric
from robustspec.metrics.turns import ByThreshold

Cases = Sequence[Case | None]
"""The cases of one cell by draw and repeat, None for one without output; empty where nothing was changed."""


class Measure:
    """A metric over the first ``repeats`` of ``of_repeats`` repeats of each case; writes to ``table`` under ``name``.

    A metric is an extension: what it raises, or scores out of its bounds, makes its own arms INVALID and no others.
    """

    def __init__(
        self, name: str, metric: Metric, table: ScoreTable, same: Same | None, repeats: int, of_repeats: int
    ) -> None:
        self.name, self.metric, self.same = name, metric, same
        self._table, self._status, self._values = table, table.status[name], table.values[name]
        self._repeats, self._of_repeats = repeats, of_repeats
        self._row_metric = metric if isinstance(metric, RowMetric) else None
        self._is_table = isinstance(metric, TableMetric)
        self._may_miss = metric.reads_turns or isinstance(metric, OpinionMetric)
        self._ratio = metric if isinstance(metric, RatioMetric) else None
        self._ends = table.ends.get(name)

    def enter(
        self,
        at: tuple[int, int],
        row: Row,
        policy: Policy,
        relation: Mapping[str, Any] | None,
        cases: Cases,
        clean: Cases | None,
    ) -> None:
        """Score the cases of one (cell, slot); a row metric also needs the clean ones, and waits where they are None.

        ``row`` is the clean row, ``policy`` that of the cases.
        """
        if self._row_metric is not None and (clean is None or at[0] == 0):
            return
        if self._status[at] != UNKNOWN:  # the row came back for other cells: what arms have read already stays
            return
        try:
            if not self.metric.applies(row, policy):
                self._status[at] = NOT_COUNTED
            elif not cases:
                self._status[at] = UNCHANGED
            else:
                counted = self._counted(cases)
                self._write(at, relation, counted, self._counted(clean or ()))
                if self._ends is not None and self._status[at] == SCORED:
                    self._ends[at] = 1 + int(self._table.code(Several(self._end(each) for each in counted if each)))
        except Exception as error:  # an extension may raise anything
            self._status[at] = INVALID
            self._table.faults.setdefault(self.name, f"{type(error).__name__}: {error}")

    def _end(self, case: Case) -> tuple[int, bool]:
        """The turn of the first failure of a conversation, or its last judged turn, and which of both it is."""
        assert isinstance(self.metric, ByThreshold)
        found = self.metric.verdicts(case)
        return next(((n, True) for n, right in found if not right), (max((n for n, _ in found), default=0), False))

    def _counted(self, cases: Cases) -> Cases:
        if self._may_miss:
            cases = [None if case is None or self.metric.is_missing(case) else case for case in cases]
        if self._repeats == self._of_repeats:
            return cases
        return [case for number, case in enumerate(cases) if number % self._of_repeats < self._repeats]

    def _write(self, at: tuple[int, int], relation: Mapping[str, Any] | None, cases: Cases, clean: Cases) -> None:
        metric = self.metric
        if isinstance(metric, CaseMetric) and len(cases) == 1 and cases[0] is not None:  # nearly every case
            self._values[(0, *at)] = self._within(metric.score(cases[0]))
            self._status[at] = SCORED
            return
        known = []
        for number, case in enumerate(cases):
            base = clean[number % len(clean)] if clean else None
            if case is not None and (self._row_metric is None or base is not None):
                known.append(self._score(case, base, relation))
        if len(known) < len(cases):
            self._status[at] = MISSING
            if not self._is_table:
                self._table.missing[(self.name, *at)] = self._two_views(known, len(cases))
            return
        if self._is_table:
            self._values[(0, *at)] = self._table.code(known[0] if len(known) == 1 else Several(known))
        else:
            for part in range(len(self._values)):
                self._values[(part, *at)] = sum(score[part] for score in known) / len(known)
        self._status[at] = SCORED

    def _two_views(self, known: Sequence[Any], n: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """The mean over ``n`` cases where the unknown ones score lowest, and where they score highest."""
        parts = len(self._values)
        low, high = (self.metric.lower,) * parts, (self.metric.upper,) * parts
        if self._ratio is not None:
            most = self._ratio.denominator_upper
            low, high = (0.0, most), (most, most)
        lost = n - len(known)
        return tuple(
            tuple((sum(score[part] for score in known) + lost * end) / n for part, end in enumerate(ends))
            for ends in (low, high)
        )  # type: ignore[return-value]  # one inner tuple for each of the two ends

    def _score(self, case: Case, clean: Case | None, relation: Mapping[str, Any] | None) -> Any:
        """The parts of a case's score; of a table metric, what of the case enters the table."""
        metric = self.metric
        if isinstance(metric, CaseMetric):
            return (self._within(metric.score(case)),)
        if isinstance(metric, RatioMetric):
            top, bottom = metric.parts(case)
            if not 0 <= top <= bottom <= metric.denominator_upper:
                raise ValueError(
                    f"parts {top}, {bottom} are not 0 <= numerator <= denominator <= {metric.denominator_upper:g}"
                )
            return float(top), float(bottom)
        if isinstance(metric, RowMetric):
            assert clean is not None
            cases = (case,) if metric.pairwise else (case, clean)
            return tuple(self._within(metric.observe(clean, each, relation, self.same)) for each in cases)
        assert isinstance(metric, TableMetric)
        return metric.observe(case)

    def _within(self, score: float) -> float:
        if not self.metric.lower <= score <= self.metric.upper:  # NaN is not within either
            raise ValueError(f"score {score} is outside [{self.metric.lower:g}, {self.metric.upper:g}]")
        return float(score)
