"""Means by cell and by group: they tell a reader where a value comes from, and no verdict rests on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from robustspec.engine.judge import ArmRun
from robustspec.engine.plan import Ints
from robustspec.engine.scenario import ScenarioRun
from robustspec.engine.table import SCORED, ScoreTable
from robustspec.metrics.base import Metric, RowMetric, TableMetric

Floats = npt.NDArray[np.float64]
Part = tuple[str, float, int]
"""The name of a part of the evidence, its mean score, and the number of scores."""

MOST_GROUPS = 12


def has_scores(metric: Metric) -> bool:
    """Whether the number that is kept of one cell is a score, and not a code or a rank."""
    return not isinstance(metric, TableMetric) and not (isinstance(metric, RowMetric) and not metric.pairwise)


def means(
    table: ScoreTable, measure: str, cells: Sequence[int], slots: Ints, codes: npt.NDArray[np.integer[Any]], n: int
) -> tuple[Floats, Ints]:
    """The mean score over ``cells`` of the slots of each code from 0 to ``n`` - 1, and the number of scores.

    ``codes`` (by slot) says where a slot belongs. A ratio is the sum over the sum. NaN where there is no score, or a
    ratio is undefined. Shapes: (n,), (n,).
    """
    values, status = table.values[measure], table.status[measure]
    tops, bottoms, counts = np.zeros(n), np.zeros(n), np.zeros(n, dtype=np.int64)
    for cell in cells:
        scored = slots[status[cell, slots] == SCORED]
        at = codes[scored]
        here = np.bincount(at, minlength=n)
        counts += here
        tops += np.bincount(at, values[0, cell, scored], n)
        bottoms += np.bincount(at, values[1, cell, scored], n) if len(values) == 2 else here
    return np.divide(tops, bottoms, out=np.full(n, np.nan), where=bottoms > 0), counts


def overall(table: ScoreTable, measure: str, cell: int, slots: Ints) -> tuple[float | None, int]:
    """The mean score of one cell, None where there is none, and the number of scores."""
    found, counts = means(table, measure, (cell,), slots, np.zeros(table.made.shape[1], dtype=np.int64), 1)
    return None if np.isnan(found[0]) else float(found[0]), int(counts[0])


def worst_cells(run: ArmRun, scenario: ScenarioRun) -> list[Part]:
    """Mean score of each cell of an arm's evidence, worst first."""
    if not has_scores(run.plan.metric):
        return []
    slots: dict[int, list[Ints]] = {}
    for stream, seen in run.evidence():
        for cell in stream.cells:
            slots.setdefault(cell, []).append(seen)
    found = [
        (scenario.plan.cells[cell].name, *overall(scenario.cases.table, run.plan.measure, cell, np.concatenate(parts)))
        for cell, parts in slots.items()
    ]
    return _worst_first(run, ((name, mean, n) for name, mean, n in found if mean is not None))


def worst_groups(run: ArmRun, scenario: ScenarioRun) -> list[Part]:
    """Mean score of each group value in an arm's evidence, worst first, twelve at most; none for an arm of a group."""
    plan, dataset = run.plan, scenario.plan.dataset
    if not has_scores(plan.metric) or plan.group is not None:
        return []
    found: list[Part] = []
    for group in dataset.group_names:
        codes, values = dataset.group_codes(group)[scenario.plan.rows], dataset.group_values(group)
        tops, counts = np.zeros(len(values)), np.zeros(len(values), dtype=np.int64)
        for stream, slots in run.evidence():
            each, n = means(scenario.cases.table, plan.measure, stream.cells, slots, codes, len(values))
            tops, counts = tops + np.nan_to_num(each) * n, counts + n
        found += [(f"{group}={values[k]}", float(tops[k] / counts[k]), int(counts[k])) for k in np.flatnonzero(counts)]
    return _worst_first(run, iter(found))[:MOST_GROUPS]


def _worst_first(run: ArmRun, parts: Iterator[Part]) -> list[Part]:
    return sorted(parts, key=lambda part: part[1], reverse=not run.plan.higher_is_better)
