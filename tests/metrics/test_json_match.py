"""json_match: every field, numbers within a tolerance."""

import pytest
from pydantic import ValidationError

from robustspec.data.row import Answer, Case, Row
from robustspec.errors import DataError
from robustspec.metrics.json_match import JsonMatch

LABEL = {"drug": "ibuprofen", "dose": {"mg": 400}, "asks": ["age", "weight"], "note": None}


def score(answer, label=LABEL, **fields):
    return JsonMatch(**fields).score(Case(Row("7", "...", label=label), Answer(answer)))


def test_an_equal_answer_is_right():
    """Without a list of fields, all of the label count; fields of the answer beyond them do not."""
    assert score({**LABEL, "more": 1}) == 1


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ({"drug": "Ibuprofen ", "dose": {"mg": "400"}, "asks": ["AGE", "weight"]}, 1),
        ({"drug": "ibuprofen", "dose": {"mg": 404}, "asks": ["age", "weight"]}, 1),
        ({"drug": "ibuprofen", "dose": {"mg": 405}, "asks": ["age", "weight"]}, 0),
        ({"drug": "ibuprofen", "dose": {"mg": 400}, "asks": ["weight", "age"]}, 0),
        ({"drug": "ibuprofen", "dose": {"mg": 400}, "asks": ["age"]}, 0),
        ({"drug": "ibuprofen", "dose": {"mg": 400}, "asks": ["age", "weight"], "note": "x"}, 0),
        ({"drug": "ibuprofen", "dose": 400, "asks": ["age", "weight"]}, 0),
        ({"drug": None, "dose": {"mg": 400}, "asks": ["age", "weight"]}, 0),
        ("ibuprofen 400", 0),
        (None, 0),
    ],
)
def test_one_wrong_field_is_wrong(answer, right):
    """404 is within 1 % of 400 and 405 is not; an absent field is null; lists have an order."""
    assert score(answer, tolerance=0.01) == right


def test_only_listed_fields_count():
    """A dotted name reaches into the answer."""
    assert score({"dose": {"mg": 400}}, fields=["dose.mg"]) == 1
    assert score({"dose": {"mg": 400}}, fields=["dose.mg", "drug"]) == 0


def test_a_field_that_both_lack_matches():
    """Absent is null, on both sides."""
    assert score({"drug": "ibuprofen"}, fields=["drug", "other"]) == 1


@pytest.mark.parametrize(("answer", "right"), [(0.009, 1), (0.011, 0)])
def test_below_one_the_tolerance_is_a_difference(answer, right):
    """Nothing is within a fraction of zero."""
    assert score({"x": answer}, {"x": 0}, tolerance=0.01) == right


def test_rounding_of_floats_is_no_difference():
    """0.1 + 0.2 is 0.3 without any tolerance."""
    assert score({"x": 0.1 + 0.2}, {"x": 0.3}) == 1


def test_true_is_not_one():
    """A boolean and a number never match."""
    assert score({"x": True}, {"x": 1}) == 0
    assert score({"x": [True]}, {"x": [1]}) == 0


def test_a_label_may_be_json_text():
    """As it is in a CSV file."""
    assert score({"x": 1}, '{"x": 1}') == 1


@pytest.mark.parametrize("label", ["yes", None, "[1]", 3])
def test_a_label_that_is_no_object_is_an_error_of_the_data(label):
    """The row is named."""
    with pytest.raises(DataError, match="row 7: json_match needs a JSON object"):
        score({"x": 1}, label)


def test_an_empty_list_of_fields_is_a_fault():
    """Everything would match."""
    with pytest.raises(ValidationError):
        JsonMatch(fields=[])


def test_answers_are_the_same_when_their_fields_match():
    """Fields that do not count do not make a flip."""
    row, metric = Row("1", "...", label=LABEL), JsonMatch(fields=["drug"])
    assert metric.same(Answer({"drug": "x", "a": 1}), Answer({"drug": "X", "a": 2}), row)
    assert not JsonMatch().same(Answer({"drug": "x"}), Answer({"drug": "y"}), row)
