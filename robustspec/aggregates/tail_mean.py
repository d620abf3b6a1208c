"""Tail mean: how the worst units fare."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from robustspec.aggregates.base import Aggregate, Block, Floats
from robustspec.metrics.base import Direction, Shape
from robustspec.statistics.base import Form


class TailMean(Aggregate):
    """The mean over the worst ``share`` of the units: the lowest, or the highest where lower is better.

    Formula: sort the unit values from worst to best and average the first share of them; a unit that lies across the
    border counts by the part of it that is inside. With ``share: 1`` it is the mean. Direction: the metric's, and so are
    the bounds; only for metrics that say which way is better.

    >>> import numpy as np
    >>> block = Block(np.array([[0.2], [1.0], [0.6], [0.9]]), np.ones((4, 1)), np.full(4, np.nan))
    >>> values, _ = TailMean(share=0.5).rows(block, higher_is_better=True)
    >>> float(np.sort(values)[:2].mean())
    0.4

    Source: conditional value at risk (expected shortfall), Rockafellar and Uryasev 2000.
    """

    kind: Literal["tail_mean"] = "tail_mean"
    shapes: ClassVar[frozenset[Shape]] = frozenset({"case", "row"})
    directions: ClassVar[frozenset[Direction]] = frozenset({"higher", "lower"})
    form: ClassVar[Form] = "tail_mean"

    share: Annotated[float, Field(gt=0, le=1)]
    """Which part of the units is averaged, from the worst: 0.1 for the worst tenth."""

    @property
    def words(self) -> str:
        """The share in per cent."""
        return f"mean of the worst {100 * self.share:g} % of the unit values"

    @property
    def fraction(self) -> float:
        """``share``."""
        return self.share

    def rows(self, block: Block, higher_is_better: bool) -> tuple[Floats, Floats | None]:
        """The weighted mean of each row's cells; no B."""
        return block.mean(), None

    def binary(self, metric_is_binary: bool, one_case: bool, cells: int) -> bool:
        """Never: its own test looks at how the values are spread."""
        return False
