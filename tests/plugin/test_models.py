"""Which model is judged: command line, fixture, file; several side by side."""

from __future__ import annotations

import sys


def test_the_command_line_wins(project):
    """--robustspec-model wins over the file's model."""
    project.run("--robustspec=spec.yaml", "--robustspec-model=models:upper_blind").assert_outcomes(passed=6, failed=1)


def test_the_fixture_wins_over_the_file(project):
    """A session fixture robustspec_model may return any callable."""
    project.pytester.makeconftest(
        """
        import pytest

        @pytest.fixture(scope="session")
        def robustspec_model():
            from models import upper_blind
            return upper_blind
        """
    )
    project.run("--robustspec=spec.yaml").assert_outcomes(passed=6, failed=1)
    project.run("--robustspec=spec.yaml", "--robustspec-model=models:good").assert_outcomes(passed=7)


def test_a_function_scoped_fixture_is_refused(project):
    """A model built anew for each arm is an error with its remedy."""
    project.pytester.makeconftest("import pytest\n\n@pytest.fixture\ndef robustspec_model():\n    return str\n")
    result = project.run("--robustspec=spec.yaml")
    result.stdout.fnmatch_lines(["*scope='session'*"])
    assert result.ret == 1


def test_several_models_run_side_by_side(project):
    """Each model gets a level of its own in the ids."""
    args = ("--robustspec=spec.yaml", "--robustspec-model=models:good", "--robustspec-model=models:upper_blind")
    ids = project.ids(project.run(*args, "--collect-only", "-q"))
    assert "spec.yaml::good::sites::mean-accuracy::all" in ids
    assert "spec.yaml::upper_blind::sites::mean-accuracy::all" in ids
    project.run(*args).assert_outcomes(passed=13, failed=1)


def test_an_async_model_gives_the_same_verdicts(project):
    """Calls in flight change nothing."""
    project.run("--robustspec=spec.yaml", "--robustspec-model=models:slow").assert_outcomes(passed=7)


def test_no_model_at_all_says_what_to_do(project):
    """A specification without a model names the three ways to give one."""
    text = (project.path / "spec.yaml").read_text()
    project.write_spec(text.replace("model: {kind: callable, target: models:good}\n", ""))
    result = project.run("--robustspec=spec.yaml")
    result.stdout.fnmatch_lines(["*names no model*robustspec_model*"])


def test_recorded_outputs_are_a_model(project):
    """A file of outputs by case id is judged like a live model."""
    result = project.pytester.run(
        sys.executable, "-m", "robustspec.cli", "export-cases", "spec.yaml", "-o", "cases.jsonl"
    )
    assert result.ret == 0
    project.pytester.makepyfile(
        answer="""
        import json
        from models import good

        with open("cases.jsonl") as cases, open("outputs.jsonl", "w") as outputs:
            for case in map(json.loads, cases):
                line = {"case_id": case["case_id"], "output": good(case["input"]), "input_sha": case["input_sha"]}
                outputs.write(json.dumps(line) + "\\n")
        """
    )
    project.pytester.runpython("answer.py")
    project.run("--robustspec=spec.yaml", "--robustspec-model=outputs.jsonl").assert_outcomes(passed=7)
