"""Latency: how long the model takes."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

from robustspec.data.row import Case
from robustspec.metrics.base import CaseMetric, Direction


class Latency(CaseMetric):
    """Seconds that the model takes for a case.

    Formula: wall-clock seconds of the call that gave the output; an output from the store keeps the time of its call.
    Inputs: the call. Direction: lower is better; 0 or more, without an upper bound, so its mean has no guarantee: require a
    quantile ("95 % within 2 s"), or write method: approximate. Calls that run side by side slow each other down: measure
    with as many in flight as there will be. A recorded model is only looked up: its times say nothing.

    >>> from robustspec.data.row import Answer, Case, Row
    >>> Latency().score(Case(Row("1", "..."), Answer("..."), seconds=1.5))
    1.5

    Source: MLPerf Inference, which gates on latency percentiles.
    """

    kind: Literal["latency"] = "latency"
    direction: ClassVar[Direction] = "lower"
    upper: ClassVar[float] = math.inf

    def score(self, case: Case) -> float:
        """The seconds of the case."""
        return case.seconds
