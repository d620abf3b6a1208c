"""Severity ladders: levels in physical units."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ladder:
    """The calibrated rungs of an operator: level ``k`` sets ``parameter`` to ``rungs[k - 1]``; level 0 is no change.

    ``parameter`` is the name of the operator's field that holds the explicit physical value, with its unit in the name
    or in ``unit``. Rungs rise in strength.
    """

    parameter: str
    rungs: tuple[float, ...]
    unit: str = ""

    @property
    def levels(self) -> range:
        """The valid levels, from 1."""
        return range(1, len(self.rungs) + 1)

    def amount(self, level: int) -> float:
        """The physical value at ``level``."""
        return 0.0 if level == 0 else self.rungs[level - 1]

    def __str__(self) -> str:
        rungs = ", ".join(f"{level}: {amount:g}" for level, amount in zip(self.levels, self.rungs, strict=True))
        return f"{self.parameter} {{{rungs}}}{' ' + self.unit if self.unit else ''}"
