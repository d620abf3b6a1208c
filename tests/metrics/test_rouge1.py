"""ROUGE-1 against the rouge-score package."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from robustspec.data.row import Answer, Case, Row
from robustspec.metrics.rouge1 import Rouge1

SCORER = RougeScorer(["rouge1"], use_stemmer=False)
TEXT = st.text(alphabet="abAB01 .,-é", max_size=40)


def score(answer, label):
    return Rouge1().score(Case(Row("1", "...", label=label), Answer(answer)))


@given(TEXT, TEXT)
def test_it_is_the_score_of_the_reference_package(answer, label):
    """Tokens, clipping and F1 agree on any text."""
    assert score(answer, label) == pytest.approx(SCORER.score(label, answer)["rouge1"].fmeasure)


def test_repeated_words_are_clipped():
    """ "the the the" has one word of "the cat": P 1/3, R 1/2, F 0.4."""
    assert score("the the the", "the cat") == pytest.approx(0.4)


def test_the_best_reference_counts():
    """A label may be a list."""
    assert score("shares rose", ["shares fell", "shares rose"]) == 1


def test_the_order_of_words_makes_no_flip():
    """ROUGE-1 does not see it."""
    assert Rouge1().same(Answer("a b"), Answer("B, a"), Row("1", "..."))
