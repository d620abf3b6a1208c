"""Difference and corruption error: against a model and against published numbers, by hand."""

import numpy as np
import pytest

from robustspec.aggregates.base import Block
from robustspec.aggregates.corruption_error import CorruptionError
from robustspec.aggregates.difference import Difference

NAN = float("nan")
DIFFERENCE, CORRUPTION = Difference(against="other"), CorruptionError(against="other")


def block(scores, baseline, weights=None, labels=None, published=False, **bounds):
    """Rows x cells of both, all cells of equal weight unless given."""
    values = np.array(scores, dtype=float)
    shares = np.full(values.shape, 1 / values.shape[1]) if weights is None else np.array(weights, dtype=float)
    other = np.broadcast_to(np.array(baseline, dtype=float), values.shape)
    names = labels or ("a",) * values.shape[1]
    levels = tuple(range(1, len(names) + 1))
    return Block(values, shares, np.full(len(values), NAN), names, levels, other, published=published, **bounds)


class TestDifference:
    def test_it_is_the_model_minus_the_baseline(self):
        """Means .75 and .5 on one row, 0 and 1 on the other: .25 and -1, whichever way is better."""
        given = block([[1, 0.5], [0, 0]], [[0.5, 0.5], [1, 1]])
        assert DIFFERENCE.rows(given, True)[0].tolist() == [0.25, -1]
        assert DIFFERENCE.rows(given, False)[0].tolist() == [0.25, -1]

    def test_cells_without_evidence_are_passed_over(self):
        """Of both."""
        given = block([[NAN, 0.5]], [[NAN, 0.25]], [[0, 1]])
        assert DIFFERENCE.rows(given, True)[0] == pytest.approx([0.25])

    def test_published_numbers_narrow_the_bounds(self):
        """Scores in [0, 1] minus numbers in [.6, .9]."""
        assert DIFFERENCE.bounds(0, 1) == (-1, 1)
        assert DIFFERENCE.bounds(0, 1, np.array([0.6, 0.9])) == pytest.approx((-0.9, 0.4))

    def test_no_difference_leaves_its_bounds(self):
        """Every score and weight at an end."""
        numbers = np.array([0.6, 0.9, 0.7])
        lower, upper = DIFFERENCE.bounds(0, 1, numbers)
        shares = np.vstack((np.eye(3), np.full((1, 3), 1 / 3)))
        found = [DIFFERENCE.rows(block(np.full((4, 3), s), numbers, shares), True)[0] for s in (0.0, 1.0)]
        assert (np.min(found), np.max(found)) == pytest.approx((lower, upper))

    def test_what_the_engine_asks(self):
        """A mean of three values, with its baseline by name."""
        assert (DIFFERENCE.baseline, DIFFERENCE.is_ratio(False), DIFFERENCE.binary(True, True, 1)) == (
            "other",
            False,
            False,
        )
        assert "other" in DIFFERENCE.words


class TestCorruptionErrorOfAModel:
    def test_it_is_a_ratio_of_mean_errors(self):
        """Errors .5 and .25 on average over .75 and .25: .75."""
        a, b = CORRUPTION.rows(block([[0.5], [0.75]], [[0.25], [0.75]]), True)
        assert a.mean() / b.mean() == pytest.approx(0.375 / 0.5)

    def test_over_the_levels_it_is_the_ce(self):
        """Sum of the model's errors over the levels by that of the baseline's."""
        rng = np.random.default_rng(4)
        ours, theirs = rng.random((50, 5)), rng.random((50, 5))
        a, b = CORRUPTION.rows(block(ours, theirs), True)
        assert a.mean() / b.mean() == pytest.approx((1 - ours).mean(axis=0).sum() / (1 - theirs).mean(axis=0).sum())

    def test_where_lower_is_better_the_error_is_the_score(self):
        """From the lower bound, 1 here: .5 over 2."""
        a, b = CORRUPTION.rows(block([[1.5]], [[3.0]], lower=1.0, upper=4.0), False)
        assert (a.tolist(), b.tolist()) == ([0.5], [2.0])

    def test_what_the_engine_asks(self):
        """A ratio whose parts are as wide as the metric."""
        assert CORRUPTION.is_ratio(published=False)
        assert CORRUPTION.bounds(-1, 1) == (0, 2)
        assert CORRUPTION.goal(True) == CORRUPTION.goal(False) == "lower"


PUBLISHED = np.array([0.5, 0.3, 0.8])
"""Accuracies of a baseline: two levels of one corruption, one of another."""
LABELS, WEIGHTS = ("blur", "blur", "fog"), [0.25, 0.25, 0.5]


class TestCorruptionErrorOfPublishedNumbers:
    def test_it_is_the_mce(self):
        """CE of blur (.4 + .6) / (.5 + .7), of fog .1 / .2; their mean is .6667. The mean of rows is the same."""
        rng = np.random.default_rng(5)
        scores = (rng.random((400, 3)) < [0.6, 0.4, 0.9]).astype(float)
        errors = 1 - scores.mean(axis=0)
        by_hand = (errors[:2].sum() / 1.2 + errors[2] / 0.2) / 2
        found, nothing = CORRUPTION.rows(block(scores, PUBLISHED, [WEIGHTS] * 400, LABELS, published=True), True)
        assert nothing is None
        assert found.mean() == pytest.approx(by_hand)
        exact = CORRUPTION.rows(block([[0.6, 0.4, 0.9]], PUBLISHED, [WEIGHTS], LABELS, published=True), True)[0]
        assert exact == pytest.approx([(1 / 1.2 + 0.5) / 2])

    def test_the_baseline_over_itself_is_one(self):
        """Whatever the weights."""
        for weights in (WEIGHTS, [0.5, 0, 0.5], [0, 1, 0]):
            found = CORRUPTION.rows(block([PUBLISHED], PUBLISHED, [weights], LABELS, published=True), True)[0]
            assert found == pytest.approx([1])

    def test_a_row_is_compared_over_the_levels_that_it_has(self):
        """Without level 2 of blur: .4 / .5, and fog .1 / .2."""
        scores = [[0.6, NAN, 0.9]]
        found = CORRUPTION.rows(block(scores, PUBLISHED, [[0.5, 0, 0.5]], LABELS, published=True), True)[0]
        assert found == pytest.approx([(0.8 + 0.5) / 2])

    @pytest.mark.parametrize("higher", [True, False])
    def test_no_value_leaves_its_bounds(self, higher):
        """All wrong in the cell with the smallest published error."""
        lower, upper = CORRUPTION.bounds(0, 1, PUBLISHED, higher)
        shares = np.vstack((np.eye(3), [WEIGHTS], [[0.5, 0, 0.5]]))
        worst = 0.0 if higher else 1.0
        values = [
            CORRUPTION.rows(block(np.full((5, 3), score), PUBLISHED, shares, LABELS, published=True), higher)[0]
            for score in (worst, 1 - worst)
        ]
        assert (np.max(values), np.min(values)) == pytest.approx((upper, lower))
        assert upper == pytest.approx(1 / (0.2 if higher else 0.3))

    def test_it_is_a_mean(self):
        """The published errors are numbers, not a score of their own."""
        assert not CORRUPTION.is_ratio(published=True)
        assert not CORRUPTION.binary(True, True, 1)
