"""Retention: the share of the clean score that is left."""

from __future__ import annotations

from typing import ClassVar, Literal

from robustspec.aggregates.base import Aggregate, Block, Floats
from robustspec.metrics.base import Direction


class Retention(Aggregate):
    """The mean perturbed score divided by the mean clean score, on the same rows.

    Formula: (mean over units of perturbed) / (mean over units of clean): a ratio of means, not a mean of ratios. It is
    undefined where the clean mean is 0, and may exceed 1. Direction: higher is better; only for metrics where higher is
    better.

    >>> import numpy as np
    >>> block = Block(np.array([[0.5], [0.0]]), np.array([[1.0], [1.0]]), np.array([1.0, 0.5]))
    >>> perturbed, clean = Retention().rows(block, higher_is_better=True)
    >>> round(float(perturbed.mean() / clean.mean()), 4)
    0.3333

    Source: 1 - the performance drop rate of Zhu et al. 2023, "PromptBench".
    """

    kind: Literal["retention"] = "retention"
    directions: ClassVar[frozenset[Direction]] = frozenset({"higher"})
    needs_clean: ClassVar[bool] = True
    paired: ClassVar[bool] = True
    ratio: ClassVar[bool] = True
    words: ClassVar[str] = "mean perturbed over mean clean, paired"

    def rows(self, block: Block, higher_is_better: bool) -> tuple[Floats, Floats | None]:
        """A, each row's perturbed mean, and B, its clean score."""
        return block.mean(), block.clean

    def binary(self, metric_is_binary: bool, one_case: bool, cells: int) -> bool:
        """Never: the value is a ratio."""
        return False

    def goal(self, metric_higher: bool) -> str:
        """Always 'higher'."""
        return "higher"
