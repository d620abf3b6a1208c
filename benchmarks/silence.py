"""What the plugin costs a session that has no specification: `pytest --collect-only` with it and without it.

    python benchmarks/silence.py [PAIRS]            # default: 30

Processes are run in pairs, one with ``-p pytest_robustspec.plugin`` and one with ``-p no:robustspec``, in an order that
alternates; other plugins stay out (``PYTEST_DISABLE_PLUGIN_AUTOLOAD``), for they cost far more and would hide it. Printed
are the median difference of the pairs in CPU milliseconds (a machine that is busy with other things does not count), its
quartiles, and the modules that only the first of them loads. Goal: 20 ms.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

PAIRS = 30
GOAL_MS = 20
WITH = ("-p", "pytest_robustspec.plugin")
WITHOUT = ("-p", "no:robustspec")

CONFTEST = """
import json, sys

def pytest_unconfigure():
    with open("modules.json", "w") as file:
        json.dump(sorted(sys.modules), file)
"""


def project(folder: Path, tests: int = 50) -> None:
    """An ordinary project with a folder of tests and a YAML file that is none of ours."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "stages.yaml").write_text("stages: [build, test]\n")
    (folder / "test_plain.py").write_text("\n".join(f"def test_{n}():\n    pass\n" for n in range(tests)))


def session(folder: Path, *options: str) -> float:
    """CPU milliseconds of one listing of the project's tests."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *options]
    # Byte code is kept, as in an ordinary session.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    _, process.returncode, usage = os.wait4(process.pid, 0)
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed")
    return 1e3 * (usage.ru_utime + usage.ru_stime)


def loaded(folder: Path, *options: str) -> set[str]:
    """The modules of such a session."""
    (folder / "conftest.py").write_text(CONFTEST)
    session(folder, *options)
    (folder / "conftest.py").unlink()
    return set(json.loads((folder / "modules.json").read_text()))


def main() -> None:
    """Print the difference and what was loaded."""
    pairs = max(2, int(sys.argv[1])) if len(sys.argv) > 1 else PAIRS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project(folder)
        only_ours = sorted(loaded(folder, *WITH) - loaded(folder, *WITHOUT))
        differences, without = [], []
        for number in range(pairs):
            ways = [WITH, WITHOUT] if number % 2 else [WITHOUT, WITH]
            taken = {way: session(folder, *way) for way in ways}
            differences.append(taken[WITH] - taken[WITHOUT])
            without.append(taken[WITHOUT])
    low, median, high = statistics.quantiles(differences, n=4)
    print(
        f"pytest --collect-only of 50 tests: {statistics.median(without):.0f} ms; the plugin adds {median:.1f} ms "
        f"(quartiles {low:.1f} to {high:.1f}, {pairs} pairs; goal {GOAL_MS})"
    )
    print(f"modules that only the plugin loads ({len(only_ours)}): {', '.join(only_ours)}")


if __name__ == "__main__":
    main()
