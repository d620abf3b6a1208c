"""Survival over turns in the evidence of an arm, for readers: no verdict rests on these curves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from robustspec.engine.evidence import SurvivalCurve, SurvivalTurn
from robustspec.engine.judge import ArmRun
from robustspec.engine.plan import ArmPlan, Ints, Stream
from robustspec.engine.scenario import ScenarioRun
from robustspec.engine.table import SCORED, ScoreTable, Several
from robustspec.engine.units import UnitValues
from robustspec.metrics.base import TableMetric
from robustspec.metrics.survival import Survival, curve
from robustspec.metrics.survives import Survives
from robustspec.metrics.turns import ByThreshold

End = tuple[int, bool]
"""A turn, and whether the conversation failed in it; else it ended there unharmed."""


def survival_curves(run: ArmRun, scenario: ScenarioRun) -> list[SurvivalCurve]:
    """One curve for each stream of an arm whose metric says how far a conversation goes; none for other metrics."""
    table, baseline, plan = scenario.cases.table, scenario.baseline_table(run.plan), run.plan
    if not isinstance(plan.metric, Survival) and plan.measure not in table.ends:
        return []
    found = []
    for stream, slots in run.evidence():
        weights = UnitValues(plan, stream, table, baseline).weights(slots)
        counts, shares = _ends(plan, stream, table, slots, weights)
        turns = list(_turns(counts, shares, _last(plan, counts)))
        if turns:
            found.append(SurvivalCurve(stream.name, turns, _bound(plan, turns)))
    return found


def _ends(
    plan: ArmPlan, stream: Stream, table: ScoreTable, slots: Ints, weights: np.ndarray
) -> tuple[Counter[End], dict[End, float]]:
    """How many conversations end how, and with what weight of the evidence."""
    at = np.asarray(stream.cells)[:, None], slots
    scored = (table.status[plan.measure][at].T == SCORED) & (weights > 0)
    if isinstance(plan.metric, TableMetric):
        codes = table.values[plan.measure][0][at].T[scored].astype(np.int64)
    else:
        codes = table.ends[plan.measure][at].T[scored].astype(np.int64) - 1
    counts: Counter[End] = Counter()
    shares: dict[End, float] = {}
    sums = np.bincount(codes, weights[scored])
    for code, n in enumerate(np.bincount(codes).tolist()):
        entry = table.entry(code) if n else ()
        ends = entry if isinstance(entry, Several) else (entry,) if n else ()
        for end in ends:
            counts[end] += n  # type: ignore[index]  # what `Survival.observe` and `Measure` keep
            shares[end] = shares.get(end, 0.0) + float(sums[code]) / len(ends)  # type: ignore[index, call-overload]
    return counts, shares


def _turns(counts: Counter[End], shares: dict[End, float], last: int) -> Iterator[SurvivalTurn]:
    if not shares or last < 1:
        return
    surviving = curve(list(shares), np.array([list(shares.values())]), last)[0]
    for turn in range(1, last + 1):
        share = float(surviving[turn - 1])
        yield SurvivalTurn(
            turn,
            at_risk=sum(n for (end, _), n in counts.items() if end >= turn),
            failed=counts[turn, True],
            ended=counts[turn, False],
            surviving=None if np.isnan(share) else share,
        )


def _last(plan: ArmPlan, counts: Counter[End]) -> int:
    """The last turn that the requirement is about, or that any conversation came to."""
    metric = plan.metric
    assert isinstance(metric, ByThreshold)
    limit = getattr(metric, "at", None) or getattr(metric, "to", None)
    longest = max((turn for turn, _ in counts), default=0)
    return longest if limit is None else min(limit, longest)


def _bound(plan: ArmPlan, turns: Sequence[SurvivalTurn]) -> float | None:
    """The bound, where it is one on the share that the curve ends with.

    `survives` counts a conversation that ends early as one that survived, so it has the curve's last share as its mean only
    where none does.
    """
    if plan.aggregate.kind != "mean" or plan.is_gap or not isinstance(plan.metric, Survival | Survives):
        return None
    whole = not any(turn.ended for turn in turns[:-1])
    return plan.requirement.bound if whole or isinstance(plan.metric, Survival) else None
