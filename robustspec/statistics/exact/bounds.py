"""The bound that a path of hits has shown: the nulls whose boundary it reached, from below up to the first it did not.

A lower bound of the share of hits. It errs where the boundary of the true share is reached, so its error rate is that of
the test. Candidates are tried 16 at a time, close to where the shape of one known boundary says that the answer lies;
the last one of which the boundary was reached is returned.

What integers leave unspent lets a path now and then refute a share but not one a little lower. The bound then keeps to the
verdict, and its error rate (not the verdict's) may exceed alpha by a trace: at alpha 0.05 and over shares on a grid by less
than 0.003 at a horizon of 20 units and 0.001 from 60 units on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from robustspec.statistics.base import Floats, Ints
from robustspec.statistics.exact.boundary import Boundary, Coin, Urn, crosses

TOLERANCE = 1e-5
"""How much higher the bound of a share might have been."""

_AT_ONCE = 16
_WIDER = 8
_JUST = 1e-9


def share_bound(path: Ints, null: float, boundary: Boundary, alpha: float) -> float:
    """The chance of a hit that ``path``, the hits after 1, 2, ... n units, shows to be exceeded; at most `TOLERANCE` too low.

    ``boundary`` is that of ``null``: the bound is above it exactly if the path reached it. 0 where nothing is shown.
    """
    if not len(path) or not path[-1]:
        return 0.0
    reached = bool((path >= boundary.upto(len(path))).any())
    low, high = (max(null, 0.0), 1.0) if reached else (0.0, min(null, 1.0))

    def tried(chances: Sequence[float]) -> npt.NDArray[np.bool_]:
        return crosses(Coin(np.array(chances)), alpha, boundary.horizon, path)

    if reached and tried([low + _JUST])[0]:
        low += _JUST
    guess = _guess(path, null, boundary)
    return _last(tried, low, high, guess, 1 / len(path), TOLERANCE, lambda points: points.tolist())


def count_bound(path: Ints, null: int, boundary: Boundary, alpha: float) -> int:
    """The hits among all ``boundary.horizon`` units that ``path`` shows, without replacement; the path's own at the end.

    ``boundary`` is that of "at most ``null`` hits": the bound is above ``null`` exactly if the path reached it.
    """
    units = boundary.horizon
    if not len(path) or len(path) == units:
        return int(path[-1]) if len(path) else 0
    reached = bool((path >= boundary.upto(len(path))).any())
    low, high = (max(null, -1), units) if reached else (-1, min(null, units))

    def tried(hits: Sequence[float]) -> npt.NDArray[np.bool_]:
        return crosses(Urn(np.array(hits, dtype=np.int64), units), alpha, units, path)

    guess = units * _guess(path, null / units, boundary)
    rejected = _last(tried, low, high, guess, max(1.0, units / len(path)), 1.0, lambda points: np.rint(points).tolist())
    # More hits than units are left to give cannot be, whatever an unlucky path seems to say.
    return min(int(rejected) + 1, int(path[-1]) + units - len(path))


def _last(
    tried: Callable[[Sequence[float]], npt.NDArray[np.bool_]],
    low: float,
    high: float,
    guess: float,
    width: float,
    tolerance: float,
    rounded: Callable[[Floats], list[float]],
) -> float:
    """The last candidate in [low, high) that is rejected with all tried before it; ``low`` is rejected, ``high`` is not."""
    guess = min(max(guess, low), high)
    left, right = guess - width, guess + width
    while high - low > tolerance:
        points = rounded(np.linspace(max(left, low), min(right, high), _AT_ONCE + 2))
        inside = sorted({point for point in points if low < point < high})
        rejected = tried(inside)
        good = len(inside) if rejected.all() else int(np.argmin(rejected))
        low, high = (inside[good - 1] if good else low), (inside[good] if good < len(inside) else high)
        width *= _WIDER
        # Outside the window the next one is wider; inside, it is the gap between two candidates.
        left = high - width if not good else low
        right = low + width if good == len(inside) else high
    return low


def _guess(path: Ints, null: float, boundary: Boundary) -> float:
    """Where the bound should be if the boundaries of all shares lay as many standard deviations above their means.

    The highest of the path's mean where the known boundary cannot be reached at all.
    """
    n = np.arange(1, len(path) + 1)
    lines = boundary.upto(len(path))
    known = (lines <= n) & (lines > 0)
    share = path / n
    if not known.any() or not 0 < null < 1:
        return float(share[-1])
    n, lines, share = n[known], lines[known], share[known]
    # A boundary is rounded up to an integer, by a half on average.
    deviations = np.maximum((lines - 0.5 - n * null) / np.sqrt(n * null * (1 - null)), 0.0)
    spread = deviations * np.sqrt(share * (1 - share) / n + deviations**2 / (4 * n**2))
    return float(np.max((share + deviations**2 / (2 * n) - spread) / (1 + deviations**2 / n)))
