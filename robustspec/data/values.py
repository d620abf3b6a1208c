"""How a raw value of a data file reads: as text, as a number, as nothing at all.

CSV knows only text, JSON and Parquet know types; a specification must mean the same over all three. So every comparison
of a specification with data goes through these functions.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Any


def is_missing(value: Any) -> bool:
    """Whether a value says nothing: absent, null, NaN, or text of white space only."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value or value.isspace()
    return isinstance(value, float) and math.isnan(value)


def as_text(value: Any) -> str:
    """A scalar as one spelling of text: ``true``, ``3`` (also of 3.0), ``0.5``; text stays as it is."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def as_number(value: Any) -> float | None:
    """A number, or text that spells one, as float; None for anything else, infinities and NaN among it."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float | Decimal | str):
        try:
            number = float(value)
        except (ValueError, OverflowError):
            return None
        return number if math.isfinite(number) else None
    return None


def has_nan(value: Any) -> bool:
    """Whether NaN or an infinity stands anywhere in a JSON-like value."""
    if isinstance(value, float):
        return not math.isfinite(value)
    if isinstance(value, dict):
        return any(map(has_nan, value.values()))
    return isinstance(value, list) and any(map(has_nan, value))


def short(value: Any, most: int = 60) -> str:
    """A value as an error message quotes it: its repr, cut to ``most`` characters."""
    text = repr(value)
    return text if len(text) <= most else f"{text[: most - 3]}..."


def did_you_mean(name: str, choices: Iterable[str]) -> str:
    """``did you mean 'x'?`` for the choice nearest to ``name``, else the choices, else nothing."""
    known = [str(choice) for choice in choices]
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return f"did you mean '{near[0]}'?"
    return f"there are: {', '.join(known[:12])}{', ...' if len(known) > 12 else ''}" if known else ""
