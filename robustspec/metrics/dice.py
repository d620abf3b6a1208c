"""Dice coefficient: how far the items of the answer are those of the label."""

from __future__ import annotations

from typing import Literal

from robustspec.metrics.overlap import Items, Overlap


class Dice(Overlap):
    """Dice coefficient of the items that answer and label name, such as findings or ingredients.

    Formula: 2 sum |answer & label| / sum (|answer| + |label|), each a sum over all cases (micro-averaged): a case counts
    by the number of its items, and one without any on both sides adds nothing. Items are compared without case and spare
    white space, in any order, each once. An unparsed answer, and a refusal or a question where the policy allows none,
    names no item and misses all of the label's; where the policy allows it, the case adds nothing. Inputs: a list as
    answer and label, or as their ``field``; a single value is one item, an absent one none; a label may be JSON text.
    Direction: higher is better; in [0, 1], undefined where no case has an item; never below `iou` of the same answers.
    ``most`` bounds the items of one case, an item of both answer and label counted twice.

    >>> from robustspec.data.row import Answer, Case, Row
    >>> Dice().parts(Case(Row("1", "...", label=["rash", "fever", "cough"]), Answer(["Fever", "rash", "pain"])))
    (4.0, 6.0)

    Source: Dice 1945, "Measures of the amount of ecologic association between species"; scikit-learn's ``f1_score`` with
    ``average="micro"``.
    """

    kind: Literal["dice"] = "dice"

    def sizes(self, found: Items, wanted: Items) -> tuple[int, int]:
        """Twice the items in both, and the items of each."""
        return 2 * len(found & wanted), len(found) + len(wanted)
