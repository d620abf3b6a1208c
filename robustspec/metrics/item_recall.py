"""Item recall: how many of the label's items the answer has."""

from __future__ import annotations

from typing import Any, Literal

from robustspec.data.row import Row
from robustspec.metrics.items import ItemMetric


class ItemRecall(ItemMetric):
    """Share of the label's items, such as the findings of a report, that the answer has.

    Formula: mean over cases of (items of the label matched with an item of the answer) / (items of the label), 1 where
    the label has none. An item is matched where the fields under ``match`` are equal and the numbers under ``near`` are
    near; each item is in one pair at most, and there are as many pairs as can be (a maximum matching). With ``all: true``
    a case scores 1 where every item is found and else 0. Inputs: a structured answer, and a label of the same form or its
    JSON text, with the list under ``items``; of an answer the first 256 items are compared. Direction: higher is better;
    each case lies in [0, 1]. An answer that lists everything there is has recall 1: require `item_precision` too.

    >>> from robustspec.data.row import Answer, Case, Row
    >>> metric = ItemRecall(items="findings", match=("side", "region"), near={"size_mm": {"share": 0.3}})
    >>> left, right = ({"side": side, "region": "frontal", "size_mm": 10} for side in ("left", "right"))
    >>> row = Row("1", "...", label={"findings": [left, right]})
    >>> metric.score(Case(row, Answer({"findings": [{"side": "Left", "region": "frontal", "size_mm": 12}]})))
    0.5
    >>> metric.score(Case(row, Answer({"findings": [{"side": "left", "region": "frontal", "size_mm": 14}]})))
    0.0

    Source: lesion-wise sensitivity of detection challenges, such as Commowick et al. 2018; matching of Kuhn 1955.
    """

    kind: Literal["item_recall"] = "item_recall"

    def right(self, value: Any, row: Row) -> float:
        """The share of the label's items that are found; `DataError` where the label has no list."""
        wanted = self.wanted(row)
        return self.share(self.shared(self.listed(value), wanted), len(wanted))


class ItemPrecision(ItemMetric):
    """Share of the items that the answer lists, such as the findings of a report, that are the label's.

    Formula: mean over cases of (items of the answer matched with an item of the label) / (items of the answer), 1 where
    the answer lists none; matched as in `item_recall`. With ``all: true`` a case scores 1 where nothing is listed that
    the label does not have, and else 0. Inputs: those of `item_recall`. Direction: higher is better; each case lies in
    [0, 1]. An answer that lists nothing has precision 1: require `item_recall` too.

    >>> from robustspec.data.row import Answer, Case, Row
    >>> row = Row("1", "...", label={"findings": [{"side": "left", "region": "frontal"}]})
    >>> told = [{"side": "left", "region": "frontal"}, {"side": "right", "region": "frontal"}]
    >>> ItemPrecision(items="findings").score(Case(row, Answer({"findings": told})))
    0.5

    Source: lesion-wise positive predictive value of detection challenges, such as Commowick et al. 2018.
    """

    kind: Literal["item_precision"] = "item_precision"

    def right(self, value: Any, row: Row) -> float:
        """The share of the answer's items that are right; `DataError` where the label has no list."""
        found = self.listed(value)
        return self.share(self.shared(found, self.wanted(row)), len(found))
