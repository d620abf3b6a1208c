"""Another model as judge: asked once for each answer, read strictly, and missing where it says nothing."""

import json
import sys

import pytest

from robustspec.adapters.callable import wrap
from robustspec.engine.session import Options, load_plan, run_plan

SPEC = """
robustspec: 1
about: {title: Judged}
models:
  grader: {kind: callable, target: "grading_of_test:grade", fingerprint: g1}
data:
  rows: {kind: jsonl, path: rows.jsonl}
output:
  refusal: {kind: patterns, any: [cannot]}
metrics:
  solved: {kind: judge, model: grader}
scenarios:
  sums:
    title: Sums
    mechanism: Words change, sums do not.
    data: rows
    perturbations: [{kind: letter_case, style: upper}]
    requirements:
      - {metric: solved, cells: all, at_least: 0.5, max_samples: 40, method: fixed, %s}
"""

GRADER = """
ASKED = []

def grade(prompt):
    ASKED.append(prompt)
    candidate = prompt.split("### Solution to judge")[1]
    reference = prompt.split("### Reference answer")[1].split("###")[0].strip()
    if "mumble" in candidate:
        return "Well, yes and no."
    return "Yes." if reference in candidate else "No"
"""


@pytest.fixture
def judged(tmp_path, monkeypatch):
    """Runs 40 sums on a model that is given each sum; gives the result and what the grader was asked."""
    (tmp_path / "grading_of_test.py").write_text(GRADER)
    monkeypatch.syspath_prepend(str(tmp_path))
    rows = ({"id": f"r{n}", "input": f"what is {n} plus 1", "label": str(n + 1)} for n in range(40))
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    def run(model, more="max_error_rate: 1"):
        (tmp_path / "spec.yaml").write_text(SPEC % more)
        options = Options(cache=tmp_path / "cache")
        live = wrap(model)
        live.fingerprint = "m1"
        result = run_plan(load_plan(tmp_path / "spec.yaml", options), live, options)
        return result, sys.modules["grading_of_test"].ASKED

    yield run
    sys.modules.pop("grading_of_test", None)


def adds(text):
    """The right sum."""
    return f"The sum is {int(text.split()[2]) + 1}."


def test_the_judges_word_is_the_score(judged):
    """Forty sums clean and changed, all right; the prompt shows question, reference and solution; nothing is asked twice."""
    result, asked = judged(adds)
    [arm] = result.arms
    assert (arm.verdict, arm.value, arm.units, len(asked)) == ("PASS", 1.0, 40, 80)
    prompt = next(prompt for prompt in asked if "what is 7 plus 1" in prompt)
    assert "### Reference answer\n8\n" in prompt
    assert "### Solution to judge\nThe sum is 8.\n" in prompt
    result, asked = judged(adds)
    assert (result.arms[0].value, len(asked)) == (1.0, 80)


def test_a_wrong_answer_is_wrong_and_a_refusal_needs_no_judge(judged):
    """A quarter refuses, a quarter is wrong: half are right, and the judge is asked about the answers alone."""

    def model(text):
        n = int(text.split()[2])
        return "I cannot say" if n % 4 == 0 else "It is nothing" if n % 4 == 1 else adds(text)

    result, asked = judged(model)
    assert (result.arms[0].value, len(asked)) == (0.5, 60)


def test_an_opinion_that_cannot_be_read_is_missing_and_counted(judged):
    """The run goes on, says so, and the PASS is judged as if those had been wrong."""
    result, _ = judged(lambda text: "mumble" if text.split()[2] in ("0", "1") else adds(text))
    [arm] = result.arms
    assert (arm.verdict, arm.missing) == ("PASS", 4)
    assert "4 opinions of grader could not be read, counted as missing" in result.notes


def test_too_many_lost_opinions_are_no_verdict(judged):
    """More than max_error_rate."""
    [arm] = judged(lambda text: "mumble", "max_error_rate: 0.1")[0].arms
    assert arm.verdict == "INVALID"
    assert "80 of 80 cases have no output" in arm.claim
