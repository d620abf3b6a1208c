"""Another mix of a group: against scikit-learn, Bayes' rule, and numbers computed by hand."""

import numpy as np
import pytest
from pydantic import ValidationError
from sklearn.metrics import balanced_accuracy_score, precision_score

from robustspec.aggregates.base import Block
from robustspec.aggregates.reweighted import HEAVY, Reweighted, kish, weight_warning
from robustspec.errors import DataError


def value(aggregate, scores, groups):
    """The reweighted mean of one score a row, weights by the groups of all rows."""
    values = sorted(set(groups))
    shares = [groups.count(name) / len(groups) for name in values]
    by_value = dict(zip(values, aggregate.row_weights(values, shares), strict=True))
    block = Block(np.array(scores, dtype=float)[:, None], np.ones((len(scores), 1)), np.full(len(scores), np.nan))
    block.group = np.array([by_value[name] for name in groups])
    a, b = aggregate.rows(block, True)
    return a.mean() / b.mean()


def test_balanced_accuracy_is_scikit_learns():
    """Accuracy, every class weighing the same."""
    rng = np.random.default_rng(2)
    label = rng.choice(["a", "b", "c"], 200, p=[0.7, 0.2, 0.1])
    answer = np.where(rng.random(200) < 0.6, label, "a")
    found = value(Reweighted(over="label", to="balanced"), label == answer, label.tolist())
    assert found == pytest.approx(balanced_accuracy_score(label, answer))


def test_one_prevalence():
    """9 of 10 sick and 6 of 10 well are right; with 20 % sick that is .2 * .9 + .8 * .6."""
    scores = [1] * 9 + [0] + [1] * 6 + [0] * 4
    groups = ["sick"] * 10 + ["well"] * 10
    assert value(Reweighted(over="d", to={"sick": 0.2}), scores, groups) == pytest.approx(0.66)


def test_a_ratio_metric_follows_bayes():
    """Weights before both parts of precision give the predictive value at another prevalence."""
    rng = np.random.default_rng(3)
    sick = rng.random(400) < 0.5
    positive = np.where(sick, rng.random(400) < 0.8, rng.random(400) < 0.3)
    weight = dict(zip(("sick", "well"), Reweighted(over="d", to={"sick": 0.05}).row_weights(
        ["sick", "well"], [sick.mean(), 1 - sick.mean()]), strict=True))  # fmt: skip
    weights = np.where(sick, weight["sick"], weight["well"])
    sensitivity, false_positives = positive[sick].mean(), positive[~sick].mean()
    by_bayes = 0.05 * sensitivity / (0.05 * sensitivity + 0.95 * false_positives)
    found = (weights * (sick & positive)).mean() / (weights * positive).mean()
    assert found == pytest.approx(by_bayes)
    assert found == pytest.approx(precision_score(sick, positive, sample_weight=weights))


def test_weights_of_all_rows_average_to_one():
    """Target over source, weighted by the source, is the whole target."""
    shares = [0.1, 0.6, 0.3]
    weights = Reweighted(over="d", to={"a": 0.5, "b": 0.25}).row_weights(["a", "b", "c"], shares)
    assert weights == pytest.approx([5, 0.25 / 0.6, 0.25 / 0.3])
    assert np.dot(weights, shares) == pytest.approx(1)


def test_a_value_of_share_zero_does_not_count():
    """By its name only; it may then be absent too."""
    aggregate = Reweighted(over="d", to={"a": 1.0, "b": 0})
    assert aggregate.row_weights(["a", "b"], [0.5, 0.5]) == [2, 0]
    assert aggregate.row_weights(["a", "b"], [1, 0]) == [1, 0]


def test_a_range_has_two_ends():
    """Each is the aggregate with one share; in between the value lies between theirs."""
    aggregate = Reweighted(over="d", to={"sick": [0.01, 0.1]})
    ends = dict(aggregate.ends())
    assert list(ends) == ["sick-at-0.01", "sick-at-0.1"]
    assert ends["sick-at-0.1"] == Reweighted(over="d", to={"sick": 0.1})
    scores, groups = [1] * 5 + [0] * 3, ["sick"] * 3 + ["well"] * 5
    low, high = sorted(value(end, scores, groups) for end in ends.values())
    inside = [value(Reweighted(over="d", to={"sick": p}), scores, groups) for p in np.linspace(0.01, 0.1, 30)]
    assert low - 1e-12 <= min(inside) <= max(inside) <= high + 1e-12


def test_a_range_may_take_all():
    """At its upper end nothing is left for the value that takes the rest, which is what the range says."""
    ends = dict(Reweighted(over="d", to={"sick": [0, 1]}).ends())
    weights = {name: end.row_weights(["sick", "well"], [0.5, 0.5]) for name, end in ends.items()}
    assert weights == {"sick-at-0": [0, 2], "sick-at-1": [2, 0]}
    _, high = Reweighted(over="d", to={"sick": [0.1, 0.4], "dead": 0.6}).ends()
    assert high[1].row_weights(["dead", "sick", "well"], [0.5, 0.25, 0.25]) == pytest.approx([1.2, 1.6, 0])


def test_a_row_without_weight_may_have_any_score():
    """An infinite one too, which a missing output of an unbounded metric is."""
    block = Block(np.array([[np.inf], [2.0]]), np.ones((2, 1)), np.full(2, np.nan), group=np.array([0.0, 1.0]))
    a, _ = Reweighted(over="d", to={"sick": 0}).rows(block, False)
    assert a.tolist() == [0, 2]


def test_ends_may_stand_in_an_id():
    """Values that no id can hold become slugs."""
    names = [name for name, _ in Reweighted(over="d", to={"very sick": [0.00001, 0.5]}).ends()]
    assert names[0].startswith("very-sick-")
    assert names[0].endswith("-at-1e-05")


def test_shares_without_a_range_have_no_ends():
    """One arm."""
    assert Reweighted(over="d", to={"sick": 0.1}).ends() == Reweighted(over="d", to="balanced").ends() == ()


@pytest.mark.parametrize(
    ("to", "message"),
    [
        ({"a": 0.7, "b": 0.4}, "the shares of 'to' add up to 1.1 -- they are parts of 1"),
        ({"a": [0.1, 0.9], "b": 0.2}, "add up to 1.1"),
        ({"a": [0.1, 0.2], "b": [0.1, 0.2]}, "a, b have ranges, and one value may"),
        ({"a": [0.2, 0.1]}, "the range of a ends where it starts, or before -- write [lowest, highest]"),
        ({"a": -0.1}, "the share of a should be a number from 0 to 1, or a range of them"),
        ({"a": "0.1"}, "the share of a should be a number"),
        ({"a": True}, "the share of a should be a number"),
        ({"a": [0.1, 0.2, 0.3]}, "the share of a should be a number"),
        ({"a": [0.1, float("nan")]}, "the share of a should be a number"),
        ({}, "should be balanced, or the share of each value"),
        ("even", "should be balanced, or the share of each value"),
    ],
)
def test_shares_that_cannot_be(to, message):
    """Told without any data."""
    with pytest.raises(ValidationError) as caught:
        Reweighted(over="d", to=to)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("to", "message"),
    [
        ({"sik": 0.1}, "no row has d sik -- its values are dead, sick, well"),
        ({"sick": 0.1}, "'to' gives no share to dead, well of d, and one value can take the rest -- add the others"),
        ({"sick": 0.5, "well": 0.5}, "'to' leaves nothing for d dead -- write dead: 0 if it should not count"),
        ({"sick": 0.5, "well": 0.2, "dead": 0.2}, "add up to 0.9, and no d is left to take the rest"),
    ],
)
def test_shares_that_do_not_fit_the_data(to, message):
    """Told with the values that there are."""
    with pytest.raises(DataError) as caught:
        Reweighted(over="d", to=to).row_weights(["dead", "sick", "well"], [0.2, 0.3, 0.5])
    assert message in str(caught.value)


@pytest.mark.parametrize("to", ["balanced", {"sick": 0.1}])
def test_a_value_that_counts_must_have_rows(to):
    """No weight makes up for none; a class that is missing is not passed over."""
    with pytest.raises(DataError, match=r"there is no row with d sick to weigh up -- add rows"):
        Reweighted(over="d", to=to).row_weights(["sick", "well"], [0, 1])


def test_what_the_engine_asks():
    """A ratio with a weight below; never 0/1; a score of nothing where the weight is."""
    aggregate = Reweighted(over="d", to="balanced")
    assert (aggregate.group, aggregate.is_ratio(False), aggregate.binary(True, True, 1)) == ("d", True, False)
    assert aggregate.bounds(0.5, 3.0) == (0.0, 3.0)


def test_kish_counts_rows_of_equal_weight():
    """Ten equal ones are ten; one that outweighs all is one."""
    assert kish(np.full(10, 0.3)) == pytest.approx(10)
    assert kish(np.array([1e9, 1, 1])) == pytest.approx(1)
    assert kish(np.array([3.0, 1.0])) == pytest.approx(16 / 10)
    assert kish(np.zeros(3)) == 0


def test_a_few_heavy_rows_are_told():
    """Above 20 times the mean, with how many rows they are worth."""
    even, heavy = np.ones(99), np.array([*np.ones(99), 40.0])
    assert weight_warning(even) == weight_warning(np.empty(0)) == ""
    assert heavy.max() / heavy.mean() > HEAVY
    expected = "the heaviest row weighs 29 times the mean: these 100 rows tell as much as 11 of equal weight"
    assert weight_warning(heavy).startswith(expected)


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ("balanced", "mean over units, every d weighing the same"),
        ({"sick": 0.1, "well": 0.9}, "mean over units, reweighted to d sick 0.1, well 0.9"),
        ({"sick": [0.01, 0.1]}, "mean over units, reweighted to d sick 0.01 to 0.1"),
    ],
)
def test_the_report_names_the_mix(to, words):
    """What the claim is about."""
    assert Reweighted(over="d", to=to).words == words
