"""Drop: how much worse than clean."""

from __future__ import annotations

from typing import ClassVar, Literal

from robustspec.aggregates.base import Block, Floats, Loss
from robustspec.metrics.base import Direction


class Drop(Loss):
    """How much worse the perturbed cells are than the clean ones, paired row by row.

    Formula: mean over units of clean minus perturbed, or of perturbed minus clean where lower is better. Direction:
    lower is better; it lies in [-(upper - lower), upper - lower] of the metric and is negative where perturbing helps.

    >>> import numpy as np
    >>> block = Block(np.array([[0.0, 1.0]]), np.array([[0.5, 0.5]]), np.array([1.0]))
    >>> Drop().rows(block, higher_is_better=True)[0]
    array([0.5])

    Source: performance drop under shift; absolute form of the degradation of ROOD-MRI, Boone et al. 2023.
    """

    kind: Literal["drop"] = "drop"
    directions: ClassVar[frozenset[Direction]] = frozenset({"higher", "lower"})
    needs_clean: ClassVar[bool] = True
    paired: ClassVar[bool] = True
    words: ClassVar[str] = "mean over units of how much worse than clean, paired"

    def rows(self, block: Block, higher_is_better: bool) -> tuple[Floats, Floats | None]:
        """Each row's difference; no B."""
        difference = block.clean - block.mean()
        return (difference if higher_is_better else -difference), None
