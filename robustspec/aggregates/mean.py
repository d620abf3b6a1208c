"""Mean: the average over units."""

from __future__ import annotations

from typing import ClassVar, Literal, get_args

from robustspec.aggregates.base import Aggregate, Block, Floats
from robustspec.metrics.base import Shape


class Mean(Aggregate):
    """The mean over the units of their values, of any metric.

    Formula: mean over units of the mean over rows of the weighted mean over the selected cells. Of a ratio metric the
    numerators and the denominators are averaged apart. Direction: the metric's, and so are the bounds.

    >>> import numpy as np
    >>> block = Block(np.array([[1.0, 0.0]]), np.array([[0.75, 0.25]]), np.array([1.0]))
    >>> Mean().rows(block, higher_is_better=True)[0]
    array([0.75])

    Source: average-case robustness.
    """

    kind: Literal["mean"] = "mean"
    shapes: ClassVar[frozenset[Shape]] = frozenset(get_args(Shape))
    words: ClassVar[str] = "mean of the unit values"

    def rows(self, block: Block, higher_is_better: bool) -> tuple[Floats, Floats | None]:
        """The weighted mean of each row's cells; no B."""
        return block.mean(), None
