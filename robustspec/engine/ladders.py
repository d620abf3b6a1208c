"""How far up its ladder each perturbation was shown: fixed-sequence testing of the arms that go over levels.

The levels of a ladder are tested from mild to severe, each at the full error rate, and the claim ends at the first one that
does not pass: to claim too much, the mildest level at which the requirement is not met has to pass, which happens in at
most alpha of the runs. No correction is needed (Wiens 2003, doi:10.1002/pst.64).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from robustspec.engine.evidence import ArmResult, ScenarioResult
from robustspec.engine.plan import ScenarioPlan
from robustspec.statistics.claim import ladder_sentence


class Rung(NamedTuple):
    """An arm on one level of a ladder. ``name`` is that of the perturbation, "all" where levels are pooled."""

    requirement: str
    name: str
    level: int
    arm: str


def ladders(plan: ScenarioPlan, results: Mapping[str, ArmResult]) -> list[str]:
    """A sentence for each ladder of two levels or more whose arms are all there, in the order of the file."""
    alphas = {arm.id: arm.streams[0].hypothesis.alpha_pass for arm in plan.arms if arm.streams}
    return _sentences(_planned(plan), results, alphas)


def ladders_of(scenario: ScenarioResult, alphas: Mapping[str, float]) -> list[str]:
    """The same from a report alone; ``alphas`` holds the error rate of a PASS of each arm, by its id."""
    return _sentences(_reported(scenario), {arm.id: arm for arm in scenario.arms}, alphas)


def _sentences(rungs: Iterable[Rung], results: Mapping[str, ArmResult], alphas: Mapping[str, float]) -> list[str]:
    found: dict[tuple[str, str], list[Rung]] = {}
    for rung in rungs:
        found.setdefault((rung.requirement, rung.name), []).append(rung)
    said = []
    for (requirement, name), steps in found.items():
        if len(steps) < 2 or any(rung.arm not in results for rung in steps):
            continue
        arms = [results[rung.arm] for rung in steps]
        verdicts = [(rung.level, arm.verdict) for rung, arm in zip(steps, arms, strict=True)]
        # A later look at the same data has another chance to be wrong.
        alpha = max(min(1.0, alphas[arm.id] * arm.look) for arm in arms)
        approximate = arms[0].method == "approximate"
        said.append(ladder_sentence(f"{requirement}: {name}", verdicts, alpha, approximate=approximate))
    return said


def _planned(plan: ScenarioPlan) -> Iterator[Rung]:
    for arm in plan.arms:
        certain = arm.settings.method == "point" or arm.settings.population == "dataset"
        if arm.requirement.worst_over not in ("cell", "level") or certain or not arm.streams:
            continue
        levels, names = set(arm.streams[0].levels), set(arm.streams[0].labels)
        level = levels.pop() if len(levels) == 1 else None
        if level is not None:
            name = "all" if arm.requirement.worst_over == "level" else str(names.pop())
            yield Rung(arm.requirement.key, name, level, arm.id)


def _reported(scenario: ScenarioResult) -> Iterator[Rung]:
    """An arm over cells has the name of its cell, one over levels that of its level."""
    cells = {cell.cell: cell for cell in scenario.cells}
    for arm in scenario.arms:
        own = [cells[name] for name in arm.cells if name in cells]
        levels = {cell.level for cell in own}
        level = levels.pop() if len(levels) == 1 else None
        if level is None or arm.method == "point" or arm.population == "dataset":
            continue
        if arm.arm == str(level):
            yield Rung(arm.requirement, "all", level, arm.id)
        elif len(own) == 1 and arm.arm == own[0].cell:
            yield Rung(arm.requirement, str(own[0].perturbation), level, arm.id)
