"""JSON match: every field of a structured answer is that of the label."""

from __future__ import annotations

import json
import math
from functools import lru_cache
from typing import Any, ClassVar, Literal

from pydantic import Field

from robustspec.answers.values import at, normal, whole_number
from robustspec.data.row import Answer, Row
from robustspec.errors import DataError
from robustspec.metrics.base import JudgedMetric


class JsonMatch(JudgedMetric):
    """Share of cases whose structured answer has the label's value in every field.

    Formula: mean of 1[for each field: answer.field = label.field]. Numbers, and texts that are nothing but a number,
    are equal when they differ by at most ``tolerance * max(1, |answer|, |label|)``; other texts are compared without
    case and spare white space; lists item by item; an absent field is null, so it is right only where the label has
    none either. Fields that are not listed are not looked at. An answer that is no JSON object has no field. Inputs: a
    mapping as answer; a mapping, or its JSON text, as label. Direction: higher is better; 0 or 1 for each case.

    >>> from robustspec.data.row import Answer, Case, Row
    >>> metric = JsonMatch(fields=("drug", "dose.mg"), tolerance=0.01)
    >>> label = {"drug": "ibuprofen", "dose": {"mg": 400}}
    >>> metric.score(Case(Row("1", "...", label=label), Answer({"drug": "Ibuprofen", "dose": {"mg": 402}})))
    1.0
    >>> metric.score(Case(Row("1", "...", label=label), Answer({"drug": "Ibuprofen", "dose": {"mg": 800}})))
    0.0

    Source: this project.
    """

    kind: Literal["json_match"] = "json_match"
    binary: ClassVar[bool] = True

    fields: tuple[str, ...] | None = Field(default=None, min_length=1)
    """The fields that must match, dotted where nested (``dose.mg``); without it, all fields of the row's label."""

    tolerance: float = Field(default=0.0, ge=0)
    """How far numbers may differ: a fraction of the larger one, or this much where both are below 1."""

    def right(self, value: Any, row: Row) -> float:
        """1 where every field matches; `DataError` where the label is no JSON object."""
        label = _object(row.label)
        if label is None:
            raise DataError(
                f"row {row.id}: json_match needs a JSON object as label, not {row.label!r:.60} -- correct the data, or "
                "use accuracy"
            )
        return float(self._match(value, label, self.fields if self.fields is not None else tuple(label)))

    def same(self, one: Answer, other: Answer, row: Row) -> bool:
        """Whether two answers match in every field (of the label, where none are listed)."""
        return self._match(one.value, other.value, self.fields if self.fields is not None else _keys(row.label))

    def _match(self, value: Any, label: Any, fields: tuple[str, ...]) -> bool:
        return all(equal(at(value, field), at(label, field), self.tolerance) for field in fields)


def equal(one: Any, other: Any, tolerance: float = 0.0) -> bool:
    """Whether two values are equal as this metric compares them."""
    if isinstance(one, dict) and isinstance(other, dict):
        return all(equal(one.get(key), other.get(key), tolerance) for key in {**one, **other})
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(equal(a, b, tolerance) for a, b in zip(one, other, strict=True))
    if type(one) is type(other) and one == other:
        return True
    if normal(one) == normal(other):
        return True
    first, second = whole_number(one), whole_number(other)
    if first is None or second is None:
        return False
    return math.isclose(first, second, rel_tol=max(tolerance, 1e-12), abs_tol=tolerance)


def _keys(label: Any) -> tuple[str, ...]:
    return tuple(_object(label) or ())


def _object(label: Any) -> dict[str, Any] | None:
    if isinstance(label, dict):
        return label
    return _parsed(label) if isinstance(label, str) else None


@lru_cache(maxsize=4096)
def _parsed(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
