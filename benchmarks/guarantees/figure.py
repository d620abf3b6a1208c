"""A measured number beside the number that it must keep."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

Sense = Literal["<=", ">=", "=", ""]

ERRORS = 3.0
"""Monte Carlo standard errors that a figure may lie on the wrong side of its bound."""


@dataclass(frozen=True)
class Size:
    """How much is simulated: ``runs`` of a test alone, ``whole`` of a specification; ``seed`` of all of it."""

    runs: int = 10_000
    whole: int = 300
    seed: int = 0

    def rng(self, *which: int) -> np.random.Generator:
        """A generator of its own for each use."""
        return np.random.Generator(np.random.PCG64([self.seed, *which]))


@dataclass(frozen=True)
class Figure:
    """One row of the table.

    ``error`` is the Monte Carlo standard error of ``value`` (0 where it is exact or measured once); ``sense`` says how it
    must stand to ``bound``, "" where it is shown for comparison only. ``allowed`` is how much it may miss the bound by.
    """

    goal: str
    what: str
    value: float
    sense: Sense = ""
    bound: float = math.nan
    error: float = 0.0
    places: int = 3
    allowed: float = 0.0

    @property
    def met(self) -> bool | None:
        """Whether the goal is met, but for the error of the simulation; None where there is nothing to meet."""
        room = ERRORS * self.error + self.allowed + 1e-9
        if self.sense == "<=":
            return self.value <= self.bound + room
        if self.sense == ">=":
            return self.value >= self.bound - room
        return abs(self.value - self.bound) <= room if self.sense == "=" else None

    def cells(self) -> tuple[str, str, str, str]:
        """What stands in the table."""
        error = f" ± {self.error:.{self.places}f}" if self.error else ""
        bound = f"{self.sense} {self.bound:,.{self.places}f}" if self.sense else "-"
        bound += f" (allowed {self.allowed:g})" if self.allowed else ""
        met = {True: "met", False: "NOT MET", None: ""}[self.met]
        return f"{self.goal}  {self.what}", f"{self.value:,.{self.places}f}{error}", bound, met


def rate(goal: str, what: str, count: int, runs: int, bound: float = math.nan, sense: Sense = "<=") -> Figure:
    """A share of runs; its standard error is that of a share at the bound."""
    share = count / runs
    at = share if math.isnan(bound) else bound
    return Figure(goal, what, share, "" if math.isnan(bound) else sense, bound, math.sqrt(at * (1 - at) / runs))


def agrees(goal: str, what: str, values: Sequence[float], exact: float) -> Figure:
    """A simulated mean beside the number that was worked out."""
    found = np.asarray(values, dtype=float)
    error = float(found.std(ddof=1)) / math.sqrt(len(found))
    return Figure(goal, what, float(found.mean()), "=", exact, error, 1)


def agrees_share(goal: str, what: str, count: int, runs: int, exact: float) -> Figure:
    """A simulated share beside the number that was worked out."""
    # Half a run more than none: a share that is worked out as 1e-9 may be seen once.
    error = math.sqrt(max(exact * (1 - exact), 0.25 / runs) / runs)
    return Figure(goal, what, count / runs, "=", exact, error)


def mean(goal: str, what: str, values: Sequence[float], sense: Sense = "", bound: float = math.nan) -> Figure:
    """A simulated mean."""
    found = np.asarray(values, dtype=float)
    error = float(found.std(ddof=1)) / math.sqrt(len(found)) if len(found) > 1 else 0.0
    return Figure(goal, what, float(found.mean()), sense, bound, error, 1)


def table(figures: Sequence[Figure]) -> Iterator[str]:
    """The lines of the table."""
    rows = [("goal", "measured", "bound", ""), *(figure.cells() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for what, *numbers in rows:
        aligned = [cell.rjust(width) for cell, width in zip(numbers, widths[1:], strict=True)]
        yield "  ".join([what.ljust(widths[0]), *aligned]).rstrip()
