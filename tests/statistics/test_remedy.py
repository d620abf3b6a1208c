"""What an INCONCLUSIVE says would decide it."""

import dataclasses
import re

import numpy as np
import pytest
from scipy import stats
from statistics_references import above, run

from robustspec.statistics.base import Summary
from robustspec.statistics.claim import Facts
from robustspec.statistics.evidence import count
from robustspec.statistics.exact.operating import operating
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
        r"To decide: about [\d,]+ more units \(if 0\.93 is the true value, 8 in 10 such runs pass with them\), "
        r"or a margin of 0\.\d+ \(another look\), or population: dataset, which claims these rows only\.",
        text,
    )


def test_the_margin_would_have_passed() -> None:
    """A test of the same units with that margin shows a PASS, with a thousandth less it does not."""
    test, hypothesis, facts = undecided(200, 220, kind=FixedTest, method="fixed")
    margin = float(re.search(r"margin of ([\d.]+)", remedy(facts, hypothesis, test.observed())).group(1))
    x = np.repeat([1.0, 0.0], [200, 20])
    assert run(FixedTest(dataclasses.replace(hypothesis, margin=margin)), x).decision == "PASS"
    assert run(FixedTest(dataclasses.replace(hypothesis, margin=margin - 0.001)), x).decision is None


def test_of_ten_exact_runs_with_as_many_units_eight_pass() -> None:
    """By the recursion over all outcomes, at a true value of the estimate; not with a quarter less."""
    observed, hypothesis = count((np.repeat([1.0, 0.0], [372, 28]), None)), above(0.9, 400, binary=True)
    word, units, tenths = units_for_verdict(hypothesis, observed)
    assert (word, tenths) == ("PASS", 8)
    assert operating(dataclasses.replace(hypothesis, horizon=units), 0.93).p_pass >= 0.8
    assert operating(dataclasses.replace(hypothesis, horizon=units * 3 // 4), 0.93).p_pass < 0.8


def test_eight_of_ten_fixed_runs_pass_by_the_binomial() -> None:
    """Clopper-Pearson at the last unit, against scipy."""
    observed, hypothesis = count((np.repeat([1.0, 0.0], [186, 14]), None)), above(0.9, 200, binary=True)
    _, units, _ = units_for_verdict(hypothesis, observed, "fixed")
    # A run passes with k successes where as many or more have a chance of at most 0.05 at 0.9.
    needed = stats.binom.isf(0.05, units, 0.9) + 1
    assert stats.binom.sf(needed - 1, units, 0.93) >= 0.8


def test_of_betting_runs_half_have_passed_by_then() -> None:
    """Scores that are not 0 or 1: the wealth at the mean growth, against seeded runs."""
    hypothesis, rng = above(0.6, 4000), np.random.default_rng(3)
    scores = rng.random(300) * 0.5 + 0.4
    word, units, tenths = units_for_verdict(hypothesis, count((scores, None)))
    again = dataclasses.replace(hypothesis, horizon=units)
    passed = sum(run(SequentialTest(again), rng.choice(scores, units)).decision == "PASS" for _ in range(200))
    assert (word, tenths) == ("PASS", 5)
    assert 60 < passed < 160


def test_the_fail_is_planned_with_its_own_error_rate() -> None:
    """A FAIL at 0.005 needs more than one at 0.05."""
    observed = count((np.repeat([1.0, 0.0], [340, 60]), None))
    lax = above(0.9, 400, binary=True)
    strict = dataclasses.replace(lax, alpha_fail=0.005)
    assert units_for_verdict(lax, observed).word == "FAIL"
    assert units_for_verdict(lax, observed).units < units_for_verdict(strict, observed).units


def test_an_estimate_on_the_wrong_side_is_planned_for_a_fail() -> None:
    """More units would not make a PASS of it, and the text does not say so."""
    test, hypothesis, facts = undecided(352)
    assert "8 in 10 such runs fail with them)" in remedy(facts, hypothesis, test.observed())


@pytest.mark.parametrize("share", [0.9, 0.9 + 1e-7])
def test_an_estimate_at_the_bound_has_no_plan(share) -> None:
    """No affordable number of units decides it."""
    observed = count((np.full(100, share), None))
    assert units_for_verdict(above(0.9), observed) is None
    facts = Facts(
        subject="m",
        bound=0.9,
        at_least=True,
        alpha_pass=0.05,
        alpha_fail=0.05,
        summary=Summary(100, share, 0.85, 0.95),
    )
    shown = "0.90" if share == 0.9 else "0.900000"
    assert remedy(facts, above(0.9), observed) == (
        f"More units are no way out: if {shown} is the true value, over 100,000 would be needed. To decide: a margin of "
        "0.05 (another look), or population: dataset, which claims these rows only."
    )


def test_without_the_units_the_widest_spread_is_assumed() -> None:
    """For 0/1 values that is just what they are."""
    test, hypothesis, facts = undecided(370)
    assert remedy(facts, hypothesis) == remedy(facts, hypothesis, test.observed())


def test_a_comparison_is_open_only_for_missing_outputs() -> None:
    """There is no other reason."""
    _, hypothesis, facts = undecided(370)
    dataset = dataclasses.replace(facts, population="dataset")
    assert remedy(dataset, hypothesis) == "To decide: complete the missing outputs."


def test_a_dataset_that_is_not_all_in_needs_more_of_its_units() -> None:
    """Neither a margin nor a narrower claim helps it."""
    _, hypothesis, facts = undecided(370)
    open_ = dataclasses.replace(facts, population="dataset", all_in=False)
    assert re.fullmatch(r"To decide: about [\d,]+ more units \(.*\)\.", remedy(open_, hypothesis))


@pytest.mark.parametrize("form", ["quantile", "tail_mean"])
def test_without_a_number_for_the_units_it_still_names_them(form) -> None:
    """A quantile of values does not tell how many units show its bound."""
    test, hypothesis, facts = undecided(370)
    hypothesis = dataclasses.replace(hypothesis, form=form, share=0.1, binary=False)
    assert remedy(facts, hypothesis, test.observed()).startswith("To decide: more units, or a margin")


def test_a_gap_has_its_remedies() -> None:
    """Without a single hypothesis the number of units stays open."""
    _, _, facts = undecided(370)
    assert remedy(facts).startswith("To decide: more units of each value, or a margin of")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"denominator_upper": 1.0}, "positive cases for f1"),
        ({"denominator_upper": 1.0, "nested": False}, "rows that are right when clean"),
        ({}, "units of every sort"),
    ],
)
def test_an_undefined_value_needs_other_units(more, words) -> None:
    """Neither a margin, nor these rows, nor outputs that are all there."""
    _, hypothesis, facts = undecided(370)
    open_ = dataclasses.replace(facts, summary=Summary(60, None, 0.0, 1.0))
    hypothesis = dataclasses.replace(hypothesis, binary=False, **more)
    for each in (open_, dataclasses.replace(open_, population="dataset"), dataclasses.replace(open_, method="point")):
        text = remedy(each, hypothesis)
        assert words in text
        assert not any(word in text for word in ("margin", "population", "missing"))


def test_missing_outputs_that_turn_the_verdict_are_the_only_remedy() -> None:
    """Of 60 outputs 59 are missing: no number of units helps, nor does a claim about these rows."""
    hypothesis = above(0.8, 60, binary=True)
    x = np.r_[1.0, np.zeros(59)]
    facts = Facts(
        subject="m",
        bound=0.8,
        at_least=True,
        alpha_pass=0.05,
        alpha_fail=0.05,
        summary=Summary(60, 1 / 60, 0.001, 1.0),
        missing=59,
        calls=60,
    )
    assert remedy(facts, hypothesis, count((x, None))) == (
        "To decide: complete the 59 missing outputs, on which the verdict turns."
    )


def test_a_fail_with_missing_outputs_is_planned_as_a_fail_sees_them() -> None:
    """A missing output counts as right there: 352 + 4 of 400, not 352."""
    test, hypothesis, facts = undecided(352)
    with_missing = dataclasses.replace(facts, missing=4, calls=400)
    text = remedy(with_missing, hypothesis, test.observed())
    assert "complete the 4 missing outputs, or about " in text
    assert "if 0.89 is the true value, 8 in 10 such runs fail with them" in text


def test_resamples_without_spread_name_an_exact_method() -> None:
    """More units like these would not help."""
    test, hypothesis, facts = undecided(370)
    flat = dataclasses.replace(facts, method="approximate", summary=Summary(400, 1.0, None, None))
    assert remedy(flat, hypothesis, test.observed()) == "To decide: method: sequential or fixed, which need no spread."
    assert remedy(flat, hypothesis) == "To decide: units that differ, which can be resampled."


def test_a_quick_look_is_not_told_to_claim_these_rows() -> None:
    """It is a few of them."""
    test, hypothesis, facts = undecided(370)
    text = remedy(dataclasses.replace(facts, quick=True), hypothesis, test.observed())
    assert "population" not in text
    assert text.endswith("or a run of all units, since this is a quick look.")
