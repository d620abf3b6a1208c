"""Combinations of metric, aggregate, method and allocation for which there is no statistic."""

from __future__ import annotations

import math
from collections.abc import Iterator

from robustspec.language.aggregate_checks import reference
from robustspec.language.explain import Finding
from robustspec.language.placed import Placed
from robustspec.metrics.base import Metric, TableMetric

EXACT = ("sequential", "fixed")
"""The methods with a guarantee."""


def check_statistic(place: Placed, metric: Metric) -> Iterator[Finding]:
    """Why a requirement on ``metric`` cannot be judged by its method, if it cannot."""
    yield from _negative(place, metric)
    yield from _repeats(place, metric)
    if not place.settings_broken("method"):
        yield from _gap(place, metric) if place.requirement.gap_over else _method(place, metric)


def check_allocation(place: Placed) -> Iterator[Finding]:
    """Focused sampling needs arms of one requirement among which to choose, and boundaries that hold whenever it stops.

    Set for the file or the scenario, it is for the requirements with ``worst_over`` and leaves the others alone.
    """
    chosen, own = place.settings, place.requirement.allocation == "focused"
    broken = any(place.settings_broken(key) for key in ("allocation", "method", "population"))
    if chosen.allocation != "focused" or broken:
        return
    loc = (*place.loc, "allocation")
    if not place.requirement.worst_over:
        if own:
            yield Finding(loc, "focused spreads samples over the arms of worst_over", "add worst_over, or remove this")
    elif chosen.method != "sequential":
        message = f"focused stops when it has seen enough, and method: {chosen.method} looks once"
        yield Finding(loc, message, "use method: sequential, or allocation: uniform")
    elif chosen.population == "dataset":
        message = "focused leaves rows out, and population: dataset is a claim about all of them"
        yield Finding(loc, message, "use population: distribution, or allocation: uniform")


def _gap(place: Placed, metric: Metric) -> Iterator[Finding]:
    """A gap is judged from bounds on means, so it has tests of these only."""
    requirement, method, loc = place.requirement, place.settings.method, (*place.loc, "gap_over")
    if requirement.aggregate.form != "mean":
        message = f"a gap is the best mean minus the worst, and '{requirement.aggregate.kind}' is no mean"
        yield Finding(loc, message, "use worst_over")
        return
    if metric.shape == "table" and place.settings.population == "dataset":
        return
    of = "numbers of a table" if metric.shape == "table" else "ratios" if is_ratio(place, metric) else ""
    if of and method != "point":
        hint = "use worst_over, or add method: point (no guarantee)"
        yield Finding(loc, f"there is no {method} test of a gap between {of}", hint)
    elif method == "approximate":
        yield Finding(loc, "there is no approximate test of a gap", "use worst_over, or method: sequential or fixed")
    elif method in EXACT:
        yield from _unbounded(place, metric)


def is_ratio(place: Placed, metric: Metric) -> bool:
    """Whether the value is a quotient of two means, and not a mean over 1."""
    return metric.shape == "ratio" or place.requirement.aggregate.is_ratio(place.published is not None)


def _method(place: Placed, metric: Metric) -> Iterator[Finding]:
    chosen, aggregate = place.settings, place.requirement.aggregate
    if chosen.method == "approximate" and aggregate.form != "mean":
        message = f"'{aggregate.kind}' has no approximate test, and needs none"
        yield Finding((*place.loc, "aggregate"), message, "use method: sequential or fixed, which are exact")
    if chosen.method not in EXACT:
        return
    if isinstance(metric, TableMetric):
        if not metric.part_ranges and chosen.population != "dataset":
            name = place.requirement.metric
            message = f"'{name}' is a number of the whole table, for which there is no {chosen.method} test"
            hint = "add method: approximate, or method: point (no guarantee)"
            yield Finding((*place.loc, "metric"), message, hint)
    else:
        yield from _unbounded(place, metric)


def _negative(place: Placed, metric: Metric) -> Iterator[Finding]:
    """A share of what may be negative means nothing, and no test takes it, not even a comparison."""
    aggregate, loc = place.requirement.aggregate, (*place.loc, "aggregate")
    # `reweighted` says so of its own.
    if metric.shape not in aggregate.shapes or place.view.broken(*loc) or aggregate.group is not None:
        return
    if is_ratio(place, metric) and metric.shape != "ratio" and _range(place, metric)[0] < 0:
        message = (
            f"'{place.requirement.metric}' may be negative, and '{aggregate.kind}' is a share of scores of 0 or more"
        )
        yield Finding(loc, message, "use aggregate: drop")


def _repeats(place: Placed, metric: Metric) -> Iterator[Finding]:
    """One call of each case shows nothing of how far calls lie apart."""
    if metric.repeated and place.settings.repeats < 2 and not place.settings_broken("repeats"):
        message = f"'{place.requirement.metric}' compares the repeats of a case, and there is one"
        yield Finding((*place.loc, "metric"), message, "add repeats: 10 to the requirement, or to statistics")


def _unbounded(place: Placed, metric: Metric) -> Iterator[Finding]:
    """Any mean may hide in one huge value that was not drawn; a quantile cannot."""
    aggregate, method = place.requirement.aggregate, place.settings.method
    if aggregate.form == "quantile" or place.view.broken(*place.loc, "aggregate"):
        return
    if metric.shape not in aggregate.shapes or place.settings.population == "dataset":
        # No row of a data set is left undrawn: with all of them in, the value is compared with the bound.
        return
    known = math.isfinite(metric.lower) and math.isfinite(metric.upper)
    if not known and not all(math.isfinite(end) for end in _range(place, metric)):
        message = f"'{place.requirement.metric}' has no bounds, so '{aggregate.kind}' has no {method} test"
        other = "point (no guarantee)" if aggregate.form != "mean" else "approximate"
        yield Finding((*place.loc, "metric"), message, f"use aggregate: {{kind: quantile, q: ...}}, or method: {other}")


def _range(place: Placed, metric: Metric) -> tuple[float, float]:
    """The declared range of the numerator of a unit."""
    aggregate = place.requirement.aggregate
    return aggregate.bounds(metric.lower, metric.upper, reference(place), metric.direction != "lower")
