"""Known gaps: which arms a waiver names, and when it is no longer needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from robustspec.engine.evidence import ArmResult
from robustspec.engine.facts import facts_before
from robustspec.engine.plan import ArmPlan, Plan
from robustspec.engine.scenario import ScenarioRun
from robustspec.statistics.claim import sentence


def hold_back(plan: Plan, scenario: ScenarioRun, results: Mapping[str, ArmResult]) -> Iterator[ArmResult]:
    """The results that may be told: a waived requirement's only when all its waived arms are there.

    A waiver that nothing needs any more is a gate that nobody closed: where every waived arm passes, they turn INVALID.
    A run that selects only some of them cannot tell.
    """
    by_requirement: dict[str, list[ArmPlan]] = {}
    for arm in scenario.plan.arms:
        by_requirement.setdefault(arm.requirement.key, []).append(arm)
    selected = {run.plan.id for run in scenario.arms}
    for arms in by_requirement.values():
        waived = [arm for arm in arms if is_waived(arm)]
        ready = all(arm.id in results for arm in waived if arm.id in selected)
        if waived and all(arm.id in results and results[arm.id].verdict == "PASS" for arm in waived):
            for arm in waived:
                _revoke(plan, arm, results[arm.id])
        yield from (results[arm.id] for arm in arms if arm.id in results and (ready or arm not in waived))


def is_waived(arm: ArmPlan) -> bool:
    """Whether a waiver names this arm."""
    waiver = arm.requirement.waived
    return waiver is not None and (waiver.arms is None or arm.name in waiver.arms)


def _revoke(plan: Plan, arm: ArmPlan, result: ArmResult) -> None:
    result.stored_verdict, result.verdict = "PASS", "INVALID"
    result.reason = "every waived arm passes: the waiver is no longer needed -- remove `waived`"
    result.claim = sentence(replace(facts_before(arm, plan), word="INVALID", reason=result.reason))
