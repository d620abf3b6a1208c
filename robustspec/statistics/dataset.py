"""The claim about these rows and no others: certain once all of them are in."""

from __future__ import annotations

from robustspec.statistics.at_end import AtEndTest
from robustspec.statistics.evidence import Counted
from robustspec.statistics.point import compare
from robustspec.statistics.side import value_range


class DatasetTest(AtEndTest):
    """PASS or FAIL by the value over all units of the arm; ``horizon`` is their number.

    INCONCLUSIVE only where missing outputs would turn it, or where a ratio has no denominator. The margin plays no
    part.
    """

    def shows(self, views: tuple[Counted, Counted]) -> tuple[bool, bool]:
        """The value against the bound."""
        return compare(self._hypothesis, views)

    def bounds(self, views: tuple[Counted, Counted]) -> tuple[float | None, float | None]:
        """The value itself once all units are in; until then its range."""
        if self._closed and self.n:
            return views[0].estimate, views[1].estimate
        low, high = value_range(self._hypothesis)
        return (low, high) if self._hypothesis.at_least else (high, low)
