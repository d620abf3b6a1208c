"""The betting process, against the formula written out, exact enumeration and the published error rates."""

import math

import numpy as np
import pytest
from statistics_references import above, below, exact_outcomes, plain_grid, plain_wealth

from robustspec.statistics.betting import (
    Wealth,
    horizon_grid,
    invert,
    log_wealth,
    log_wealth_vector,
    mixed,
    open_grid,
    rejects,
    units_to_reach,
)
from robustspec.statistics.evidence import count
from robustspec.statistics.side import Side, fail_side, pass_side


def scores(n, seed=0):
    return np.random.default_rng(seed).beta(4, 1, n)


@pytest.mark.parametrize(("tau", "alpha", "horizon"), [(0.8, 0.05, 200), (0.95, 0.01, 2000), (0.5, 0.05, 10)])
def test_the_grid_is_that_of_the_formula(tau, alpha, horizon) -> None:
    """u_0 = sqrt(2 ln(1/alpha) tau (1 - tau) / N) / (1 - tau), doubled up to 1, weights by e^(-j/2)."""
    grid = horizon_grid(Side(above(tau), 1, alpha, tau), horizon)
    fractions, weights = plain_grid(tau, alpha, horizon)
    assert grid.fractions == pytest.approx(fractions)
    assert np.exp(grid.log_weights) == pytest.approx(weights)


def test_wealth_is_that_of_the_formula() -> None:
    """Log-wealth after 60 continuous scores equals the sum of products."""
    side, xs = pass_side(above(0.7)), scores(60)
    wealth = Wealth(side, horizon_grid(side, 200))
    wealth.extend((xs, None))
    assert wealth.log_wealth == pytest.approx(math.log(plain_wealth(xs, 0.7, 0.05, 200)), abs=1e-9)


def test_the_fail_side_is_the_pass_side_of_one_less_x() -> None:
    """Evidence for "mean < 0.7" in x is evidence for "mean > 0.3" in 1 - x."""
    side, xs = fail_side(above(0.7)), 1 - scores(60)
    wealth = log_wealth(side, count((xs, None)), horizon_grid(side, 200))
    assert wealth == pytest.approx(math.log(plain_wealth(1 - xs, 0.3, 0.05, 200)), abs=1e-9)


@pytest.mark.parametrize("side", [pass_side(above(0.8)), fail_side(above(0.8)), pass_side(below(0.2))])
def test_mean_wealth_at_the_null_is_one(side) -> None:
    """Enumerated over all outcomes of eight 0/1 units at the bound, the wealth is worth exactly its start."""
    grid, p = horizon_grid(side, 50), side.null
    expected = sum(
        math.comb(8, s)
        * p**s
        * (1 - p) ** (8 - s)
        * math.exp(log_wealth(side, count((np.repeat([1.0, 0.0], [s, 8 - s]), None)), grid))
        for s in range(9)
    )
    assert expected == pytest.approx(1.0, abs=1e-12)


def test_wealth_does_not_depend_on_the_order() -> None:
    """The counted units give the wealth of the running process, in any order."""
    side, xs = pass_side(above(0.7)), scores(100)
    grid = horizon_grid(side, 100)
    running = Wealth(side, grid)
    running.extend((xs[::-1].copy(), None))
    assert running.log_wealth == pytest.approx(log_wealth(side, count((xs, None)), grid), abs=1e-9)


def test_vectors_of_disjoint_units_add_up() -> None:
    """Shards merge by a sum, and the grid's mixture of the sum is the wealth of all units."""
    side, xs = pass_side(above(0.7)), scores(90)
    grid = horizon_grid(side, 90)
    shards = [log_wealth_vector(side, count((part, None)), grid) for part in np.split(xs, [10, 50])]
    expected = [sum(math.log(1 - u + u * x / 0.7) for x in xs) for u in grid.fractions]
    assert sum(shards) == pytest.approx(expected, abs=1e-9)
    assert mixed(sum(shards), grid) == pytest.approx(math.log(plain_wealth(xs, 0.7, 0.05, 90)), abs=1e-9)


def test_the_grid_without_a_horizon_has_32_fractions() -> None:
    """2^(-j/4), j = 0..31, each with 1 / 32 of the wealth."""
    grid = open_grid()
    assert grid.fractions == pytest.approx([2 ** (-j / 4) for j in range(32)])
    assert np.exp(grid.log_weights) == pytest.approx(np.full(32, 1 / 32))


def test_running_wealth_is_the_same_to_the_last_bit_for_any_batches() -> None:
    """The additions are the same however the units are cut."""
    side, xs = pass_side(above(0.79)), scores(500)
    whole, cut = Wealth(side, horizon_grid(side, 500)), Wealth(side, horizon_grid(side, 500))
    whole.extend((xs, None))
    for part in np.split(xs, [1, 2, 9, 100, 437]):
        cut.extend((part, None))
    assert whole.log_wealth == cut.log_wealth


def test_losing_everything_on_one_fraction_leaves_the_others() -> None:
    """A zero ends the fraction 1 without a warning or a NaN."""
    side = pass_side(above(0.8))
    wealth = Wealth(side, horizon_grid(side, 200))
    wealth.extend((np.array([0.0, 1.0]), None))
    assert wealth.log_wealth == pytest.approx(math.log(plain_wealth([0.0, 1.0], 0.8, 0.05, 200)))


def test_wealth_may_be_lost_altogether() -> None:
    """With fraction 1 alone, one zero leaves nothing, and nothing is ever rejected."""
    side = pass_side(above(0.99, horizon=2))
    wealth = Wealth(side, horizon_grid(side, 2))
    assert wealth.extend((np.array([0.0] + [1.0] * 2000), None)) is None
    assert wealth.log_wealth == -math.inf


@pytest.mark.parametrize(
    ("tau", "p", "published"),
    [
        (0.8, 0.80, (0.038, 0.035, 1887)),
        (0.8, 0.82, (0.479, 0.006, 1501)),
        (0.8, 0.75, (0.001, 0.998, 483)),
        (0.9, 0.92, (0.771, 0.002, 1159)),
    ],
)
def test_exact_operating_characteristics_are_the_published_ones(tau, p, published) -> None:
    """P(PASS), P(FAIL) and mean units at N = 2000 by dynamic programming, against the design's table A."""
    passed, failed, units = exact_outcomes(p, tau, 2000)
    assert (passed, failed) == pytest.approx(published[:2], abs=0.015)
    assert units == pytest.approx(published[2], rel=0.02)


@pytest.mark.parametrize("tau", [0.5, 0.8, 0.95, 0.99])
@pytest.mark.parametrize("horizon", [50, 400])
def test_exact_error_rates_at_the_bound_are_at_most_alpha(tau, horizon) -> None:
    """False PASS and false FAIL of 0/1 values exactly at the bound, with a look after every unit."""
    passed, failed, _ = exact_outcomes(tau, tau, horizon)
    assert max(passed, failed) <= 0.05


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("hypothesis", "pair"),
    [
        (above(0.8), (scores(80), None)),
        (above(0.05, lower=-1.0, upper=1.0), (scores(80) - scores(80, 1), None)),
        (above(0.8, denominator_upper=1.0), (np.repeat([1.0, 0.0, 0.0], [50, 8, 30]), np.repeat([1.0, 0.0], [58, 30]))),
        (above(0.9, denominator_upper=1.0, nested=False), (0.9 * scores(80, 1), scores(80, 2))),
    ],
    ids=["mean", "drop", "precision", "retention"],
)
def test_a_bound_is_the_last_null_that_is_refuted(hypothesis, pair, sign) -> None:
    """At the bound the null is refuted, a little nearer to the estimate it is not, and the estimate lies beyond."""
    seen, grid = count(pair), open_grid()
    bound = invert(Side(hypothesis, sign, 0.05), seen, grid)
    assert sign * (seen.estimate - bound) > 0
    assert rejects(Side(hypothesis, sign, 0.05, bound), seen, grid)
    assert not rejects(Side(hypothesis, sign, 0.05, bound + sign * 1e-6), seen, grid)


@pytest.mark.parametrize("shift", [-0.1, 0.0, 0.05])
def test_a_bound_reaches_the_null_exactly_if_the_null_is_refuted(shift) -> None:
    """The printed bound and the verdict cannot contradict each other."""
    seen = count((scores(120), None))
    side = pass_side(above(seen.estimate - 0.06 + shift))
    grid = horizon_grid(side, 120)
    assert (invert(side, seen, grid) >= side.null) == rejects(side, seen, grid)


def test_bounds_cover() -> None:
    """Two one-sided bounds at 5 % each miss a true mean of 0.8 in at most 5 % of seeded runs, three errors allowed."""
    rng, hypothesis, grid = np.random.default_rng(5), above(0.8), open_grid()
    missed = np.zeros(2)
    for _ in range(600):
        seen = count((rng.beta(4, 1, 60), None))
        low, high = (invert(Side(hypothesis, sign, 0.05), seen, grid) for sign in (1, -1))
        missed += (low > 0.8, high < 0.8)
    assert (missed / 600 <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 600)).all()


def test_units_without_spread_still_have_width() -> None:
    """Twenty equal scores do not give a bound of zero width."""
    seen = count((np.full(20, 0.9), None))
    low, high = (invert(Side(above(0.8), sign, 0.05), seen, open_grid()) for sign in (1, -1))
    assert (low < 0.86, high > 0.91) == (True, True)


def test_a_ratio_without_denominators_keeps_its_whole_range() -> None:
    """Where no unit has a denominator there is no estimate and no bound."""
    seen = count((np.zeros(9), np.zeros(9)))
    hypothesis = above(0.9, denominator_upper=1.0)
    assert seen.estimate is None
    assert [invert(Side(hypothesis, sign, 0.05), seen, open_grid()) for sign in (1, -1)] == [0.0, 1.0]


@pytest.mark.parametrize("horizon", [100, 2000])
def test_units_to_reach_is_where_the_running_process_arrives(horizon) -> None:
    """For units that are all alike the plan is exact."""
    side = pass_side(above(0.9))
    index = Wealth(side, horizon_grid(side, horizon)).extend((np.ones(200), None))
    assert units_to_reach(side, count((np.ones(1), None)), horizon) == index + 1


def test_units_to_reach_is_none_where_wealth_does_not_grow() -> None:
    """An estimate on the wrong side of the null never gets there."""
    assert units_to_reach(pass_side(above(0.9)), count((np.full(5, 0.8), None)), 100, limit=1000) is None
