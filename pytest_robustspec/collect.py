"""From a specification file to pytest items: file, (model,) scenario, requirement, arm."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from pytest_robustspec.runs import GateFailure, Runs, runs_of
from robustspec.engine.evidence import ArmResult
from robustspec.engine.plan import ArmPlan, Plan
from robustspec.errors import RobustspecError


def outside_id(config: pytest.Config, path: Path) -> dict[str, Any]:
    """The node id of a file outside pytest's root, from where pytest would leave its name out of the ids of its arms."""
    if path.is_relative_to(config.rootpath):
        return {}
    try:
        return {"nodeid": Path(os.path.relpath(path, config.rootpath)).as_posix()}
    except ValueError:  # another drive
        return {"nodeid": path.as_posix()}


class SpecFile(pytest.File):
    """A specification file."""

    def collect(self) -> Iterable[pytest.Collector]:
        """Its scenarios; one level of models above them where there are several."""
        runs = runs_of(self.config)
        plan = runs.plan(self.path)
        if len(runs.models) < 2:
            yield from scenario_nodes(self, plan, runs.models[0] if runs.models else None)
            return
        for name, model in runs.named_models():
            yield ModelNode.from_parent(self, name=name, plan=plan, model=model)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The faults of the file, not a traceback."""
        if isinstance(excinfo.value, RobustspecError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)


class ModelNode(pytest.Collector):
    """One of several models on one specification."""

    def __init__(self, *, plan: Plan, model: str, **rest: Any) -> None:
        super().__init__(**rest)
        self.plan, self.model = plan, model

    def collect(self) -> Iterable[pytest.Collector]:
        """The scenarios."""
        return scenario_nodes(self, self.plan, self.model)


class ScenarioNode(pytest.Collector):
    """One scenario."""

    def __init__(self, *, plan: Plan, model: str | None, arms: list[ArmPlan], **rest: Any) -> None:
        super().__init__(**rest)
        self.plan, self.model, self.arms = plan, model, arms

    def collect(self) -> Iterable[pytest.Collector]:
        """Its requirements."""
        for key, arms in groupby(self.arms, lambda arm: arm.requirement.key):
            yield RequirementNode.from_parent(self, name=key, arms=list(arms))


class RequirementNode(pytest.Collector):
    """One requirement."""

    def __init__(self, *, arms: list[ArmPlan], **rest: Any) -> None:
        super().__init__(**rest)
        self.arms = arms

    def collect(self) -> Iterable[pytest.Item]:
        """Its arms."""
        scenario = self.parent
        assert isinstance(scenario, ScenarioNode)
        shared: Any = None
        for arm in self.arms:
            extra = {} if shared is None else {"fixtureinfo": shared}
            item = ArmItem.from_parent(self, name=arm.name, callobj=robustspec_arm, **extra)
            item.set_up(scenario.plan, arm, scenario.model)
            # Items of one requirement need the same fixtures; looking them up once halves collection.
            shared = shared or getattr(item, "_fixtureinfo", None)
            yield item


def scenario_nodes(parent: pytest.Collector, plan: Plan, model: str | None) -> Iterator[ScenarioNode]:
    """A node for each scenario."""
    for scenario in plan.scenarios:
        yield ScenarioNode.from_parent(parent, name=scenario.id, plan=plan, model=model, arms=scenario.arms)


def robustspec_arm(robustspec_model: Any, request: pytest.FixtureRequest) -> None:
    """One arm of a robustness specification."""
    __tracebackhide__ = True
    item = request.node
    assert isinstance(item, ArmItem)
    item.judge(robustspec_model)


class ArmItem(pytest.Function):
    """One arm: waits for its verdict and turns it into an outcome."""

    plan: Plan
    arm: ArmPlan
    model: str | None
    result: ArmResult | None = None

    def set_up(self, plan: Plan, arm: ArmPlan, model: str | None) -> None:
        """Say which arm of which plan on which model this is."""
        self.plan, self.arm, self.model = plan, arm, model
        self.extra_keyword_matches.add(arm.id)
        self.add_marker("robustspec")
        for tag in arm.requirement.tags:
            self.add_marker(tag)

    def judge(self, from_fixture: Any) -> None:
        """Wait for the verdict; raises `GateFailure`, or skips, as it says."""
        __tracebackhide__ = True
        runs: Runs = runs_of(self.config)
        runs.check_scope(self)
        runs.judge(self, Path(self.path), self.arm.id, self.model if self.model is not None else from_fixture)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The requirement's line in the file."""
        return (
            self.path,
            max(self.arm.line - 1, 0),
            f"{self.arm.scenario} > {self.arm.requirement.key} > {self.arm.name}",
        )

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The verdict in words; a traceback only for what is not one."""
        if isinstance(excinfo.value, GateFailure):
            return runs_of(self.config).failure_text(self, excinfo.value)
        if isinstance(excinfo.value, RobustspecError):
            return runs_of(self.config).error_text(excinfo.value)
        return super().repr_failure(excinfo)
