"""Macro F1: the mean F1 of the classes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal

from robustspec.metrics.confusion import ConfusionMetric, margins


class MacroF1(ConfusionMetric):
    """Unweighted mean over the classes of their F1.

    Formula: mean over the classes k seen among the labels of 2 TP_k / (2 TP_k + FP_k + FN_k). A class that is only
    predicted costs precision elsewhere and is no class of the mean. Inputs: the class in answer and label; an answer
    that is refused, asked or unparsed is a miss of its label. Direction: higher is better; in [0, 1].

    >>> MacroF1().value({("a", "a"): 3.0, ("a", "b"): 1.0, ("b", "b"): 2.0})
    0.8285714285714285

    Source: scikit-learn's ``f1_score(labels=classes of y_true, average="macro")``.
    """

    kind: Literal["macro_f1"] = "macro_f1"

    def value(self, table: Counter[Any] | Mapping[Any, float]) -> float | None:
        """The mean; None for an empty table."""
        labels, predictions, both = margins(table)
        classes = sorted(name for name, weight in labels.items() if weight > 0)
        if not classes:
            return None
        scores = [2 * both.get(k, 0.0) / (labels[k] + predictions.get(k, 0.0)) for k in classes]
        return sum(scores) / len(scores)
