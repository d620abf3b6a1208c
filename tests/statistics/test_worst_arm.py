"""The search for the worst arm: its bounds against scipy, its error rate, and what it leaves alone."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import betaln

from robustspec.statistics.worst_arm import WorstArm, find_worst, mixture_bounds


def refuted_by(total, n, threshold):
    """How far above the threshold the mixture's lead over a coin of chance p lies, by scipy's beta function."""

    def lead(p):
        coin = sum(count * np.log(chance) for count, chance in ((total, p), (n - total, 1 - p)) if count)
        return betaln(total + 0.5, n - total + 0.5) - betaln(0.5, 0.5) - coin - threshold

    return lead


def coins(chances, seed):
    """A sample function whose arms are coins."""
    rng = np.random.default_rng(seed)
    return lambda arm, k: float(rng.random() < chances[arm])


@pytest.mark.parametrize(
    ("total", "n"), [(3, 10), (0, 10), (10, 10), (90, 100), (99.5, 100), (1500, 2000), (0.2, 5), (1, 1)]
)
@pytest.mark.parametrize("threshold", [np.log(20), np.log(1000)])
def test_the_bounds_are_where_the_mixture_refutes(total, n, threshold):
    """Both ends solve the equation of the mixture, found by scipy; an end that is never refuted is 0 or 1."""
    lead, mean, edge = refuted_by(total, n, threshold), total / n, 1e-15
    lower = 0.0 if total == 0 or lead(edge) < 0 else brentq(lead, edge, mean or edge, xtol=1e-14)
    upper = 1.0 if total == n or lead(1 - edge) < 0 else brentq(lead, mean, 1 - edge, xtol=1e-14)
    assert mixture_bounds(total, n, threshold) == pytest.approx((lower, upper), abs=1e-9)


def test_the_bounds_before_the_first_unit_are_all_there_is():
    """Nothing seen, nothing known."""
    assert mixture_bounds(0, 0, 3.0) == (0.0, 1.0)


@pytest.mark.parametrize("spread", ["coin", "three values"])
def test_a_bound_is_seldom_wrong_at_any_time(spread):
    """In at most 5 of 100 sequences the mean ever leaves the bounds, for 0/1 values and for others."""
    runs, n, rng = 400, 300, np.random.default_rng(1)
    values = rng.random((runs, n)) < 0.8 if spread == "coin" else rng.choice([0.5, 0.8, 1.0], (runs, n))
    mean = 0.8 if spread == "coin" else 2.3 / 3
    threshold, wrong = np.log(20), 0
    for path in np.cumsum(values, axis=1):
        leads = (refuted_by(path[k - 1], k, threshold)(mean) for k in range(1, n + 1, 3))
        wrong += any(lead >= 0 for lead in leads)
    assert wrong / runs <= 0.05


def test_the_worst_arm_is_found():
    """One of ten at 0.5, the others at 0.9: named in 40 of 40 searches."""
    chances = dict(zip("abcdefghij", [0.9] * 7 + [0.5] + [0.9] * 2, strict=True))
    found = [find_worst(list(chances), coins(chances, seed)).worst for seed in range(40)]
    assert found == ["h"] * 40


def test_calls_go_to_the_arms_that_are_hard_to_tell_apart():
    """An arm that is clearly better gets a small part of the calls of the two worst."""
    chances = {"bad": 0.5, "nearly": 0.6, "good": 0.95, "fine": 0.97}
    taken = dict.fromkeys(chances, 0)
    sample = coins(chances, 3)

    def count(arm, k):
        taken[arm] += 1
        assert k == taken[arm] - 1
        return sample(arm, k)

    search = find_worst(list(chances), count)
    assert search.calls == sum(taken.values())
    assert max(taken["good"], taken["fine"]) < min(taken["bad"], taken["nearly"]) / 10


def test_a_distance_that_does_not_matter_saves_calls():
    """Within 0.1 either of two near arms will do, and is found sooner."""
    chances = {"bad": 0.70, "nearly": 0.72, "good": 0.95}
    exact, near = (find_worst(list(chances), coins(chances, 5), within=d, max_calls=4000) for d in (0.0, 0.1))
    assert exact.worst is None
    assert near.worst in ("bad", "nearly")
    assert near.calls < exact.calls == 4000


def test_arms_that_are_alike_stay_candidates():
    """Where the calls end first, no arm is named, and both that may be the worst are."""
    search = find_worst(["a", "b", "c"], lambda arm, k: float(arm == "c" or k % 2), max_calls=500)
    assert search.worst is None
    assert {"a", "b"} <= set(search.candidates)
    assert search.next() != ()


def test_batches_and_order_make_no_difference():
    """What is known after some units does not depend on how they were handed over."""
    one, other = WorstArm(["a", "b"]), WorstArm(["a", "b"])
    for value in (1, 0, 1, 1):
        one.observe("a", value)
        one.observe("b", 0.0)
    other.observe("b", [0] * 4)
    other.observe("a", [1, 1, 1, 0])
    assert [one.bounds(arm) for arm in "ab"] == [other.bounds(arm) for arm in "ab"]
    assert (one.mean("a"), one.calls) == (0.75, 8)


def test_an_arm_not_tried_has_no_mean():
    """None, and the whole range for its bounds; it is asked for first."""
    search = WorstArm(["a", "b", "c"])
    search.observe("b", 1)
    assert (search.mean("a"), search.bounds("a"), search.next()) == (None, (0.0, 1.0), ("a", "c"))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"arms": ["a"]}, "two or more"),
        ({"arms": ["a", "a"]}, "different names"),
        ({"confidence": 1.0}, "between 0 and 1"),
        ({"within": -0.1}, "within"),
    ],
)
def test_a_search_that_cannot_be_made_is_refused(more, message):
    """With what to write instead."""
    with pytest.raises(ValueError, match=message):
        WorstArm(**({"arms": ["a", "b"]} | more))


@pytest.mark.parametrize("value", [-0.1, 1.5, float("nan")])
def test_a_value_outside_the_range_is_refused(value):
    """The bounds hold for values in [0, 1] only; nothing of a batch with such a value is kept."""
    search = WorstArm(["a", "b"])
    with pytest.raises(ValueError, match="outside"):
        search.observe("a", [1, value])
    assert search.calls == 0
