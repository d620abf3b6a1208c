"""A recording of conversations is judged by all its turns; where it lacks the earlier ones, none is taken for right."""

import json

import pytest

from robustspec.engine.session import Options, load_plan, open_model, run_plan

SPEC = """
robustspec: 1
about: {title: Recorded talks}
data:
  talks: {kind: jsonl, path: talks.jsonl}
metrics:
  all_right: {kind: survives, of: accuracy}
scenarios:
  talks:
    title: Talks
    mechanism: None.
    data: talks
    requirements:
      - {metric: %s, cells: clean, at_least: 0.5, method: fixed}
"""


@pytest.fixture
def judged(tmp_path):
    """The arm of 30 recorded conversations of two turns, the first of which was answered wrongly."""

    def run(metric, **recorded):
        (tmp_path / "spec.yaml").write_text(SPEC % metric)
        said = [{"role": "user", "content": "one", "expect": "1"}, {"role": "user", "content": "two"}]
        rows = [
            {"id": f"r{n}", "input": [{**said[0], "content": f"one of {n}"}, said[1]], "label": "2"} for n in range(30)
        ]
        (tmp_path / "talks.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        lines = [{"case_id": f"talks/r{n}/clean", "output": "2", **recorded} for n in range(30)]
        (tmp_path / "out.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        options = Options(cache=tmp_path / "cache")
        plan = load_plan(tmp_path / "spec.yaml", options)
        model, timeout_s = open_model(plan, str(tmp_path / "out.jsonl"))
        with model:
            [arm] = run_plan(plan, model, options, timeout_s=timeout_s).arms
        return arm

    return run


def test_turns_that_are_not_recorded_are_missing(judged):
    """The last answers are right, and nobody knows the others: no verdict on all turns, one on the last."""
    arm = judged("all_right")
    assert (arm.verdict, arm.missing) == ("INVALID", 30)
    assert judged("accuracy").verdict == "PASS"


@pytest.mark.parametrize(("first", "verdict"), [("1", "PASS"), ("9", "FAIL")])
def test_turns_that_are_recorded_are_judged(judged, first, verdict):
    """As they were said."""
    assert judged("all_right", turns=[first]).verdict == verdict
