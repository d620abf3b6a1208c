"""What would turn an INCONCLUSIVE into a verdict: more units, a margin, or a narrower claim."""

from __future__ import annotations

import math

import numpy as np

from robustspec.statistics import clopper_pearson
from robustspec.statistics.base import Hypothesis
from robustspec.statistics.betting import units_to_reach
from robustspec.statistics.claim import Facts, counted, number
from robustspec.statistics.evidence import Counted
from robustspec.statistics.side import Side, fail_side, pass_side

_AFFORDABLE = 1_000_000


def remedy(facts: Facts, hypothesis: Hypothesis | None = None, observed: Counted | None = None) -> str:
    """The remedies of an INCONCLUSIVE arm, with numbers where they can be worked out.

    ``observed`` is what the test saw (`SequentialTest.observed`); without it the values are taken to spread as widely
    as their range allows. ``hypothesis`` is None for a gap.
    """
    if facts.population == "dataset" or facts.method == "point":
        return "To decide: complete the missing outputs."
    ways = [
        _more_units(facts, hypothesis, observed),
        _margin(facts),
        "population: dataset, which claims these rows only",
    ]
    return f"To decide: {', or '.join(way for way in ways if way)}."


def units_for_verdict(hypothesis: Hypothesis, observed: Counted, fixed: bool = False) -> tuple[str, int] | None:
    """The verdict to which the estimate points, and about how many units in all would show it; None where too many."""
    if observed.estimate is None:
        return None
    towards_pass = pass_side(hypothesis)
    passing = towards_pass.sign * (observed.estimate - towards_pass.null) > 0
    side = towards_pass if passing else fail_side(hypothesis)
    if fixed and hypothesis.binary:
        units = _exact_units(side, observed.estimate)
    else:
        units = units_to_reach(side, observed, limit=_AFFORDABLE)
    return None if units is None else ("PASS" if passing else "FAIL", units)


def _more_units(facts: Facts, hypothesis: Hypothesis | None, observed: Counted | None) -> str:
    """How many more units at the present estimate."""
    seen = facts.summary
    if hypothesis is None:
        return f"more {facts.unit_word} of each value"
    if observed is None:
        observed = _widest_spread(hypothesis, seen.estimate)
    planned = None if observed is None else units_for_verdict(hypothesis, observed, facts.method == "fixed")
    if planned is None:
        return "" if seen.n else f"more {facts.unit_word}"
    word, units = planned
    more = max(1, units - seen.n)
    return f"about {counted(_two_digits(more), 'more ' + facts.unit_word)} for a {word} if the estimate stays"


def _margin(facts: Facts) -> str:
    """The margin with which these units would have passed; a tenth of the bound's last digit is rounded up."""
    limit = facts.summary.lower if facts.at_least else facts.summary.upper
    if limit is None or not facts.summary.n:
        return ""
    short = facts.bound - limit if facts.at_least else limit - facts.bound
    margin = math.ceil(short * 1000 - 1e-6) / 1000
    return f"a margin of {number(margin)} (another look)" if margin > 0 else ""


def _exact_units(side: Side, share: float) -> int | None:
    """The units with which the Clopper-Pearson bound of ``share`` reaches the null."""
    bound = clopper_pearson.lower if side.sign > 0 else clopper_pearson.upper

    def enough(n: int) -> bool:
        return side.sign * (bound(round(share * n), n, side.alpha) - side.null) >= 0

    few, many = 0, 1
    while not enough(many):
        few, many = many, 2 * many
        if many > _AFFORDABLE:
            return None
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if enough(middle) else (middle, many)
    return many


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
