"""How runs of the exact tests end if a given share of the units were right: exact, by going through both boundaries."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from robustspec.statistics.base import Floats, Hypothesis, Population
from robustspec.statistics.exact.boundary import BLOCK, NEGLIGIBLE, Boundary, Coin, Draws, Urn, states
from robustspec.statistics.exact.sequential import check_binary, count_boundary, share_boundary
from robustspec.statistics.side import fail_side, pass_side

_ENDED = 1e-15


@dataclass(frozen=True, slots=True)
class Operating:
    """The probabilities of PASS and of FAIL, and the mean number of units up to the decision or the horizon."""

    p_pass: float
    p_fail: float
    mean_units: float


@lru_cache(maxsize=4096)
def operating(hypothesis: Hypothesis, share: float, population: Population = "distribution") -> Operating:
    """What to expect of the exact sequential test where the true mean of the 0/1 units is ``share``.

    For ``population="dataset"`` it is the share of the ``hypothesis.horizon`` units, rounded to a whole number of them.
    ValueError for a share outside [0, 1] and for a hypothesis about other units than 0/1 ones.
    """
    check_binary(hypothesis)
    if not 0 <= share <= 1:
        raise ValueError(f"a true share of {share} is not possible -- give one between 0 and 1")
    units = hypothesis.horizon
    hits = share if hypothesis.at_least else 1 - share
    if population == "dataset":
        lines = [count_boundary(side, units) for side in (pass_side(hypothesis), fail_side(hypothesis))]
        return _Runs(*lines).ends(Urn(np.array([round(hits * units)]), units), units)
    lines = [share_boundary(side, units) for side in (pass_side(hypothesis), fail_side(hypothesis))]
    return _Runs(*lines).ends(Coin(np.array([hits])), units)


class _Runs:
    """Runs between two boundaries: one for the hits of a PASS, one for the units that are no such hits."""

    def __init__(self, passing: Boundary, failing: Boundary) -> None:
        self._passing, self._failing = passing, failing
        self._passed = self._failed = self._units = 0.0

    def ends(self, draws: Draws, horizon: int) -> Operating:
        """Where they end within ``horizon`` units."""
        n, low, mass = 0, 0, np.ones(1)
        while n < horizon and mass.sum() > _ENDED:
            steps = min(BLOCK, horizon - n)
            band = np.concatenate((mass, np.zeros(steps)))
            self._block(draws, band, low, n, steps)
            n += steps
            held = np.flatnonzero(band >= NEGLIGIBLE)
            first, end = (int(held[0]), int(held[-1]) + 1) if len(held) else (0, 0)
            low, mass = low + first, band[first:end]
        return Operating(self._passed, self._failed, self._units)

    def _block(self, draws: Draws, band: Floats, low: int, n: int, steps: int) -> None:
        """Some more units, in place; ``band`` holds the probabilities of ``low`` hits and more after ``n`` units."""
        move, cells = draws.step(band, low), states(band)
        bottom, top = 0, len(band) - steps - 1
        passing, failing = self._passing.upto(n + steps)[n:].tolist(), self._failing.upto(n + steps)[n:].tolist()
        for unit, enough, spoilt in zip(range(n + 1, n + steps + 1), passing, failing, strict=True):
            self._units += 1 - self._passed - self._failed
            move(unit)
            top += 1
            while bottom <= top and unit - (low + bottom) >= spoilt:
                self._failed += cells[bottom]
                cells[bottom] = 0.0
                bottom += 1
            while bottom <= top and low + top >= enough:
                self._passed += cells[top]
                cells[top] = 0.0
                top -= 1
