"""A small project in pytester's folder: a specification, its data, and models that succeed and fail in known ways."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

import pytest

SPEC = """
robustspec: 1
about: {title: Tickets}
model: {kind: callable, target: models:good}
data:
  tickets: {kind: jsonl, path: tickets.jsonl, groups: [site], origin: synthetic}
statistics: {max_samples: 120}
scenarios:
  typos:
    title: Typos
    mechanism: People mistype.
    data: tickets
    perturbations:
      - {kind: keyboard_typo, level: [1, 2]}
      - {kind: letter_case, style: upper}
    requirements:
      - {metric: accuracy, cells: clean, at_least: 0.8}
      - {metric: accuracy, worst_over: cell, at_least: 0.7, tags: [slow]}
      - {metric: accuracy, worst_over: site, at_least: 0.4}
  sites:
    title: Sites
    mechanism: Sites write differently.
    data: tickets
    requirements:
      - {metric: accuracy, at_least: 0.8}
"""

MODELS = '''
import os

CALLS = os.path.join(os.path.dirname(__file__), "calls.txt")

def _log(text):
    with open(CALLS, "a") as file:
        file.write(text.replace("\\n", " ") + "\\n")

def good(text):
    """Right whatever the case or the typo: the answer is the parity of the number in the text."""
    _log(text)
    number = int("".join(c for c in text if c.isdigit()))
    return "odd" if number % 2 else "even"

def upper_blind(text):
    return "none" if text.isupper() else good(text)

async def slow(text):
    return good(text)

def broken(text):
    raise RuntimeError("the model is down")
'''

SENTENCE = "please look into the ticket with the reference {} because the printer near the window stopped"


class Project:
    """The project under test."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.path = pytester.path
        self.write_spec(SPEC)
        (self.path / "models.py").write_text(MODELS)
        rows = [
            {"id": f"t{n}", "input": SENTENCE.format(n), "label": "odd" if n % 2 else "even", "site": "AB"[n % 3 > 0]}
            for n in range(300)
        ]
        (self.path / "tickets.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    def write_spec(self, text: str, name: str = "spec.yaml") -> Path:
        """Write a specification file."""
        path = self.path / name
        path.write_text(textwrap.dedent(text).lstrip())
        return path

    def run(self, *args: str) -> pytest.RunResult:
        """pytest in a process of its own, so that modules of the project are fresh."""
        return self.pytester.runpytest_subprocess("-p", "no:randomly", *args)

    def calls(self) -> int:
        """Model calls so far, and forget them."""
        log = self.path / "calls.txt"
        count = len(log.read_text().splitlines()) if log.exists() else 0
        log.unlink(missing_ok=True)
        return count

    def ids(self, result: pytest.RunResult) -> list[str]:
        """Node ids that --collect-only -q printed."""
        return [line for line in result.outlines if "::" in line and not line.startswith(("ERROR", "FAILED"))]

    def report(self, name: str = "report.json") -> dict[str, Any]:
        """A written JSON report."""
        data: dict[str, Any] = json.loads((self.path / name).read_text())
        return data


@pytest.fixture
def project(pytester: pytest.Pytester) -> Project:
    """A fresh project."""
    return Project(pytester)
