"""Degradation and the area under the levels: published vectors, numpy's trapezoid, and bounds by trying everything."""

from itertools import combinations, product

import numpy as np
import pytest
from pydantic import ValidationError

from robustspec.aggregates.area_under_levels import AreaUnderLevels
from robustspec.aggregates.base import Block
from robustspec.aggregates.degradation import Degradation

NAN = float("nan")
AREA = AreaUnderLevels()


def block(scores, clean, labels=None, levels=None, weights=None):
    """Every cell with evidence unless weights are given; one perturbation of levels 1, 2, ... unless told."""
    values = np.array(scores, dtype=float)
    shares = np.full(values.shape, 1 / values.shape[1]) if weights is None else np.array(weights, dtype=float)
    names = labels or ("a",) * values.shape[1]
    return Block(values, shares, np.array(clean, dtype=float), names, levels or tuple(range(1, values.shape[1] + 1)))


def value(aggregate, *args, higher=True, **more):
    return aggregate.rows(block(*args, **more), higher)[0]


DICE, HD95 = [0.84, 0.80, 0.70, 0.60, 0.50], [1.6, 2, 3, 5, 9]
"""Five levels of a Dice coefficient that is .85 on clean, and of a distance that is 1.5 there."""


class TestDegradation:
    @pytest.mark.parametrize(("weight", "expected"), [(2 / 3, 0.097204), (1, 0.162), (1.5, 0.230379)])
    def test_it_is_that_of_rood_mri(self, weight, expected):
        """Clean .85, then .84 to .50, by the published formula."""
        assert value(Degradation(weight=weight), [DICE], [0.85]) == pytest.approx([expected], abs=5e-7)

    def test_where_lower_is_better_the_sign_turns(self):
        """A distance of 1.5 mm that grows to 9."""
        found = value(Degradation(weight=2 / 3), [HD95], [1.5], higher=False)
        assert found == pytest.approx([1.3891], abs=5e-5)

    def test_with_weight_1_it_is_the_drop(self):
        """Of one perturbation, every level counting alike."""
        rng = np.random.default_rng(1)
        scores, clean = rng.random((9, 4)), rng.random(9)
        assert value(Degradation(), scores, clean) == pytest.approx(clean - scores.mean(axis=1))

    def test_levels_count_by_their_number(self):
        """Levels 1 and 3 with weight 2: 2 and 8 parts; in any order of the cells."""
        expected = [(2 * 0.1 + 8 * 0.5) / 10]
        assert value(Degradation(weight=2), [[0.9, 0.5]], [1], levels=(1, 3)) == pytest.approx(expected)
        assert value(Degradation(weight=2), [[0.5, 0.9]], [1], levels=(3, 1)) == pytest.approx(expected)

    def test_a_level_without_evidence_is_left_out(self):
        """Of both sums."""
        found = value(Degradation(weight=2), [[0.9, NAN, 0.5]], [1], weights=[[0.5, 0, 0.5]])
        assert found == pytest.approx([(2 * 0.1 + 8 * 0.5) / 10])

    def test_levels_may_be_far_apart(self):
        """A level that weighs next to nothing beside another counts whole where it stands alone."""
        weights = [[0.5, 0.5], [1, 0], [0, 1]]
        found = value(Degradation(weight=10), [[0.9, 0.5]] * 3, [1] * 3, levels=(1, 999), weights=weights)
        assert found == pytest.approx([0.5, 0.1, 0.5])

    def test_perturbations_weigh_the_same(self):
        """.1 of one with three levels, .3 of one with one; one without evidence does not count, nor a row without any."""
        scores, labels, levels = [[0.9, 0.9, 0.9, 0.7]] * 3, ("a", "a", "a", "b"), (1, 2, 3, 5)
        weights = [[1 / 6, 1 / 6, 1 / 6, 1 / 2], [0, 0, 0, 1], [0, 0, 0, 0]]
        found = value(Degradation(weight=3), scores, [1, 1, 1], labels, levels, weights)
        assert found[:2] == pytest.approx([0.2, 0.3])
        assert np.isnan(found[2])

    @pytest.mark.parametrize("weight", [0.1, 2 / 3, 1, 10])
    @pytest.mark.parametrize("higher", [True, False])
    def test_no_value_leaves_its_bounds(self, weight, higher):
        """Every score at either end, any levels up to the highest there may be."""
        lower, upper = Degradation(weight=weight).bounds(-1.0, 2.0)
        corners = np.array(list(product((-1.0, 2.0), repeat=4)))
        found = [
            value(Degradation(weight=weight), corners[:, 1:], corners[:, 0], levels=levels, higher=higher)
            for levels in [(1, 2, 3), (1, 5, 9), (7, 400, 999)]
        ]
        assert (np.min(found), np.max(found)) == pytest.approx((lower, upper))

    def test_what_the_engine_asks(self):
        """Paired with clean, along levels, lower is better, and no 0/1 value."""
        degradation = Degradation()
        assert degradation.needs_clean
        assert degradation.paired
        assert degradation.needs_levels
        assert not degradation.binary(True, True, 1)
        assert degradation.goal(True) == degradation.goal(False) == "lower"
        assert degradation.opposed(block([DICE], [0.85])) is None
        assert "1.5 of the one below" in Degradation(weight=1.5).words

    @pytest.mark.parametrize("weight", [0, -1, 11])
    def test_a_weight_is_more_than_nothing(self, weight):
        """And no more than ten."""
        with pytest.raises(ValidationError):
            Degradation(weight=weight)


class TestAreaUnderLevels:
    @pytest.mark.parametrize("levels", [(1, 2, 3), (1, 3, 5), (2, 4, 5), (5, 1, 3)])
    def test_it_is_the_trapezoid(self, levels):
        """numpy's, with clean at 0, divided by the highest level; in any order of the cells."""
        rng = np.random.default_rng(2)
        scores, clean = rng.random((20, 3)), rng.random(20)
        order = np.argsort(levels)
        course = np.column_stack((clean, scores[:, order]))
        expected = np.trapezoid(course, [0, *np.array(levels)[order]], axis=1) / max(levels)
        assert value(AREA, scores, clean, levels=levels) == pytest.approx(expected)

    def test_five_levels_of_a_dice_coefficient(self):
        """.85 / 2, four levels whole, .50 / 2, over 5."""
        assert value(AREA, [DICE], [0.85]) == pytest.approx([(0.425 + 0.84 + 0.8 + 0.7 + 0.6 + 0.25) / 5])

    def test_a_level_without_evidence_is_left_out_of_its_row(self):
        """The curve goes from 0 to 3 by way of 1; to 1 where only that is left."""
        weights = [[0.5, 0, 0.5], [1, 0, 0]]
        found = value(AREA, [[0.8, NAN, 0.4], [0.8, NAN, NAN]], [1, 1], weights=weights)
        assert found == pytest.approx([(0.9 + 2 * 0.6) / 3, 0.9])

    def test_without_clean_the_curve_begins_at_the_first_level(self):
        """And one point alone is its score."""
        found = value(AREA, [[0.8, 0.4], [0.8, NAN]], [NAN, NAN], levels=(1, 3), weights=[[0.5, 0.5], [1, 0]])
        assert found == pytest.approx([0.6, 0.8])

    def test_perturbations_weigh_the_same(self):
        """One of two levels and one of one; a clean cell that is selected too counts once; nothing of nothing."""
        scores, labels, levels = [[1.0, 0.8, 0.6, 0.2]] * 2, (None, "a", "a", "b"), (None, 1, 2, 4)
        weights = [[1 / 3, 1 / 6, 1 / 6, 1 / 3], [1, 0, 0, 0]]
        found = value(AREA, scores, [1, 1], labels, levels, weights)
        assert found[0] == pytest.approx((0.8 + 0.6) / 2)
        assert np.isnan(found[1])

    def test_no_value_leaves_its_bounds(self):
        """A weighted mean of scores: every set of levels up to 5, every score at either end."""
        found = [
            value(AREA, corners[:, 1:], corners[:, 0], levels=levels)
            for size in range(1, 5)
            for levels in combinations(range(1, 6), size)
            for corners in [np.array(list(product((-1.0, 2.0), repeat=size + 1)))]
        ]
        ends = [(each.min(), each.max()) for each in found]
        assert np.array(ends) == pytest.approx(np.array([AREA.bounds(-1.0, 2.0)] * len(ends)))

    def test_no_higher_score_lowers_it(self):
        """So a missing case hurts where it counts as bad, clean too."""
        rng = np.random.default_rng(3)
        scores, clean = rng.random((5, 4)), rng.random(5)
        before = value(AREA, scores, clean)
        for cell in range(4):
            raised = scores.copy()
            raised[:, cell] += 0.1
            assert (value(AREA, raised, clean) > before).all()
        assert (value(AREA, scores, clean + 0.1) > before).all()
        assert AREA.opposed(block(scores, clean)) is None
        assert not AREA.paired

    def test_what_the_engine_asks(self):
        """Clean, levels, the metric's direction, and no 0/1 value."""
        assert AREA.needs_clean
        assert AREA.needs_levels
        assert (AREA.goal(True), AREA.goal(False)) == ("higher", "lower")
        assert not AREA.binary(True, True, 1)
