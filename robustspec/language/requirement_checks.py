"""What cannot be between a requirement and the rest of its file: metrics, cells, dimensions, bounds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from robustspec.aggregates.base import check_bound
from robustspec.language.aggregate_checks import check_aggregate, value_bounds
from robustspec.language.cells import RESERVED_NAMES, Cell, cells_of, names_of
from robustspec.language.explain import Finding
from robustspec.language.placed import Placed
from robustspec.language.spec import Requirement, Scenario
from robustspec.language.statistics_checks import check_allocation, check_statistic, is_ratio
from robustspec.language.tree import Loc
from robustspec.language.view import UnusableError, View, did_you_mean, hint_among
from robustspec.metrics.base import Metric

OWN_DIMENSIONS = ("cell", "perturbation", "level")
LATER_DIMENSIONS = ("turn", "component")


def check_requirement(view: View, scenario: Scenario, requirement: Requirement, loc: Loc) -> Iterator[Finding]:
    """Every fault between a requirement at ``loc`` and the rest of the specification."""
    place = Placed(view, scenario, requirement, loc)
    yield from _dimension(place)
    yield from check_allocation(place)
    if place.cells_known:
        unknown = list(_cell_selection(place))
        yield from unknown
        if unknown:
            return
        yield from _waiver(place)
    if place.view.broken(*place.loc, "metric") or not place.view.knows_metric(place.requirement.metric):
        return
    try:
        metric = place.view.metric(place.requirement.metric)
    except UnusableError as error:
        yield Finding((*place.loc, "metric"), *error.args)
        return
    yield from _metric(place, metric)


def _cell_selection(place: Placed) -> Iterator[Finding]:
    chosen, known = place.requirement.cells, names_of(place.scenario)
    for index, name in enumerate(chosen if isinstance(chosen, tuple) else ()):
        if name not in known:
            hint = f"write cells: {name}" if name in RESERVED_NAMES else hint_among(name, known)
            yield Finding((*place.loc, "cells", index), f"unknown cell or perturbation '{name}'", hint)


def _dimension(place: Placed) -> Iterator[Finding]:
    key, value = place.dimension
    if not key:
        return
    loc = (*place.loc, key)
    if value in LATER_DIMENSIONS:
        yield Finding(loc, f"'{value}' is reserved for a later version", "use cell, perturbation, level or a group")
    elif value in OWN_DIMENSIONS:
        if place.cells_known:
            yield from _own_dimension(place, loc, key, value)
    else:
        yield from _group(place, loc, value)


def _own_dimension(place: Placed, loc: Loc, key: str, value: str) -> Iterator[Finding]:
    values = dimension_values(value, place.cells)
    if not values:
        yield Finding(loc, f"no selected cell has a {value}", "select perturbed cells, or remove this")
    elif key == "gap_over" and len(values) < 2:
        yield Finding(loc, f"a gap needs two values, and there is one {value}: {values[0]}", "select more cells")


def dimension_values(dimension: str, cells: Iterable[Cell]) -> list[str]:
    """The values of cell, perturbation or level among ``cells``: the names of a requirement's arms."""
    if dimension == "cell":
        return [cell.name for cell in cells]
    if dimension == "perturbation":
        return list(dict.fromkeys(cell.perturbation for cell in cells if cell.perturbation))
    return [str(level) for level in sorted({cell.level for cell in cells if cell.level is not None})]


def _group(place: Placed, loc: Loc, value: str) -> Iterator[Finding]:
    data, groups = place.scenario.data, place.groups
    if groups is not None and value not in groups:
        hint = did_you_mean(value, (*groups, *OWN_DIMENSIONS)) or f"add it to data.{data}.groups, or use cell"
        yield Finding(loc, f"data '{data}' has no group '{value}'", hint)


def _waiver(place: Placed) -> Iterator[Finding]:
    waiver, (key, value) = place.requirement.waived, place.dimension
    if waiver is None or (key == "worst_over" and value not in OWN_DIMENSIONS):
        return
    ends = [name for name, _ in place.requirement.aggregate.ends()]
    known = dimension_values(value, place.cells) if key == "worst_over" else ends or ["all"]
    for index, arm in enumerate(waiver.arms or ()):
        if arm not in known:
            yield Finding((*place.loc, "waived", "arms", index), f"unknown arm '{arm}'", hint_among(arm, known, "arms"))


def _metric(place: Placed, metric: Metric) -> Iterator[Finding]:
    requirement, loc = place.requirement, place.loc
    if not place.view.broken(*loc, "aggregate"):
        if metric.shape not in requirement.aggregate.shapes:
            yield _no_shape(place, metric)
        else:
            if not (place.view.broken(*loc, "at_least") or place.view.broken(*loc, "at_most")):
                yield from _bound(place, metric)
            yield from check_aggregate(place, metric)
    yield from check_statistic(place, metric)
    if place.cells_known:
        yield from _comparison(place, metric)
        yield from _monotone(place, metric)
        yield from _places(place, metric)


def _no_shape(place: Placed, metric: Metric) -> Finding:
    kind = place.requirement.aggregate.kind
    message = f"'{kind}' has no meaning for '{place.requirement.metric}', a {metric.shape} metric"
    return Finding((*place.loc, "aggregate"), message, "use aggregate: mean")


def _bound(place: Placed, metric: Metric) -> Iterator[Finding]:
    requirement = place.requirement
    key = "at_least" if requirement.at_least is not None else "at_most"
    wrong = check_bound(metric.direction, requirement.aggregate, key == "at_least")
    if wrong and (metric.direction not in requirement.aggregate.directions or not requirement.gap_over):
        message, _, hint = wrong.partition(" -- ")
        meaningless = metric.direction not in requirement.aggregate.directions
        yield Finding((*place.loc, "aggregate" if meaningless else key), message, hint, at_key=not meaningless)
        return
    lower, upper = value_bounds(place, metric)
    if requirement.gap_over:
        lower, upper = 0.0, upper - lower
    bound = requirement.bound
    if bound > upper if key == "at_least" else bound < lower:
        percent = f"did you mean {bound / 100:g}?" if upper == 1 < bound <= 100 else "choose a bound between them"
        message = f"{bound:g} can never be met: the value lies between {lower:g} and {upper:g}"
        yield Finding((*place.loc, key), message, percent)
    elif bound < 0 and lower >= 0 and is_ratio(place, metric):
        message = f"{bound:g} asks for nothing: the value of '{_value_of(place, metric)}' is 0 or more"
        yield Finding((*place.loc, key), message, "choose a bound above 0")


def _value_of(place: Placed, metric: Metric) -> str:
    """The word for what is a ratio: the aggregate, or the metric itself."""
    return place.requirement.metric if metric.shape == "ratio" else place.requirement.aggregate.kind


def _comparison(place: Placed, metric: Metric) -> Iterator[Finding]:
    """Metrics and aggregates that compare perturbed cells with the clean one."""
    aggregate = place.requirement.aggregate
    is_row = metric.shape == "row"
    if not (is_row or aggregate.needs_clean):
        return
    word = place.requirement.metric if is_row else aggregate.kind
    if all(cell.is_clean for cell in place.cells):
        where = "cells" if len(cells_of(place.scenario)) > 1 else ""
        message = f"'{word}' compares perturbed cells with the clean one, and none is selected"
        hint = "select perturbed cells" if where else "give the scenario perturbations"
        yield Finding((*place.loc, where) if where else place.loc, message, hint)
    elif any(cell.is_clean for cell in place.cells) and (is_row or aggregate.paired):
        message = f"'{word}' compares with the clean cell already"
        yield Finding((*place.loc, "cells"), message, "leave clean out of cells")


def _monotone(place: Placed, metric: Metric) -> Iterator[Finding]:
    """Where the right answer moves with the level, only the order of answers can be judged."""
    loc, name = (*place.loc, "metric"), place.requirement.metric
    moving = [cell for cell in place.cells if _is_monotone(cell)]
    still = [cell for cell in place.cells if not cell.is_clean and not _is_monotone(cell)]
    if moving and _reads_label(metric):
        message = f"'{name}' reads a label, and on '{moving[0].name}' the right answer moves with the level"
        yield Finding(loc, message, "use monotone_violation there, or select other cells")
    if metric.kind != "monotone_violation":  # the one kind that reads a relation of this sort
        return
    if still:
        message = f"'{name}' needs relation: {{kind: monotone, ...}}, which '{still[0].perturbation}' does not declare"
        yield Finding(loc, message, "declare it on the entry, or select other cells")
    elif len({cell.perturbation for cell in moving}) > 1 and place.dimension[1] != "perturbation":
        message = f"'{name}' goes along the levels of one perturbation, and this selects several"
        yield Finding(loc, message, "add worst_over: perturbation")
    elif place.dimension[1] in ("cell", "level"):
        message = f"'{name}' needs all levels together"
        yield Finding((*place.loc, place.dimension[0]), message, "use worst_over: perturbation or a group")


def _places(place: Placed, metric: Metric) -> Iterator[Finding]:
    """Where a picture's content moves, and the places that the label gives do not."""
    moving = [cell for cell in place.cells if cell.entry is not None and cell.entry.operator.moves_places]
    if moving and _compares_places(place, metric):
        names = list(dict.fromkeys(f"'{cell.perturbation}'" for cell in moving))
        moved = f"{' and '.join(names)} {'moves' if len(names) == 1 else 'move'} them"
        message = f"'{place.requirement.metric}' compares places, and {moved}"
        yield Finding((*place.loc, "metric"), message, "leave these cells out, or use another metric")


def _compares_places(place: Placed, metric: Metric) -> bool:
    """Whether the metric, or the one that it takes its equality or its score from, compares places."""
    inner, of = getattr(metric, "metric", metric), getattr(metric, "of", None)
    if isinstance(of, str) and place.view.knows_metric(of):
        try:
            return place.view.metric(of).places
        except UnusableError:  # a finding of its own
            return False
    return bool(metric.places or inner.places)


def _is_monotone(cell: Cell) -> bool:
    return cell.entry is not None and cell.entry.relation is not None and cell.entry.relation.kind == "monotone"


def _reads_label(metric: Metric) -> bool:
    inner = getattr(metric, "metric", metric)  # the judged metric inside a ratio over the answered cases
    return bool(metric.reads_label or inner.reads_label)
