"""A test that judges once, when all its units are in: exact for 0/1 values, by betting for other bounded ones."""

from __future__ import annotations

from robustspec.statistics import clopper_pearson
from robustspec.statistics.at_end import AtEndTest
from robustspec.statistics.base import Hypothesis
from robustspec.statistics.betting import horizon_grid, invert, rejects
from robustspec.statistics.evidence import Counted
from robustspec.statistics.side import Side, check_hypothesis, fail_side, pass_side

_EQUAL = 1e-12


class FixedTest(AtEndTest):
    """PASS where the one-sided bound at ``alpha_pass`` meets the requirement, FAIL where the other bound misses it.

    The number of units must not depend on the values: it is the horizon, or what the data hold. A bound exactly at the
    requirement's is a PASS. ValueError where the hypothesis declares no finite bounds.
    """

    def __init__(self, hypothesis: Hypothesis) -> None:
        check_hypothesis(hypothesis)
        super().__init__(hypothesis)
        self._sides = (pass_side(hypothesis), fail_side(hypothesis))

    def shows(self, views: tuple[Counted, Counted]) -> tuple[bool, bool]:
        """Whether each side's null is refuted at the end."""
        passed, failed = (self._refutes(side, seen) for side, seen in zip(self._sides, views, strict=True))
        return passed, failed

    def bounds(self, views: tuple[Counted, Counted]) -> tuple[float | None, float | None]:
        """Clopper-Pearson bounds of 0/1 values, else betting bounds for as many units as there are."""
        on_pass, on_fail = (self._bound(side, seen) for side, seen in zip(self._sides, views, strict=True))
        return on_pass, on_fail

    def _refutes(self, side: Side, seen: Counted) -> bool:
        if side.settled:
            return True
        if not self._hypothesis.binary:
            return rejects(side, seen, horizon_grid(side, int(seen.counts.sum())))
        beyond = side.sign * (self._bound(side, seen) - side.null)
        return beyond >= -_EQUAL if side.strict else beyond > _EQUAL

    def _bound(self, side: Side, seen: Counted) -> float:
        if not self._hypothesis.binary:
            return invert(side, seen, horizon_grid(side, int(seen.counts.sum())))
        n, successes = int(seen.counts.sum()), int(seen.pair[0] @ seen.counts)
        bound = clopper_pearson.lower if side.sign > 0 else clopper_pearson.upper
        return bound(successes, n, side.alpha) if n else float(side.sign < 0)
