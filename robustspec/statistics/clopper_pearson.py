"""Exact one-sided bounds of a share (Clopper and Pearson 1934, doi:10.1093/biomet/26.4.404).

The binomial tail is an incomplete beta function; it is worked out here by its continued fraction (DLMF 8.17.22), because
the library that has it takes longer to load than the rest of a small run takes.
"""

from __future__ import annotations

from math import exp, lgamma, log, log1p

_HALVINGS = 60
_CLOSE = 1e-15
_TINY = 1e-300
_MOST_TERMS = 10_000


def lower(successes: int, n: int, alpha: float) -> float:
    """The largest share that ``successes`` of ``n`` exclude from below at level ``alpha``; 0 where there are none.

    The true share lies below it with probability at most ``alpha``. ValueError unless 0 <= successes <= n.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes in {n} units: successes lie between 0 and the number of units")
    if successes == 0:
        return 0.0
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if at_least(successes, n, middle) <= alpha:
            low = middle
        else:
            high = middle
    return low


def upper(successes: int, n: int, alpha: float) -> float:
    """The smallest share that ``successes`` of ``n`` exclude from above at level ``alpha``; 1 where all succeed."""
    return 1.0 - lower(n - successes, n, alpha)


def at_least(successes: int, n: int, share: float) -> float:
    """The probability of ``successes`` or more in ``n`` units, each a success with probability ``share`` in (0, 1).

    ``successes`` is at least 1.
    """
    a, b = successes, n - successes + 1
    density = exp(lgamma(n + 1) - lgamma(a) - lgamma(b) + a * log(share) + b * log1p(-share))
    # The fraction converges fast below the mean of the beta distribution; above it the other tail is taken.
    if share < (a + 1) / (n + 3):
        return density * _fraction(a, b, share) / a
    return 1 - density * _fraction(b, a, 1 - share) / b


def _fraction(a: int, b: int, x: float) -> float:
    """The continued fraction of the incomplete beta function, forwards (Lentz's method)."""
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _not_zero(1 + term * d)
            c = _not_zero(1 + term / c)
            value *= c * d
        if abs(c * d - 1) < _CLOSE:
            return value
    return value


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
