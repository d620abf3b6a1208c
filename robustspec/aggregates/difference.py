"""Difference: how much better or worse than another model."""

from __future__ import annotations

from typing import Literal

import numpy as np

from robustspec.aggregates.base import Aggregate, Block, Floats


class Difference(Aggregate):
    """The model's score minus that of a baseline on the same rows and cells, paired.

    Formula: mean over units of (score of the model - score of the baseline), each row by the weighted mean over the
    selected cells. Against published numbers the score of the baseline is the number of the cell. Direction: the
    metric's, so where higher is better ``at_least: -0.02`` asks for at most 0.02 less than the baseline. It lies in
    [-(upper - lower), upper - lower] of the metric, against published numbers in [lower - highest, upper - lowest].

    >>> import numpy as np
    >>> block = Block(np.array([[1.0, 0.0]]), np.array([[0.5, 0.5]]), np.array([np.nan]))
    >>> block.baseline = np.array([[1.0, 1.0]])
    >>> Difference(against="production").rows(block, higher_is_better=True)[0]
    array([-0.5])

    Source: paired comparison of two systems on the same items; McNemar 1947 for 0/1 scores.
    """

    kind: Literal["difference"] = "difference"

    against: str
    """A name under ``baselines:``."""

    @property
    def words(self) -> str:
        """With the name of the baseline."""
        return f"mean over units of the score minus that of {self.against}, paired"

    @property
    def baseline(self) -> str:
        """``against``."""
        return self.against

    def rows(self, block: Block, higher_is_better: bool) -> tuple[Floats, Floats | None]:
        """Each row's difference; no B."""
        return block.mean() - block.baseline_mean(), None

    def bounds(
        self, lower: float, upper: float, reference: Floats | None = None, higher_is_better: bool = True
    ) -> tuple[float, float]:
        """The widest difference either way; narrower where the numbers of the baseline are known."""
        if reference is None:
            return lower - upper, upper - lower
        return lower - float(np.max(reference)), upper - float(np.min(reference))

    def binary(self, metric_is_binary: bool, one_case: bool, cells: int) -> bool:
        """Never: a difference of two 0/1 scores has three values."""
        return False
