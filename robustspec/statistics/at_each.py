"""What the tests that look after every unit have in common: two sides are followed, and the first one shown decides."""

from __future__ import annotations

from typing import Literal, Protocol

from robustspec.statistics.base import Hypothesis, Ints, Summary
from robustspec.statistics.evidence import Counted, Evidence
from robustspec.statistics.limits import summarise
from robustspec.statistics.side import Pair


class Follower(Protocol):
    """What has been shown so far of one side of a hypothesis pair."""

    def extend(self, pair: Pair) -> int | None:
        """Take more units; the index among them of the first one with which the side is shown, or None."""
        ...

    def soonest(self, most: int) -> int:
        """How many more units it takes to show the side, all of them the best; ``most`` where that is not enough."""
        ...


class AtEachTest:
    """Follows a side that shows a PASS and one that shows a FAIL; FAIL where both are shown at one unit.

    A subclass gives the followers, and the bounds that it prints.
    """

    def __init__(self, hypothesis: Hypothesis, on_pass: Follower, on_fail: Follower) -> None:
        self._hypothesis = hypothesis
        self._evidence = Evidence(hypothesis)
        self._followers = (on_pass, on_fail)
        self._summary: Summary | None = None
        self.decision: Literal["PASS", "FAIL"] | None = None
        self.n = 0

    def bounds(self) -> tuple[float, float]:
        """The bound that a PASS needs and the one that a FAIL needs, from the units in evidence."""
        raise NotImplementedError

    def extend(self, against_pass: Pair, against_fail: Pair, drawn: Ints | None = None) -> int | None:
        """Take more units, shapes (units,); the unit at which the test decided, or None.

        ValueError at a unit outside the declared bounds, unless the decision came before it.
        """
        if self.decision is not None:
            return self.n
        self._summary = None
        new_pass, new_fail, fault = self._evidence.take(against_pass, against_fail)
        passed, failed = self._followers[0].extend(new_pass), self._followers[1].extend(new_fail)
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

    def soonest(self, most: int) -> int:
        """The fewest further units with which a decision is possible, ``most`` where so many cannot bring one."""
        return min(follower.soonest(most) for follower in self._followers)

    def finish(self) -> Literal["PASS", "FAIL"] | None:
        """The decision so far: there is nothing that waits for the end."""
        return self.decision

    def observed(self) -> Counted:
        """The units in evidence as they count against a PASS."""
        return self._evidence.counted("pass")

    def summary(self) -> Summary:
        """Estimate and bounds at the units in evidence; worked out once."""
        if self._summary is None:
            views = (self._evidence.counted("pass"), self._evidence.counted("fail"))
            self._summary = summarise(self._hypothesis, self.decision, views, self.bounds())
        return self._summary
