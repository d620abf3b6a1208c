"""Goal 10: nothing about how a run is made changes what it says, and the tests cost next to nothing."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from guarantees.figure import Figure, Size
from guarantees.gate import UPPER, Gate, number_of, rows
from guarantees.paths import ALPHA, PIECES, Floats, at_least
from robustspec.adapters.callable import wrap
from robustspec.statistics import Hypothesis, Test, make_test
from robustspec.statistics.base import Method, Population
from robustspec.statistics.exact.boundary import coin_boundary

ROOT = Path(__file__).resolve().parents[2]

HYPOTHESES: dict[str, tuple[Method, Population, Hypothesis]] = {
    "exact": ("sequential", "distribution", at_least(0.8, 400)),
    "exact, dataset": ("sequential", "dataset", at_least(0.8, 400)),
    "betting": ("sequential", "distribution", at_least(0.8, 400, binary=False)),
    "betting, dataset": ("sequential", "dataset", at_least(0.8, 400, binary=False)),
    "ratio": ("sequential", "distribution", at_least(0.8, 400, binary=False, denominator_upper=1.0)),
    "quantile": ("sequential", "distribution", at_least(0.8, 400, binary=False, form="quantile", share=0.2)),
    "fixed": ("fixed", "distribution", at_least(0.8, 400)),
}


def batches(size: Size, paths: int = 20) -> list[Figure]:
    """G10: units one by one, all at once, and in odd pieces give one decision, one n and the same bounds."""
    different = 0
    rng = size.rng(10)
    for method, population, hypothesis in HYPOTHESES.values():
        for _ in range(paths):
            pair = _units(hypothesis, rng)
            pieces = rng.choice(PIECES, 400)
            cuts = ([400], [1] * 400, pieces.tolist())
            ends = {_end(make_test(method, population, hypothesis), pair, cut) for cut in cuts}
            different += len(ends) > 1
    what = f"{len(HYPOTHESES)} tests, {paths} paths each, cut in three ways: paths whose verdict, n or bounds differ"
    return [Figure("G10", what, different, "<=", 0, places=0)]


def _units(hypothesis: Hypothesis, rng: np.random.Generator) -> tuple[Floats, Floats | None]:
    share = rng.choice([0.7, 0.8, 0.85, 0.95])
    a = (rng.random(400) < share).astype(float)
    if not hypothesis.binary:
        a = np.where(rng.random(400) < 0.5, share, a)
    if hypothesis.denominator_upper is None:
        return a, None
    b = (rng.random(400) < 0.9).astype(float)
    return a * b, b


def _end(test: Test, pair: tuple[Floats, Floats | None], pieces: list[int]) -> tuple[Any, ...]:
    a, b = pair
    first = 0
    for piece in pieces:
        part = slice(first, first + piece)
        first += piece
        view = (a[part], None if b is None else b[part])
        if test.decision is None and len(view[0]):
            test.extend(view, view, np.arange(first - piece, first - piece + len(view[0])) + 1)
    return test.finish(), test.n, test.summary()


REQUIREMENTS = (
    "{metric: accuracy, name: exact, cells: clean, at_least: 0.8}",
    "{metric: accuracy, name: betting, cells: all, at_least: 0.8}",
    "{metric: accuracy, name: drop, aggregate: drop, at_most: 0.05}",
    "{metric: accuracy, name: worst, worst_over: vendor, at_least: 0.8}",
    "{metric: accuracy, name: gap, gap_over: vendor, at_most: 0.2}",
)


def in_flight(size: Size, rows_of: int = 400, flights: tuple[int, ...] = (1, 16, 64)) -> list[Figure]:
    """G10: calls in flight, and a selection of the arms, change no arm's verdict, bounds, claim or evidence."""
    right = size.rng(10, 1).random(2 * rows_of) < 0.84
    with Gate(
        REQUIREMENTS, rows(rows_of, vendor=lambda k: f"v{k % 4}"), perturbations=UPPER, columns="groups: [vendor]"
    ) as gate:

        async def model(text: str) -> str:
            # Neighbours finish in another order than they began.
            await asyncio.sleep(0.0002 * (len(text) % 3))
            return "1" if right[2 * number_of(text) + text.startswith("row")] else "0"

        first, *others = [_arms(gate.run(wrap(model, in_flight=flight)).arms) for flight in flights]
        alone: dict[str, Any] = {}
        for name in first:
            alone |= _arms(gate.run(wrap(model, in_flight=4), selected=[name]).arms)
    different = sum(first[name] != other[name] for other in others for name in first)
    what = f"{len(first)} arms with {', '.join(map(str, flights))} calls in flight: arms that differ"
    return [
        Figure("G10", what, different, "<=", 0, places=0),
        Figure("G10", "each arm selected alone: arms that differ", _differ(first, alone), "<=", 0, places=0),
    ]


def _arms(arms: list[Any]) -> dict[str, Any]:
    """All that is said of each arm, as it would stand in a report; but an example shows what any arm has called."""
    return {arm.id: json.loads(json.dumps(asdict(arm) | {"examples": []})) for arm in arms}


def _differ(one: dict[str, Any], other: dict[str, Any]) -> int:
    return sum(one[name] != other.get(name) for name in one)


def workers(size: Size) -> list[Figure]:
    """G10: pytest with one process and with five says the same of the shipped specification."""
    one, five = (_reported(n) for n in (0, 4))
    what = f"shipped specification, {len(one)} arms, pytest -n 0 and -n 4: arms that differ"
    return [Figure("G10", what, _differ(one, five) + len(five) - len(one), "<=", 0, places=0)]


def _reported(processes: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "specs", folder / "specs")
        (folder / "pytest.ini").write_text("[pytest]\n")
        options = ["--robustspec=specs/pharmacy.yaml", "--robustspec-report=report.json", "-n", str(processes)]
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "COV"))}
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stdout + done.stderr)
        (result,) = json.loads((folder / "report.json").read_text())["results"]
    return {arm["id"]: arm for scenario in result["scenarios"] for arm in scenario["arms"]}


def overhead(size: Size, n: int = 2000, repeats: int = 20) -> list[Figure]:
    """G10: microseconds for each unit of a run to the horizon, in the engine's batches, and to build a boundary."""
    units = _undecided(n)
    bare = _best(lambda: _bare(units), repeats) / n * 1e6
    found = [Figure("G10", "for comparison: a bare numpy.cumsum over the batches, microseconds a unit", bare, places=2)]
    for name, binary, most in (("exact", True, 2), ("betting", False, 10)):
        hypothesis = at_least(0.8, n, binary=binary)
        seconds = _best(partial(_judge, hypothesis, units), repeats)
        what = f"{name} test, {n:,} units in batches that grow by 25 %, microseconds a unit"
        found.append(Figure("G10", what, seconds / n * 1e6, "<=", most, places=2))
    bounds = _best(lambda: _judge(at_least(0.8, n), units).summary(), 3)
    found.append(Figure("G10", f"exact bounds after {n:,} units, once an arm, seconds", bounds))
    built = _best(lambda: _boundaries(n), max(repeats // 4, 1))
    return [*found, Figure("G10", f"both boundaries of {n:,} units, seconds", built, "<=", 0.2)]


def _undecided(n: int) -> Floats:
    """0/1 units whose mean is 0.8 all the way, so that no test stops."""
    steps = np.floor(0.8 * np.arange(1, n + 1) + 1e-9)
    return np.diff(steps, prepend=0.0)


def _batches(n: int) -> Iterator[slice]:
    first, last = 0, 8
    while first < n:
        yield slice(first, last)
        first, last = last, last + max(7, last // 4)


def _bare(units: Floats) -> None:
    for part in _batches(len(units)):
        np.cumsum(units[part])


def _judge(hypothesis: Hypothesis, units: Floats) -> Test:
    test = make_test("sequential", "distribution", hypothesis)
    for part in _batches(len(units)):
        piece = (units[part], None)
        test.extend(piece, piece)
    assert test.decision is None
    return test


def _boundaries(n: int) -> None:
    coin_boundary.cache_clear()
    for chance in (0.8, 0.2):
        coin_boundary(chance, ALPHA, n).upto(n)


def _best(work: Callable[[], object], repeats: int) -> float:
    """Seconds of the fastest of some repeats: the one that other work on the machine disturbed least."""
    work()
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


def beyond_the_evidence(size: Size, n: int = 2000) -> list[Figure]:
    """G10: calls made after the verdict, over what is allowed: 7 units or 25 % of the evidence, whichever is more."""
    rng, used, runs = size.rng(10, 2), [], max(size.whole // 3, 1)
    with Gate(["{metric: accuracy, cells: clean, at_least: 0.8}"], rows(n)) as gate:
        for share in rng.choice([0.5, 0.7, 0.75, 0.85, 0.9, 1.0], runs):
            done = gate.answering(rng.random(n) < share)
            units = done.arms[0].units
            used.append((done.counts.called - units) / max(7.0, 0.25 * units))
    what = f"calls beyond the evidence as a part of what is allowed (7 units or 25 %), most of {runs} whole runs"
    return [Figure("G10", what, max(used), "<=", 1.0)]
