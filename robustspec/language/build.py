"""Parts of a specification from Python, where YAML is not at hand."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from robustspec.errors import SpecError
from robustspec.language.explain import as_fault, explain
from robustspec.language.spec import PerturbationEntry
from robustspec.language.tree import Node


def perturbation(kind: str, **fields: Any) -> PerturbationEntry:
    """A perturbation by kind, with the keys that a specification's entry has; ``level`` may be one number.

    >>> perturbation("keyboard_typo", level=2).label
    'keyboard_typo'

    Raises `SpecError` with every fault, as the loader does.
    """
    data = {"kind": kind, **fields}
    if isinstance(data.get("level"), int):
        data["level"] = [data["level"]]
    try:
        return PerturbationEntry.model_validate(data)
    except ValidationError as error:
        tree = Node.of(data)
        raise SpecError([as_fault(finding, tree, "") for finding in explain(error, tree, PerturbationEntry)]) from error
