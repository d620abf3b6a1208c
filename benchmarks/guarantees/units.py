"""Goals 6 and 7: cases that are not independent, and cases that are compared in pairs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from guarantees.figure import Figure, Size, mean, rate
from guarantees.gate import UPPER, Gate, number_of, rows
from guarantees.paths import ALPHA, Floats, at_least, binomial, ends
from robustspec.statistics import Hypothesis

BOUND, CASES = 0.8, 20
"""The bound, which is also the true value, and the cases of each unit."""

ALIKE = (0.1, 0.3, 0.6, 0.9)
"""Intraclass correlations: how alike the cases of a unit are, from 0 to 1."""

UNITS = (10, 30, 100, 400)


def chances(rng: np.random.Generator, units: int, alike: float) -> Floats:
    """The chance of each unit to be answered right: beta, so that two of its cases correlate by ``alike``."""
    spread = (1 - alike) / alike
    return np.asarray(rng.beta(BOUND * spread, (1 - BOUND) * spread, units))


def unit_means(alike: float) -> Callable[[np.random.Generator, int], Floats]:
    """The means of the cases of units."""
    return lambda rng, n: rng.binomial(CASES, chances(rng, n, alike)) / CASES


def clusters(size: Size, numbers: Sequence[int] = UNITS) -> list[Figure]:
    """G6: false PASS where the cases of a unit are alike, by the test alone."""
    found = []
    for units in numbers:
        hypothesis = at_least(BOUND, units, binary=False)
        for alike in ALIKE:
            rng = size.rng(6, units, round(10 * alike))
            done = ends(hypothesis, unit_means(alike), size.runs, rng, in_pieces=False)
            what = f"{units} units of {CASES} cases, correlation {alike:g}: false PASS"
            found.append(rate("G6", what, done.passed, size.runs, ALPHA))
    return found


def whole_clusters(
    size: Size, settings: tuple[tuple[int, float], ...] = ((10, 0.9), (30, 0.6), (100, 0.3))
) -> list[Figure]:
    """G6 by whole runs: a ``unit:`` column, and every case a call."""
    found = []
    for units, alike in settings:
        data = rows(units * CASES, patient=lambda k: f"p{k // CASES}")
        line = f"{{metric: accuracy, cells: clean, at_least: {BOUND}}}"
        rng, words = size.rng(66, units, round(10 * alike)), []
        with Gate([line], data, columns="unit: patient") as gate:
            for _ in range(size.whole):
                right = rng.random((units, CASES)) < chances(rng, units, alike)[:, None]
                words.append(gate.answering(right.ravel()).arms[0].verdict)
        what = f"{units} units of {CASES} cases, correlation {alike:g}, {size.whole} whole runs: false PASS"
        found.append(rate("G6", what, words.count("PASS"), size.whole, ALPHA))
    return found


def cases_as_units(size: Size, units: int = 100) -> list[Figure]:
    """For comparison: an exact test that takes every case for a unit."""
    n = units * CASES
    tails = np.cumsum(binomial(n, BOUND)[::-1])[::-1]
    needed = int(np.argmax(tails <= ALPHA))
    found = []
    for alike in ALIKE:
        rng = size.rng(67, round(10 * alike))
        hits = [rng.binomial(CASES, chances(rng, units, alike)).sum() for _ in range(size.runs)]
        what = f"for comparison: {units} units, correlation {alike:g}, every case taken for a unit: false PASS"
        found.append(rate("G6", what, int((np.array(hits) >= needed).sum()), size.runs))
    return found


DROP, PAIRS = 0.05, 2000
CHANGED = 0.02
"""Share of the units whose answer changes for the better, and beyond the drop for the worse."""


def answers(rng: np.random.Generator, n: int, drop: float) -> tuple[Floats, Floats]:
    """Which units are right clean, and which perturbed: 0.9 clean, and ``drop`` less perturbed."""
    kind = rng.choice(3, n, p=[CHANGED + drop, CHANGED, 1 - 2 * CHANGED - drop])
    same = rng.random(n) < (0.9 - CHANGED - drop) / (1 - 2 * CHANGED - drop)
    clean, perturbed = (np.where(kind == 2, same, kind == which).astype(np.float64) for which in (0, 1))
    return clean, perturbed


def paired(size: Size) -> list[Figure]:
    """G7: a drop of at most 0.05, of pairs: what a PASS costs at no drop, and how often a drop at the bound passes."""
    hypothesis = Hypothesis(DROP, False, ALPHA, ALPHA, PAIRS, lower=-1.0, upper=1.0, higher_is_better=False)

    def drops(drop: float) -> Callable[[np.random.Generator, int], Floats]:
        def draw(rng: np.random.Generator, n: int) -> Floats:
            clean, perturbed = answers(rng, n, drop)
            return clean - perturbed

        return draw

    runs = size.runs // 5
    none = ends(hypothesis, drops(0.0), runs, size.rng(7, 0), in_pieces=False)
    bound = ends(hypothesis, drops(DROP), size.runs, size.rng(7, 1), in_pieces=False)
    return [
        mean("G7", "drop of at most 0.05, true drop 0: mean pairs", none.units, "<=", 250),
        rate("G7", "drop of at most 0.05, true drop 0: PASS", none.passed, runs),
        rate("G7", "drop of at most 0.05, true drop 0.05: false PASS", bound.passed, size.runs, ALPHA),
        *_whole_pairs(size, float(np.mean(none.units)), float(np.std(none.units))),
    ]


def _whole_pairs(size: Size, units: float, spread: float) -> list[Figure]:
    """The same by whole runs; ``units`` and ``spread`` are those of the test alone."""
    rng, found, called = size.rng(77), list[int](), list[int]()
    line = f"{{metric: accuracy, aggregate: drop, at_most: {DROP}}}"
    with Gate([line], rows(PAIRS), perturbations=UPPER) as gate:
        for _ in range(size.whole // 3):
            clean, perturbed = answers(rng, PAIRS, 0.0)

            def model(text: str, clean: Any = clean, perturbed: Any = perturbed) -> str:
                return "1" if (clean if text.startswith("row") else perturbed)[number_of(text)] else "0"

            done = gate.run(model)
            found.append(done.arms[0].units)
            called.append(done.counts.called)
    where = f"drop of at most 0.05, true drop 0, {len(found)} whole runs"
    return [
        Figure("G7", f"{where}: mean pairs", float(np.mean(found)), "=", units, spread / len(found) ** 0.5, 1),
        mean("G7", f"{where}: calls made, two a pair", called),
    ]
