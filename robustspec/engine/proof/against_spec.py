"""Whether a report says of its requirements what the specification says that it is of, and leaves none out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from robustspec.data.names import slug
from robustspec.engine.evidence import ArmResult, RunResult, ScenarioResult
from robustspec.engine.proof.claims import facts_of
from robustspec.engine.proof.whole import Readings, left_open, missing_arms, requirements
from robustspec.language.cells import select
from robustspec.language.spec import Requirement, Scenario, Settings, Spec, settings
from robustspec.statistics.claim import guarantee

_EQUAL = 1e-6
_JUDGED = ("PASS", "FAIL", "INCONCLUSIVE")
_MISSING = re.compile(r"\d+ of \d+ cases have no output, more than max_error_rate (\S+)$")
_UNCHANGED = re.compile(r"\S+ left \d+% of the rows unchanged, more than max_unchanged ([^:\s]+):")

Found = Iterator[tuple[str, str]]


def spec_faults(result: RunResult, spec: Spec, readings: Readings) -> Found:
    """What does not agree, with its place."""
    yield from _left_out(result, spec)
    reported = {scenario.id: scenario for scenario in result.scenarios}
    asked = sum(len(scenario.requirements) for scenario in spec.scenarios.values())
    for (name, key), arms in requirements(result).items():
        scenario = spec.scenarios.get(name)
        requirement = next((each for each in scenario.requirements if each.key == key), None) if scenario else None
        if scenario is None or requirement is None:
            yield from ((arm.id, "the specification has no such requirement") for arm in arms)
            continue
        chosen = settings(spec, scenario, requirement)
        if result.quick:
            # A few of these rows are not all of these rows.
            chosen = chosen.model_copy(update={"population": "distribution"})
        yield from missing_arms(result, arms, readings, chosen.fail_confidence)
        for arm in arms:
            faults = [*_declared(arm, requirement, chosen), *_words(arm, requirement, chosen)]
            faults += _error_rates(arm, chosen, asked, readings)
            faults += _subject(arm, requirement, scenario, reported.get(name))
            if arm.origin != spec.data[scenario.data].origin:
                faults.append(
                    f"origin {arm.origin} in the report, {spec.data[scenario.data].origin} in the specification"
                )
            yield from ((arm.id, what) for what in faults)


def _left_out(result: RunResult, spec: Spec) -> Found:
    """Requirements without a verdict, and their arms, as far as the file alone tells these."""
    judged = {key: {arm.arm for arm in arms} for key, arms in requirements(result).items()}
    for name, scenario in spec.scenarios.items():
        for requirement in scenario.requirements:
            place, known = f"{name}::{requirement.key}", judged.get((name, requirement.key))
            if f"scenario {name} was not selected" in result.not_assessed:
                continue
            absent = [] if known is None else [arm for arm in _arms_of(scenario, requirement) if arm not in known]
            if left_open(result, place) >= (len(absent) or 1):
                continue
            if known is None:
                yield place, "it has no verdict in the report"
            yield from ((f"{place}::{arm}", "it has no verdict in the report") for arm in absent)


def _arms_of(scenario: Scenario, requirement: Requirement) -> list[str]:
    """The names of its arms; none of a requirement over groups, whose values only the data tell."""
    cells, over = select(scenario, requirement), requirement.worst_over
    if over is None:
        ends = [name for name, _ in requirement.aggregate.ends()]
        return ["all"] if requirement.gap_over or not ends else ends
    named = {
        "cell": [cell.name for cell in cells],
        "perturbation": [cell.perturbation for cell in cells if cell.perturbation],
        "level": [str(cell.level) for cell in cells if cell.level is not None],
    }
    return list(dict.fromkeys(named.get(over, [])))


def _declared(arm: ArmResult, requirement: Requirement, chosen: Settings) -> Iterator[str]:
    of_fail = chosen.fail_confidence if arm.fail_confidence is None else arm.fail_confidence
    for name, told, meant in (
        ("bound", f"{arm.operator} {arm.bound:g}", _bound(requirement)),
        ("metric", arm.metric, requirement.metric),
        ("aggregate", arm.aggregate, requirement.aggregate.kind),
        ("gate", arm.gate, requirement.gate),
        ("method", arm.method, chosen.method),
        ("population", arm.population, chosen.population),
        ("confidence", arm.confidence, chosen.confidence),
        ("fail_confidence", of_fail, chosen.fail_confidence),
        ("on_inconclusive", arm.on_inconclusive, chosen.on_inconclusive),
    ):
        if told != meant:
            yield f"{name} {told} in the report, {meant} in the specification"


def _bound(requirement: Requirement) -> str:
    return f"{'<=' if requirement.at_least is None else '>='} {requirement.bound:g}"


def _words(arm: ArmResult, requirement: Requirement, chosen: Settings) -> Iterator[str]:
    """Whether the specification allows the verdict."""
    found, waiver = arm.stored_verdict or arm.verdict, requirement.waived
    if arm.verdict == "WAIVED" and (waiver is None or (waiver.arms is not None and arm.arm not in waiver.arms)):
        yield "WAIVED, and the specification does not waive it"
    if found in _JUDGED and arm.cases and arm.missing > chosen.max_error_rate * arm.cases:
        yield f"{found}, but {arm.missing} of {arm.cases} cases are missing, which is INVALID"
    if found in _JUDGED and arm.missing and chosen.on_missing == "error":
        yield f"{found}, but {arm.missing} cases are missing, which is INVALID under on_missing: error"
    if found == "NOT_NEEDED" and (chosen.allocation != "focused" or requirement.worst_over is None):
        yield "NOT_NEEDED, which only a requirement with worst_over and allocation: focused has"
    if found == "INVALID":
        for pattern, name, meant in (
            (_MISSING, "max_error_rate", chosen.max_error_rate),
            (_UNCHANGED, "max_unchanged", chosen.max_unchanged),
        ):
            if (told := pattern.match(arm.reason)) and told[1] != f"{meant:g}":
                yield f"INVALID for {name} {told[1]}, which is {meant:g} in the specification"


def _error_rates(arm: ArmResult, chosen: Settings, asked: int, readings: Readings) -> Iterator[str]:
    """The error rates and the margin of the evidence against those that the specification asks for."""
    read = readings.get(arm.id)
    for hypothesis in read.hypotheses[:1] if read else ():
        alpha = (1 - chosen.confidence) / (asked if chosen.multiplicity.pass_ == "bonferroni" else 1)  # noqa: S105  # a verdict
        if abs(hypothesis.alpha_pass - alpha) > _EQUAL:
            yield f"a PASS at error rate {hypothesis.alpha_pass:g} in the evidence, {alpha:g} by the specification"
        if hypothesis.alpha_fail > 1 - chosen.fail_confidence + _EQUAL:
            yield f"a FAIL at error rate {hypothesis.alpha_fail:g} in the evidence, over {1 - chosen.fail_confidence:g}"
        if read is not None and abs(read.margin - chosen.margin) > _EQUAL:
            yield f"margin {read.margin:g} in the evidence, {chosen.margin:g} in the specification"
    if arm.verdict == "FAIL" and arm.fail_confidence is None:
        facts = facts_of(arm, read, chosen.fail_confidence)
        # Reports of older versions do not say whether all rows were in.
        said = [guarantee(replace(facts, all_in=all_in), "FAIL") for all_in in (arm.certain, not arm.record)]
        if not any(each in arm.claim for each in said):
            yield f"the claim does not state the guarantee: {said[0]}"


def _subject(
    arm: ArmResult, requirement: Requirement, scenario: Scenario, reported: ScenarioResult | None
) -> Iterator[str]:
    """Whether the claim sentence is about what the requirement is about."""
    aggregates = [requirement.aggregate, *(end for _, end in requirement.aggregate.ends())]
    words = [""] if requirement.aggregate.kind == "mean" else [f" ({each.words})" for each in aggregates]
    changes = ", on rows that the perturbation changes," if arm.unchanged else ""
    revoked = arm.verdict == "INVALID" and arm.stored_verdict
    ends = [f"{each}{'' if revoked else changes} {arm.operator} " for each in words]
    about = [f"{arm.verdict}: {subject}" for subject in _subjects(arm, requirement, scenario, reported)]
    if not any(arm.claim.startswith(f"{start}{end}") for start in about for end in ends):
        yield f"the claim does not begin with '{about[0]}{ends[0]}'" if about else "its group has no such value"


def _subjects(
    arm: ArmResult, requirement: Requirement, scenario: Scenario, reported: ScenarioResult | None
) -> Iterator[str]:
    """The subject in words, for each value of a group that has the arm's name."""
    over = requirement.worst_over
    cells = requirement.cells if isinstance(requirement.cells, str) else ", ".join(requirement.cells)
    cells = cells if scenario.perturbations else "clean"
    gap = f"gap over {requirement.gap_over} of " if requirement.gap_over else ""
    where = f"on {cells} cells" if cells in ("perturbed", "clean", "all") else f"on {cells}"
    if over in ("cell", "perturbation"):
        where = f"on {arm.arm}"
    elif over == "level":
        where = f"on {cells} cells at level {arm.arm}"
    if over in (None, "cell", "perturbation", "level"):
        yield f"{gap}{requirement.metric} {where}"
        return
    values = [each.value for each in reported.groups if each.group == over] if reported else []
    # A value without a scored row stands in no table of groups.
    named = [value for value in values if slug(value) == arm.arm] or [arm.arm]
    yield from (f"{requirement.metric} {where} for {over} {value}" for value in named)
