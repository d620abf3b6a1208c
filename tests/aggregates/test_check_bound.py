"""A bound against the direction of a metric is told."""

import pytest

from robustspec.aggregates.base import check_bound
from robustspec.aggregates.corruption_error import CorruptionError
from robustspec.aggregates.difference import Difference
from robustspec.aggregates.drop import Drop
from robustspec.aggregates.instance_worst import InstanceWorst
from robustspec.aggregates.mean import Mean
from robustspec.aggregates.quantile import Quantile
from robustspec.aggregates.retention import Retention
from robustspec.aggregates.reweighted import Reweighted
from robustspec.aggregates.share_above import ShareAbove
from robustspec.aggregates.tail_mean import TailMean
from robustspec.aggregates.trend import Trend

ALL = (
    Mean(),
    Drop(),
    Retention(),
    InstanceWorst(),
    ShareAbove(threshold=0.5),
    Quantile(q=0.05),
    TailMean(share=0.1),
    Trend(),
    Reweighted(over="label", to="balanced"),
    Difference(against="other"),
    CorruptionError(against="other"),
)
ANY = ("mean", "share_above", "quantile", "trend", "reweighted", "difference")
"""Aggregates that mean something where neither way is better."""


@pytest.mark.parametrize("aggregate", ALL, ids=lambda aggregate: aggregate.kind)
@pytest.mark.parametrize(
    ("direction", "allowed"),
    [
        (
            "higher",
            {
                **dict.fromkeys([*ANY, "retention", "instance_worst", "tail_mean"], "least"),
                "drop": "most",
                "corruption_error": "most",
            },
        ),
        ("lower", dict.fromkeys([*ANY, "drop", "instance_worst", "tail_mean", "corruption_error"], "most")),
        ("either", dict.fromkeys(ANY, "least most")),
    ],
)
def test_the_direction_allows_one_bound(aggregate, direction, allowed):
    """Higher wants at_least, lower wants at_most, a loss always at_most; some have no meaning at all."""
    given = [word for word in ("least", "most") if check_bound(direction, aggregate, word == "least") is None]
    assert " ".join(given) == allowed.get(aggregate.kind, "")


def test_the_sentence_names_the_right_bound():
    """Fault and remedy."""
    sentence = check_bound("higher", Drop(), at_least=True)
    assert sentence == "at_least goes against the requirement: lower is better for this drop -- write at_most"


@pytest.mark.parametrize(
    ("direction", "reason"), [("either", "read either way"), ("lower", "no meaning for a metric where lower")]
)
def test_the_sentence_says_why_an_aggregate_has_no_meaning(direction, reason):
    """It names the aggregate and what to write in its place."""
    sentence = check_bound(direction, Retention(), at_least=True)
    assert "aggregate 'retention'" in sentence
    assert reason in sentence
