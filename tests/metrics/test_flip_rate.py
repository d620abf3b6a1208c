"""Flip rate and consistency."""

import pytest

from robustspec.data.row import Answer, Case, Row
from robustspec.metrics.accuracy import Accuracy
from robustspec.metrics.flip_rate import Consistency, FlipRate

ROW = Row("1", "...")
REFUSED, ASKED, UNPARSED = (Answer(None, act) for act in ("refused", "asked", "unparsed"))
A, B = Answer("a"), Answer("b")


def flips(clean, after, relation=None, policy=("answer",), same=None, rows=(ROW, ROW)):
    return FlipRate().observe(Case(rows[0], clean), Case(rows[1], after, policy, "typo-1", 1), relation, same)


@pytest.mark.parametrize(
    ("clean", "after", "flip"),
    [
        (A, A, 0),
        (A, B, 1),
        (A, REFUSED, 1),
        (REFUSED, A, 1),
        (REFUSED, REFUSED, 0),
        (ASKED, ASKED, 0),
        (REFUSED, ASKED, 1),
        (UNPARSED, UNPARSED, 1),
        (A, UNPARSED, 1),
    ],
)
def test_answers_are_compared_act_by_act(clean, after, flip):
    """Refused equals refused, asked equals asked, unparsed equals nothing."""
    assert flips(clean, after) == flip


def test_an_allowed_refusal_is_no_flip():
    """Whatever the clean answer was."""
    assert flips(A, REFUSED, policy=("may_refuse",)) == 0
    assert flips(REFUSED, A, policy=("may_refuse",)) == 1


def test_equality_is_that_of_the_metric_it_is_of():
    """Plain equality minds case; accuracy does not."""
    assert flips(A, Answer("A")) == 1
    assert flips(A, Answer("A"), same=Accuracy().same) == 0


def test_a_changed_answer_is_compared_with_what_it_should_become():
    """Left must become right, in the field that the relation names; other values stay."""
    relation = {"kind": "changes", "field": "side", "to": {"left": "right", "right": "left"}}
    left, right, middle = ({"side": side, "mm": 3} for side in ("left", "right", "middle"))
    assert flips(Answer(left), Answer(right), relation) == 0
    assert flips(Answer(left), Answer(left), relation) == 1
    assert flips(Answer(middle), Answer(middle), relation) == 0
    assert flips(Answer("left"), Answer("right"), relation) == 0


def test_a_nested_field_is_mapped_in_a_copy():
    """The remembered clean answer itself never changes."""
    clean = {"finding": {"side": "left"}}
    relation = {"kind": "changes", "field": "finding.side", "to": {"left": "right"}}
    assert flips(Answer(clean), Answer({"finding": {"side": "right"}}), relation) == 0
    assert clean == {"finding": {"side": "left"}}


@pytest.mark.parametrize(
    ("before", "after"), [("left", "right"), ({"side": "left", "n": 1}, {"side": "right", "n": 1})]
)
def test_without_a_mapping_the_moved_label_is_one(before, after):
    """An operator that gives the new label says what left becomes."""
    rows = (Row("1", "...", label=before), Row("1", "...", label=after))
    assert flips(Answer(before), Answer(after), {"kind": "changes"}, rows=rows) == 0
    assert flips(Answer(before), Answer(before), {"kind": "changes"}, rows=rows) == 1


def test_consistency_is_the_rest():
    """Answers A; A, B, A on three cells: 1/3 flipped, 2/3 consistent."""
    for metric, value in ((FlipRate(), 1 / 3), (Consistency(), 2 / 3)):
        cells = [metric.observe(Case(ROW, A), Case(ROW, answer), None) for answer in (A, B, A)]
        assert metric.combine(None, cells, [1 / 3] * 3, [1, 2, 3]) == pytest.approx(value)
