"""A test that looks after every unit and stops as soon as the evidence is enough."""

from __future__ import annotations

from typing import Literal

from robustspec.statistics.base import Hypothesis, Summary
from robustspec.statistics.betting import Wealth, horizon_grid, invert
from robustspec.statistics.evidence import Counted, Evidence
from robustspec.statistics.limits import summarise
from robustspec.statistics.side import Pair, check_hypothesis, fail_side, pass_side


class SequentialTest:
    """Two betting processes, one against each hypothesis; the first to own 1 / alpha decides, FAIL where both do.

    False PASS and false FAIL have probability at most ``alpha_pass`` and ``alpha_fail`` for bounded values, whenever
    the run stops. ValueError where the hypothesis declares no finite bounds.
    """

    def __init__(self, hypothesis: Hypothesis) -> None:
        check_hypothesis(hypothesis)
        self._hypothesis = hypothesis
        self._evidence = Evidence(hypothesis)
        self._sides = (pass_side(hypothesis), fail_side(hypothesis))
        self._grids = tuple(horizon_grid(side, hypothesis.horizon) for side in self._sides)
        self._pass, self._fail = (Wealth(side, grid) for side, grid in zip(self._sides, self._grids, strict=True))
        self.decision: Literal["PASS", "FAIL"] | None = None
        self.n = 0

    def extend(self, against_pass: Pair, against_fail: Pair) -> int | None:
        """Take more units, shapes (units,); the unit at which the test decided, or None.

        ValueError at a unit outside the declared bounds, unless the decision came before it.
        """
        if self.decision is not None:
            return self.n
        new_pass, new_fail, fault = self._evidence.take(against_pass, against_fail)
        passed, failed = self._pass.extend(new_pass), self._fail.extend(new_fail)
        if failed is not None and (passed is None or failed <= passed):
            return self._decide("FAIL", failed)
        if passed is not None:
            return self._decide("PASS", passed)
        self.n = self._evidence.n
        if fault is not None:
            raise fault
        return None

    def _decide(self, decision: Literal["PASS", "FAIL"], index: int) -> int:
        self.decision = decision
        self.n += index + 1
        self._evidence.cut(self.n)
        return self.n

    def finish(self) -> Literal["PASS", "FAIL"] | None:
        """The decision so far: there is nothing that waits for the end."""
        return self.decision

    def observed(self) -> Counted:
        """The units in evidence as they count against a PASS."""
        return self._evidence.counted("pass")

    def summary(self) -> Summary:
        """Estimate and betting bounds at the units in evidence."""
        views = (self._evidence.counted("pass"), self._evidence.counted("fail"))
        pairs = zip(self._sides, views, self._grids, strict=True)
        return summarise(self._hypothesis, self.decision, views, tuple(invert(*each) for each in pairs))
