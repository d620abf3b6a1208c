"""Aptitude and unreliability: how good a model is on a good day, and how far its days lie apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from robustspec.data.row import Case
from robustspec.metrics.base import Direction, Floats, TableMetric
from robustspec.metrics.turns import FromBase, OverTurns


class Aptitude(OverTurns, TableMetric):
    """What a model reaches in its better runs: a high percentile of a score over repeats, averaged over the cases.

    Formula: mean over cases of the ``high`` percentile of ``of`` over the repeats of the case, with linear
    interpolation between the sorted scores (position (N - 1) x high). Needs ``repeats: 2`` or more, ten for a 90th
    percentile that means something, and a model that does not answer the same each time; draws of a case count as
    repeats. Inputs: the score of each repeat by ``of``. Direction: higher is better; within the bounds of ``of``.

    Entries are (row, cell, number of the repeat, score):

    >>> table = {("1", "clean", repeat, score): 1.0 for repeat, score in enumerate((0.0, 0.5, 1.0))}
    >>> Aptitude(of="rouge1").value(table)
    0.9

    Source: aptitude A of Laban et al. 2025, "LLMs get lost in multi-turn conversation" (arXiv:2505.06120).
    """

    kind: Literal["aptitude"] = "aptitude"
    lower: ClassVar[float] = FromBase("lower", 0.0)  # type: ignore[assignment]  # a descriptor
    upper: ClassVar[float] = FromBase("upper", 1.0)  # type: ignore[assignment]  # a descriptor
    repeated: ClassVar[bool] = True
    high: float = Field(default=0.9, gt=0.5, le=1)
    """The percentile of a good run, as a fraction."""

    def observe(self, case: Case) -> Hashable:
        """(row, cell, number of the call, score)."""
        return case.row.id, case.cell, case.call, float(self.base.score(case))

    def value(self, table: Counter[Any] | Mapping[Any, float]) -> float | None:
        """The mean over cases; None where there is none."""
        if not table:
            return None
        (found,) = self.values(list(table), np.array([list(table.values())], dtype=np.float64))
        return None if np.isnan(found) else float(found)

    def values(self, entries: Sequence[Any], weights: Floats) -> Floats:
        """The mean of many tables. A case's repeats are in a table together or not at all, and weigh the same."""
        repeats: dict[tuple[Any, Any], list[int]] = {}
        for place, entry in enumerate(entries):
            repeats.setdefault((entry[0], entry[1]), []).append(place)
        of_case = np.array([self._of([entries[place][3] for place in places]) for places in repeats.values()])
        mass = np.stack([weights[:, places].sum(axis=1) for places in repeats.values()], axis=1)
        total = mass.sum(axis=1)
        return np.where(total > 0, mass @ of_case / np.where(total > 0, total, 1.0), np.nan)

    def _of(self, scores: Sequence[float]) -> float:
        """What the repeats of one case come to."""
        return float(np.quantile(scores, self.high))


class Unreliability(Aptitude):
    """How far good and bad runs of a model lie apart: the range of a score over repeats, averaged over the cases.

    Formula: mean over cases of (``high`` percentile - ``low`` percentile) of ``of`` over the repeats of the case,
    with linear interpolation between the sorted scores. Needs ``repeats: 2`` or more, as `aptitude` does. A model
    that always answers the same has 0, right or wrong, so require `aptitude` or the mean beside it. Inputs: the score
    of each repeat by ``of``. Direction: lower is better; from 0 to the range of ``of``.

    >>> table = {("1", "clean", repeat, score): 1.0 for repeat, score in enumerate((0.0, 1.0))}
    >>> Unreliability(of="rouge1").value(table)
    0.8

    Source: unreliability U of Laban et al. 2025, "LLMs get lost in multi-turn conversation" (arXiv:2505.06120).
    """

    kind: Literal["unreliability"] = "unreliability"  # type: ignore[assignment]  # another kind over the same table
    direction: ClassVar[Direction] = "lower"
    lower: ClassVar[float] = 0.0
    upper: ClassVar[float] = FromBase("spread", 1.0)  # type: ignore[assignment]  # a descriptor
    low: float = Field(default=0.1, ge=0, lt=0.5)
    """The percentile of a bad run, as a fraction."""

    def _of(self, scores: Sequence[float]) -> float:
        high, low = np.quantile(scores, [self.high, self.low])
        return float(high - low)
