"""The right finding on the wrong side."""

import pytest

from robustspec.data.row import Answer, Case, Row
from robustspec.errors import DataError
from robustspec.metrics.laterality_error import LateralityError

METRIC = LateralityError(items="findings", match=("region",))


def findings(*items):
    return {"findings": [{"side": side, "region": region} for side, region in items]}


def score(label, answer, act="answered", metric=METRIC):
    return metric.score(Case(Row("7", "...", label=label), Answer(answer, act)))


A, B = ("left", "frontal"), ("right", "frontal")


@pytest.mark.parametrize(
    ("label", "answer", "error"),
    [
        ([A], [A], 0),
        ([A], [B], 1),
        ([A], [("right", "temporal")], 0),
        ([A, B], [A, B], 0),
        ([A, B], [B], 0),
        ([A, B], [B, B], 1),
        ([A], [A, B], 0),
        ([A], [], 0),
        ([], [A], 0),
        ([A, ("left", "temporal")], [A, ("Right ", "Temporal")], 1),
        ([("midline", "frontal")], [A], 0),
        ([A], [("bilateral", "frontal")], 0),
        ([A], [(None, "frontal")], 0),
        ([(None, "frontal")], [(None, "frontal")], 0),
    ],
)
def test_a_finding_is_mirrored_where_its_twin_is_left_over(label, answer, error):
    """What is right is paired first; misses and inventions are no laterality errors."""
    assert score(findings(*label), findings(*answer)) == error


def test_without_match_any_finding_on_the_wrong_side_counts():
    """The side alone is compared."""
    metric = LateralityError(items="findings")
    assert score(findings(A), findings(("right", "temporal")), metric=metric) == 1
    assert score(findings(A), findings(("left", "temporal")), metric=metric) == 0


@pytest.mark.parametrize(
    ("label", "answer", "error"),
    [
        ({"side": "left"}, {"side": "Right"}, 1),
        ({"side": "left"}, {"side": "left"}, 0),
        ("left", "right", 1),
        ("left", "both", 0),
        (None, "right", 0),
        ({"side": "left"}, {"side": ["right"]}, 0),
        ('{"side": "left"}', {"side": "right"}, 1),
    ],
)
def test_a_plain_side(label, answer, error):
    """A field of the answer, or the answer itself."""
    assert score(label, answer, metric=LateralityError()) == error


def test_other_words_for_the_sides():
    """As the data has them."""
    metric = LateralityError(side="laterality", sides=("L", "R"))
    assert score({"laterality": "L"}, {"laterality": "r"}, metric=metric) == 1


@pytest.mark.parametrize("act", ["refused", "asked", "unparsed"])
def test_what_is_not_answered_states_no_side(act):
    """Whatever its value holds."""
    assert score(findings(A), findings(B), act) == 0


def test_it_covers_the_cases_that_may_be_answered():
    """And reads a label there alone."""
    row = Row("7", "...")
    assert [METRIC.applies(row, (word,)) for word in ("answer", "may_refuse", "must_refuse", "ask")] == [1, 1, 0, 0]
    assert not METRIC.needs_label(("must_refuse",))


def test_a_label_without_the_list_is_a_fault_of_the_data():
    """A misspelt field must not pass every case."""
    with pytest.raises(DataError, match="row 7: the label has no list of findings under 'findings'"):
        score({"finding": []}, findings(A))
