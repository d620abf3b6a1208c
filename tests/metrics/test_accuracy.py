"""Accuracy against scikit-learn, and what counts as equal."""

import random

import pytest
from sklearn.metrics import accuracy_score

from robustspec.data.row import Answer, Case, Row
from robustspec.metrics.accuracy import Accuracy


def score(answer, label, **fields):
    return Accuracy(**fields).score(Case(Row("1", "...", label=label), Answer(answer)))


def test_the_mean_is_that_of_scikit_learn():
    """On answered cases the two agree."""
    rng = random.Random(1)
    labels, answers = ([rng.choice("abc") for _ in range(200)] for _ in range(2))
    mean = sum(score(a, b) for a, b in zip(answers, labels, strict=True)) / 200
    assert mean == pytest.approx(accuracy_score(labels, answers))


@pytest.mark.parametrize(
    ("answer", "label", "right"),
    [
        (" RISE ", "Rise", 1),
        (1.0, "1", 1),
        (True, 1, 0),
        ("rise", "fall", 0),
        ([1, 2], [1, 2], 1),
        ({"a": 1}, {"a": 2}, 0),
    ],
)
def test_plain_values_are_compared_in_their_normal_form(answer, label, right):
    """Case, white space and number spelling do not matter."""
    assert score(answer, label) == right


def test_exact_comparison_minds_case():
    """Without normalising, only equal values are equal."""
    assert score("RISE", "Rise", normalise=False) == 0
    assert score("Rise", "Rise", normalise=False) == 1


def test_equality_of_answers_is_that_of_the_label():
    """A flip is what accuracy would notice."""
    row = Row("1", "...")
    assert Accuracy().same(Answer("Rise"), Answer("rise "), row)
    assert not Accuracy(normalise=False).same(Answer("Rise"), Answer("rise"), row)
