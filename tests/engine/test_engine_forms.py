"""Aggregates and metrics beyond the mean, from the file to the verdict."""

from __future__ import annotations

import json

import numpy as np
import pytest
from spec_factory import A12, judged, rows, scripted, spec_text

WHOLE = "population: dataset, method: fixed"
NUMBERS = [0.1, 0.2, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.9, 1.0]


def numbers(values):
    """A model that answers row k with the number that stands there."""
    return lambda text: str(values[int(text.split()[0][1:])])


def number(requirement, values, n=None, **more):
    return (
        spec_text(f"- {{metric: test/number, cells: clean, {requirement}}}", **more),
        rows(n or len(values)),
        numbers(values),
    )


def test_a_quantile_is_reported_in_the_metric_s_own_unit(bench):
    """A tenth of 200 units is below 0.2, which the exact test of that share shows."""
    values = [0.1] * 10 + [0.5] * 190
    rng = np.random.default_rng(1)
    arm = bench.arm(*number("aggregate: {kind: quantile, q: 0.2}, at_least: 0.4", list(rng.permutation(values))))
    assert (arm.verdict, arm.value, arm.lower) == ("PASS", 0.5, 0.5)
    assert "20 % quantile" in arm.claim


def test_a_tail_mean_of_these_rows(bench):
    """The mean of the worst fifth: the two lowest of ten."""
    arm = bench.arm(*number("aggregate: {kind: tail_mean, share: 0.2}, at_least: 0.1", NUMBERS, statistics=WHOLE))
    assert arm.value == pytest.approx(0.15)


def test_a_tail_mean_of_a_distribution(bench):
    """Shown for the tail of units that are all good; refuted where a fifth of them is bad."""
    good, bad = [0.9] * 400, [0.0, 0.9, 0.9, 0.9, 0.9] * 80
    requirement = "aggregate: {kind: tail_mean, share: 0.2}, at_least: 0.5"
    assert bench.arm(*number(requirement, good)).verdict == "PASS"
    assert bench.arm(*number(requirement, bad)).verdict == "FAIL"


def test_a_trend_is_a_slope_per_level(bench):
    """Clean 1, level 1 at 0.9, level 2 at 0.8: a tenth is lost per level."""
    model = lambda text: str({"a1.0": 0.9, "a1": 0.9, "a2.0": 0.8, "a2": 0.8}.get(text.split()[-1], 1.0))  # noqa: E731
    text = spec_text("- {metric: test/number, aggregate: trend, at_least: -0.2}", perturbations=A12, statistics=WHOLE)
    assert bench.arm(text, rows(5), model).value == pytest.approx(-0.1)


GROUPS = "groups: [kind]"


def test_a_prevalence_of_the_field(bench):
    """Half of the rows are sick and found in 0.5 of the cases; at a prevalence of 0.1 they count a fifth as much."""
    data = rows(40, kind=lambda k: "sick" if k % 2 else "well")
    text = spec_text(
        "- {metric: accuracy, cells: clean, aggregate: {kind: reweighted, over: kind, to: {sick: 0.1}}, at_least: 0.5}",
        data=GROUPS,
        statistics=WHOLE,
    )
    arm = bench.arm(text, data, scripted({f"r{k}": "no" for k in range(1, 40, 4)}))
    assert arm.value == pytest.approx(0.9 * 1 + 0.1 * 0.5)


def test_a_range_of_prevalences_is_judged_at_both_ends(bench):
    """Two arms, one for each end, and both must hold."""
    data = rows(400, kind=lambda k: "sick" if k % 2 else "well")
    aggregate = "{kind: reweighted, over: kind, to: {sick: [0.1, 0.9]}}"
    text = spec_text(f"- {{metric: accuracy, cells: clean, aggregate: {aggregate}, at_least: 0.8}}", data=GROUPS)
    result = bench.run(text, data, scripted({f"r{k}": "no" for k in range(1, 400, 4)}))
    assert {arm.arm: arm.verdict for arm in result.arms} == {"sick-at-0.1": "PASS", "sick-at-0.9": "FAIL"}


def test_a_ratio_metric_at_another_prevalence(bench):
    """Precision among half sick and half well is 2/3; where the sick are a tenth it is 0.1 / (0.1 + 0.9 / 2)."""
    data = rows(400, kind=lambda k: "sick" if k % 2 else "well", label=lambda k: "yes" if k % 2 else "no")
    text = spec_text(
        "- {metric: ppv, cells: clean, aggregate: {kind: reweighted, over: kind, to: {sick: 0.1}}, at_least: 0.1}",
        data=GROUPS,
        top="metrics:\n  ppv: {kind: precision, positive: 'yes'}",
        statistics=WHOLE,
    )
    arm = bench.arm(text, data, scripted({f"r{k}": "no" for k in range(0, 400, 4)}))
    assert arm.value == pytest.approx(0.1 / (0.1 + 0.9 * 0.5))


def test_a_table_metric_has_approximate_bounds(bench):
    """The coefficient of a good model passes, with bounds, and the claim says that they are not guaranteed."""
    data = rows(200, label=lambda k: "yes" if k % 2 else "no")
    text = spec_text("- {metric: mcc, cells: clean, at_least: 0.5, method: approximate}")
    answers = {f"r{k}": "yes" if (k % 2) != (k % 10 == 0) else "no" for k in range(200)}
    arm = bench.arm(text, data, scripted(answers))
    assert arm.verdict == "PASS"
    assert 0.5 < arm.lower < arm.value < arm.upper
    assert "not guaranteed" in arm.claim


def test_a_table_of_too_few_units_has_no_verdict(bench):
    """Twenty-nine units are no basis for a bootstrap."""
    data = rows(29, label=lambda k: "yes" if k % 2 else "no")
    text = spec_text("- {metric: mcc, cells: clean, at_least: 0.5, method: approximate}")
    arm = bench.arm(text, data, scripted({f"r{k}": "yes" if k % 2 else "no" for k in range(29)}))
    assert arm.verdict != "PASS"


def test_approximate_bounds_of_a_mean(bench):
    """Any bounded metric may be judged approximately; identical units show nothing."""
    requirement = "at_least: 0.3, method: approximate"
    rng = np.random.default_rng(2)
    varied = bench.arm(*number(requirement, list(rng.uniform(0.4, 0.8, 100))))
    assert varied.verdict == "PASS"
    assert bench.arm(*number(requirement, [0.7] * 100)).verdict == "INCONCLUSIVE"


def test_calibration_has_an_exact_test(bench):
    """A model that says 0.9 and is right nine times in ten passes; one that is right half the time fails."""
    text = spec_text(
        "- {metric: ece, cells: clean, at_most: 0.2}",
        top="output: {extract: json}\nmetrics:\n  ece: {kind: expected_calibration_error, confidence: sure, field: said}",
    )

    def says(right_every):
        def model(text):
            k = int(text[1:])
            return json.dumps({"sure": 0.9, "said": "yes" if right_every(k) else "no"})

        return model

    assert bench.arm(text, rows(1500), says(lambda k: k * 7919 % 10 != 0)).verdict == "PASS"
    assert bench.arm(text, rows(1500), says(lambda k: k * 7919 % 2 != 0)).verdict == "FAIL"


DATASET = "- {metric: accuracy, cells: clean, at_least: 0.8, population: dataset}"


def test_a_claim_about_these_rows_stops_early(bench):
    """A perfect model needs only a part of the rows, whatever comes after."""
    arm = bench.arm(spec_text(DATASET), rows(1000))
    assert arm.verdict == "PASS"
    assert arm.units < 100
    assert "in another order" in arm.claim


def test_a_claim_about_these_rows_is_certain_at_the_end(bench):
    """Exactly 0.8 of the rows, in an order that shows nothing before: a PASS, with all of them in."""
    model = scripted({f"r{k}": "no" for k in range(0, 50, 5)})
    arm = bench.arm(spec_text(DATASET, statistics="seed: 1"), rows(50), model)
    assert (arm.verdict, arm.value, arm.units, arm.lower) == ("PASS", 0.8, 50, 0.8)
    assert "all rows are in" in arm.claim


def test_rows_that_a_perturbation_leaves_alone_still_count_down(bench):
    """A tenth of the rows gives no evidence; the claim about the others is exact at the end."""
    text = spec_text(
        "- {metric: accuracy, at_least: 0.8, population: dataset, max_unchanged: 0.5}",
        perturbations="- {kind: test/mark, word: a, name: a, level: [1]}",
    )
    data = rows(100)
    for k in range(0, 100, 10):
        data[k]["input"] += " no-a"
    arm = bench.arm(text, data, lambda text: "yes" if int(text.split()[0][1:]) % 5 else "no")
    # 90 rows with evidence, 10 of them wrong
    assert arm.verdict == "PASS"
    assert 0.8 <= (arm.lower or 0) <= 1


def test_ladders_are_told_by_scenario(bench):
    """Levels 1 and 2 pass, level 3 does not: shown up to level 2."""
    ladder = "- {kind: test/mark, word: a, name: a, level: [1, 2, 3]}"
    text = spec_text("- {metric: accuracy, worst_over: cell, at_least: 0.8}", perturbations=ladder)
    result = bench.run(text, rows(100), lambda text: "no" if text.split()[-1].startswith("a3") else "yes")
    (sentence,) = result.scenarios[0].ladders
    assert "shown up to level 2" in sentence


def test_forms_do_not_depend_on_selection(bench):
    """An arm alone has the evidence that it has among others."""
    text = spec_text(
        "- {metric: test/number, cells: clean, aggregate: {kind: quantile, q: 0.2}, at_least: 0.4}\n"
        "- {metric: test/number, cells: clean, aggregate: {kind: tail_mean, share: 0.2}, at_least: 0.2}\n"
        "- {metric: test/number, cells: clean, at_least: 0.3, method: approximate, name: about}\n"
        "- {metric: test/number, cells: clean, at_least: 0.3, population: dataset, name: these}\n"
    )
    rng = np.random.default_rng(3)
    model = numbers(list(rng.uniform(0.2, 1, 300)))
    plan = bench.plan(text, rows(300))
    whole = judged(bench.run(plan, model=model))
    for arm in plan.arms:
        assert judged(bench.run(plan, model=model, selected=[arm.id]))[arm.id] == whole[arm.id]
