"""Prompts with places in them: ``{name}`` stands for what is known when the prompt is used."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PLACE = re.compile(r"\{(\w+)\}")


def filled(prompt: str, values: Mapping[str, str]) -> str:
    """``prompt`` with each ``{name}`` of ``values`` taken by its value; what a value holds is not looked at again.

    Other braces stay as they are.

    >>> filled("{n} of {text}, {other}", {"n": "2", "text": "{n}"})
    '2 of {n}, {other}'
    """
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), prompt)
