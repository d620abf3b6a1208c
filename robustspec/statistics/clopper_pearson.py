"""Exact one-sided bounds of a share (Clopper and Pearson 1934, doi:10.1093/biomet/26.4.404)."""

from __future__ import annotations


def lower(successes: int, n: int, alpha: float) -> float:
    """The largest share that ``successes`` of ``n`` exclude from below at level ``alpha``; 0 where there are none.

    The true share lies below it with probability at most ``alpha``. ValueError unless 0 <= successes <= n.
    """
    _check(successes, n)
    if successes == 0:
        return 0.0
    from scipy.special import betaincinv

    return float(betaincinv(successes, n - successes + 1, alpha))


def upper(successes: int, n: int, alpha: float) -> float:
    """The smallest share that ``successes`` of ``n`` exclude from above at level ``alpha``; 1 where all succeed."""
    _check(successes, n)
    return 1.0 - lower(n - successes, n, alpha)


def _check(successes: int, n: int) -> None:
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes in {n} units: successes lie between 0 and the number of units")
