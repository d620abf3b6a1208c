"""What the claim of an arm says before any call: what it is about, its bound, its error rates, its origin."""

from __future__ import annotations

from robustspec.engine.plan import ArmPlan, Plan
from robustspec.language.cells import select
from robustspec.statistics.claim import Facts


def facts_before(arm: ArmPlan, plan: Plan) -> Facts:
    """What is known of an arm's claim before a run."""
    req, chosen = arm.requirement, arm.settings
    alpha_fail = arm.streams[0].hypothesis.alpha_fail if arm.streams else 1 - chosen.fail_confidence
    return Facts(
        subject=subject(arm, plan),
        bound=req.bound,
        at_least=req.at_least is not None,
        alpha_pass=arm.streams[0].hypothesis.alpha_pass if arm.streams else 1 - chosen.confidence,
        alpha_fail=max(alpha_fail, 1 - chosen.fail_confidence),
        aggregate=arm.aggregate.words if arm.aggregate.kind != "mean" else "",
        method=chosen.method,
        population=chosen.population,
        margin=chosen.margin,
        horizon=arm.most_units(),
        origin=plan.spec.data[plan.spec.scenarios[arm.scenario].data].origin or "not stated",
        excluded=arm.excluded,
        without_level=_without_level(arm, plan),
        missing_policy=chosen.on_missing,
        quick=plan.quick,
    )


def _without_level(arm: ArmPlan, plan: Plan) -> tuple[str, ...]:
    """The selected cells that an arm over levels leaves out, because they have none."""
    if "level" not in (arm.requirement.worst_over, arm.requirement.gap_over):
        return ()
    cells = select(plan.spec.scenarios[arm.scenario], arm.requirement)
    return tuple(cell.name for cell in cells if cell.level is None)


def subject(arm: ArmPlan, plan: Plan) -> str:
    """What an arm is about, in words: metric, aggregate, cells, group."""
    req = arm.requirement
    cells = req.cells if isinstance(req.cells, str) else ", ".join(req.cells)
    if not plan.spec.scenarios[arm.scenario].perturbations:
        cells = "clean"
    dimension = req.worst_over
    if dimension in ("cell", "perturbation"):
        where = f"on {arm.name}"
    elif dimension == "level":
        where = f"on {cells} cells at level {arm.name}"
    else:
        where = f"on {cells} cells" if cells in ("perturbed", "clean", "all") else f"on {cells}"
    if arm.group is not None:
        where += f" for {arm.group[0]} {arm.group[1]}"
    gap = f"gap over {req.gap_over} of " if req.gap_over else ""
    return f"{gap}{req.metric} {where}"
