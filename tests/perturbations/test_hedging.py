import csv
from pathlib import Path

import pytest
from word_samples import BLANK, changed, operator, outcomes, passage, protected, run_examples

TABLE = Path(__file__).resolve().parents[2] / "perturbations" / "text" / "tables" / "hedges.csv"
with TABLE.open(encoding="utf-8") as lines:
    HEDGES = {place: set() for place in ("before", "after")}
    for line in csv.DictReader(lines):
        HEDGES[line["place"]].add(line["phrase"])

LONG = "The firm sold its bank in 2019. Its net sales rose by 5% to $1.2bn!"


def test_examples():
    """The example of the documentation runs."""
    assert run_examples("hedging") >= 2


def test_one_hedge_before_or_after():
    """Level 1 adds one hedge with its comma; "The" loses its capital behind it, and the words stay."""
    texts = outcomes(operator("hedging"), "The firm raised net sales.", 1)
    before = {f"{hedge}, the firm raised net sales." for hedge in HEDGES["before"]}
    after = {f"The firm raised net sales, {hedge}." for hedge in HEDGES["after"]}
    assert texts <= before | after
    assert texts & before
    assert texts & after


def test_a_name_keeps_its_capital():
    """The first word stays as it is unless it is a word like "The"."""
    texts = outcomes(operator("hedging"), "Datanova raised net sales again.", 3)
    assert all("Datanova raised net sales again" in text for text in texts)


@pytest.mark.parametrize(("level", "hedges"), [(1, 1), (2, 2), (3, 4)])
def test_as_many_as_the_level_says(level, hedges):
    """Two sentences have four places."""
    new = operator("hedging").apply(passage(LONG), {"seed": 5}, level)
    assert new.text.count(",") - LONG.count(",") == hedges
    assert new.magnitude == hedges / 4


def test_numbers_and_names_survive():
    """What is protected stands in the text as before."""
    for text in outcomes(operator("hedging"), LONG, 3):
        assert protected(LONG) == protected(text)


@pytest.mark.parametrize(
    "text", ["Did sales rise in 2019?", "Too short here.", "No full stop in this sentence", *BLANK]
)
def test_no_statement_no_place(text):
    """Questions, very short sentences and those without an end have no place for a hedge."""
    before = passage(text)
    assert before is operator("hedging").apply(before, {"seed": 1}, 3)


def test_a_caption_stays_in_front():
    """Behind "Text:" begins the statement; the cue for the answer stays last."""
    texts = outcomes(operator("hedging", hedges=4), "Text: Datanova raised its sales in May.\nAnswer:")
    assert all(text.startswith("Text: ") and text.endswith(".\nAnswer:") for text in texts)
    assert any(text.startswith("Text: Reportedly, Datanova") for text in texts)


def test_hedges_hold_no_protected_words():
    """No hedge brings a number, a negation or a side."""
    assert not [hedge for place in HEDGES.values() for hedge in place if protected(hedge)]


def test_decimals_end_no_sentence():
    """A point inside a number is no full stop."""
    new = changed(operator("hedging"), "Net sales rose to 5.2 billion in May.", 3)
    assert "5.2 billion" in new
