"""From a specification and the index of its data to a `Plan`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from robustspec import registry
from robustspec.data.dataset import Dataset, open_dataset
from robustspec.data.names import slug
from robustspec.data.row import Policy, Row
from robustspec.engine.plan import ArmPlan, CellPlan, Floats, Ints, Plan, ScenarioPlan, Stream
from robustspec.errors import DataError, Fault, SpecError
from robustspec.language.cells import Cell, cells_of, select, weights
from robustspec.language.lint import spec_hash
from robustspec.language.spec import PerturbationEntry, Requirement, Scenario, Settings, Spec, policy_of, settings
from robustspec.metrics.base import Metric, RatioMetric, TableMetric, resolve
from robustspec.perturbation.protect import Lexicon
from robustspec.perturbation.scope import Scope
from robustspec.statistics.base import Hypothesis, Word
from robustspec.statistics.select import fewest_that_can_pass

DEFAULT_MAX_SAMPLES = 2000

LineOf = Callable[..., int]
"""The line of a place in the file: ``line_of("scenarios", "typos")``."""


def compile_spec(
    spec: Spec,
    folder: Path,
    *,
    name: str = "spec",
    cache: Path | None = None,
    line_of: LineOf | None = None,
    max_samples: int | None = None,
) -> Plan:
    """The plan of ``spec``, whose relative paths start at ``folder``.

    ``cache`` holds data indexes; ``line_of`` gives the line (from 1) of a place in the file; ``max_samples`` makes a quick
    look: every horizon is cut to it, and no verdict is a gate. Raises `SpecError` and `DataError`.
    """
    datasets = {key: open_dataset(key, spec.data[key], folder, cache) for key in _data_used(spec)}
    planner = _Planner(spec, folder, datasets, line_of or (lambda *loc: 0), max_samples)
    scenarios = [planner.scenario(key, scenario) for key, scenario in spec.scenarios.items()]
    return Plan(spec, folder, name, spec_hash(spec), spec.statistics.seed, scenarios, datasets, max_samples is not None)


def _data_used(spec: Spec) -> list[str]:
    used = {scenario.data for scenario in spec.scenarios.values()}
    return [key for key in spec.data if key in used]


def metric_of(spec: Spec, name: str) -> Metric:
    """The metric of a name under ``metrics:``, or of a kind that needs no fields."""
    if name in spec.metrics:
        return resolve(spec.metrics[name])
    return resolve(registry.lookup("metrics", name)(kind=name))


class _Planner:
    """Builds the scenario plans of one specification."""

    def __init__(
        self,
        spec: Spec,
        folder: Path,
        datasets: Mapping[str, Dataset],
        line_of: LineOf,
        max_samples: int | None,
    ) -> None:
        self.spec, self.folder, self.datasets, self.line_of, self.quick = spec, folder, datasets, line_of, max_samples
        self._lexicons: dict[str, Lexicon] = {}
        self.requirements = sum(len(scenario.requirements) for scenario in spec.scenarios.values())

    def scenario(self, key: str, scenario: Scenario) -> ScenarioPlan:
        """The plan of one scenario."""
        dataset = self.datasets[scenario.data]
        order = dataset.order(self.spec.statistics.seed)
        cells = self._cells(scenario, dataset)
        metrics = {req.metric: metric_of(self.spec, req.metric) for req in scenario.requirements}
        for metric in list(metrics.values()):
            base = getattr(metric, "of", None)
            if base is not None:
                metrics.setdefault(base, metric_of(self.spec, base))
        line = self.line_of("scenarios", key)
        plan = ScenarioPlan(key, scenario, line, dataset, order.rows, cells, metrics, [])
        builder = _ArmBuilder(self, plan, order.unit_starts)
        for index, requirement in enumerate(scenario.requirements):
            plan.arms.extend(builder.arms(index, requirement))
        return plan

    def _cells(self, scenario: Scenario, dataset: Dataset) -> tuple[CellPlan, ...]:
        scopes: dict[int, Scope] = {}
        plans = []
        for cell in cells_of(scenario):
            scope = None
            if cell.entry is not None:
                scope = scopes.get(id(cell.entry)) or self._scope(cell.entry, dataset)
                scopes[id(cell.entry)] = scope
            plans.append(CellPlan(cell.name, cell.perturbation, cell.level, cell.entry, scope, _relation(cell.entry)))
        return tuple(plans)

    def _lexicon(self, dataset: Dataset) -> Lexicon:
        # One object for all entries: what is found in a text is remembered under it.
        if dataset.name not in self._lexicons:
            self._lexicons[dataset.name] = Lexicon(dataset.lexicon)
        return self._lexicons[dataset.name]

    def _scope(self, entry: PerturbationEntry, dataset: Dataset) -> Scope:
        return Scope(
            entry.operator.bind(self.folder),
            on=entry.on,
            protect=entry.protect,
            within=entry.within,
            lexicon=self._lexicon(dataset),
        )


def _relation(entry: PerturbationEntry | None) -> Mapping[str, Any] | None:
    if entry is None:
        return None
    if entry.relation is None:
        # The operator moves the label itself; a metric that compares with the clean answer must know.
        return {"kind": "changes", "field": None, "to": None} if entry.operator.relation == "changes" else None
    return None if entry.relation.kind == "keeps" else entry.relation.model_dump()


class _ArmBuilder:
    """Builds the arms of one scenario's requirements."""

    def __init__(self, planner: _Planner, plan: ScenarioPlan, unit_starts: Ints) -> None:
        self.planner, self.plan = planner, plan
        self.unit_starts = unit_starts
        self.has_units = len(unit_starts) - 1 != len(plan.rows)
        self.by_name = {cell.name: index for index, cell in enumerate(plan.cells)}
        self._shapes: dict[tuple[int, ...], tuple[tuple[str | None, ...], tuple[int | None, ...], Floats]] = {}
        self._slots: dict[Any, tuple[Ints, Ints | None]] = {}

    def arms(self, index: int, requirement: Requirement) -> Iterator[ArmPlan]:
        """The arms of one requirement, with error rates that count all of them."""
        spec, scenario = self.planner.spec, self.plan.scenario
        chosen = settings(spec, scenario, requirement)
        if self.planner.quick is not None:
            # A few of these rows are not all of these rows.
            chosen = chosen.model_copy(update={"population": "distribution"})
        metric = self.plan.metrics[requirement.metric]
        values = list(self._values(requirement))
        kept, excluded, problems = self._sizes(requirement, chosen, metric, values)
        line = self.planner.line_of("scenarios", self.plan.id, "requirements", index)
        base = f"{self.plan.id}::{requirement.key}"
        shared = (requirement, chosen, metric, self._higher(requirement, metric))
        if requirement.gap_over:
            # The gap's own test divides alpha among its values.
            streams = [self._stream(requirement, chosen, metric, value, 1) for value in kept]
            problem = next((problems[v.name] for v in kept if v.name in problems), None)
            empty = next((stream.name for stream in streams if not stream.n_units), None)
            if empty is not None:
                problem = ("INVALID", f"{requirement.gap_over} {empty} has no row to which the metric applies")
            if len(kept) < 2:
                problem = ("INVALID", f"a gap needs two values, {requirement.gap_over} has {len(kept)}")
            yield ArmPlan(f"{base}::all", "all", self.plan.id, *shared, streams, line, problem, excluded)
            return
        for value in kept:
            stream = self._stream(requirement, chosen, metric, value, len(kept))
            problem = problems.get(value.name) or self._unreachable(chosen, requirement, stream, metric)
            arm = ArmPlan(f"{base}::{value.name}", value.name, self.plan.id, *shared, [stream], line, problem, excluded)
            arm.group = value.group
            yield arm

    def _higher(self, requirement: Requirement, metric: Metric) -> bool:
        return metric.direction == "higher" or (metric.direction == "either" and requirement.at_least is not None)

    def _values(self, requirement: Requirement) -> Iterator[_Value]:
        """What the requirement goes over: names, cells and group of each arm."""
        cells = select(self.plan.scenario, requirement)
        dimension = requirement.worst_over or requirement.gap_over
        if dimension is None:
            yield _Value("all", cells, None)
        elif dimension == "cell":
            yield from (_Value(cell.name, (cell,), None) for cell in cells)
        elif dimension == "perturbation":
            for label in dict.fromkeys(cell.perturbation for cell in cells if cell.perturbation):
                yield _Value(label, tuple(c for c in cells if c.perturbation == label), None)
        elif dimension == "level":
            for level in sorted({cell.level for cell in cells if cell.level is not None}):
                yield _Value(str(level), tuple(c for c in cells if c.level == level), None)
        else:
            for value in self.plan.dataset.group_values(dimension):
                yield _Value(slug(value), cells, (dimension, value))

    def _sizes(
        self, requirement: Requirement, chosen: Settings, metric: Metric, values: Sequence[_Value]
    ) -> tuple[list[_Value], tuple[str, ...], dict[str, tuple[Word, str]]]:
        """Values kept, names excluded, and problems of groups that are too small."""
        kept: list[_Value] = []
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
        self, requirement: Requirement, chosen: Settings, metric: Metric, value: _Value
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
        if self.planner.quick is not None or isinstance(metric, TableMetric):
            return None if stream.n_units else ("INVALID", "no row to which the metric applies")
        if stream.n_units == 0:
            return "INVALID", "no row to which the metric applies"
        horizon = stream.hypothesis.horizon
        fewest = fewest_units(chosen, requirement, stream)
        if fewest is not None and fewest <= horizon:
            return None
        if fewest is None:
            return (
                "UNREACHABLE",
                "no number of units can show this bound -- move it inside the scale, or use population: dataset",
            )
        return "UNREACHABLE", (
            f"a PASS needs at least {fewest} units that are all right, and there are {horizon} -- "
            "add rows, raise max_samples, lower the confidence, or move the bound"
        )

    def _stream(self, req: Requirement, chosen: Settings, metric: Metric, value: _Value, arms: int) -> Stream:
        cells = tuple(self.by_name[cell.name] for cell in value.cells)
        slots, starts = self._units(req, value.group, cells, metric)
        n_units = len(slots) if starts is None else len(starts) - 1
        most = chosen.max_samples or DEFAULT_MAX_SAMPLES
        # A claim about these rows is decided when all of them are in.
        most = n_units if chosen.population == "dataset" else most
        horizon = min(n_units, most, self.planner.quick or n_units)
        hypothesis = self._hypothesis(req, chosen, metric, cells, horizon, arms)
        if cells not in self._shapes:
            labels = tuple(cell.perturbation for cell in value.cells)
            levels = tuple(cell.level for cell in value.cells)
            self._shapes[cells] = labels, levels, np.array(weights(value.cells))
        return Stream(value.name, cells, *self._shapes[cells], slots, starts, hypothesis)

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

    def _hypothesis(
        self, req: Requirement, chosen: Settings, metric: Metric, cells: tuple[int, ...], horizon: int, arms: int
    ) -> Hypothesis:
        alpha_pass = 1 - chosen.confidence
        if chosen.multiplicity.pass_ == "bonferroni":  # noqa: S105  # a verdict, not a password
            alpha_pass /= self.planner.requirements
        alpha_fail = 1 - chosen.fail_confidence
        if chosen.multiplicity.fail == "bonferroni":
            alpha_fail /= max(arms, 1)
        one_case = not self.has_units and chosen.repeats == 1 and all(self.plan.cells[c].draws == 1 for c in cells)
        lower, upper = req.aggregate.bounds(metric.lower, metric.upper)
        denominator: float | None = None
        nested = True
        if isinstance(metric, RatioMetric):
            lower, upper = 0.0, metric.denominator_upper
            denominator = metric.denominator_upper
        elif req.aggregate.ratio:
            denominator, nested = metric.upper, False
        return Hypothesis(
            bound=req.bound,
            at_least=req.at_least is not None,
            alpha_pass=alpha_pass,
            alpha_fail=alpha_fail,
            horizon=horizon,
            lower=lower,
            upper=upper,
            denominator_upper=denominator,
            nested=nested,
            binary=denominator is None and req.aggregate.binary(metric.is_binary, one_case, len(cells)),
            margin=chosen.margin,
        )


@dataclass(frozen=True, slots=True)
class _Value:
    """One value of the dimension that a requirement goes over."""

    name: str
    cells: tuple[Cell, ...]
    group: tuple[str, str] | None


def fewest_units(chosen: Settings, requirement: Requirement, stream: Stream) -> int | None:
    """The fewest units that can pass; None where no number can. A model that does not drop is the best there is."""
    best = stream.hypothesis.upper
    ideal = ((best, best) if requirement.aggregate.ratio else (0.0, None)) if requirement.aggregate.paired else None
    # The level of a FAIL plays no part in a PASS, and arms of one size share the answer.
    hypothesis = replace(stream.hypothesis, alpha_fail=stream.hypothesis.alpha_pass)
    return _fewest(chosen.method, chosen.population, hypothesis, ideal)


_fewest = lru_cache(maxsize=4096)(fewest_that_can_pass)


def check_ids(plan: Plan) -> None:
    """Raise `SpecError` where two arms would get one id."""
    seen: dict[str, ArmPlan] = {}
    faults = []
    for arm in plan.arms:
        if arm.id in seen:
            message = f"'{arm.id}' is also the id of the requirement in line {seen[arm.id].line}"
            faults.append(Fault(message, path=plan.name, line=arm.line, column=1, suggestion="give one of them a name"))
        seen[arm.id] = arm
    if faults:
        raise SpecError(faults)
