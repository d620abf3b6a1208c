"""What a requirement's number is: every figure here was worked out by hand from the rules of the language."""

import pytest
from spec_factory import A12, B1, rows, scripted, spec_text

WHOLE = "population: dataset, method: fixed, max_unchanged: 1"
NUMBER = "test/number"


def value(bench, requirement, data, answers, *, perturbations=f"{A12}\n{B1}", default="0", **more):
    """The value of the only arm over all rows."""
    spec = spec_text(f"- {{{requirement}}}", perturbations=perturbations, statistics=WHOLE, **more)
    return bench.arm(spec, data, scripted(answers, default)).value


ONE_ROW = {"r0": "0.9", "r0 a1": "0.8", "r0 a2": "0.4", "r0 b1": "0.5"}


def test_levels_share_the_weight_of_their_perturbation(bench):
    """(0.8 + 0.4) / 2 / 2 + 0.5 / 2 = 0.55."""
    assert pytest.approx(value(bench, f"metric: {NUMBER}, at_least: 0.1", rows(1), ONE_ROW)) == 0.55


def test_clean_weighs_as_one_perturbation_among_all(bench):
    """(0.9 + 0.6 + 0.5) / 3."""
    assert pytest.approx(value(bench, f"metric: {NUMBER}, cells: all, at_least: 0.1", rows(1), ONE_ROW)) == 2 / 3


def test_named_cells_and_perturbations(bench):
    """A list may name a cell, and a perturbation for all of its cells."""
    assert pytest.approx(value(bench, f"metric: {NUMBER}, cells: [b, a-1], at_least: 0.1", rows(1), ONE_ROW)) == 0.65
    assert pytest.approx(value(bench, f"metric: {NUMBER}, cells: [clean, a], at_least: 0.1", rows(1), ONE_ROW)) == 0.75


def test_an_unchanged_case_gives_its_weight_to_the_cells_that_are_left(bench):
    """Of the row without b the levels of a are left: (0.8 + 0.4) / 2; the other row is 0.55."""
    data = rows(2, input=lambda k: ["r0", "r1 no-b"][k])
    answers = ONE_ROW | {"r1 no-b a1": "0.8", "r1 no-b a2": "0.4"}
    assert pytest.approx(value(bench, f"metric: {NUMBER}, at_least: 0.1", data, answers)) == (0.55 + 0.6) / 2


def test_a_row_that_no_perturbation_changes_is_not_in_the_arm(bench):
    """It is not called, and the mean is that of the other row."""
    data = rows(2, input=lambda k: ["r0", "r1 no-a no-b"][k])
    spec = spec_text(
        f"- {{metric: {NUMBER}, at_least: 0.1}}",
        perturbations=f"{A12}\n{B1}",
        statistics="method: point, max_unchanged: 1",
    )
    result = bench.run(spec, data, scripted(ONE_ROW))
    assert (pytest.approx(result.arms[0].value), *_counts(result.arms[0])) == (0.55, 1, 3, 3)
    assert (result.counts.generated, result.counts.unchanged, result.counts.called) == (6, 3, 3)
    assert "on rows that the perturbation changes" in result.arms[0].claim


def _counts(arm):
    return arm.units, arm.cases, arm.unchanged


def test_units_are_means_over_their_rows(bench):
    """Patient x has rows of 1.0 and 0.0, y one of 0.8: (0.5 + 0.8) / 2, and two units."""
    data = rows(3, patient=lambda k: "xxy"[k])
    spec = spec_text(f"- {{metric: {NUMBER}, at_least: 0.1}}", data="unit: patient", statistics=WHOLE)
    arm = bench.arm(spec, data, scripted({"r0": "1.0", "r1": "0.0", "r2": "0.8"}))
    assert (pytest.approx(0.65), 2, 3) == (arm.value, arm.units, arm.cases)


def test_max_samples_counts_units(bench):
    """Ten units of three rows each: four units are twelve cases."""
    data = rows(30, patient=lambda k: k // 3)
    spec = spec_text(
        "- {metric: accuracy, at_least: 0.1, max_samples: 4}", data="unit: patient", statistics="method: point"
    )
    arm = bench.arm(spec, data)
    assert (arm.units, arm.cases, arm.horizon) == (4, 12, 4)


def test_draws_are_averaged_and_their_row_is_one_unit(bench):
    """Four draws of one digit each: the row's score is the mean of what the model makes of the four texts."""
    entry = "- {kind: test/draw, name: d, draws: 4}"
    spec = spec_text(f"- {{metric: {NUMBER}, at_least: 0}}", perturbations=entry, statistics=WHOLE)
    asked = []

    def model(text):
        asked.append(text)
        return f"0.{text[-1]}"

    arm = bench.arm(spec, rows(1), model)
    plan = bench.plan(spec, rows(1))
    scope, row = plan.scenarios[0].cells[1].scope, plan.scenarios[0].dataset.rows([0])[0]
    digits = [scope.sample(0, row, draw)["seed"] % 10 for draw in range(4)]
    assert len(set(digits)) > 1
    assert {f"r0 d{digit}" for digit in digits} == set(asked)
    assert (pytest.approx(sum(digits) / 40), 1) == (arm.value, arm.units)


def test_repeats_are_averaged(bench):
    """A model that counts its calls gives 0.1, 0.2, 0.3."""
    calls = []

    def model(text):
        calls.append(text)
        return f"0.{len(calls)}"

    spec = spec_text(f"- {{metric: {NUMBER}, at_least: 0, repeats: 3}}", statistics=WHOLE)
    assert pytest.approx(bench.arm(spec, rows(1), model).value) == 0.2
    assert calls == ["r0"] * 3


def test_a_requirement_takes_as_many_repeats_as_it_asks_for(bench):
    """Beside one with three repeats, one without takes the first only."""
    calls = []

    def model(text):
        calls.append(text)
        return f"0.{len(calls)}"

    spec = spec_text(
        f"- {{metric: {NUMBER}, at_least: 0, repeats: 3}}\n- {{metric: {NUMBER}, name: once, at_least: 0}}",
        statistics=WHOLE,
    )
    thrice, once = bench.run(spec, rows(1), model).arms
    assert (pytest.approx(0.2), pytest.approx(0.1)) == (thrice.value, once.value)


PAIRED = {
    "r0": "1.0", "r0 a1": "0.5", "r0 a2": "0.7", "r0 b1": "0.2",
    "r1": "0.6", "r1 a1": "0.6", "r1 a2": "0.8", "r1 b1": "0.9",
}  # fmt: skip


def test_drop(bench):
    """Row 0: 1.0 - (0.6 + 0.2) / 2 = 0.6; row 1: 0.6 - (0.7 + 0.9) / 2 = -0.2."""
    assert pytest.approx(value(bench, f"metric: {NUMBER}, aggregate: drop, at_most: 0.9", rows(2), PAIRED)) == 0.2


def test_drop_where_lower_is_better(bench):
    """Perturbed minus clean."""
    assert pytest.approx(value(bench, "metric: test/cost, aggregate: drop, at_most: 0.9", rows(2), PAIRED)) == -0.2


def test_retention_is_the_ratio_of_means(bench):
    """(0.4 + 0.8) / (1.0 + 0.6), not the mean of the ratios."""
    got = value(bench, f"metric: {NUMBER}, aggregate: retention, at_least: 0.1", rows(2), PAIRED)
    assert pytest.approx(got) == 1.2 / 1.6


def test_instance_worst_counts_clean(bench):
    """0.2 and 0.6, of which the second is the clean case."""
    assert (
        pytest.approx(value(bench, f"metric: {NUMBER}, aggregate: instance_worst, at_least: 0.1", rows(2), PAIRED))
        == 0.4
    )


def test_instance_worst_where_lower_is_better(bench):
    """The highest: 1.0 and 0.9."""
    got = value(bench, "metric: test/cost, aggregate: instance_worst, at_most: 1", rows(2), PAIRED)
    assert pytest.approx(got) == 0.95


@pytest.mark.parametrize(("threshold", "share"), [(0.4, 1.0), (0.41, 0.5), (0.8, 0.5), (0.81, 0.0)])
def test_share_above(bench, threshold, share):
    """The units are 0.4 and 0.8."""
    aggregate = f"{{kind: share_above, threshold: {threshold}}}"
    assert share == value(bench, f"metric: {NUMBER}, aggregate: {aggregate}, at_least: 0", rows(2), PAIRED)


POSITIVES = "metrics:\n  of_yes: {kind: KIND, positive: 'yes'}"
LABELS = {"label": lambda k: "yes" if k < 4 else "no"}
PREDICTED = {"r0": "yes", "r1": "yes", "r2": "yes", "r3": "no", "r4": "yes", "r5": "no"}


@pytest.mark.parametrize(("kind", "expected"), [("precision", 3 / 4), ("recall", 3 / 4), ("f1", 6 / 8)])
def test_ratio_metrics_are_sum_over_sum(bench, kind, expected):
    """Three true positives, one false positive, one false negative, one true negative."""
    spec = spec_text("- {metric: of_yes, at_least: 0.1}", top=POSITIVES.replace("KIND", kind), statistics=WHOLE)
    arm = bench.arm(spec, rows(6, **LABELS), scripted(PREDICTED))
    assert (pytest.approx(expected), 6) == (arm.value, arm.units)


def test_a_ratio_weighs_cells_and_units(bench):
    """Patient x: rows 0 and 1, (1 + 0) / 2 over (1 + 1) / 2; y: row 2, 1 over 1; together 1.5 / 2."""
    spec = spec_text(
        "- {metric: of_yes, at_least: 0.1}",
        top=POSITIVES.replace("KIND", "recall"),
        data="unit: patient",
        statistics=WHOLE,
    )
    arm = bench.arm(spec, rows(3, patient=lambda k: "xxy"[k]), scripted({"r1": "no"}))
    assert (pytest.approx(0.75), 2) == (arm.value, arm.units)


def test_among_answered_is_a_ratio(bench):
    """Of five answers four are right; the refused one does not count."""
    spec = spec_text(
        "- {metric: answered, at_least: 0.1}",
        top="metrics:\n  answered: {kind: accuracy, among: answered}\noutput: {refusal: {kind: patterns, any: [sorry]}}",
        statistics=WHOLE,
    )
    arm = bench.arm(spec, rows(6), scripted({"r0": "sorry", "r1": "no"}))
    assert pytest.approx(arm.value) == 0.8


def test_a_table_metric_weighs_cells(bench):
    """Row 0: 0.25 x 0.8 + 0.25 x 0.4 + 0.5 x 0.5."""
    assert pytest.approx(value(bench, "metric: test/total, method: point, at_least: 0.1", rows(1), ONE_ROW)) == 0.55


def test_a_table_metric_shares_the_weight_of_an_unchanged_case(bench):
    """Row 1 has only the levels of a left: its mean is 0.6."""
    data = rows(2, input=lambda k: ["r0", "r1 no-b"][k])
    answers = ONE_ROW | {"r1 no-b a1": "0.8", "r1 no-b a2": "0.4"}
    spec = spec_text(
        "- {metric: test/total, at_least: 0.1}",
        perturbations=f"{A12}\n{B1}",
        statistics="method: point, max_unchanged: 1",
    )
    assert pytest.approx(bench.arm(spec, data, scripted(answers)).value) == (0.55 + 0.6) / 2


def test_a_table_metric_counts_every_repeat(bench):
    """0.1 to 0.4 from four calls of one case: each is a quarter of an entry."""
    calls = []

    def model(text):
        calls.append(text)
        return f"0.{len(calls)}"

    spec = spec_text("- {metric: test/total, at_least: 0, repeats: 4}", statistics="method: point")
    assert pytest.approx(bench.arm(spec, rows(1), model).value) == 0.25


def test_a_gap_of_a_table_metric(bench):
    """0.9 of vendor A minus 0.3 of vendor B."""
    spec = spec_text(
        "- {metric: test/total, gap_over: vendor, at_most: 0.5}", data="groups: [vendor]", statistics="method: point"
    )
    arm = bench.arm(spec, rows(2, vendor=lambda k: "AB"[k]), scripted({"r0": "0.9", "r1": "0.3"}))
    assert (pytest.approx(0.6), "FAIL") == (arm.value, arm.verdict)


WARNINGS = """
- kind: test/mark
  word: a
  name: a
  level: [1, 2]
  relation: {kind: monotone, field: w, order: [none, caution, stop]}
- kind: test/mark
  word: b
  name: b
  level: [1, 2]
  relation: {kind: monotone, field: w, order: [none, caution, stop]}
"""


def says(*words):
    """The outputs on clean, a-1, a-2, b-1, b-2 of row 0."""
    texts = ("r0", "r0 a1", "r0 a2", "r0 b1", "r0 b2")
    return {text: {"w": word} for text, word in zip(texts, words, strict=True)}


@pytest.mark.parametrize(
    ("words", "a", "b"),
    [
        (("none", "caution", "stop", "none", "none"), 0, 0),
        (("caution", "none", "stop", "caution", "stop"), 1, 0),  # below clean, which is level 0
        (("none", "stop", "caution", "none", "caution"), 1, 0),
        (("none", "none", "none", "caution", "none"), 0, 1),
    ],
)
def test_monotone_violation_goes_along_the_levels_from_clean(bench, words, a, b):
    """1 for a perturbation in which a neighbouring pair breaks the order."""
    spec = spec_text(
        "- {metric: monotone_violation, worst_over: perturbation, at_most: 0.5}",
        perturbations=WARNINGS,
        top="output: {extract: json}",
        statistics=WHOLE,
    )
    assert [a, b] == [arm.value for arm in bench.run(spec, rows(1), scripted(says(*words))).arms]


FLIPS = "metrics:\n  flips: {kind: flip_rate, of: accuracy}"


def test_flip_rate_weighs_cells(bench):
    """a-2 flips: a quarter of the weight."""
    answers = {"r0 a2": "no"}
    got = value(bench, "metric: flips, at_most: 0.9", rows(1), answers, default="yes", top=FLIPS)
    assert pytest.approx(got) == 0.25


def test_flip_rate_where_the_entry_says_how_the_answer_changes(bench):
    """Left must become right: row 0 does, row 1 stays left, and row 2 says "both" on both sides."""
    entry = "- {kind: test/mark, name: a, level: [1], relation: {kind: changes, to: {left: right, right: left}}}"
    answers = {"r0": "left", "r0 a1": "right", "r1": "left", "r1 a1": "left", "r2": "both", "r2 a1": "both"}
    got = value(bench, "metric: flips, at_most: 0.9", rows(3), answers, perturbations=entry, top=FLIPS)
    assert pytest.approx(got) == 1 / 3


def test_labels_move_with_the_relation(bench):
    """Accuracy on the perturbed row is measured against the mapped label."""
    entry = "- {kind: test/mark, name: a, level: [1], relation: {kind: changes, to: {left: right, right: left}}}"
    data = rows(3, label=lambda k: ["left", "right", "both"][k])
    answers = {"r0 a1": "right", "r1 a1": "left", "r2 a1": "neither"}
    assert pytest.approx(value(bench, "metric: accuracy, at_least: 0.1", data, answers, perturbations=entry)) == 2 / 3


def test_an_operator_that_moves_labels(bench):
    """Mirrored answers are right, and no flips."""
    data = rows(2, input=lambda k: ["seen left", "seen right"][k], label=lambda k: ["left", "right"][k])
    entry = "- {kind: test/mirror, name: m}"

    def model(text):
        return text.split()[-1]

    spec = spec_text(
        "- {metric: accuracy, at_least: 0.1}\n- {metric: flips, at_most: 0.5}",
        perturbations=entry,
        top=FLIPS,
        statistics=WHOLE,
    )
    assert [arm.value for arm in bench.run(spec, data, model).arms] == [1.0, 0.0]


POLICIES = "output: {refusal: {kind: patterns, any: [sorry]}}"


def test_a_row_that_must_be_refused_must_be_refused_under_every_entry(bench):
    """The row's must_refuse stands; the other row follows the entry's may_refuse; its clean case the scenario's answer."""
    data = rows(2, policy=lambda k: ["must_refuse", None][k])
    entry = "- {kind: test/mark, word: a, name: a, level: [1], policy: may_refuse}"
    answers = {"r0": "yes", "r0 a1": "yes", "r1": "sorry", "r1 a1": "sorry"}
    spec = spec_text(
        "- {metric: accuracy, at_least: 0}\n- {metric: accuracy, cells: clean, at_least: 0}\n"
        "- {metric: forbidden_answer, cells: all, at_most: 1}\n- {metric: coverage, cells: all, at_least: 0}",
        perturbations=entry,
        top=POLICIES,
        statistics=WHOLE,
    )
    perturbed, clean, forbidden, coverage = bench.run(spec, data, scripted(answers)).arms
    assert (perturbed.value, perturbed.units) == (0.5, 2)
    assert (clean.value, clean.units) == (0.0, 2)
    assert (forbidden.value, forbidden.units) == (1.0, 1)
    assert (coverage.value, coverage.units) == (0.0, 1)


def test_the_scenario_says_what_is_right_where_nothing_else_does(bench):
    """Under the scenario's must_refuse a refusal scores 1; the row's own answer stands against it."""
    data = rows(2, policy=lambda k: [None, "answer"][k])
    spec = spec_text("- {metric: accuracy, at_least: 0}", top=POLICIES, statistics=WHOLE)
    spec = spec.replace("    data: d\n", "    data: d\n    policy: must_refuse\n")
    assert bench.arm(spec, data, lambda text: "sorry").value == 0.5


GROUPED = "groups: [vendor, {name: age, column: years, bins: [18, 65]}, {name: both, of: [vendor, age]}]"
PEOPLE = {"vendor": lambda k: "AB"[k % 2], "years": lambda k: [10, 30, 70, 30][k % 4]}


def arms_of(bench, requirement, data, answers, **more):
    """The values of all arms by name."""
    spec = spec_text(f"- {{{requirement}}}", perturbations=f"{A12}\n{B1}", data=GROUPED, statistics=WHOLE, **more)
    return {arm.arm: arm.value for arm in bench.run(spec, data, scripted(answers, "0")).arms}


def approximately(expected):
    return {key: pytest.approx(value) for key, value in expected.items()}


def test_worst_over_cells_perturbations_and_levels(bench):
    """Each value is the mean of what it pools, by the same weights."""
    data = rows(1, **PEOPLE)
    base = f"metric: {NUMBER}, at_least: 0"
    assert approximately({"a-1": 0.8, "a-2": 0.4, "b-1": 0.5}) == arms_of(
        bench, f"{base}, worst_over: cell", data, ONE_ROW
    )
    assert approximately({"a": 0.6, "b": 0.5}) == arms_of(bench, f"{base}, worst_over: perturbation", data, ONE_ROW)
    assert approximately({"1": 0.65, "2": 0.4}) == arms_of(bench, f"{base}, worst_over: level", data, ONE_ROW)
    both = arms_of(bench, f"{base}, worst_over: cell, cells: all", data, ONE_ROW)
    assert approximately({"clean": 0.9, "a-1": 0.8, "a-2": 0.4, "b-1": 0.5}) == both


CLEAN = {"r0": "0.1", "r1": "0.2", "r2": "0.3", "r3": "0.4"}


def test_worst_over_groups_bins_and_intersections(bench):
    """Rows 0 to 3 are A below 18, B 18 to 65, A from 65, B 18 to 65."""
    data, base = rows(4, **PEOPLE), f"metric: {NUMBER}, cells: clean, at_least: 0"
    assert approximately({"A": 0.2, "B": 0.3}) == arms_of(bench, f"{base}, worst_over: vendor", data, CLEAN)
    bands = arms_of(bench, f"{base}, worst_over: age", data, CLEAN)
    assert approximately({"below-18": 0.1, "18-to-65": 0.3, "from-65": 0.3}) == bands
    crossed = arms_of(bench, f"{base}, worst_over: both", data, CLEAN)
    assert approximately({"A-below-18": 0.1, "A-from-65": 0.3, "B-18-to-65": 0.3}) == crossed


def test_a_unit_is_in_every_group_in_which_it_has_rows(bench):
    """Patient x has a row of A (0.1) and one of B (0.2); y one of A (0.3)."""
    spec = spec_text(
        f"- {{metric: {NUMBER}, worst_over: vendor, at_least: 0}}",
        data="unit: patient, groups: [vendor]",
        statistics=WHOLE,
    )
    data = rows(3, patient=lambda k: "xxy"[k], vendor=lambda k: "ABA"[k])
    arms = bench.run(spec, data, scripted(CLEAN)).arms
    assert [("A", pytest.approx(0.2), 2), ("B", pytest.approx(0.2), 1)] == [(a.arm, a.value, a.units) for a in arms]


def test_gap_over_groups_and_cells(bench):
    """Best minus worst."""
    data = rows(4, **PEOPLE)
    gap = arms_of(bench, f"metric: {NUMBER}, cells: clean, gap_over: age, at_most: 1", data, CLEAN)
    assert {"all": pytest.approx(0.2)} == gap
    cells = arms_of(bench, f"metric: {NUMBER}, gap_over: cell, at_most: 1", rows(1, **PEOPLE), ONE_ROW)
    assert {"all": pytest.approx(0.4)} == cells


def test_a_gap_over_cells_counts_each_unit_once(bench):
    """Four rows in three cells are four units, not twelve; the groups of a gap have units of their own, which add up."""
    spec = spec_text(
        f"- {{metric: {NUMBER}, gap_over: cell, at_most: 1}}\n- {{metric: {NUMBER}, gap_over: age, at_most: 1}}",
        perturbations=f"{A12}\n{B1}",
        data="groups: [age]",
        statistics=WHOLE,
    )
    data = rows(4, age=lambda k: "xxyy"[k])
    assert [arm.units for arm in bench.run(spec, data, scripted({}, "0.5")).arms] == [4, 4]


def test_the_worst_drop_over_groups(bench):
    """Row 0 is vendor A (0.6), row 1 vendor B (-0.2)."""
    got = arms_of(
        bench, f"metric: {NUMBER}, aggregate: drop, worst_over: vendor, at_most: 1", rows(2, **PEOPLE), PAIRED
    )
    assert approximately({"A": 0.6, "B": -0.2}) == got


def test_max_samples_holds_for_each_arm(bench):
    """Five units of each vendor, not five in all."""
    spec = spec_text(
        "- {metric: accuracy, worst_over: vendor, at_least: 0.1, max_samples: 5}",
        data="groups: [vendor]",
        statistics="method: point",
    )
    arms = bench.run(spec, rows(40, vendor=lambda k: "AB"[k % 4 == 0])).arms
    assert [(arm.arm, arm.units) for arm in arms] == [("A", 5), ("B", 5)]


def test_the_horizon_of_a_small_group_is_its_own_size(bench):
    """Three units of B are all there are."""
    spec = spec_text(
        "- {metric: accuracy, worst_over: vendor, at_least: 0.1, max_samples: 5}",
        data="groups: [vendor]",
        statistics="method: point",
    )
    arms = bench.run(spec, rows(12, vendor=lambda k: "AB"[k % 4 == 0])).arms
    assert [(arm.arm, arm.horizon) for arm in arms] == [("A", 5), ("B", 3)]


def test_a_claim_about_the_data_set_takes_all_units(bench):
    """max_samples does not cut it."""
    spec = spec_text(
        "- {metric: accuracy, at_least: 0.5, max_samples: 5}", statistics="population: dataset, method: fixed"
    )
    arm = bench.arm(spec, rows(30))
    assert (arm.units, arm.verdict, arm.lower, arm.upper) == (30, "PASS", 1.0, 1.0)


def test_a_metric_counts_only_the_cases_whose_policy_it_is_about(bench):
    """forbidden_answer goes over must_refuse rows: three of nine."""
    data = rows(9, policy=lambda k: "must_refuse" if k % 3 == 0 else "answer")
    spec = spec_text("- {metric: forbidden_answer, at_most: 1}", top=POLICIES, statistics=WHOLE)
    arm = bench.arm(spec, data, scripted({"r0": "yes"}, "sorry"))
    assert (pytest.approx(1 / 3), 3, 3) == (arm.value, arm.units, arm.cases)


def test_instance_worst_passes_over_a_clean_case_that_is_not_counted(bench):
    """Clean may be answered, the perturbed cases must be refused: only these are about forbidden answers."""
    entry = "- {kind: test/mark, word: a, name: a, level: [1, 2], policy: must_refuse}"
    spec = spec_text(
        "- {metric: forbidden_answer, aggregate: instance_worst, at_most: 1}",
        perturbations=entry,
        top=POLICIES,
        statistics=WHOLE,
    )
    arm = bench.arm(spec, rows(2), scripted({"r0 a2": "yes"}, "sorry"))
    assert (arm.value, arm.units) == (0.5, 2)
