"""Area under levels: the score over the whole course from clean to the highest level."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from robustspec.aggregates.base import Aggregate, Block, Floats


class AreaUnderLevels(Aggregate):
    """The area under the curve of the score over the levels of a perturbation, divided by the length of the course.

    Formula: for each row and perturbation the trapezoids of the scores over the levels 0 to K, clean being level 0,
    divided by K; a row's value is the mean over its perturbations, each weighing the same. Levels may stand apart
    unequally. A level without evidence is left out of its row's curve, which then goes over what is left, from the first
    level to the last that have evidence; a curve of one point is its score. Direction: the metric's, and so are the bounds,
    for the value is a weighted mean of scores, the two ends of equal steps weighing half of what a level between them does.

    >>> import numpy as np
    >>> block = Block(np.array([[0.8, 0.4]]), np.full((1, 2), 0.5), np.array([1.0]), ("blur", "blur"), (1, 2))
    >>> AreaUnderLevels().rows(block, higher_is_better=True)[0].round(2)
    array([0.75])

    Source: area under the curve of accuracy over severity, as robustness benchmarks draw it; trapezoidal rule.
    """

    kind: Literal["area_under_levels"] = "area_under_levels"
    needs_clean: ClassVar[bool] = True
    needs_levels: ClassVar[bool] = True
    words: ClassVar[str] = (
        "mean over units of the area under the score over the levels, clean to the highest, per level"
    )

    def rows(self, block: Block, higher_is_better: bool) -> tuple[Floats, Floats | None]:
        """Each row's mean area, NaN where no level has evidence; no B."""
        total, found = np.zeros(len(block.clean)), np.zeros(len(block.clean))
        for label in dict.fromkeys(block.labels):
            at = [k for k, name in enumerate(block.labels) if name == label and block.levels[k] is not None]
            at.sort(key=lambda k: block.levels[k] or 0)
            if at:
                known = np.column_stack((~np.isnan(block.clean), block.weights[:, at] > 0))
                scores = np.where(known, np.column_stack((block.clean, block.scores[:, at])), 0.0)
                has_level = known[:, 1:].any(axis=1)
                share = _shares(known, np.array([0.0, *(float(block.levels[k] or 0) for k in at)]))
                total += has_level * np.sum(share * scores, axis=1)
                found += has_level
        return np.where(found > 0, total / np.maximum(found, 1), np.nan), None

    def binary(self, metric_is_binary: bool, one_case: bool, cells: int) -> bool:
        """Never: clean and a level make a mean of two scores."""
        return False


def _shares(known: npt.NDArray[np.bool_], levels: Floats) -> Floats:
    """How much each point of a row (rows x points) weighs in its area: half the way to its neighbours, of the whole way.

    ``levels`` ascend; a point that is not ``known`` weighs nothing.
    """
    before = np.maximum.accumulate(np.where(known, levels, -np.inf), axis=1)
    after = np.minimum.accumulate(np.where(known, levels, np.inf)[:, ::-1], axis=1)[:, ::-1]
    edge = np.full((len(known), 1), np.inf)
    left = np.hstack((-edge, before[:, :-1]))
    right = np.hstack((after[:, 1:], edge))
    half = [np.where(np.isfinite(side), np.abs(levels - side), 0.0) / 2 for side in (left, right)]
    weight = known * (half[0] + half[1])
    whole = weight.sum(axis=1, keepdims=True)
    # One point alone has no way to go.
    return np.where(whole > 0, weight / np.where(whole > 0, whole, 1.0), known.astype(np.float64))
