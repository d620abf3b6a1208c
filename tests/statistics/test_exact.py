"""The exact boundaries, against the enumeration of all paths and against a plain forward recursion."""

import math

import numpy as np
import pytest
from exact_references import coin_steps, plain_boundary, plain_ends, urn_steps

from robustspec.statistics.exact.boundary import Coin, Urn, coin_boundary, crosses, urn_boundary


@pytest.mark.parametrize("chance", [0.5, 0.8, 0.95, 1 - 0.8, 0.05])
@pytest.mark.parametrize(("alpha", "horizon"), [(0.05, 12), (0.2, 9), (0.01, 10), (0.3, 1)])
def test_the_boundary_is_that_of_all_paths(chance, alpha, horizon) -> None:
    """Enumeration with exact fractions gives the same integers."""
    expected = plain_boundary(coin_steps(chance), alpha, horizon)
    assert coin_boundary(chance, alpha, horizon).upto(horizon).tolist() == expected


@pytest.mark.parametrize("hits", [0, 3, 7, 10, 11, 12])
@pytest.mark.parametrize("alpha", [0.05, 0.23])
def test_the_boundary_without_replacement_is_that_of_all_paths(hits, alpha) -> None:
    """The same for a data set of 12 units, some of them hits."""
    expected = plain_boundary(urn_steps(hits, 12), alpha, 12)
    assert urn_boundary(hits, alpha, 12).upto(12).tolist() == expected


@pytest.mark.parametrize("horizon", [50, 200, 500])
@pytest.mark.parametrize("chance", [0.5, 0.8, 0.9, 0.95, 0.99, 0.2, 0.1, 0.05, 0.01])
def test_the_boundary_is_reached_with_probability_alpha_at_most(chance, horizon) -> None:
    """The error rate at the null, summed without a band; it is spent up to what integers leave."""
    lines = coin_boundary(chance, 0.05, horizon).upto(horizon)
    reached, _, _ = plain_ends(lines, [horizon + 1] * horizon, chance)
    least = 0.04 if min(chance, 1 - chance) * horizon > 20 else 0.0
    assert least < reached + 1e-12 <= 0.05 + 2e-12


@pytest.mark.parametrize("hits", [10, 100, 159, 199])
def test_the_boundary_without_replacement_is_reached_with_probability_alpha_at_most(hits) -> None:
    """The same over the orders of 200 units."""
    lines = urn_boundary(hits, 0.05, 200).upto(200)
    reached, _, _ = plain_ends(lines, [201] * 200, (hits, 200))
    assert 0.03 < reached <= 0.05 + 1e-12


def test_more_hits_than_the_null_has_are_certain() -> None:
    """One hit more than there can be rejects at once, and with the last unit nothing less does."""
    lines = urn_boundary(1599, 0.05, 2000).upto(2000)
    assert lines.max() == lines[-1] == 1600


def test_a_chance_of_one_is_never_rejected_and_of_none_at_once() -> None:
    """No number of hits is too many for "all hit"; one is for "none does"."""
    assert coin_boundary(1.0, 0.05, 40).upto(40).tolist() == list(range(2, 42))
    assert coin_boundary(0.0, 0.05, 40).upto(40).tolist() == [1] * 40


def test_where_nothing_is_in_doubt_no_hit_is_needed() -> None:
    """A null that holds no share at all is rejected by any unit."""
    assert coin_boundary(None, 0.05, 5).upto(5).tolist() == [0] * 5
    assert urn_boundary(-1, 0.05, 5).upto(5).tolist() == [0] * 5


def test_the_boundary_does_not_depend_on_how_it_was_asked_for() -> None:
    """Unit by unit or at once, the integers are the same."""
    whole, parts = coin_boundary.__wrapped__(0.8, 0.05, 300), coin_boundary.__wrapped__(0.8, 0.05, 300)
    for n in (1, 2, 33, 40, 170, 300):
        assert parts.upto(n).tolist() == whole.upto(300)[:n].tolist()


def test_the_boundary_is_shared_and_cannot_be_written() -> None:
    """One null, level and horizon are worked out once in a process."""
    assert coin_boundary(0.8, 0.05, 100) is coin_boundary(0.8, 0.05, 100)
    with pytest.raises(ValueError, match="read-only"):
        coin_boundary(0.8, 0.05, 100).upto(10)[0] = 0


def test_fifty_thousand_units_are_feasible() -> None:
    """At the end the boundary lies between the fixed design's 1.64 and 2.3 standard deviations above the mean."""
    line = coin_boundary(0.8, 0.05, 50_000).upto(50_000)[-1]
    assert 1.64 < (line - 40_000) / math.sqrt(50_000 * 0.16) < 2.3


@pytest.mark.parametrize("seed", range(6))
def test_many_nulls_at_once_are_judged_as_one_by_one(seed) -> None:
    """Whether a path reaches the boundary of a null does not depend on the nulls beside it."""
    rng = np.random.default_rng(seed)
    path = np.cumsum(rng.random(150) < rng.choice([0.4, 0.8, 0.97]))
    chances, hits = np.linspace(0, 1, 40), np.arange(0, 201, 5)
    alone = [bool((path >= coin_boundary(c, 0.05, 200).upto(150)).any()) for c in chances.tolist()]
    assert crosses(Coin(chances), 0.05, 200, path).tolist() == alone
    alone = [bool((path >= urn_boundary(k, 0.05, 200).upto(150)).any()) for k in hits.tolist()]
    assert crosses(Urn(hits, 200), 0.05, 200, path).tolist() == alone
