"""What an INCONCLUSIVE says would decide it."""

import dataclasses
import re

import numpy as np
import pytest
from statistics_references import above, exact_outcomes, run

from robustspec.statistics.claim import Facts
from robustspec.statistics.evidence import count
from robustspec.statistics.fixed import FixedTest
from robustspec.statistics.remedy import remedy, units_for_verdict
from robustspec.statistics.sequential import SequentialTest


def undecided(successes, n=400, bound=0.9, kind=SequentialTest, method="sequential"):
    """A test of 0/1 units, successes spread evenly, with its hypothesis and its facts."""
    hypothesis = above(bound, n, binary=True)
    x = np.diff(np.arange(n + 1) * successes // n)
    test = run(kind(hypothesis), x)
    assert test.decision is None
    facts = Facts(
        subject="m", bound=bound, at_least=True, alpha_pass=0.05, alpha_fail=0.05, summary=test.summary(), method=method
    )
    return test, hypothesis, facts


def test_it_names_units_margin_and_dataset() -> None:
    """Three ways out, two of them with numbers."""
    test, hypothesis, facts = undecided(370)
    text = remedy(facts, hypothesis, test.observed())
    assert re.fullmatch(
        r"To decide: about [\d,]+ more units for a PASS if the estimate stays, or a margin of 0\.\d+ \(another look\), "
        r"or population: dataset, which claims these rows only\.",
        text,
    )


def test_the_margin_would_have_passed() -> None:
    """A test of the same units with that margin shows a PASS, with a thousandth less it does not."""
    test, hypothesis, facts = undecided(200, 220, kind=FixedTest, method="fixed")
    margin = float(re.search(r"margin of ([\d.]+)", remedy(facts, hypothesis, test.observed())).group(1))
    x = np.repeat([1.0, 0.0], [200, 20])
    assert run(FixedTest(dataclasses.replace(hypothesis, margin=margin)), x).decision == "PASS"
    assert run(FixedTest(dataclasses.replace(hypothesis, margin=margin - 0.001)), x).decision is None


def test_the_plan_is_near_the_median_of_exact_runs() -> None:
    """At a true 0.93, between a third and two thirds of runs have passed 0.9 by the planned number of units."""
    observed = count((np.repeat([1.0, 0.0], [372, 28]), None))
    word, units = units_for_verdict(above(0.9, 400, binary=True), observed)
    passed, _, _ = exact_outcomes(0.93, 0.9, units)
    assert word == "PASS"
    assert 1 / 3 < passed < 2 / 3


def test_an_exact_plan_is_the_clopper_pearson_size() -> None:
    """All successes: 29 units show 0.9."""
    assert units_for_verdict(above(0.9, binary=True), count((np.ones(10), None)), fixed=True) == ("PASS", 29)


def test_an_estimate_on_the_wrong_side_is_planned_for_a_fail() -> None:
    """More units would not make a PASS of it, and the text does not say so."""
    test, hypothesis, facts = undecided(352)
    assert "for a FAIL if the estimate stays" in remedy(facts, hypothesis, test.observed())


@pytest.mark.parametrize("share", [0.9, 0.9 + 1e-7])
def test_an_estimate_at_the_bound_has_no_plan(share) -> None:
    """No affordable number of units decides it."""
    assert units_for_verdict(above(0.9), count((np.full(100, share), None))) is None


def test_without_the_units_the_widest_spread_is_assumed() -> None:
    """For 0/1 values that is just what they are."""
    test, hypothesis, facts = undecided(370)
    assert remedy(facts, hypothesis) == remedy(facts, hypothesis, test.observed())


def test_a_comparison_is_open_only_for_missing_outputs() -> None:
    """There is no other reason."""
    _, hypothesis, facts = undecided(370)
    dataset = dataclasses.replace(facts, population="dataset")
    assert remedy(dataset, hypothesis) == "To decide: complete the missing outputs."


def test_a_gap_has_its_remedies() -> None:
    """Without a single hypothesis the number of units stays open."""
    _, _, facts = undecided(370)
    assert remedy(facts).startswith("To decide: more units of each value, or a margin of")
