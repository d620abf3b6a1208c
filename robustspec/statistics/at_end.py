"""What the tests that judge once have in common: they collect until the horizon, or until no more units come."""

from __future__ import annotations

from typing import Literal

from robustspec.statistics.base import Hypothesis, Ints, Summary
from robustspec.statistics.evidence import Counted, Evidence
from robustspec.statistics.limits import summarise
from robustspec.statistics.side import Pair


class AtEndTest:
    """Collects units and judges them once. A subclass says what refutes each side and what bounds it prints."""

    def __init__(self, hypothesis: Hypothesis) -> None:
        self._hypothesis = hypothesis
        self._evidence = Evidence(hypothesis)
        self._closed = False
        self.decision: Literal["PASS", "FAIL"] | None = None
        self.n = 0

    def shows(self, views: tuple[Counted, Counted]) -> tuple[bool, bool]:
        """Whether the units show a PASS, and whether they show a FAIL."""
        raise NotImplementedError

    def bounds(self, views: tuple[Counted, Counted]) -> tuple[float | None, float | None]:
        """The bound that a PASS needs and the bound that a FAIL needs; None where there are none."""
        raise NotImplementedError

    def extend(self, against_pass: Pair, against_fail: Pair, drawn: Ints | None = None) -> int | None:
        """Take more units, shapes (units,); the horizon where that decided, else None.

        ValueError at a unit outside the declared bounds.
        """
        if self._closed:
            return self.n if self.decision else None
        _, _, fault = self._evidence.take(against_pass, against_fail)
        self.n = self._evidence.n
        if fault is not None:
            raise fault
        if self.n and self.n == self._hypothesis.horizon:
            self.finish()
        return self.n if self.decision else None

    def finish(self) -> Literal["PASS", "FAIL"] | None:
        """Judge the units that came; none at all decide nothing. FAIL where both are shown."""
        if not self._closed:
            self._closed = True
            if self.n:
                passed, failed = self.shows(self._views())
                self.decision = "FAIL" if failed else "PASS" if passed else None
        return self.decision

    def observed(self) -> Counted:
        """The units in evidence as they count against a PASS."""
        return self._evidence.counted("pass")

    def summary(self) -> Summary:
        """Estimate and bounds at the units so far."""
        views = self._views()
        return summarise(self._hypothesis, self.decision, views, self.bounds(views))

    def _views(self) -> tuple[Counted, Counted]:
        return self._evidence.counted("pass"), self._evidence.counted("fail")
