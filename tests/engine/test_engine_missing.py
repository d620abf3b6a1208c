"""Cases without output: never dropped in silence, and put in so that they hurt both verdicts."""

import time

import pytest
from spec_factory import A12, later, rows, scripted, spec_text

from robustspec.errors import AdapterError

WHOLE = "population: dataset, method: fixed, max_error_rate: 1"
A1 = "- {kind: test/mark, word: a, name: a, level: [1]}"
LOST = RuntimeError("no answer")


def arm_of(bench, requirement, answers, *, n=2, perturbations=A1, statistics=WHOLE, default="0", **more):
    spec = spec_text(f"- {{{requirement}}}", perturbations=perturbations, statistics=statistics, **more)
    return bench.arm(spec, rows(n), scripted(answers, default))


def test_a_missing_case_is_put_in_twice(bench):
    """0.6 and a missing one: 0.3 for the PASS, 0.8 for the FAIL, so that a bound between them is open."""
    arm = arm_of(bench, "metric: test/number, at_least: 0.5", {"r0 a1": "0.6", "r1 a1": LOST})
    assert (arm.verdict, arm.missing, arm.cases) == ("INCONCLUSIVE", 1, 2)
    assert (pytest.approx(0.3), pytest.approx(0.3), pytest.approx(0.8)) == (arm.value, arm.lower, arm.upper)


@pytest.mark.parametrize(
    ("bound", "verdict"), [(0.3, "PASS"), (0.31, "INCONCLUSIVE"), (0.8, "INCONCLUSIVE"), (0.81, "FAIL")]
)
def test_the_worst_case_decides(bench, bound, verdict):
    """A PASS must hold whatever the missing case was, and so must a FAIL."""
    answers = {"r0 a1": "0.6", "r1 a1": LOST}
    assert verdict == arm_of(bench, f"metric: test/number, at_least: {bound}", answers).verdict


def test_where_lower_is_better_the_worst_is_high(bench):
    """0.6 and a missing one: 0.8 for the PASS, 0.3 for the FAIL."""
    arm = arm_of(bench, "metric: test/cost, at_most: 0.5", {"r0 a1": "0.6", "r1 a1": LOST})
    assert (pytest.approx(0.8), pytest.approx(0.3)) == (arm.upper, arm.lower)


def test_drop_takes_the_opposite_for_clean_and_perturbed(bench):
    """Row 0: clean missing, perturbed 0.4: drop 0.6 or -0.4. Row 1: clean 0.5, perturbed missing: 0.5 or -0.5."""
    answers = {"r0": LOST, "r0 a1": "0.4", "r1": "0.5", "r1 a1": LOST}
    arm = arm_of(bench, "metric: test/number, aggregate: drop, at_most: 0.1", answers)
    assert (pytest.approx((0.6 + 0.5) / 2), pytest.approx((-0.4 - 0.5) / 2)) == (arm.upper, arm.lower)
    assert (arm.missing, arm.cases) == (2, 4)


def test_retention_takes_the_opposite_for_clean_and_perturbed(bench):
    """Worst: (0.4 + 0) / (1 + 0.5); best: (0.4 + 1) / (0 + 0.5)."""
    answers = {"r0": LOST, "r0 a1": "0.4", "r1": "0.5", "r1 a1": LOST}
    arm = arm_of(bench, "metric: test/number, aggregate: retention, at_least: 0.9", answers)
    assert (pytest.approx(0.4 / 1.5), pytest.approx(1.4 / 0.5)) == (arm.lower, arm.upper)


def test_one_of_several_repeats(bench):
    """Of three calls the second is lost: (0.6 + x + 0.6) / 3 with x 0 or 1."""
    calls = []

    def model(text):
        calls.append(text)
        if len(calls) == 2:
            raise LOST
        return "0.6"

    spec = spec_text("- {metric: test/number, at_least: 0.5, repeats: 3}", statistics=WHOLE)
    arm = bench.arm(spec, rows(1), model)
    assert (pytest.approx(0.4), pytest.approx(2.2 / 3)) == (arm.lower, arm.upper)


def test_a_missing_case_of_a_ratio(bench):
    """Recall of two positives, one found, one lost: 1 / 2 or 2 / 2."""
    spec = spec_text(
        "- {metric: found, at_least: 0.6}", top="metrics:\n  found: {kind: recall, positive: 'yes'}", statistics=WHOLE
    )
    arm = bench.arm(spec, rows(2), scripted({"r1": LOST}))
    assert (pytest.approx(0.5), pytest.approx(1.0)) == (arm.lower, arm.upper)


def test_a_flip_that_cannot_be_seen(bench):
    """Row 0 lacks the clean answer, row 1 the perturbed one, row 2 kept its answer: from 0 / 3 to 2 / 3."""
    spec = spec_text("- {metric: flip_rate, at_most: 0.5}", perturbations=A1, statistics=WHOLE)
    arm = bench.arm(spec, rows(3), scripted({"r0": LOST, "r1 a1": LOST}))
    assert (pytest.approx(2 / 3), 0.0, 2) == (arm.upper, arm.lower, arm.missing)


def test_a_gap_with_missing_cases(bench):
    """A is 0.9, B between 0.3 and 0.8: the gap is between 0.1 and 0.6."""
    spec = spec_text(
        "- {metric: test/number, gap_over: vendor, at_most: BOUND}", data="groups: [vendor]", statistics=WHOLE
    )
    data = rows(4, vendor=lambda k: "AABB"[k])
    model = scripted({"r0": "0.9", "r1": "0.9", "r2": "0.6", "r3": LOST})
    found = [bench.arm(spec.replace("BOUND", bound), data, model).verdict for bound in ("0.6", "0.59", "0.1", "0.09")]
    assert found == ["PASS", "INCONCLUSIVE", "INCONCLUSIVE", "FAIL"]


def test_a_gap_of_drops_with_missing_cases(bench):
    """A drops by 0.1, B between -0.6 and 0.4 (perturbed lost): highest minus lowest is at most 0.4 + 0.6."""
    spec = spec_text(
        "- {metric: test/number, aggregate: drop, gap_over: vendor, at_most: BOUND}",
        perturbations=A1,
        data="groups: [vendor]",
        statistics=WHOLE,
    )
    data = rows(2, vendor=lambda k: "AB"[k])
    model = scripted({"r0": "0.9", "r0 a1": "0.8", "r1": "0.4", "r1 a1": LOST})
    found = [bench.arm(spec.replace("BOUND", bound), data, model).verdict for bound in ("1", "0.99")]
    assert found == ["PASS", "INCONCLUSIVE"]


def test_on_missing_exclude(bench):
    """The case is left out, the claim says so, and a row without any is not in the arm."""
    answers = {"r0 a1": "0.6", "r1 a1": LOST}
    arm = arm_of(bench, "metric: test/number, at_least: 0.5, on_missing: exclude", answers)
    assert ("PASS", pytest.approx(0.6), 1, 1) == (arm.verdict, arm.value, arm.units, arm.missing)
    assert "left out, so the claim is about cases that get an output" in arm.claim


def test_on_missing_exclude_of_a_clean_case(bench):
    """A pair without its clean half is no pair: only row 1 is left, 0.5 - 0.2."""
    answers = {"r0": LOST, "r0 a1": "0.4", "r1": "0.5", "r1 a1": "0.2"}
    arm = arm_of(bench, "metric: test/number, aggregate: drop, at_most: 0.9, on_missing: exclude", answers)
    assert (pytest.approx(0.3), 1) == (arm.value, arm.units)


def test_exclude_gives_the_weight_to_the_cells_that_are_left(bench):
    """Of two levels one is lost: the other is the row's value."""
    answers = {"r0 a1": "0.6", "r0 a2": LOST}
    arm = arm_of(bench, "metric: test/number, at_least: 0.5, on_missing: exclude", answers, n=1, perturbations=A12)
    assert pytest.approx(0.6) == arm.value


@pytest.mark.parametrize("lost", ["r0", "r0 a1"])
def test_on_missing_error(bench, lost):
    """One case without output is INVALID, a clean one that a drop needs as well."""
    answers = {"r0": "0.5", "r0 a1": "0.5", lost: LOST}
    arm = arm_of(bench, "metric: test/number, aggregate: drop, at_most: 0.9, on_missing: error", answers)
    assert (arm.verdict, arm.reason) == ("INVALID", "1 case has no output, and on_missing is error")


def test_too_many_errors(bench):
    """Two of 40 are more than 2 %."""
    arm = arm_of(
        bench,
        "metric: accuracy, at_least: 0.1",
        {"r0 a1": LOST, "r1 a1": LOST},
        n=40,
        statistics="method: point",
        default="yes",
    )
    assert arm.verdict == "INVALID"
    assert arm.reason == "2 of 40 cases have no output, more than max_error_rate 0.02"


def test_as_many_errors_as_are_allowed(bench):
    """One of 50 is 2 %."""
    arm = arm_of(
        bench, "metric: accuracy, at_least: 0.1", {"r0 a1": LOST}, n=50, statistics="method: point", default="yes"
    )
    assert (arm.verdict, arm.missing) == ("PASS", 1)


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("fault", ["raises", "returns None", "hangs"])
def test_a_model_that_fails_on_some_inputs(bench, fault, asynchronous):
    """Whatever it does, these cases are missing and the others are judged."""

    def model(text):
        if text != "r3":
            return "yes"
        if fault == "raises":
            raise LOST
        return time.sleep(0.6) if fault == "hangs" else None

    async def hanging(text):
        import asyncio

        return "yes" if text != "r3" else await asyncio.sleep(60)

    from robustspec.adapters.callable import wrap

    live = model if not asynchronous else wrap(hanging) if fault == "hangs" else later(model, 4)
    spec = spec_text("- {metric: accuracy, at_least: 0.5}", statistics="method: point, max_error_rate: 0.5")
    result = bench.run(spec, rows(8), live, timeout_s=0.3)
    (arm,) = result.arms
    assert ("PASS", pytest.approx(7 / 8), 8, 1) == (arm.verdict, arm.value, arm.units, arm.missing)
    assert result.counts.missing == 1


def test_a_model_that_never_answers(bench):
    """Is an error, not a verdict."""
    with pytest.raises(AdapterError, match="the first 20 calls all failed, the last with: RuntimeError: no answer"):
        bench.run(spec_text("- {metric: accuracy, at_least: 0.5}"), rows(50), scripted({}, LOST))


def test_missing_outputs_are_asked_for_again_by_the_next_run(bench):
    """An error is not stored."""
    spec = spec_text("- {metric: accuracy, at_least: 0.5}", statistics=WHOLE)
    bench.run(spec, rows(2), scripted({"r1": LOST}), fresh=False)
    arm = bench.arm(spec, rows(2), scripted({"r1": "no"}), fresh=False)
    assert (arm.value, arm.missing) == (0.5, 0)
