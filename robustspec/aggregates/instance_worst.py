"""Instance worst: each row at its worst."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from robustspec.aggregates.base import Aggregate, Block, Floats
from robustspec.metrics.base import Direction


class InstanceWorst(Aggregate):
    """The mean over units of the mean over their rows of the row's worst cell, clean counted.

    Formula: mean of the minimum over clean and the selected cells, of the maximum where lower is better. A cell that
    is no evidence is not looked at, and weights play no part. Direction: the metric's, and so are the bounds.

    >>> import numpy as np
    >>> block = Block(np.array([[0.0, 1.0], [1.0, 1.0]]), np.full((2, 2), 0.5), np.array([1.0, 1.0]))
    >>> InstanceWorst().rows(block, higher_is_better=True)[0]
    array([0., 1.])

    Source: worst-case robustness of Liang et al. 2022, "Holistic evaluation of language models".
    """

    kind: Literal["instance_worst"] = "instance_worst"
    directions: ClassVar[frozenset[Direction]] = frozenset({"higher", "lower"})
    needs_clean: ClassVar[bool] = True
    words: ClassVar[str] = "mean over units of the row's worst cell, clean counted"

    def rows(self, block: Block, higher_is_better: bool) -> tuple[Floats, Floats | None]:
        """The worst score of each row; no B."""
        seen = np.column_stack((np.where(block.weights > 0, block.scores, np.nan), block.clean))
        worst = np.fmin if higher_is_better else np.fmax  # both pass over NaN
        return worst.reduce(seen, axis=1), None

    def binary(self, metric_is_binary: bool, one_case: bool, cells: int) -> bool:
        """Where the metric is and no score is a mean over draws, repeats or rows; any number of cells."""
        return metric_is_binary and one_case
