"""What is tested of an arm: bound, error rates, range and kind of its units, fixed before the first call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

import numpy as np

from robustspec.aggregates.base import Aggregate
from robustspec.engine.plan import ArmPlan, Floats, Ints, ScenarioPlan, Stream
from robustspec.errors import DataError
from robustspec.language.baselines import Published
from robustspec.language.cells import Cell
from robustspec.language.spec import Requirement, Settings, Spec
from robustspec.metrics.base import Metric, RatioMetric, TableMetric
from robustspec.statistics.base import Hypothesis
from robustspec.statistics.select import fewest_that_can_pass

_HORIZONS = tuple(64 << doublings for doublings in range(11))
"""Up to 65,536 units of each value may be asked for to show a gap."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of the dimension that a requirement goes over."""

    name: str
    cells: tuple[Cell, ...]
    group: tuple[str, str] | None
    aggregate: Aggregate | None = None
    """The end of the requirement's aggregate that this arm stands for."""


class Hypotheses:
    """Makes the hypotheses of one scenario's arms. ``has_units`` tells units of several rows from rows."""

    def __init__(self, spec: Spec, plan: ScenarioPlan, has_units: bool) -> None:
        self.spec, self.plan, self.has_units = spec, plan, has_units
        self.cells = {cell.name: index for index, cell in enumerate(plan.cells)}

    def higher(self, requirement: Requirement, metric: Metric) -> bool:
        """Whether a higher score is the better one, as far as the requirement goes."""
        return metric.direction == "higher" or (metric.direction == "either" and requirement.at_least is not None)

    def row_weights(self, aggregate: Aggregate, slots: Ints) -> tuple[Floats | None, str]:
        """The weight of each slot under a `reweighted` aggregate, the heaviest 1, and what is wrong with the shares.

        Shares are counted among ``slots``. Without weights, or with a fault, every row weighs the same.
        """
        name = aggregate.group
        if name is None or not len(slots):
            return None, ""
        dataset = self.plan.dataset
        values = dataset.group_values(name)
        codes = dataset.group_codes(name)[self.plan.rows]
        counts = np.bincount(codes[slots], minlength=len(values))
        try:
            by_value = np.array(aggregate.row_weights(values, (counts / counts.sum()).tolist()))
        except DataError as error:
            return np.ones(len(codes)), str(error)
        if not by_value[codes[slots]].any():
            return np.ones(len(codes)), f"every row of the arm has the share 0 of {name} -- give it another share"
        return np.asarray(by_value / by_value.max())[codes], ""

    def reference(self, aggregate: Aggregate, cells: Sequence[Cell]) -> Floats | None:
        """The published numbers that the cells are compared with, None where the baseline is a model or there is none."""
        name = aggregate.baseline
        table = None if name is None else self.spec.baselines[name]
        return table.numbers(cells, aggregate.over_clean) if isinstance(table, Published) else None

    def of(
        self,
        req: Requirement,
        chosen: Settings,
        value: Value,
        metric: Metric,
        reference: Floats | None,
        horizon: int,
        arms: int,
    ) -> Hypothesis:
        """The hypothesis of one of ``arms`` arms, of at most ``horizon`` units."""
        alpha_pass, alpha_fail = 1 - chosen.confidence, 1 - chosen.fail_confidence
        alpha_pass /= corrected_for(self.spec, chosen)
        if chosen.multiplicity.fail == "bonferroni":
            alpha_fail /= max(arms, 1)
        aggregate, higher = value.aggregate or req.aggregate, self.higher(req, metric)
        cells = [self.plan.cells[self.cells[cell.name]] for cell in value.cells]
        one_case = not self.has_units and chosen.repeats == 1 and all(cell.draws == 1 for cell in cells)
        facts = _range(aggregate, metric, reference, higher)
        return Hypothesis(
            bound=req.bound,
            at_least=req.at_least is not None,
            alpha_pass=alpha_pass,
            alpha_fail=alpha_fail,
            horizon=horizon,
            lower=facts.lower,
            upper=facts.upper,
            denominator_upper=facts.denominator_upper,
            nested=facts.nested,
            binary=facts.denominator_upper is None and aggregate.binary(metric.is_binary, one_case, len(cells)),
            margin=chosen.margin,
            form=aggregate.form,
            share=aggregate.fraction,
            higher_is_better=higher,
            every_unit=chosen.on_missing == "worst_case" and all(cell.scope is None for cell in cells),
            seed=_seed_of(self.spec.statistics.seed, self.plan.id, req.key, value.name),
        )


def corrected_for(spec: Spec, chosen: Settings) -> int:
    """By how many requirements the error rate of a PASS is divided."""
    if chosen.multiplicity.pass_ != "bonferroni":  # noqa: S105  # a verdict, not a password
        return 1
    return sum(len(scenario.requirements) for scenario in spec.scenarios.values())


def _seed_of(seed: int, *names: str) -> int:
    """A stable seed of resampling for one arm."""
    return int.from_bytes(blake2b("\0".join((str(seed), *names)).encode(), digest_size=8).digest(), "big")


class _Range(NamedTuple):
    """The range of A in [lower, upper] and of B in [0, denominator_upper] (None where B is 1); ``nested``: A <= B."""

    lower: float
    upper: float
    denominator_upper: float | None
    nested: bool


def _range(aggregate: Aggregate, metric: Metric, reference: Floats | None, higher: bool) -> _Range:
    """The declared range of the pair (A, B) of each unit."""
    lower, upper = aggregate.bounds(metric.lower, metric.upper, reference, higher)
    if isinstance(metric, RatioMetric):
        return _Range(0.0, metric.denominator_upper, metric.denominator_upper, True)
    if aggregate.group is not None:
        # Weights are at most 1, so A = w x stays within B = w where a score is at most 1.
        return _Range(lower, upper, 1.0, metric.upper <= 1)
    if aggregate.is_ratio(reference is not None):
        return _Range(lower, upper, metric.upper - metric.lower, False)
    return _Range(lower, upper, None, True)


def fewest_units(chosen: Settings, requirement: Requirement, stream: Stream, metric: Metric) -> int | None:
    """The fewest units that can pass; None where no number can."""
    if isinstance(metric, TableMetric):
        return _fewest_of_table(chosen, stream.hypothesis, metric)
    # The level of a FAIL plays no part in a PASS, and arms of one size share the answer.
    hypothesis = replace(stream.hypothesis, alpha_fail=stream.hypothesis.alpha_pass, seed=0)
    return _fewest(chosen.method, chosen.population, hypothesis, _ideal(requirement, stream))


def remedy_of(spec: Spec, chosen: Settings, requirement: Requirement, stream: Stream, metric: Metric) -> str:
    """What would make an UNREACHABLE arm one that can pass, with numbers where they can be worked out."""
    if isinstance(metric, TableMetric):
        return "add rows, raise max_samples, or use population: dataset"
    from robustspec.statistics.planning.reach import remedy_for_unreachable

    return remedy_for_unreachable(
        chosen.method,
        chosen.population,
        stream.hypothesis,
        _ideal(requirement, stream),
        available=stream.n_units,
        requirements=corrected_for(spec, chosen),
    )


def gap_units_of(arm: ArmPlan, good: float, limit: int | None = None) -> int | None:
    """How many units of each value show the gap where all are alike, the share ``good`` at their best.

    Of ``limit`` units, or of as many as it takes. None where none do; 1 where numbers are compared.
    """
    chosen = arm.settings
    if chosen.population == "dataset" or chosen.method == "point" or isinstance(arm.metric, TableMetric):
        return 1
    from robustspec.statistics.planning.reach import gap_units

    bound, paired = arm.requirement.bound, arm.is_paired
    # Pairs bet with a view to their horizon, so that one far too large would find too many units.
    for horizon in _HORIZONS if limit is None else (limit,):
        alike = replace(arm.tested(arm.streams[0]), horizon=horizon)
        units = gap_units(chosen.method, chosen.population, alike, bound, good, chosen.margin, paired)
        if units is not None:
            return units
    return None


def _ideal(requirement: Requirement, stream: Stream) -> tuple[float, float | None] | None:
    """A and B of the best unit there is, where that is not the end of the range: a model that does not drop."""
    best, aggregate = stream.hypothesis.upper, requirement.aggregate
    if not aggregate.paired:
        return None
    return (best, best) if aggregate.ratio else (0.0, None)


_fewest = lru_cache(maxsize=4096)(fewest_that_can_pass)


def _fewest_of_table(chosen: Settings, hypothesis: Hypothesis, metric: TableMetric) -> int | None:
    if chosen.population == "dataset" or chosen.method == "point":
        return 1
    if chosen.method == "approximate":
        return fewest_that_can_pass(chosen.method, chosen.population, hypothesis)
    from robustspec.statistics.absolute_sum import fewest_that_can_pass as fewest_of_parts

    return fewest_of_parts(hypothesis, metric.part_ranges)
