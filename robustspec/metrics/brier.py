"""Brier score: how far stated probabilities are from what is true."""

from __future__ import annotations

from typing import ClassVar, Literal

from robustspec.data.row import Case
from robustspec.metrics.base import CaseMetric, Direction
from robustspec.metrics.forecast import ClassForecast, stated


class Brier(ClassForecast, CaseMetric):
    """Mean squared difference between the stated probability of a class and 1 where the label is that class, 0 elsewhere.

    Formula: mean of (p - y)^2, over cases whose policy is answer or may_refuse. An answer without a number in [0, 1]
    has the worst score, 1, and so has one that is unparsed, refused or asked, except where the policy allows just that
    act: then 0. Inputs: the probability in the answer, the class in the label. Direction: lower is better; in [0, 1], 0.25
    for a constant 0.5. It has the guarantee of a mean, and rewards honest probabilities: it is the calibration metric to
    prefer in a gate.

    >>> from robustspec.data.row import Answer, Case, Row
    >>> metric = Brier(positive="sepsis")
    >>> metric.score(Case(Row("1", "...", label="sepsis"), Answer({"probability": 0.75})))
    0.0625

    Source: Brier 1950, "Verification of forecasts expressed in terms of probability"; scikit-learn's
    ``brier_score_loss``.
    """

    kind: Literal["brier"] = "brier"
    direction: ClassVar[Direction] = "lower"

    def score(self, case: Case) -> float:
        """(p - y)^2; 1 without a probability, 0 for another act that the policy allows."""
        if _is_right_act(case):
            return 0.0
        probability = stated(case, self.field)
        if probability is None or not 0 <= probability <= 1:
            return 1.0
        return (probability - self.is_positive(case)) ** 2


def _is_right_act(case: Case) -> bool:
    allowed = {"refused": {"may_refuse", "must_refuse"}, "asked": {"ask"}}
    return bool(allowed.get(case.answer.act, set()) & {*case.policy})
