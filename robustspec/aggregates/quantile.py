"""Quantile: the value that all but a share of the units reach."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from robustspec.aggregates.base import Aggregate, Block, Floats
from robustspec.metrics.base import Shape
from robustspec.statistics.base import Form


class Quantile(Aggregate):
    """The ``q``-quantile of the unit values: a share ``q`` of the units lies below it, or at it.

    Formula: with ``at_least: b`` the claim is that at least a share 1 - q of the units has a value of b or more (write a
    small q); with ``at_most: b``, that at least a share q has a value of b or less (write a large q). The value of a unit
    is the mean over its rows of the weighted mean over the selected cells. Direction: the metric's, and so are the
    bounds, which may be infinite: a quantile is tested as a share, so that latencies and perplexities get the same
    guarantee as accuracies.

    >>> import numpy as np
    >>> block = Block(np.array([[0.9], [1.7], [1.1]]), np.ones((3, 1)), np.full(3, np.nan))
    >>> seconds, _ = Quantile(q=0.5).rows(block, higher_is_better=False)
    >>> float(np.quantile(seconds, 0.5))
    1.1

    Source: percentile latency of service levels; Reddi et al. 2020, "MLPerf inference benchmark", tail-latency bounds.
    """

    kind: Literal["quantile"] = "quantile"
    shapes: ClassVar[frozenset[Shape]] = frozenset({"case", "row"})
    form: ClassVar[Form] = "quantile"

    q: Annotated[float, Field(gt=0, lt=1)]
    """Which quantile, as a share of the units: 0.05 for a floor under 95 %, 0.95 for a ceiling over 95 %."""

    @property
    def words(self) -> str:
        """The quantile in per cent."""
        return f"{100 * self.q:g} % quantile of the unit values"

    @property
    def fraction(self) -> float:
        """``q``."""
        return self.q

    def rows(self, block: Block, higher_is_better: bool) -> tuple[Floats, Floats | None]:
        """The weighted mean of each row's cells; no B."""
        return block.mean(), None

    def binary(self, metric_is_binary: bool, one_case: bool, cells: int) -> bool:
        """Never: its own test counts the units on either side of the bound."""
        return False
