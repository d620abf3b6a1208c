"""Keeping keys out of whatever is printed, raised or stored."""

from __future__ import annotations

import json
from collections.abc import Iterable
from urllib.parse import unquote

_MASK = "***"
_LONG = 8  # "EMPTY" and "none" are what servers without keys are given, and may well be part of an answer


class Secrets:
    """Values that must not be seen: keys, passwords. Their ``repr`` shows none of them."""

    __slots__ = ("_all", "_long")

    def __init__(self, values: Iterable[str] = ()) -> None:
        known = sorted({value for value in values if value}, key=lambda value: (-len(value), value))
        self._long = tuple(value for value in known if len(value) >= _LONG)
        self._all = tuple(dict.fromkeys(form for value in known for form in (value, json.dumps(value)[1:-1])))

    def __repr__(self) -> str:
        return "Secrets(...)"

    def hide(self, text: str) -> str:
        """``text``, an error message, without any of them: plain, JSON-escaped or percent-encoded."""
        text = _masked(text, self._all)
        decoded = unquote(text)  # what is encoded, and how, differs from server to server
        return (
            text if decoded == text or not any(value in decoded for value in self._all) else _masked(decoded, self._all)
        )

    def hide_in_answer(self, text: str) -> str:
        """``text``, an answer, without those of 8 characters and more: a shorter one may be a word of the answer."""
        return _masked(text, self._long)


def _masked(text: str, values: tuple[str, ...]) -> str:
    for value in values:
        if value in text:
            text = text.replace(value, _MASK)
    return text
