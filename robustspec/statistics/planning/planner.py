"""What to expect of a requirement before a run: how often it would pass or fail if the true value were this or that.

Worked out from the boundaries of the test that will judge: exactly where a unit takes one of two values, else over 2,000
seeded paths. `Outlook.how` says which; `robustspec.statistics.planning.reach` says what would make a PASS possible, or
likely.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np

from robustspec.statistics.base import Hypothesis, Ints, Method, Population
from robustspec.statistics.exact.operating import operating
from robustspec.statistics.planning.law import Law, law_of
from robustspec.statistics.planning.walk import PATHS, Ends, orders, paths, tail, walk
from robustspec.statistics.quantile import as_share as share_of_units
from robustspec.statistics.select import make_test
from robustspec.statistics.side import fail_side, pass_side, value_range

How = Literal["exact", "worst case", "simulated", "approximate"]

TWO = 2
"""With no more values than these, a unit is a step of a walk that is worked out, not simulated."""

_SEED = 20261


@dataclass(frozen=True, slots=True)
class Outlook:
    """How runs would end if one true value held, and the mean units that they would take into evidence.

    ``how`` is "exact" for 0/1 units; "worst case" for scores taken to lie at their bounds, the widest spread; "simulated"
    over seeded paths; "approximate" by the normal distribution or an assumed denominator. ``assumed`` says what was taken
    for granted of the units beyond their mean, "" where nothing was.
    """

    p_pass: float
    p_fail: float
    mean_units: float
    how: How
    assumed: str = ""

    @property
    def p_inconclusive(self) -> float:
        """The share of runs that show neither."""
        return max(0.0, 1 - self.p_pass - self.p_fail)


def outlook(method: Method, population: Population, hypothesis: Hypothesis, value: float) -> Outlook:
    """What to expect of a test if the true value were ``value``.

    For a quantile, ``value`` is the share of units on its good side (`as_share`). ValueError for a value that is not
    possible, for a tail mean, which depends on how the worst units spread, and where the method has no test.
    """
    kept = replace(hypothesis, seed=0, every_unit=hypothesis.every_unit or population != "dataset")
    return _outlook(method, population, kept, float(value))


@lru_cache(maxsize=8192)
def _outlook(method: Method, population: Population, hypothesis: Hypothesis, value: float) -> Outlook:
    if hypothesis.form == "tail_mean":
        raise ValueError("a tail mean depends on how the worst units spread -- nothing is worked out for it beforehand")
    hypothesis = as_share(hypothesis)
    law = law_of(hypothesis, value)
    if population == "dataset":
        return _of_these_rows(method, hypothesis, law, value)
    if method == "approximate":
        return _said(_normal(hypothesis, law, value), "approximate", law)
    if len(law.shares) > TWO:
        found = paths(hypothesis, law) if method == "sequential" else _through_test(method, hypothesis, law)
        return _said(found, "simulated", law)
    how: How = (
        "approximate" if hypothesis.denominator_upper is not None else "exact" if hypothesis.binary else "worst case"
    )
    if method != "sequential":
        return _said(_at_end(method, hypothesis, law), how, law)
    return _said(_exact("distribution", hypothesis, value) if hypothesis.binary else walk(hypothesis, law), how, law)


def _said(ends: Ends, how: How, law: Law) -> Outlook:
    return Outlook(float(ends.p_pass), float(ends.p_fail), float(ends.mean_units), how, law.assumed)


def _exact(population: Population, hypothesis: Hypothesis, value: float) -> Ends:
    ends = operating(hypothesis, value, population)
    return Ends(ends.p_pass, ends.p_fail, ends.mean_units)


def _of_these_rows(method: Method, hypothesis: Hypothesis, law: Law, value: float) -> Outlook:
    """A claim about the arm's own units: only their order is random, and with all of them in nothing is."""
    if method == "sequential" and hypothesis.binary and hypothesis.every_unit:
        return _said(_exact("dataset", hypothesis, value), "exact", law)
    word, units = _judged("point", hypothesis, law, law.units(hypothesis.horizon))
    if method != "sequential":
        return _said(Ends(float(word == "PASS"), float(word == "FAIL"), units), "exact", law)
    early = orders(hypothesis, law)
    rest = 1 - early.p_pass - early.p_fail
    passed, failed = early.p_pass + rest * (word == "PASS"), early.p_fail + rest * (word == "FAIL")
    return _said(Ends(passed, failed, early.mean_units + rest), "simulated", law)


def _at_end(method: Method, hypothesis: Hypothesis, law: Law) -> Ends:
    """A verdict on all units of two values, which is one of their number: the binomial tails beyond its cut-offs."""
    n = hypothesis.horizon
    worse, better = law.order(pass_side(hypothesis))

    def verdict(good: int) -> str | None:
        return _judged(method, hypothesis, law, np.repeat([better, worse], [good, n - good]))[0]

    passing = first(lambda good: verdict(good) == "PASS", n)
    not_failing = first(lambda good: verdict(good) != "FAIL", n)
    tails = tail(n, law.share_of(better))
    return Ends(float(tails[passing]), 1 - float(tails[not_failing]), float(n))


def first(holds: Callable[[int], bool], most: int) -> int:
    """The least number from 0 to ``most`` for which something holds that then goes on holding; ``most`` + 1 if none."""
    low, high = -1, most + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _judged(method: Method, hypothesis: Hypothesis, law: Law, units: Ints) -> tuple[str | None, int]:
    """The verdict of a test on units, given as positions in the law, and how many of them are evidence."""
    test, view = make_test(method, "distribution", hypothesis), law.view(units)
    test.extend(view, view)
    return test.finish(), test.n


def _through_test(method: Method, hypothesis: Hypothesis, law: Law) -> Ends:
    """Seeded runs of the test itself, each different set of units judged once: it does not matter in which order."""
    n, rng = hypothesis.horizon, np.random.default_rng(_SEED)
    words: dict[tuple[int, ...], str | None] = {}
    ends = {"PASS": 0, "FAIL": 0, None: 0}
    for counts in rng.multinomial(n, law.shares, size=PATHS).tolist():
        key = tuple(counts)
        if key not in words:
            words[key], _ = _judged(method, hypothesis, law, np.repeat(np.arange(len(counts)), counts))
        ends[words[key]] += 1
    return Ends(ends["PASS"] / PATHS, ends["FAIL"] / PATHS, float(n))


def _normal(hypothesis: Hypothesis, law: Law, value: float) -> Ends:
    """A verdict by bounds at a normal distribution's distance from the estimate, for the spread of the law."""
    from statistics import NormalDist

    from robustspec.statistics.approximate import FEWEST_UNITS

    normal, n = NormalDist(), hypothesis.horizon
    error = math.sqrt(law.variance(value) / n) / law.mean_b
    if n < FEWEST_UNITS or error == 0:
        # Units that are all alike are never shown to be enough.
        return Ends(0.0, 0.0, float(n))
    passes, fails = (
        normal.cdf(side.sign * (value - side.null) / error - normal.inv_cdf(1 - side.alpha))
        for side in (pass_side(hypothesis), fail_side(hypothesis))
    )
    return Ends(passes, min(fails, 1 - passes), float(n))


def as_share(hypothesis: Hypothesis) -> Hypothesis:
    """What the values of a plan speak about: the share of units on the good side of a quantile's bound, else the value."""
    return share_of_units(hypothesis) if hypothesis.form == "quantile" else hypothesis


def expected(hypothesis: Hypothesis) -> float:
    """What a plan takes for the true value where nobody says: 0.05 better than the bound, or halfway to perfect where that
    is nearer. No change at all is perfect for a paired difference that may get worse."""
    h = as_share(hypothesis)
    low, high = value_range(h)
    best = min(high, 1.0 if h.bound < 1 else 2 * h.bound) if h.at_least else low
    if h.lower < 0 and (h.bound < 0) == h.at_least:
        best = 0.0
    sign = 1 if h.at_least else -1
    return round(h.bound + sign * min(0.05 * unit_of(h), abs(best - h.bound) / 2), 9)


def unit_of(hypothesis: Hypothesis) -> float:
    """What 1 is on the scale of the value: 1 for a share, a ratio and a difference of shares, 30 for a score up to 30."""
    h = as_share(hypothesis)
    if h.denominator_upper is not None:
        return 1.0
    return h.upper if h.lower < 0 < h.upper else h.upper - h.lower
