"""What the metrics of a whole confusion table share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, ClassVar

from robustspec.answers.values import normal, part, text_of
from robustspec.data.row import Answer, Case, Policy, Row
from robustspec.metrics.base import TableMetric

Pair = tuple[str, str]
"""A label and a prediction."""


class ConfusionMetric(TableMetric):
    """A number for the table of (label, prediction) pairs, over the cases whose policy allows an answer.

    Refused, asked and unparsed answers are predictions of classes of their own, which no label has.
    """

    reads_label: ClassVar[bool] = True

    field: str | None = None
    """The field that holds the class, in answers and labels that are mappings."""

    def applies(self, row: Row, policy: Policy) -> bool:
        """Where the policy allows an answer."""
        return "answer" in policy or "may_refuse" in policy

    def needs_label(self, policy: Policy) -> bool:
        """Where the policy allows an answer."""
        return "answer" in policy or "may_refuse" in policy

    def same(self, one: Answer, other: Answer, row: Row) -> bool:
        """Whether both name the same class."""
        return self._class(one.value) == self._class(other.value)

    def observe(self, case: Case) -> Pair:
        """The label and the prediction, without case and spare white space; an act other than answered as ``<act>``."""
        act = case.answer.act
        return self._class(case.row.label), self._class(case.answer.value) if act == "answered" else f"<{act}>"

    def _class(self, value: Any) -> str:
        return text_of(normal(part(value, self.field)))


def margins(table: Mapping[Pair, float]) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """Of each class: the weight of its labels, of its predictions, and of both together."""
    labels: defaultdict[str, float] = defaultdict(float)
    predictions: defaultdict[str, float] = defaultdict(float)
    both: defaultdict[str, float] = defaultdict(float)
    for (label, prediction), weight in table.items():
        labels[label] += weight
        predictions[prediction] += weight
        if label == prediction:
            both[label] += weight
    return labels, predictions, both
