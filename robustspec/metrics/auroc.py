"""Area under the ROC curve."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from robustspec.data.row import Case
from robustspec.metrics.base import Floats, TableMetric
from robustspec.metrics.forecast import ClassForecast, stated

Ranked = tuple[bool, float | None]
"""Whether a case is of the class, and the score that its answer states, None where it states none."""


class Auroc(ClassForecast, TableMetric):
    """Probability that a case of the class has a higher score than a case that is not, ties counted half.

    Formula: (sum over pairs of a positive i and a negative j of 1[s_i > s_j] + 1[s_i = s_j] / 2) / (P N). The score is any
    number that rises with the class. An answer without a number, or that is refused, asked or unparsed, ranks on the
    wrong side of all others: below them where the label is the class, else above. Inputs: the score in the answer, the
    class in the label. Direction: higher is better; in [0, 1], 0.5 at chance, undefined without both classes.

    >>> Auroc(positive="sepsis").value({(True, 0.9): 1, (True, 0.4): 1, (False, 0.4): 1, (False, 0.1): 1})
    0.875

    Source: Hanley and McNeil 1982, "The meaning and use of the area under a ROC curve"; scikit-learn's
    ``roc_auc_score``.
    """

    kind: Literal["auroc"] = "auroc"

    def observe(self, case: Case) -> Ranked:
        """Whether the case is of the class, and its score."""
        score = stated(case, self.field)
        return self.is_positive(case), score if score is not None and math.isfinite(score) else None

    def value(self, table: Counter[Any] | Mapping[Any, float]) -> float | None:
        """The area; None without both classes."""
        weights = np.array([list(table.values())], dtype=np.float64)
        area = float(self.values(list(table), weights)[0]) if table else math.nan
        return None if math.isnan(area) else area

    def values(self, entries: Sequence[Ranked], weights: Floats) -> Floats:
        """The areas of many tables over the same entries, ``weights`` tables x entries; NaN without both classes."""
        positive = np.array([is_positive for is_positive, _ in entries], dtype=bool)
        scores = np.array([_rank(*entry) for entry in entries], dtype=np.float64)
        order = np.argsort(scores, kind="stable")
        starts = np.flatnonzero(np.diff(scores[order], prepend=np.nan) != 0)
        above, below = (
            np.add.reduceat(weights[:, order] * which, starts, axis=1) for which in (positive[order], ~positive[order])
        )
        beaten = np.cumsum(below, axis=1) - below / 2
        pairs = above.sum(axis=1) * below.sum(axis=1)
        area = np.sum(above * beaten, axis=1) / np.where(pairs > 0, pairs, np.nan)
        return np.asarray(np.clip(area, 0.0, 1.0))


def _rank(is_positive: bool, score: float | None) -> float:
    """The score; without one, that of the worst answer."""
    if score is None:
        return -math.inf if is_positive else math.inf
    return score
