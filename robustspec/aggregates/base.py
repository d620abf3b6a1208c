"""What many scores say: an aggregate makes one number of the units of an arm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, get_args

import numpy as np
import numpy.typing as npt

from robustspec.described import Described
from robustspec.metrics.base import Direction, Shape
from robustspec.statistics.base import Form

Floats = npt.NDArray[np.float64]


@dataclass(slots=True)
class Block:
    """The scores of some rows in the selected cells.

    ``scores`` (rows x cells) holds NaN where a cell is no evidence; ``weights`` (rows x cells) are 0 there and sum to 1
    in each row; ``clean`` (rows) is the score on the clean case, NaN where it was not asked for.

    ``labels`` and ``levels`` (cells) are each cell's perturbation and rung. ``baseline`` (rows x cells) holds what the
    baseline that `Aggregate.baseline` names scored on the same cells, and ``group`` (rows) the weight of each row that
    `Aggregate.row_weights` gave its value of the group `Aggregate.group`; None where the aggregate does not ask.
    ``published`` says that the baseline is a table of published numbers, the same for every row. ``lower`` and ``upper``
    are the declared bounds of a score.
    """

    scores: Floats
    weights: Floats
    clean: Floats
    labels: Sequence[str | None] = ()
    levels: Sequence[int | None] = ()
    baseline: Floats | None = None
    group: Floats | None = None
    published: bool = False
    lower: float = 0.0
    upper: float = 1.0

    def mean(self) -> Floats:
        """The weighted mean of each row's selected cells; a cell without weight is not looked at."""
        return self._mean(self.scores)

    def baseline_mean(self) -> Floats:
        """The same of what the baseline scored."""
        assert self.baseline is not None
        return self._mean(self.baseline)

    def _mean(self, scores: Floats) -> Floats:
        return np.asarray(np.sum(self.weights * np.where(self.weights > 0, scores, 0.0), axis=1))


class Aggregate(Described):
    """Turns scores into the pair (A, B) of each unit, of which the arm's value is mean(A) / mean(B).

    ``rows`` gives A of each row (B too for `retention`); the engine averages both over the rows of a unit; ``units``
    may then change a unit's value. B is None where it is 1 throughout.
    """

    kind: str
    shapes: ClassVar[frozenset[Shape]] = frozenset({"case"})
    directions: ClassVar[frozenset[Direction]] = frozenset(get_args(Direction))
    """The directions of a metric for which the value means something."""
    needs_clean: ClassVar[bool] = False
    paired: ClassVar[bool] = False
    """Whether perturbed is held against clean, so that a missing clean case hurts a PASS when it counts as good."""
    ratio: ClassVar[bool] = False
    """Whether B is a score of its own (`retention`) or a weight (`reweighted`), not 1."""
    needs_levels: ClassVar[bool] = False
    """Whether every perturbed cell must have a level."""

    form: ClassVar[Form] = "mean"
    """Which number of the units' distribution the value is (`robustspec.statistics.base.Hypothesis.form`)."""

    @property
    def words(self) -> str:
        """What the report prints of it; a kind without parameters has a class variable."""
        return ""

    @property
    def fraction(self) -> float:
        """The share of the units that `form` speaks about: which quantile, or how long a tail."""
        return 1.0

    @property
    def group(self) -> str | None:
        """The group of the data block whose values weigh the rows, or None."""
        return None

    @property
    def baseline(self) -> str | None:
        """The name under ``baselines:`` that it compares with, or None."""
        return None

    @property
    def over_clean(self) -> bool:
        """Whether published numbers count by how far they are from the published number of clean."""
        return False

    def row_weights(self, values: Sequence[str], shares: Sequence[float]) -> list[float]:
        """The weight of a row with each value of `group`, from the share of each value among the arm's units."""
        raise NotImplementedError

    def ends(self) -> tuple[tuple[str, Aggregate], ...]:
        """The arms into which it splits, by name, where a requirement must hold at several ends; mostly none."""
        return ()

    def is_ratio(self, published: bool) -> bool:
        """Whether B is a score of its own; ``published`` tells a table of numbers from a model as baseline."""
        return self.ratio

    def rows(self, block: Block, higher_is_better: bool) -> tuple[Floats, Floats | None]:
        """A, and B or None, of each row."""
        raise NotImplementedError

    def opposed(self, block: Block) -> npt.NDArray[np.bool_] | None:
        """The cells (rows x cells) in which a higher score lowers A; None where there are none.

        A missing case there hurts a PASS when it counts as good. Read from ``weights``, ``labels`` and ``levels`` alone.
        """
        return None

    def units(self, values: Floats) -> Floats:
        """A of each unit, from the mean of its rows."""
        return values

    def bounds(
        self, lower: float, upper: float, reference: Floats | None = None, higher_is_better: bool = True
    ) -> tuple[float, float]:
        """The bounds of A where a score lies in [lower, upper]; ``reference`` (cells) is a published baseline.

        ``higher_is_better`` is the metric's direction, which counts only where errors are made of scores.
        """
        return lower, upper

    def binary(self, metric_is_binary: bool, one_case: bool, cells: int) -> bool:
        """Whether A is 0 or 1 for every unit.

        ``one_case``: a unit is one row, with one draw and one repeat per cell; ``cells``: how many are selected.
        """
        return metric_is_binary and one_case and cells == 1

    def goal(self, metric_higher: bool) -> str:
        """The direction of the aggregate's value: 'higher' or 'lower'."""
        return "higher" if metric_higher else "lower"


class Loss(Aggregate):
    """An aggregate of differences between clean and perturbed scores: 0 is best where nothing is to be lost."""

    def bounds(
        self, lower: float, upper: float, reference: Floats | None = None, higher_is_better: bool = True
    ) -> tuple[float, float]:
        """The widest difference of two scores, either way."""
        return lower - upper, upper - lower

    def binary(self, metric_is_binary: bool, one_case: bool, cells: int) -> bool:
        """Never: a difference of two 0/1 scores has three values."""
        return False

    def goal(self, metric_higher: bool) -> str:
        """Always 'lower'."""
        return "lower"


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
