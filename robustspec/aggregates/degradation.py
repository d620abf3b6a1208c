"""Degradation: what is lost along the levels, each level with its weight."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from robustspec.aggregates.base import Block, Floats, Loss
from robustspec.metrics.base import Direction


class Degradation(Loss):
    """How much worse than clean the levels of a perturbation are, with weights that rise or fall along them.

    Formula: for each row and perturbation sum_s w^s (clean - m_s) / sum_s w^s over its levels s, m_s - clean where lower is
    better, w being ``weight``; a row's value is the mean over its perturbations, each weighing the same. A level without
    evidence is left out of both sums. With ``weight: 1`` every level counts alike; below 1 the severe levels count less
    (2/3, which the source uses, gives levels 1 to 5 .67, .44, .30, .20, .13), above 1 they count more. Direction: lower is
    better; it lies in [-(upper - lower), upper - lower] of the metric and is negative where perturbing helps.

    >>> import numpy as np
    >>> block = Block(np.array([[0.9, 0.6]]), np.full((1, 2), 0.5), np.array([1.0]), ("blur", "blur"), (1, 2))
    >>> Degradation(weight=2).rows(block, higher_is_better=True)[0].round(2)
    array([0.3])

    Source: weighted degradation of Boone et al. 2023, "ROOD-MRI: Benchmarking the robustness of deep learning segmentation
    models to out-of-distribution and corrupted data in MRI".
    """

    kind: Literal["degradation"] = "degradation"
    directions: ClassVar[frozenset[Direction]] = frozenset({"higher", "lower"})
    needs_clean: ClassVar[bool] = True
    paired: ClassVar[bool] = True
    needs_levels: ClassVar[bool] = True

    weight: float = Field(default=1.0, gt=0, le=10)
    """What a level weighs in units of the level below it."""

    @property
    def words(self) -> str:
        """With the weight, where it is not 1."""
        weighed = "" if self.weight == 1 else f", a level weighing {self.weight:g} of the one below"
        return f"mean over units of how much worse than clean along the levels{weighed}"

    def rows(self, block: Block, higher_is_better: bool) -> tuple[Floats, Floats | None]:
        """Each row's degradation, NaN where no level has evidence; no B."""
        total, found = np.zeros(len(block.clean)), np.zeros(len(block.clean))
        for label in dict.fromkeys(block.labels):
            at = [k for k, name in enumerate(block.labels) if name == label and block.levels[k] is not None]
            if at:
                known = block.weights[:, at] > 0
                share = self._shares(known, np.array([float(block.levels[k] or 0) for k in at]))
                lost = np.where(known, block.clean[:, None] - block.scores[:, at], 0.0)
                total += np.sum(share * lost, axis=1)
                found += known.any(axis=1)
        mean = np.where(found > 0, total / np.maximum(found, 1), np.nan)
        return (mean if higher_is_better else -mean), None

    def _shares(self, known: npt.NDArray[np.bool_], levels: Floats) -> Floats:
        """How much each level of a row (rows x levels) weighs, summing to 1 where any is ``known``."""
        powers = np.where(known, levels * math.log(self.weight), -np.inf)
        # Only differences of levels count, and 10^999 is no number.
        highest = np.where(known.any(axis=1), powers.max(axis=1), 0.0)[:, None]
        share = np.exp(powers - highest)
        return np.asarray(share / np.maximum(share.sum(axis=1, keepdims=True), 1.0))
