"""The sentence that states what a verdict claims, in words that neither add to the guarantee nor take from it.

A guarantee is always "if the true value were below the bound, at most 5 in 100 such runs would pass": a statement
about runs under a false requirement. The converse, the probability that this PASS is wrong, is never stated: no test
knows it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from robustspec.statistics.base import Method, Population, Summary, Word

_NO_EVIDENCE = Summary(0, None, None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the sentence needs to know about an arm and its verdict.

    ``subject`` names metric, cells and arm ("request_match on perturbed cells, vendor GE"), ``aggregate`` its aggregate
    in words ("" for a mean). ``alpha_pass`` and ``alpha_fail`` are the error rates of the whole requirement, before
    ``alpha_fail`` is shared among its arms. ``reason`` explains INVALID, UNREACHABLE, WAIVED and NOT_NEEDED; ``remedy``
    an INCONCLUSIVE (see `remedy.remedy`). ``found`` is the verdict under a waiver. ``missing`` counts cases without
    output, ``missing_policy`` is ``on_missing``.
    ``without_level`` are cells that an arm over levels does not hold. Before a run, ``word`` and ``summary`` keep their
    defaults.
    """

    subject: str
    bound: float
    at_least: bool
    alpha_pass: float
    alpha_fail: float
    word: Word = "INCONCLUSIVE"
    summary: Summary = _NO_EVIDENCE
    aggregate: str = ""
    unit_word: str = "units"
    calls: int = 0
    method: Method = "sequential"
    population: Population = "distribution"
    margin: float = 0.0
    horizon: int = 0
    look: int = 1
    origin: str = ""
    reason: str = ""
    remedy: str = ""
    changes_only: bool = False
    excluded: Sequence[str] = ()
    without_level: Sequence[str] = ()
    missing: int = 0
    missing_policy: str = "worst_case"
    found: Word | None = None


def sentence(facts: Facts) -> str:
    """The claim of a verdict, ready to print."""
    if facts.word in ("INVALID", "UNREACHABLE", "NOT_NEEDED"):
        parts = [f"{facts.word}: {claimed(facts)}: {facts.reason or 'no reason given'}.", *_caveats(facts)]
    else:
        parts = [f"{facts.word}: {claimed(facts)}: {figures(facts)}.", _meaning(facts), *_caveats(facts)]
    return " ".join(part for part in parts if part)


def expectation(facts: Facts, fewest: int | None = None, calls: int | None = None) -> str:
    """What PASS, FAIL and INCONCLUSIVE will mean, before a run.

    ``fewest`` is the least number of units that can pass, ``calls`` the most calls that the arm may cost.
    """
    needs = "" if fewest is None else f"needs at least {counted(fewest, facts.unit_word)}, "
    cost = "" if calls is None else f", {calls:,} calls"
    parts = [
        f"PASS will mean: {claimed(facts)}. {_guarantee(facts, 'PASS')}",
        f"FAIL will mean the opposite. {_guarantee(facts, 'FAIL')}" if facts.method != "point" else "",
        "INCONCLUSIVE will mean that neither was shown." if not _certain(facts) and facts.method != "point" else "",
        f"It {needs}uses at most {counted(facts.horizon, facts.unit_word)}{cost}." if facts.horizon else "",
        *_caveats(facts),
    ]
    return " ".join(part for part in parts if part)


def suite_sentence(alphas: Sequence[float | None]) -> str:
    """What it says that all requirements of a specification pass; None stands for one without a guarantee.

    A false requirement has to pass for the whole to pass, so the largest single error rate holds for the whole, without
    correction (Berger 1982, doi:10.1080/00401706.1982.10487790).
    """
    guaranteed = [alpha for alpha in alphas if alpha is not None]
    if not guaranteed:
        return "All requirements pass, none of them with a guarantee."
    which = "them" if len(guaranteed) == len(alphas) else f"the {len(guaranteed)} with a guarantee"
    runs = f"at most {chance(max(guaranteed))} such runs, each with fresh units, would"
    if len(alphas) == 1:
        return f"The only requirement passes. If it were not met, {runs} pass it."
    return (
        f"All {len(alphas)} requirements pass. If at least one of {which} were not met, {runs} pass them all; this needs no "
        "correction."
    )


def claimed(facts: Facts) -> str:
    """The requirement as a formula in words: "request_match on perturbed cells >= 0.90"."""
    aggregate = f" ({facts.aggregate})" if facts.aggregate else ""
    changes = ", on rows that the perturbation changes," if facts.changes_only else ""
    return f"{facts.subject}{aggregate}{changes} {'>=' if facts.at_least else '<='} {number(facts.bound)}"


def figures(facts: Facts) -> str:
    """Estimate, bounds, units and calls: "0.94 in these 223 units, lower bound 0.900, 1,115 calls"."""
    seen = facts.summary
    if seen.n == 0:
        return f"no {facts.unit_word} in evidence, {facts.calls:,} calls"
    parts = [f"{_estimate(facts)} in {'this' if seen.n == 1 else 'these'} {counted(seen.n, facts.unit_word)}"]
    parts += [] if _certain(facts) else _bounds(facts)
    return ", ".join([*parts, f"{facts.calls:,} calls"])


def chance(alpha: float) -> str:
    """An error rate as a count of runs, rounded up: 0.05 is "5 in 100", 0.005 is "5 in 1000"."""
    for runs in (100, 1000, 10_000, 100_000):
        count = alpha * runs
        if count >= 1 - 1e-9 and abs(count - round(count)) < 1e-6:
            return f"{round(count)} in {_runs(runs)}"
    runs = 1000
    while alpha * runs < 10 and runs < 10**9:
        runs *= 10
    return f"{math.ceil(alpha * runs - 1e-9)} in {_runs(runs)}"


def number(value: float) -> str:
    """A bound with at least two decimals, and all that it was written with."""
    return f"{value:.{_places(value)}f}"


def counted(n: int, word: str) -> str:
    """A count with its noun: "1 unit", "1,115 units"."""
    return f"{n:,} {word.removesuffix('s') if n == 1 else word}"


def _runs(runs: int) -> str:
    return str(runs) if runs < 10_000 else f"{runs:,}"


def _places(value: float) -> int:
    decimals = f"{value:.9f}".rstrip("0").partition(".")[2]
    return max(2, len(decimals))


def _bounds(facts: Facts) -> list[str]:
    """The bound that decided, or both where none did."""
    seen, word = facts.summary, facts.found or facts.word
    if word in ("PASS", "FAIL"):
        name, value = ("lower", seen.lower) if (word == "PASS") == facts.at_least else ("upper", seen.upper)
        return [] if value is None else [f"{name} bound {outwards(value, name, facts.bound, word == 'FAIL')}"]
    if seen.lower is None and seen.upper is None:
        return []
    lower = "none" if seen.lower is None else outwards(seen.lower, "lower", facts.bound, False)
    upper = "none" if seen.upper is None else outwards(seen.upper, "upper", facts.bound, False)
    return [f"bounds {lower} and {upper}"]


def outwards(value: float, name: str, bound: float, apart: bool) -> str:
    """A bound rounded away from the estimate, so that no digit claims more than was shown.

    ``apart`` adds decimals until it no longer reads as the requirement's bound, which a FAIL has to miss.
    """
    places = max(3, _places(bound) + 1)
    if math.isinf(value):
        return "none"
    while True:
        scaled = value * 10.0**places
        whole = math.floor(scaled + 1e-6) if name == "lower" else math.ceil(scaled - 1e-6)
        shown = whole / 10.0**places
        if not apart or places >= 6 or abs(shown - bound) > 1e-9:
            return f"{shown:.{places}f}"
        places += 1


def _estimate(facts: Facts) -> str:
    """The estimate with as many decimals as keep it apart from a bound that it does not equal."""
    value = facts.summary.estimate
    if value is None:
        return "undefined"
    places = _places(facts.bound)
    while places < 6 and f"{value:.{places}f}" == f"{facts.bound:.{places}f}" and abs(value - facts.bound) > 1e-9:
        places += 1
    # Adding 0.0 makes a plain zero of -0.0, which rounding leaves behind.
    return f"{round(value, places) + 0.0:.{places}f}"


def _certain(facts: Facts) -> bool:
    return facts.population == "dataset"


def _meaning(facts: Facts) -> str:
    """The guarantee of a verdict, or why there is none."""
    if facts.word == "WAIVED":
        found = f"Found {facts.found}. " if facts.found else ""
        return f"{found}Waived: {facts.reason or 'no reason given'}."
    if facts.word == "INCONCLUSIVE":
        return f"Neither PASS nor FAIL is shown. {facts.remedy}".strip()
    return _guarantee(facts, facts.word)


def _guarantee(facts: Facts, word: str) -> str:
    """What is known of runs that would show ``word`` if it were wrong."""
    if facts.population != "dataset" and facts.method == "point":
        return "No guarantee: a model exactly at the bound passes every second run."
    condition, act = _condition(facts, word)
    if _certain(facts):
        return f"{condition}, no such run in another order would {act}: all rows are in."
    alpha = facts.alpha_pass if word == "PASS" else facts.alpha_fail
    looks = f" (look {facts.look}: at most {chance(min(1.0, facts.look * alpha))})" if facts.look > 1 else ""
    if facts.method == "approximate":
        return f"{condition}, about {chance(alpha)} such runs would {act}{looks}, not guaranteed."
    fresh = f", each with fresh {facts.unit_word}," if word == "PASS" else ""
    return f"{condition}, at most {chance(alpha)} such runs{fresh} would {act}{looks}."


def _condition(facts: Facts, word: str) -> tuple[str, str]:
    rows = "the value of these rows" if _certain(facts) else "the true value"
    margin = 0.0 if _certain(facts) else facts.margin
    if word == "PASS":
        proved = facts.bound - margin if facts.at_least else facts.bound + margin
        less = f", the bound with its margin of {number(margin)}" if margin else ""
        return f"If {rows} were {'below' if facts.at_least else 'above'} {number(round(proved, 9))}{less}", "pass"
    pronoun = "it" if not _certain(facts) else rows
    return f"If {pronoun} were {number(facts.bound)} or {'more' if facts.at_least else 'less'}", "fail this requirement"


def _caveats(facts: Facts) -> list[str]:
    """What the reader must know beside the number: groups left out, missing outputs, where the data come from."""
    lines = []
    if facts.excluded:
        lines.append(f"Left out, too few {facts.unit_word}: {', '.join(facts.excluded)}.")
    if facts.without_level:
        lines.append(f"Left out, no level: {', '.join(facts.without_level)}.")
    if facts.missing:
        treated = {
            "worst_case": "counted as the worst case",
            "exclude": "left out, so the claim is about cases that get an output",
        }.get(facts.missing_policy, "not counted")
        lines.append(f"Missing: {counted(facts.missing, 'cases')} without output, {treated}.")
    if facts.origin:
        lines.append(f"Origin: {facts.origin}.")
    return lines
