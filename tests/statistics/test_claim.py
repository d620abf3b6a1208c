"""The sentence that a verdict prints, against the language's own examples."""

import ast
import dataclasses
import itertools
import re
from pathlib import Path

import pytest

import robustspec
from robustspec.statistics.base import Summary
from robustspec.statistics.claim import (
    Facts,
    chance,
    expectation,
    ladder_sentence,
    number,
    sentence,
    suite_sentence,
)

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


def test_a_reason_that_says_itself_that_it_waives_is_not_announced() -> None:
    """It was "Waived: waived until ..."."""
    text = said(FAILED, word="WAIVED", found="FAIL", reason="waived until 2999-01-01 by A: later")
    assert "Found FAIL. Waived until 2999-01-01 by A: later." in text


def test_one_call_is_one_call() -> None:
    """In the figures, and before a run."""
    assert "in this 1 unit, lower bound 0.900, 1 call. " in said(summary=Summary(1, 0.94, 0.9, 1.0), calls=1)


def test_a_remedy_begins_a_sentence() -> None:
    """Also where a test has a word of its own before it."""
    text = said(word="INCONCLUSIVE", summary=Summary(400, 0.91, None, None), remedy="all resamples have one value")
    assert "Neither PASS nor FAIL is shown. All resamples have one value" in text


def test_an_edited_setting_is_no_guarantee_of_the_whole() -> None:
    """The suite's claim leaves it out and says so."""
    assert suite_sentence([None], edited=1) == (
        "All requirements pass, none of them with a guarantee: 1 edited after these data were judged."
    )
    assert suite_sentence([0.05, None], edited=1) == (
        "All 2 requirements pass. 1 of them was edited after these data were judged. If at least one of the 1 with a "
        "guarantee were not met, at most 5 in 100 such runs, each with fresh units, would pass them all; this needs no "
        "correction."
    )


def test_a_dataset_claim_speaks_of_another_order() -> None:
    """The value of these rows is certain once all are in; it has no bounds."""
    text = said(population="dataset", summary=Summary(223, 0.94, 0.94, 0.94))
    assert "0.94 in these 223 units, 1,115 calls." in text
    assert "If the value of these rows were below 0.90, no such run in another order would pass" in text
    assert "100" not in text


def test_a_dataset_claim_that_stopped_early_has_an_error_rate() -> None:
    """Not all rows are in: another order might have shown something else, and the bound that decided is printed."""
    text = said(population="dataset", all_in=False)
    assert "0.94 in these 223 units, lower bound 0.900, 1,115 calls. " in text
    assert (
        "If the value of these rows were below 0.90, at most 5 in 100 such runs in another order would pass. " in text
    )
    assert (
        "If the value of these rows were 0.90 or more, at most 5 in 100 such runs in another order would fail this "
        "requirement." in said(FAILED, population="dataset", all_in=False)
    )


def test_the_margin_plays_no_part_in_a_dataset_claim() -> None:
    """Its tests do not use it."""
    assert "were below 0.90, at most" in said(population="dataset", all_in=False, margin=0.02)


def test_looks_add_up_for_a_dataset_too() -> None:
    """As long as not all rows are in."""
    assert "(look 2: at most 10 in 100)." in said(population="dataset", all_in=False, look=2)
    assert "look" not in said(population="dataset", look=2)


def test_point_has_no_guarantee() -> None:
    """It says so in place of one, and prints no bound."""
    text = said(method="point", summary=Summary(223, 0.94, None, None))
    assert (
        "0.94 in these 223 units, 1,115 calls. No guarantee: a model exactly at the bound passes every second run."
        in text
    )


def test_approximate_is_not_guaranteed() -> None:
    """About, not at most; the second look too."""
    text = said(method="approximate")
    assert "0.94 in these 223 units, lower bound 0.900" in text
    assert "about 5 in 100 such runs, each with fresh units, would pass, not guaranteed." in text
    assert "would pass (look 2: about 10 in 100), not guaranteed." in said(method="approximate", look=2)
    assert "at most" not in said(method="approximate", look=2)
    assert "about 5 in 100 such runs would fail this requirement, not guaranteed." in said(FAILED, method="approximate")


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


CONVERSE = re.compile(
    r"probability that|chance that|likel(y|ihood) that|odds that|wrong with|(is|are|be) wrong in|(%|per cent|percent) (sure|"
    r"certain|confident|likely|probab)|confidence that|confident that|sure that|significan|probably|with probability|"
    r"(verdict|pass|fail|model|claim) (is|are) (wrong|right|false|true|good|bad|safe)",
    re.IGNORECASE,
)
"""What no test knows: how probable it is that a verdict, or a model, is right or wrong."""


@pytest.mark.parametrize(
    "text",
    [
        "the probability that this PASS is wrong is 5 %",
        "wrong with probability 5 %",
        "95 % sure",
        "the verdict is right",
        "significantly above",
    ],
)
def test_the_converse_would_be_found(text) -> None:
    """The search below can find something."""
    assert CONVERSE.search(text)


def test_no_sentence_states_the_converse() -> None:
    """Over every verdict, method, population, direction, look and margin."""
    words = ("PASS", "FAIL", "INCONCLUSIVE", "INVALID", "UNREACHABLE", "WAIVED", "NOT_NEEDED")
    options = itertools.product(
        words,
        ("sequential", "fixed", "approximate", "point"),
        ("distribution", "dataset"),
        (True, False),
        (1, 3),
        (0.0, 0.02),
    )
    for word, method, population, flag, look, margin in options:
        changes = {"method": method, "population": population, "look": look, "margin": margin}
        facts = dataclasses.replace(PASSED, word=word, at_least=flag, all_in=flag, found="FAIL", missing=2, **changes)
        for text in (sentence(facts), expectation(facts, 20, 300)):
            assert not CONVERSE.search(text), text
    suites = [[0.05, None, 0.0], [0.0], [None], []]
    for text in (suite_sentence(alphas, approximate=1, bonferroni=True) for alphas in suites):
        assert not CONVERSE.search(text), text


def texts(path):
    """Every text in a module that is no docstring and no comment."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value


def test_no_template_of_the_package_states_the_converse() -> None:
    """Claims, remedies, notes, reports and commands."""
    root = Path(robustspec.__file__).parent
    files = [
        path for folder in ("statistics", "engine", "reports", "commands") for path in (root / folder).rglob("*.py")
    ]
    found = [(path.name, text) for path in files for text in texts(path) if CONVERSE.search(text)]
    assert found == []
    assert len(files) > 40


@pytest.mark.parametrize(
    ("changes", "start"),
    [
        (
            {"aggregate": "mean of the worst 10 % of the unit values", "bound": 0.8},
            "PASS: request_match on perturbed cells (mean of the worst 10 % of the unit values) >= 0.80: 0.94 in these",
        ),
        (
            {"aggregate": "10 % quantile of the unit values"},
            "PASS: request_match on perturbed cells (10 % quantile of the unit values) >= 0.90: 0.94 in these",
        ),
        (
            {
                "aggregate": "mean over units of the score minus that of production, paired",
                "bound": -0.02,
                "summary": Summary(223, -0.0046, -0.0199, 0.01),
            },
            "PASS: request_match on perturbed cells (mean over units of the score minus that of production, paired) >= "
            "-0.02: 0.00 in these 223 units, lower bound -0.020, 1,115 calls. If the true value were below -0.02, at most",
        ),
        (
            {
                "subject": "accuracy on blur-3",
                "aggregate": "error for each error of alexnet, on the same rows",
                "at_least": False,
                "bound": 1.1,
                "summary": Summary(223, 0.85, 0.7, 1.0999),
            },
            "PASS: accuracy on blur-3 (error for each error of alexnet, on the same rows) <= 1.10: 0.85 in these 223 units, "
            "upper bound 1.100, 1,115 calls. If the true value were above 1.10, at most",
        ),
        (
            {"aggregate": "mean over units, reweighted to vendor A 0.5, B 0.5"},
            "PASS: request_match on perturbed cells (mean over units, reweighted to vendor A 0.5, B 0.5) >= 0.90:",
        ),
    ],
)
def test_every_aggregate_reads_well(changes, start) -> None:
    """In the words that the aggregates give themselves."""
    assert said(**changes).startswith(start)


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


def test_a_dataset_is_expected_to_stop_early() -> None:
    """Before a run nobody knows whether all rows will be needed."""
    text = expectation(dataclasses.replace(PASSED, population="dataset"))
    assert "were below 0.90, at most 5 in 100 such runs in another order would pass." in text
    assert "With all rows in, either is certain." in text
    fixed = expectation(dataclasses.replace(PASSED, population="dataset", method="fixed"))
    assert "no such run in another order would pass: all rows are in." in fixed


FRESH = "at most 5 in 100 such runs, each with fresh units, would"


@pytest.mark.parametrize(
    ("alphas", "more", "text"),
    [
        ([0.05], {}, f"The only requirement passes. If it were not met, {FRESH} pass it."),
        (
            [0.05, 0.01],
            {},
            f"All 2 requirements pass. If at least one of them were not met, {FRESH} pass them all; this needs no "
            "correction.",
        ),
        (
            [None, 0.05, None],
            {"approximate": 1},
            f"All 3 requirements pass. If at least one of the 1 with a guarantee were not met, {FRESH} pass them all; "
            "this needs no correction.",
        ),
        ([None], {}, "All requirements pass, none of them with a guarantee."),
        (
            [None] * 3,
            {"approximate": 2},
            "All requirements pass, none of them with a guarantee: 2 approximate, 1 compared only.",
        ),
        (
            [0.0, 0.0],
            {"dataset": 2},
            "All 2 requirements pass. If at least one of them were not met, no such run in another order would pass them "
            "all; this needs no correction.",
        ),
        (
            [0.0, 0.05],
            {"dataset": 1},
            "All 2 requirements pass. If at least one of them were not met, at most 5 in 100 such runs would pass them "
            "all; this needs no correction.",
        ),
        (
            [0.05],
            {"dataset": 1},
            "The only requirement passes. If it were not met, at most 5 in 100 such runs in another order would pass it.",
        ),
        (
            [0.05],
            {"waived": 2, "unblocking": 1},
            f"The only requirement passes. If it were not met, {FRESH} pass it. Not part of this: 2 waived, 1 with gate: "
            "warn or record.",
        ),
        (
            [0.01] * 5,
            {"bonferroni": True},
            "All 5 requirements pass. If at least one of them were not met, at most 1 in 100 such runs, each with fresh "
            "units, would pass them all; this needs no correction. At most 5 in 100 such runs would pass any requirement "
            "that is not met.",
        ),
        ([], {"unblocking": 3}, "No requirement blocks the gate. Not part of this: 3 with gate: warn or record."),
    ],
)
def test_the_suite_claims_only_what_holds(alphas, more, text) -> None:
    """The largest single rate for all of them, the sum of the rates for any of them."""
    assert suite_sentence(alphas, **more) == text


WORDS = ("PASS", "PASS", "PASS", "FAIL")


def test_a_ladder_is_shown_up_to_its_last_pass() -> None:
    """From mild to severe, whatever the order in which the levels are given."""
    assert ladder_sentence("keyboard_typo", list(enumerate(WORDS, 1))[::-1], 0.05) == (
        "keyboard_typo: shown up to level 3 (levels 1, 2, 3 pass; 4 does not). If the requirement failed at a level up to "
        "3, at most 5 in 100 such runs would show that far."
    )


@pytest.mark.parametrize(
    ("verdicts", "start"),
    [
        ([(1, "PASS"), (2, "PASS")], "x: shown up to level 2 (levels 1, 2 pass). If"),
        ([(1, "PASS"), (3, "INCONCLUSIVE"), (5, "PASS")], "x: shown up to level 1 (level 1 passes; 3 does not). If"),
        ([(1, "WAIVED"), (2, "PASS")], "x: not shown at level 1."),
        ([(2, "NOT_NEEDED")], "x: not shown at level 2."),
    ],
)
def test_a_ladder_ends_at_the_first_level_without_a_pass(verdicts, start) -> None:
    """A pass above it is not part of the claim."""
    assert ladder_sentence("x", verdicts, 0.05).startswith(start)


def test_an_approximate_ladder_is_not_guaranteed() -> None:
    """About."""
    text = ladder_sentence("x", [(1, "PASS")], 0.05, approximate=True)
    assert text.endswith("about 5 in 100 such runs would show that far, not guaranteed.")
