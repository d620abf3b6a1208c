"""A small sound project, to be broken in one way at a time, and the user's two commands run on it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

SPEC = """\
robustspec: 1
about: {title: Tickets}
model: {kind: callable, target: "models:answer", timeout_s: 20}
data:
  tickets: {kind: jsonl, path: tickets.jsonl, groups: [site], origin: synthetic}
statistics: {max_samples: 60}
scenarios:
  capitals:
    title: Capitals
    mechanism: People press the capitals lock.
    data: tickets
    perturbations:
      - {kind: letter_case, style: upper}
    requirements:
      - {metric: accuracy, at_least: 0.8}
      - {metric: accuracy, worst_over: site, at_least: 0.5}
"""

MODELS = """\
import os

def log(text):
    with open(os.environ["CALLS"], "a") as file:
        file.write(text + "\\n")

def answer(text):
    log(text)
    return right(text)

def right(text):
    return "odd" if int("".join(c for c in text if c.isdigit())) % 2 else "even"
"""

Done = subprocess.CompletedProcess[str]


class Project:
    """The project, and what a user would type."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.spec(SPEC)
        self.models("")
        self.rows({})

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file of the project."""
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def spec(self, text: str, **replaced: str) -> None:
        """The specification, with texts replaced."""
        self.write("spec.yaml", text)

    def edit(self, old: str, new: str) -> None:
        """Change one place of the specification."""
        text = (self.folder / "spec.yaml").read_text()
        assert old in text
        self.write("spec.yaml", text.replace(old, new))

    def models(self, code: str) -> None:
        """The models of the project, and further ones; ``def answer`` replaces the good one."""
        self.write("models.py", MODELS + code)

    def rows(self, changed: Mapping[int, Mapping[str, Any]], count: int = 60) -> None:
        """The data, with the fields of some rows (by number) changed; a field set to None is left out."""
        lines = []
        for number in range(count):
            row = {
                "id": f"t{number}",
                "input": f"please look into ticket {number} of the printer",
                "label": "odd" if number % 2 else "even",
                "site": "AB"[number % 3 > 0],
                **changed.get(number, {}),
            }
            lines.append(json.dumps({key: value for key, value in row.items() if value is not None}))
        self.write("tickets.jsonl", "\n".join(lines) + "\n")

    def csv(self, text: str) -> None:
        """Data as CSV instead."""
        self.write("tickets.csv", text)
        self.edit("kind: jsonl, path: tickets.jsonl", "kind: csv, path: tickets.csv")

    @property
    def environment(self) -> dict[str, str]:
        """Environment of the commands."""
        return {**os.environ, "CALLS": str(self.folder / "calls.txt"), "COLUMNS": "300", "PYTEST_ADDOPTS": ""}

    def command(self, *arguments: str) -> list[str]:
        """The pytest command of a user."""
        options = ["-p", "no:cacheprovider", "-p", "no:randomly"]
        return [sys.executable, "-m", "pytest", "--robustspec=spec.yaml", *options, *arguments]

    def pytest(self, *arguments: str, wrapper: tuple[str, ...] = (), timeout: float = 120) -> Done:
        """Run the specification."""
        return self._run([*wrapper, *self.command(*arguments)], timeout)

    def check(self) -> Done:
        """`robustspec check spec.yaml`."""
        return self._run([sys.executable, "-m", "robustspec.cli", "check", "spec.yaml"], 120)

    def _run(self, command: list[str], timeout: float) -> Done:
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env=self.environment,
            timeout=timeout,
            check=False,
            errors="replace",
        )

    def calls(self) -> list[str]:
        """The texts that the model was called with since the last time."""
        path = self.folder / "calls.txt"
        found = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return found

    def stored(self) -> int:
        """Outputs in the store."""
        segments = (self.folder / ".robustspec_cache" / "outputs").rglob("seg-*.jsonl")
        return sum(max(0, len(path.read_bytes().splitlines()) - 1) for path in segments)

    def report(self) -> dict[str, Any]:
        """The report.json that was written."""
        data: dict[str, Any] = json.loads((self.folder / "report.json").read_text())
        return data

    def refused(self) -> str:
        """The one fault that both commands tell, with exit code 4, before any call and without a traceback."""
        by_check, by_pytest = self.check(), self.pytest()
        assert by_check.returncode == 4, by_check.stdout + by_check.stderr
        assert by_pytest.returncode == 4, by_pytest.stdout + by_pytest.stderr
        assert "Traceback" not in by_check.stderr + by_pytest.stderr + by_pytest.stdout
        assert self.calls() == []
        told = by_check.stderr.strip().replace(str(self.folder) + "/", "")
        assert "\n" not in told, told
        assert told in by_pytest.stderr.replace(str(self.folder) + "/", "")
        return told


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A sound project in a folder of its own."""
    return Project(tmp_path)


@pytest.fixture
def ends_well() -> Callable[[Done], None]:
    """Assert that a session ended by itself, without an internal error or a traceback."""

    def check(done: Done) -> None:
        assert done.returncode in (0, 1), done.stdout + done.stderr
        assert "INTERNALERROR" not in done.stdout
        assert "Traceback" not in done.stdout + done.stderr

    return check
