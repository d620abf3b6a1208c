"""Items of structured answers, such as the findings of a report: which of them are the label's.

An item of the answer is an item of the label where the fields under ``match`` are equal and the numbers under ``near`` are
near. Items are matched one to one, as many as can be, so that one finding said twice is found once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from robustspec.answers.values import at, part, whole_number
from robustspec.data.row import Answer, Row
from robustspec.described import Described
from robustspec.errors import DataError
from robustspec.metrics.base import JudgedMetric
from robustspec.metrics.json_match import equal
from robustspec.metrics.overlap import structure

MOST = 256
"""Of an answer so many items are compared, and further ones match nothing; a label may not have more."""

_ROUNDING = 1e-9


class Near(Described):
    """How near the number of an answer must be to the label's; where both are given the wider one counts."""

    within: float = Field(default=0.0, ge=0)
    """How far it may be from the label's number, in the unit of the field."""

    share: float = Field(default=0.0, ge=0)
    """The same, as a share of the label's number."""

    def holds(self, number: float, wanted: float) -> bool:
        """Whether ``number`` is near enough to ``wanted``."""
        return abs(number - wanted) <= max(self.within, self.share * abs(wanted)) + _ROUNDING


class ItemFields(Described):
    """Where the items stand, and when two of them are one."""

    items: str | None = None
    """The field that holds the list of items, dotted where nested (``report.findings``), in answer and label; without it
    the answer and the label are the lists themselves."""

    match: tuple[str, ...] | None = Field(default=None, min_length=1)
    """The fields of an item that must be equal, as json_match compares; without it, all of the label's item that are not
    under ``near``. Items that are no objects are compared whole."""

    near: dict[str, Near] = Field(default={})
    """The numbers that must be near: ``{size_mm: {within: 3}}`` in the field's own unit, ``{size_mm: {share: 0.3}}`` of the
    label's number."""

    def listed(self, value: Any) -> list[Any]:
        """The items that an answer lists; none where it has no such field."""
        found = part(value, self.items)
        if isinstance(found, (list, tuple)):
            return list(found)
        return [found] if isinstance(found, dict) else []

    def wanted(self, row: Row) -> list[Any]:
        """The items of a row's label, maybe none; `DataError` where they cannot be compared."""
        found = part(structure(row.label) if isinstance(row.label, str) else row.label, self.items)
        if isinstance(found, dict) and self.items is not None:
            found = [found]
        if not isinstance(found, (list, tuple)):
            where = f"list of items under '{self.items}'" if self.items else "list of items"
            raise DataError(
                f"row {row.id}: the label has no {where}: {row.label!r:.60} -- correct `items`, or give a healthy row an "
                "empty list"
            )
        if len(found) > MOST:
            raise DataError(f"row {row.id}: the label has {len(found)} items, more than {MOST} -- split the row")
        for item in found:
            self._check(item, row)
        return list(found)

    def _check(self, item: Any, row: Row) -> None:
        """A label that lacks the fields to compare would match whatever lacks them too."""
        named = (*(self.match or ()), *self.near)
        if named and not any(at(item, field) is not None for field in named):
            raise DataError(
                f"row {row.id}: an item of the label has none of {', '.join(named)}: {item!r:.60} -- correct `match`, or "
                "the data"
            )
        for field in self.near:
            if (value := at(item, field)) is not None and whole_number(value) is None:
                raise DataError(
                    f"row {row.id}: {field} of the label is no number: {value!r:.40} -- take it out of `near`"
                )

    def is_item(self, found: Any, wanted: Any) -> bool:
        """Whether an item of the answer is an item of the label."""
        if not isinstance(wanted, dict):
            return equal(found, wanted)
        if not isinstance(found, dict):
            return False
        return self._match(found, wanted) and all(
            _near(at(found, field), at(wanted, field), near) for field, near in self.near.items()
        )

    def _match(self, found: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
        heads = {field.partition(".")[0] for field in self.near} | {*self.near}
        fields = self.match if self.match is not None else [key for key in wanted if key not in heads]
        return all(equal(at(found, field), at(wanted, field)) for field in fields)

    def shared(self, found: Sequence[Any], wanted: Sequence[Any]) -> int:
        """How many items of the answer can be matched with one of the label each."""
        return most_pairs([[self.is_item(item, each) for item in found[:MOST]] for each in wanted])


class ItemMetric(ItemFields, JudgedMetric):
    """A judged metric of the items of an answer."""

    all: bool = False
    """Score 1 only where every item is right and else 0, so that tests of shares apply."""

    @property
    def is_binary(self) -> bool:
        """Where ``all`` items count at once."""
        return self.all

    def share(self, right: int, of: int) -> float:
        """The share, or whether it is everything; of no items everything is right."""
        if self.all or not of:
            return float(right == of)
        return right / of

    def same(self, one: Answer, other: Answer, row: Row) -> bool:
        """Whether both list the same items."""
        first, second = self.listed(one.value), self.listed(other.value)
        return len(first) == len(second) and self.shared(second, first[:MOST]) == len(first[:MOST])


def most_pairs(fits: Sequence[Sequence[bool]]) -> int:
    """The largest number of pairs of one row and one column that fit, each in one pair: a maximum matching.

    By augmenting paths (Kuhn 1955).
    """
    taken: dict[int, int] = {}

    def place(row: int, tried: set[int]) -> bool:
        for column, fit in enumerate(fits[row]):
            if fit and column not in tried:
                tried.add(column)
                if column not in taken or place(taken[column], tried):
                    taken[column] = row
                    return True
        return False

    return sum(place(row, set()) for row in range(len(fits)))


def _near(found: Any, wanted: Any, near: Near) -> bool:
    """An absent number of the label is right where the answer has none either."""
    if wanted is None or found is None:
        return wanted is None and found is None
    number, target = whole_number(found), whole_number(wanted)
    return number is not None and target is not None and near.holds(number, target)
