"""Expected calibration error: how far stated confidence is from how often the answers are right."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from robustspec.answers.values import normal, part
from robustspec.data.row import Answer, Case, Row
from robustspec.metrics.base import Direction, Floats, TableMetric
from robustspec.metrics.forecast import ForecastMetric, stated

Stated = tuple[float | None, bool]
"""The confidence that an answer states, None where it states none, and whether the answer is right."""


class ExpectedCalibrationError(ForecastMetric, TableMetric):
    """Mean over confidence bins of the gap between the share of right answers and the mean stated confidence.

    Formula: sum over bins b of |sum over cases in b of (right - confidence)| / number of cases, with bins of equal width,
    (lo, hi], 0 in the first. An answer without a confidence in [0, 1], or that is refused, asked or unparsed, is in a bin
    of its own, with a gap of 1. Inputs: class and confidence in the answer, class in the label. Direction: lower is better;
    in [0, 1]. Methods sequential and fixed bound the error of these bins in the population, which takes about a thousand
    units for a bound of 0.2; approximate and point take the value as it is, which is too high with few units. For a
    single sharp number prefer ``brier``.

    >>> metric = ExpectedCalibrationError(field="diagnosis")
    >>> metric.value({(1.0, True): 3, (1.0, False): 1, (0.5, True): 1})
    0.3

    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks"; Naeini et al. 2015.
    """

    kind: Literal["expected_calibration_error"] = "expected_calibration_error"
    direction: ClassVar[Direction] = "lower"

    field: str
    """The field of the answer that holds the class, and of the label where labels are mappings."""

    confidence: str = "confidence"
    """The field of the answer that holds the confidence in that class, from 0 to 1."""

    bins: int = Field(default=10, ge=1, le=100)
    """How many bins of equal width there are."""

    def same(self, one: Answer, other: Answer, row: Row) -> bool:
        """Whether both name the same class."""
        return bool(normal(part(one.value, self.field)) == normal(part(other.value, self.field)))

    def observe(self, case: Case) -> Stated:
        """The confidence, and whether the class is the label's."""
        confidence = stated(case, self.confidence) if isinstance(case.answer.value, dict) else None
        if confidence is None or not 0 <= confidence <= 1:
            return None, False
        return confidence, bool(normal(part(case.answer.value, self.field)) == normal(part(case.row.label, self.field)))

    def value(self, table: Counter[Any] | Mapping[Any, float]) -> float | None:
        """The error; None for an empty table."""
        weights = np.array([list(table.values())], dtype=np.float64)
        error = float(self.values(list(table), weights)[0]) if table else math.nan
        return None if math.isnan(error) else error

    def values(self, entries: Sequence[Stated], weights: Floats) -> Floats:
        """The errors of many tables over the same entries, ``weights`` tables x entries; NaN for an empty one."""
        parts = np.array([self.parts(entry) for entry in entries]).reshape(len(entries), self.bins + 1)
        total = weights.sum(axis=1)
        return np.asarray(np.abs(weights @ parts).sum(axis=1) / np.where(total > 0, total, np.nan))

    @property
    def part_ranges(self) -> tuple[tuple[float, float], ...]:
        """Of right - confidence in each bin, and of the answers without confidence."""
        return (*((-(b + 1) / self.bins, 1 - b / self.bins) for b in range(self.bins)), (-1.0, 0.0))

    def parts(self, entry: Stated) -> Sequence[float]:
        """right - confidence in the entry's bin, else 0; -1 in the last place without a confidence."""
        confidence, right = entry
        result = [0.0] * (self.bins + 1)
        if confidence is None:
            result[-1] = -1.0
        else:
            result[_bin(confidence, self.bins)] = right - confidence
        return result


def _bin(confidence: float, bins: int) -> int:
    """The number of the bin (lo, hi]; 1e-9 of a bin is taken for rounding, so that 0.07 is the seventh of 100."""
    return max(math.ceil(confidence * bins - 1e-9) - 1, 0)
