"""Trend: how much is lost, or gained, with every level."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from robustspec.aggregates.base import Aggregate, Block, Floats


class Trend(Aggregate):
    """How the score moves along the levels of a perturbation, in points of the score per level.

    Formula: for each row and perturbation the least-squares slope of the scores over the levels, the clean case counting
    as level 0; a row's value is the mean of its slopes, each perturbation weighing the same. A level without evidence is
    left out of its row's slope; clean and one level are enough for one. Direction: the metric's, so where higher is
    better ``at_least: -0.02`` asks that a level costs at most 0.02. A slope is a weighted mean of the differences between
    two levels, each divided by how far apart they are, so it lies in [-(upper - lower), upper - lower] of the metric.

    >>> import numpy as np
    >>> block = Block(np.array([[0.9, 0.7]]), np.full((1, 2), 0.5), np.array([1.0]), ("typo", "typo"), (1, 2))
    >>> Trend().rows(block, higher_is_better=True)[0].round(2)
    array([-0.15])

    Source: accuracy against corruption severity, Hendrycks and Dietterich 2019; ordinary least squares.
    """

    kind: Literal["trend"] = "trend"
    needs_clean: ClassVar[bool] = True
    paired: ClassVar[bool] = True
    needs_levels: ClassVar[bool] = True
    words: ClassVar[str] = "mean over units of the slope per level, clean being level 0"

    def rows(self, block: Block, higher_is_better: bool) -> tuple[Floats, Floats | None]:
        """Each row's mean slope, NaN where no level has evidence; no B."""
        total, found = np.zeros(len(block.clean)), np.zeros(len(block.clean))
        for at, pull in _pulls(block):
            scores = np.column_stack((block.clean, block.scores[:, at]))
            total += np.sum(pull * np.where(pull != 0, scores, 0.0), axis=1)
            found += (pull != 0).any(axis=1)
        return np.where(found > 0, total / np.maximum(found, 1), np.nan), None

    def opposed(self, block: Block) -> npt.NDArray[np.bool_] | None:
        """The cells below the middle of their row's levels: a higher score there makes the slope fall."""
        falling = np.zeros(block.weights.shape, dtype=bool)
        for at, pull in _pulls(block):
            falling[:, at] = pull[:, 1:] < 0
        return falling

    def bounds(
        self, lower: float, upper: float, reference: Floats | None = None, higher_is_better: bool = True
    ) -> tuple[float, float]:
        """From everything lost at level 1 to everything gained there."""
        return lower - upper, upper - lower

    def binary(self, metric_is_binary: bool, one_case: bool, cells: int) -> bool:
        """Never: a slope has more values than two."""
        return False


def _pulls(block: Block) -> Iterator[tuple[list[int], Floats]]:
    """Of each perturbation: its cells, and how clean and these cells (rows x (1 + cells)) enter the slope."""
    for label in dict.fromkeys(block.labels):
        at = [k for k, name in enumerate(block.labels) if name == label and block.levels[k] is not None]
        if at:
            levels = np.array([0.0, *(float(block.levels[k] or 0) for k in at)])
            known = np.column_stack((np.ones(len(block.weights), dtype=bool), block.weights[:, at] > 0))
            middle = np.sum(known * levels, axis=1) / known.sum(axis=1)
            from_middle = known * (levels - middle[:, None])
            square = np.sum(from_middle**2, axis=1)
            yield at, from_middle / np.where(square > 0, square, 1.0)[:, None]
