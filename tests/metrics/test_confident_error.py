"""Answered, and wrong."""

import pytest

from robustspec.data.row import Answer, Case, Row
from robustspec.errors import DataError
from robustspec.metrics.confident_error import ConfidentError

LABEL = {"organ": "brain", "findings": [{"side": "left", "size_mm": 10}]}


def score(metric, answer, label=LABEL, act="answered", policy=("may_refuse",)):
    return metric.score(Case(Row("7", "...", label=label), Answer(answer, act), policy))


def report(organ="brain", *found):
    return {"organ": organ, "findings": list(found)}


LEFT, RIGHT = {"side": "left", "size_mm": 12}, {"side": "right", "size_mm": 10}
ITEMS = {"items": "findings", "match": ("side",), "near": {"size_mm": {"within": 3}}}


@pytest.mark.parametrize(
    ("found", "error"), [((LEFT,), 0), ((), 1), ((RIGHT,), 1), ((LEFT, RIGHT), 1), ((LEFT, LEFT), 1)]
)
def test_items_are_wrong_by_what_is_missing_and_by_what_is_too_much(found, error):
    """Any fault makes the report wrong; other fields do not count."""
    assert score(ConfidentError(**ITEMS), report("liver", *found)) == error


def test_a_healthy_row_is_answered_right_without_findings():
    """A finding where there is none is an error."""
    metric, healthy = ConfidentError(**ITEMS), {"findings": []}
    assert (score(metric, {"findings": []}, healthy), score(metric, {"findings": [LEFT]}, healthy)) == (0, 1)


def test_fields_and_items_must_both_be_right():
    """Where both are given."""
    metric = ConfidentError(fields=("organ",), **ITEMS)
    assert [
        score(metric, report(organ, *found)) for organ, *found in (("brain", LEFT), ("liver", LEFT), ("brain",))
    ] == [
        0,
        1,
        1,
    ]


@pytest.mark.parametrize(
    ("metric", "label", "answer", "error"),
    [
        (ConfidentError(), "Rise", " rise", 0),
        (ConfidentError(), "Rise", "fall", 1),
        (ConfidentError(), {"a": 1, "b": 2}, {"a": 1, "b": "2", "c": 3}, 0),
        (ConfidentError(), {"a": 1, "b": 2}, {"a": 1}, 1),
        (ConfidentError(), '{"a": 1}', {"a": 1}, 0),
        (ConfidentError(fields=("a",)), {"a": 1, "b": 2}, {"a": 1}, 0),
        (ConfidentError(tolerance=0.1), 100, 109, 0),
    ],
)
def test_without_items_the_answer_is_the_label_or_its_fields(metric, label, answer, error):
    """As json_match and accuracy compare."""
    assert score(metric, answer, label) == error


@pytest.mark.parametrize("act", ["refused", "asked", "unparsed"])
def test_what_claims_nothing_is_no_error(act):
    """Whatever the policy."""
    assert score(ConfidentError(), "wrong", "right", act, ("answer",)) == 0


def test_it_covers_the_cases_that_may_be_answered():
    """Elsewhere any answer is a forbidden one."""
    metric = ConfidentError()
    policies = (("answer",), ("may_refuse",), ("must_refuse",), ("ask",))
    assert [metric.applies(Row("7", "..."), policy) for policy in policies] == [True, True, False, False]
    assert [metric.needs_label(policy) for policy in policies] == [True, True, False, False]


def test_fields_need_a_label_that_has_some():
    """Else every answer would be right."""
    with pytest.raises(DataError, match="row 7: confident_error with `fields` needs a JSON object"):
        score(ConfidentError(fields=("a",)), {"a": 1}, "text")
