"""Runs of a test alone: units are drawn and handed to the shipped test in pieces of odd sizes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from robustspec.statistics import Hypothesis, make_test
from robustspec.statistics.base import Method

Floats = npt.NDArray[np.float64]

PIECES = (1, 2, 7, 30, 100, 500)
"""How many units come at once, drawn anew each time."""

ALPHA = 0.05


class Ends(NamedTuple):
    """How runs ended: how many with each verdict, and the units of each in evidence."""

    passed: int
    failed: int
    units: list[int]


def at_least(bound: float, horizon: int, **more: Any) -> Hypothesis:
    """ "At least ``bound``" of 0/1 units, at error rates of 5 in 100 unless ``more`` says otherwise."""
    kept: dict[str, Any] = {"alpha_pass": ALPHA, "alpha_fail": ALPHA, "binary": True} | more
    return Hypothesis(bound=bound, at_least=True, horizon=horizon, **kept)


def ends(
    hypothesis: Hypothesis,
    draw: Callable[[np.random.Generator, int], Floats],
    runs: int,
    rng: np.random.Generator,
    *,
    method: Method = "sequential",
    in_pieces: bool = True,
) -> Ends:
    """The ends of ``runs`` runs over units that ``draw`` makes; looked at whenever a piece has come, if ``in_pieces``."""
    words, units = [], []
    for _ in range(runs):
        test = make_test(method, "distribution", hypothesis)
        values = draw(rng, hypothesis.horizon)
        if in_pieces:
            _in_pieces(test, values, rng)
        else:
            test.extend((values, None), (values, None))
        words.append(test.finish())
        units.append(test.n)
    return Ends(words.count("PASS"), words.count("FAIL"), units)


def _in_pieces(test: Any, values: Floats, rng: np.random.Generator) -> None:
    first = 0
    while first < len(values) and test.decision is None:
        last = first + PIECES[int(rng.integers(len(PIECES)))]
        piece = (values[first:last], None)
        test.extend(piece, piece)
        first = last


def coin(share: float) -> Callable[[np.random.Generator, int], Floats]:
    """0/1 units of this mean."""
    return lambda rng, n: (rng.random(n) < share).astype(np.float64)


def three_values(mean: float) -> Callable[[np.random.Generator, int], Floats]:
    """Units that are 0, the mean or 1: for tests of bounded values that are not 0/1."""
    return lambda rng, n: rng.choice([0.0, mean, 1.0], n, p=[(1 - mean) / 2, 0.5, mean / 2])


def binomial(n: int, share: float) -> Floats:
    """P(S = k) for k = 0..n successes in n units of this share in (0, 1)."""
    k = np.arange(1, n + 1)
    ways = np.concatenate(([0.0], np.cumsum(np.log((n - k + 1) / k))))
    mass: Floats = np.exp(ways + np.arange(n + 1) * np.log(share) + np.arange(n, -1, -1) * np.log1p(-share))
    return mass


def fixed_rates(hypothesis: Hypothesis, share: float, method: Method = "fixed") -> tuple[float, float]:
    """P(PASS) and P(FAIL) of a test that judges all units at once: exact, from its verdict on every count.

    Asked are only the counts near which the verdict turns: it goes from FAIL over nothing to PASS.
    """
    n, mass = hypothesis.horizon, binomial(hypothesis.horizon, share)

    def word(hits: int) -> str | None:
        test = make_test(method, "distribution", hypothesis)
        pair = (np.repeat([1.0, 0.0], [hits, n - hits]), None)
        test.extend(pair, pair)
        return test.finish()

    passing = _first(lambda hits: word(hits) == "PASS", n)
    failing = _first(lambda hits: word(hits) != "FAIL", n)
    return float(mass[passing:].sum()), float(mass[:failing].sum())


def _first(holds: Callable[[int], bool], most: int) -> int:
    low, high = -1, most + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
