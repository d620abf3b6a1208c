"""What many scores say: an aggregate makes one number of the units of an arm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, get_args

import numpy as np
import numpy.typing as npt

from robustspec.described import Described
from robustspec.metrics.base import Direction, Shape

Floats = npt.NDArray[np.float64]


@dataclass(slots=True)
class Block:
    """The scores of some rows in the selected cells.

    ``scores`` (rows x cells) holds NaN where a cell is no evidence; ``weights`` (rows x cells) are 0 there and sum to 1
    in each row; ``clean`` (rows) is the score on the clean case, NaN where it was not asked for.
    """

    scores: Floats
    weights: Floats
    clean: Floats

    def mean(self) -> Floats:
        """The weighted mean of each row's selected cells; a cell without weight is not looked at."""
        return np.asarray(np.sum(self.weights * np.where(self.weights > 0, self.scores, 0.0), axis=1))


class Aggregate(Described):
    """Turns scores into the pair (A, B) of each unit, of which the arm's value is mean(A) / mean(B).

    ``rows`` gives A of each row (B too for `retention`); the engine averages both over the rows of a unit; ``units``
    may then change a unit's value. B is None where it is 1 throughout. ``words`` is what the report prints.
    """

    kind: str
    shapes: ClassVar[frozenset[Shape]] = frozenset({"case"})
    directions: ClassVar[frozenset[Direction]] = frozenset(get_args(Direction))
    """The directions of a metric for which the value means something."""
    needs_clean: ClassVar[bool] = False
    paired: ClassVar[bool] = False
    """Whether perturbed is held against clean, so that a missing clean case hurts a PASS when it counts as good."""
    ratio: ClassVar[bool] = False
    """Whether B is a score of its own (`retention`), not 1."""

    words: ClassVar[str] = ""

    def rows(self, block: Block, higher_is_better: bool) -> tuple[Floats, Floats | None]:
        """A, and B or None, of each row."""
        raise NotImplementedError

    def units(self, values: Floats) -> Floats:
        """A of each unit, from the mean of its rows."""
        return values

    def bounds(self, lower: float, upper: float) -> tuple[float, float]:
        """The bounds of A where a score lies in [lower, upper]."""
        return lower, upper

    def binary(self, metric_is_binary: bool, one_case: bool, cells: int) -> bool:
        """Whether A is 0 or 1 for every unit.

        ``one_case``: a unit is one row, with one draw and one repeat per cell; ``cells``: how many are selected.
        """
        return metric_is_binary and one_case and cells == 1

    def goal(self, metric_higher: bool) -> str:
        """The direction of the aggregate's value: 'higher' or 'lower'."""
        return "higher" if metric_higher else "lower"


def check_bound(metric_direction: Direction, aggregate: Aggregate, at_least: bool) -> str | None:
    """What is wrong with a bound of ``aggregate`` over a metric of this direction, as a sentence; None if nothing is.

    ``at_least`` tells ``at_least`` from ``at_most``. With the direction "either" the bound gives the direction, and an
    aggregate that must know which way is better is a fault.
    """
    if metric_direction not in aggregate.directions:
        return _meaningless(metric_direction, aggregate)
    if metric_direction == "either":
        return None
    goal = aggregate.goal(metric_direction == "higher")
    given, right = ("at_least", "at_most") if at_least else ("at_most", "at_least")
    if at_least == (goal == "higher"):
        return None
    return f"{given} goes against the requirement: {goal} is better for this {aggregate.kind} -- write {right}"


def _meaningless(direction: Direction, aggregate: Aggregate) -> str:
    if direction == "either":
        return (
            f"aggregate '{aggregate.kind}' must know which way is better, and this metric is read either way -- "
            "write aggregate: mean with a bound on it"
        )
    return (
        f"aggregate '{aggregate.kind}' has no meaning for a metric where {direction} is better -- "
        "write aggregate: drop or mean"
    )
