"""robustspec plan."""

import re

import pytest

from robustspec.commands.text import table


def cells_of(line):
    return line.split()


def row(out, arm):
    """The columns after the name of an arm: units, can pass from, if true, PASS, FAIL, mean units, calls, how."""
    (line,) = [line for line in out.splitlines() if line.startswith(f"  {arm} ")]
    return cells_of(line)[1:]


def test_units_and_chances_of_each_arm(command, folder):
    """Forty rows; the horizon is what max_samples says; chances are those at the true value beside them."""
    code, out, _ = command("plan", "spec.yaml", "--expect", "0.98")
    assert code == 0
    units, _, true, p_pass, p_fail, mean, calls, how = row(out, "mean-accuracy-clean")
    assert (units, true, how) == ("40", "0.98", "exact")
    assert 0.5 < float(p_pass) < 1
    assert float(p_fail) < 0.05
    assert int(calls) == int(mean) < 40
    assert row(out, "drop-accuracy")[0] == "6"


def test_fewest_units_that_can_pass(command, folder):
    """By hand: a fixed test of 0.5 at 95 % passes from five units, 0.5 ** 5 = 0.031; ten pass with eight right or more."""
    _, out, _ = command("plan", "spec.yaml", "--expect", "0.9")
    assert row(out, "mean-accuracy")[1:5] == ["5", "0.9", "0.74", "0.00"]


def test_hours_and_cost(command, folder):
    """Arms share calls: 40 clean + 40 typos, 6 clean + 10 contracted = 96 calls; 9.6 s at 10 a second."""
    _, out, _ = command("plan", "spec.yaml", "--rate", "10", "--cost-per-call", "0.5")
    (about,) = re.findall(r"^in all: 2 scenarios, 4 arms, about (\d+) calls, at most 96$", out, re.MULTILINE)
    assert 16 < int(about) <= 96
    assert f"time:   about {int(about) / 10:g} s, at most 9.6 s at 10 calls a second\n" in out
    assert f"cost:   about {int(about) / 2:.2f}, at most 48.00 at 0.5 a call\n" in out


def test_the_chance_that_everything_passes(command, folder):
    """The product, and what holds whatever arms share: 1 less all that they may miss."""
    _, out, _ = command("plan", "spec.yaml", "--expect", "0.98")
    chances = [
        float(row(out, arm)[3]) for arm in ("mean-accuracy-clean", "mean-accuracy-keyboard_typo", "mean-accuracy")
    ]
    chances.append(float(row(out, "drop-accuracy")[3]))
    (alone, least) = re.findall(
        r"^all pass: in (\S+) of runs if .* independent, at least (\S+) whatever", out, re.MULTILINE
    )[0]
    product = chances[0] * chances[1] * chances[2] * chances[3]
    assert float(alone) == pytest.approx(product, abs=0.02)
    assert float(least) == pytest.approx(max(0.0, 1 - sum(1 - chance for chance in chances)), abs=0.021)


def test_without_a_word_every_arm_is_expected_a_little_better(command, folder):
    """0.05 better than the bound, and halfway to no drop."""
    _, out, _ = command("plan", "spec.yaml")
    assert [row(out, arm)[2] for arm in ("mean-accuracy-clean", "mean-accuracy", "drop-accuracy")] == [
        "0.85",
        "0.55",
        "0.45",
    ]


def test_one_requirement_is_expected_by_its_name(command, folder):
    """A drop has a value of its own, and only it changes."""
    _, out, _ = command("plan", "spec.yaml", "--expect", "0.9", "--expect", "drop-accuracy=0.02")
    assert [row(out, arm)[2] for arm in ("mean-accuracy-clean", "drop-accuracy")] == ["0.9", "0.02"]
    assert "as --expect says, else" in out


def test_an_arm_at_several_true_values(command, folder):
    """--arm shows the bound, what is beside it and what is expected, with all three verdicts, and no other arm."""
    code, out, _ = command("plan", "spec.yaml", "--arm", "mean-accuracy-clean", "--expect", "0.9")
    head, *lines = out.splitlines()
    assert code == 0
    assert head.startswith("typos::mean-accuracy-clean::all: >= 0.8: at most 40 units, 40 calls, can pass from ")
    rows = [cells_of(line) for line in lines[1:-1]]
    assert [cells[0] for cells in rows] == ["0.75", "0.78", "0.79", "0.8", "0.81", "0.82", "0.85", "0.9"]
    assert [cells[1] for cells in rows if not cells[1].startswith("0.") and cells[1] != "1.000"] == [
        "bound",
        "expected",
    ]
    for cells in rows:
        passes, fails, open_ = map(float, cells[-5:-2])
        assert passes + fails + open_ == pytest.approx(1, abs=0.0016)
    at_bound = next(cells for cells in rows if "bound" in cells)
    assert float(at_bound[2]) <= 0.05
    assert "in all" not in out


def test_several_arms_and_all_of_them(command, folder):
    """--arm can be given twice; --full shows every arm below the table."""
    _, out, _ = command("plan", "spec.yaml", "--arm", "typos", "--arm", "drop")
    assert out.count("bound") == 3
    _, out, _ = command("plan", "spec.yaml", "--full")
    assert out.count(" bound ") >= 4
    assert out.index("in all: ") < out.index("typos::mean-accuracy-clean::all: >= 0.8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--expect", "acuracy=0.9"), "there is no metric or requirement 'acuracy' -- did you mean 'accuracy'?"),
        (("--expect", "1.5"), "mean-accuracy-clean lies in [0, 1], so 1.5 cannot be expected of it"),
        (("--expect", "good"), "'good' is neither a number nor NAME=NUMBER"),
        (("--expect", "=0.5"), "'=0.5' is neither a number nor NAME=NUMBER"),
        (("--expect", "accuracy=inf"), "'accuracy=inf' is neither a number nor NAME=NUMBER"),
        (("--arm", "mean-acuracy"), "no id holds 'mean-acuracy' -- "),
        (("--rate", "0"), "'0' is not a number above 0"),
    ],
)
def test_arguments_that_make_no_sense(command, folder, arguments, message):
    """Each is a usage error with what may have been meant, before anything is printed."""
    code, out, err = command("plan", "spec.yaml", *arguments)
    assert (code, out) == (4, "")
    assert message in err


def test_groups_and_gaps(command, folder):
    """A gap is not worked out, says so, and is left out of the chance that everything passes."""
    text = (folder / "spec.yaml").read_text()
    text = text.replace("path: notes.jsonl,", "path: notes.jsonl, groups: [{name: half, column: n, bins: [20]}],")
    last = "- {metric: accuracy, cells: [keyboard_typo]"
    gap = "- {metric: accuracy, cells: clean, gap_over: half, at_most: 0.9}"
    (folder / "spec.yaml").write_text(text.replace(last, f"{gap}\n      {last}"))
    lines = (folder / "notes.jsonl").read_text().splitlines()
    (folder / "notes.jsonl").write_text("".join(f'{line[:-1]}, "n": {n}}}\n' for n, line in enumerate(lines)))
    _, out, _ = command("plan", "spec.yaml")
    gap = row(out, "mean-accuracy-clean-gap-over-half")
    assert (gap[0], gap[2:5], gap[-2:]) == ("40", ["-", "-", "-"], ["at", "most"])
    assert int(gap[1]) % 2 == 0
    assert "-: a gap depends on all its values\n" in out
    assert "; 1 arm not counted" in out


def test_a_quick_look_is_planned_smaller(command, folder):
    """--max-samples cuts every horizon."""
    _, out, _ = command("plan", "spec.yaml", "--max-samples", "3")
    assert re.search(r"about \d+ calls, at most 12$", out, re.MULTILINE)


def test_a_verdict_that_is_known_is_told(command, folder):
    """An arm that cannot be shown costs no call and is named with its line."""
    text = (folder / "spec.yaml").read_text()
    (folder / "spec.yaml").write_text(text.replace("cells: clean, at_least: 0.8", "cells: clean, at_least: 0.999"))
    _, out, _ = command("plan", "spec.yaml")
    (line, told) = [line for line in out.splitlines() if "UNREACHABLE" in line]
    assert cells_of(line)[2:] == ["UNREACHABLE", "-", "-", "-", "0", "0", "-"]
    assert told.startswith("spec.yaml:15: ")
    assert "all pass: in 0.00 of runs" in out
    _, out, _ = command("plan", "spec.yaml", "--arm", "mean-accuracy-clean")
    assert "  not worked out: a PASS needs at least " in out


def test_a_long_name_gets_a_line_of_its_own():
    """The other columns stay under their headings."""
    lines = list(table(["arm", "n"], [["short", "1"], ["x" * 80, "22"]], indent=""))
    assert lines == ["arm     n", "short   1", "x" * 80, "       22"]
