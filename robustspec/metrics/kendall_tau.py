"""Kendall's tau: how far two orders agree."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal

from pydantic import model_validator

from robustspec.data.row import Row
from robustspec.metrics.orders import OrderMetric, listed, pair_signs, places


class KendallTau(OrderMetric):
    """Mean rank correlation of the order that the answer gives and the label's.

    Formula: tau-b = (C - D) / sqrt((P - ties in the label) (P - ties in the answer)) over the P pairs of the label's
    items, C of them in the label's order and D the other way round. A pair with an item that the answer lacks is neither
    and counts in both roots, so that leaving items out brings tau nearer to 0; items that the label lacks are passed over,
    and of one that is named twice the first place counts. Where one side orders no pair tau is 0; where neither does it is
    1 if both are the same and else 0. A refusal, a question or an unreadable output that the policy does not allow scores
    -1. Inputs: lists of ids as in `order_accuracy`. Direction: higher is better; each case lies in [-1, 1].

    >>> from robustspec.data.row import Answer, Case, Row
    >>> row = Row("1", "...", label=["a", "b", "c", "d"])
    >>> round(KendallTau().score(Case(row, Answer(["a", "c", "b", "d"]))), 4)
    0.6667
    >>> round(KendallTau().score(Case(row, Answer([["a", "b"], "c", "d"]))), 4)
    0.9129

    Source: Kendall 1945, "The treatment of ties in ranking problems"; scipy's ``kendalltau`` on complete orders.
    """

    kind: Literal["kendall_tau"] = "kendall_tau"
    lower: ClassVar[float] = -1.0

    @model_validator(mode="after")
    def _has_no_share(self) -> KendallTau:
        """A ratio of sums is for scores of 0 or more."""
        if self.among is not None:
            raise ValueError("kendall_tau may be negative and has no `among` -- use order_accuracy with pairs: true")
        return self

    def right(self, value: Any, row: Row) -> float:
        """tau-b; `DataError` where the label has no order."""
        order, given = self.wanted(row), listed(self._order(value))
        signs = pair_signs(places(order), places(given))
        of_label = sum(wanted != 0 for wanted, _ in signs)
        of_answer = sum(found != 0 for _, found in signs)
        if not of_label or not any(found for _, found in signs):
            return float(not of_label and order == given)
        agreed = sum(wanted * found for wanted, found in signs if found is not None)
        return max(-1.0, min(1.0, agreed / math.sqrt(of_label * of_answer)))
