"""What a specification takes from the environment is never shown: where it would be, a mask stands."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import Any

from robustspec.adapters.endpoints.secrecy import Secrets

_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))")
_SHORTEST = 4  # `1` and `cpu` are no keys, and would be found everywhere


def secrets_of(templates: Iterable[str]) -> Secrets:
    """The values of the variables that ``templates`` name as ``$NAME``; those of under four characters are no keys."""
    values = (os.environ.get(name, "") for name in variables_of(templates))
    return Secrets(value for value in values if len(value) >= _SHORTEST)


def variables_of(templates: Iterable[str]) -> list[str]:
    """The names of the variables that ``templates`` hold, in their order."""
    return [a or b for template in templates for a, b in _VARIABLE.findall(template)]


def is_variable(text: str) -> bool:
    """Whether ``text`` is ``$NAME`` and nothing else."""
    return _VARIABLE.fullmatch(text) is not None


def hidden(value: Any, secrets: Secrets) -> Any:
    """An answer, text or JSON, with the values of ``secrets`` masked in its texts."""
    if isinstance(value, str):
        return secrets.hide_in_answer(value)
    if isinstance(value, list):
        return [hidden(each, secrets) for each in value]
    if isinstance(value, dict):
        return {secrets.hide_in_answer(key): hidden(each, secrets) for key, each in value.items()}
    return value
