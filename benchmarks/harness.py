"""The harness: sentences x 10 text perturbations, a constant model, a report written, the whole process timed.

    python benchmarks/harness.py [CASES ...]        # default: 10000 100000, and the run with one arm

Beside each figure stands the same number of cases perturbed in a bare loop without a harness (one process, its start
included), so that the ratio says what the harness costs on this machine. Other pytest plugins are left out, as where
other harnesses were measured. Goals: 10,000 cases in 2.0 s and 120 MB,
100,000 in 6 s and 200 MB, one arm in 0.6 s.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

RUNS = 3
GOALS = {10_000: (2.0, 120), 100_000: (6.0, 200), 1: (0.6, None)}

TEXT = (
    "please could you check whether the order that was placed on monday has been shipped because the customer called "
    "again about the missing parcel and wants to know when it will arrive at the office near the station in town"
)

SPEC = """
robustspec: 1
about: {title: Harness}
model: {kind: callable, target: constant_model:answer}
data:
  rows: {kind: jsonl, path: rows.jsonl, origin: synthetic}
statistics: {method: fixed, max_samples: 1000000}
scenarios:
  load:
    title: Load
    mechanism: Text gets damaged.
    data: rows
    perturbations: PERTURBATIONS
    requirements:
      - {metric: accuracy, at_least: 0.8}
      - {metric: accuracy, worst_over: cell, at_least: 0.8}
"""

TEN = """
      - {kind: keyboard_typo, level: [2]}
      - {kind: character_edit, action: swap, level: [2]}
      - {kind: word_drop, level: [2]}
      - {kind: ocr_confusion, level: [2]}
      - {kind: letter_case, style: upper}
      - {kind: whitespace, level: [2]}
      - {kind: punctuation, level: [2]}
      - {kind: filler_words, level: [1]}
      - {kind: homoglyph, level: [2]}
      - {kind: irrelevant_sentence, level: [1]}
"""

BARE = """
import json, sys
from robustspec import registry
from robustspec.data.row import Row
from robustspec.perturbation.scope import Scope
entries = [("keyboard_typo", 2, {}), ("character_edit", 2, {"action": "swap"}), ("word_drop", 2, {}),
           ("ocr_confusion", 2, {}), ("letter_case", None, {"style": "upper"}), ("whitespace", 2, {}),
           ("punctuation", 2, {}), ("filler_words", 1, {}), ("homoglyph", 2, {}), ("irrelevant_sentence", 1, {})]
scopes = [(Scope(registry.lookup("perturbations", k)(kind=k, **f)), level) for k, level, f in entries]
for line in open("rows.jsonl"):
    record = json.loads(line)
    row = Row(record["id"], record["input"])
    for scope, level in scopes:
        scope.apply(row, scope.sample(0, row, 0), level)
"""


def project(folder: Path, sentences: int, perturbations: str) -> None:
    """Write data, model and specification."""
    rng, words = random.Random(0), TEXT.split()
    with (folder / "rows.jsonl").open("w") as file:
        for number in range(sentences):
            text = f"{' '.join(rng.sample(words, 20)).capitalize()}, ticket {number}."
            file.write(json.dumps({"id": f"r{number}", "input": text, "label": "yes"}) + "\n")
    (folder / "constant_model.py").write_text("def answer(text):\n    return 'yes'\n")
    (folder / "spec.yaml").write_text(SPEC.replace("PERTURBATIONS", perturbations))
    (folder / "bare.py").write_text(BARE)


def environment(folder: Path) -> dict[str, str]:
    """The process's environment: no other pytest plugin, and compiled modules kept, as in a user's installation."""
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": str(folder), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def measure(folder: Path, command: list[str]) -> tuple[float, float]:
    """Wall seconds and peak MB of one process."""
    log = os.open(folder / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    start = time.perf_counter()
    pid = os.posix_spawn(
        sys.executable,
        [sys.executable, *command],
        environment(folder),
        file_actions=[(os.POSIX_SPAWN_DUP2, log, 1), (os.POSIX_SPAWN_DUP2, log, 2)],
    )
    _, status, usage = os.wait4(pid, 0)
    seconds = time.perf_counter() - start
    os.close(log)
    if status:
        sys.exit((folder / "log.txt").read_text()[-3000:])
    return seconds, usage.ru_maxrss / 1024


def median_run(folder: Path, command: list[str], clean: bool) -> tuple[float, float]:
    """Median of `RUNS` runs, each with an empty cache where ``clean``."""
    figures = []
    for _ in range(RUNS):
        if clean:
            for path in sorted((folder / ".robustspec_cache").rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
        figures.append(measure(folder, command))
    return statistics.median(f[0] for f in figures), statistics.median(f[1] for f in figures)


def main() -> None:
    """Run every size."""
    sizes = [int(arg) for arg in sys.argv[1:]] or [1, 10_000, 100_000]
    for cases in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            os.chdir(folder)
            project(folder, max(cases // 10, 30), TEN if cases > 1 else "[{kind: letter_case, style: upper}]")
            command = [
                "-m",
                "pytest",
                "-p",
                "pytest_robustspec.plugin",
                "--robustspec=spec.yaml",
                "-p",
                "no:cacheprovider",
                "-q",
            ]
            command += ["--robustspec-report=report.html"] if cases > 1 else ["-k", "mean-accuracy-worst"]
            seconds, megabytes = median_run(folder, command, clean=True)
            bare, _ = median_run(folder, ["bare.py"] if cases > 1 else ["-m", "pytest", "--version"], clean=False)
            goal_s, goal_mb = GOALS.get(cases, (None, None))
            beside = "bare perturbation loop" if cases > 1 else "pytest --version"
            print(
                f"{cases:>8,} cases: {seconds:.2f} s (goal {goal_s}), {megabytes:.0f} MB (goal {goal_mb}), "
                f"{seconds / bare:.2f} x the {beside} ({bare:.2f} s)",
                flush=True,
            )
            os.chdir("/")


if __name__ == "__main__":
    main()
