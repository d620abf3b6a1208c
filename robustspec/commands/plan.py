"""``robustspec plan``: what a run will need, and how it would end, before it makes a call."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from robustspec.commands import FINE
from robustspec.commands.arguments import UsageError, add_command, add_spec, nearest, plan_of, positive
from robustspec.commands.check import told
from robustspec.commands.text import counted, table, visible, wrapped

if TYPE_CHECKING:
    from robustspec.engine.outlook import ArmOutlook, Expectations
    from robustspec.engine.plan import ArmPlan, Plan, ScenarioPlan
    from robustspec.language.budget import Budget

_DESCRIPTION = """\
Show what a run will need and how it would end: the units (rows, patients, articles) that each arm may use, the fewest with
which it can pass, and, for an assumed true value, how often it would pass and fail, and the units and calls it would take
on average. No model is opened.

Without --expect the true value is taken to be better than the bound by 0.05 of the scale, or halfway to perfect where
that is nearer. A number alone is for the at_least requirements on a metric's own scale (no drop, retention, gap or
quantile); NAME=NUMBER is for a metric, or for one requirement by its name in the table, which wins. A quantile is
expected by the share of units on the good side of its bound.

--full shows each arm at the bound, at 0.01, 0.02 and 0.05 of the scale beside it, and at what is expected; --arm only
those whose id holds TEXT.

Calls are those of units in evidence; a conversation takes one for each turn of its clean form, and what perturbations or a
simulated user add is not foreseen. With many calls in flight a run makes up to a quarter more; stored outputs
are used again. Units that no perturbation changes are replaced by further ones, whose clean cases may come on top.
"""
_EXAMPLES = """\
  robustspec plan specs/pharmacy.yaml
  robustspec plan specs/pharmacy.yaml --expect 0.97 --expect false_refusal=0.01
  robustspec plan specs/pharmacy.yaml --arm drop-request_match --expect drop-request_match=0.02
  robustspec plan specs/pharmacy.yaml --rate 20 --cost-per-call 0.002
  robustspec plan specs/pharmacy.yaml --max-samples 20      of a quick look
"""
_HEAD = ["arm", "units", "can pass from", "if true", "PASS", "FAIL", "mean units", "calls", "how"]
_MEANINGS = {
    "worst case": "worst case: scores between two bounds are taken to lie at these; with less spread it decides sooner",
    "simulated": "simulated: 2,000 seeded runs, under an assumption that --full tells",
    "approximate": "approximate: about, under an assumption that --full tells",
}


def add(commands: Any) -> None:
    """The arguments of the command."""
    parser = add_command(commands, "plan", "show the chances, calls, hours and cost of a run", _DESCRIPTION, _EXAMPLES)
    add_spec(parser)
    parser.add_argument(
        "--expect",
        type=_expectation,
        action="append",
        default=[],
        metavar="[NAME=]VALUE",
        help="the true value to plan with; can be given several times",
    )
    parser.add_argument("--full", action="store_true", help="show each arm at several true values")
    parser.add_argument(
        "--arm",
        action="append",
        metavar="TEXT",
        help="show the arms whose id holds TEXT at several true values; can be given several times",
    )
    parser.add_argument("--rate", type=_amount, metavar="CALLS_PER_S", help="calls in a second, for the hours")
    parser.add_argument("--cost-per-call", type=_amount, metavar="X", help="price of a call, in any currency")
    parser.add_argument("--max-samples", type=positive, metavar="N", help="plan a quick look at N units per arm")
    parser.set_defaults(run=run)


def _amount(text: str) -> float:
    amount = _number(text)
    if amount is None or amount <= 0:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number above 0")
    return amount


def _number(text: str) -> float | None:
    """A finite number, or None."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None


def _expectation(text: str) -> tuple[str, float]:
    name, sign, amount = text.rpartition("=")
    value = _number(amount)
    if value is None or (sign and not name):
        raise argparse.ArgumentTypeError(f"'{text}' is neither a number nor NAME=NUMBER")
    return name, value


def run(args: argparse.Namespace) -> int:
    """Print the plan."""
    plan = plan_of(args, args.max_samples)
    expected = _expectations(plan, args.expect)
    if args.arm:
        _print_whole(_chosen(plan, args.arm), plan, expected)
        return FINE
    outlooks = {scenario.id: [_at(arm, expected.of(arm)) for arm in scenario.arms] for scenario in plan.scenarios}
    print(visible(f"{args.spec}: {plan.spec.about.title}"))
    for scenario in plan.scenarios:
        print("\n" + "\n".join(_scenario(scenario, plan, outlooks[scenario.id])))
    everything = [each for arms in outlooks.values() for each in arms]
    print("\n" + "\n".join(_legend(everything, expected)))
    print("\n" + "\n".join(_total(plan, outlooks, args.rate, args.cost_per_call)))
    for arm in plan.arms:
        if arm.problem is not None:
            print(visible(told(arm, args.spec)))
    if args.full:
        print()
        _print_whole(plan.arms, plan, expected)
    return FINE


def _print_whole(arms: Sequence[ArmPlan], plan: Plan, expected: Expectations) -> None:
    print("\n\n".join("\n".join(_whole(arm, plan, expected)) for arm in arms))


def _expectations(plan: Plan, given: Sequence[tuple[str, float]]) -> Expectations:
    from robustspec.engine.outlook import Expectations

    named = {name: value for name, value in given if name}
    known = {word for arm in plan.arms for word in (arm.requirement.key, arm.requirement.metric)}
    for name in named:
        if name not in known:
            raise UsageError(f"--expect: there is no metric or requirement '{name}' -- {nearest(name, sorted(known))}")
    return Expectations(next((value for name, value in reversed(given) if not name), None), named)


def _at(arm: ArmPlan, value: float) -> ArmOutlook:
    from robustspec.engine.outlook import outlook_of

    try:
        return outlook_of(arm, value)
    except ValueError as error:
        raise UsageError(f"--expect: {error}") from error


def _scenario(scenario: ScenarioPlan, plan: Plan, outlooks: Sequence[ArmOutlook]) -> Iterator[str]:
    from robustspec.engine.outlook import calls

    data = plan.datasets[scenario.scenario.data]
    rows = counted(data.n_rows, "row")
    units = f" of {counted(data.n_units, 'unit')}" if data.n_units != data.n_rows else ""
    cells = counted(len(scenario.cells), "cell")
    cost = f"about {counted(calls(scenario, outlooks), 'call')}, at most {scenario.most_calls():,}"
    yield f"{scenario.id}: data {scenario.scenario.data} ({rows}{units}), {cells}, {cost}"
    yield from table(_HEAD, [_row(each, scenario) for each in outlooks])


def _row(each: ArmOutlook, scenario: ScenarioPlan) -> list[str]:
    from robustspec.engine.outlook import calls, fewest

    arm, found = each.arm, each.outlook
    name, units = arm.id.removeprefix(f"{scenario.id}::").removesuffix("::all"), f"{arm.most_units():,}"
    if arm.problem is not None:
        return [name, units, arm.problem[0], "-", "-", "-", "0", "0", "-"]
    least = fewest(arm)
    cost = [f"{each.units:,}", f"{calls(scenario, [each]):,}"]
    chances = ["-", "-", "-"] if found is None else [_value(each.value), f"{found.p_pass:.2f}", f"{found.p_fail:.2f}"]
    return [
        name,
        units,
        "-" if least is None else f"{least:,}",
        *chances,
        *cost,
        "at most" if found is None else found.how,
    ]


def _value(value: float) -> str:
    return f"{value:.4g}"


def _legend(outlooks: Sequence[ArmOutlook], expected: Expectations) -> Iterator[str]:
    said = "as --expect says, else " if expected.named or expected.at_least is not None else ""
    yield wrapped(
        f"if true: the true value that is assumed, {said}0.05 of the scale better than the bound or halfway to perfect; "
        "PASS, FAIL: how often a run would then end so, else INCONCLUSIVE; mean units, calls: what the arm alone takes on "
        "average. --full shows other true values."
    )
    used = {each.outlook.how for each in outlooks if each.outlook is not None}
    for how, meaning in _MEANINGS.items():
        if how in used:
            yield wrapped(meaning)
    for reason in dict.fromkeys(each.reason for each in outlooks if each.reason and each.arm.problem is None):
        yield f"-: {reason}"


def _total(plan: Plan, outlooks: dict[str, list[ArmOutlook]], rate: float | None, cost: float | None) -> Iterator[str]:
    from robustspec.engine.outlook import all_pass, calls
    from robustspec.reports.text import duration

    about = sum(calls(scenario, outlooks[scenario.id]) for scenario in plan.scenarios)
    most = sum(scenario.most_calls() for scenario in plan.scenarios)
    yield (
        f"in all: {counted(len(plan.scenarios), 'scenario')}, {counted(len(plan.arms), 'arm')}, "
        f"about {counted(about, 'call')}, at most {most:,}"
    )
    if (budget := plan.spec.budget) is not None:
        yield f"budget: {_limits(budget)} for one run; what is left open goes on in the next"
    for name in dict.fromkeys(arm.baseline for arm in plan.arms if arm.baseline):
        yield f"        and at most {sum(scenario.most_calls(baseline=name) for scenario in plan.scenarios):,} of {name}"
    least, alone, unknown = all_pass(each for arms in outlooks.values() for each in arms)
    left_out = f"; {counted(unknown, 'arm')} not counted" if unknown else ""
    yield f"all pass: in {alone:.2f} of runs if arms were independent, at least {least:.2f} whatever they share{left_out}"
    if rate is not None:
        yield f"time:   about {duration(about / rate)}, at most {duration(most / rate)} at {rate:g} calls a second"
    if cost is not None:
        yield f"cost:   about {about * cost:,.2f}, at most {most * cost:,.2f} at {cost:g} a call"


def _limits(budget: Budget) -> str:
    """The limits of a budget in words."""
    limits = {"calls": budget.calls, "tokens": budget.tokens, "cost": budget.cost, "hours": budget.hours}
    return ", ".join(f"{name} {limit:,}" for name, limit in limits.items() if limit is not None)


def _chosen(plan: Plan, texts: Sequence[str]) -> list[ArmPlan]:
    ids = [arm.id for arm in plan.arms]
    for text in texts:
        if not any(text in each for each in ids):
            raise UsageError(f"--arm: no id holds '{text}' -- {nearest(text, ids)}")
    return [arm for arm in plan.arms if any(text in arm.id for text in texts)]


def _whole(arm: ArmPlan, plan: Plan, expected: Expectations) -> Iterator[str]:
    """An arm at several true values."""
    from robustspec.engine.outlook import calls, claim, fewest, grid

    scenario = next(scenario for scenario in plan.scenarios if scenario.id == arm.scenario)
    value, bound = expected.of(arm), claim(arm).bound
    least = fewest(arm) if arm.problem is None else None
    from_ = "" if least is None else f", can pass from {least:,}"
    sign = ">=" if arm.requirement.at_least is not None else "<="
    most = f"at most {counted(arm.most_units(), 'unit')}, {scenario.most_calls({arm.id}):,} calls"
    yield visible(f"{arm.id}: {sign} {arm.requirement.bound:g}: {most}{from_}")
    at_expected = _at(arm, value)
    if at_expected.outlook is None:
        yield f"  not worked out: {arm.problem[1] if arm.problem else at_expected.reason}"
        return
    rows = []
    for true in grid(arm, value):
        each = _at(arm, true)
        assert each.outlook is not None
        word = " bound" if abs(true - bound) < 1e-9 else " expected" if abs(true - value) < 1e-9 else ""
        found = each.outlook
        chances = [f"{chance:.3f}" for chance in (found.p_pass, found.p_fail, found.p_inconclusive)]
        rows.append([_value(true) + word, *chances, f"{each.units:,}", f"{calls(scenario, [each]):,}"])
    yield from table(["if true", "PASS", "FAIL", "INCONCLUSIVE", "mean units", "calls"], rows)
    assumed = f", {at_expected.outlook.assumed}" if at_expected.outlook.assumed else ""
    yield wrapped(f"{at_expected.outlook.how}{assumed}", "  ")
