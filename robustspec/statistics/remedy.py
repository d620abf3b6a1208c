"""What would turn an INCONCLUSIVE into a verdict: more units, a margin, or a narrower claim."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from robustspec.statistics.base import Hypothesis, Method
from robustspec.statistics.betting import units_to_reach
from robustspec.statistics.claim import Facts, counted, estimated, number
from robustspec.statistics.evidence import Counted
from robustspec.statistics.side import fail_side, pass_side

AFFORDABLE = 100_000
"""More units than these are no remedy."""


class MoreUnits(NamedTuple):
    """The verdict to which the estimate points, the units in all, and how many of 10 runs at the estimate show it then."""

    word: str
    units: int
    tenths: int


def remedy(facts: Facts, hypothesis: Hypothesis | None = None, observed: Counted | None = None) -> str:
    """The remedies of an INCONCLUSIVE arm, with numbers where they can be worked out.

    ``observed`` is what the test saw (`SequentialTest.observed`); without it the values are taken to spread as widely
    as their range allows. ``hypothesis`` is None for a gap.
    """
    compares = (facts.population == "dataset" and facts.all_in) or facts.method == "point"
    if facts.summary.n and facts.summary.estimate is None:
        return _define(facts, hypothesis)
    if compares:
        return "To decide: complete the missing outputs."
    if _is_degenerate(facts):
        return f"To decide: {_another_method(hypothesis, observed)}."
    more, hopeless = _more_units(facts, hypothesis, observed)
    if _counts_missing(facts) and not more and not hopeless:
        return f"To decide: {_missing(facts)}, on which the verdict turns."
    found = (_missing(facts), more, _margin(facts), _all_rows(facts))
    ways = ", or ".join(way for way in found if way)
    return " ".join(part for part in (hopeless, f"To decide: {ways}." if ways else "") if part)


def _define(facts: Facts, hypothesis: Hypothesis | None) -> str:
    """What would give a value to what has none: no margin and no narrower claim does."""
    ratio = hypothesis is not None and hypothesis.denominator_upper is not None
    nested = hypothesis is None or hypothesis.nested
    why = f"It divides by a sum that is 0 in all of these {facts.unit_word}" if ratio else "These lack a sort of cases"
    such = "rows that are right when clean" if ratio and not nested else "positive cases for f1"
    outputs = f"the {counted(facts.missing, 'missing outputs')}, or " if facts.missing else ""
    needed = f"{facts.unit_word} that add to this sum, such as {such}" if ratio else f"{facts.unit_word} of every sort"
    return f"{why}. To decide: {outputs}{needed}."


def _is_degenerate(facts: Facts) -> bool:
    """Whether resampling gave no bounds, which more units like these would not change."""
    seen = facts.summary
    return facts.method == "approximate" and seen.n > 0 and seen.lower is None and seen.upper is None


def _another_method(hypothesis: Hypothesis | None, observed: Counted | None) -> str:
    """An exact method for units that have numbers with an end; more and other units for a table."""
    bounded = hypothesis is not None and math.isfinite(hypothesis.lower) and math.isfinite(hypothesis.upper)
    if observed is not None and bounded:
        return "method: sequential or fixed, which need no spread"
    return "units that differ, which can be resampled"


def _all_rows(facts: Facts) -> str:
    """The claim about these rows, where it is not made already; a quick look is not about all of them."""
    if facts.quick:
        return "a run of all units, since this is a quick look"
    return "" if facts.population == "dataset" else "population: dataset, which claims these rows only"


def units_for_verdict(hypothesis: Hypothesis, observed: Counted, method: Method = "sequential") -> MoreUnits | None:
    """What more units would show if the estimate is the true value; None where over `AFFORDABLE` would be needed.

    For 0/1 units the number with which 8 in 10 such runs show the verdict, by the boundaries of the exact test; for others
    the number at which units like those ``observed`` have earned the bet its verdict, which is half of the runs.
    """
    if observed.estimate is None:
        return None
    towards_pass = pass_side(hypothesis)
    passing = towards_pass.sign * (observed.estimate - towards_pass.null) > 0
    word = "PASS" if passing else "FAIL"
    if hypothesis.binary:
        from robustspec.statistics.planning.reach import units_for_power

        wanted = hypothesis if passing else _turned(hypothesis)
        units, tenths = units_for_power(method, "distribution", wanted, observed.estimate), 8
    else:
        side = towards_pass if passing else fail_side(hypothesis)
        units, tenths = units_to_reach(side, observed, limit=AFFORDABLE), 5
    return None if units is None or units > AFFORDABLE else MoreUnits(word, units, tenths)


def _turned(hypothesis: Hypothesis) -> Hypothesis:
    """The hypothesis whose PASS is this one's FAIL."""
    swapped = {"alpha_pass": hypothesis.alpha_fail, "alpha_fail": hypothesis.alpha_pass}
    return replace(hypothesis, at_least=not hypothesis.at_least, margin=0.0, **swapped)  # type: ignore[arg-type]  # floats


def _more_units(facts: Facts, hypothesis: Hypothesis | None, observed: Counted | None) -> tuple[str, str]:
    """How many more units at the present estimate; or, as a sentence of its own, that no affordable number would do."""
    seen = facts.summary
    if hypothesis is None:
        return f"more {facts.unit_word} of each value", ""
    if hypothesis.form != "mean" or not seen.n or seen.estimate is None or facts.method == "approximate":
        return f"more {facts.unit_word}", ""
    observed = observed or _widest_spread(hypothesis, seen.estimate)
    if observed is None:
        return f"more {facts.unit_word}", ""
    if _counts_missing(facts) and not _meets(hypothesis, observed.estimate):
        # Missing outputs count as right where a FAIL is judged.
        observed = _best_case(facts, hypothesis, observed)
    return ("", "") if observed is None else _planned(facts, hypothesis, observed)


def _planned(facts: Facts, hypothesis: Hypothesis, observed: Counted) -> tuple[str, str]:
    """The plan for units like these, and what to say where there is none."""
    planned = units_for_verdict(hypothesis, observed, facts.method)
    true = (
        f"if {estimated(replace(facts, summary=replace(facts.summary, estimate=observed.estimate)))} is the true value"
    )
    if planned is None:
        return "", f"More {facts.unit_word} are no way out: {true}, over {AFFORDABLE:,} would be needed."
    more = _two_digits(max(1, planned.units - facts.summary.n))
    act = "pass" if planned.word == "PASS" else "fail"
    runs = "half of such runs" if planned.tenths == 5 else f"{planned.tenths} in 10 such runs"
    return f"about {counted(more, 'more ' + facts.unit_word)} ({true}, {runs} {act} with them)", ""


def _margin(facts: Facts) -> str:
    """The margin with which these units would have passed; a tenth of the bound's last digit is rounded up."""
    limit = facts.summary.lower if facts.at_least else facts.summary.upper
    if limit is None or not facts.summary.n or facts.population == "dataset":
        return ""
    short = facts.bound - limit if facts.at_least else limit - facts.bound
    margin = math.ceil(short * 1000 - 1e-6) / 1000
    return f"a margin of {number(margin)} (another look)" if margin > 0 else ""


def _missing(facts: Facts) -> str:
    """The outputs that count as the worst case."""
    return f"complete the {counted(facts.missing, 'missing outputs')}" if _counts_missing(facts) else ""


def _counts_missing(facts: Facts) -> bool:
    return facts.missing > 0 and facts.missing_policy == "worst_case"


def _meets(hypothesis: Hypothesis, estimate: float | None) -> bool:
    side = pass_side(hypothesis)
    return estimate is not None and side.sign * (estimate - side.null) > 0


def _best_case(facts: Facts, hypothesis: Hypothesis, observed: Counted) -> Counted | None:
    """About what the units look like to a FAIL; None where they would meet the bound, so that no number of them decides."""
    if observed.estimate is None or hypothesis.denominator_upper is not None:
        return None
    sign, low, high = pass_side(hypothesis).sign, hypothesis.lower, hypothesis.upper
    estimate = observed.estimate + sign * facts.missing / max(facts.calls, 1) * (high - low)
    estimate = min(max(estimate, low), high)
    return None if sign * (estimate - hypothesis.bound) >= 0 else _widest_spread(hypothesis, estimate)


def _widest_spread(hypothesis: Hypothesis, estimate: float | None) -> Counted | None:
    """Units at the two ends of their range, in shares that give the estimate; None for a ratio."""
    if estimate is None or hypothesis.denominator_upper is not None:
        return None
    high = (estimate - hypothesis.lower) / (hypothesis.upper - hypothesis.lower)
    ends, shares = np.array([hypothesis.lower, hypothesis.upper]), np.array([1 - high, high])
    kept = shares > 0
    return Counted((ends[kept], None), shares[kept], estimate)


def _two_digits(n: int) -> int:
    """Rounded up to two leading digits: a plan is not more precise than that."""
    unit: int = 10 ** max(0, len(str(n)) - 2)
    return -(-n // unit) * unit
