"""Edge cases of the statistics, each from the file to the verdict: the ends of every scale, and data that hardly exist."""

import math
import random
from typing import Any, Literal

import numpy as np
import pytest
from spec_factory import A12, B1, judged, later, rows, scripted, spec_text

from robustspec import registry
from robustspec.data.row import Case
from robustspec.engine.proof.verification import compare, verify
from robustspec.errors import DataError, SpecError
from robustspec.metrics.base import CaseMetric
from robustspec.registry import Entry

CLEAN = "metric: accuracy, cells: clean"
NUMBER = "metric: test/number, cells: clean"
TAIL = "aggregate: {kind: tail_mean, share: 0.2}"
QUANTILE = "aggregate: {kind: quantile, q: 0.2}"
F1 = "metrics:\n  f1: {kind: f1, positive: 'yes'}"
REWEIGHTED = "aggregate: {kind: reweighted, over: kind, to: {sick: %s}}"


class Typed(CaseMetric):
    """Scores of the types that third parties return."""

    kind: Literal["test/typed"] = "test/typed"

    def score(self, case: Case) -> Any:
        """What the answer names."""
        return {
            "bool": True,
            "numpy bool": np.bool_(True),
            "int": 1,
            "numpy int": np.int64(1),
            "float32": np.float32(1),
            "minus zero": -0.0,
            "none": None,
            "text": "1",
            "complex": 1j,
        }[case.answer.value]


@pytest.fixture(autouse=True)
def typed(monkeypatch):
    """The metric above in the registry, as if a third party had brought it."""
    monkeypatch.setitem(registry.table("metrics"), "test/typed", Entry("test/typed", f"{__name__}:Typed", "tests"))


def only(*requirements, **more):
    """A specification of requirements on clean cells."""
    return spec_text("\n".join(f"- {{{each}}}" for each in requirements), **more)


def by_name(result):
    """The verdicts of requirements that have one arm each."""
    return {arm.requirement: arm for arm in result.arms}


def is_coherent(arm):
    """Whether the estimate lies within the bounds, and PASS and FAIL have the bound that shows them, if they have any."""
    low, high = (-math.inf if arm.lower is None else arm.lower), (math.inf if arm.upper is None else arm.upper)
    within = arm.value is None or low - 1e-6 <= arm.value <= high + 1e-6
    if arm.method == "point" and arm.population != "dataset":
        return (arm.lower, arm.upper) == (None, None)
    shown = low >= arm.bound - 1e-9 if arm.at_least else high <= arm.bound + 1e-9
    missed = high < arm.bound + 1e-9 if arm.at_least else low > arm.bound - 1e-9
    return within and shown == (arm.verdict == "PASS") and missed == (arm.verdict == "FAIL")


# All right, all wrong, no spread.


@pytest.mark.parametrize("method", ["sequential", "fixed"])
@pytest.mark.parametrize(("answer", "verdict", "ends"), [("yes", "PASS", (None, 1.0)), ("no", "FAIL", (0.0, None))])
def test_all_right_and_all_wrong_have_bounds_of_some_width(bench, method, answer, verdict, ends):
    """The bound that has nothing beyond it is closed, the other one keeps its distance."""
    arm = bench.arm(only(f"{CLEAN}, at_least: 0.8, method: {method}"), rows(60), lambda text: answer)
    assert (arm.verdict, ends[0] in (None, arm.lower), ends[1] in (None, arm.upper)) == (verdict, True, True)
    assert arm.lower < arm.upper
    assert is_coherent(arm)


@pytest.mark.parametrize("aggregate", ["", f"{TAIL}, "])
@pytest.mark.parametrize("method", ["sequential", "fixed"])
def test_scores_without_spread_still_need_units(bench, aggregate, method):
    """A hundred times 0.5 does not show 0.5 itself, and leaves a width."""
    arm = bench.arm(only(f"{NUMBER}, {aggregate}at_least: 0.5, method: {method}"), rows(100), lambda text: "0.5")
    assert arm.verdict == "INCONCLUSIVE"
    assert arm.lower < 0.5 < arm.upper


def test_scores_without_spread_never_pass_by_resampling(bench):
    """Every resample has one value, which would be bounds of no width."""
    arm = bench.arm(only(f"{NUMBER}, at_least: 0.4, method: approximate"), rows(100), lambda text: "0.5")
    assert (arm.verdict, arm.lower, arm.upper) == ("INCONCLUSIVE", None, None)


# Bounds at the ends of the scale.


def test_nothing_but_all_rows_shows_perfection(bench):
    """Of a distribution it is out of reach without a call; of these rows it can be shown."""
    text = only(f"{CLEAN}, at_least: 1, name: all", f"{CLEAN}, at_least: 1, population: dataset, name: these")
    found = by_name(bench.run(text, rows(20)))
    assert (found["all"].verdict, found["all"].cases) == ("UNREACHABLE", 0)
    assert (found["these"].verdict, found["these"].lower) == ("PASS", 1.0)


@pytest.mark.parametrize("more", ["margin: 0.2", "population: dataset"])
def test_one_counterexample_refutes_perfection_at_once(bench, more):
    """Evidence ends with the first wrong row."""
    arm = bench.arm(only(f"{CLEAN}, at_least: 1, {more}"), rows(60), lambda text: "no")
    assert (arm.verdict, arm.units) == ("FAIL", 1)


@pytest.mark.parametrize("requirement", [f"{CLEAN}, at_least: 0", "metric: refused, cells: clean, at_most: 1"])
@pytest.mark.parametrize("answer", ["yes", "no"])
def test_a_bound_that_nothing_can_miss_passes(bench, requirement, answer):
    """It needs one unit, whatever the answer."""
    arm = bench.arm(only(requirement), rows(30), lambda text: answer)
    assert (arm.verdict, arm.units) == ("PASS", 1)


def test_a_bound_that_nothing_can_reach_is_an_error(bench):
    """Beyond the scale nothing is tested at all."""
    with pytest.raises(SpecError, match="can never be met"):
        bench.plan(only(f"{CLEAN}, at_least: 1.2"), rows(5))


@pytest.mark.parametrize("form", ["aggregate: retention, ", REWEIGHTED % 0.5 + ", "])
def test_a_ratio_with_a_bound_below_zero_harms_no_other_arm(bench, form):
    """It is an error of the file, or a PASS: in no case the end of a run."""
    text = spec_text(
        f"- {{metric: accuracy, {form}at_least: -0.1}}\n- {{metric: accuracy, at_least: 0.5}}",
        perturbations=A12,
        data="groups: [kind]",
    )
    try:
        plan = bench.plan(text, rows(30, kind=lambda k: "sick" if k % 2 else "well"))
    except SpecError:
        return
    assert [arm.verdict for arm in bench.run(plan).arms] == ["PASS", "PASS"]


# Scores that are no scores, and scores of odd types.


@pytest.mark.parametrize(
    "aggregate", ["", f"{TAIL}, ", f"{QUANTILE}, ", "aggregate: {kind: share_above, threshold: 0.3}, "]
)
@pytest.mark.parametrize("answer", ["nan", "inf", "-inf", "1.0000001", "-0.0000001"])
def test_a_score_out_of_bounds_is_never_cut_off(bench, answer, aggregate):
    """One such row makes the arm INVALID, and the reason says what it was."""
    arm = bench.arm(
        only(f"{NUMBER}, {aggregate}at_least: 0.1, method: fixed"), rows(60), scripted({"r7": answer}, "0.5")
    )
    assert arm.verdict == "INVALID"
    assert str(float(answer)) in arm.reason


@pytest.mark.parametrize("answer", ["bool", "numpy bool", "int", "numpy int", "float32"])
def test_a_score_may_be_a_bool_an_int_or_of_numpy(bench, answer):
    """Each is the number 1."""
    arm = bench.arm(only("metric: test/typed, cells: clean, at_least: 0.5"), rows(20), lambda text: answer)
    assert (arm.verdict, arm.value, type(arm.value)) == ("PASS", 1.0, float)


def test_minus_zero_is_zero(bench):
    """In the value, and in what is printed of it."""
    text = only("metric: test/typed, cells: clean, at_least: 0, population: dataset, method: fixed")
    arm = bench.arm(text, rows(20), lambda _: "minus zero")
    assert (arm.verdict, arm.value) == ("PASS", 0.0)
    assert "-0.0" not in arm.claim


@pytest.mark.parametrize("answer", ["none", "text", "complex"])
def test_a_score_that_is_no_number_is_invalid(bench, answer):
    """It is a fault of the metric, and no verdict about the model."""
    arm = bench.arm(only("metric: test/typed, cells: clean, at_least: 0.5"), rows(20), lambda text: answer)
    assert (arm.verdict, arm.value) == ("INVALID", None)


# Equality with the bound.


@pytest.mark.parametrize("method", ["sequential", "fixed", "point"])
@pytest.mark.parametrize(("right", "of"), [(7, 10), (9, 30), (57, 100)])
def test_a_share_at_the_bound_meets_it(bench, method, right, of):
    """As integers, however the quotient is rounded."""
    wrong = {f"r{k}": "no" for k in range(right, of)}
    text = only(f"{CLEAN}, at_least: {right / of}, population: dataset, method: {method}")
    assert bench.arm(text, rows(of), scripted(wrong)).verdict == "PASS"
    assert bench.arm(text, rows(of), scripted(wrong | {"r0": "no"})).verdict == "FAIL"


@pytest.mark.parametrize("bound", ["at_least: 0.3", "at_most: 0.3"])
def test_a_mean_at_the_bound_meets_it_but_for_rounding(bench, bound):
    """0.1 + 0.2 + 0.6 is a little less than 0.9, and thirty times 0.3 is no 9."""
    metric = "test/number" if "least" in bound else "test/cost"
    text = only(f"metric: {metric}, cells: clean, {bound}, method: point")
    for answers in (["0.1", "0.2", "0.6"], ["0.3"] * 30):
        model = scripted({f"r{k}": answer for k, answer in enumerate(answers)})
        assert bench.arm(text, rows(len(answers)), model).verdict == "PASS"


# No unit, one unit.


@pytest.mark.parametrize(
    "form",
    [
        "at_least: 0.5",
        "at_least: 0.5, population: dataset",
        "at_least: 0.5, method: point",
        f"{REWEIGHTED % 0.5}, at_least: 0.5",
        f"{QUANTILE}, at_least: 0.5",
        f"{TAIL}, at_least: 0.5",
    ],
)
def test_no_row_that_counts_is_invalid(bench, form):
    """A metric that applies to no row has no value, in any form, and costs no call."""
    data = rows(10, policy=lambda k: "must_refuse", kind=lambda k: "sick" if k % 2 else "well")
    result = bench.run(only(f"metric: coverage, cells: clean, {form}", data="groups: [kind]"), data)
    assert [(arm.verdict, arm.units) for arm in result.arms] == [("INVALID", 0)]
    assert result.counts.called == 0


def test_one_row_is_enough_for_a_claim_about_it(bench):
    """And for nothing else."""
    text = only(f"{CLEAN}, at_least: 0.8, name: all", f"{CLEAN}, at_least: 0.8, population: dataset, name: these")
    found = by_name(bench.run(text, rows(1)))
    assert (found["all"].verdict, found["these"].verdict) == ("UNREACHABLE", "PASS")


def test_a_horizon_of_one(bench):
    """One unit shows what one unit can show: more than alpha."""
    text = only(
        f"{CLEAN}, at_least: 0.05, max_samples: 1, name: low", f"{CLEAN}, at_least: 0.06, max_samples: 1, name: high"
    )
    found = by_name(bench.run(text, rows(10)))
    assert (found["low"].verdict, found["high"].verdict) == ("PASS", "UNREACHABLE")


# Weights.


def sick(every, n):
    """Rows of which each ``every``-th is sick."""
    return rows(n, kind=lambda k: "well" if k % every else "sick")


def test_a_value_of_weight_zero_counts_for_nothing(bench):
    """All its rows are wrong, and the value is that of the others."""
    aggregate = "aggregate: {kind: reweighted, over: kind, to: {sick: 0, well: 1}}"
    text = only(f"{CLEAN}, {aggregate}, at_least: 0.8, population: dataset, method: fixed", data="groups: [kind]")
    arm = bench.arm(text, sick(2, 40), lambda text: "yes" if int(text[1:]) % 2 else "no")
    assert (arm.verdict, arm.value) == ("PASS", 1.0)


def test_a_few_rows_that_weigh_most_are_told(bench):
    """Two of 300 rows stand for nine tenths: Kish's effective size is about 2, and the run says so."""
    text = only(f"{CLEAN}, {REWEIGHTED % 0.9}, at_least: 0.3", data="groups: [kind]")
    arm = bench.arm(text, sick(150, 300))
    share = np.array([0.9 / (2 / 300)] * 2 + [0.1 / (298 / 300)] * 298)
    kish = share.sum() ** 2 / (share**2).sum()
    assert any(
        f"135 times the mean: these 300 rows tell as much as {kish:.0f} of equal weight" in w for w in arm.warnings
    )
    assert arm.verdict == "INCONCLUSIVE"


def test_weights_that_are_all_alike_change_nothing(bench):
    """Weighed to the shares that they have, the value is the mean, and nobody is warned."""
    text = only(
        f"{CLEAN}, {REWEIGHTED % 0.5}, at_least: 0.5, name: weighed",
        f"{CLEAN}, at_least: 0.5, name: plain",
        data="groups: [kind]",
        statistics="population: dataset, method: fixed",
    )
    found = by_name(bench.run(text, sick(2, 40), scripted({"r3": "no", "r4": "no", "r9": "no"})))
    assert found["weighed"].value == pytest.approx(found["plain"].value)
    assert found["weighed"].warnings == []


def test_a_group_that_lacks_a_value_cannot_be_weighed(bench):
    """Site B has nobody sick to weigh up."""
    data = rows(80, kind=lambda k: "sick" if k < 20 else "well", site=lambda k: "A" if k < 40 else "B")
    text = only(f"{CLEAN}, {REWEIGHTED % 0.5}, worst_over: site, at_least: 0.5", data="groups: [kind, site]")
    found = {arm.arm: arm for arm in bench.run(text, data).arms}
    assert (found["A"].verdict, found["B"].verdict) == ("PASS", "INVALID")
    assert "no row with kind sick" in found["B"].reason


def test_a_gap_between_groups_that_cannot_be_weighed(bench):
    """As under worst_over: site B has nobody sick, so that its number is another one."""
    data = rows(80, kind=lambda k: "sick" if k < 20 else "well", site=lambda k: "A" if k < 40 else "B")
    text = only(
        f"{CLEAN}, {REWEIGHTED % 0.5}, gap_over: site, at_most: 0.3, method: point", data="groups: [kind, site]"
    )
    assert bench.arm(text, data).verdict == "INVALID"


def test_the_claim_of_one_end_of_a_range_names_that_end(bench):
    """Two arms make two claims."""
    text = only(f"{CLEAN}, {REWEIGHTED % '[0.1, 0.4]'}, at_least: 0.5", data="groups: [kind]")
    low, high = bench.run(text, sick(2, 60)).arms
    assert "sick 0.1)" in low.claim
    assert "sick 0.4)" in high.claim


# A ratio without a denominator.


@pytest.mark.parametrize(
    "more", ["", ", method: fixed", ", population: dataset", ", method: point", ", method: approximate"]
)
def test_f1_without_a_positive_case_is_open(bench, more):
    """Neither 0 nor NaN: nothing is known of it."""
    text = only(f"metric: f1, cells: clean, at_least: 0.5{more}", top=F1)
    arm = bench.arm(text, rows(60, label=lambda k: "no"), lambda text: "no")
    assert (arm.verdict, arm.value) == ("INCONCLUSIVE", None)
    assert "undefined" in arm.claim


@pytest.mark.parametrize("more", ["", ", population: dataset", ", method: point"])
def test_the_remedy_of_an_undefined_value_would_help(bench, more):
    """No output is missing, and no claim about these rows can be made: only positive cases define it."""
    text = only(f"metric: f1, cells: clean, at_least: 0.5{more}", top=F1)
    remedy = bench.arm(text, rows(60, label=lambda k: "no"), lambda text: "no").remedy
    assert "missing outputs" not in remedy
    assert "margin" not in remedy
    assert "population: dataset" not in remedy


# Missing outputs of a whole table.


@pytest.mark.parametrize("more", ["method: point", "population: dataset"])
def test_missing_outputs_of_a_table_are_not_passed_over(bench, more):
    """Three of 200 rows without output are at worst three zeros: 0.985, and not a certain 1."""
    lost = {f"r{k}": TimeoutError("busy") for k in (3, 50, 120)}
    arm = bench.arm(only(f"metric: test/total, cells: clean, at_least: 0.99, {more}"), rows(200), scripted(lost, "1.0"))
    assert arm.verdict != "PASS" or "counted as the worst case" not in arm.claim


@pytest.mark.parametrize("method", ["sequential", "fixed"])
def test_a_case_without_output_is_a_late_one(bench, method):
    """Two of 90 calls never answer: at worst 2 % take longer than the bound, where 10 % may."""
    lost = {f"r{k}": TimeoutError("busy") for k in (3, 48)}
    text = only(
        f"metric: latency, cells: clean, aggregate: {{kind: quantile, q: 0.9}}, at_most: 5, method: {method}",
        statistics="max_error_rate: 0.1, confidence: 0.999",
    )
    assert bench.arm(text, rows(90), scripted(lost)).verdict in ("PASS", "INCONCLUSIVE")


# The same row twice.


def test_two_rows_of_one_id_are_an_error(bench):
    """Both places are named."""
    with pytest.raises(DataError, match=r"'r0' stands at .*:1 too"):
        bench.plan(only(f"{CLEAN}, at_least: 0.8"), rows(3) + rows(1))


def test_equal_inputs_under_different_ids_are_told(bench):
    """Sixty copies of one row are one observation, which the data cannot know."""
    result = bench.run(only(f"{CLEAN}, at_least: 0.8"), rows(60, input=lambda k: "same"))
    assert any("same" in line or "identical" in line for line in [*result.notes, *result.arms[0].warnings])


# One arm; sampled perturbations; repeats.


def test_one_arm_is_judged_like_none(bench):
    """One cell and one group value need no correction, focused or not."""
    text = only(
        f"{CLEAN}, at_least: 0.8, name: plain",
        f"{CLEAN}, worst_over: cell, at_least: 0.8, name: cell",
        f"{CLEAN}, worst_over: kind, at_least: 0.8, name: group",
        f"{CLEAN}, worst_over: kind, at_least: 0.8, allocation: focused, name: focused",
        data="groups: [kind]",
    )
    for answers in ({}, {f"r{k}": "no" for k in range(0, 90, 2)}):
        found = by_name(bench.run(text, rows(90, kind=lambda k: "x"), scripted(answers)))
        figures = [(arm.verdict, arm.units, arm.value) for arm in found.values()]
        assert figures == [figures[0]] * 4
        for arm in found.values():
            assert (arm.lower, arm.upper) == pytest.approx((found["plain"].lower, found["plain"].upper), abs=0.03)


def test_sampled_perturbations_are_averaged_in_their_row(bench):
    """Four draws of a row are one unit with a value between 0 and 1: the claim counts rows, not draws."""
    text = only(
        "metric: accuracy, at_least: 0.6, population: dataset, method: fixed",
        perturbations="- {kind: test/draw, name: d, draws: 4}",
    )
    right = {
        text: int.from_bytes(text.encode(), "big") % 5 > 0
        for text in (f"r{k} d{d}" for k in range(30) for d in range(10))
    }
    result = bench.run(text, rows(30), lambda text: "yes" if right[text] else "no")
    assert (result.arms[0].units, result.counts.generated) == (30, 120)
    assert 0.6 < result.arms[0].value < 1


def test_repeats_of_a_deterministic_model_are_one_observation(bench):
    """Five equal answers to a row are one unit, with the value of one answer."""
    text = only(f"{CLEAN}, at_least: 0.8, repeats: 5, name: five", f"{CLEAN}, at_least: 0.8, name: one",
                statistics="population: dataset, method: fixed")  # fmt: skip
    found = by_name(bench.run(text, rows(50), scripted({f"r{k}": "no" for k in range(5)})))
    assert (found["five"].units, found["five"].value) == (found["one"].units, found["one"].value) == (50, 0.9)


def test_the_claim_counts_the_calls_of_draws_and_repeats(bench):
    """Ten units in four draws, twice each, are 80 calls."""
    text = only("metric: accuracy, at_least: 0.5, repeats: 2, population: dataset, method: fixed",
                perturbations="- {kind: test/draw, name: d, draws: 4}")  # fmt: skip
    assert " 80 calls" in bench.arm(text, rows(10)).claim


# However a run is made.

PERTURBATIONS = f"{A12}\n{B1}"
FORMS = """
- {metric: accuracy, at_least: 0.8}
- {metric: accuracy, aggregate: drop, at_most: 0.1}
- {metric: accuracy, aggregate: retention, at_least: 0.85}
- {metric: accuracy, aggregate: instance_worst, at_least: 0.6}
- {metric: accuracy, aggregate: {kind: share_above, threshold: 0.6}, at_least: 0.7}
- {metric: test/number, aggregate: {kind: quantile, q: 0.2}, at_least: 0.4}
- {metric: test/number, aggregate: {kind: tail_mean, share: 0.2}, at_least: 0.3}
- {metric: test/number, aggregate: trend, at_least: -0.2}
- {metric: accuracy, aggregate: {kind: reweighted, over: kind, to: {sick: [0.1, 0.4]}}, at_least: 0.75, name: mix}
- {metric: accuracy, aggregate: {kind: corruption_error, against: paper}, at_most: 1.2, name: errors}
- {metric: accuracy, aggregate: {kind: difference, against: paper}, at_least: -0.1, name: difference}
- {metric: f1, at_least: 0.7}
- {metric: mcc, at_least: 0.2, method: approximate, on_missing: exclude}
- {metric: accuracy, gap_over: kind, at_most: 0.3}
- {metric: accuracy, gap_over: cell, at_most: 0.3}
- {metric: accuracy, population: dataset, at_least: 0.8, name: these}
- {metric: f1, population: dataset, at_least: 0.7, name: these-f1}
- {metric: accuracy, worst_over: cell, at_least: 0.6, allocation: focused, name: focused}
"""
DATA = rows(
    120,
    input=lambda k: f"r{k} no-b" if k % 7 == 0 else f"r{k}",
    label=lambda k: str(int(k % 5 < 3)),
    kind=lambda k: "sick" if k % 3 == 0 else "well",
)


def forms(requirements=FORMS, missing="worst_case"):
    return spec_text(
        requirements,
        perturbations=PERTURBATIONS,
        data="groups: [kind]",
        top=f"{F1.replace('yes', '1')}\n"
        "baselines:\n  paper: {kind: published, source: A paper, scores: {a: 0.85, b: 0.8}}",
        statistics=f"max_unchanged: 0.5, max_error_rate: 0.2, on_missing: {missing}",
    )


def noisy(text):
    """Right about 86 times in a hundred, no answer once."""
    chance = random.Random(text).random()
    if chance < 0.01:
        raise TimeoutError("busy")
    right = int(text.split()[0][1:]) % 5 < 3
    return str(int(right if chance < 0.87 else not right))


@pytest.mark.parametrize("missing", ["worst_case", "exclude"])
def test_every_form_is_the_same_however_it_is_run(bench, missing):
    """With many calls in flight, another order of the file, and half of the outputs stored: verdict, n and bounds stay."""
    text = forms(missing=missing)
    plan = bench.plan(text, DATA)
    reference = judged(bench.run(plan, model=noisy))
    assert len({arm["verdict"] for arm in reference.values()}) > 1
    assert judged(bench.run(plan, model=later(noisy, 16))) == reference
    bench.run(plan, model=noisy, fresh=False, selected=[arm.id for arm in plan.arms][::3])
    assert judged(bench.run(plan, model=noisy, fresh=False)) == reference
    lines = FORMS.strip().splitlines()
    random.Random(1).shuffle(lines)
    assert judged(bench.run(forms("\n".join(lines), missing), DATA, noisy)) == reference


@pytest.mark.parametrize("method", ["sequential", "fixed", "point"])
def test_figures_agree_with_verdicts_in_every_form(bench, method):
    """Estimate within its bounds, the bound on the right side exactly where that was shown, and `verify` agrees."""
    lines = [line for line in FORMS.strip().splitlines() if "focused" not in line]
    text = forms("\n".join(lines)).replace("statistics: {", f"statistics: {{method: {method}, ")
    result = bench.run(text, DATA, noisy)
    assert [arm.id for arm in result.arms if not is_coherent(arm)] == []
    checked = verify(result)
    assert (checked.recomputed, checked.faults) == (len(result.arms), [])


def test_focused_arms_do_not_depend_on_calls_in_flight(bench):
    """Which arm failed, and how much evidence the others have, is a fact about the model."""
    text = only("metric: accuracy, worst_over: cell, at_least: 0.9, allocation: focused", perturbations=PERTURBATIONS)
    text = text.replace("cells: clean, ", "")
    plan = bench.plan(text, rows(100))
    bad = lambda text: "no" if not text.endswith("a1") and random.Random(text).random() < 0.3 else "yes"  # noqa: E731
    assert judged(bench.run(plan, model=later(bad, 16))) == judged(bench.run(plan, model=bad))


# What a report may not hide.

WORST = "metric: accuracy, worst_over: cell, at_least: 0.8"


def broken_b(bench):
    """The plan and the result of a requirement of which one arm, b-1, fails."""
    plan = bench.plan(spec_text(f"- {{{WORST}}}", perturbations=PERTURBATIONS), rows(60))
    return plan, bench.run(plan, model=lambda text: "no" if text.endswith("b1") else "yes")


def test_an_arm_that_was_taken_out_is_missed(bench):
    """Two PASS of three arms are no PASS of the requirement."""
    plan, result = broken_b(bench)
    scenario = result.scenarios[0]
    scenario.arms = [arm for arm in scenario.arms if arm.verdict == "PASS"]
    checked = verify(result)
    compare(result, plan.spec, checked)
    assert checked.faults


def test_a_fail_that_was_made_not_needed_is_found(bench):
    """Only a focused requirement has such arms, and only beside one that failed."""
    plan, result = broken_b(bench)
    (failed,) = (arm for arm in result.arms if arm.verdict == "FAIL")
    failed.claim = failed.claim.replace("FAIL: ", "NOT_NEEDED: ", 1)
    failed.verdict, failed.record = "NOT_NEEDED", {}
    checked = verify(result)
    compare(result, plan.spec, checked)
    assert checked.faults


def test_a_quick_look_does_not_contradict_its_specification(bench):
    """Ten of these rows are never a claim about all of them, as the run itself says."""
    text = only(f"{CLEAN}, at_least: 0.9, population: dataset")
    plan = bench.plan(text, rows(50), max_samples=10)
    result = bench.run(plan, max_samples=10)
    checked = verify(result)
    compare(result, plan.spec, checked)
    assert checked.faults == []
