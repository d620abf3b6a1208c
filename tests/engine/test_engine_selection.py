"""A verdict is a fact about a specification, data and a model: not about which arms ran beside it, or how."""

import random
from hashlib import blake2b

import pytest
from spec_factory import A12, B1, judged, later, rows, spec_text

REQUIREMENTS = """
- {metric: accuracy, cells: clean, at_least: 0.85}
- {metric: accuracy, at_least: 0.8}
- {metric: accuracy, worst_over: cell, cells: all, at_least: 0.7}
- {metric: accuracy, worst_over: vendor, at_least: 0.75}
- {metric: accuracy, aggregate: drop, worst_over: perturbation, at_most: 0.3}
- {metric: accuracy, gap_over: vendor, at_most: 0.6}
- {metric: flips, at_most: 0.3}
- {metric: flips, worst_over: cell, at_most: 0.4}
- {metric: recall, cells: all, worst_over: level, at_least: 0.7}
- {metric: refused, at_most: 0.1, repeats: 2}
"""
SPEC = spec_text(
    REQUIREMENTS,
    perturbations=f"{A12}\n{B1}",
    data="groups: [vendor]",
    top="metrics:\n  flips: {kind: flip_rate, of: accuracy}\n  recall: {kind: recall, positive: 'yes'}",
    statistics="max_unchanged: 0.5, max_error_rate: 0.2",
)
DATA = rows(
    150,
    vendor=lambda k: "ABC"[k % 3],
    input=lambda k: f"r{k} no-b" if k % 7 == 0 else f"r{k}",
)


def share(text: str) -> float:
    """A number in [0, 1) that only the text decides."""
    return int.from_bytes(blake2b(text.encode(), digest_size=4).digest(), "big") / 2**32


def model(text: str) -> str:
    """Right nine times in ten, without an answer once in a hundred."""
    if share(text + "!") < 0.01:
        raise TimeoutError("busy")
    return "yes" if share(text) < 0.9 else "no"


@pytest.fixture
def reference(bench):
    plan = bench.plan(SPEC, DATA)
    return plan, judged(bench.run(plan, model=model))


def test_the_reference_is_worth_comparing_with(reference):
    """It holds passes, failures or open verdicts, missing and unchanged cases, early and late decisions."""
    _, together = reference
    assert len(together) == 19
    assert len({arm["verdict"] for arm in together.values()}) > 1
    assert any(arm["missing"] for arm in together.values())
    assert any(arm["unchanged"] for arm in together.values())
    assert len({arm["units"] for arm in together.values()}) > 5


def test_each_arm_alone(bench, reference):
    """Verdict, bounds and evidence of an arm are those of the whole run."""
    plan, together = reference
    for arm in plan.arms:
        assert {arm.id: together[arm.id]} == judged(bench.run(plan, model=model, selected=[arm.id]))


@pytest.mark.parametrize("seed", range(4))
def test_some_arms(bench, reference, seed):
    """So are those of any subset, whatever order it is asked for in."""
    plan, together = reference
    chosen = random.Random(seed).sample([arm.id for arm in plan.arms], 6)
    assert {arm_id: together[arm_id] for arm_id in chosen} == judged(bench.run(plan, model=model, selected=chosen))


@pytest.mark.parametrize("in_flight", [1, 64])
def test_async(bench, reference, in_flight):
    """And those of an async model, however many calls are under way and whichever comes back first."""
    plan, together = reference
    assert together == judged(bench.run(plan, model=later(model, in_flight)))


def test_outputs_that_are_stored_already(bench, reference):
    """And those of a run that finds part of its outputs in the store."""
    plan, together = reference

    def stored(text):
        return model(text)

    first = bench.run(plan, model=stored, fresh=False, selected=[plan.arms[0].id, plan.arms[6].id])
    second = bench.run(plan, model=stored, fresh=False)
    assert first.counts.called > 0
    assert second.counts.reused > 0
    assert second.counts.called > 0
    assert together == judged(second)


def test_the_order_of_the_file_does_not_matter(bench, reference):
    """The order of evidence is that of hashed unit ids."""
    _, together = reference
    shuffled = random.Random(1).sample(DATA, len(DATA))
    assert together == judged(bench.run(SPEC, shuffled, model))


def test_evidence_is_a_prefix_of_the_hashed_order(bench, reference):
    """An arm's value is the mean over the first rows of its own order, as many as it says."""
    plan, together = reference
    scenario = plan.scenarios[0]
    order = [f"r{position}" for position in scenario.rows.tolist()]
    texts = {row["id"]: row["input"] for row in DATA}
    arm = together["s::mean-accuracy-clean::all"]
    seen = [share(texts[row]) < 0.9 for row in order[: arm["units"]] if share(texts[row] + "!") >= 0.01]
    assert arm["units"] == arm["cases"] == len(seen) + arm["missing"]
    assert arm["value"] == pytest.approx(sum(seen) / arm["units"] if arm["verdict"] != "FAIL" else None)


@pytest.mark.parametrize("right", [0.99, 0.6, 0.9])
def test_calls_beyond_the_evidence(bench, right):
    """At most 7 units, or a quarter of the evidence, whichever is more."""
    spec = spec_text("- {metric: accuracy, at_least: 0.8}", perturbations=f"{A12}\n{B1}")
    result = bench.run(spec, rows(400), lambda text: "yes" if share(text) < right else "no")
    (arm,) = result.arms
    beyond = result.counts.called / 3 - arm.units
    assert 0 <= beyond <= max(7, arm.units / 4)


def test_another_seed_is_another_order(bench):
    """The seed decides which rows are drawn."""
    data = rows(200)
    values = {
        bench.arm(spec_text("- {metric: accuracy, at_least: 0.8}", statistics=f"seed: {seed}"), data, model).value
        for seed in range(6)
    }
    assert len(values) > 1
