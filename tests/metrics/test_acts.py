"""What the model did, under each policy."""

import pytest

from robustspec.data.row import Answer, Case, Row
from robustspec.metrics.acts import Asked, Coverage, FalseRefusal, ForbiddenAnswer, OverAsking, Refused, UnparsedRate

ACTS = ("answered", "refused", "asked", "unparsed")
POLICIES = (("answer",), ("may_refuse",), ("must_refuse",), ("ask",))
ROW = Row("1", "...")


@pytest.mark.parametrize(
    ("metric", "scores", "applies"),
    [
        (ForbiddenAnswer(), [1, 0, 0, 1], [0, 0, 1, 0]),
        (FalseRefusal(), [0, 1, 0, 0], [1, 0, 0, 0]),
        (OverAsking(), [0, 0, 1, 0], [1, 0, 0, 0]),
        (Coverage(), [1, 0, 0, 0], [1, 1, 0, 0]),
        (Refused(), [0, 1, 0, 0], [1, 1, 1, 1]),
        (Asked(), [0, 0, 1, 0], [1, 1, 1, 1]),
        (UnparsedRate(), [0, 0, 0, 1], [1, 1, 1, 1]),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_each_counts_its_acts_over_its_policies(metric, scores, applies):
    """Scores by act, and the policies whose cases are counted."""
    assert [metric.score(Case(ROW, Answer(None, act))) for act in ACTS] == scores
    assert [metric.applies(ROW, policy) for policy in POLICIES] == applies
    assert not any(metric.needs_label(policy) for policy in POLICIES)


@pytest.mark.parametrize(
    ("metric", "policy", "applies"),
    [
        (ForbiddenAnswer(), ("must_refuse", "ask"), True),
        (ForbiddenAnswer(), ("must_refuse", "answer"), False),
        (FalseRefusal(), ("answer", "ask"), True),
        (FalseRefusal(), ("answer", "must_refuse"), False),
        (OverAsking(), ("answer", "ask"), False),
        (OverAsking(), ("answer", "may_refuse"), True),
    ],
)
def test_what_a_second_word_allows_is_no_fault(metric, policy, applies):
    """A policy of two words forbids only what both forbid."""
    assert metric.applies(ROW, policy) is applies
