"""Confident error: a wrong answer where refusing would have been right, or asking, or a right answer."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from robustspec.answers.values import at
from robustspec.data.row import Case, Policy, Row
from robustspec.errors import DataError
from robustspec.metrics.base import CaseMetric, Direction
from robustspec.metrics.items import ItemFields
from robustspec.metrics.json_match import equal
from robustspec.metrics.overlap import structure


class ConfidentError(ItemFields, CaseMetric):
    """Share of cases that are answered, and answered wrongly.

    Formula: mean of 1[answered and wrong], over cases whose policy allows an answer. An answer is wrong where a field under
    ``fields`` is not the label's (as json_match compares), or where its items are not the label's: one is missing, or one
    is listed that the label does not have (as `item_recall` matches them). Without ``fields`` and ``items`` it is wrong
    where any field of the label is, or where it is not the label. What is refused, asked or cannot be read claims nothing
    and scores 0, so require `coverage` too. Inputs: answer and label. Direction: lower is better; 0 or 1 for each case.

    >>> from robustspec.data.row import Answer, Case, Row
    >>> metric = ConfidentError(items="findings", match=("side",))
    >>> row = Row("1", "...", label={"findings": [{"side": "left"}]})
    >>> metric.score(Case(row, Answer({"findings": []}), policy=("may_refuse",)))
    1.0
    >>> metric.score(Case(row, Answer(None, "refused"), policy=("may_refuse",)))
    0.0

    Source: risk of selective prediction, counted over all cases; El-Yaniv and Wiener 2010.
    """

    kind: Literal["confident_error"] = "confident_error"
    direction: ClassVar[Direction] = "lower"
    binary: ClassVar[bool] = True
    reads_label: ClassVar[bool] = True

    items: str | None = None
    """The field that holds a list of items, dotted where nested (``report.findings``), in answer and label; without it no
    items are compared."""

    fields: tuple[str, ...] | None = Field(default=None, min_length=1)
    """The fields that must be the label's, dotted where nested."""

    tolerance: float = Field(default=0.0, ge=0)
    """How far numbers under ``fields`` may differ: a fraction of the larger one, or this much where both are below 1."""

    def applies(self, row: Row, policy: Policy) -> bool:
        """Where the policy allows an answer."""
        return "answer" in policy or "may_refuse" in policy

    def needs_label(self, policy: Policy) -> bool:
        """Where the policy allows an answer."""
        return "answer" in policy or "may_refuse" in policy

    def score(self, case: Case) -> float:
        """1 where the case is answered wrongly; `DataError` where the label cannot be compared."""
        if case.answer.act != "answered":
            return 0.0
        value, row = case.answer.value, case.row
        return float(not (self._fields_right(value, row) and self._items_right(value, row)))

    def _fields_right(self, value: Any, row: Row) -> bool:
        if self.fields is None and self.items is not None:
            return True
        label = structure(row.label) if isinstance(row.label, str) else row.label
        if not isinstance(label, dict):
            if self.fields is not None:
                raise DataError(
                    f"row {row.id}: confident_error with `fields` needs a JSON object as label, not {row.label!r:.60} -- "
                    "correct the data, or leave `fields` out"
                )
            return equal(value, label, self.tolerance)
        names = self.fields if self.fields is not None else tuple(label)
        return all(equal(at(value, name), at(label, name), self.tolerance) for name in names)

    def _items_right(self, value: Any, row: Row) -> bool:
        if self.items is None:
            return True
        found, wanted = self.listed(value), self.wanted(row)
        return len(found) == len(wanted) == self.shared(found, wanted)
