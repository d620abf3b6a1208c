"""Metrics without an upper bound, from the file to the verdict: a mean of these rows, and outputs that are missing."""

import pytest
from spec_factory import A12, rows, scripted, spec_text

from robustspec.engine.proof.verification import verify

LOST = {f"r{k}": TimeoutError("busy") for k in (3, 48)}
DATA = rows(60, kind=lambda k: "sick" if k % 2 else "well")
MEAN = "metric: latency, cells: clean, at_most: 60"
TAIL = "metric: latency, cells: clean, aggregate: {kind: tail_mean, share: 0.2}, at_most: 60"
WEIGHED = "metric: latency, cells: clean, aggregate: {kind: reweighted, over: kind, to: {sick: 0.3}}, at_most: 60"
GAP = "metric: latency, cells: clean, gap_over: kind, at_most: 60"
DROP = "metric: latency, aggregate: drop, at_most: 60"


def text_of(requirement, more=""):
    statistics = f"max_error_rate: 0.2{more}"
    return spec_text(f"- {{{requirement}}}", data="groups: [kind]", perturbations=A12, statistics=statistics)


@pytest.mark.parametrize("requirement", [MEAN, TAIL, WEIGHED, GAP, DROP])
def test_a_mean_without_limit_of_these_rows_waits_for_all_of_them(bench, requirement):
    """The last row may still turn it; with it the value is certain."""
    arm = bench.arm(text_of(f"{requirement}, population: dataset"), DATA)
    assert (arm.verdict, arm.units) == ("PASS", 60)
    assert arm.lower == arm.upper == arm.value


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("requirement", [MEAN, WEIGHED, DROP])
@pytest.mark.parametrize("more", ["method: approximate", "method: point", "population: dataset"])
def test_a_missing_output_without_a_worst_value_leaves_no_mean(bench, requirement, more):
    """It is no fault of the metric: the reason says what to write, and that helps."""
    text = text_of(f"{requirement}, {more}")
    result = bench.run(text, DATA, scripted(LOST))
    (arm,) = result.arms
    assert (arm.verdict, arm.value) == ("INVALID", None)
    assert "write on_missing: exclude" in arm.reason
    assert verify(result).faults == []
    text = text_of(f"{requirement}, {more}", ", on_missing: exclude")
    assert bench.arm(text, DATA, scripted(LOST)).verdict == "PASS"


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("more", ["method: sequential", "method: fixed", "method: point", "population: dataset"])
def test_an_outcome_with_infinite_values_is_verified(bench, more):
    """A tenth may be late, and a fifth has no output: open, and the same by its record."""
    lost = {f"r{k}": TimeoutError("busy") for k in range(0, 60, 6)}
    requirement = "metric: latency, cells: clean, aggregate: {kind: quantile, q: 0.9}, at_most: 60"
    result = bench.run(text_of(f"{requirement}, {more}"), DATA, scripted(lost))
    (arm,) = result.arms
    assert (arm.verdict, arm.value, arm.upper, arm.units) == ("INCONCLUSIVE", None, None, 60)
    assert verify(result).faults == []


def test_a_range_of_shares_may_go_from_nothing_to_all(bench):
    """At one end only the well count, of whom all are right, at the other the sick."""
    aggregate = "aggregate: {kind: reweighted, over: kind, to: {sick: [0, 1]}}"
    text = text_of(f"metric: accuracy, cells: clean, {aggregate}, at_least: 0.5, population: dataset, method: fixed")
    arms = bench.run(text, DATA, lambda text: "no" if int(text[1:]) % 2 else "yes").arms
    assert [(arm.arm, arm.verdict, arm.value) for arm in arms] == [("sick-at-0", "PASS", 1), ("sick-at-1", "FAIL", 0)]
