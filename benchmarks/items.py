"""Microseconds per pytest item: an arm of a specification beside a case of plain pytest's parametrize.

    python benchmarks/items.py [ARMS ...]           # default: 1000 10000 50000

A specification has a requirement over a group with that many values (or several of at most 10,000, which is the limit),
two rows a value, and a constant model; the plain test has as many parameters and asserts nothing. Both are listed
(--collect-only) and run in processes of their own, in turn, and what the same command costs with two items is taken off.
The ratio is what to look at: it is the same work on the same machine in the same minute. A run of a specification also
perturbs, calls, stores, scores and judges.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

RUNS = {1_000: 3, 10_000: 3, 50_000: 1}

SPEC = """
robustspec: 1
about: {title: Items}
model: {kind: callable, target: constant_model:answer}
data:
  rows: {kind: jsonl, path: rows.jsonl, groups: [GROUPS], origin: synthetic}
statistics: {population: dataset}
scenarios:
  load:
    title: Load
    mechanism: Text gets damaged.
    data: rows
    perturbations: [{kind: letter_case, style: upper}]
    requirements:
"""
REQUIREMENT = "      - {metric: accuracy, worst_over: GROUP, at_least: 0.5}\n"
MOST_VALUES = 10_000

PLAIN = """
import pytest

@pytest.mark.parametrize("n", range(ARMS))
def test_item(n):
    pass
"""

OPTIONS = ["-p", "no:cacheprovider", "-q", "-q", "--no-header"]


def project(folder: Path, arms: int) -> None:
    """Write data, model, specification and plain tests with ``arms`` items."""
    values, names = min(arms, MOST_VALUES), [f"site{n}" for n in range(-(-arms // MOST_VALUES))]
    with (folder / "rows.jsonl").open("w") as file:
        for number in range(2 * values):
            row = {"id": f"r{number}", "input": f"please look into ticket {number}", "label": "yes"}
            file.write(json.dumps(row | dict.fromkeys(names, f"s{number % values}")) + "\n")
    requirements = "".join(REQUIREMENT.replace("GROUP", name) for name in names)
    (folder / "constant_model.py").write_text("def answer(text):\n    return 'yes'\n")
    (folder / "spec.yaml").write_text(SPEC.replace("GROUPS", ", ".join(names)) + requirements)
    (folder / "test_plain.py").write_text(PLAIN.replace("ARMS", str(arms)))
    (folder / "pytest.ini").write_text("[pytest]\n")


def environment(folder: Path) -> dict[str, str]:
    """That of an ordinary session: byte code is kept, else every process would compile what it imports."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": str(folder)}


def measure(folder: Path, arguments: list[str]) -> tuple[float, float]:
    """CPU seconds and peak MB of one pytest process; ends the benchmark where that fails."""
    log = os.open(folder / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    pid = os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "pytest", *OPTIONS, *arguments],
        environment(folder),
        file_actions=[(os.POSIX_SPAWN_DUP2, log, 1), (os.POSIX_SPAWN_DUP2, log, 2)],
    )
    _, status, usage = os.wait4(pid, 0)
    os.close(log)
    if status:
        sys.exit((folder / "log.txt").read_text()[-3000:])
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def figures(arms: int, runs: int) -> dict[str, tuple[float, float]]:
    """Median CPU seconds and peak MB of each way; the two kinds of items take turns."""
    ways = {
        "collect arms": ["--collect-only", "--robustspec=spec.yaml"],
        "collect plain": ["--collect-only", "test_plain.py"],
        "run arms": ["--robustspec=spec.yaml"],
        "run plain": ["test_plain.py"],
    }
    taken: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.chdir(folder)
        project(folder, arms)
        for arguments in ways.values():  # fills the index of the data and the byte code, as any earlier session has
            measure(folder, [*arguments, "--collect-only"])
        for _ in range(runs):
            for way, arguments in ways.items():
                taken[way].append(measure(folder, arguments))
                _empty_store(folder)
        os.chdir("/")
    return {way: tuple(statistics.median(each) for each in zip(*found, strict=True)) for way, found in taken.items()}  # type: ignore[misc]  # two columns


def _empty_store(folder: Path) -> None:
    for part in ("outputs", "looks.jsonl"):
        path = folder / ".robustspec_cache" / part
        for file in sorted([path, *path.rglob("*")], reverse=True):
            if file.is_file():
                file.unlink()
            elif file.is_dir():
                file.rmdir()


def main() -> None:
    """Print a line for each size and way."""
    sizes = [int(argument) for argument in sys.argv[1:]] or list(RUNS)
    started = time.perf_counter()
    base = figures(2, 3)
    print("CPU microseconds per item above a session of two items; ratio to plain pytest in the same run")
    for arms in sizes:
        found = figures(arms, RUNS.get(arms, 1))
        per_item = {way: 1e6 * (seconds - base[way][0]) / arms for way, (seconds, _) in found.items()}
        for verb in ("collect", "run"):
            ours, plain = per_item[f"{verb} arms"], per_item[f"{verb} plain"]
            print(
                f"{arms:>7,} items, {verb:<8} {ours:>7.0f} us an arm, {plain:>5.0f} us a plain test: "
                f"{ours / plain:>5.2f} x; peak {found[f'{verb} arms'][1]:.0f} and {found[f'{verb} plain'][1]:.0f} MB",
                flush=True,
            )
    print(f"({time.perf_counter() - started:.0f} s in all)")


if __name__ == "__main__":
    main()
