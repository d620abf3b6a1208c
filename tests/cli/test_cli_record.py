"""``robustspec record``."""

from __future__ import annotations

import json
import sys

import pytest

from robustspec.cli import main

SPEC = """
robustspec: 1
about: {title: A test}
data:
  d: {kind: jsonl, path: d.jsonl, origin: synthetic}
scenarios:
  s:
    title: A scenario
    mechanism: A mechanism
    data: d
    perturbations:
      - {kind: letter_case, style: upper}
    requirements:
      - {metric: accuracy, cells: all, at_least: 0.5, population: dataset}
"""
MODEL = """
calls = []
def answer(text):
    calls.append(text)
    if text in FAILS:
        raise RuntimeError("cannot")
    return text.lower()
def chat(messages):
    calls.append(messages)
    return f"{len(messages)}"
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a specification, its data and a model."""
    rows = [{"id": f"r{k}", "input": f"hello {k}", "label": f"hello {k}"} for k in range(8)]
    (tmp_path / "d.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "s.yaml").write_text(SPEC)
    (tmp_path / "recorded_model.py").write_text("FAILS = ()\n" + MODEL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    sys.modules.pop("recorded_model", None)


def record(*more):
    return main(["record", "s.yaml", "--model", "recorded_model:answer", "-o", "out.jsonl", "--cache", "cache", *more])


def test_every_case_has_its_line(folder):
    """Clean and perturbed, each with the answer and the hash of what was asked."""
    assert record() == 0
    lines = [json.loads(line) for line in (folder / "out.jsonl").read_text().splitlines()]
    assert {line["case_id"] for line in lines} == {
        f"s/r{k}/{cell}" for k in range(8) for cell in ("clean", "letter_case")
    }
    assert all(line["output"] == f"hello {line['case_id'][3]}" for line in lines)


def test_the_file_judges_like_the_live_model(folder, capsys):
    """A run on the recording makes no call and comes to the same verdict."""
    record()
    sys.modules["recorded_model"].calls.clear()
    assert main(["run", "s.yaml", "--model", "out.jsonl", "-q", "-p", "no:cacheprovider"]) == 0
    assert sys.modules["recorded_model"].calls == []


def test_a_second_recording_calls_nothing(folder):
    """What is stored is not asked again, so an interrupted recording goes on where it was."""
    record()
    sys.modules["recorded_model"].calls.clear()
    assert record() == 0
    assert sys.modules["recorded_model"].calls == []


def test_a_case_without_output_is_left_out_and_told(folder, capsys):
    """The file holds what there is, the exit code says that it is not all."""
    (folder / "recorded_model.py").write_text("FAILS = ('hello 3',)\n" + MODEL)
    assert record() == 1
    assert "1 case without output left out: RuntimeError: cannot" in capsys.readouterr().err
    assert len((folder / "out.jsonl").read_text().splitlines()) == 15


def test_a_conversation_is_held_turn_by_turn(folder):
    """The recorded output is the last one, after the model has spoken in between."""
    turns = [{"role": "user", "content": "one"}, {"role": "user", "content": "two"}]
    (folder / "d.jsonl").write_text(json.dumps({"id": "r0", "input": turns, "label": "x"}) + "\n")
    (folder / "s.yaml").write_text(
        SPEC.replace("      - {kind: letter_case, style: upper}\n", "").replace("    perturbations:\n", "")
    )
    assert main(["record", "s.yaml", "--model", "recorded_model:chat", "-o", "out.jsonl", "--cache", "cache"]) == 0
    assert len(sys.modules["recorded_model"].calls) == 2
    assert json.loads((folder / "out.jsonl").read_text())["output"] == "3"
