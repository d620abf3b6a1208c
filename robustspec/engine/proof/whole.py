"""Whether the parts of a report fit each other: arms and their number, ladders, the claim about the whole, counts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from robustspec.engine.evidence import ArmResult, Counts, RunResult
from robustspec.engine.ladders import ladders_of
from robustspec.engine.proof.recorded import Reading
from robustspec.engine.suite import claim_of

Readings = Mapping[str, Reading]
"""The evidence of the arms, by their id, where there is any that can be read."""

_EQUAL = 1e-6
_UNNAMED = re.compile(r"(\d+) more arms were not ")
_OPEN = (
    "was not selected",
    "was not decided before the run was stopped",
    "arms were not selected",
    "arms were not decided",
)
_OWN_WORDS = "by the specification's own words: "


def whole_faults(result: RunResult, readings: Readings) -> Iterator[tuple[str, str]]:
    """What does not fit, with its place."""
    yield from _names(result)
    yield from _scenarios(result)
    for arms in requirements(result).values():
        told = arms[0].fail_confidence
        if told is not None:
            yield from missing_arms(result, arms, readings, told)
        yield from _not_needed(arms)
    yield from _ladders(result, readings)
    yield from _suite(result, readings)


def requirements(result: RunResult) -> dict[tuple[str, str], list[ArmResult]]:
    """The arms of each requirement, by scenario and requirement."""
    found: dict[tuple[str, str], list[ArmResult]] = {}
    for arm in result.arms:
        found.setdefault((arm.scenario, arm.requirement), []).append(arm)
    return found


def _names(result: RunResult) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for arm in result.arms:
        if arm.id in seen:
            yield arm.id, "it stands in the report twice"
        seen.add(arm.id)
        name = f"{arm.scenario}::{arm.requirement}::{arm.arm}"
        if arm.id != name:
            yield arm.id, f"its parts name another arm, {name}"


def _scenarios(result: RunResult) -> Iterator[tuple[str, str]]:
    """Whether arms stand in their scenario, say the origin of its data, and the counts of the run are the sum of all."""
    data, total = {each.name: each for each in result.data}, Counts()
    for scenario in result.scenarios:
        total.add(scenario.counts)
        for arm in scenario.arms:
            if arm.scenario != scenario.id:
                yield arm.id, f"it stands under the scenario {scenario.id}"
            if scenario.data in data and arm.origin != data[scenario.data].origin:
                yield arm.id, f"origin {arm.origin} in the arm, {data[scenario.data].origin} in its data"
    if total != result.counts:
        yield "counts", "those of the run are not the sum of its scenarios'"


def missing_arms(
    result: RunResult, arms: Sequence[ArmResult], readings: Readings, fail_confidence: float
) -> Iterator[tuple[str, str]]:
    """Arms of a requirement that the report leaves out: a FAIL is tested at (1 - fail_confidence) / (number of arms)."""
    place = f"{arms[0].scenario}::{arms[0].requirement}"
    rates = [readings[arm.id].hypotheses[0].alpha_fail for arm in arms if _has_hypothesis(arm, readings)]
    present = len({arm.id for arm in arms})
    for number in sorted({round((1 - fail_confidence) / rate, 6) for rate in rates if rate > 0}):
        if number < 1 or abs(number - round(number)) > 1e-3:
            rate = (1 - fail_confidence) / number
            yield place, f"a FAIL at error rate {rate:g} in the evidence, which its fail_confidence does not make"
        elif round(number) > present + left_open(result, place):
            yield place, f"its evidence is of {round(number)} arms, and the report has {present}"
        elif 1 < round(number) < present:
            yield place, f"its evidence is of {round(number)} arms, and the report has {present}: too many"


def _has_hypothesis(arm: ArmResult, readings: Readings) -> bool:
    return arm.id in readings and bool(readings[arm.id].hypotheses)


def left_open(result: RunResult, place: str) -> int:
    """How many arms of a requirement the report says that it does not speak of, at most."""
    named = sum(line.startswith(f"{place}::") for line in result.not_assessed)
    return named + sum(int(found[1]) for line in result.not_assessed if (found := _UNNAMED.match(line)))


def _not_needed(arms: Sequence[ArmResult]) -> Iterator[tuple[str, str]]:
    failed = {arm.id for arm in arms if (arm.stored_verdict or arm.verdict) in ("FAIL", "INVALID")}
    for arm in arms:
        if arm.verdict == "NOT_NEEDED" and arm.reason.partition(" failed,")[0] not in failed:
            yield arm.id, "NOT_NEEDED, and no other arm of its requirement that it names failed"


def _ladders(result: RunResult, readings: Readings) -> Iterator[tuple[str, str]]:
    alphas = _alphas(result, readings)
    for scenario in result.scenarios:
        shown = [] if result.quick else ladders_of(scenario, alphas)
        for line in scenario.ladders:
            if line not in shown:
                yield scenario.id, f"its arms do not show the ladder '{line}'"
        complete = not any(line.startswith(f"{scenario.id}::") or _UNNAMED.match(line) for line in result.not_assessed)
        recorded = any(arm.id in readings for arm in scenario.arms)
        if complete and recorded and any(line not in scenario.ladders for line in shown):
            yield scenario.id, "a ladder that its arms show is left out"


def _suite(result: RunResult, readings: Readings) -> Iterator[tuple[str, str]]:
    """Whether the claim about the whole is the one that the arms make."""
    if not result.suite_claim:
        return
    blocking = [arm for arm in result.arms if arm.gate == "block" and arm.verdict not in ("PASS", "WAIVED")]
    told = next((line for line in result.not_assessed if line.endswith(_OPEN) and not line.startswith(_OWN_WORDS)), "")
    against = "the run is a quick look" if result.quick else told
    if not against and blocking:
        against = f"{blocking[0].id} is {blocking[0].verdict}"
    if against:
        yield "suite_claim", f"it says that all requirements pass, and {against}"
        return
    claims = [
        claim_of(result.arms, _alphas(result, readings, bonferroni=each), bonferroni=each) for each in (False, True)
    ]
    if result.suite_claim not in claims:
        yield "suite_claim", f"its arms show: {claims[0] or 'that not all pass'}"


def _alphas(result: RunResult, readings: Readings, *, bonferroni: bool = False) -> dict[str, float]:
    """The error rate of a PASS of each arm; of one without evidence that of the others of its requirement."""
    groups, found = requirements(result), {}
    for arms in groups.values():
        known = [readings[arm.id].hypotheses[0].alpha_pass for arm in arms if _has_hypothesis(arm, readings)]
        for arm in arms:
            assumed = (1 - arm.confidence) / (len(groups) if bonferroni else 1)
            found[arm.id] = readings[arm.id].hypotheses[0].alpha_pass if _has_hypothesis(arm, readings) else assumed
            if not _has_hypothesis(arm, readings) and known:
                found[arm.id] = max(known)
    return found
