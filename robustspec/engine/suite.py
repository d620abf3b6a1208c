"""What it says that a whole specification passes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from robustspec.engine.evidence import ArmResult
from robustspec.engine.plan import ArmPlan, Plan
from robustspec.statistics.claim import suite_sentence


def suite_claim(plan: Plan, arms: Sequence[ArmResult]) -> str:
    """The sentence; empty where the file was not run whole, or a requirement that blocks the gate is not met."""
    if plan.quick or len(arms) < len(plan.arms):
        return ""
    plans = [plan.arm(arm.id) for arm in arms]
    alphas = {each.id: each.streams[0].hypothesis.alpha_pass for each in plans if each.streams}
    return claim_of(arms, alphas, bonferroni=all(_corrected(each) for each in plans))


def claim_of(arms: Sequence[ArmResult], alphas: Mapping[str, float], *, bonferroni: bool) -> str:
    """The sentence about all arms of a file; empty where a requirement that blocks the gate is not met.

    ``alphas`` holds the error rate of a PASS of each arm, by its id; ``bonferroni`` says that it was divided among the
    requirements.
    """
    requirements: dict[tuple[str, str], list[ArmResult]] = {}
    for arm in arms:
        requirements.setdefault((arm.scenario, arm.requirement), []).append(arm)
    waived = [each for each in requirements.values() if any(arm.verdict == "WAIVED" for arm in each)]
    aside = [each for each in requirements.values() if each not in waived and each[0].gate != "block"]
    blocking = [each for each in requirements.values() if each not in waived and each not in aside]
    if any(arm.verdict != "PASS" for each in blocking for arm in each):
        return ""
    approximate = [each for each in blocking if any(_is_approximate(arm) for arm in each)]
    return suite_sentence(
        [_error_rate(each, alphas) for each in blocking],
        approximate=len(approximate),
        edited=sum(any(_is_edited(arm) for arm in each) for each in blocking if each not in approximate),
        dataset=sum(all(arm.population == "dataset" for arm in each) for each in blocking),
        waived=len(waived),
        unblocking=len(aside),
        bonferroni=bonferroni,
    )


def _error_rate(arms: Sequence[ArmResult], alphas: Mapping[str, float]) -> float | None:
    """The most runs that would pass a requirement that is not met, None where nothing is guaranteed."""
    rates = [_of_arm(arm, alphas) for arm in arms]
    return None if any(rate is None for rate in rates) else max(rate for rate in rates if rate is not None)


def _of_arm(arm: ArmResult, alphas: Mapping[str, float]) -> float | None:
    if arm.certain:
        return 0.0
    if _is_approximate(arm) or _is_edited(arm) or arm.method == "point":
        return None
    return min(1.0, alphas[arm.id] * arm.look)


def _is_approximate(arm: ArmResult) -> bool:
    return arm.method == "approximate" and arm.population != "dataset"


def _is_edited(arm: ArmResult) -> bool:
    """Whether its error rate does not hold, because a setting was chosen with a view of these data."""
    return arm.edited and not arm.certain and arm.method != "point"


def _corrected(arm: ArmPlan) -> bool:
    return arm.settings.multiplicity.pass_ == "bonferroni"  # noqa: S105  # a verdict, not a password
