import pytest
from word_samples import (
    CLINICAL,
    FINANCE,
    assert_contract,
    assert_nested,
    changed,
    operator,
    outcomes,
    passage,
    run_examples,
    table_rows,
)

from robustspec.perturbation.protect import find


def fillers():
    return [row["filler"] for row in table_rows("fillers.csv")]


@pytest.mark.parametrize("level", [1, 5])
def test_contract(level):
    """Level 0, determinism, protection and blank texts."""
    assert_contract(operator("filler_words"), level)


def test_examples():
    """The examples of the documentation run."""
    assert run_examples("filler_words") >= 2


def test_levels_are_nested():
    """A level inserts the fillers of the level below and more."""
    assert_nested(operator("filler_words"), CLINICAL)


@pytest.mark.parametrize("text", [CLINICAL, FINANCE])
def test_only_inserts(text):
    """Without the fillers the text is the one before."""
    result = changed(operator("filler_words"), text, 5, seed=3)
    for filler in sorted(fillers(), key=len, reverse=True):
        result = result.replace(f" {filler} ", " ").replace(f" {filler} ", " ")
    assert text == result


def test_count_is_the_share_of_gaps():
    """Twenty gaps at level 2 (0.10) take two fillers."""
    text = " ".join(["word"] * 21)
    result = operator("filler_words").apply(passage(text), {"seed": 1}, 2)
    assert result.magnitude == 0.1
    assert sum(result.text.count(f"{filler} ") for filler in {*fillers()} - {"so,"}) + result.text.count(" so, ") == 2


def test_no_filler_inside_a_dose():
    """A gap within a protected span is never filled, and the other gaps are."""
    results = outcomes(operator("filler_words", gap_fraction=1.0), "take ibuprofen 400 mg every 6 hours please")
    assert all("400 mg" in result and "every 6 hours" in result for result in results)
    assert len(results) > 1


def test_one_word_is_unchanged():
    """Without a gap there is nothing to change."""
    before = passage("Ibuprofen?")
    assert before is operator("filler_words").apply(before, {"seed": 1}, 5)


def test_bank_says_nothing():
    """No filler is a number, negation or laterality ("right,"), nor weakens what is said."""
    words = {word for filler in fillers() for word in filler.lower().strip(",").split()}
    assert [filler for filler in fillers() if find(filler)] == []
    assert set() == words & {"maybe", "perhaps", "probably", "about", "just", "only", "right", "possibly"}
