"""Matthews correlation coefficient."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from robustspec.metrics.confusion import ConfusionMetric, margins


class Mcc(ConfusionMetric):
    """Matthews correlation of label and prediction, over two classes or more.

    Formula: (c s - sum p_k t_k) / sqrt((s^2 - sum p_k^2)(s^2 - sum t_k^2)), with s the weight of all cases, c of the
    right ones, p_k predicted and t_k labelled as class k; 0 where the root is 0. For two classes that is
    (TP TN - FP FN) / sqrt((TP+FP)(TP+FN)(TN+FP)(TN+FN)). Inputs: the class in answer and label; an answer that is
    refused, asked or unparsed is a class of its own. Direction: higher is better; in [-1, 1], 0 at chance.

    >>> Mcc().value({("a", "a"): 6.0, ("a", "b"): 1.0, ("b", "a"): 2.0, ("b", "b"): 3.0})
    0.47809144373375745

    Source: Gorodkin 2004, "Comparing two K-category assignments by a K-category correlation coefficient".
    """

    kind: Literal["mcc"] = "mcc"
    lower: ClassVar[float] = -1.0

    def value(self, table: Counter[Any] | Mapping[Any, float]) -> float | None:
        """The coefficient; None for an empty table."""
        labels, predictions, both = margins(table)
        total = sum(table.values())
        if total <= 0:
            return None
        spread = _spread(predictions, total) * _spread(labels, total)
        covered = sum(weight * labels.get(name, 0.0) for name, weight in predictions.items())
        return (sum(both.values()) * total - covered) / math.sqrt(spread) if spread > 0 else 0.0


def _spread(weights: Mapping[str, float], total: float) -> float:
    """``s^2 - sum w_k^2``, exactly 0 where one class holds everything."""
    return total**2 - sum(weight**2 for weight in weights.values()) if len(weights) > 1 else 0.0
