"""Whether the claim sentence of an arm states what stands beside it: subject, bound, figures, guarantee, caveats."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from robustspec.engine.evidence import ArmResult
from robustspec.engine.proof.recorded import Reading
from robustspec.statistics.base import Summary
from robustspec.statistics.claim import Facts, condition, counted, figures, guarantee, number

_JUDGED = ("PASS", "FAIL", "INCONCLUSIVE")
_UNJUDGED = ("INVALID", "UNREACHABLE", "NOT_NEEDED")
_CHANGES = ", on rows that the perturbation changes,"


def claim_faults(arm: ArmResult, read: Reading | None) -> Iterator[str]:
    """What the sentence says otherwise; ``read`` is the arm's evidence, None where it has none that can be read."""
    if not arm.claim.startswith(f"{arm.verdict}: "):
        yield f"the claim does not begin with {arm.verdict}"
        return
    yield from _subject(arm)
    if arm.verdict in (*_JUDGED, "WAIVED"):
        yield from _figures(arm, read)
    yield from _reason(arm)
    # What a waiver revoked says nothing but that.
    if not (arm.verdict == "INVALID" and arm.stored_verdict):
        yield from _caveats(arm)
    if not arm.claim.endswith(f"Origin: {arm.origin or 'not stated'}."):
        yield f"the claim does not end with the origin of the data: {arm.origin or 'not stated'}"


def _subject(arm: ArmResult) -> Iterator[str]:
    if not re.match(rf"{arm.verdict}: (gap over \S+ of )?{re.escape(arm.metric)} on ", arm.claim):
        yield f"the claim is not about {arm.metric}"
    if f"{arm.operator} {number(arm.bound)}: " not in arm.claim:
        yield f"the claim does not state the bound {arm.operator} {number(arm.bound)}"


def _figures(arm: ArmResult, read: Reading | None) -> Iterator[str]:
    # Reports of older versions do not say whether all rows were in.
    facts = [replace(facts_of(arm, read), all_in=all_in) for all_in in ([arm.certain] if arm.record else [True, False])]
    if not any(figures(each) in arm.claim for each in facts):
        yield f"the claim does not state the figures: {figures(facts[-1])}"
    if arm.verdict in ("PASS", "FAIL") and not any(_guaranteed(each, arm) in arm.claim for each in facts):
        yield f"the claim does not state the guarantee: {_guaranteed(facts[0], arm)}"


def _guaranteed(facts: Facts, arm: ArmResult) -> str:
    """The guarantee; of a FAIL whose error rate the report does not tell, its condition."""
    if arm.verdict == "PASS" or arm.method == "point" or arm.fail_confidence is not None:
        return guarantee(facts, arm.verdict)
    return condition(facts, arm.verdict)[0]


def facts_of(arm: ArmResult, read: Reading | None, fail_confidence: float | None = None) -> Facts:
    """What the sentence was made of, as far as the report tells; ``fail_confidence`` from elsewhere, if known."""
    alpha, margin = 1 - arm.confidence, 0.0
    if read is not None and read.hypotheses:
        alpha, margin = read.hypotheses[0].alpha_pass, read.margin
    of_fail = arm.fail_confidence if fail_confidence is None else fail_confidence
    return Facts(
        subject="",
        bound=arm.bound,
        at_least=arm.at_least,
        alpha_pass=alpha,
        alpha_fail=alpha if of_fail is None else 1 - of_fail,
        word=arm.verdict,
        found=arm.stored_verdict,
        summary=Summary(arm.units, arm.value, arm.lower, arm.upper),
        calls=arm.calls,
        method=arm.method,  # type: ignore[arg-type]  # a report holds a text
        population=arm.population,  # type: ignore[arg-type]  # as above
        margin=margin,
        look=arm.look,
        all_in=arm.certain,
    )


def _reason(arm: ArmResult) -> Iterator[str]:
    """Why there is no verdict, why it is waived, and what would settle it."""
    if arm.verdict in _UNJUDGED and f": {arm.reason or 'no reason given'}." not in arm.claim:
        yield f"the claim does not state the reason: {arm.reason or 'no reason given'}"
    # The sentence begins with a capital.
    if arm.verdict == "WAIVED" and arm.reason[1:] not in arm.claim:
        yield f"the claim does not state the waiver: {arm.reason}"
    if arm.verdict == "INCONCLUSIVE" and arm.remedy[1:] not in arm.claim:
        yield f"the claim does not state the remedy: {arm.remedy}"


def _caveats(arm: ArmResult) -> Iterator[str]:
    missing = f"Missing: {counted(arm.missing, 'cases')} without output"
    if (missing in arm.claim) != bool(arm.missing) or ("Missing: " in arm.claim) != bool(arm.missing):
        yield f"the claim does not go with {counted(arm.missing, 'missing cases')}"
    if (_CHANGES in arm.claim) != bool(arm.unchanged):
        yield f"the claim does not go with {counted(arm.unchanged, 'unchanged cases')}"
