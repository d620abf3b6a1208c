"""Values inside untrusted answers: a field by its dotted name, a number in a text, a form in which to compare texts.

An answer may be of any size. Everything here is linear in it; whoever searches with a pattern of the user's looks at
the two `ends` of a long text only, since a careless pattern is quadratic.
"""

from __future__ import annotations

import json
import re
from collections import deque
from typing import Any

SEARCHED = 8_192
"""Characters at each end of a text in which a user's own patterns are searched."""

READ = 262_144
"""Characters at each end of a text in which answers are looked for by the patterns of this package."""

_STRUCTURES = (dict, list, tuple)
_NUMBER = re.compile(
    r"(?:(?<!\w)[-+\u2212])?(?<![\w.])(?:(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?"
)


def ends(text: str, size: int = SEARCHED) -> str:
    """The text, or of one longer than ``2 * size`` its first and last ``size`` characters, on lines of their own."""
    return text if len(text) <= 2 * size else f"{text[:size]}\n{text[-size:]}"


def last_match(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The last match of a pattern in a text."""
    return next(iter(deque(pattern.finditer(text), maxlen=1)), None)


def at(value: Any, path: str) -> Any:
    """What stands at a dotted path (``dose.mg``, ``items.0.name``) or None; a key may hold dots itself."""
    if isinstance(value, dict) and path in value:
        return value[path]
    head, dot, rest = path.partition(".")
    if isinstance(value, dict):
        inner = value.get(head)
    elif isinstance(value, (list, tuple)) and head.isdecimal() and int(head) < len(value):
        inner = value[int(head)]
    else:
        return None
    return at(inner, rest) if dot else inner


def part(value: Any, field: str | None) -> Any:
    """The field of a structured value; a plain value, or any value where ``field`` is None, is itself the part."""
    return at(value, field) if field is not None and isinstance(value, _STRUCTURES) else value


def normal(value: Any) -> Any:
    """The form in which values are compared: text without case and spare spaces; ``1``, ``1.0`` and ``"1"`` are one.

    None, lists and mappings are left as they are.
    """
    if isinstance(value, str):
        return " ".join(value.split()).casefold()
    if value is None or isinstance(value, _STRUCTURES):
        return value
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).casefold()


def text_of(value: Any) -> str:
    """A value as text: a string is itself, nothing is empty, a structure is its JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, _STRUCTURES):
        return json.dumps(value, ensure_ascii=False, default=str)
    return "" if value is None else str(value)


def number_in(value: Any) -> float | None:
    """A number, or the last one that a text states (``1,200.50``, ``-3``, ``2e-3``); None where there is none.

    Commas separate thousands and the point stands before decimals; digits inside a word (``B12``) are no number.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _as_float(value)
    if not isinstance(value, str):
        return None
    found = last_match(_NUMBER, ends(value, READ))
    return _as_float(found[0].replace(",", "").replace("\u2212", "-")) if found else None


def whole_number(value: Any) -> float | None:
    """A number, or a text that is nothing but one; None otherwise."""
    if isinstance(value, str):
        found = _NUMBER.fullmatch(value.strip())
        return number_in(found[0]) if found else None
    return number_in(value)


def _as_float(value: float | str) -> float | None:
    try:
        return float(value)
    except OverflowError:  # an integer of more than 308 digits
        return None
