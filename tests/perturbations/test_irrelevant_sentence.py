import itertools
import re

import pytest
from word_samples import (
    BLANK,
    CLINICAL,
    FINANCE,
    assert_contract,
    changed,
    operator,
    outcomes,
    passage,
    run_examples,
    table_rows,
)

from robustspec.perturbation.protect import find


def bank():
    return [row["sentence"] for row in table_rows("irrelevant_sentences.csv")]


def added(result, text):
    return [sentence for sentence in bank() if sentence in result.replace(text, "")]


@pytest.mark.parametrize("where", ["before", "after"])
def test_contract(where):
    """Level 0, determinism, protection and blank texts."""
    assert_contract(operator("irrelevant_sentence", where=where), 3)


def test_examples():
    """The examples of the documentation run."""
    assert run_examples("irrelevant_sentence") >= 2


@pytest.mark.parametrize(("level", "count"), [(1, 1), (2, 2), (3, 3), (4, 5), (5, 10)])
def test_level_sets_the_number_of_sentences(level, count):
    """Each level adds as many different sentences as its rung says, and reports them."""
    result = operator("irrelevant_sentence").apply(passage(CLINICAL), {"seed": 9}, level)
    assert count == len(added(result.text, CLINICAL)) == result.magnitude


def test_after_extends_the_level_before():
    """Each level's text begins with that of the level below, the first with the text."""
    results = [CLINICAL, *(changed(operator("irrelevant_sentence"), CLINICAL, level, 4) for level in range(1, 6))]
    assert all(longer.startswith(shorter) for shorter, longer in itertools.pairwise(results))


def test_before_extends_the_level_before():
    """Prepended, each level's text ends with that of the level below."""
    op = operator("irrelevant_sentence", where="before")
    results = [FINANCE, *(changed(op, FINANCE, level, 4) for level in range(1, 6))]
    assert all(longer.endswith(shorter) for shorter, longer in itertools.pairwise(results))


def test_explicit_number():
    """An explicit number of sentences needs no level."""
    assert len(added(changed(operator("irrelevant_sentence", sentences=4), FINANCE), FINANCE)) == 4


@pytest.mark.parametrize(("text", "gap"), [("Safe?", " "), ("is it safe", "\n"), ("Safe? ", ""), ("“Safe.”", " ")])
def test_text_and_sentence_do_not_run_together(text, gap):
    """A text without a full stop gets a line break before the sentence."""
    result = changed(operator("irrelevant_sentence"), text, 1)
    assert result.startswith(text + gap)
    assert result.removeprefix(text + gap) in bank()


def test_every_sentence_is_drawn():
    """The draw is not stuck on a few sentences."""
    assert len(outcomes(operator("irrelevant_sentence"), "Hi.", 1)) > 20


@pytest.mark.parametrize("text", BLANK)
def test_blank_text_is_unchanged(text):
    """Nothing is added to nothing."""
    before = passage(text)
    assert before is operator("irrelevant_sentence").apply(before, {"seed": 1}, 5)


def test_bank_is_irrelevant():
    """At least 40 different sentences without numbers, negation, laterality, medicine or finance."""
    assert len(set(bank())) == len(bank()) >= 40
    assert [sentence for sentence in bank() if find(sentence)] == []
    trade = (
        r"\b(?:doctor|medicine|pills?|drug|pain|sick|health|bank|money|loan|pay|paid|price|account|insurance|shares)\b"
    )
    assert [sentence for sentence in bank() if re.search(trade, sentence, re.IGNORECASE)] == []
    assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in bank())
