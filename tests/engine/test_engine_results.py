"""What a run leaves behind for its readers."""

from dataclasses import asdict

import pytest
from spec_factory import A12, B1, rows, scripted, spec_text

from robustspec.engine.evidence import Counts

BOTH = f"{A12}\n{B1}"
NUMBERS = {"r0": "0.9", "r0 a1": "0.8", "r0 a2": "0.4", "r0 b1": "0.5", "r1": "0.1", "r1 a1": "0.2", "r1 a2": "0.0"}
DATA = rows(2, input=lambda k: ["r0", "r1 no-b"][k], vendor=lambda k: "AB"[k])


@pytest.fixture
def result(bench):
    spec = spec_text(
        "- {metric: test/number, at_least: 0.1}\n- {metric: flip_rate, at_most: 1}\n"
        "- {metric: test/total, at_least: 0.1, method: point}",
        perturbations=BOTH,
        data="groups: [vendor]",
        statistics="population: dataset, method: fixed, max_unchanged: 1",
        top="x-nothing: 1",
    ).replace("{title: A test}", "{title: A test, limitations: [no children]}")
    answers = {text.replace("r1", "r1 no-b"): number for text, number in NUMBERS.items()}
    return bench.run(spec, DATA, scripted(answers))


def test_counts(result):
    """Eight cases, one of them unchanged, seven calls."""
    assert Counts(generated=8, unchanged=1, called=7) == result.counts == result.scenarios[0].counts


def test_cells(result):
    """Rows, unchanged rows, realised magnitude and mean score of each cell; a table metric has no score by cell."""
    cells = {cell.cell: cell for cell in result.scenarios[0].cells}
    assert {name: (cell.rows, cell.unchanged, cell.magnitude) for name, cell in cells.items()} == {
        "clean": (2, 0, None),
        "a-1": (2, 0, 1.0),
        "a-2": (2, 0, 2.0),
        "b-1": (1, 1, 1.0),
    }
    means = {"clean": None, "a-1": 0.5, "a-2": 0.2, "b-1": 0.5}
    assert {name: pytest.approx(mean) for name, mean in means.items()} | {"clean": pytest.approx(0.5)} == {
        name: cell.scores["test/number"] for name, cell in cells.items()
    }
    assert {None} == {cell.scores["test/total"] for cell in cells.values()}
    assert cells["a-1"].scores["flip_rate"] == 1.0
    assert cells["clean"].acts == {"answered": 2, "refused": 0, "asked": 0, "unparsed": 0}


def test_groups(result):
    """Means over the perturbed cells: A (0.8 + 0.4 + 0.5) / 3, B (0.2 + 0.0) / 2."""
    found = {
        (group.group, group.value): (group.rows, group.scores["test/number"]) for group in result.scenarios[0].groups
    }
    assert {("vendor", "A"): (1, pytest.approx(1.7 / 3)), ("vendor", "B"): (1, pytest.approx(0.1))} == found


def test_where_a_value_comes_from(result):
    """Cells and groups of the evidence, worst first."""
    (number, _, table) = result.arms
    assert [("a-2", pytest.approx(0.2), 2), ("a-1", 0.5, 2), ("b-1", 0.5, 1)] == number.worst_cells
    assert [("vendor=B", pytest.approx(0.1), 2), ("vendor=A", pytest.approx(1.7 / 3), 3)] == number.worst_groups
    assert (table.worst_cells, table.worst_groups) == ([], [])


def test_what_is_not_assessed(bench, result):
    """What was not selected, and the file's own limitations."""
    assert result.not_assessed == ["by the specification's own words: no children"]
    plan = bench.plan(spec_text("- {metric: accuracy, worst_over: cell, at_least: 0.5}", perturbations=BOTH), rows(60))
    lines = bench.run(plan, selected=[plan.arms[1].id]).not_assessed
    assert [f"{plan.arms[k].id} was not selected" for k in (0, 2)] == lines


def test_the_claim_of_the_whole(bench):
    """Only where the whole file was run and passes."""
    plan = bench.plan(spec_text("- {metric: accuracy, worst_over: cell, at_least: 0.5}", perturbations=BOTH), rows(60))
    assert "such runs, each with fresh units, would pass" in bench.run(plan).suite_claim
    assert bench.run(plan, selected=[plan.arms[0].id]).suite_claim == ""
    assert bench.run(plan, model=scripted({}, "no")).suite_claim == ""


def test_the_data_of_a_run(result):
    """What the evidence is keyed by."""
    (data,) = result.data
    assert (data.name, data.path, data.rows, data.units, data.origin) == ("d", "d.jsonl", 2, 2, "synthetic")
    assert len(data.content_hash) == 32


def test_results_are_plain_data(result):
    """asdict needs no encoder of its own."""
    import json

    assert json.loads(json.dumps(asdict(result)))["scenarios"][0]["arms"][0]["value"] == pytest.approx(
        result.arms[0].value
    )


def test_a_result_is_told_once(bench):
    """As soon as it is there."""
    told = []
    spec = spec_text("- {metric: accuracy, worst_over: cell, at_least: 0.5}", perturbations=BOTH)
    result = bench.run(spec, rows(60), on_arm=told.append)
    assert sorted(arm.id for arm in result.arms) == sorted(arm.id for arm in told)


def test_cases_that_several_arms_share_are_made_once(bench):
    """Clean comes back with every cell that it is compared with, and counts once."""
    spec = spec_text(
        "- {metric: flip_rate, cells: [a], worst_over: vendor, at_most: 0.2}\n"
        "- {metric: flip_rate, cells: [b], name: tight, at_most: 0.05}",
        perturbations=BOTH,
        data="groups: [vendor]",
    )
    asked = []

    def model(text):
        asked.append(text)
        return "yes"

    result = bench.run(spec, rows(200, vendor=lambda k: "AB"[k % 9 == 0]), model)
    clean, b = ([text for text in asked if pick(text)] for pick in (str.isalnum, lambda text: "b" in text))
    assert len(clean) > len(b) > 20
    assert len(asked) == len(set(asked)) == result.counts.called == result.counts.generated
    assert result.counts.duplicate == 0


def test_equal_inputs_are_called_once_and_counted(bench):
    """Two rows of one text are two cases and one call."""
    spec = spec_text("- {metric: accuracy, at_least: 0.5}", statistics="method: point")
    counts = bench.run(spec, rows(10, input=lambda k: f"r{k // 2}")).counts
    assert (counts.generated, counts.called, counts.duplicate) == (10, 5, 5)


def test_claims_name_their_cells(bench):
    """What an arm is about, in words."""
    spec = spec_text(
        "- {metric: accuracy, cells: all, at_least: 0.5}\n"
        "- {metric: accuracy, worst_over: level, at_least: 0.5}\n"
        "- {metric: accuracy, cells: [b], aggregate: drop, worst_over: vendor, at_most: 0.5}\n"
        "- {metric: accuracy, gap_over: vendor, at_most: 0.5}",
        perturbations=BOTH,
        data="groups: [vendor]",
    )
    subjects = [
        arm.claim.split(":")[1].strip() for arm in bench.run(spec, rows(120, vendor=lambda k: "AB"[k % 2])).arms
    ]
    assert subjects[0] == "accuracy on all cells >= 0.50"
    assert subjects[1] == "accuracy on perturbed cells at level 1 >= 0.50"
    assert subjects[3] == "accuracy on b for vendor A (mean over units of how much worse than clean, paired) <= 0.50"
    assert subjects[5] == "gap over vendor of accuracy on perturbed cells <= 0.50"
