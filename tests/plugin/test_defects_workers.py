"""Defects of runs with workers that use has shown; each test says what should hold."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("xdist")

TALKS = """
robustspec: 1
about: {title: Talks}
model: {kind: callable, target: talk_model:answer}
data:
  d: {kind: jsonl, path: talks.jsonl}
metrics:
  survival_2: {kind: survival, of: accuracy, at: 2}
scenarios:
  s:
    title: S
    mechanism: M
    data: d
    requirements:
      - {metric: survival_2, cells: clean, at_least: 0.5, population: dataset}
"""


def test_survival_curves_reach_the_controller(project):
    """A result with curves over turns can be sent by a worker."""
    (project.path / "talk_model.py").write_text("def answer(messages):\n    return 'yes'\n")
    turns = [{"role": "user", "content": "a", "expect": "yes"}, {"role": "user", "content": "b"}]
    rows = [{"id": f"r{k}", "input": turns, "label": "yes"} for k in range(5)]
    (project.path / "talks.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    project.write_spec(TALKS, "talks.yaml")
    result = project.run("--robustspec=talks.yaml", "-n1", "--robustspec-report=report.json")
    result.assert_outcomes(passed=1)
    assert project.report()["results"][0]["scenarios"][0]["arms"][0]["survival"]


@pytest.mark.xfail(strict=True, reason="each worker runs every scenario, and the report adds up what all of them did")
def test_spread_scenarios_are_run_once(project):
    """--robustspec-dist=scenario gives each worker its scenarios: calls and counts are those of one process."""
    project.run("--robustspec=spec.yaml", "--robustspec-report=one.json").assert_outcomes(passed=7)
    alone = project.calls()
    args = ("--robustspec=spec.yaml", "--robustspec-fresh", "-n2", "--robustspec-dist=scenario")
    project.run(*args, "--robustspec-report=two.json").assert_outcomes(passed=7)
    counts = [project.report(name)["results"][0]["counts"]["generated"] for name in ("one.json", "two.json")]
    assert project.calls() <= 1.5 * alone
    assert counts[0] == counts[1]
    assert not [note for note in project.report("two.json")["results"][0]["notes"] if "stopped" in note]
