"""From the two one-sided bounds of a test to its summary."""

from __future__ import annotations

import math
from collections.abc import Sequence

from robustspec.statistics.base import Hypothesis, Summary
from robustspec.statistics.evidence import Counted


def summarise(
    hypothesis: Hypothesis, decision: str | None, views: Sequence[Counted], bounds: Sequence[float | None]
) -> Summary:
    """The summary of a test; ``views`` and ``bounds`` are those of the PASS and of the FAIL.

    Where outputs are missing the two views differ; the estimate is that of the FAIL after a FAIL, else that of the
    PASS.
    """
    seen = views[1] if decision == "FAIL" else views[0]
    on_pass, on_fail = (None if bound is None or math.isinf(bound) else bound for bound in bounds)
    lower, upper = (on_pass, on_fail) if hypothesis.at_least else (on_fail, on_pass)
    return Summary(int(seen.counts.sum()), seen.estimate, lower, upper)
