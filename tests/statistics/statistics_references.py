"""References that the tests of the statistics share: the formulas of the design, written out plainly."""

import math

import numpy as np

from robustspec.statistics.base import Hypothesis


def above(bound, horizon=200, **facts):
    """A requirement ``value >= bound`` at 5 % on both sides."""
    return Hypothesis(bound, True, 0.05, 0.05, horizon, **facts)


def below(bound, horizon=200, **facts):
    """A requirement ``value <= bound`` at 5 % on both sides."""
    return Hypothesis(bound, False, 0.05, 0.05, horizon, **facts)


def plain_grid(tau, alpha, horizon):
    """The fractions and weights of a PASS of "mean of x in [0, 1] >= tau", from the formula."""
    fractions, u = [], math.sqrt(2 * math.log(1 / alpha) * tau * (1 - tau) / horizon) / (1 - tau)
    while u < 1:
        fractions.append(u)
        u = 2 * u
    fractions.append(1.0)
    weights = [math.exp(-j / 2) for j in range(len(fractions))]
    return fractions, [weight / sum(weights) for weight in weights]


def plain_wealth(xs, tau, alpha, horizon):
    """E of a PASS after ``xs`` in [0, 1]: sum of w (1 - u + u x / tau) products."""
    total = 0.0
    for fraction, weight in zip(*plain_grid(tau, alpha, horizon), strict=True):
        total += weight * math.prod(1 - fraction + fraction * x / tau for x in xs)
    return total


def boundary(tau, alpha, horizon):
    """For each n = 1..horizon the fewest successes that own 1 / alpha, n + 1 where none do."""
    fractions, weights = (np.array(part) for part in plain_grid(tau, alpha, horizon))
    win = np.log1p(fractions * (1 - tau) / tau)
    with np.errstate(divide="ignore"):
        lose = np.log(1 - fractions)
    lines = []
    for n in range(1, horizon + 1):
        s = np.arange(n + 1)
        with np.errstate(invalid="ignore"):
            logs = np.log(weights)[:, None] + np.outer(win, s) + np.where(s == n, 0.0, np.outer(lose, n - s))
        reached = np.flatnonzero(np.logaddexp.reduce(logs, axis=0) >= math.log(1 / alpha))
        lines.append(int(reached[0]) if len(reached) else n + 1)
    return lines


def exact_outcomes(p, tau, horizon, alpha=0.05):
    """P(PASS), P(FAIL) and mean units of the sequential test of 0/1 values, by dynamic programming over successes."""
    pass_at, fail_at = boundary(tau, alpha, horizon), boundary(1 - tau, alpha, horizon)
    alive, passed, failed, units = np.array([1.0]), 0.0, 0.0, 0.0
    for n in range(1, horizon + 1):
        units += alive.sum()
        grown = np.zeros(n + 1)
        grown[:-1] += alive * (1 - p)
        grown[1:] += alive * p
        s = np.arange(n + 1)
        failing = n - s >= fail_at[n - 1]
        passing = (s >= pass_at[n - 1]) & ~failing
        passed, failed = passed + grown[passing].sum(), failed + grown[failing].sum()
        alive = np.where(passing | failing, 0.0, grown)
    return passed, failed, units


def run(test, values, chunks=None):
    """Feed ``values`` (A, or (A, B)) to a test, in one batch or in batches of the sizes ``chunks``."""
    a, b = values if isinstance(values, tuple) else (values, None)
    a = np.asarray(a, dtype=float)
    b = None if b is None else np.asarray(b, dtype=float)
    start = 0
    for size in chunks or [len(a)]:
        part = (a[start : start + size], None if b is None else b[start : start + size])
        test.extend(part, part)
        start += size
    return test
