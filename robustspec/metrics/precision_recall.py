"""Precision, recall and F1 of one class, as ratios of sums over cases.

A ratio R = sum(A) / sum(B) is at least tau when sum(A - tau B) is at least 0, which gives these metrics the
finite-sample guarantee of a mean. They cover the cases whose policy allows an answer. An answer that is refused, asked
or unparsed is no prediction of the positive class: a miss where the label is positive, and nothing where it is not.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from robustspec.answers.values import normal, part
from robustspec.data.row import Answer, Case, Policy, Row
from robustspec.metrics.base import RatioMetric


class ClassRatio(RatioMetric):
    """A ratio that counts the cases of one class."""

    reads_label: ClassVar[bool] = True
    binary: ClassVar[bool] = True

    positive: str | bool | int | float
    """The label of the class that counts; compared without case and spare white space."""

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
        return bool(normal(part(one.value, self.field)) == normal(part(other.value, self.field)))

    def outcome(self, case: Case) -> tuple[bool, bool]:
        """Whether the positive class is predicted, and whether it is true."""
        positive = normal(self.positive)
        predicted = case.answer.act == "answered" and normal(part(case.answer.value, self.field)) == positive
        return bool(predicted), bool(normal(part(case.row.label, self.field)) == positive)


class Precision(ClassRatio):
    """Share of the cases predicted positive that are positive.

    Formula: TP / (TP + FP). Inputs: the class in answer and label. Direction: higher is better; in [0, 1], undefined
    where nothing is predicted positive.

    >>> from robustspec.data.row import Answer, Case, Row
    >>> Precision(positive="bad").parts(Case(Row("1", "...", label="good"), Answer("bad")))
    (0.0, 1.0)

    Source: positive predictive value; scikit-learn's ``precision_score``.
    """

    kind: Literal["precision"] = "precision"

    def parts(self, case: Case) -> tuple[float, float]:
        """(1, 1) for a true positive, (0, 1) for a false one, else (0, 0)."""
        predicted, true = self.outcome(case)
        return float(predicted and true), float(predicted)


class Recall(ClassRatio):
    """Share of the positive cases that are predicted positive.

    Formula: TP / (TP + FN). Inputs: the class in answer and label. Direction: higher is better; in [0, 1], undefined
    where no case is positive.

    >>> from robustspec.data.row import Answer, Case, Row
    >>> Recall(positive="bad").parts(Case(Row("1", "...", label="bad"), Answer("good")))
    (0.0, 1.0)

    Source: sensitivity; scikit-learn's ``recall_score``.
    """

    kind: Literal["recall"] = "recall"

    def parts(self, case: Case) -> tuple[float, float]:
        """(1, 1) for a true positive, (0, 1) for a miss, else (0, 0)."""
        predicted, true = self.outcome(case)
        return float(predicted and true), float(true)


class F1(ClassRatio):
    """Harmonic mean of precision and recall.

    Formula: 2 TP / (2 TP + FP + FN). Inputs: the class in answer and label. Direction: higher is better; in [0, 1],
    undefined where nothing is positive or predicted so.

    >>> from robustspec.data.row import Answer, Case, Row
    >>> F1(positive="bad").parts(Case(Row("1", "...", label="bad"), Answer("bad")))
    (2.0, 2.0)

    Source: van Rijsbergen 1979; scikit-learn's ``f1_score``.
    """

    kind: Literal["f1"] = "f1"
    binary: ClassVar[bool] = False
    denominator_upper: ClassVar[float] = 2.0

    def parts(self, case: Case) -> tuple[float, float]:
        """(2, 2) for a true positive, (0, 1) for a false one or a miss, else (0, 0)."""
        predicted, true = self.outcome(case)
        return 2.0 * (predicted and true), float(predicted) + float(true)
