"""The declared order along the levels."""

import pytest

from robustspec.data.row import Answer, Case, Row
from robustspec.metrics.monotone_violation import MonotoneViolation

ORDER = ["none", "caution", "stop"]


def violated(*answers, rising=True, policy=("answer",)):
    """The metric of a row: the clean answer, then one for each level."""
    metric, row = MonotoneViolation(), Row("1", "...")
    relation = {"kind": "monotone", "field": "warning", "order": ORDER, "rising": rising}
    cases = [Case(row, a if isinstance(a, Answer) else Answer({"warning": a}), policy) for a in answers]
    clean, *cells = (metric.observe(cases[0], case, relation) for case in cases)
    return metric.combine(clean, cells, [1 / len(cells)] * len(cells), list(range(1, len(answers))))


@pytest.mark.parametrize(
    ("answers", "value"),
    [
        (("none", "caution", "stop"), 0),
        (("none", "none", "none"), 0),
        (("none", "STOP", "stop"), 0),
        (("caution", "none", "stop"), 1),
        (("none", "stop", "caution"), 1),
    ],
)
def test_a_fall_between_neighbours_breaks_a_rising_order(answers, value):
    """Clean is level 0; equal neighbours are right."""
    assert violated(*answers) == value


def test_a_falling_order_is_the_mirror_image():
    """What rises breaks it."""
    assert violated("stop", "caution", "none", rising=False) == 0
    assert violated("stop", "none", "caution", rising=False) == 1


@pytest.mark.parametrize("strange", ["maybe", None, Answer(None, "unparsed"), Answer(None, "refused")])
@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("rising", [True, False])
def test_an_answer_without_a_rank_breaks_the_order(strange, place, rising):
    """Wherever it stands."""
    answers = ["caution"] * 3
    answers[place] = strange
    assert violated(*answers, rising=rising) == 1


def test_an_allowed_refusal_leaves_its_level_out():
    """The levels around it are neighbours."""
    refused = Answer(None, "refused")
    assert violated("none", refused, "stop", policy=("may_refuse",)) == 0
    assert violated("caution", refused, "none", policy=("may_refuse",)) == 1


def test_a_structured_refusal_has_the_rank_of_its_field():
    """So the order may be that of acts: once refused, refused from there on."""
    refused = Answer({"warning": "stop"}, "refused")
    assert violated("none", refused, refused) == 0
    assert violated("none", refused, "none") == 1
    assert violated("none", Answer({"reason": "no"}, "refused")) == 1
    assert violated("none", Answer({"warning": "stop"}, "unparsed")) == 1


def test_levels_are_compared_in_their_order():
    """However the cells are listed."""
    assert MonotoneViolation().combine(0.25, [0.75, 0.5], [0.5, 0.5], [2, 1]) == 0


def test_the_bounds_stand_for_a_missing_case():
    """At the upper bound it breaks the order, at the lower one it does not."""
    metric = MonotoneViolation()
    assert metric.combine(0.25, [metric.upper, 0.75], [0.5, 0.5], [1, 2]) == 1
    assert metric.combine(0.25, [metric.lower, 0.75], [0.5, 0.5], [1, 2]) == 0
