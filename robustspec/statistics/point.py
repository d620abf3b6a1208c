"""Comparison of the estimate with the bound, as most tools do it: no error rate is controlled."""

from __future__ import annotations

from robustspec.statistics.at_end import AtEndTest
from robustspec.statistics.base import Hypothesis
from robustspec.statistics.evidence import Counted

_EQUAL = 1e-12


def meets(hypothesis: Hypothesis, value: float) -> bool:
    """Whether ``value`` satisfies the requirement; 1e-12 is taken for rounding. The margin plays no part."""
    sign = 1 if hypothesis.at_least else -1
    return sign * (value - hypothesis.bound) >= -_EQUAL


def compare(hypothesis: Hypothesis, views: tuple[Counted, Counted]) -> tuple[bool, bool]:
    """Whether the estimates show a PASS and a FAIL; where the missing outputs would turn it, neither."""
    on_pass, on_fail = (seen.estimate for seen in views)
    if on_pass is None or on_fail is None:
        return False, False
    return meets(hypothesis, on_pass), not meets(hypothesis, on_fail)


class PointTest(AtEndTest):
    """PASS or FAIL by the estimate alone: a model exactly at the bound passes every second run. It has no bounds."""

    def shows(self, views: tuple[Counted, Counted]) -> tuple[bool, bool]:
        """The estimate against the bound."""
        return compare(self._hypothesis, views)

    def bounds(self, views: tuple[Counted, Counted]) -> tuple[None, None]:
        """There are none."""
        return None, None
