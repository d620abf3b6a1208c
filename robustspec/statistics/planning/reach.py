"""What would let a requirement pass that cannot, or that is unlikely to: more units, less confidence, another bound."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from robustspec.statistics.base import Hypothesis, Method, Population
from robustspec.statistics.paired_gap import make_gap
from robustspec.statistics.planning.law import law_of
from robustspec.statistics.planning.planner import TWO, as_share, first, outlook, unit_of
from robustspec.statistics.planning.walk import paths
from robustspec.statistics.select import fewest_that_can_pass
from robustspec.statistics.side import pass_side, value_range

POWER = 0.8
"""A requirement that passes this often at its expected value has samples enough."""

_AFFORDABLE = 1_000_000
_TRIED_UP_TO = 4000
_FEW_PATHS = 500
_LEAST_CONFIDENCE = 51
"""In hundredths; the language allows no confidence of 0.5 or less."""

_OF_THESE_ROWS = "write population: dataset, which claims these rows only"

Ideal = tuple[float, float | None]


def units_for_power(
    method: Method, population: Population, hypothesis: Hypothesis, value: float, power: float = POWER
) -> int | None:
    """About how many units make a PASS as likely as ``power`` if ``value`` is true, two digits; None where too many do.

    Found by the test itself at more and more units, beyond 4,000 by the normal distribution. None too where ``value`` is
    not better than the bound, and for a data set, which has the units that it has.
    """
    if population == "dataset":
        return None
    many = _normal_units(as_share(hypothesis), value, power)
    while many is not None and many <= _TRIED_UP_TO:
        if _p_pass(method, replace(hypothesis, horizon=many), value) >= power:
            break
        many = math.ceil(1.15 * many)
    return None if many is None or many > _AFFORDABLE else _two_digits(many)


def _normal_units(hypothesis: Hypothesis, value: float, power: float) -> int | None:
    """The units of a test by the normal distribution; None where the value is not better than the bound."""
    from statistics import NormalDist

    side, law, normal = pass_side(hypothesis), law_of(hypothesis, value), NormalDist()
    distance = side.sign * (value - side.null) * law.mean_b
    if distance <= 0:
        return None
    needed = (normal.inv_cdf(1 - side.alpha) + normal.inv_cdf(power)) / distance
    return max(10, math.ceil(law.variance(value) * needed**2))


def _p_pass(method: Method, hypothesis: Hypothesis, value: float) -> float:
    """That of an outlook, by fewer paths where it takes paths."""
    law = law_of(as_share(hypothesis), value)
    if method == "sequential" and len(law.shares) > TWO:
        return paths(hypothesis, law, _FEW_PATHS).p_pass
    return outlook(method, "distribution", hypothesis, value).p_pass


def _two_digits(n: int) -> int:
    """Rounded up: a plan is not more precise than that."""
    unit: int = 10 ** max(0, len(str(n)) - 2)
    return -(-n // unit) * unit


def gap_units(
    method: Method,
    population: Population,
    streams: Hypothesis,
    bound: float,
    share: float,
    margin: float = 0.0,
    paired: bool = False,
) -> int | None:
    """The fewest units of each value that show a gap of at most ``bound`` where all values are alike; None if none do.

    ``streams`` is the hypothesis of one of them, with the error rates of the requirement; ``share`` of its units are at
    the best end of their range, the others at the other end, as evenly mixed as can be. Values that differ by chance need
    more. Its horizon limits the answer; a sequential gap is looked at after 25 % more units each time, and so is this.
    ``paired`` says that it is judged by pairs of units, one of each value: the two are at the other end in turn.
    """
    n = streams.horizon
    ends = (streams.upper, streams.lower) if streams.at_least else (streams.lower, streams.upper)
    phases = (1e-9, 0.5) if paired else (1e-9,)
    values = [np.where(np.diff(np.floor(np.arange(n + 1) * share + phase)) > 0, *ends) for phase in phases]
    ones = None if streams.denominator_upper is None else np.full(n, streams.denominator_upper)

    def passing(units: int) -> int | None:
        alike = replace(streams, horizon=units)
        rates = streams.alpha_pass, streams.alpha_fail
        test = make_gap(method, population, bound, *rates, [alike] * len(values), margin, disjoint=paired)
        for k, each in enumerate(values):
            pair = each[:units], None if ones is None else ones[:units]
            test.extend(k, pair, pair)
        return test.taken(0) if test.finish() == "PASS" else None

    if method == "sequential":
        return passing(n)
    return first(lambda fewer: passing(fewer + 1) is not None, n - 1) + 1 if passing(n) is not None else None


def remedy_for_unreachable(
    method: Method,
    population: Population,
    hypothesis: Hypothesis,
    ideal: Ideal | None = None,
    available: int | None = None,
    requirements: int = 1,
) -> str:
    """What would let an UNREACHABLE requirement pass, with numbers: "raise max_samples to 299, lower the confidence to ...".

    ``ideal`` is as in `fewest_that_can_pass`; ``available`` is how many units the data hold for the arm, None if unknown;
    ``requirements`` by how many the error rate of a PASS was divided (``multiplicity``).
    """

    def shown(trial: Hypothesis) -> bool:
        fewest = fewest_that_can_pass(method, population, trial, ideal)
        return fewest is not None and fewest <= trial.horizon

    more = _with_more_units(hypothesis, shown, available)
    ways = [
        more,
        _with_less_confidence(hypothesis, shown, requirements),
        _with_another_bound(hypothesis, shown),
        # At the end of the scale nothing but a looser claim or a narrower one is left.
        *([] if more else [_with_a_margin(hypothesis, shown), _OF_THESE_ROWS if population != "dataset" else ""]),
    ]
    *others, last = [way for way in ways if way] or ["add rows"]
    return f"{', '.join(others)}, or {last}" if others else last


def _with_more_units(hypothesis: Hypothesis, shown: Callable[[Hypothesis], bool], available: int | None) -> str:
    few, many = hypothesis.horizon, 2 * max(hypothesis.horizon, 1)
    while not shown(replace(hypothesis, horizon=many)):
        few, many = many, 2 * many
        if many > _AFFORDABLE:
            return ""
    units = few + 1 + first(lambda more: shown(replace(hypothesis, horizon=few + 1 + more)), many - few - 1)
    if available is not None and units <= available:
        return f"raise max_samples to {units}"
    return f"add rows up to {units} units" + ("" if available is None else f" ({available} now)")


def _with_less_confidence(hypothesis: Hypothesis, shown: Callable[[Hypothesis], bool], requirements: int) -> str:
    """The highest one below the present that these units can show, in hundredths."""
    highest = math.ceil(100 * (1 - hypothesis.alpha_pass * requirements) - 1e-6) - 1

    def shown_at(steps: int) -> bool:
        return shown(replace(hypothesis, alpha_pass=(100 - highest + steps) / 100 / requirements))

    most = highest - _LEAST_CONFIDENCE
    steps = first(shown_at, most) if most >= 0 else most + 1
    return f"lower the confidence to {(highest - steps) / 100:.2f}" if steps <= most else ""


def _with_another_bound(hypothesis: Hypothesis, shown: Callable[[Hypothesis], bool]) -> str:
    """The nearest one that these units can show, in hundredths of the scale."""
    if hypothesis.form == "quantile":
        return ""
    unit, sign = unit_of(hypothesis), 1 if hypothesis.at_least else -1
    low, high = value_range(hypothesis)
    hardest = math.ceil(sign * hypothesis.bound / unit * 100 - 1e-6) - 1

    def bound(steps: int) -> float:
        return sign * (hardest - steps) / 100 * unit

    most = next((steps for steps in range(200) if not low < bound(steps) < high), 200) - 1
    steps = first(lambda steps: shown(replace(hypothesis, bound=bound(steps))), most) if most >= 0 else most + 1
    return f"move the bound to {bound(steps):.2f}" if steps <= most else ""


def _with_a_margin(hypothesis: Hypothesis, shown: Callable[[Hypothesis], bool]) -> str:
    """The least one with which these units show the bound, in hundredths of the scale."""
    if hypothesis.form == "quantile":
        return ""
    unit, sign = unit_of(hypothesis), 1 if hypothesis.at_least else -1
    low, high = value_range(hypothesis)

    def proved(steps: int) -> float:
        return hypothesis.bound - sign * (hypothesis.margin + (steps + 1) / 100 * unit)

    most = next((steps for steps in range(200) if not low < proved(steps) < high), 200) - 1

    def shown_at(steps: int) -> bool:
        return shown(replace(hypothesis, margin=hypothesis.margin + (steps + 1) / 100 * unit))

    steps = first(shown_at, most) if most >= 0 else most + 1
    if steps > most:
        return ""
    return f"write margin: {hypothesis.margin + (steps + 1) / 100 * unit:.2f}, which shows {proved(steps):.2f}"
