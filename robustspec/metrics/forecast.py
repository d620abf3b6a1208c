"""What the metrics of a stated probability share: where it stands, and which cases have one.

They cover the cases whose policy allows an answer. A number may also be a text that is nothing but a number.
"""

from __future__ import annotations

from typing import ClassVar

from robustspec.answers.values import normal, part, whole_number
from robustspec.data.row import Case, Policy, Row
from robustspec.metrics.base import Metric


class ForecastMetric(Metric):
    """A metric that compares a number in the answer with a label."""

    reads_label: ClassVar[bool] = True

    def applies(self, row: Row, policy: Policy) -> bool:
        """Where the policy allows an answer."""
        return "answer" in policy or "may_refuse" in policy

    def needs_label(self, policy: Policy) -> bool:
        """Where the policy allows an answer."""
        return "answer" in policy or "may_refuse" in policy


class ClassForecast(ForecastMetric):
    """A metric of the number that an answer states for one class."""

    positive: str | bool | int | float
    """The label of the class that the number speaks for; compared without case and spare white space."""

    field: str = "probability"
    """The field that holds the number, in answers that are mappings (``output: {extract: json}``); an answer that is no
    mapping is itself the number."""

    label_field: str | None = None
    """The field that holds the class, in labels that are mappings."""

    def is_positive(self, case: Case) -> bool:
        """Whether the case's label is the class."""
        return bool(normal(part(case.row.label, self.label_field)) == normal(self.positive))


def stated(case: Case, field: str) -> float | None:
    """The number in a field of an answer that was given; None where there is none."""
    return whole_number(part(case.answer.value, field)) if case.answer.act == "answered" else None
