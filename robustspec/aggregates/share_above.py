"""Share above: how many units reach a threshold."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from robustspec.aggregates.base import Aggregate, Block, Floats
from robustspec.metrics.base import Shape

_SLACK = 1e-12


class ShareAbove(Aggregate):
    """The share of units whose value is at least ``threshold``.

    Formula: mean over units of 1[value >= threshold], the value being the mean over rows of the weighted mean over the
    selected cells; a value that misses the threshold by rounding (1e-12) reaches it. Direction: the metric's; the share
    lies in [0, 1], and each unit gives 0 or 1.

    >>> import numpy as np
    >>> ShareAbove(threshold=0.8).units(np.array([1.0, 0.8, 0.6]))
    array([1., 1., 0.])

    Source: correctness-consistency curves; a minimum threshold for every instance.
    """

    kind: Literal["share_above"] = "share_above"
    shapes: ClassVar[frozenset[Shape]] = frozenset({"case", "row"})

    threshold: float
    """The value that a unit must reach, in the metric's own scale."""

    @property
    def words(self) -> str:
        """With the threshold."""
        return f"share of units whose value is at least {self.threshold:g}"

    def rows(self, block: Block, higher_is_better: bool) -> tuple[Floats, Floats | None]:
        """The weighted mean of each row's cells; no B."""
        return block.mean(), None

    def units(self, values: Floats) -> Floats:
        """1 where a unit's value reaches the threshold, else 0."""
        return (values >= self.threshold - _SLACK).astype(np.float64)

    def bounds(
        self, lower: float, upper: float, reference: Floats | None = None, higher_is_better: bool = True
    ) -> tuple[float, float]:
        """0 and 1, whatever the metric's."""
        return 0.0, 1.0

    def binary(self, metric_is_binary: bool, one_case: bool, cells: int) -> bool:
        """Always."""
        return True
