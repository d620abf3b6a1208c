"""The slope along the levels, against numpy's least squares, and its bounds by trying everything."""

from itertools import combinations, product

import numpy as np
import pytest

from robustspec.aggregates.base import Block
from robustspec.aggregates.trend import Trend

NAN = float("nan")


def slopes(scores, clean, labels, levels, weights=None):
    """The row values, every cell with evidence unless weights are given."""
    values = np.array(scores, dtype=float)
    shares = np.full(values.shape, 1 / values.shape[1]) if weights is None else np.array(weights, dtype=float)
    return Trend().rows(Block(values, shares, np.array(clean, dtype=float), labels, levels), True)[0]


def test_a_steady_loss_is_the_loss_per_level():
    """1, .9, .8, .7: a tenth a level; the direction of the metric turns no sign."""
    block = Block(np.array([[0.9, 0.8, 0.7]]), np.full((1, 3), 1 / 3), np.array([1.0]), ("a",) * 3, (1, 2, 3))
    assert Trend().rows(block, True)[0] == pytest.approx([-0.1])
    assert Trend().rows(block, False)[0] == pytest.approx([-0.1])


def test_one_level_is_enough():
    """Clean 1, level 4 at .6: a tenth a level."""
    assert slopes([[0.6]], [1], ("a",), (4,)) == pytest.approx([-0.1])


def test_it_is_least_squares():
    """numpy.polyfit over clean at 0 and any levels, in any order of the cells."""
    rng = np.random.default_rng(1)
    levels = (5, 1, 3)
    scores, clean = rng.random((20, 3)), rng.random(20)
    expected = np.polyfit([0, *levels], np.column_stack((clean, scores)).T, 1)[0]
    assert slopes(scores, clean, ("a",) * 3, levels) == pytest.approx(expected)


def test_a_level_without_evidence_is_left_out_of_its_row():
    """The slope goes over what is left."""
    expected = np.polyfit([0, 1, 4], [1, 0.2, 0.6], 1)[0]
    found = slopes([[0.2, NAN, 0.6]], [1], ("a",) * 3, (1, 2, 4), [[0.5, 0, 0.5]])
    assert found == pytest.approx([expected])


def test_perturbations_weigh_the_same():
    """-.1 of one with three levels and -.3 of one with one level: -.2."""
    found = slopes([[0.9, 0.8, 0.7, 0.7]], [1], ("a", "a", "a", "b"), (1, 2, 3, 1))
    assert found == pytest.approx([-0.2])


def test_a_perturbation_without_evidence_does_not_count():
    """Only the other one does; where there is none, there is no number."""
    weights = [[0, 0, 0, 1], [0, 0, 0, 0]]
    found = slopes([[NAN, NAN, NAN, 0.7]] * 2, [1, 1], ("a", "a", "a", "b"), (1, 2, 3, 1), weights)
    assert found[0] == pytest.approx(-0.3)
    assert np.isnan(found[1])


def test_no_slope_leaves_its_bounds():
    """Every set of levels up to 6, with every score at either end: at most everything a level, and that is reached."""
    lower, upper = Trend().bounds(-1.0, 2.0)
    extremes = []
    for size in range(1, 7):
        for levels in combinations(range(1, 7), size):
            corners = np.array(list(product((-1.0, 2.0), repeat=size + 1)))
            extremes.append(np.abs(slopes(corners[:, 1:], corners[:, 0], ("a",) * size, levels)).max())
    assert max(extremes) == pytest.approx(upper)
    assert (lower, upper) == (-3.0, 3.0)


def test_cells_in_which_a_higher_score_makes_the_slope_fall():
    """Exactly those whose score, raised, lowers the value: missing cases there must count the other way round."""
    labels, levels = ("a", "a", "a", "b"), (1, 2, 6, 3)
    weights = np.array([[0.2, 0.2, 0.2, 0.4], [0.5, 0.5, 0, 0], [0, 0.5, 0.5, 0]])
    block = Block(np.full((3, 4), 0.5), weights, np.full(3, 0.5), labels, levels)
    before = Trend().rows(block, True)[0]
    for cell in range(4):
        raised = block.scores.copy()
        raised[:, cell] += 0.1
        after = Trend().rows(Block(raised, weights, block.clean, labels, levels), True)[0]
        assert ((after < before - 1e-12) == Trend().opposed(block)[:, cell]).all()
    assert Trend().opposed(block).any()


def test_it_is_never_binary():
    """A slope of 0/1 scores is no 0/1 value."""
    assert not Trend().binary(True, True, 1)
