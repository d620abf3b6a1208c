"""``robustspec plan``: what a run will need, before it makes a call."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from robustspec.commands import FINE
from robustspec.commands.arguments import add_command, add_spec, plan_of, positive
from robustspec.commands.check import fewest, told
from robustspec.commands.text import counted, table, visible

if TYPE_CHECKING:
    from robustspec.engine.plan import ArmPlan, Plan, ScenarioPlan

_DESCRIPTION = """\
Show what a run will need: the arms of each scenario, the units (rows, patients, articles) that each may use, the fewest
with which it can pass, and the most calls. No model is opened.

A run usually ends with fewer calls: an arm stops as soon as it is decided, arms share their calls, and stored outputs
are used again. Units that no perturbation changes are replaced by further ones, whose clean cases may come on top.
"""
_EXAMPLES = """\
  robustspec plan specs/pharmacy.yaml
  robustspec plan specs/pharmacy.yaml --rate 20 --cost-per-call 0.002
  robustspec plan specs/pharmacy.yaml --max-samples 20      of a quick look
"""


def add(commands: Any) -> None:
    """The arguments of the command."""
    parser = add_command(commands, "plan", "show the calls, hours and cost of a run", _DESCRIPTION, _EXAMPLES)
    add_spec(parser)
    parser.add_argument("--rate", type=_amount, metavar="CALLS_PER_S", help="calls in a second, for the hours")
    parser.add_argument("--cost-per-call", type=_amount, metavar="X", help="price of a call, in any currency")
    parser.add_argument("--max-samples", type=positive, metavar="N", help="plan a quick look at N units per arm")
    parser.set_defaults(run=run)


def _amount(text: str) -> float:
    try:
        amount = float(text)
    except ValueError:
        amount = 0.0
    if not 0 < amount < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number above 0")
    return amount


def run(args: argparse.Namespace) -> int:
    """Print the plan."""
    plan = plan_of(args, args.max_samples)
    print(visible(f"{args.spec}: {plan.spec.about.title}"))
    for scenario in plan.scenarios:
        print()
        for line in _scenario(scenario, plan):
            print(line)
    print()
    for line in _total(plan, args.rate, args.cost_per_call):
        print(line)
    for arm in plan.arms:
        if arm.problem is not None:
            print(visible(told(arm, args.spec)))
    return FINE


def _scenario(scenario: ScenarioPlan, plan: Plan) -> Iterator[str]:
    data = plan.datasets[scenario.scenario.data]
    rows = counted(data.n_rows, "row")
    units = f" of {counted(data.n_units, 'unit')}" if data.n_units != data.n_rows else ""
    cells = counted(len(scenario.cells), "cell")
    calls = counted(scenario.most_calls(), "call")
    yield f"{scenario.id}: data {scenario.scenario.data} ({rows}{units}), {cells}, at most {calls}"
    rows_of_table = [_row(arm, scenario) for arm in scenario.arms]
    yield from table(["arm", "units", "can pass from", "most calls"], rows_of_table)


def _row(arm: ArmPlan, scenario: ScenarioPlan) -> list[str]:
    name = arm.id.removeprefix(f"{scenario.id}::").removesuffix("::all")
    if arm.problem is not None:
        return [name, f"{arm.most_units():,}", arm.problem[0], "0"]
    least = fewest(arm)
    return [
        name,
        f"{arm.most_units():,}",
        "-" if least is None else f"{least:,}",
        f"{scenario.most_calls({arm.id}):,}",
    ]


def _total(plan: Plan, rate: float | None, cost: float | None) -> Iterator[str]:
    from robustspec.reports.text import duration

    calls = sum(scenario.most_calls() for scenario in plan.scenarios)
    yield (
        f"in all: {counted(len(plan.scenarios), 'scenario')}, {counted(len(plan.arms), 'arm')}, "
        f"at most {counted(calls, 'call')}"
    )
    if rate is not None:
        yield f"time:   at most {duration(calls / rate)} at {rate:g} calls a second"
    if cost is not None:
        yield f"cost:   at most {calls * cost:,.2f} at {cost:g} a call"
