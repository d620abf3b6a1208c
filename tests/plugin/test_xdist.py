"""Under -n: the same verdicts, each input called once, results on the controller."""

from __future__ import annotations

import pytest

pytest.importorskip("xdist")


def test_distributed_verdicts_and_calls_are_the_same(project):
    """All arms of a model stay on one worker by default: no input is called twice."""
    project.run("--robustspec=spec.yaml", "--robustspec-report=one.json").assert_outcomes(passed=7)
    alone = project.calls()
    args = ("--robustspec=spec.yaml", "--robustspec-fresh", "-n2", "--robustspec-report=two.json")
    project.run(*args).assert_outcomes(passed=7)
    assert alone == project.calls()
    verdicts = [
        [
            (arm["id"], arm["verdict"], arm["units"], arm["lower"])
            for s in r["results"][0]["scenarios"]
            for arm in s["arms"]
        ]
        for r in (project.report("one.json"), project.report("two.json"))
    ]
    assert verdicts[0] == verdicts[1]


def test_summary_and_failures_reach_the_controller(project):
    """The failure text and the section come from the worker."""
    result = project.run("--robustspec=spec.yaml", "--robustspec-model=models:upper_blind", "-n2")
    result.assert_outcomes(passed=6, failed=1)
    result.stdout.fnmatch_lines(["*FAIL*letter_case*", "*robustness specifications*"])


@pytest.mark.parametrize("mode", ["loadgroup", "worksteal", "loadscope", "loadfile"])
def test_every_mode_keeps_an_input_to_one_call(project, mode):
    """Whatever --dist says."""
    project.run("--robustspec=spec.yaml")
    alone = project.calls()
    project.run("--robustspec=spec.yaml", "--robustspec-fresh", "-n2", "--dist", mode).assert_outcomes(passed=7)
    assert alone == project.calls()


def test_files_found_by_name_are_kept_together_too(project):
    """A specification in testpaths is one scope, beside ordinary tests."""
    (project.path / "spec.yaml").rename(project.path / "tickets.robust.yaml")
    project.pytester.makepyfile(test_other="def test_a(): pass\ndef test_b(): pass")
    project.run()
    alone = project.calls()
    result = project.run("-n2", "--robustspec-fresh")
    result.assert_outcomes(passed=9)
    assert alone == project.calls()
    result.stdout.fnmatch_lines(["*robustness specifications*"])


def test_scenarios_may_be_spread(project):
    """--robustspec-dist=scenario uses both workers, and the report holds all arms."""
    args = ("--robustspec=spec.yaml", "-n2", "--robustspec-dist=scenario", "--robustspec-report=report.json")
    project.run(*args).assert_outcomes(passed=7)
    assert sum(len(s["arms"]) for s in project.report()["results"][0]["scenarios"]) == 7


def test_dist_each_is_refused(project):
    """Each worker would call the model: a usage error."""
    result = project.run("--robustspec=spec.yaml", "-n2", "--dist=each")
    assert result.ret == 4
