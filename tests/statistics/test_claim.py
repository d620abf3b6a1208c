"""The sentence that a verdict prints, against the language's own examples."""

import dataclasses

import pytest

from robustspec.statistics.base import Summary
from robustspec.statistics.claim import Facts, chance, expectation, number, sentence, suite_sentence

PASSED = Facts(
    word="PASS",
    subject="request_match on perturbed cells",
    bound=0.9,
    at_least=True,
    alpha_pass=0.05,
    alpha_fail=0.05,
    summary=Summary(223, 0.9371, 0.9003, 0.971),
    calls=1115,
    horizon=400,
    origin="synthetic",
)
FAILED = dataclasses.replace(PASSED, word="FAIL", summary=Summary(90, 0.8, 0.6712, 0.8992), calls=450)


def said(facts=PASSED, **changes):
    return sentence(dataclasses.replace(facts, **changes))


def test_pass_is_the_sentence_of_the_language_page() -> None:
    """Word, requirement, estimate, units, the bound that decided, calls, guarantee, origin."""
    assert said() == (
        "PASS: request_match on perturbed cells >= 0.90: 0.94 in these 223 units, lower bound 0.900, 1,115 calls. "
        "If the true value were below 0.90, at most 5 in 100 such runs, each with fresh units, would pass. "
        "Origin: synthetic."
    )


def test_fail_is_the_sentence_of_the_language_page() -> None:
    """The upper bound decided, and does not read as the bound that it misses."""
    assert said(FAILED) == (
        "FAIL: request_match on perturbed cells >= 0.90: 0.80 in these 90 units, upper bound 0.8992, 450 calls. "
        "If it were 0.90 or more, at most 5 in 100 such runs would fail this requirement. Origin: synthetic."
    )


def test_at_most_turns_the_words() -> None:
    """Bound, side and condition are mirrored."""
    facts = {"at_least": False, "bound": 0.05, "summary": Summary(223, 0.0179, 0.0046, 0.0498), "calls": 223}
    assert said(**facts).startswith(
        "PASS: request_match on perturbed cells <= 0.05: 0.02 in these 223 units, upper bound 0.050, 223 calls. "
        "If the true value were above 0.05, "
    )
    assert "If it were 0.05 or less, at most 5 in 100 such runs would fail" in said(word="FAIL", **facts)


def test_inconclusive_gives_both_bounds_and_the_remedy() -> None:
    """Nothing is shown, and the reader learns what would."""
    text = said(word="INCONCLUSIVE", summary=Summary(400, 0.91, 0.8737, 0.9412), remedy="To decide: more units.")
    assert "0.91 in these 400 units, bounds 0.873 and 0.942" in text
    assert "Neither PASS nor FAIL is shown. To decide: more units. Origin: synthetic." in text
    assert "such runs" not in text


@pytest.mark.parametrize(("word", "reason"), [("INVALID", "3 of 40 calls failed"), ("UNREACHABLE", "29 units needed")])
def test_a_verdict_without_evidence_gives_its_reason(word, reason) -> None:
    """No figure is printed where none may be read."""
    assert said(word=word, reason=reason) == (
        f"{word}: request_match on perturbed cells >= 0.90: {reason}. Origin: synthetic."
    )


def test_waived_says_what_was_found_and_why_it_stands() -> None:
    """A waiver hides no figure."""
    text = said(FAILED, word="WAIVED", found="FAIL", reason="retraining is due, by risk officer until 2027-01-01")
    assert text.startswith(
        "WAIVED: request_match on perturbed cells >= 0.90: 0.80 in these 90 units, upper bound 0.8992"
    )
    assert "Found FAIL. Waived: retraining is due, by risk officer until 2027-01-01." in text


def test_a_dataset_claim_speaks_of_another_order() -> None:
    """The value of these rows is certain once all are in; it has no bounds."""
    text = said(population="dataset", summary=Summary(223, 0.94, 0.94, 0.94))
    assert "0.94 in these 223 units, 1,115 calls." in text
    assert "If the value of these rows were below 0.90, no such run in another order would pass" in text
    assert "100" not in text


def test_point_has_no_guarantee() -> None:
    """It says so in place of one, and prints no bound."""
    text = said(method="point", summary=Summary(223, 0.94, None, None))
    assert (
        "0.94 in these 223 units, 1,115 calls. No guarantee: a model exactly at the bound passes every second run."
        in text
    )


def test_approximate_is_not_guaranteed() -> None:
    """About, not at most."""
    assert "about 5 in 100 such runs would pass, not guaranteed." in said(method="approximate")


def test_another_look_adds_up() -> None:
    """The second look on the same data doubles the rate, which cannot exceed one."""
    assert "would pass (look 2: at most 10 in 100)." in said(look=2)
    assert "(look 30: at most 100 in 100)" in said(look=30)


def test_a_margin_moves_what_a_pass_speaks_about() -> None:
    """The guarantee is about the bound less the margin, for a PASS only."""
    assert "If the true value were below 0.88, the bound with its margin of 0.02, at most" in said(margin=0.02)
    assert "If it were 0.90 or more" in said(FAILED, margin=0.02)


def test_caveats_follow_the_guarantee() -> None:
    """Changed rows only, groups left out, missing outputs."""
    text = said(changes_only=True, excluded=["vendor D"], missing=1, aggregate="drop from clean, paired")
    assert (
        "request_match on perturbed cells (drop from clean, paired), on rows that the perturbation changes, >= 0.90:"
        in text
    )
    assert (
        "Left out, too few units: vendor D. Missing: 1 case without output, counted as the worst case. Origin" in text
    )


def test_missing_that_is_left_out_makes_the_claim_conditional() -> None:
    """The reader learns that the claim is not about the failed calls."""
    assert "the claim is about cases that get an output" in said(missing=7, missing_policy="exclude")


def test_no_sentence_states_the_converse() -> None:
    """The probability that this verdict is wrong is not known and never printed."""
    for facts in (PASSED, FAILED, dataclasses.replace(PASSED, population="dataset")):
        assert not {"probability", "significant", "confident", "chance"} & set(sentence(facts).lower().split())


def test_an_estimate_below_its_bound_never_reads_as_the_bound() -> None:
    """0.8996 is not printed as 0.90."""
    assert ">= 0.90: 0.8996 in these" in said(word="INCONCLUSIVE", summary=Summary(400, 0.8996, 0.87, 0.92))
    assert ">= 0.90: 0.90 in these" in said(word="INCONCLUSIVE", summary=Summary(400, 0.9, 0.87, 0.92))


@pytest.mark.parametrize(
    ("alpha", "words"),
    [
        (1 - 0.95, "5 in 100"),
        (1 - 0.99, "1 in 100"),
        (1 - 0.995, "5 in 1000"),
        (0.05 / 3, "17 in 1000"),
        (0.025, "25 in 1000"),
        (1 - 0.9995, "5 in 10,000"),
    ],
)
def test_error_rates_are_counts_of_runs_rounded_up(alpha, words) -> None:
    """Floating point of 1 - confidence does not show."""
    assert chance(alpha) == words


@pytest.mark.parametrize(
    ("value", "text"), [(0.9, "0.90"), (0.995, "0.995"), (0.05, "0.05"), (2.0, "2.00"), (-0.1, "-0.10")]
)
def test_bounds_keep_the_decimals_they_were_written_with(value, text) -> None:
    """Two at least."""
    assert number(value) == text


def test_expectation_says_what_the_words_will_mean() -> None:
    """Before a run: the two guarantees, the least units and the most cost."""
    assert expectation(PASSED, fewest=30, calls=2000) == (
        "PASS will mean: request_match on perturbed cells >= 0.90. If the true value were below 0.90, at most 5 in 100 "
        "such runs, each with fresh units, would pass. FAIL will mean the opposite. If it were 0.90 or more, at most "
        "5 in 100 such runs would fail this requirement. INCONCLUSIVE will mean that neither was shown. It needs at "
        "least 30 units, uses at most 400 units, 2,000 calls. Origin: synthetic."
    )


def test_expectation_of_a_point_promises_nothing() -> None:
    """No error rate appears."""
    assert " in 100" not in expectation(dataclasses.replace(PASSED, method="point"))


def test_the_suite_needs_no_correction() -> None:
    """The largest single rate holds for all; requirements without a guarantee are set apart."""
    assert "at least one of them were not met, at most 5 in 100 such runs" in suite_sentence([0.05, 0.01])
    assert "at least one of the 1 with a guarantee were not met, at most 1 in 100" in suite_sentence([None, 0.01])
    assert suite_sentence([None]) == "All requirements pass, none of them with a guarantee."
