"""The bounds that a path of hits has shown."""

from itertools import pairwise

import numpy as np
import pytest
from exact_references import all_paths, coin_steps, plain_boundary, plain_ends
from hypothesis import given, settings
from hypothesis import strategies as st

from robustspec.statistics.clopper_pearson import lower
from robustspec.statistics.exact.boundary import Coin, Urn, coin_boundary, crosses, urn_boundary
from robustspec.statistics.exact.bounds import TOLERANCE, count_bound, share_bound

units_01 = st.lists(st.integers(0, 1), min_size=1, max_size=60)


def shown(x, null=0.5, alpha=0.05, horizon=60):
    """The lower bound of the share of ones of ``x``."""
    return share_bound(np.cumsum(x), null, coin_boundary(null, alpha, horizon), alpha)


def counted(x, null=30, alpha=0.05, horizon=60):
    """The fewest ones among ``horizon`` units of which ``x`` are the first."""
    return count_bound(np.cumsum(x), null, urn_boundary(null, alpha, horizon), alpha)


def reached(path, chance, alpha, horizon):
    """Whether a path of up to 12 units reaches the boundary that enumeration gives."""
    lines = plain_boundary(coin_steps(chance), alpha, horizon)
    return any(hits >= line for hits, line in zip(path, lines, strict=False))


@pytest.mark.parametrize("x", [[1], [1, 1, 1, 0, 1], [0, 1, 1, 1, 1, 1, 1, 0, 1], [1] * 10])
def test_the_bound_parts_the_nulls_whose_boundary_was_reached_from_the_others(x) -> None:
    """By enumeration: reached at the bound, and no longer one tolerance above it."""
    path, bound = np.cumsum(x).tolist(), shown(x, horizon=10)
    assert reached(path, bound, 0.05, 10)
    assert not reached(path, bound + 2 * TOLERANCE, 0.05, 10)


def test_the_bound_is_above_the_truth_with_probability_alpha_at_most() -> None:
    """Over all paths of 8 units, for true shares on a grid."""
    paths = all_paths(8)
    bounds = np.array([shown(x, 0.7, 0.1, 8) for x in paths])
    ones = paths.sum(axis=1)
    for share in np.linspace(0.01, 0.99, 99):
        weight = share**ones * (1 - share) ** (8 - ones)
        assert weight[bounds > share].sum() <= 0.1 + 1e-12


def test_the_count_is_above_the_truth_with_probability_alpha_at_most() -> None:
    """Over all orders of 10 units, six of them drawn, for each number of hits."""
    paths = all_paths(10)
    bounds = {tuple(x): counted(x, 6, 0.1, 10) for x in all_paths(6)}
    for hits in range(11):
        orders = [tuple(x[:6]) for x in paths if x.sum() == hits]
        assert np.mean([bounds[x] > hits for x in orders]) <= 0.1


@settings(max_examples=60, deadline=None)
@given(units_01, st.sampled_from([0.0, 0.05, 0.5, 0.8, 0.95, 1.0]))
def test_the_bound_is_above_the_null_exactly_if_its_boundary_was_reached(x, null) -> None:
    """So that a bound never contradicts the verdict."""
    crossed = bool((np.cumsum(x) >= coin_boundary(null, 0.05, 60).upto(len(x))).any())
    assert (shown(x, null) > null) == crossed


@settings(max_examples=60, deadline=None)
@given(units_01, st.integers(0, 60))
def test_the_count_is_above_the_null_exactly_if_its_boundary_was_reached(x, null) -> None:
    """The same without replacement, but for nulls that the units left cannot refute any more."""
    crossed = bool((np.cumsum(x) >= urn_boundary(null, 0.05, 60).upto(len(x))).any())
    possible = sum(x) + 60 - len(x)
    assert (counted(x, null) > null) == (crossed and null < possible)


@pytest.mark.parametrize("seed", range(12))
def test_a_hit_more_never_lowers_the_bound(seed) -> None:
    """Turning a miss into a hit can only show more."""
    rng = np.random.default_rng(seed)
    x = (rng.random(60) < rng.random()).astype(int)
    better = x.copy()
    better[rng.integers(60)] = 1
    assert shown(better) >= shown(x) - TOLERANCE
    assert counted(better[:50]) >= counted(x[:50])


@pytest.mark.parametrize("seed", range(12))
def test_more_units_never_lower_the_bound(seed) -> None:
    """What was shown stays shown."""
    rng = np.random.default_rng(seed)
    x = (rng.random(60) < rng.random()).astype(int)
    bounds = [shown(x[:n]) for n in (5, 12, 30, 60)]
    assert all(later >= earlier - TOLERANCE for earlier, later in pairwise(bounds))


def test_the_bound_keeps_to_the_verdict_where_a_path_refutes_a_share_but_not_a_lower_one() -> None:
    """What integers leave unspent makes such gaps, small ones in short runs: here 0.14 is refuted, 0.135 is not."""
    x = [0, 0, 1, 1, 1, 1]
    assert crosses(Coin(np.array([0.13, 0.135, 0.14])), 0.05, 60, np.cumsum(x)).tolist() == [True, False, True]
    assert 0.14 <= shown(x, 0.14) < 0.15


@pytest.mark.parametrize("seed", range(10))
def test_the_nulls_that_are_refuted_are_those_below_some_share(seed) -> None:
    """On paths of some length what refutes a share refutes every lower one, looked at by a three-hundredth."""
    rng = np.random.default_rng(seed)
    path = np.cumsum(rng.random(300) < rng.choice([0.3, 0.6, 0.8, 0.95]))
    refuted = crosses(Coin(np.linspace(0, 1, 301)), 0.05, 400, path)
    assert not np.any(refuted[1:] & ~refuted[:-1])
    refuted = crosses(Urn(np.arange(401), 400), 0.05, 400, path)
    assert not np.any(refuted[1:] & ~refuted[:-1])


@pytest.mark.parametrize("share", [0.5, 0.8, 0.97])
def test_the_bound_is_no_better_than_the_fixed_one_at_the_best_moment(share) -> None:
    """To be reached at unit n, the boundary needs a Clopper-Pearson bound at alpha n / N there."""
    path = np.cumsum(np.random.default_rng(5).random(200) < share)
    best = max(lower(int(hits), n, 0.05 * n / 200) for n, hits in enumerate(path, start=1))
    bound = share_bound(path, 0.8, coin_boundary(0.8, 0.05, 200), 0.05)
    assert best - 0.05 < bound <= best


def test_no_hits_and_no_units_show_nothing() -> None:
    """The bound is 0."""
    assert shown([]) == shown([0] * 30) == 0.0
    assert counted([]) == counted([0] * 30) == 0


def test_all_units_show_their_own_count() -> None:
    """With the last unit of a data set nothing is left open."""
    assert counted([1] * 40 + [0] * 20) == 40


def test_what_the_units_left_cannot_give_is_not_shown() -> None:
    """An unlucky order refutes more than is possible; the bound stays at what is."""
    x = [1] * 19 + [0] * 20
    refuted = crosses(Urn(np.arange(41), 40), 0.5, 40, np.cumsum(x))
    assert int(np.flatnonzero(refuted)[-1]) + 1 > 20
    assert counted(x, 10, 0.5, 40) == 20


def test_the_reference_agrees_with_itself() -> None:
    """The plain recursion and enumeration give one number for P(S_10 >= 9) without any earlier look."""
    tail, _, _ = plain_ends([11] * 9 + [9], [11] * 10, 0.8)
    assert tail == pytest.approx(10 * 0.8**9 * 0.2 + 0.8**10)
