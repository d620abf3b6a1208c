"""A small specification with its data in the current folder, and a way to run a command in this process."""

import json
from pathlib import Path

import pytest

from robustspec.cli import main

SPEC = """\
robustspec: 1
about: {title: Wellbeing, limitations: [none]}
model: {kind: callable, target: cli_model:answer}
data:
  notes: {kind: jsonl, path: notes.jsonl, origin: synthetic}
scenarios:
  typos:
    title: Slips
    mechanism: People hurry.
    data: notes
    perturbations:
      - {kind: keyboard_typo, level: [3]}
      - {kind: contraction, direction: contract}
    requirements:
      - {metric: accuracy, cells: clean, at_least: 0.8}
      - {metric: accuracy, cells: [keyboard_typo], at_least: 0.8}
  short:
    title: Short forms
    mechanism: People write as they speak.
    data: notes
    perturbations: [{kind: contraction, direction: contract}]
    requirements:
      - {metric: accuracy, at_least: 0.5, method: fixed, max_samples: 10, max_unchanged: 1}
      - {metric: accuracy, aggregate: drop, at_most: 0.5, method: fixed, max_samples: 6, max_unchanged: 1}
"""

MODEL = """\
CALLED = []

def answer(text):
    CALLED.append(text)
    return "well"
"""


def notes():
    """Forty notes; every second one has something to contract."""
    for number in range(40):
        text = (
            f"I am happy with visit {number} to the clinic"
            if number % 2
            else f"Note {number}: happy patient, going home"
        )
        yield {"id": f"n{number}", "input": text, "label": "well"}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with spec.yaml, notes.jsonl and cli_model.py."""
    (tmp_path / "spec.yaml").write_text(SPEC)
    (tmp_path / "cli_model.py").write_text(MODEL)
    (tmp_path / "notes.jsonl").write_text("".join(json.dumps(note) + "\n" for note in notes()))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def command(capsys):
    """Run a command in this process: gives its exit code, stdout and stderr."""

    def run(*arguments):
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def root():
    """The root of the checkout."""
    return Path(__file__).resolve().parents[2]
