"""Values that the input does not hold."""

import pytest

from robustspec.data.row import Answer, Case, Message, Row
from robustspec.metrics.invented import Invented

STOCK = Row("r", (Message("system", '[{"sku": "A-10", "qty": 3}]', "stock"), Message("user", "Aspirin 325, please.")))


@pytest.mark.parametrize(
    ("value", "act", "score"),
    [
        ({"sku": "A-10"}, "answered", 0),
        ({"sku": "a-10"}, "answered", 0),
        ({"sku": "A-1"}, "answered", 1),
        ({"sku": ["A-10", "B-2"]}, "answered", 1),
        ({"sku": 325}, "answered", 0),
        ({"sku": None}, "answered", 0),
        ({}, "answered", 0),
        ({"sku": "B-2"}, "refused", 0),
        ("B-2", "answered", 0),
    ],
)
def test_a_value_that_stands_nowhere_is_invented(value, act, score):
    """Whole words in any case, documents included; what is not named is not invented."""
    assert Invented(field="sku").score(Case(STOCK, Answer(value, act))) == score


def test_what_the_model_said_itself_is_no_source():
    """The row's input counts, not the conversation."""
    case = Case(STOCK, Answer({"sku": "B-2"}), turns=())
    assert Invented(field="sku").score(case) == 1
