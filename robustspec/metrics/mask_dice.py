"""Dice coefficient of masks: how far a segmentation covers the label's."""

from __future__ import annotations

from typing import Any, Literal

from robustspec.data.row import Row
from robustspec.metrics.base import JudgedMetric
from robustspec.metrics.segmentation import MaskMetric


class MaskDice(MaskMetric, JudgedMetric):
    """Mean Dice coefficient of the mask that the answer gives and the label's.

    Formula: mean over cases of 2 |answer & label| / (|answer| + |label|), counted in pixels or voxels; 1 where both are
    empty. An answer whose mask cannot be read, or has another shape than the label's, scores 0. Inputs: masks of two or
    three axes as nested lists, runs or packed bits (`robustspec.answers.masks`), as answer and label or as their
    ``field``. The label's mask does not move with the picture, so a requirement over cells that move it (``rotate``) is a
    fault of the specification. Direction: higher is better; each case lies in
    [0, 1].

    >>> from robustspec.data.row import Answer, Case, Row
    >>> row = Row("1", "...", label={"shape": [2, 3], "rle": [0, 3]})
    >>> round(MaskDice().score(Case(row, Answer([[0, 1, 1], [1, 0, 0]]))), 4)
    0.6667

    Source: Dice 1945; Maier-Hein et al. 2024, "Metrics reloaded".
    """

    kind: Literal["mask_dice"] = "mask_dice"

    def right(self, value: Any, row: Row) -> float:
        """The coefficient; `DataError` where the label has no mask."""
        wanted = self.wanted(row)
        found = self.found(value, wanted)
        if found is None:
            return 0.0
        size = int(found.sum()) + int(wanted.sum())
        return 2.0 * int((found & wanted).sum()) / size if size else 1.0
