"""Accuracy: the answer is the label."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from robustspec.answers.values import normal
from robustspec.data.row import Answer, Row
from robustspec.metrics.base import JudgedMetric


class Accuracy(JudgedMetric):
    """Share of cases whose answer is the label.

    Formula: mean of 1[answer = label], acts scored by the policy table. Inputs: answer and label, of any type.
    Direction: higher is better; 0 or 1 for each case.

    >>> from robustspec.data.row import Answer, Case, Row
    >>> Accuracy().score(Case(Row("1", "...", label="Rise"), Answer(" rise")))
    1.0

    Source: scikit-learn's ``accuracy_score``, with refused, asked and unparsed answers as the policy says.
    """

    kind: Literal["accuracy"] = "accuracy"
    binary: ClassVar[bool] = True

    normalise: bool = True
    """Compare without case and spare white space, and ``1``, ``1.0`` and ``"1"`` as one; lists and mappings exactly."""

    def right(self, value: Any, row: Row) -> float:
        """1 where the value is the label."""
        return float(self._equal(value, row.label))

    def same(self, one: Answer, other: Answer, row: Row) -> bool:
        """Equality as for the label."""
        return self._equal(one.value, other.value)

    def _equal(self, one: Any, other: Any) -> bool:
        return bool(normal(one) == normal(other)) if self.normalise else bool(one == other)
