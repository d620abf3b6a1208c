"""robustspec plan."""

from robustspec.commands.text import table


def cells_of(line):
    return line.split()


def test_units_and_calls_of_each_arm(command, folder):
    """Forty rows, clean and one cell: forty calls each; the horizon is what max_samples says."""
    code, out, _ = command("plan", "spec.yaml")
    lines = out.splitlines()
    assert code == 0
    (clean,) = [line for line in lines if line.strip().startswith("mean-accuracy-clean ")]
    assert [cells_of(clean)[1], cells_of(clean)[3]] == ["40", "40"]
    (drop,) = [line for line in lines if line.strip().startswith("drop-accuracy ")]
    assert [cells_of(drop)[1], cells_of(drop)[3]] == ["6", "12"]


def test_fewest_units_that_can_pass(command, folder):
    """By hand: a fixed test of 0.5 at 95 % passes from five units, 0.5 ** 5 = 0.031."""
    _, out, _ = command("plan", "spec.yaml")
    (line,) = [line for line in out.splitlines() if line.startswith("  mean-accuracy ")]
    assert cells_of(line)[2] == "5"


def test_hours_and_cost(command, folder):
    """Arms share calls: 40 clean + 40 typos, 6 clean + 10 contracted = 96 calls; 9.6 s at 10 a second."""
    _, out, _ = command("plan", "spec.yaml", "--rate", "10", "--cost-per-call", "0.5")
    assert "in all: 2 scenarios, 4 arms, at most 96 calls\n" in out
    assert "time:   at most 9.6 s at 10 calls a second\n" in out
    assert "cost:   at most 48.00 at 0.5 a call\n" in out


def test_a_quick_look_is_planned_smaller(command, folder):
    """--max-samples cuts every horizon."""
    _, out, _ = command("plan", "spec.yaml", "--max-samples", "3")
    assert "at most 12 calls" in out


def test_a_rate_of_nothing_is_a_usage_error(command, folder):
    """A rate is a number above 0."""
    code, _, err = command("plan", "spec.yaml", "--rate", "0")
    assert code == 4
    assert "'0' is not a number above 0" in err


def test_a_verdict_that_is_known_is_told(command, folder):
    """An arm that cannot be shown costs no call and is named with its line."""
    text = (folder / "spec.yaml").read_text()
    (folder / "spec.yaml").write_text(text.replace("cells: clean, at_least: 0.8", "cells: clean, at_least: 0.999"))
    _, out, _ = command("plan", "spec.yaml")
    (row, told) = [line for line in out.splitlines() if "UNREACHABLE" in line]
    assert cells_of(row)[2:] == ["UNREACHABLE", "0"]
    assert told.startswith("spec.yaml:15: ")


def test_a_long_name_gets_a_line_of_its_own():
    """The other columns stay under their headings."""
    lines = list(table(["arm", "n"], [["short", "1"], ["x" * 80, "22"]], indent=""))
    assert lines == ["arm     n", "short   1", "x" * 80, "       22"]
