"""Other plugins: pytest-timeout, pytest-rerunfailures."""

from __future__ import annotations

import pytest


def test_a_rerun_gets_the_same_verdict_and_calls_nothing(project):
    """A failed arm that is run again is not judged on fresh luck."""
    pytest.importorskip("pytest_rerunfailures")
    args = ("--robustspec=spec.yaml", "--robustspec-model=models:upper_blind", "-k", "letter_case")
    project.run(*args)
    once = project.calls()
    result = project.run(*args, "--robustspec-fresh", "--reruns=2")
    result.stdout.fnmatch_lines(["*1 failed*2 rerun*"])
    assert once == project.calls()


def test_a_timeout_interrupts_an_arm_that_waits(project):
    """pytest-timeout ends the wait for a model that is too slow, and the session goes on."""
    pytest.importorskip("pytest_timeout")
    models = project.path / "models.py"
    models.write_text(models.read_text() + "\nimport time\n\ndef sleepy(text):\n    time.sleep(3)\n    return 'odd'\n")
    args = ("--robustspec=spec.yaml", "--robustspec-model=models:sleepy", "-k", "sites", "--timeout=1")
    result = project.run(*args)
    result.assert_outcomes(failed=1, deselected=6)
    result.stdout.fnmatch_lines(["*Timeout*"])
