"""Goals 1 to 3: the error rates at the bound, and what a verdict on one arm costs."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from guarantees.figure import Figure, Size, agrees, agrees_share, mean, rate
from guarantees.gate import Gate, rows
from guarantees.paths import ALPHA, at_least, binomial, coin, ends, fixed_rates, three_values
from robustspec.statistics.exact.operating import operating

BOUNDS = (0.5, 0.8, 0.9, 0.95, 0.99)
HORIZONS = (50, 100, 200, 500, 1000, 2000)
SIMULATED = (50, 500, 2000)
BET = (50, 500)


def error_rates(size: Size, bounds: Sequence[float] = BOUNDS, horizons: Sequence[int] = HORIZONS) -> list[Figure]:
    """G1: false verdicts where the true value is the bound.

    A PASS there is right by a hair; that it comes in 5 of 100 runs at most is what models just below it need.
    """
    cells = list(itertools.product(bounds, horizons))
    exact = [operating(at_least(bound, n), bound) for bound, n in cells]
    fixed = [fixed_rates(at_least(bound, n), bound) for bound, n in cells]
    found = []
    for word, by_dp, by_tail in (
        ("PASS", [each.p_pass for each in exact], [passed for passed, _ in fixed]),
        ("FAIL", [each.p_fail for each in exact], [failed for _, failed in fixed]),
    ):
        found.append(
            Figure("G1", f"sequential, false {word}, exact, {_worst(cells, by_dp)}", max(by_dp), "<=", ALPHA, places=4)
        )
        found.append(
            Figure("G1", f"fixed, false {word}, exact, {_worst(cells, by_tail)}", max(by_tail), "<=", ALPHA, places=4)
        )
    return found


def _worst(cells: Sequence[tuple[float, int]], rates: Sequence[float]) -> str:
    bound, n = cells[int(np.argmax(rates))]
    return f"worst of {len(cells)} settings: bound {bound:g}, {n:,} units"


def odd_looks(
    size: Size, bounds: Sequence[float] = BOUNDS, exact: Sequence[int] = SIMULATED, betting: Sequence[int] = BET
) -> list[Figure]:
    """G1: the same by simulation, where somebody looks after pieces of 1 to 500 units and stops at the first verdict."""
    found = []
    for name, draw, horizons in (("exact", coin, exact), ("betting", three_values, betting)):
        cells, passed, failed = list(itertools.product(bounds, horizons)), list[int](), list[int]()
        for bound, n in cells:
            hypothesis = at_least(bound, n, binary=name == "exact")
            done = ends(hypothesis, draw(bound), size.runs, size.rng(1, len(name), round(1000 * bound), n))
            passed.append(done.passed)
            failed.append(done.failed)
        for word, counts in (("PASS", passed), ("FAIL", failed)):
            what = f"sequential ({name}), odd looks, false {word}, {_worst(cells, counts)}"
            found.append(rate("G1", what, max(counts), size.runs, ALPHA))
    return found


def without_guarantee(size: Size) -> list[Figure]:
    """For comparison: what gates do that compare a number with the bound, or an interval again and again."""
    bound, n = 0.8, 2000
    point, _ = fixed_rates(at_least(bound, 500), bound, "point")
    return [
        Figure("G1", "for comparison: the number against the bound, 500 units, passes at the bound", point),
        rate("G1", "for comparison: a fixed interval looked at every 20 units, false PASS", *_peeked(size, bound, n)),
    ]


def _peeked(size: Size, bound: float, n: int) -> tuple[int, int]:
    """Runs that pass a Clopper-Pearson test at any of the looks, and all runs."""
    looks = np.arange(20, n + 1, 20)
    needed = []
    for look in looks.tolist():
        tails = np.cumsum(binomial(look, bound)[::-1])[::-1]
        needed.append(int(np.argmax(np.append(tails, 0.0) <= ALPHA)))
    rng, passed = size.rng(1, 9), 0
    for _ in range(size.runs):
        hits = np.cumsum(rng.random(n) < bound)[looks - 1]
        passed += bool((hits >= needed).any())
    return passed, size.runs


COSTS = {
    "G2": (0.8, {-0.10: 175, -0.05: 500, 0.05: 460, 0.10: 145}, (0.02, 0.64, 1420)),
    "G3": (0.9, {0.05: 265, 0.10: 64}, (0.02, 0.87, None)),
}
"""For each goal its bound, the most mean calls at true values so far from it, and (distance, power, calls)."""


def costs(size: Size, goal: str, distances: Sequence[float] | None = None, n: int = 2000) -> list[Figure]:
    """G2, G3: mean units up to the verdict, exact, and of whole runs beside it; at all ``distances`` of the goal or some."""
    bound, most, (apart, power, calls) = COSTS[goal]
    hypothesis, found = at_least(bound, n), []
    with Gate([f"{{metric: accuracy, cells: clean, at_least: {bound}}}"], rows(n)) as gate:
        for distance in distances or sorted([*most, apart]):
            share = min(round(bound + distance, 9), 1.0)
            exact = operating(hypothesis, share)
            limit = calls if distance == apart else most[distance]
            where = f"{n:,} samples, bound {bound:g}, true {share:.2f}"
            found.append(
                Figure(
                    goal, f"{where}: mean units, exact", exact.mean_units, "<=" if limit else "", limit or 0, places=1
                )
            )
            if distance == apart:
                found.append(Figure(goal, f"{where}: P(PASS), exact", exact.p_pass, ">=", power))
            found += _whole(gate, goal, where, share, exact.mean_units, exact.p_pass, limit, size)
    return found


def _whole(
    gate: Gate, goal: str, where: str, share: float, units: float, p_pass: float, limit: float | None, size: Size
) -> list[Figure]:
    """The same by whole runs; the calls made are the exact mean of units and what was called beyond them."""
    rng = size.rng(int(goal[1:]), round(1000 * share))
    done = [gate.answering(rng.random(gate.plan.arms[0].most_units()) < share) for _ in range(size.whole)]
    arms = [result.arms[0] for result in done]
    words = [arm.verdict for arm in arms]
    over = [result.counts.called - arm.units for result, arm in zip(done, arms, strict=True)]
    beyond = mean(goal, f"{where}: calls made, with those beyond the evidence", over)
    return [
        agrees(goal, f"{where}: mean units, {size.whole} whole runs", [arm.units for arm in arms], units),
        agrees_share(goal, f"{where}: P(PASS), {size.whole} whole runs", words.count("PASS"), size.whole, p_pass),
        replace(beyond, value=units + beyond.value, sense="<=" if limit else "", bound=limit or 0),
    ]
