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
    from robustspec.engine.outlook import ArmOutlook
    from robustspec.engine.plan import ArmPlan, Plan, ScenarioPlan

_DESCRIPTION = """\
Load a specification, check it against its data, and plan it. No model is called.

Every fault is told at once as file:line:column (exit code 4). Requirements that no run could show, because a group is
too small or a bound too close to the edge, are told with their line and a remedy (exit code 1). Requirements that would
pass in fewer than half of all runs, though the true value were 0.05 of the scale better than the bound or halfway to
perfect, are noted with a remedy (exit code 0).
"""
_LIKELY = 0.5
_NOTES = 5
"""Notes of one sort that are printed in full: more than a screen of them hides the faults."""
_TYPICAL = 0.95
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
    notes = list(unlikely(plan, args.spec))
    for note in notes[:_NOTES]:
        print(wrapped(visible(f"note: {note}"), hanging="  "))
    if (more := len(notes) - _NOTES) > 0:
        print(f"note: {more} more requirements like these -- robustspec plan {args.spec} shows the chances of all")
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
    from robustspec.engine.facts import facts_before
    from robustspec.engine.outlook import fewest
    from robustspec.statistics.claim import expectation

    if arm.problem is not None:
        return f"{arm.problem[0]} whatever the model answers: {arm.problem[1]}."
    return expectation(facts_before(arm, plan), fewest(arm), scenario.most_calls({arm.id}))


def unlikely(plan: Plan, path: str) -> Iterator[str]:
    """A note for each requirement with arms that could pass but mostly would not, though they were better than asked for."""
    from robustspec.engine.outlook import Expectations, outlook_of

    low: dict[str, list[ArmOutlook]] = {}
    for arm in plan.arms:
        each = outlook_of(arm, Expectations().of(arm))
        if each.outlook is not None and each.outlook.p_pass < _LIKELY:
            low.setdefault(f"{path}:{arm.line}: {arm.scenario}::{arm.requirement.key}", []).append(each)
        elif arm.is_gap and arm.problem is None:
            yield from _of_gap(arm, f"{path}:{arm.line}: {arm.scenario}::{arm.requirement.key}")
    for place, arms in low.items():
        worst = min(arms, key=lambda each: each.p_pass or 0.0)
        yield f"{place}: {_chance(worst, len(arms))} -- {_way_out(worst)}"


def _chance(each: ArmOutlook, arms: int) -> str:
    value, bound = f"{each.value:.4g}", f"{each.arm.requirement.bound:g}"
    if each.arm.aggregate.form == "quantile":
        true = f"{value} of the units met {bound}"
    else:
        true = f"{value} were true (bound {bound})"
    which = f"the worst of {arms} arms" if arms > 1 else "it"
    return f"if {true}, {which} would pass in {100 * (each.p_pass or 0):.0f} of 100 runs"


def _way_out(each: ArmOutlook) -> str:
    from robustspec.statistics.planning.reach import units_for_power

    stream, chosen = each.arm.streams[0], each.arm.settings
    units = units_for_power(chosen.method, chosen.population, stream.hypothesis, each.value)
    if units is None:
        return "move the bound"
    if units <= stream.n_units:
        return f"max_samples: {units} would make it 80"
    return f"about {units:,} units would make it 80, and it has {stream.hypothesis.horizon:,}"


def _of_gap(arm: ArmPlan, place: str) -> Iterator[str]:
    """A gap that could not be shown even between values that are all alike, at 0.95 of the scale."""
    from robustspec.engine.hypotheses import gap_units_of
    from robustspec.engine.outlook import on_own_scale
    from robustspec.metrics.base import TableMetric

    if not on_own_scale(arm) or isinstance(arm.metric, TableMetric):
        return
    fewest = min(stream.hypothesis.horizon for stream in arm.streams)
    if gap_units_of(arm, _TYPICAL, fewest) is None:
        units = gap_units_of(arm, _TYPICAL)
        needed = "no number of units shows" if units is None else f"about {units:,} units of each are needed to show"
        bound, dimension = f"{arm.requirement.bound:g}", arm.requirement.gap_over
        yield (
            f"{place}: even if every {dimension} were right in 95 of 100 units, {needed} a gap of {bound} -- "
            f"the smallest has {fewest:,}"
        )
