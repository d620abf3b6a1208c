"""A test that looks after every unit and stops as soon as the evidence is enough."""

from __future__ import annotations

from robustspec.statistics.at_each import AtEachTest
from robustspec.statistics.base import Hypothesis
from robustspec.statistics.betting import Wealth, horizon_grid, invert
from robustspec.statistics.side import check_hypothesis, fail_side, pass_side


class SequentialTest(AtEachTest):
    """Two betting processes, one against each hypothesis; the first to own 1 / alpha decides, FAIL where both do.

    False PASS and false FAIL have probability at most ``alpha_pass`` and ``alpha_fail`` for bounded values, whenever
    the run stops. ValueError where the hypothesis declares no finite bounds.
    """

    def __init__(self, hypothesis: Hypothesis) -> None:
        check_hypothesis(hypothesis)
        self._sides = (pass_side(hypothesis), fail_side(hypothesis))
        self._grids = tuple(horizon_grid(side, hypothesis.horizon) for side in self._sides)
        on_pass, on_fail = (Wealth(side, grid) for side, grid in zip(self._sides, self._grids, strict=True))
        super().__init__(hypothesis, on_pass, on_fail)

    def bounds(self) -> tuple[float, float]:
        """Betting bounds: the nulls that the units in evidence do not refute."""
        views = (self._evidence.counted("pass"), self._evidence.counted("fail"))
        on_pass, on_fail = (invert(*each) for each in zip(self._sides, views, self._grids, strict=True))
        return on_pass, on_fail
