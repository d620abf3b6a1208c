"""Exact boundaries of the sequential binomial test, by dynamic programming.

A side counts hits: successes where it wants to show that a share is high, failures where it wants to show that it is low.
Under its null at most ``alpha`` of all runs may ever reach the boundary. The error is spent evenly, alpha n / N by unit n
(Lan and DeMets 1983, doi:10.1093/biomet/70.3.659), with a look after every unit: the boundary of unit n is the fewest
hits that can be made a rejection without spending more, given all that was spent before (the recursion of Armitage,
McPherson and Rowe 1969). What integers leave unspent is carried over. The null's end point covers the nulls behind it,
since fewer hits never reach more.

The states that are still possible form a band about the mean. The band is cut where a state holds less than 1e-20, and
what is cut off is booked as spent: the error rate stays below ``alpha`` and the boundary is the same but for 1e-15.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt

from robustspec.statistics.base import Floats, Ints

BLOCK = 32
"""Steps between two fittings of the band."""

NEGLIGIBLE = 1e-20
"""Probability of a state that is taken for none."""

Step = Callable[[int], None]
"""Moves the band to the next unit; takes the unit's number, from 1."""


class Draws(Protocol):
    """How hits come about under each of K nulls."""

    @property
    def size(self) -> int:
        """K."""
        ...

    def keep(self, rows: npt.NDArray[np.bool_]) -> Draws:
        """The nulls in ``rows`` (K)."""
        ...

    def step(self, band: Floats, low: int) -> Step:
        """What moves ``band`` in place: states x K, flat, from ``low`` hits upwards; the highest states must be empty."""
        ...


class Coin:
    """Units of a distribution, hits with ``chances`` (K) in [0, 1]."""

    def __init__(self, chances: Floats) -> None:
        self._chances = chances
        self.size = len(chances)

    def keep(self, rows: npt.NDArray[np.bool_]) -> Coin:
        """The nulls in ``rows`` (K)."""
        return Coin(self._chances[rows])

    def step(self, band: Floats, low: int) -> Step:
        """A hit moves a state's share ``chance`` up by one."""
        hit = np.tile(self._chances, len(band) // self.size)
        miss, moved = 1.0 - hit, np.empty_like(band)
        above, risen = band[self.size :], moved[: -self.size]

        def move(n: int) -> None:
            np.multiply(band, hit, out=moved)
            np.multiply(band, miss, out=band)
            np.add(above, risen, out=above)

        return move


class Urn:
    """The ``units`` units of a data set in random order, of which ``hits`` (K) are hits."""

    def __init__(self, hits: Ints, units: int) -> None:
        self._hits, self._units = hits, units
        self.size = len(hits)

    def keep(self, rows: npt.NDArray[np.bool_]) -> Urn:
        """The nulls in ``rows`` (K)."""
        return Urn(self._hits[rows], self._units)

    def step(self, band: Floats, low: int) -> Step:
        """The chance of a hit is the share of hits among the units that are left."""
        states = low + np.arange(len(band) // self.size)
        left = (self._hits - states[:, np.newaxis]).ravel().astype(np.float64)
        chance, moved = np.empty_like(band), np.empty_like(band)
        above, risen = band[self.size :], moved[: -self.size]

        def move(n: int) -> None:
            # Division, not a product with 1 / (units left): the chance must be exactly 1 where only hits are left.
            np.divide(left, self._units - n + 1, out=chance)
            np.multiply(band, chance, out=moved)
            np.subtract(band, moved, out=band)
            np.add(above, risen, out=above)

        return move


@dataclass(frozen=True)
class Front:
    """The runs that have not reached the boundary after ``n`` units.

    ``mass`` (states x K) is their probability by number of hits, from ``low`` upwards; ``lines`` (K) the boundary at
    ``n``; ``spent`` (K) the probability of the others.
    """

    n: int
    low: int
    mass: Floats
    lines: Sequence[int]
    spent: Sequence[float]

    def keep(self, rows: npt.NDArray[np.bool_]) -> Front:
        """The nulls in ``rows`` (K)."""
        chosen = np.flatnonzero(rows).tolist()
        lines, spent = [self.lines[k] for k in chosen], [self.spent[k] for k in chosen]
        return Front(self.n, self.low, self.mass[:, rows], lines, spent)


def start(size: int) -> Front:
    """Before the first unit, for ``size`` nulls."""
    return Front(0, 0, np.ones((1, size)), [1] * size, [0.0] * size)


def advance(front: Front, draws: Draws, alpha: float, horizon: int) -> tuple[Front, Ints]:
    """The next units, up to a block of them: where that leaves the runs, and the boundary at each unit (units x K)."""
    size, low = draws.size, front.low
    steps = min(BLOCK, horizon - front.n)
    band = np.zeros((len(front.mass) + steps, size))
    band[: len(front.mass)] = front.mass
    flat = band.reshape(-1)
    cells, move = states(flat), draws.step(flat, low)
    lines, spent = list(front.lines), list(front.spent)
    history = []
    for n in range(front.n + 1, front.n + steps + 1):
        move(n)
        budget = alpha * n / horizon
        for k in range(size):
            line, total = lines[k] + 1, spent[k]
            at = (line - 1 - low) * size + k
            while (after := total + cells[at]) <= budget:
                total, cells[at] = after, 0.0
                line, at = line - 1, at - size
            lines[k], spent[k] = line, total
        history.append(tuple(lines))
    return _fitted(Front(front.n + steps, low, band, lines, spent)), np.array(history, dtype=np.int64)


def states(band: Floats) -> memoryview[float]:
    """The numbers of a flat band, to be read and written one by one several times faster than those of an array."""
    # numpy's stubs declare the buffer protocol from Python 3.12 on only.
    return cast("memoryview[float]", memoryview(cast(Any, band)))


def _fitted(front: Front) -> Front:
    """The band without the states that hold next to nothing."""
    first = int(np.argmax((front.mass >= NEGLIGIBLE).any(axis=1)))
    end = max(front.lines) - front.low
    cut = front.mass[:first].sum(axis=0).tolist()
    spent = [total + part for total, part in zip(front.spent, cut, strict=True)]
    return Front(front.n, front.low + first, front.mass[first:end], front.lines, spent)


class Boundary:
    """The fewest hits that reject a null at each unit, worked out as far as it was asked for.

    At unit n it is n + 1 where no number of hits rejects. It is valid up to ``horizon`` units and not beyond.
    """

    def __init__(self, draws: Draws | None, alpha: float, horizon: int) -> None:
        self._draws, self._alpha = draws, alpha
        self.horizon = horizon
        # One tuple, replaced as a whole: threads that share the boundary at worst work out the same part twice.
        self._known = (start(1), _read_only(np.empty(0, dtype=np.int64)))

    def upto(self, n: int) -> Ints:
        """The boundary at the units 1 to ``n`` <= horizon, shape (n,), read-only."""
        front, lines = self._known
        if len(lines) < n:
            front, lines = self._extended(front, lines, min(max(n, 2 * len(lines)), self.horizon))
            self._known = front, lines
        return lines[:n]

    def _extended(self, front: Front, lines: Ints, n: int) -> tuple[Front, Ints]:
        if self._draws is None:
            return front, _read_only(np.zeros(self.horizon, dtype=np.int64))
        parts = [lines]
        while front.n < n:
            front, more = advance(front, self._draws, self._alpha, self.horizon)
            parts.append(more[:, 0])
        return front, _read_only(np.concatenate(parts))


def _read_only(lines: Ints) -> Ints:
    lines.flags.writeable = False
    return lines


@lru_cache(maxsize=512)
def coin_boundary(chance: float | None, alpha: float, horizon: int) -> Boundary:
    """The boundary of "hits have at most this ``chance``"; None where nothing is in doubt and no hit is needed."""
    draws = None if chance is None else Coin(np.array([min(max(chance, 0.0), 1.0)]))
    return Boundary(draws, alpha, horizon)


@lru_cache(maxsize=512)
def urn_boundary(hits: int, alpha: float, units: int) -> Boundary:
    """The boundary of "at most ``hits`` of these ``units`` units are hits"; below 0 no hit is needed."""
    return Boundary(None if hits < 0 else Urn(np.array([min(hits, units)]), units), alpha, units)


def crosses(draws: Draws, alpha: float, horizon: int, path: Ints) -> npt.NDArray[np.bool_]:
    """Which of the K nulls are rejected somewhere on ``path``, the hits after each of the first units; shape (K,)."""
    found, rows = np.zeros(draws.size, dtype=bool), np.arange(draws.size)
    front = start(draws.size)
    while front.n < len(path) and len(rows):
        seen = path[front.n : front.n + BLOCK, np.newaxis]
        front, lines = advance(front, draws, alpha, horizon)
        open_ = np.asarray((seen < lines[: len(seen)]).all(axis=0))
        if not open_.all():
            found[rows[~open_]] = True
            rows, front, draws = rows[open_], front.keep(open_), draws.keep(open_)
    return found
