"""Orders: the whole, its pairs, and Kendall's tau-b against scipy."""

import random

import pytest
from pydantic import ValidationError
from scipy.stats import kendalltau

from robustspec.data.row import Answer, Case, Row
from robustspec.errors import DataError
from robustspec.metrics.kendall_tau import KendallTau
from robustspec.metrics.order_accuracy import OrderAccuracy

WHOLE, PAIRS, TAU = OrderAccuracy(), OrderAccuracy(pairs=True), KendallTau()


def case(label, answer, act="answered", policy=("answer",)):
    return Case(Row("7", "...", label=label), Answer(answer, act), policy)


def scores(label, answer):
    return tuple(round(metric.score(case(label, answer)), 4) for metric in (WHOLE, PAIRS, TAU))


@pytest.mark.parametrize(
    ("answer", "whole", "pairs", "tau"),
    [
        ("abcd", 1, 1, 1),
        ("ABCD", 1, 1, 1),
        ("dcba", 0, 0, -1),
        ("abdc", 0, 5 / 6, 4 / 6),
        ("ab", 0, 1 / 6, 1 / 6),
        ("a", 0, 0, 0),
        ("", 0, 0, 0),
        ("abcdx", 0, 1, 1),
        ("abcda", 0, 1, 1),
        ("xyz", 0, 0, 0),
    ],
)
def test_an_order_of_four(answer, whole, pairs, tau):
    """Missing items count against the answer, strange ones and repeats only against the whole order."""
    assert scores(list("abcd"), list(answer)) == pytest.approx((whole, pairs, tau), abs=1e-4)


def grouped(ranks):
    """An order with ties from the rank of each item."""
    return [[item for item in ranks if ranks[item] == rank] for rank in sorted(set(ranks.values()))]


@pytest.mark.parametrize("seed", range(25))
def test_tau_is_that_of_scipy(seed):
    """With ties on either side."""
    rng = random.Random(seed)
    items = "abcdefg"[: rng.randint(3, 7)]
    label, answer = ({item: rng.randint(0, 4) for item in items} for _ in range(2))
    expected = kendalltau([label[item] for item in items], [answer[item] for item in items]).statistic
    if expected == expected:  # scipy leaves it undefined where one side ties everything
        assert TAU.score(case(grouped(label), grouped(answer))) == pytest.approx(expected)


def test_ties_are_an_order_of_their_own():
    """What the label ties must be tied, in any order within the tie."""
    label = ["a", ["b", "c"], "d"]
    assert scores(label, ["a", ["C", "b"], "d"]) == (1, 1, 1)
    assert scores(label, ["a", "b", "c", "d"]) == pytest.approx((0, 5 / 6, 5 / (5 * 6) ** 0.5), abs=1e-4)


@pytest.mark.parametrize(
    ("label", "answer", "expected"),
    [
        ([["a", "b"]], [["b", "a"]], (1, 1, 1)),
        ([["a", "b"]], ["a", "b"], (0, 0, 0)),
        (["a", "b"], [["a", "b"]], (0, 0, 0)),
        (["a"], ["a"], (1, 1, 1)),
        (["a"], [], (0, 0, 0)),
    ],
)
def test_where_one_side_orders_no_pair(label, answer, expected):
    """tau is undefined: 1 where both are the same, else 0."""
    assert scores(label, answer) == expected


@pytest.mark.parametrize("answer", [None, "abc", {"a": 1}, 5, [None, {"a": 1}], [[["a", "b"]]]])
def test_an_answer_without_an_order_is_wrong(answer):
    """No pair is ordered."""
    assert scores(["a", "b", "c"], answer) == (0, 0, 0)


def test_numbers_are_ids_like_others():
    """``1``, ``1.0`` and ``"1"`` are one."""
    assert WHOLE.score(case([3, 1, 2], ["3", 1.0, 2])) == 1


def test_a_field_of_answer_and_label():
    """Dotted where nested; a label may be JSON text."""
    metric = KendallTau(field="report.order")
    assert metric.score(case('{"report": {"order": ["a", "b"]}}', {"report": {"order": ["b", "a"]}})) == -1


@pytest.mark.parametrize(("act", "policy", "score"), [("refused", "may_refuse", 1), ("refused", "answer", -1)])
def test_tau_of_other_acts_is_an_end_of_its_scale(act, policy, score):
    """What the policy allows is right, anything else the worst."""
    assert TAU.score(case(["a", "b"], None, act, (policy,))) == score


def test_the_whole_order_is_binary():
    """The share of pairs is not."""
    assert (WHOLE.is_binary, PAIRS.is_binary, TAU.is_binary) == (True, False, False)
    assert (TAU.lower, TAU.upper) == (-1, 1)


def test_tau_has_no_share_among_the_answered():
    """A ratio of sums is for scores of 0 or more."""
    with pytest.raises(ValidationError, match="use order_accuracy with pairs: true"):
        KendallTau(among="answered")


@pytest.mark.parametrize("label", [[], "a, b", {"a": 1}, ["a", "A"], [["a"], "a"]])
def test_a_label_that_is_no_order_is_a_fault_of_the_data(label):
    """None, or one that names an item twice."""
    with pytest.raises(DataError, match="row 7: the label"):
        TAU.score(case(label, ["a"]))


def test_equal_orders_are_the_same():
    """For flip_rate."""
    row = Row("7", "...")
    assert WHOLE.same(Answer(["a", ["b", "c"]]), Answer(["A", ["c", "b"]]), row)
    assert not WHOLE.same(Answer(["a", "b"]), Answer(["b", "a"]), row)
