"""Operators that another operator holds: an entry's keys in, the operator and its level out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from robustspec.errors import RegistryError
from robustspec.perturbation.base import Perturbation

Step = tuple[Perturbation, int | None]
"""An operator and its level; None where it has explicit parameters or no ladder."""

_OF_THE_ENTRY = ("name", "draws", "protect", "within", "on", "policy", "relation")


def held(place: str, step: str | Mapping[str, Any], noun: str, holder: str, remedy: str) -> Step:
    """The operator on text, and the level, that ``step`` names; ``ValueError`` says what is wrong with it.

    ``place`` is where it stands, ``noun`` what it is called there and ``holder`` what holds it; ``remedy`` says what to do
    with keys of an entry, which the holder has or has not.
    """
    from robustspec.registry import lookup  # the registry loads this package

    fields = {"kind": step} if isinstance(step, str) else dict(step)
    kind = fields.get("kind")
    level: Any = fields.pop("level", None)  # as it was written, until it is checked
    if not isinstance(kind, str):
        raise ValueError(f"{place}: the {noun} has no kind -- write {{kind: keyboard_typo, level: 2}} or a bare name")
    for key in _OF_THE_ENTRY:
        if key in fields:
            raise ValueError(f"{place}: '{key}' {remedy}")
    try:
        operator: Perturbation = lookup("perturbations", kind)(**fields)
    except RegistryError as error:
        raise ValueError(f"{place}: {error}") from error
    except ValidationError as error:
        raise ValueError(f"{place}: {_faults(error)}") from error
    if operator.modality != "text" or operator.relation != "keeps":
        raise ValueError(
            f"{place}: {operator.kind} is no {noun} of {holder}, which takes operators on text that keep the label -- "
            "give it an entry of its own"
        )
    _check_level(place, operator, level)
    return operator, level


def _faults(error: ValidationError) -> str:
    return "; ".join(": ".join(_words(fault["loc"], fault["msg"])) for fault in error.errors())


def _words(loc: Sequence[int | str], message: str) -> list[str]:
    """The place, where there is one, and the fault without the validator's own introduction."""
    return [part for part in (".".join(map(str, loc)), message.removeprefix("Value error, ")) if part]


def _check_level(place: str, operator: Perturbation, level: Any) -> None:
    ladder = operator.ladder
    if ladder is None:
        if level is not None:
            raise ValueError(f"{place}: {operator.kind} has no levels -- leave out 'level'")
        return
    explicit = getattr(operator, ladder.parameter) is not None
    if explicit == (level is not None):
        raise ValueError(
            f"{place}: {operator.kind} needs either a level or {ladder.parameter} -- its levels are {ladder}"
        )
    if level is not None and (type(level) is not int or level not in ladder.levels):
        raise ValueError(f"{place}: {operator.kind} has no level {level!r} -- write one of {ladder}")
