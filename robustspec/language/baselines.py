"""``baselines:`` what a requirement compares its model ``against``: another model, or a table of published numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field

from robustspec.adapters.base import AdapterSpec
from robustspec.aggregates.base import Floats
from robustspec.language.entries import Block
from robustspec.language.kinds import KindOf

if TYPE_CHECKING:
    from robustspec.language.cells import Cell


class Published(Block):
    """Numbers that somebody else measured and published; they are taken as they stand, without an error of their own."""

    kind: Literal["published"] = "published"
    source: Annotated[str, Field(min_length=1)]
    """Where the numbers come from: a paper with its table, a report with its date."""
    scores: Annotated[dict[str, Annotated[float, Field(allow_inf_nan=False)]], Field(min_length=1)]
    """The number of each cell, in the metric's own scale; a perturbation's name stands for each of its levels, and ``clean``
    for the clean cell."""
    metric: str | None = None
    """The metric of which the numbers are, as requirements name it; without it every metric is compared with them."""

    def score(self, cell: Cell) -> float | None:
        """The number of a cell: its own, else that of its perturbation, else None."""
        key = self.key(cell)
        return None if key is None else self.scores[key]

    def numbers(self, cells: Sequence[Cell], over_clean: bool = False) -> Floats | None:
        """The numbers of some cells, less that of clean where asked for; None where one is absent."""
        found = [self.score(cell) for cell in cells]
        base = self.scores.get("clean") if over_clean else 0.0
        return None if base is None or None in found else np.array(found, dtype=np.float64) - base

    def key(self, cell: Cell) -> str | None:
        """The key of ``scores`` under which the number of ``cell`` stands, None where there is none."""
        return next((name for name in (cell.name, cell.perturbation) if name in self.scores), None)


Baseline = Annotated[AdapterSpec | Published, KindOf("adapters", also=(Published,))]
"""Any kind of adapter, or published numbers."""
