"""The Python door: from pytest_robustspec import scenarios."""

from __future__ import annotations


def test_scenarios_parametrises_a_test_of_ones_own(project):
    """Each arm is a case of the user's test, with the failure text of an arm."""
    project.pytester.makepyfile(
        test_spec="""
        from pytest_robustspec import scenarios

        test_tickets = scenarios("spec.yaml")
        """
    )
    project.run("test_spec.py").assert_outcomes(passed=7)
    result = project.run("test_spec.py", "--robustspec-model=models:upper_blind")
    result.assert_outcomes(passed=6, failed=1)
    result.stdout.fnmatch_lines(["*spec.yaml:17: FAIL*letter_case*"])
    project.run("test_spec.py", "-k", "letter_case").assert_outcomes(passed=1, deselected=6)


def test_a_fixture_gives_the_model(project):
    """The fixture is used as in specification files."""
    project.pytester.makepyfile(
        test_spec="""
        import pytest
        from models import upper_blind
        from pytest_robustspec import scenarios

        @pytest.fixture(scope="module")
        def robustspec_model():
            return upper_blind

        test_tickets = scenarios("spec.yaml")
        """
    )
    project.run("test_spec.py").assert_outcomes(passed=6, failed=1)


def test_a_bad_file_is_an_error_of_collection(project):
    """A specification that cannot be used stops the collection of that file with its faults."""
    project.write_spec("robustspec: 1\n", "bad.yaml")
    project.pytester.makepyfile(
        test_spec="from pytest_robustspec import scenarios\n\ntest_bad = scenarios('bad.yaml')\n"
    )
    result = project.run("test_spec.py")
    assert result.ret != 0
    assert "bad.yaml:1:" in result.stdout.str() + result.stderr.str()
