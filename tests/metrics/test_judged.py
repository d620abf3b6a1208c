"""The policy table, and ratios among answered cases."""

import pytest

from robustspec.data.row import Answer, Case, Row
from robustspec.metrics.accuracy import Accuracy
from robustspec.metrics.base import Among, resolve
from robustspec.metrics.mcc import Mcc

ANSWERS = {
    "refused": Answer(None, "refused"),
    "asked": Answer(None, "asked"),
    "right": Answer("yes"),
    "wrong": Answer("no"),
    "unparsed": Answer(None, "unparsed"),
}


def case(answer, policy=("answer",)):
    return Case(Row("1", "...", label="yes"), ANSWERS[answer], policy=policy)


@pytest.mark.parametrize(
    ("policy", "scores"),
    [
        (("answer",), [0, 0, 1, 0, 0]),
        (("may_refuse",), [1, 0, 1, 0, 0]),
        (("must_refuse",), [1, 0, 0, 0, 0]),
        (("ask",), [0, 1, 0, 0, 0]),
        (("answer", "ask"), [0, 1, 1, 0, 0]),
        (("must_refuse", "ask"), [1, 1, 0, 0, 0]),
    ],
)
def test_the_policy_says_which_act_is_right(policy, scores):
    """Refused, asked, right, wrong, unparsed, under each policy; of two words the better one counts."""
    assert [Accuracy().score(case(answer, policy)) for answer in ANSWERS] == scores


@pytest.mark.parametrize(
    ("policy", "needed"), [(("answer",), True), (("may_refuse",), True), (("must_refuse",), False), (("ask",), False)]
)
def test_a_label_is_needed_only_where_an_answer_can_be_right(policy, needed):
    """Rows that must be refused have no right answer."""
    assert Accuracy().needs_label(policy) is needed


def test_among_answered_divides_by_the_answered_cases():
    """Two of five are answered, one of them right: 1/2, where plain accuracy is 1/5."""
    metric = resolve(Accuracy(among="answered"))
    parts = [metric.parts(case(answer)) for answer in ANSWERS]
    assert (sum(top for top, _ in parts), sum(bottom for _, bottom in parts)) == (1, 2)


def test_among_answered_is_a_ratio_metric_with_the_facts_of_its_metric():
    """Shape, type of the numerator, label and equality follow from what it wraps."""
    metric = resolve(Accuracy(among="answered"))
    assert metric.shape == "ratio"
    assert metric.is_binary
    assert metric.needs_label(("answer",))
    assert not metric.needs_label(("must_refuse",))
    assert metric.same(Answer("Yes"), Answer("yes"), Row("1", "..."))


def test_other_metrics_resolve_to_themselves():
    """Nothing is wrapped that does not ask for it."""
    for metric in (Accuracy(), Mcc()):
        assert resolve(metric) is metric
    assert not isinstance(resolve(Accuracy()), Among)
