"""The hypothesis pair behind a requirement, the evidence a test has seen, and its decision.

A requirement "value >= tau" is two hypotheses. PASS rejects "value < tau" at level ``alpha_pass``; FAIL rejects
"value >= tau" at level ``alpha_fail``; otherwise the verdict is INCONCLUSIVE. ("<=" is the mirror image.)

Every arm observes one pair (A, B) a unit and speaks about mean(A) / mean(B); for a plain mean B is 1. With
Z = A - tau B in [z_lo, z_hi] the claim "value >= tau" is "E[Z] >= 0": ratios get the same finite-sample guarantee as means
(`statistics.md`, section 4, linearisation).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

Ints = npt.NDArray[np.int64]

Method = Literal["sequential", "fixed", "approximate", "point"]
Population = Literal["distribution", "dataset"]
Form = Literal["mean", "quantile", "tail_mean"]
Word = Literal["PASS", "FAIL", "INCONCLUSIVE", "INVALID", "UNREACHABLE", "WAIVED", "NOT_NEEDED"]


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What is tested: ``value >= bound`` (``at_least``) or ``value <= bound``.

    ``lower`` and ``upper`` bound A; ``denominator_upper`` bounds B in [0, denominator_upper], None where B is 1.
    ``nested`` says that A <= B always (precision, not retention). ``binary`` says that A is 0 or 1 for every unit and B
    is 1. ``horizon`` is the most units that will be seen. ``margin`` >= 0 loosens the PASS side only.

    ``form`` says which number of the units' distribution the bound speaks about: the mean, the ``share`` quantile, or the
    mean of the worst ``share`` of them (``higher_is_better`` tells which end is worst). ``every_unit`` says that every
    unit drawn gives evidence: none is left unchanged by its perturbation. ``seed`` is that of resampling.
    """

    bound: float
    at_least: bool
    alpha_pass: float
    alpha_fail: float
    horizon: int
    lower: float = 0.0
    upper: float = 1.0
    denominator_upper: float | None = None
    nested: bool = True
    binary: bool = False
    margin: float = 0.0
    form: Form = "mean"
    share: float = 1.0
    higher_is_better: bool = True
    every_unit: bool = True
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """What the evidence says after ``n`` units.

    ``estimate`` is mean(A) / mean(B), None where it is undefined. ``lower`` is the one-sided bound at ``alpha_pass`` on
    the side that a PASS needs (for ``at_least``; the upper one for ``at_most``) and the other bound is at ``alpha_fail``.
    None where the method has no bounds.
    """

    n: int
    estimate: float | None
    lower: float | None
    upper: float | None


class Test(Protocol):
    """A running test of one `Hypothesis`.

    ``extend`` takes the next units in evidence order, in two views: as they count against a PASS and as they count
    against a FAIL (the same arrays where nothing is missing). It returns the number of units, counted from the first
    ever seen, at which the test decided, or None; units after it are not evidence and are ignored. FAIL wins where both
    boundaries are crossed at one unit. ``finish`` says that no more units will come.

    ``drawn`` is the rank of each unit, from 1, in the arm's order, in which units without evidence stand too; None where
    every unit drawn gives evidence. Only claims about a data set need it: they count down how many units are left.
    """

    decision: Literal["PASS", "FAIL"] | None
    n: int

    def extend(
        self,
        against_pass: tuple[Floats, Floats | None],
        against_fail: tuple[Floats, Floats | None],
        drawn: Ints | None = None,
    ) -> int | None:
        """Take more units; the unit at which the test decided, or None."""
        ...

    def finish(self) -> Literal["PASS", "FAIL"] | None:
        """Judge what is judged only at the end; the final decision."""
        ...

    def summary(self) -> Summary:
        """Estimate and bounds at the units seen up to the decision."""
        ...
