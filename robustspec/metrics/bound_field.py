"""A bound of a metric that one of its fields declares."""

from __future__ import annotations

import math
from typing import Any


class UpperFrom:
    """The value of a field as the upper bound of a metric, infinite on the class and where the field is None."""

    def __init__(self, field: str) -> None:
        self._field = field

    def __get__(self, metric: Any, owner: type[Any]) -> float:
        value = None if metric is None else getattr(metric, self._field)
        return math.inf if value is None else float(value)
