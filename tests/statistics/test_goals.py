"""The goals of `benchmarks/statistics.py` at a reduced size, by the same functions: what a change would break is seen here.

Fewer runs make larger errors, so a figure may lie three standard errors of these few runs beyond its bound. The benchmark
itself is run with more.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))

from guarantees import machinery, many_arms, one_arm, planning, units
from guarantees.figure import Figure, Size, agrees_share, rate, table

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"

SMALL = Size(runs=300, whole=3, seed=1)


def missed(figures):
    """The goals that are not met; there is at least one that could be missed."""
    assert any(figure.met is not None for figure in figures)
    return [figure for figure in figures if figure.met is False]


def test_error_rates_at_the_bound_are_kept():
    """G1, exact: sequential and fixed, false PASS and false FAIL."""
    assert missed(one_arm.error_rates(SMALL, bounds=(0.8, 0.95), horizons=(50, 400))) == []


def test_error_rates_are_spent():
    """Most of what is allowed is used: a test that never decided would keep its error rates as well."""
    found = one_arm.error_rates(SMALL, bounds=(0.8,), horizons=(400,))
    assert min(figure.value for figure in found) > 0.03


def test_odd_looks_keep_the_error_rates():
    """G1, simulated: looks after pieces of any size, of the exact and of the betting test."""
    assert missed(one_arm.odd_looks(SMALL, bounds=(0.8,), exact=(50, 300), betting=(50, 300))) == []


def test_gates_without_a_guarantee_would_be_seen():
    """The number against the bound passes half of the models at the bound, a peeked interval a quarter."""
    point, peeked = one_arm.without_guarantee(SMALL)
    assert point.value == pytest.approx(0.53, abs=0.02)
    assert peeked.value > 0.15


@pytest.mark.parametrize(("goal", "distances"), [("G2", (-0.10, 0.10)), ("G3", (0.05, 0.10))])
def test_verdicts_cost_what_was_worked_out(goal, distances):
    """G2, G3: mean units, exact, and whole runs that agree with them."""
    assert missed(one_arm.costs(SMALL, goal, distances)) == []


def test_the_worst_of_ten_groups_is_judged_fairly():
    """G4, exact: no false PASS with one group at the bound, no false FAIL with all there, a PASS where all are good."""
    assert missed(many_arms.worst_of_ten(SMALL)) == []


def test_whole_runs_of_ten_groups_go_as_worked_out():
    """G4 by whole runs, where all groups are good."""
    assert missed(many_arms.whole_worst_of_ten(SMALL, ["all at 0.90"])) == []


def test_a_gap_at_its_bound_does_not_fail():
    """G5; the difference of the plain numbers would fail nearly always."""
    found = many_arms.gap_at_its_bound(Size(runs=50, whole=4))
    assert missed(found) == []
    assert found[-1].value > 0.9


def test_cases_of_one_unit_are_not_taken_for_many():
    """G6 by the test alone, at every correlation."""
    assert missed(units.clusters(SMALL, numbers=(10, 30, 100))) == []


def test_cases_taken_for_units_would_be_seen():
    """Counted one by one, cases that are alike pass a model at the bound three to seven times too often."""
    assert min(figure.value for figure in units.cases_as_units(SMALL, units=30)) > 0.1


def test_whole_runs_count_units():
    """G6 with a ``unit:`` column."""
    assert missed(units.whole_clusters(Size(whole=12), settings=((30, 0.6),))) == []


def test_pairs_save_units():
    """G7: a drop is shown with few pairs, and one at its bound seldom passes."""
    assert missed(units.paired(Size(runs=500, whole=12))) == []


def test_a_focused_search_finds_the_broken_arm():
    """G8, with twelve arms."""
    assert missed(many_arms.focused(SMALL, arms=12)) == []


def test_the_worst_arm_is_named():
    """G9 with ten arms."""
    assert missed(many_arms.worst_arm(SMALL, np.array([0.5, 0.7, *[0.9] * 8]), most=1000, searches=20)) == []


def test_batches_change_nothing():
    """G10: units one by one, in pieces and at once, for each kind of test."""
    assert missed(machinery.batches(SMALL, paths=2)) == []


def test_calls_in_flight_and_a_selection_change_nothing():
    """G10: verdict, bounds, claim and evidence of every arm."""
    assert missed(machinery.in_flight(SMALL, rows_of=60, flights=(1, 16))) == []


def test_few_calls_go_beyond_the_evidence():
    """G10: at most 7 units or 25 % of it."""
    assert missed(machinery.beyond_the_evidence(Size(whole=24))) == []


def test_the_planner_says_what_happens():
    """G11: P(PASS), P(FAIL) and mean units, of each way to work them out."""
    names = [name for name in planning.SETTINGS if "1,000" not in name and "500" not in name]
    assert missed(planning.planner(Size(runs=1000), names)) == []


def test_no_requirement_that_cannot_pass_is_let_through():
    """G11: UNREACHABLE exactly where units that are all right do not pass."""
    grid = {"at_least": (0.8, 0.95, 1.0), "max_samples": (13, 14, 28, 50, 60), "method": ("sequential", "fixed")}
    assert missed(planning.lint(SMALL, grid)) == []


@pytest.mark.parametrize(
    ("figure", "met"),
    [
        (Figure("G", "exact", 0.0501, "<=", 0.05), False),
        (Figure("G", "exact", 0.05, "<=", 0.05), True),
        (Figure("G", "power", 0.79, ">=", 0.8), False),
        (Figure("G", "power", 0.795, ">=", 0.8, allowed=0.007), True),
        (rate("G", "simulated", 80, 1000, 0.05), False),
        (rate("G", "simulated", 60, 1000, 0.05), True),
        (agrees_share("G", "beside the plan", 400, 1000, 0.5), False),
        (agrees_share("G", "beside the plan", 490, 1000, 0.5), True),
        (rate("G", "for comparison", 900, 1000), None),
    ],
)
def test_a_goal_that_is_missed_is_seen(figure, met):
    """Only what lies beyond three standard errors, or beyond what is allowed, is missed."""
    assert figure.met is met


def test_the_table_says_what_is_missed():
    """With goal, number, bound and the word."""
    lines = list(table([Figure("G1", "false PASS", 0.2, "<=", 0.05), Figure("G1", "shown only", 0.5)]))
    assert lines[1].split() == ["G1", "false", "PASS", "0.200", "<=", "0.050", "NOT", "MET"]
    assert "MET" not in lines[2]


def test_other_benchmarks_get_the_statistics_of_the_library():
    """The script has the name of a standard module; who imports that name beside it gets the module."""
    code = "import statistics; print(statistics.median([1, 2, 9]), hasattr(statistics, 'goals'))"
    done = subprocess.run([sys.executable, "-c", code], cwd=BENCHMARKS, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2", "False"]


def test_a_goal_that_does_not_exist_is_refused():
    """With those that do."""
    command = [sys.executable, str(BENCHMARKS / "statistics.py"), "--only", "G1,G12"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert "no goal G12: there are G1, G2" in done.stderr
