"""robustspec run: pytest's arguments, and a real run."""

import os
import subprocess
import sys

import pytest

from robustspec.cli import parser
from robustspec.commands.run import pytest_arguments


def translated(*arguments):
    args, rest = parser().parse_known_args(["run", *arguments])
    args.rest = rest
    return pytest_arguments(args)


@pytest.fixture
def robustspec(folder):
    """Run the command in a process of its own, in the folder of the specification."""
    environment = {**os.environ, "PYTEST_ADDOPTS": "-p no:cacheprovider", "COLUMNS": "100"}

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "robustspec.cli", "run", *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


@pytest.mark.parametrize(
    ("given", "passed"),
    [
        (["a.yaml"], ["--robustspec=a.yaml"]),
        (["a.yaml", "b.yml"], ["--robustspec=a.yaml", "--robustspec=b.yml"]),
        (["a.yaml", "-k", "x and y", "-x"], ["--robustspec=a.yaml", "-k", "x and y", "-x"]),
        (["-xvs", "-n", "2", "a.yaml"], ["--robustspec=a.yaml", "-xvs", "-n", "2"]),
        (["a.yaml::typos"], ["a.yaml::typos"]),
        (
            ["a.yaml", "--model", "m:f", "--model=m:g"],
            ["--robustspec=a.yaml", "--robustspec-model=m:f", "--robustspec-model=m:g"],
        ),
        (["a.yaml", "--max-samples", "5"], ["--robustspec=a.yaml", "--robustspec-max-samples=5"]),
        (
            ["a.yaml", "--fresh", "--report", "out"],
            ["--robustspec=a.yaml", "--robustspec-report=out", "--robustspec-fresh"],
        ),
        (
            ["a.yaml", "--offline", "-p", "no:cacheprovider"],
            ["--robustspec=a.yaml", "--robustspec-offline", "-p", "no:cacheprovider"],
        ),
    ],
)
def test_arguments_of_pytest(monkeypatch, given, passed):
    """Our options become the plugin's; all others are pytest's, in their order."""
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", raising=False)
    assert passed == translated(*given)


def test_the_plugin_is_loaded_where_pytest_loads_none(monkeypatch):
    """PYTEST_DISABLE_PLUGIN_AUTOLOAD does not lose the plugin."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    assert translated("a.yaml") == ["-p", "pytest_robustspec.plugin", "--robustspec=a.yaml"]


def test_a_run_without_a_specification(command):
    """Something must be named."""
    code, _, err = command("run", "-x")
    assert code == 4
    assert "name a specification" in err


def test_green(robustspec):
    """All gates green is 0."""
    done = robustspec("spec.yaml", "-q")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 passed" in done.stdout


def test_red(robustspec, folder):
    """A model that is always wrong is 1, and the failure is told."""
    (folder / "cli_model.py").write_text("def answer(text):\n    return 'no idea'\n")
    done = robustspec("spec.yaml", "-k", "mean-accuracy-clean")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 failed" in done.stdout


def test_a_missing_specification(robustspec):
    """As pytest has it: 4."""
    done = robustspec("spek.yaml")
    assert done.returncode == 4
    assert "spek.yaml: no such file" in done.stderr


def test_what_a_run_stored_can_be_shown(robustspec, command, folder):
    """The caches of run and show are one, without an option."""
    assert robustspec("spec.yaml", "-q").returncode == 0
    cases = command("export-cases", "spec.yaml", "-o", "-", "--scenario", "typos", "--max-samples", "1")[1]
    case = cases.splitlines()[0].split('"')[3]
    sys.modules.pop("cli_model", None)
    assert command("show", "spec.yaml", case)[0] == 0
    sys.modules.pop("cli_model", None)


def test_an_installed_package_is_not_warned_of_by_pytest():
    """The command imports robustspec before pytest does; where warnings are errors, a warning of it would end the run."""
    from _pytest.assertion.rewrite import AssertionRewriter

    import robustspec

    assert AssertionRewriter.is_rewrite_disabled(robustspec.__doc__)
