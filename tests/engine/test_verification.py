"""What `verify` makes of the parts of a result that belong together: arms, ladders, the claim about the whole."""

import random

import pytest
from spec_factory import A12, B1, rows, spec_text

from robustspec.engine.proof.verification import compare, verify
from robustspec.engine.suite import suite_claim

SPEC = spec_text(
    "- {metric: accuracy, worst_over: cell, at_least: 0.5, name: cells}\n"
    "- {metric: accuracy, worst_over: kind, at_least: 0.5, name: kinds, fail_confidence: 0.99}\n"
    "- {metric: accuracy, cells: clean, at_least: 0.6, name: clean}\n",
    perturbations=f"{A12}\n{B1}",
    data="groups: [kind]",
)


@pytest.fixture
def passed(bench):
    """The plan and the result of a file that passes whole."""
    plan = bench.plan(SPEC, rows(90, kind=lambda k: f"Kind {k % 3}"))
    result = bench.run(plan, model=lambda text: "no" if random.Random(text).random() < 0.05 else "yes")
    assert {arm.verdict for arm in result.arms} == {"PASS"}
    return plan, result


def faults(plan, result, spec=True):
    """All that is found, as text."""
    checked = verify(result)
    if spec:
        compare(result, plan.spec, checked)
    return [f"{fault.arm}: {fault.what}" for fault in checked.faults]


def test_an_honest_result_has_no_fault(passed):
    """With ladders, groups and a claim about the whole."""
    plan, result = passed
    assert result.suite_claim.startswith("All 3 requirements pass.")
    assert len(result.scenarios[0].ladders) == 1
    assert faults(plan, result) == []


def test_an_honest_part_of_a_run_has_no_fault(bench, passed):
    """Arms that were not selected are named in the report."""
    plan, _ = passed
    result = bench.run(plan, selected=[arm.id for arm in plan.arms][::2])
    assert faults(plan, result) == []


def test_the_claim_about_the_whole_follows_from_the_arms(passed):
    """A smaller error rate is no wording."""
    plan, result = passed
    result.suite_claim = result.suite_claim.replace("5 in 100", "1 in 100")
    assert any("suite_claim: its arms show: All 3 requirements pass." in each for each in faults(plan, result, False))


def test_a_ladder_follows_from_its_arms(passed):
    """One that goes up too far, and one that is left out."""
    plan, result = passed
    scenario = result.scenarios[0]
    scenario.ladders = [scenario.ladders[0].replace("shown up to level 2", "shown up to level 3")]
    found = faults(plan, result, False)
    assert any(each.startswith("s: its arms do not show the ladder") for each in found)
    scenario.ladders = []
    assert "s: a ladder that its arms show is left out" in faults(plan, result, False)


@pytest.mark.parametrize(
    ("gone", "what"),
    [
        ("cells::b-1", "s::cells::b-1: it has no verdict in the report"),
        ("kinds::", "s::kinds: its evidence is of 3 arms, and the report has 2"),
    ],
)
def test_an_arm_that_is_left_out_is_missed(passed, gone, what):
    """By its name where the file tells it, by the error rates of the others where only the data do."""
    plan, result = passed
    scenario = result.scenarios[0]
    index = next(k for k, arm in enumerate(scenario.arms) if f"::{gone}" in arm.id)
    del scenario.arms[index]
    assert what in faults(plan, result)


def test_an_arm_of_a_group_is_missed_without_the_file(passed):
    """Where the report tells the confidence of a FAIL."""
    plan, result = passed
    scenario = result.scenarios[0]
    scenario.arms = [arm for arm in scenario.arms if not arm.id.startswith("s::kinds::kind-0")][:-2]
    for arm in scenario.arms:
        arm.fail_confidence = 0.99 if arm.requirement == "kinds" else 0.95
    assert any("its evidence is of 3 arms" in each for each in faults(plan, result, False))


def test_not_needed_takes_allocation_focused(bench):
    """An honest one agrees, and the same report of a uniform requirement does not."""
    text = "- {metric: accuracy, worst_over: cell, at_least: 0.9, allocation: %s}"
    plan = bench.plan(spec_text(text % "focused", perturbations=f"{A12}\n{B1}"), rows(100))
    result = bench.run(plan, model=lambda text: "no" if text.endswith("b1") else "yes")
    assert "NOT_NEEDED" in {arm.verdict for arm in result.arms}
    assert faults(plan, result) == []
    uniform = bench.plan(spec_text(text % "uniform", perturbations=f"{A12}\n{B1}"), rows(100))
    assert any("NOT_NEEDED, which only a requirement with" in each for each in faults(uniform, result))


def test_units_without_output_are_counted_as_missing(bench):
    """The two views of the evidence differ in these, whatever the report says."""

    def model(text):
        if text in ("r3", "r5"):
            raise TimeoutError("busy")
        return "yes"

    text = spec_text("- {metric: accuracy, at_least: 0.93, max_error_rate: 0.2}")
    plan = bench.plan(text, rows(60))
    result = bench.run(plan, model=model)
    assert faults(plan, result) == []
    (arm,) = result.arms
    arm.missing = 0
    found = [each for each in faults(plan, result) if "0 cases missing in the report, while 2 units" in each]
    assert len(found) == 1


def test_an_edited_requirement_is_not_counted_as_guaranteed(passed):
    """Its stated error rate does not hold, so the claim about the whole leaves it out."""
    plan, result = passed
    next(arm for arm in result.arms if arm.requirement == "clean").edited = True
    claim = suite_claim(plan, result.arms)
    assert "1 of them was edited after these data were judged." in claim
    assert "If at least one of the 2 with a guarantee were not met" in claim
