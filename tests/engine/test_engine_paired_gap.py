"""Which gaps a run judges by pairs of units, and that its evidence says so."""

import re

import pytest
from spec_factory import A12, rows, scripted, spec_text

from robustspec.engine.proof.record import reading
from robustspec.engine.proof.verification import verify

GAP = "- {metric: accuracy, gap_over: vendor, at_most: 0.2}"
GROUPS, UNITS = "groups: [vendor]", "groups: [vendor], unit: person"


def vendors(letters, n=200, size=1):
    """Rows of vendors in turn, ``size`` of each person's."""
    return rows(n, vendor=lambda k: letters[k % len(letters)], person=lambda k: f"p{k // size}")


@pytest.mark.parametrize(
    ("data", "block", "said"),
    [
        (vendors("AB"), GROUPS, True),
        (vendors("AABB", size=2), UNITS, True),
        (vendors("AABB", size=4), UNITS, False),
        (vendors("AABBBC", size=3), UNITS, False),
    ],
)
def test_vendors_are_paired_unless_a_person_is_in_two_of_them(bench, data, block, said):
    """A person may have several rows, but of one vendor only."""
    (arm,) = bench.plan(spec_text(GAP, data=block), data).arms
    assert (arm.is_paired, arm.disjoint) == (said, said)


def test_cells_are_never_paired(bench):
    """They are read on the same rows, and leave out different ones."""
    text = spec_text("- {metric: accuracy, gap_over: cell, at_most: 0.2}", perturbations=A12)
    (arm,) = bench.plan(text, rows(50)).arms
    assert not arm.is_paired
    assert not arm.disjoint


def test_a_gap_of_all_rows_is_not_paired(bench):
    """A claim about a data set, and a look at the end, compare or bound the values."""
    for statistics in ("population: dataset", "method: fixed", "method: point"):
        (arm,) = bench.plan(spec_text(GAP, data=GROUPS, statistics=statistics), vendors("AB")).arms
        assert not arm.is_paired


def test_units_without_a_partner_are_not_called(bench):
    """150 rows of A and 50 of B: 50 pairs."""
    model = scripted({f"r{k}": "no" for k in range(0, 200, 8)})
    result = bench.run(spec_text(GAP, data=GROUPS), vendors("AAAB"), model)
    (arm,) = result.arms
    assert (arm.verdict, arm.horizon, arm.units, result.counts.called) == ("INCONCLUSIVE", 100, 100, 100)


@pytest.mark.parametrize(
    ("wrong", "verdict"), [(range(0), "PASS"), (range(0, 200, 2), "FAIL"), (range(0, 40, 2), "INCONCLUSIVE")]
)
def test_a_paired_gap_is_recomputed_from_its_evidence(bench, wrong, verdict):
    """Verdict and bounds come out again, the pairs known from the record; two cases have no output."""
    answers = {f"r{k}": "no" for k in wrong} | {f"r{k}": RuntimeError("no answer") for k in (17, 18)}
    text = spec_text(GAP, data=GROUPS, statistics="max_error_rate: 1")
    result = bench.run(text, vendors("AB"), scripted(answers))
    (arm,) = result.arms
    assert arm.verdict == verdict
    assert reading(arm.record).disjoint
    checked = verify(result)
    assert (checked.recomputed, checked.faults) == (1, [])


def test_a_gap_that_nothing_could_show_is_unreachable(bench):
    """Ten rows of each vendor are too few even if all were right: told before any call, with how many it takes."""

    def model(text):
        raise AssertionError(f"called with {text}")

    data = rows(20, vendor=lambda k: "AB"[k % 2])
    spec = spec_text("- {metric: accuracy, gap_over: vendor, at_most: 0.05}", data="groups: [vendor]")
    arm = bench.arm(spec, data, model)
    assert arm.verdict == "UNREACHABLE"
    assert re.search(r"a PASS needs \d+ units of each vendor .* no value has more than 10", arm.reason)
