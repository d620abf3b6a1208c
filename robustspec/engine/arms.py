"""From a requirement to its arms: which units each may use, and which verdicts are known before any call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from robustspec.data.names import slug
from robustspec.data.row import Policy, Row
from robustspec.engine.hypotheses import Hypotheses, Value, fewest_units, gap_units_of, remedy_of
from robustspec.engine.plan import ArmPlan, Floats, Ints, LineOf, ScenarioPlan, Stream
from robustspec.errors import DataError
from robustspec.language.cells import select, weights
from robustspec.language.spec import Requirement, Settings, Spec, policy_of, settings
from robustspec.metrics.base import Metric
from robustspec.statistics.base import Word
from robustspec.statistics.paired_gap import paired_horizons

DEFAULT_MAX_SAMPLES = 2000


class ArmBuilder:
    """Builds the arms of one scenario's requirements; ``quick`` cuts every horizon to so many units."""

    def __init__(
        self, spec: Spec, plan: ScenarioPlan, unit_starts: Ints, line_of: LineOf, *, quick: int | None = None
    ) -> None:
        self.spec, self.plan, self.line_of, self.quick = spec, plan, line_of, quick
        self.unit_starts = unit_starts
        self.has_units = len(unit_starts) - 1 != len(plan.rows)
        self.hypotheses = Hypotheses(spec, plan, self.has_units)
        self.by_name = {cell.name: index for index, cell in enumerate(plan.cells)}
        self._shapes: dict[tuple[int, ...], tuple[tuple[str | None, ...], tuple[int | None, ...], Floats]] = {}
        self._slots: dict[Any, tuple[Ints, Ints | None]] = {}

    def arms(self, index: int, requirement: Requirement) -> Iterator[ArmPlan]:
        """The arms of one requirement, with error rates that count all of them."""
        chosen = settings(self.spec, self.plan.scenario, requirement)
        if self.quick is not None:
            # A few of these rows are not all of these rows.
            chosen = chosen.model_copy(update={"population": "distribution"})
        metric = self.plan.metrics[requirement.metric]
        values = list(self._values(requirement))
        kept, excluded, problems = self._sizes(requirement, chosen, metric, values)
        blank = partial(
            ArmPlan,
            scenario=self.plan.id,
            requirement=requirement,
            settings=chosen,
            metric=metric,
            higher_is_better=self.hypotheses.higher(requirement, metric),
            line=self.line_of("scenarios", self.plan.id, "requirements", index),
            excluded=excluded,
        )
        base = f"{self.plan.id}::{requirement.key}"
        if requirement.gap_over:
            # The gap's own test divides alpha among its values.
            streams = [self._stream(requirement, chosen, metric, value, 1) for value in kept]
            arm = blank(id=f"{base}::all", name="all", aggregate=requirement.aggregate, streams=streams)
            yield self._gap(arm, next((problems[value.name] for value in kept if value.name in problems), None))
            return
        for value in kept:
            stream = self._stream(requirement, chosen, metric, value, len(kept))
            yield blank(
                id=f"{base}::{value.name}",
                name=value.name,
                aggregate=value.aggregate or requirement.aggregate,
                streams=[stream],
                problem=problems.get(value.name) or self._unreachable(chosen, requirement, stream, metric),
                group=value.group,
            )

    def _gap(self, arm: ArmPlan, problem: tuple[Word, str] | None) -> ArmPlan:
        """The arm of a gap, with what is known against it beforehand."""
        dimension = arm.requirement.gap_over
        empty = next((stream.name for stream in arm.streams if not stream.n_units), None)
        if len(arm.streams) < 2:
            problem = "INVALID", f"a gap needs two values, {dimension} has {len(arm.streams)}"
        elif empty is not None:
            problem = "INVALID", f"{dimension} {empty} has no row to which the metric applies"
        fault = next((stream.fault for stream in arm.streams if stream.fault), "")
        if fault:
            problem = problem or ("INVALID", fault)
        arm.disjoint = self._disjoint(arm.streams)
        _cut_to_pairs(arm)
        arm.problem = problem or self._unreachable_gap(arm)
        return arm

    def _disjoint(self, streams: Sequence[Stream]) -> bool:
        """Whether no unit has rows in two streams: those of a group, unless a unit has rows in several of its values."""
        found = np.zeros(len(self.unit_starts), dtype=np.int64)
        for stream in streams:
            firsts = stream.slots if stream.starts is None else stream.slots[stream.starts[:-1]]
            found[np.searchsorted(self.unit_starts, firsts, side="right")] += 1
        return bool((found <= 1).all())

    def _values(self, requirement: Requirement) -> Iterator[Value]:
        """What the requirement goes over: names, cells and group of each arm."""
        cells = select(self.plan.scenario, requirement)
        dimension = requirement.worst_over or requirement.gap_over
        ends = requirement.aggregate.ends()
        if dimension is None and ends:
            yield from (Value(name, cells, None, aggregate) for name, aggregate in ends)
        elif dimension is None:
            yield Value("all", cells, None)
        elif dimension == "cell":
            yield from (Value(cell.name, (cell,), None) for cell in cells)
        elif dimension == "perturbation":
            for label in dict.fromkeys(cell.perturbation for cell in cells if cell.perturbation):
                yield Value(label, tuple(c for c in cells if c.perturbation == label), None)
        elif dimension == "level":
            for level in sorted({cell.level for cell in cells if cell.level is not None}):
                yield Value(str(level), tuple(c for c in cells if c.level == level), None)
        else:
            for value in self.plan.dataset.group_values(dimension):
                yield Value(slug(value), cells, (dimension, value))

    def _sizes(
        self, requirement: Requirement, chosen: Settings, metric: Metric, values: Sequence[Value]
    ) -> tuple[list[Value], tuple[str, ...], dict[str, tuple[Word, str]]]:
        """Values kept, names excluded, and problems of groups that are too small."""
        kept: list[Value] = []
        excluded: list[str] = []
        problems: dict[str, tuple[Word, str]] = {}
        for value in values:
            fault = self._too_small(requirement, chosen, metric, value) if value.group else None
            if fault is not None and chosen.small_groups == "exclude":
                excluded.append(value.name)
                continue
            if fault is not None:
                problems[value.name] = fault
            kept.append(value)
        if not kept:
            # A requirement that lost every group must not vanish: it says of each why it cannot be judged.
            return self._sizes(requirement, chosen.model_copy(update={"small_groups": "invalid"}), metric, values)
        return kept, tuple(excluded), problems

    def _too_small(
        self, requirement: Requirement, chosen: Settings, metric: Metric, value: Value
    ) -> tuple[Word, str] | None:
        stream = self._stream(requirement, chosen, metric, value, 1)
        size = stream.n_units
        if chosen.min_group_size is not None:
            if size < chosen.min_group_size:
                return (
                    "INVALID",
                    f"group {value.name} has {size} units, fewer than min_group_size {chosen.min_group_size}",
                )
            return None
        return None if requirement.gap_over else self._unreachable(chosen, requirement, stream, metric)

    def _unreachable(
        self, chosen: Settings, requirement: Requirement, stream: Stream, metric: Metric
    ) -> tuple[Word, str] | None:
        if stream.n_units == 0:
            return "INVALID", "no row to which the metric applies"
        if stream.fault:
            return "INVALID", stream.fault
        if self.quick is not None:
            return None
        horizon = stream.hypothesis.horizon
        fewest = fewest_units(chosen, requirement, stream, metric)
        if fewest is not None and fewest <= horizon:
            return None
        remedy = remedy_of(self.spec, chosen, requirement, stream, metric)
        if fewest is None:
            return "UNREACHABLE", f"no number of units can show this bound -- {remedy}"
        return "UNREACHABLE", (
            f"a PASS needs at least {fewest} units that are all right, and there are {horizon} -- {remedy}"
        )

    def _unreachable_gap(self, arm: ArmPlan) -> tuple[Word, str] | None:
        """Where not even values that are all alike and all right could show the gap."""
        most = max(stream.hypothesis.horizon for stream in arm.streams)
        if self.quick is not None or gap_units_of(arm, 1.0, most) is not None:
            return None
        needed, dimension = gap_units_of(arm, 1.0), arm.requirement.gap_over
        if needed is None:
            return "UNREACHABLE", "no number of units can show this gap -- widen the bound, or use population: dataset"
        return "UNREACHABLE", (
            f"a PASS needs {needed} units of each {dimension} even where all are right, and no value has more than {most} -- "
            "add rows, raise max_samples, lower the confidence, or widen the bound"
        )

    def _stream(self, req: Requirement, chosen: Settings, metric: Metric, value: Value, arms: int) -> Stream:
        cells = tuple(self.by_name[cell.name] for cell in value.cells)
        slots, starts = self._units(req, value.group, cells, metric)
        n_units = len(slots) if starts is None else len(starts) - 1
        most = chosen.max_samples or DEFAULT_MAX_SAMPLES
        # A claim about these rows is decided when all of them are in.
        most = n_units if chosen.population == "dataset" else most
        horizon = min(n_units, most, self.quick or n_units)
        if cells not in self._shapes:
            labels = tuple(cell.perturbation for cell in value.cells)
            levels = tuple(cell.level for cell in value.cells)
            self._shapes[cells] = labels, levels, np.array(weights(value.cells))
        aggregate = value.aggregate or req.aggregate
        row_weights, fault = self.hypotheses.row_weights(aggregate, slots)
        reference = self.hypotheses.reference(aggregate, value.cells)
        hypothesis = self.hypotheses.of(req, chosen, value, metric, reference, horizon, arms)
        return Stream(
            value.name,
            cells,
            *self._shapes[cells],
            slots,
            starts,
            hypothesis,
            row_weights=row_weights,
            reference=reference,
            fault=fault,
        )

    def _units(
        self, req: Requirement, group: tuple[str, str] | None, cells: tuple[int, ...], metric: Metric
    ) -> tuple[Ints, Ints | None]:
        shared = (cells, req.metric, req.aggregate.needs_clean, req.aggregate.paired)
        if (group, *shared) not in self._slots:
            slots = np.flatnonzero(self._applies(req, cells, metric))
            if group is None:
                self._slots[None, *shared] = self._split(slots)
            else:
                for value, own in self._by_value(group[0], slots):
                    self._slots[(group[0], value), *shared] = self._split(own)
        return self._slots[group, *shared]

    def _by_value(self, name: str, slots: Ints) -> Iterator[tuple[str, Ints]]:
        """The slots of each value of a group, by one sort for all: there may be thousands of values."""
        values = self.plan.dataset.group_values(name)
        codes = self.plan.dataset.group_codes(name)[self.plan.rows[slots]]
        order = np.argsort(codes, kind="stable")
        ends = np.searchsorted(codes[order], np.arange(len(values) + 1))
        return zip(values, np.split(slots[order], ends)[1:-1], strict=True)

    def _split(self, slots: Ints) -> tuple[Ints, Ints | None]:
        if not self.has_units:
            return slots, None
        unit_of = np.searchsorted(self.unit_starts, slots, side="right")
        starts = np.flatnonzero(np.diff(unit_of, prepend=-1))
        return slots, np.append(starts, len(slots))

    def _applies(self, req: Requirement, cells: tuple[int, ...], metric: Metric) -> npt.NDArray[np.bool_]:
        """Which slots hold a row that the metric counts in any of the cells (and, paired, clean), judged by its policy."""
        dataset, scenario = self.plan.dataset, self.plan.scenario
        codes = dataset.policy_codes[self.plan.rows]
        compares = req.aggregate.needs_clean or metric.shape == "row"
        counted, reads = [], []
        for policy in dataset.policies:
            under = [policy_of(self.plan.cells[cell].entry, policy, scenario) for cell in cells]
            clean = policy_of(None, policy, scenario)
            applying = [each for each in under if self._counts(metric, each)]
            beside = [clean] if compares and self._counts(metric, clean) else []
            counted.append(bool(applying) and (bool(beside) or not req.aggregate.paired))
            reads.append(counted[-1] and any(metric.needs_label(each) for each in applying + beside))
        unlabelled = int((np.asarray(reads, dtype=bool)[codes] & ~dataset.has_label[self.plan.rows]).sum())
        if unlabelled:
            raise DataError(
                f"{dataset.path}: {unlabelled} rows have no label, which '{metric.kind}' reads in scenario "
                f"'{self.plan.id}' -- add labels, or a policy under which none is read"
            )
        return np.asarray(counted, dtype=bool)[codes]

    def _counts(self, metric: Metric, policy: Policy) -> bool:
        return metric.applies(Row(id="", input="", policy=policy), policy)


def _cut_to_pairs(arm: ArmPlan) -> None:
    """Units of the largest value of a gap that find no other to be paired with would be called in vain."""
    if arm.is_paired:
        horizons = paired_horizons([stream.hypothesis.horizon for stream in arm.streams])
        for stream, horizon in zip(arm.streams, horizons, strict=True):
            stream.hypothesis = replace(stream.hypothesis, horizon=horizon)
