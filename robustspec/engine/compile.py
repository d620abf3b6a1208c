"""From a specification and the index of its data to a `Plan`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from robustspec import registry
from robustspec.data.dataset import Dataset, open_dataset
from robustspec.engine.arms import ArmBuilder
from robustspec.engine.plan import ArmPlan, CellPlan, LineOf, Plan, ScenarioPlan
from robustspec.errors import Fault, SpecError
from robustspec.language.cells import cells_of
from robustspec.language.lint import spec_hash
from robustspec.language.spec import PerturbationEntry, Scenario, Spec
from robustspec.metrics.base import Metric, resolve
from robustspec.perturbation.protect import Lexicon
from robustspec.perturbation.scopes import AnyScope, scope_of


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
        metrics = {name: metric.bound(metrics) for name, metric in metrics.items()}
        line = self.line_of("scenarios", key)
        plan = ScenarioPlan(key, scenario, line, dataset, order.rows, cells, metrics, [])
        builder = ArmBuilder(self.spec, plan, order.unit_starts, self.line_of, quick=self.quick)
        for index, requirement in enumerate(scenario.requirements):
            plan.arms.extend(builder.arms(index, requirement))
        return plan

    def _cells(self, scenario: Scenario, dataset: Dataset) -> tuple[CellPlan, ...]:
        scopes: dict[int, AnyScope] = {}
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

    def _scope(self, entry: PerturbationEntry, dataset: Dataset) -> AnyScope:
        return scope_of(
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
