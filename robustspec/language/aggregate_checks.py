"""What cannot be between an aggregate and the rest of its file: its group, its baseline, the levels it goes along."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from robustspec.aggregates.base import Floats
from robustspec.language.baselines import Published
from robustspec.language.cells import CLEAN
from robustspec.language.explain import Finding
from robustspec.language.placed import Placed
from robustspec.language.tree import Loc
from robustspec.language.view import did_you_mean, hint_among
from robustspec.metrics.base import Metric


def check_aggregate(place: Placed, metric: Metric) -> Iterator[Finding]:
    """Every fault between the aggregate of a requirement and what its parameters name."""
    if place.requirement.aggregate.group is not None:
        yield from _group(place, metric)
    if place.requirement.aggregate.baseline is not None:
        yield from _baseline(place, metric)
    if place.requirement.aggregate.needs_levels and place.cells_known:
        yield from _levels(place)


def reference(place: Placed) -> Floats | None:
    """The published numbers of the selected cells; None without any, and where one is absent."""
    table = place.published
    if table is None or not place.cells_known:
        return None
    return table.numbers(place.cells, place.requirement.aggregate.over_clean)


def _group(place: Placed, metric: Metric) -> Iterator[Finding]:
    """`reweighted`: a group of the data, not the one that is split already, and scores that a weight can stand before."""
    aggregate, groups, (key, value) = place.requirement.aggregate, place.groups, place.dimension
    loc, name = (*place.loc, "aggregate"), aggregate.group or ""
    if groups is not None and name not in groups:
        hint = did_you_mean(name, groups) or f"add it to data.{place.scenario.data}.groups"
        yield Finding((*loc, "over"), f"data '{place.scenario.data}' has no group '{name}'", hint)
    if value == name:
        yield Finding((*place.loc, key), f"'{name}' is what the aggregate reweights: an arm would hold one value of it")
    elif key and aggregate.ends():
        message = f"a range of shares is judged at both its ends, an arm each, and {key} makes arms too"
        yield Finding((*place.loc, key), message, "write two requirements, with one share each")
    if metric.lower < 0:
        message = f"'{place.requirement.metric}' may be negative, and weights are for scores of 0 or more"
        yield Finding(loc, message, "use worst_over")


def _levels(place: Placed) -> Iterator[Finding]:
    kind = place.requirement.aggregate.kind
    without = [cell.name for cell in place.cells if not cell.is_clean and cell.level is None]
    if without and place.dimension[1] != "level":
        message = f"'{kind}' goes along levels, and {_names(without)} has none"
        yield Finding((*place.loc, "aggregate"), message, "select cells with levels")


def _baseline(place: Placed, metric: Metric) -> Iterator[Finding]:
    name = place.requirement.aggregate.baseline or ""
    known, loc = place.view.spec.baselines, (*place.loc, "aggregate", "against")
    if _counts_errors(place) and not math.isfinite(_best(metric)):
        message = f"'{place.requirement.metric}' has no best value, from which errors could be counted"
        yield Finding(loc[:-1], message, "use aggregate: difference")
    if name not in known:
        if not place.view.holes.lost("baselines", name):
            hint = hint_among(name, known) if known else "define it under baselines:"
            yield Finding(loc, f"unknown baseline '{name}'", hint)
    elif isinstance(table := known[name], Published):
        yield from _published(place, metric, table, name)
    elif place.requirement.aggregate.over_clean:
        message = f"'{name}' is a model, whose own errors over clean may come out as 0 or less"
        yield Finding((*loc[:-1], "relative"), message, "compare with published numbers, or leave relative out")
    elif _counts_errors(place) and place.cells_known:
        yield from _one_perturbation(place)


def _one_perturbation(place: Placed) -> Iterator[Finding]:
    """A mean of ratios of measured errors is no ratio of means: one perturbation at a time."""
    key, value = place.dimension
    if key == "worst_over" and value in ("cell", "perturbation"):
        return
    arms: dict[int | None, set[str | None]] = {}
    for cell in place.cells:
        if value != "level" or cell.level is not None:
            arms.setdefault(cell.level if value == "level" else None, set()).add(cell.perturbation)
    if any(len(perturbations) > 1 for perturbations in arms.values()):
        message = "against a model 'corruption_error' holds one perturbation at a time, and this selects several"
        yield Finding((*place.loc, "aggregate"), message, "add worst_over: perturbation, or select one")


def _published(place: Placed, metric: Metric, table: Published, name: str) -> Iterator[Finding]:
    loc, own = (*place.loc, "aggregate", "against"), place.requirement.metric
    if table.metric is not None and table.metric != own:
        yield Finding(loc, f"'{name}' holds numbers of '{table.metric}', and this measures '{own}'", "name another one")
        return
    if not place.cells_known or place.view.broken("baselines", name):
        return
    absent = [cell.name for cell in place.cells if table.key(cell) is None]
    if absent:
        hint = f"add it to baselines.{name}.scores, or select other cells"
        yield Finding(loc, f"'{name}' has no number for {_names(absent)}", hint)
    keys = dict.fromkeys(key for cell in place.cells if (key := table.key(cell)) is not None)
    for key in keys:
        yield from _number(place, metric, table.scores[key], ("baselines", name, "scores", key))
    if place.requirement.aggregate.over_clean:
        yield from _over_clean(metric, table, name, [key for key in keys if key != CLEAN])


def _over_clean(metric: Metric, table: Published, name: str, keys: list[str]) -> Iterator[Finding]:
    """What is counted in units of an excess needs one, in each of the numbers that a row may have."""
    clean, loc = table.scores.get(CLEAN), ("baselines", name, "scores")
    if clean is None:
        message = f"'{name}' has no number for '{CLEAN}', over which relative errors are counted"
        yield Finding(loc, message, f"add {CLEAN}, or leave relative out")
        return
    for key in keys:
        if (clean - table.scores[key]) * (1 if metric.direction == "higher" else -1) <= 0:
            message = f"{table.scores[key]:g} is no worse than {clean:g} on clean and leaves no excess to compare with"
            yield Finding((*loc, key), message, "select other cells, or leave relative out")


def _number(place: Placed, metric: Metric, number: float, loc: Loc) -> Iterator[Finding]:
    own, lower, upper = place.requirement.metric, metric.lower, metric.upper
    if not lower <= number <= upper:
        percent = f"did you mean {number / 100:g}?" if upper == 1 < number <= 100 else "write it in the metric's scale"
        yield Finding(loc, f"{number:g} is no value of '{own}', which lies between {lower:g} and {upper:g}", percent)
    elif _counts_errors(place) and not place.requirement.aggregate.over_clean and number == _best(metric):
        message = f"{number:g} leaves no error to compare with"
        yield Finding(loc, message, "use aggregate: difference, or select other cells")


def _counts_errors(place: Placed) -> bool:
    return place.requirement.aggregate.kind == "corruption_error"


def _best(metric: Metric) -> float:
    return metric.upper if metric.direction == "higher" else metric.lower


def _names(cells: list[str]) -> str:
    """One cell, or the first with how many more."""
    return f"'{cells[0]}'" if len(cells) == 1 else f"'{cells[0]}' and {len(cells) - 1} more"


def value_bounds(place: Placed, metric: Metric) -> tuple[float, float]:
    """Between what the value of the aggregate must lie; infinite where that is not known."""
    aggregate = place.requirement.aggregate
    if aggregate.group is not None:
        return metric.lower, metric.upper
    if aggregate.is_ratio(place.published is not None):
        # The denominator may be as small as it likes, so that only a sign bounds the quotient.
        least, _ = aggregate.bounds(metric.lower, metric.upper, None, metric.direction != "lower")
        return (0.0 if least >= 0 else -math.inf), math.inf
    numbers = reference(place)
    unknown = aggregate.baseline is not None and aggregate.baseline not in place.view.spec.baselines
    if unknown or (place.published is not None and numbers is None):
        return -math.inf, math.inf
    # Less that of clean, a number lies within the width of the scale.
    base = metric.upper if aggregate.over_clean else 0.0
    if numbers is not None and not np.all((metric.lower - base <= numbers) & (numbers <= metric.upper)):
        return -math.inf, math.inf
    return aggregate.bounds(metric.lower, metric.upper, numbers, metric.direction != "lower")
