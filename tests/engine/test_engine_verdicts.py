"""Which verdict an arm gets, and what it says for itself."""

import re
from datetime import date, timedelta

import pytest
from spec_factory import A12, B1, rows, scripted, spec_text

A1 = "- {kind: test/mark, word: a, name: a, level: [1]}"
TOMORROW, YESTERDAY = (date.today() + timedelta(days=days) for days in (1, -1))


def refuses_calls(text):
    raise AssertionError(f"called with {text}")


@pytest.mark.parametrize(
    ("requirement", "reason"),
    [
        ("metric: accuracy, at_least: 0.99", "a PASS needs at least"),
        ("metric: accuracy, at_least: 1.0", "no number of units can show this bound"),
        ("metric: false_refusal, at_most: 0.0", "no number of units can show this bound"),
        ("metric: accuracy, at_least: 0.8, max_samples: 3", "and there are 3"),
        ("metric: accuracy, aggregate: retention, at_least: 1.0", "no number of units can show this bound"),
    ],
)
def test_unreachable_without_a_call(bench, requirement, reason):
    """What no outcome could show is said before anything is called."""
    arm = bench.arm(spec_text(f"- {{{requirement}}}", perturbations=A1), rows(20), refuses_calls)
    assert (arm.verdict, arm.units) == ("UNREACHABLE", 0)
    assert reason in arm.reason
    assert reason in arm.claim


def test_the_fewest_units_that_are_named_suffice(bench):
    """With as many rows as the message asks for, a perfect model passes; with one less it is UNREACHABLE."""
    spec = spec_text("- {metric: accuracy, at_least: 0.9}")
    needed = int(re.search(r"at least (\d+) units", bench.arm(spec, rows(5)).reason)[1])
    assert bench.arm(spec, rows(needed - 1)).verdict == "UNREACHABLE"
    assert bench.arm(spec, rows(needed)).verdict == "PASS"


def test_a_bound_of_one_holds_for_a_data_set(bench):
    """Of these rows it can be shown."""
    arm = bench.arm(spec_text("- {metric: accuracy, at_least: 1.0, population: dataset}"), rows(20))
    assert arm.verdict == "PASS"


GROUPS = {"data": "groups: [vendor]"}
SMALL = {"vendor": lambda k: "C" if k < 3 else "AB"[k % 2]}


def verdicts(bench, requirement, people, model=lambda text: "yes", **more):
    spec = spec_text(f"- {{{requirement}}}", **more)
    return {arm.arm: arm.verdict for arm in bench.run(spec, people, model).arms}


def test_a_group_without_a_row_that_the_metric_is_about(bench):
    """Vendor C has no must_refuse row: INVALID, not a PASS."""
    data = rows(90, vendor=lambda k: "ABC"[k % 3], policy=lambda k: "answer" if k % 3 == 2 else "must_refuse")
    top = "output: {refusal: {kind: patterns, any: [sorry]}}"
    found = verdicts(
        bench,
        "metric: forbidden_answer, worst_over: vendor, at_most: 0.3",
        data,
        lambda text: "sorry",
        top=top,
        **GROUPS,
    )
    assert found == {"A": "PASS", "B": "PASS", "C": "INVALID"}


def test_a_gap_over_a_group_without_such_a_row(bench):
    """A gap with nothing on one side is INVALID too."""
    data = rows(90, vendor=lambda k: "ABC"[k % 3], policy=lambda k: "answer" if k % 3 == 2 else "must_refuse")
    arm = bench.arm(spec_text("- {metric: forbidden_answer, gap_over: vendor, at_most: 0.3}", **GROUPS), data)
    assert (arm.verdict, arm.reason) == ("INVALID", "vendor C has no row to which the metric applies")


def test_no_row_at_all(bench):
    """A requirement about must_refuse rows on data without any."""
    arm = bench.arm(spec_text("- {metric: forbidden_answer, at_most: 0.3}"), rows(20), refuses_calls)
    assert (arm.verdict, arm.reason) == ("INVALID", "no row to which the metric applies")


def test_a_group_below_min_group_size(bench):
    """Is INVALID, and counts among the arms."""
    spec = spec_text("- {metric: accuracy, worst_over: vendor, at_least: 0.5, min_group_size: 4}", **GROUPS)
    arms = {arm.arm: arm for arm in bench.run(spec, rows(60, **SMALL)).arms}
    assert [arms[name].verdict for name in "ABC"] == ["PASS", "PASS", "INVALID"]
    assert arms["C"].reason == "group C has 3 units, fewer than min_group_size 4"


def test_a_group_that_is_too_small_to_pass(bench):
    """Without the key it is UNREACHABLE."""
    found = verdicts(bench, "metric: accuracy, worst_over: vendor, at_least: 0.5", rows(60, **SMALL), **GROUPS)
    assert found == {"A": "PASS", "B": "PASS", "C": "UNREACHABLE"}


@pytest.mark.parametrize("size", ["", ", min_group_size: 4"])
def test_small_groups_left_out(bench, size):
    """They are named in the claims of the others, and do not count in the correction of a FAIL."""
    spec = spec_text(
        f"- {{metric: accuracy, worst_over: vendor, at_least: 0.5, small_groups: exclude{size}}}", **GROUPS
    )
    arms = bench.run(spec, rows(60, **SMALL)).arms
    assert [(arm.arm, arm.verdict) for arm in arms] == [("A", "PASS"), ("B", "PASS")]
    assert all("too few units: C." in arm.claim for arm in arms)
    plan = bench.plan(spec, rows(60, **SMALL))
    assert pytest.approx([arm.streams[0].hypothesis.alpha_fail for arm in plan.arms]) == [0.025, 0.025]


def test_a_requirement_that_loses_all_its_groups_does_not_vanish(bench):
    """It has no arm that could pass, and says so for each."""
    spec = spec_text("- {metric: accuracy, worst_over: vendor, at_least: 0.999, small_groups: exclude}", **GROUPS)
    assert [arm.verdict for arm in bench.run(spec, rows(60, **SMALL), refuses_calls).arms] == ["UNREACHABLE"] * 3


def test_a_gap_that_loses_all_but_one_value(bench):
    """There is nothing to compare with."""
    spec = spec_text(
        "- {metric: accuracy, gap_over: vendor, at_most: 0.5, min_group_size: 29, small_groups: exclude}", **GROUPS
    )
    arm = bench.arm(spec, rows(60, **SMALL), refuses_calls)
    assert (arm.verdict, arm.reason) == ("INVALID", "a gap needs two values, vendor has 1")


NO_A = {"input": lambda k: f"r{k} no-a" if k % 3 == 0 else f"r{k}"}


def test_a_perturbation_that_changes_too_little(bench):
    """A third of the rows stay as they are: INVALID names the cell and the share."""
    arm = bench.arm(
        spec_text("- {metric: accuracy, at_least: 0.5}", perturbations=A1, statistics="method: point"), rows(30, **NO_A)
    )
    assert arm.verdict == "INVALID"
    assert arm.reason == "a-1 left 33% of the rows unchanged, more than max_unchanged 0.2: it does not test this data"


def test_only_the_cell_that_changes_too_little(bench):
    """Arms that do not hold it are judged."""
    spec = spec_text(
        "- {metric: accuracy, worst_over: cell, at_least: 0.5}", perturbations=f"{A1}\n{B1}", statistics="method: point"
    )
    arms = bench.run(spec, rows(30, **NO_A)).arms
    assert [(arm.arm, arm.verdict) for arm in arms] == [("a-1", "INVALID"), ("b-1", "PASS")]


def test_unchanged_is_judged_on_the_units_up_to_the_decision(bench):
    """What a perturbation does after an arm was decided is not its business: here all rows that come later are unchanged."""
    spec = spec_text("- {metric: accuracy, at_least: 0.5}", perturbations=A1)
    order = [f"r{k}" for k in bench.plan(spec, rows(100)).scenarios[0].rows.tolist()]
    late = set(order[12:])
    data = rows(100, input=lambda k: f"r{k} no-a" if f"r{k}" in late else f"r{k}")
    assert (lambda arm: (arm.verdict, arm.unchanged))(bench.arm(spec, data)) == ("PASS", 0)


def test_a_perturbation_that_changes_nothing(bench):
    """INVALID for that reason, and nothing is called."""
    arm = bench.arm(
        spec_text("- {metric: accuracy, at_least: 0.5}", perturbations=A1),
        rows(40, input=lambda k: f"r{k} no-a"),
        refuses_calls,
    )
    assert arm.verdict == "INVALID"
    assert "left 100% of the rows unchanged" in arm.reason


def test_a_gap_where_one_value_runs_out_of_changed_rows(bench):
    """The other value need not wait for rows that cannot come, and the run ends."""
    data = rows(300, vendor=lambda k: "AB"[k % 2], input=lambda k: f"r{k} no-a" if k % 2 and k > 10 else f"r{k}")
    spec = spec_text(
        "- {metric: accuracy, gap_over: vendor, at_most: 0.5}",
        perturbations=A1,
        statistics="max_unchanged: 1",
        **GROUPS,
    )
    arm = bench.arm(spec, data)
    assert (arm.verdict, arm.units) == ("INCONCLUSIVE", 150 + 5)


def waived(until, arms="", requirement="metric: accuracy, worst_over: cell, at_least: 0.5"):
    waiver = f"waived: {{until: {until}, by: A. Person, reason: a known gap{arms}}}"
    return spec_text(f"- {{{requirement}, {waiver}}}", perturbations=A12)


WRONG_ON_A2 = scripted({f"r{k} a2": "no" for k in range(60)})


def test_a_waiver_turns_a_failure_into_waived(bench):
    """A PASS stays a PASS; the claim says who waived what."""
    passed, failed = bench.run(waived(TOMORROW), rows(60), WRONG_ON_A2).arms
    assert (passed.verdict, failed.verdict, failed.stored_verdict) == ("PASS", "WAIVED", "FAIL")
    assert f"waived until {TOMORROW} by A. Person: a known gap" == failed.reason
    assert failed.reason.removeprefix("waived ") in failed.claim
    assert failed.is_green


def test_a_waiver_covers_an_open_verdict(bench):
    """INCONCLUSIVE is waived too."""
    requirement = "metric: accuracy, at_least: 0.9, max_samples: 30"
    data = rows(60)
    order = [f"r{k}" for k in bench.plan(waived(TOMORROW, "", requirement), data).scenarios[0].rows.tolist()]
    arm = bench.arm(waived(TOMORROW, "", requirement), data, scripted({f"{order[0]} a1": "no", f"{order[0]} a2": "no"}))
    assert (arm.verdict, arm.stored_verdict) == ("WAIVED", "INCONCLUSIVE")


def test_a_waiver_that_has_ended(bench):
    """The failure is red again, and says why."""
    _, failed = bench.run(waived(YESTERDAY), rows(60), WRONG_ON_A2).arms
    assert ("FAIL", f"the waiver by A. Person ended on {YESTERDAY}") == (failed.verdict, failed.reason)


def test_a_waiver_holds_on_its_last_day(bench):
    """The day itself is included."""
    assert bench.run(waived(date.today()), rows(60), WRONG_ON_A2).arms[1].verdict == "WAIVED"


def test_a_waiver_of_other_arms(bench):
    """An arm that it does not name stays red."""
    arms = bench.run(waived(TOMORROW, ", arms: [a-1]"), rows(60), scripted({}, "no")).arms
    assert [arm.verdict for arm in arms] == ["WAIVED", "FAIL"]


def test_a_waiver_does_not_cover_a_broken_test(bench):
    """INVALID stays red."""
    data = rows(60, input=lambda k: f"r{k} no-a")
    assert [arm.verdict for arm in bench.run(waived(TOMORROW), data).arms] == ["INVALID", "INVALID"]


def test_a_waiver_that_nothing_needs(bench):
    """Where every waived arm passes the gate is red until the waiver is removed."""
    told = []
    arms = bench.run(waived(TOMORROW), rows(60), on_arm=told.append).arms
    assert [(arm.verdict, arm.stored_verdict) for arm in arms] == [("INVALID", "PASS")] * 2
    assert all("the waiver is no longer needed" in arm.claim and arm.claim.startswith("INVALID: ") for arm in arms)
    assert [arm.verdict for arm in told] == ["INVALID", "INVALID"]


def test_a_part_of_the_waived_arms_cannot_revoke_a_waiver(bench):
    """The arm that passes passes, alone as beside the one that fails."""
    plan = bench.plan(waived(TOMORROW), rows(60))
    alone = bench.arm(plan, model=WRONG_ON_A2, selected=[plan.arms[0].id])
    assert (alone.verdict, bench.run(plan, model=WRONG_ON_A2).arms[0].verdict) == ("PASS", "PASS")


def test_inconclusive_prints_its_remedy(bench):
    """How many more units, which margin, or the narrower claim."""
    spec = spec_text("- {metric: accuracy, at_least: 0.9}")
    arm = bench.arm(spec, rows(60), scripted({f"r{k}": "no" for k in range(4)}))
    assert (arm.verdict, arm.units) == ("INCONCLUSIVE", 60)
    assert re.search(r"about [\d,]+ more units", arm.remedy)
    assert re.search(r"a margin of 0\.\d+", arm.remedy)
    assert "population: dataset" in arm.remedy
    assert arm.remedy in arm.claim


def test_the_margin_that_is_named_suffices(bench):
    """With it these units pass."""
    spec = spec_text("- {metric: accuracy, at_least: 0.9MARGIN}")
    model = scripted({f"r{k}": "no" for k in range(4)})
    margin = re.search(r"a margin of (0\.\d+)", bench.arm(spec.replace("MARGIN", ""), rows(60), model).remedy)[1]
    assert bench.arm(spec.replace("MARGIN", f", margin: {margin}"), rows(60), model).verdict == "PASS"


def hypotheses(bench, requirements, **more):
    plan = bench.plan(spec_text(requirements, perturbations=f"{A12}\n{B1}", **more), rows(100))
    return {arm.id.split("::", 1)[1]: arm.streams[0].hypothesis for arm in plan.arms}


def test_a_fail_is_corrected_for_the_arms_of_its_requirement(bench):
    """Three cells: alpha_fail / 3, alpha_pass as it is; fail: none leaves both."""
    requirement = "- {metric: accuracy, worst_over: cell, at_least: 0.5%s}"
    corrected = hypotheses(bench, requirement % "")
    assert [pytest.approx((h.alpha_pass, h.alpha_fail)) for h in corrected.values()] == [(0.05, 0.05 / 3)] * 3
    plain = hypotheses(bench, requirement % ", multiplicity: {fail: none}")
    assert [pytest.approx((h.alpha_pass, h.alpha_fail)) for h in plain.values()] == [(0.05, 0.05)] * 3


def test_a_pass_is_corrected_for_the_requirements_of_the_file_where_it_is_asked_for(bench):
    """Two requirements of three and one arms: alpha / 2."""
    found = hypotheses(
        bench,
        "- {metric: accuracy, worst_over: cell, at_least: 0.5}\n- {metric: accuracy, at_least: 0.5}",
        statistics="multiplicity: {pass: bonferroni}",
    )
    assert pytest.approx([h.alpha_pass for h in found.values()]) == [0.025] * 4


def test_confidence_and_fail_confidence(bench):
    """fail_confidence is confidence where nothing else is said."""
    found = hypotheses(
        bench,
        "- {metric: accuracy, confidence: 0.99, at_least: 0.5}\n"
        "- {metric: accuracy, cells: clean, confidence: 0.99, fail_confidence: 0.9, at_least: 0.5}",
    )
    assert [pytest.approx((h.alpha_pass, h.alpha_fail)) for h in found.values()] == [(0.01, 0.01), (0.01, 0.1)]


@pytest.mark.parametrize(
    ("requirement", "exact"),
    [
        ("metric: accuracy, cells: clean, at_least: 0.5", True),
        ("metric: accuracy, worst_over: cell, at_least: 0.5", True),
        ("metric: accuracy, at_least: 0.5", False),
        ("metric: accuracy, aggregate: instance_worst, at_least: 0.5", True),
        ("metric: accuracy, aggregate: {kind: share_above, threshold: 0.5}, at_least: 0.5", True),
        ("metric: accuracy, cells: clean, repeats: 2, at_least: 0.5", False),
        ("metric: accuracy, aggregate: drop, cells: [b], at_most: 0.5", False),
        ("metric: test/number, cells: clean, at_least: 0.5", False),
    ],
)
def test_one_value_of_zero_or_one_for_each_unit(bench, requirement, exact):
    """Only there the exact test holds."""
    assert all(exact == h.binary for h in hypotheses(bench, f"- {{{requirement}}}").values())


def test_rows_that_share_a_unit_are_no_longer_zero_or_one(bench):
    """Their mean may be a half."""
    spec = spec_text("- {metric: accuracy, at_least: 0.5}", data="unit: patient")
    (arm,) = bench.plan(spec, rows(40, patient=lambda k: k // 2)).arms
    assert not arm.streams[0].hypothesis.binary


def test_fail_wins_where_both_are_shown(bench):
    """With a margin wide enough both boundaries are crossed at one unit by one half right."""
    spec = spec_text("- {metric: accuracy, at_least: 0.7, margin: 0.4, method: fixed}")
    arm = bench.arm(spec, rows(400), scripted({f"r{k}": "no" for k in range(200)}))
    assert arm.verdict == "FAIL"


def test_a_quick_look_is_no_gate(bench):
    """Every horizon is cut, nothing is unreachable, and the result says that it is quick."""
    arm = bench.arm(spec_text("- {metric: accuracy, at_least: 0.99}"), rows(50), max_samples=3)
    assert (arm.units, arm.horizon, arm.quick) == (3, 3, True)
    assert arm.verdict == "INCONCLUSIVE"
