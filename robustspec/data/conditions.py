"""Conditions on the columns of a record: ``where`` and the ``when`` of policy rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from robustspec.data.block import Bounds, Condition, Scalar
from robustspec.data.values import as_number, as_text, is_missing, short
from robustspec.errors import DataError


def meets(value: Any, condition: Condition) -> bool:
    """Whether a raw value meets a condition. A missing value meets none.

    Numbers compare as numbers, also where the file spells them as text (``4`` equals ``4.0``); all else compares as
    text. Raises `DataError` where bounds meet a value that is no number.
    """
    if is_missing(value):
        return False
    if isinstance(condition, Bounds):
        return _within(value, condition)
    if isinstance(condition, tuple):
        return any(_equals(value, one) for one in condition)
    return _equals(value, condition)


def _equals(value: Any, wanted: Scalar) -> bool:
    if isinstance(wanted, int | float) and not isinstance(wanted, bool):
        return as_number(value) == wanted
    if isinstance(wanted, bool):
        return as_text(value).lower() == as_text(wanted)
    return as_text(value) == wanted


def _within(value: Any, bounds: Bounds) -> bool:
    number = as_number(value)
    if number is None:
        raise DataError(f"{short(value)} is not a number, which at_least and at_most need")
    if bounds.at_least is not None and number < bounds.at_least:
        return False
    return bounds.at_most is None or number <= bounds.at_most


def all_meet(record: Mapping[str, Any], conditions: Mapping[str, Condition]) -> bool:
    """Whether every column meets its condition; a `DataError` names the column."""
    for column, condition in conditions.items():
        try:
            if not meets(record.get(column), condition):
                return False
        except DataError as error:
            raise DataError(f"column '{column}': {error}") from None
    return True
