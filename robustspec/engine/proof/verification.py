"""Whether a report says what its own evidence shows: every verdict computed again, offline, and compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from robustspec.engine.evidence import ArmResult, RunResult
from robustspec.engine.proof.against_spec import spec_faults
from robustspec.engine.proof.claims import claim_faults
from robustspec.engine.proof.record import is_intact, reading, recompute
from robustspec.engine.proof.recorded import Given, Reading
from robustspec.engine.proof.whole import whole_faults
from robustspec.errors import RobustspecError
from robustspec.language.spec import Spec
from robustspec.statistics.base import Summary, Word

_JUDGED = ("PASS", "FAIL", "INCONCLUSIVE")
_EQUAL = 1e-6
"""Relative difference of figures that another processor or numpy may make."""

_MISSING = re.compile(r"(\d+) of ([\d,]+) cases? have no output, more than max_error_rate (\S+)")
_NO_OUTPUT = re.compile(r"([\d,]+) cases? (?:has|have) no output, and ")
_TOO_FEW = re.compile(r"a PASS needs at least (\d+) units that are all right, and there are (\d+)")


class Fault(NamedTuple):
    """Where a report contradicts its evidence; ``damaged`` where the evidence cannot even be read."""

    arm: str
    what: str
    damaged: bool = False


@dataclass(slots=True)
class Verification:
    """What came of it: arms whose verdict was computed again, faults, and the arms that could not be, by reason."""

    recomputed: int = 0
    faults: list[Fault] = field(default_factory=list)
    others: dict[str, list[str]] = field(default_factory=dict)
    versions: set[str] = field(default_factory=set)
    """The versions of robustspec that wrote the records."""


def verify(result: RunResult, into: Verification | None = None) -> Verification:
    """Every arm of a result against its record, and the result's parts against each other."""
    done, readings = into or Verification(), {}
    for arm in result.arms:
        reason, read = _verify_arm(arm, result, done)
        if read is not None:
            readings[arm.id] = read
        if reason:
            done.others.setdefault(reason, []).append(arm.id)
        else:
            done.recomputed += 1
    done.faults += [Fault(*found) for found in whole_faults(result, readings)]
    return done


def compare(result: RunResult, spec: Spec, into: Verification) -> None:
    """What the arms say of their requirements against the specification's own words, and what it has and they lack."""
    told = {(fault.arm, fault.what) for fault in into.faults}
    into.faults += [Fault(*found) for found in spec_faults(result, spec, _readings(result)) if found not in told]


def _readings(result: RunResult) -> dict[str, Reading]:
    found = {}
    for arm in result.arms:
        try:
            found[arm.id] = reading(arm.record)
        except RobustspecError:
            continue
    return found


def _verify_arm(arm: ArmResult, result: RunResult, done: Verification) -> tuple[str, Reading | None]:
    """Why an arm's verdict could not be computed again, empty where it was; and its evidence."""
    try:
        read = reading(arm.record) if arm.record else None
    except RobustspecError as error:
        done.faults += [Fault(arm.id, what) for what in (*_words(arm), *claim_faults(arm, None))]
        done.faults.append(Fault(arm.id, str(error), damaged=True))
        return f"{arm.verdict}, with a damaged record", None
    done.faults += [Fault(arm.id, what) for what in (*_words(arm), *claim_faults(arm, read))]
    if read is None:
        return _without_record(arm), None
    done.versions.add(read.keys.get("robustspec", "unknown"))
    if not is_intact(arm.record):
        done.faults.append(Fault(arm.id, "its evidence was edited: the checksum is that of another record"))
    done.faults += [Fault(arm.id, what) for what in (*_belongs(arm, result, read), *_tested(arm, read))]
    return _recomputed(arm, done), read


def _recomputed(arm: ArmResult, done: Verification) -> str:
    """Compare with what the record gives; why there is nothing to compare, else empty."""
    try:
        decision, summary = recompute(arm.record)
    except RobustspecError as error:
        if _found(arm) in _JUDGED:
            done.faults.append(Fault(arm.id, f"{_found(arm)}, but {error}"))
            return f"{arm.verdict}, with evidence that no test takes"
        return _unclaimed(arm)
    done.faults += [Fault(arm.id, what) for what in (*_verdict(arm, decision), *_figures(arm, summary))]
    return "" if _found(arm) in _JUDGED else _unclaimed(arm)


def _found(arm: ArmResult) -> Word:
    """The verdict before a waiver."""
    return arm.stored_verdict or arm.verdict


def _without_record(arm: ArmResult) -> str:
    return f"{arm.verdict}, without an evidence record" if _found(arm) in _JUDGED else _unclaimed(arm)


def _unclaimed(arm: ArmResult) -> str:
    return f"{arm.verdict}, {'known before any call' if arm.verdict == 'UNREACHABLE' else 'which claims nothing'}"


def _words(arm: ArmResult) -> Iterator[str]:
    """Whether verdict, waiver, reason and counts fit each other."""
    if arm.verdict == "WAIVED" and arm.stored_verdict not in ("FAIL", "INCONCLUSIVE"):
        yield "WAIVED, but what was waived is no FAIL and no INCONCLUSIVE"
    if arm.stored_verdict is not None and arm.verdict not in ("WAIVED", "INVALID"):
        yield f"{arm.verdict} after a waiver of {arm.stored_verdict}, which no waiver makes of it"
    if arm.verdict == "INVALID":
        yield from _invalid(arm)
    if arm.verdict == "UNREACHABLE":
        yield from _unreachable(arm)


def _invalid(arm: ArmResult) -> Iterator[str]:
    """Whether the counts show the fault that the reason names, where they can."""
    if not arm.reason:
        yield "INVALID without a reason"
    if told := _MISSING.match(arm.reason):
        missing, cases, rate = int(told[1]), _whole(told[2]), _as_number(told[3])
        if (missing, cases) != (arm.missing, arm.cases) or missing <= rate * cases:
            yield f"INVALID for '{arm.reason}', but {arm.missing} of {arm.cases} cases are counted as missing"
    if (told := _NO_OUTPUT.match(arm.reason)) and (_whole(told[1]) != arm.missing or not arm.missing):
        yield f"INVALID for '{arm.reason}', but {arm.missing} cases are counted as missing"
    if arm.reason == "no unit gave evidence" and arm.units:
        yield f"INVALID for '{arm.reason}', but {arm.units} units did"


def _unreachable(arm: ArmResult) -> Iterator[str]:
    if arm.units or arm.cases or arm.value is not None:
        yield "UNREACHABLE, which is known before any call, but with figures"
    if (told := _TOO_FEW.match(arm.reason)) and not int(told[1]) > int(told[2]) == arm.horizon:
        yield f"UNREACHABLE for '{arm.reason}', but it may use {arm.horizon} units"


def _whole(text: str) -> int:
    return int(text.replace(",", ""))


def _as_number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 1.0


def _belongs(arm: ArmResult, result: RunResult, read: Reading) -> Iterator[str]:
    """Whether the evidence is this report's, this arm's, and that of this look."""
    told = {
        "spec": result.spec_hash,
        "model": result.fingerprint or "",
        "seed": str(result.seed),
        "arm": arm.id,
        "look": str(arm.look),
    }
    for name, value in told.items():
        if read.keys.get(name) != value:
            yield f"the evidence is of {name} '{read.keys.get(name, '')}', the report's is '{value}'"
    if read.keys.get("data") not in {data.content_hash for data in result.data}:
        yield f"the evidence is of data '{read.keys.get('data', '')}', which the report does not name"


def _tested(arm: ArmResult, read: Reading) -> Iterator[str]:
    """Whether what was tested is what the report says was."""
    for name, told, tested in (
        ("method", arm.method, read.method),
        ("population", arm.population, read.population),
        ("horizon", arm.horizon, _horizon(read)),
    ):
        if told != tested:
            yield f"{name} {told} in the report, {tested} in the evidence"
    all_in = read.finished or read.units == _horizon(read)
    if arm.certain and not (read.population == "dataset" and all_in):
        yield "certain in the report, while its evidence is not of all rows of a data set"
    lost = max((_lost(stream) for stream in read.streams), default=0)
    if lost > arm.missing:
        yield f"{arm.missing} cases missing in the report, while {lost} units of the evidence lack an output"
    for hypothesis in read.hypotheses:
        # Which view of a gap's stream is the lower one follows from its values, not from the bound.
        at_least = arm.at_least if read.test == "gap" else hypothesis.at_least
        if (arm.bound, arm.at_least) != (hypothesis.bound, at_least):
            bound = f"{'>=' if at_least else '<='} {hypothesis.bound:g}"
            yield f"bound {arm.operator} {arm.bound:g} in the report, {bound} in the evidence"
            return
        if hypothesis.alpha_pass > 1 - arm.confidence + _EQUAL:
            yield f"confidence {arm.confidence:g} in the report, {1 - hypothesis.alpha_pass:g} in the evidence"
            return


def _lost(stream: Given) -> int:
    """In how many units the two views differ, which only a missing output makes them do."""
    views = zip(stream.against_pass, stream.against_fail, strict=True)
    differ = [one != other for one, other in views if one is not None and other is not None]
    return int(np.logical_or.reduce(differ).sum()) if differ else 0


def _horizon(read: Reading) -> int:
    horizons = [hypothesis.horizon for hypothesis in read.hypotheses]
    return max(horizons, default=0) if read.shared else sum(horizons)


def _verdict(arm: ArmResult, decision: str | None) -> Iterator[str]:
    shown, found = decision or "INCONCLUSIVE", _found(arm)
    if found in _JUDGED and found != shown:
        yield f"{found} in the report, {shown} by its evidence"
    if found == "NOT_NEEDED" and decision is not None:
        yield f"NOT_NEEDED in the report, {shown} by its evidence"


def _figures(arm: ArmResult, summary: Summary) -> Iterator[str]:
    if arm.verdict == "INVALID" and arm.value is None:
        return
    if arm.units != summary.n:
        yield f"n {arm.units} in the report, {summary.n} by its evidence"
    for name, told, shown in (
        ("value", arm.value, summary.estimate),
        ("lower bound", arm.lower, summary.lower),
        ("upper bound", arm.upper, summary.upper),
    ):
        if not _alike(told, shown):
            yield f"{name} {_text(told)} in the report, {_text(shown)} by its evidence"


def _alike(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= _EQUAL * max(1.0, abs(other))


def _text(value: float | None) -> str:
    return "none" if value is None else f"{value:.9g}"
