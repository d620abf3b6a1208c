"""Orders: who stands before whom in a list, compared pair by pair."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from robustspec.answers.values import normal, part
from robustspec.data.row import Answer, Row
from robustspec.errors import DataError
from robustspec.metrics.base import JudgedMetric
from robustspec.metrics.overlap import structure

Places = dict[str, int]
"""The place of each item, from 0; items with the same place are tied."""

_STRUCTURES = (dict, list, tuple)


class OrderMetric(JudgedMetric):
    """A judged metric of an order: a list from first to last, in which a list holds items that are tied."""

    field: str | None = None
    """The field that holds the order, in answers and labels that are mappings (``output: {extract: json}``)."""

    def same(self, one: Answer, other: Answer, row: Row) -> bool:
        """Whether both are the same order of the same items."""
        return listed(self._order(one.value)) == listed(self._order(other.value))

    def _order(self, value: Any) -> Any:
        return part(value, self.field)

    def wanted(self, row: Row) -> list[list[str]]:
        """The label's order; `DataError` where it is none, or names an item twice."""
        found = listed(self._order(structure(row.label) if isinstance(row.label, str) else row.label))
        if not found:
            where = f" under '{self.field}'" if self.field else ""
            raise DataError(f"row {row.id}: the label has no order{where}: {row.label!r:.60} -- write a list of ids")
        names = [name for group in found for name in group]
        if len(set(names)) < len(names):
            raise DataError(f"row {row.id}: the label's order names an item twice: {names!r:.60} -- name each once")
        return found


def listed(value: Any) -> list[list[str]]:
    """The groups of tied items of a list, from first to last; nothing where there is no list.

    What is no id (an object, a list in a list in the list, nothing) is left out.
    """
    if not isinstance(value, (list, tuple)):
        return []
    groups = (item if isinstance(item, (list, tuple)) else (item,) for item in value)
    named = ([str(normal(each)) for each in group if _is_id(each)] for group in groups)
    return [sorted(names) for names in named if names]


def places(groups: list[list[str]]) -> Places:
    """The place of each item; of one that is named twice, the first."""
    found: Places = {}
    for place, group in enumerate(groups):
        for name in group:
            found.setdefault(name, place)
    return found


def pair_signs(wanted: Places, found: Places) -> list[tuple[int, int | None]]:
    """For each pair of the label's items how label and answer order it: 1, -1, 0 tied; None where one is missing."""
    return [
        (_sign(wanted, a, b), _sign(found, a, b) if a in found and b in found else None)
        for a, b in combinations(wanted, 2)
    ]


def _sign(order: Places, one: str, other: str) -> int:
    return (order[other] > order[one]) - (order[other] < order[one])


def _is_id(value: Any) -> bool:
    return value is not None and not isinstance(value, _STRUCTURES)
