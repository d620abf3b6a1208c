"""Only what is selected is called; what was called is not called again."""

from __future__ import annotations


def test_k_selects_by_name_and_calls_only_that(project):
    """-k on a cell calls the model on that cell only."""
    result = project.run("--robustspec=spec.yaml", "-k", "letter_case")
    result.assert_outcomes(passed=1, deselected=6)
    few = project.calls()
    project.run("--robustspec=spec.yaml", "--robustspec-fresh")
    assert 0 < few < project.calls() / 2


def test_a_second_run_calls_nothing(project):
    """An unchanged model answers from the store."""
    project.run("--robustspec=spec.yaml").assert_outcomes(passed=7)
    assert project.calls() > 0
    result = project.run("--robustspec=spec.yaml")
    result.assert_outcomes(passed=7)
    assert project.calls() == 0


def test_fresh_calls_again(project):
    """--robustspec-fresh ignores what is stored."""
    project.run("--robustspec=spec.yaml")
    first = project.calls()
    project.run("--robustspec=spec.yaml", "--robustspec-fresh")
    assert first == project.calls()


def test_offline_is_an_error_without_outputs_and_passes_with_them(project):
    """--robustspec-offline never calls: a missing output is an error, a stored one is used."""
    result = project.run("--robustspec=spec.yaml", "--robustspec-offline")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*OfflineMiss*"])
    assert project.calls() == 0
    project.run("--robustspec=spec.yaml")
    project.calls()
    project.run("--robustspec=spec.yaml", "--robustspec-offline").assert_outcomes(passed=7)
    assert project.calls() == 0


def test_x_stops_before_later_scenarios_are_called(project):
    """With -x, a scenario that no item came to makes no call."""
    text = (project.path / "spec.yaml").read_text()
    head, tail = text.split("  sites:")
    bad = head.replace("at_least: 0.8}", "at_least: 0.8, name: impossible}")
    project.write_spec(bad + "  sites:" + tail)
    result = project.run("--robustspec=spec.yaml", "-x", "--robustspec-model=models:broken")
    result.assert_outcomes(failed=1)


def test_edited_model_is_called_again(project):
    """The fingerprint of a callable is its module's file."""
    project.run("--robustspec=spec.yaml", "-k", "sites")
    project.calls()
    models = project.path / "models.py"
    models.write_text(models.read_text() + "\n# a change\n")
    project.run("--robustspec=spec.yaml", "-k", "sites")
    assert project.calls() > 0
