"""``robustspec check``: is a specification sound, and can each of its requirements be shown with its data?"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from robustspec.commands import FINE, RED
from robustspec.commands.arguments import UsageError, add_command, add_spec, plan_of
from robustspec.commands.text import counted, visible, wrapped
from robustspec.errors import RobustspecError

if TYPE_CHECKING:
    from robustspec.engine.plan import ArmPlan, Plan, ScenarioPlan

_DESCRIPTION = """\
Load a specification, check it against its data, and plan it. No model is called.

Every fault is told at once as file:line:column (exit code 4). Requirements that no run could show, because a group is
too small or a bound too close to the edge, are told with their line and a remedy (exit code 1).
"""
_EXAMPLES = """\
  robustspec check specs/pharmacy.yaml
  robustspec check specs/pharmacy.yaml --explain    what PASS and FAIL will mean, before any call
"""


def add(commands: Any) -> None:
    """The arguments of the command."""
    parser = add_command(commands, "check", "tell every fault of a specification", _DESCRIPTION, _EXAMPLES)
    add_spec(parser)
    parser.add_argument("--explain", action="store_true", help="say of each requirement what its verdict will claim")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print faults, or that there are none."""
    plan = plan_of(args)
    _check_model(plan, args.spec)
    if args.explain:
        for line in explained(plan):
            print(line)
    for data in plan.datasets.values():
        for warning in data.warnings:
            print(f"note: {visible(warning)}")
    red = [arm for arm in plan.arms if arm.problem is not None]
    for arm in red:
        print(visible(told(arm, args.spec)))
    counts = f"{counted(len(plan.scenarios), 'scenario')}, {counted(len(plan.arms), 'arm')}"
    state = f"{len(red)} of them cannot be shown" if red else "fine"
    print(f"{args.spec}: {counts}, {state}")
    return RED if red else FINE


def _check_model(plan: Plan, path: str) -> None:
    """Whether the model could be opened; one that a variable names may be unknown here, and known where it runs."""
    model = plan.spec.model
    if model is None or "$" in model.model_dump_json():
        return
    try:
        model.check(plan.folder)
    except RobustspecError as error:
        raise UsageError(f"{path}: {error}") from error


def told(arm: ArmPlan, path: str) -> str:
    """The verdict of an arm that is known before any call, with its place."""
    assert arm.problem is not None
    word, reason = arm.problem
    return f"{path}:{arm.line}: {arm.id}: {word}: {reason}"


def explained(plan: Plan) -> Iterator[str]:
    """What PASS and FAIL will mean, arm by arm."""
    for scenario in plan.scenarios:
        yield visible(f"{scenario.id}: {scenario.scenario.title}")
        for arm in scenario.arms:
            yield f"  {arm.id}"
            yield wrapped(visible(_claim(arm, scenario, plan)), "    ")
        yield ""


def _claim(arm: ArmPlan, scenario: ScenarioPlan, plan: Plan) -> str:
    from robustspec.engine.results import facts_before
    from robustspec.statistics.claim import expectation

    if arm.problem is not None:
        return f"{arm.problem[0]} whatever the model answers: {arm.problem[1]}."
    return expectation(facts_before(arm, plan), fewest(arm), scenario.most_calls({arm.id}))


def fewest(arm: ArmPlan) -> int | None:
    """The fewest units that can pass an arm; None for a gap, a table metric, and where nothing can."""
    from robustspec.metrics.base import TableMetric
    from robustspec.statistics.select import fewest_that_can_pass

    if arm.is_gap or isinstance(arm.metric, TableMetric):
        return None
    return fewest_that_can_pass(arm.settings.method, arm.settings.population, arm.streams[0].hypothesis)
