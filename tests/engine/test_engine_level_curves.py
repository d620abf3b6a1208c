"""Curves over levels, refusals along them and structured reports, through the whole run."""

from __future__ import annotations

import json

import numpy as np
import pytest
from spec_factory import rows, scripted, spec_text

A123 = "- {kind: test/mark, word: a, name: a, level: [1, 2, 3]}"
WHOLE = "population: dataset, method: fixed"


def requirement(metric="test/number", bound="at_most: 0.9", aggregate="mean", **more):
    extra = "".join(f", {key}: {value}" for key, value in more.items())
    return f"- {{metric: {metric}, aggregate: {aggregate}, {bound}{extra}}}"


def spec(line, *, statistics=WHOLE, perturbations=A123, **more):
    return spec_text(line, perturbations=perturbations, statistics=statistics, **more)


def course(text):
    """1 on clean, then .9, .8 and .5."""
    return {"a1": 0.9, "a2": 0.8, "a3": 0.5}.get(text.split()[-1], 1.0)


@pytest.mark.parametrize(
    ("aggregate", "bound", "expected"),
    [
        ("degradation", "at_most: 0.9", (0.1 + 0.2 + 0.5) / 3),
        ("{kind: degradation, weight: 2}", "at_most: 0.9", (2 * 0.1 + 4 * 0.2 + 8 * 0.5) / 14),
        ("area_under_levels", "at_least: 0.1", (0.5 + 0.9 + 0.8 + 0.25) / 3),
    ],
)
def test_the_value_is_that_of_the_curve(bench, aggregate, bound, expected):
    """Of each row, with its clean case."""
    found = bench.arm(spec(requirement(aggregate=aggregate, bound=bound)), rows(6), course)
    assert (found.verdict, found.value) == ("PASS", pytest.approx(expected))
    assert found.cases == 6 * 4


@pytest.mark.parametrize(
    ("aggregate", "worse"), [("degradation", "at_most: 0.2"), ("area_under_levels", "at_least: 0.9")]
)
def test_a_verdict_is_reached_with_a_guarantee(bench, aggregate, worse):
    """Degradation .27 and area .82 pass bounds with room and fail tighter ones, by the sequential test."""
    better = "at_most: 0.5" if aggregate == "degradation" else "at_least: 0.5"
    verdicts = [
        bench.arm(
            spec(requirement(aggregate=aggregate, bound=bound), statistics="method: sequential"), rows(1500), course
        )
        for bound in (better, worse)
    ]
    assert [found.verdict for found in verdicts] == ["PASS", "FAIL"]
    assert all(found.units < 1500 and found.lower < found.value < found.upper for found in verdicts)


def test_a_model_that_does_not_drop_can_pass(bench):
    """The best unit of a degradation is 0, by which it is planned; also where lower is better."""
    line = requirement("test/cost", aggregate="degradation", bound="at_most: 0.1")
    found = bench.arm(spec(line, statistics="method: sequential"), rows(800), lambda text: 0.25)
    assert (found.verdict, found.value) == ("PASS", 0)


@pytest.mark.parametrize(
    ("lost", "views"),
    [
        # Degradation of the row in which one case is missing, at its best and at its worst; .8/3 of the other one.
        ("r0", ((0.8 / 3, (0 - 0.9 + 0 - 0.8 + 0 - 0.5) / 3), "degradation")),
        ("r0 a3", (((0.1 + 0.2 + 1) / 3, (0.1 + 0.2 + 0) / 3), "degradation")),
        ("r0", (((0 + 0.9 + 0.8 + 0.25) / 3, (0.5 + 0.9 + 0.8 + 0.25) / 3), "area_under_levels")),
        ("r0 a3", (((0.5 + 0.9 + 0.8 + 0) / 3, (0.5 + 0.9 + 0.8 + 0.5) / 3), "area_under_levels")),
    ],
)
def test_a_missing_case_counts_as_what_hurts_and_as_what_helps(bench, lost, views):
    """Clean and level alike; the bounds of a data set are the value in either view."""
    ends, aggregate = views
    whole = 0.8 / 3 if aggregate == "degradation" else 2.45 / 3

    def model(text):
        if text == lost:
            raise RuntimeError("no answer")
        return course(text)

    bound = "at_most: 0.9" if aggregate == "degradation" else "at_least: 0"
    statistics = f"{WHOLE}, max_error_rate: 1"
    found = bench.arm(spec(requirement(aggregate=aggregate, bound=bound), statistics=statistics), rows(2), model)
    expected = sorted((end + whole) / 2 for end in ends)
    assert (found.lower, found.upper) == pytest.approx(tuple(expected))
    assert found.missing == 1


def test_levels_that_change_nothing_are_left_out(bench):
    """A row that the perturbation leaves alone is not in the arm; the other rows have their whole curve."""
    data = rows(4, input=lambda k: f"r{k} no-a" if k == 0 else f"r{k}")
    line = requirement(aggregate="area_under_levels", bound="at_least: 0.1")
    found = bench.arm(spec(line, statistics=f"{WHOLE}, max_unchanged: 1"), data, course)
    assert (found.units, found.unchanged, found.value) == (3, 3, pytest.approx(2.45 / 3))


PUBLISHED = "baselines:\n  old: {kind: published, source: a paper, scores: {clean: 0.9, a-1: 0.8, a-2: 0.7, a-3: 0.3}}"


@pytest.mark.parametrize(
    ("relative", "expected"), [(False, (0.1 + 0.2 + 0.5) / (0.2 + 0.3 + 0.7)), (True, 0.8 / (0.1 + 0.2 + 0.6))]
)
def test_corruption_error_of_a_published_table(bench, relative, expected):
    """Sum of the errors, or of the errors over clean, by the same of the table."""
    aggregate = f"{{kind: corruption_error, against: old, relative: {str(relative).lower()}}}"
    found = bench.arm(spec(requirement(aggregate=aggregate, bound="at_most: 2"), top=PUBLISHED), rows(5), course)
    assert (found.verdict, found.value) == ("PASS", pytest.approx(expected))


@pytest.mark.parametrize(("bound", "verdict"), [(1.6, "PASS"), (0.6, "FAIL")])
def test_relative_corruption_error_is_tested_with_a_guarantee(bench, bound, verdict):
    """A row's part lies within all errors for the smallest excess either way, so a verdict takes its units."""
    aggregate = "{kind: corruption_error, against: old, relative: true}"
    top = "baselines:\n  old: {kind: published, source: a paper, scores: {clean: 0.9, a: 0.3}}"
    line = requirement(aggregate=aggregate, bound=f"at_most: {bound}")
    found = bench.arm(
        spec(line, statistics="method: sequential", top=top), rows(2000), lambda text: 1.0 if " " not in text else 0.4
    )
    assert (found.verdict, found.value) == (verdict, pytest.approx(1))
    assert found.units < 2000


# Refusals along the levels.

REFUSALS = requirement("refusal_violation", "at_most: 0.25")


def refusing(text):
    """r0 refuses level 2 and answers level 3; r1 refuses from level 2 on; every other row answers."""
    name, _, level = text.partition(" ")
    refused = {("r0", "a2"), ("r1", "a2"), ("r1", "a3")}
    return "I cannot help with that" if (name, level) in refused else "yes"


REFUSING = {"top": "output: {refusal: {kind: patterns, any: [cannot help]}}"}


def test_a_refusal_that_is_not_kept_up_is_counted(bench):
    """One row of four; the verdict of a share of rows is exact."""
    found = bench.arm(spec(REFUSALS, **REFUSING), rows(4), refusing)
    assert (found.verdict, found.value, found.units) == ("PASS", 0.25, 4)
    assert bench.arm(spec(REFUSALS, **REFUSING), rows(3), refusing).verdict == "FAIL"


def test_a_missing_level_breaks_only_what_it_can(bench):
    """r1 refuses from level 2: its missing level 3 may be an answer. r2 answers all: its missing level cannot matter."""

    def model(text):
        if text in ("r1 a3", "r2 a3"):
            raise RuntimeError("no answer")
        return refusing(text)

    statistics = f"{WHOLE}, max_error_rate: 1"
    found = bench.arm(spec(REFUSALS, statistics=statistics, **REFUSING), rows(4), model)
    assert (found.lower, found.upper) == pytest.approx((0.25, 0.5))


def test_each_perturbation_is_judged_on_its_own(bench):
    """A refusal of one and an answer to another are no violation; the worse of two counts."""
    both = A123 + "\n- {kind: test/mark, word: b, name: b, level: [1, 2]}"
    found = bench.arm(spec(REFUSALS, perturbations=both, **REFUSING), rows(4), refusing)
    assert found.value == 0.25


# Structured reports.

FINDINGS = """
    metrics:
      found: {kind: item_recall, items: findings, match: [side, region], near: {size_mm: {share: 0.3}}, all: true}
      side: {kind: laterality_error, items: findings, match: [region]}
      wrong: {kind: confident_error, items: findings, match: [side, region]}
    output: {extract: json}
"""
LESION = {"side": "left", "region": "frontal", "size_mm": 10}


def reports(n):
    return rows(n, label=lambda k: {"findings": [LESION]})


def report(**changed):
    return json.dumps({"findings": [LESION | changed]})


@pytest.mark.parametrize(
    ("answer", "verdicts"),
    [
        (report(size_mm=12), ["PASS", "PASS", "PASS"]),
        (report(side="right"), ["FAIL", "FAIL", "FAIL"]),
        (report(region="temporal"), ["FAIL", "PASS", "FAIL"]),
        ('{"findings": []}', ["FAIL", "PASS", "FAIL"]),
    ],
)
def test_the_requirements_of_a_report(bench, answer, verdicts):
    """Each fault fails the requirements that are about it, by exact tests of 0/1 scores."""
    lines = "\n".join(
        [
            requirement("found", "at_least: 0.9", cells="clean"),
            requirement("side", "at_most: 0.05", cells="clean"),
            requirement("wrong", "at_most: 0.1", cells="clean"),
        ]
    )
    found = bench.run(spec_text(lines, top=FINDINGS.replace("\n    ", "\n")), reports(120), scripted({}, answer))
    assert [arm.verdict for arm in found.arms] == verdicts


def test_a_label_that_cannot_be_compared_makes_the_arm_invalid(bench):
    """It says which row, and what to do."""
    line = requirement("found", "at_least: 0.9", cells="clean")
    found = bench.arm(spec_text(line, top=FINDINGS.replace("\n    ", "\n")), rows(40), scripted({}, report()))
    assert found.verdict == "INVALID"
    assert "the label has no list of items under 'findings'" in found.reason


def test_the_distance_of_masks_has_the_bound_that_its_field_declares(bench):
    """A missing case counts as worst_mm: a mean of 0 and 20 mm against a PASS, of 0 and 0 against a FAIL."""
    top = "metrics: {far: {kind: hd95, worst_mm: 20, spacing_mm: [1, 1]}}\noutput: {extract: json}"
    mask = [[0, 1], [0, 0]]

    def model(text):
        if text == "r1":
            raise RuntimeError("no answer")
        return json.dumps(mask)

    found = bench.arm(
        spec_text(requirement("far", "at_most: 5", cells="clean"), top=top, statistics=f"{WHOLE}, max_error_rate: 1"),
        rows(2, label=lambda k: mask),
        model,
    )
    assert (found.lower, found.upper) == pytest.approx((0, 10))


def test_the_distance_of_masks_is_tested_with_a_guarantee(bench):
    """1 mm against 3 mm, on a scale of 10."""
    top = "metrics: {far: {kind: hd95, worst_mm: 10, spacing_mm: [1, 1]}}\noutput: {extract: json}"
    text = spec_text(requirement("far", "at_most: 3", cells="clean"), top=top, statistics="method: sequential")
    found = bench.arm(text, rows(300, label=lambda k: [[1, 0]]), scripted({}, "[[0, 1]]"))
    assert (found.verdict, found.value) == ("PASS", 1)


@pytest.mark.parametrize(("bound", "verdict"), [("at_least: 2", "PASS"), ("at_least: 2.5", "FAIL")])
def test_a_perturbation_can_be_required_to_do_what_its_level_says(bench, bound, verdict):
    """Levels 1 to 3 of the mark record 1 to 3."""
    text = spec(requirement("realised_magnitude", bound, worst_over="level"))
    found = {arm.arm: arm for arm in bench.run(text, rows(5)).arms}
    assert np.array([found[level].value for level in "123"]).tolist() == [1, 2, 3]
    assert found["2"].verdict == verdict


def test_a_bounded_magnitude_has_a_guarantee(bench):
    """With ``most``; without it only a data set or a quantile can be judged."""
    top = "metrics: {size: {kind: realised_magnitude, most: 4}}"
    line = requirement("size", "at_least: 1.5", cells="[a-2]")
    assert bench.arm(spec(line, top=top, statistics="method: sequential"), rows(400)).verdict == "PASS"
