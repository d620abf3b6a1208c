"""Intersection over union: how far the items of the answer are those of the label."""

from __future__ import annotations

from typing import Literal

from robustspec.metrics.overlap import Items, Overlap


class Iou(Overlap):
    """Intersection over union (Jaccard index) of the items that answer and label name, such as findings or ingredients.

    Formula: sum |answer & label| / sum |answer | label|, each a sum over all cases (micro-averaged): a case counts by
    the number of its items, and one without any on both sides adds nothing. Items are compared without case and spare
    white space, in any order, each once. An unparsed answer, and a refusal or a question where the policy allows none,
    names no item and misses all of the label's; where the policy allows it, the case adds nothing. Inputs: a list as
    answer and label, or as their ``field``; a single value is one item, an absent one none; a label may be JSON text.
    Direction: higher is better; in [0, 1], undefined where no case has an item. ``most`` bounds the items of one case,
    those of answer and label together.

    >>> from robustspec.data.row import Answer, Case, Row
    >>> Iou().parts(Case(Row("1", "...", label=["rash", "fever", "cough"]), Answer(["Fever", "rash", "pain"])))
    (2.0, 4.0)

    Source: Jaccard 1912, "The distribution of the flora in the alpine zone"; scikit-learn's ``jaccard_score`` with
    ``average="micro"``.
    """

    kind: Literal["iou"] = "iou"

    def sizes(self, found: Items, wanted: Items) -> tuple[int, int]:
        """Items in both, and items in either."""
        return len(found & wanted), len(found | wanted)
