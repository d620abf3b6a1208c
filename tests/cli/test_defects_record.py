"""Defects of ``robustspec record`` that use has shown; each test says what should hold."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("said", ["float('nan')", "{'score': float('inf')}"])
def test_an_output_that_is_no_json_is_missing(folder, command, said):
    """A NaN would be written as a bare word, which no strict reader takes: the case has no output."""
    (folder / "nan_model_of_test.py").write_text(f"def answer(text):\n    return {said}\n")
    code, _, err = command(
        "record", "spec.yaml", "--model", "nan_model_of_test:answer", "-o", "o.jsonl", "--max-samples", "2"
    )
    assert (code, "not JSON" in err, (folder / "o.jsonl").read_text()) == (1, True, "")


JUDGED = """\
robustspec: 1
about: {title: Judged}
models:
  grader: {kind: openai, base_url: "http://judge.invalid/v1", model: m}
privacy: {contains: patient_data}
data:
  notes: {kind: jsonl, path: notes.jsonl, origin: synthetic}
metrics:
  solved: {kind: judge, model: grader}
scenarios:
  typos:
    title: Slips
    mechanism: People hurry.
    data: notes
    requirements: [{metric: solved, cells: clean, at_least: 0.5}]
"""


def test_a_judge_does_not_stand_in_the_way_of_recording(folder, command):
    """A local model is recorded; nothing goes to the judge, who is not listed."""
    (folder / "judged.yaml").write_text(JUDGED)
    code, _, err = command(
        "record", "judged.yaml", "--model", "cli_model:answer", "-o", "o.jsonl", "--max-samples", "2"
    )
    assert (code, "may_send_to" in err) == (0, False)
