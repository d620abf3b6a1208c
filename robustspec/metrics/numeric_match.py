"""Numeric match: the answer's number is the label's."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from robustspec.answers.values import number_in, part
from robustspec.data.row import Answer, Row
from robustspec.errors import DataError
from robustspec.metrics.base import JudgedMetric


class NumericMatch(JudgedMetric):
    """Share of cases whose answer states the label's number.

    Formula: mean of 1[|answer - label| <= max(tolerance, relative * |label|)]. The number of a text is the last one in
    it (``1,200.50`` with commas between thousands); an answer without a number is wrong. Inputs: answer and label as
    number, text or, with ``field``, mapping. Direction: higher is better; 0 or 1 for each case.

    >>> from robustspec.data.row import Answer, Case, Row
    >>> NumericMatch(relative=0.01).score(Case(Row("1", "...", label=1210), Answer("about 1,200 USD")))
    1.0

    Source: this project; the last number of a text is the convention of arithmetic word problems.
    """

    kind: Literal["numeric_match"] = "numeric_match"
    binary: ClassVar[bool] = True

    tolerance: float = Field(default=0.0, ge=0)
    """Largest allowed difference, in the number's own unit."""

    relative: float = Field(default=0.0, ge=0)
    """Largest allowed difference as a fraction of the label; the larger of the two allowances counts."""

    field: str | None = None
    """The field that holds the number, in answers and labels that are mappings."""

    def right(self, value: Any, row: Row) -> float:
        """1 where the number is within the allowance; `DataError` where the label holds none."""
        label = number_in(part(row.label, self.field))
        if label is None:
            raise DataError(f"row {row.id}: numeric_match finds no number in the label {row.label!r:.60} -- correct it")
        number = number_in(part(value, self.field))
        return float(number is not None and self._close(number, label))

    def same(self, one: Answer, other: Answer, row: Row) -> bool:
        """Whether ``other`` states the number of ``one``, within the allowance; without numbers, the same value."""
        first, second = (number_in(part(answer.value, self.field)) for answer in (one, other))
        if first is None or second is None:
            return first is None and second is None and bool(one.value == other.value)
        return self._close(second, first)

    def _close(self, number: float, label: float) -> bool:
        if number == label:
            return True
        # Rounding in the subtraction must not decide: 0.3 - 0.2 is not quite 0.1.
        slack = 1e-12 * max(abs(number), abs(label))
        return abs(number - label) <= max(self.tolerance, self.relative * abs(label)) + slack
