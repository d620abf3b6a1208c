"""Goal 11: what the planner says beforehand is what happens, and no requirement that cannot pass is let through."""

from __future__ import annotations

import contextlib
import io
import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from guarantees.figure import ERRORS, Figure, Size
from guarantees.gate import Gate, rows
from guarantees.paths import ALPHA, at_least
from robustspec.engine.plan import ArmPlan
from robustspec.statistics import Hypothesis, make_test
from robustspec.statistics.base import Method, Population
from robustspec.statistics.planning.law import Law, law_of
from robustspec.statistics.planning.planner import Outlook, outlook
from robustspec.statistics.planning.walk import PATHS

Setting = tuple[Method, Population, Hypothesis, float]

DROP = Hypothesis(0.05, False, ALPHA, ALPHA, 400, lower=-1.0, upper=1.0, higher_is_better=False)

SETTINGS: dict[str, Setting] = {
    "exact, bound 0.90, true 0.94, 500 units": ("sequential", "distribution", at_least(0.9, 500), 0.94),
    "exact, bound 0.90, true 0.92, 500 units": ("sequential", "distribution", at_least(0.9, 500), 0.92),
    "exact, bound 0.80, true 0.84, 200 units": ("sequential", "distribution", at_least(0.8, 200), 0.84),
    "exact, bound 0.95, true 0.97, 1,000 units": ("sequential", "distribution", at_least(0.95, 1000), 0.97),
    "exact, bound 0.80, true 0.76, 1,000 units": ("sequential", "distribution", at_least(0.8, 1000), 0.76),
    "exact, dataset, bound 0.80, true 0.82, 400 units": ("sequential", "dataset", at_least(0.8, 400), 0.82),
    "betting, bound 0.80, true 0.86, 300 units": ("sequential", "distribution", at_least(0.8, 300, binary=False), 0.86),
    "betting, dataset, bound 0.80, true 0.84, 200 units": (
        "sequential", "dataset", at_least(0.8, 200, binary=False), 0.84,
    ),
    "ratio, bound 0.80, true 0.86, 300 units": (
        "sequential", "distribution", at_least(0.8, 300, binary=False, denominator_upper=1.0), 0.86,
    ),
    "drop of at most 0.05, true 0.01, 400 units": ("sequential", "distribution", DROP, 0.01),
    "fixed, bound 0.80, true 0.84, 400 units": ("fixed", "distribution", at_least(0.8, 400), 0.84),
}  # fmt: skip


def planner(size: Size, names: Sequence[str] = tuple(SETTINGS)) -> list[Figure]:
    """G11: P(PASS), P(FAIL) and mean units of the planner beside runs of the shipped tests, in standard errors."""
    return [_beside(name, *SETTINGS[name], size.runs // 5, size.rng(11, k)) for k, name in enumerate(names)]


def _beside(
    name: str, method: Method, population: Population, hypothesis: Hypothesis, value: float, runs: int, rng: Any
) -> Figure:
    """The largest of three differences between the plan and the runs."""
    planned = outlook(method, population, hypothesis, value)
    words, units = _runs(method, population, hypothesis, law_of(hypothesis, value), runs, rng)
    own = 1 / PATHS if planned.how == "simulated" else 0.0
    apart = [
        abs(words.count(word) / runs - p) / math.sqrt(max(p * (1 - p), 0.25 / runs) * (1 / runs + own))
        for word, p in (("PASS", planned.p_pass), ("FAIL", planned.p_fail))
    ]
    error = float(units.std(ddof=1)) * math.sqrt(1 / runs + own)
    apart.append(abs(float(units.mean()) - planned.mean_units) / error if error else 0.0)
    what = f"planner and {runs:,} runs, {name}: {_said(planned)}; apart by standard errors"
    return Figure("G11", what, max(apart), "<=", ERRORS, places=2)


def _said(planned: Outlook) -> str:
    return f"PASS {planned.p_pass:.3f}, FAIL {planned.p_fail:.3f}, {planned.mean_units:.0f} units"


def _runs(
    method: Method, population: Population, hypothesis: Hypothesis, law: Law, runs: int, rng: Any
) -> tuple[list[str | None], Any]:
    words, units, n = list[str | None](), list[int](), hypothesis.horizon
    for _ in range(runs):
        drawn = (
            rng.permutation(law.units(n)) if population == "dataset" else rng.choice(len(law.shares), n, p=law.shares)
        )
        view, test = law.view(drawn), make_test(method, population, hypothesis)
        test.extend(view, view, np.arange(1, n + 1))
        words.append(test.finish())
        units.append(test.n)
    return words, np.array(units)


LINT = {
    "at_least": (0.5, 0.8, 0.9, 0.95, 0.99, 1.0),
    "max_samples": (5, 13, 14, 27, 28, 50, 60, 92, 100, 298, 299, 300),
    "confidence": (0.9, 0.95, 0.99),
    "method": ("sequential", "fixed"),
}


def lint(size: Size, grid: dict[str, tuple[Any, ...]] = LINT) -> list[Figure]:
    """G11: a requirement is UNREACHABLE exactly where no units, all of them right, would pass it; ``check`` then fails."""
    settings = [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]
    lines = [_line(number, setting) for number, setting in enumerate(settings)]
    with Gate(lines, rows(max(grid["max_samples"]))) as gate:
        caught = [arm.problem is not None and arm.problem[0] == "UNREACHABLE" for arm in gate.plan.arms]
        impossible = [not _can_pass(arm) for arm in gate.plan.arms]
        exit_code = _check(str(gate.path / "spec.yaml"))
    missed = sum(bad and not found for bad, found in zip(impossible, caught, strict=True))
    wrong = sum(found and not bad for bad, found in zip(impossible, caught, strict=True))
    what = f"{sum(impossible)} of {len(lines)} requirements cannot pass"
    return [
        Figure("G11", f"{what}: let through by the lint", missed, "<=", 0, places=0),
        Figure("G11", f"{what}: others held up by it", wrong, "<=", 0, places=0),
        Figure("G11", "exit code of robustspec check for them", exit_code, "=", 1, places=0),
    ]


def _line(number: int, setting: dict[str, Any]) -> str:
    keys = ", ".join(f"{key}: {value}" for key, value in setting.items())
    return f"{{metric: accuracy, name: r{number}, cells: clean, {keys}}}"


def _can_pass(arm: ArmPlan) -> bool:
    """Whether units that are all right pass, by running the test."""
    hypothesis = arm.streams[0].hypothesis
    test = make_test(arm.settings.method, "distribution", hypothesis)
    ones = (np.ones(hypothesis.horizon), None)
    test.extend(ones, ones)
    return test.finish() == "PASS"


def _check(path: str) -> int:
    from robustspec.cli import main

    with contextlib.redirect_stdout(io.StringIO()):
        return int(main(["check", path]) or 0)
