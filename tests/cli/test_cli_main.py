"""The command line as a whole: help, exit codes, pipes."""

import subprocess
import sys

import pytest

from robustspec import cli, commands


def python(*arguments, **options):
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=60, **options)


def test_help_is_light():
    """``robustspec --help`` imports neither numpy nor pydantic nor YAML."""
    code = (
        "import sys; from robustspec.cli import main; main(['--help'])\n"
        "heavy = {'numpy', 'pydantic', 'yaml', 'scipy', 'pytest'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = python("-c", code)
    assert (done.returncode, done.stderr) == (0, "")
    assert "export-cases" in done.stdout


@pytest.mark.parametrize("name", commands.NAMES)
def test_every_command_has_examples(command, name):
    """The help of each command is in plain words and ends with examples."""
    spelled = {"list_kinds": "list", "export_cases": "export-cases"}.get(name, name)
    code, out, _ = command(spelled, "--help")
    assert code == 0
    assert f"robustspec {spelled}" in out.partition("examples:")[2]
    assert max(map(len, out.splitlines())) <= 110


def test_an_unknown_command_is_a_usage_error(command):
    """A wrong command exits with 4 and one line on stderr."""
    code, out, err = command("chek", "spec.yaml")
    assert (code, out) == (4, "")
    assert len(err.splitlines()) == 1
    assert "chek" in err


def test_an_unknown_option_is_a_usage_error(command, folder):
    """A wrong option exits with 4 and names it."""
    code, _, err = command("check", "spec.yaml", "--explian")
    assert code == 4
    assert "--explian" in err


def test_no_command_prints_the_help(command):
    """Nothing to do is a usage error that shows what there is."""
    code, out, _ = command()
    assert code == 4
    assert "a first run:" in out


def test_version(command):
    """--version prints one line."""
    import robustspec

    assert (0, f"robustspec {robustspec.__version__}\n", "") == command("--version")


def test_ctrl_c_exits_with_130(command, monkeypatch, folder):
    """An interrupt is no traceback."""

    def interrupted(args):
        raise KeyboardInterrupt

    monkeypatch.setattr("robustspec.commands.plan.run", interrupted)
    code, _, err = command("plan", "spec.yaml")
    assert (code, err) == (130, "robustspec: interrupted\n")


def test_a_closed_pipe_is_no_error():
    """``robustspec list | head -1`` ends quietly."""
    process = subprocess.Popen(
        [sys.executable, "-m", "robustspec.cli", "list", "perturbations"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()  # before anything is written
    with process.stderr as errors:
        assert errors.read() == b""
    assert process.wait(timeout=60) == 0


def test_escapes_in_errors_are_shown(command, folder):
    """An error that quotes the data cannot steer the terminal."""
    code, _, err = command("show", "spec.yaml", "typos/\x1b[2J/clean")
    assert code == 4
    assert "\x1b" not in err
    assert "\\x1b[2J" in err


def test_main_is_the_console_script():
    """The entry point of the distribution is this function."""
    from importlib.metadata import entry_points

    (script,) = entry_points(group="console_scripts", name="robustspec")
    assert script.load() is cli.main
