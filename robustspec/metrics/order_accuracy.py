"""Order accuracy: everything, or how many pairs, in the right order."""

from __future__ import annotations

from typing import Any, Literal

from robustspec.data.row import Row
from robustspec.metrics.orders import OrderMetric, listed, pair_signs, places


class OrderAccuracy(OrderMetric):
    """Share of cases whose order is the label's; with ``pairs: true``, mean share of pairs in the label's order.

    Formula: mean of 1[the answer lists the label's items, each once and no others, in the label's order]. With ``pairs``
    the mean of (pairs of the label's items that the answer orders as the label does) / (all pairs): a pair that is tied in
    the label must be tied in the answer, a pair with an item that the answer lacks is wrong, and items that the label
    lacks are passed over; of an item that is named twice the first place counts. A label of one item has no pair and is
    compared whole. Inputs: lists of ids, from first to last, as answer and label or as their ``field``; a list inside the
    list holds items that are tied; ids are compared without case and spare white space. Direction: higher is better; 0 or
    1 for each case, in [0, 1] with ``pairs``.

    >>> from robustspec.data.row import Answer, Case, Row
    >>> case = Case(Row("1", "...", label={"order": ["a", "b", "c"]}), Answer({"order": ["a", "c", "b"]}))
    >>> OrderAccuracy(field="order").score(case)
    0.0
    >>> round(OrderAccuracy(field="order", pairs=True).score(case), 4)
    0.6667

    Source: pairwise accuracy and perfect match ratio of sentence ordering, Chen et al. 2016, "Neural sentence ordering".
    """

    kind: Literal["order_accuracy"] = "order_accuracy"

    pairs: bool = False
    """Score the share of pairs in the right order, not whether the whole order is right."""

    @property
    def is_binary(self) -> bool:
        """Where the whole order counts."""
        return not self.pairs

    def right(self, value: Any, row: Row) -> float:
        """1 where the order is right, or the share of pairs; `DataError` where the label has no order."""
        wanted, found = self.wanted(row), listed(self._order(value))
        signs = pair_signs(places(wanted), places(found)) if self.pairs else []
        if not signs:
            return float(wanted == found)
        return sum(ours == theirs for ours, theirs in signs) / len(signs)
