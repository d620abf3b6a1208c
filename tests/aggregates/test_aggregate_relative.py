"""Corruption error and relative corruption error of published numbers, by vectors worked out elsewhere."""

import numpy as np
import pytest

from robustspec.aggregates.base import Block
from robustspec.aggregates.corruption_error import CorruptionError

LABELS, LEVELS = ("p1",) * 5 + ("p2",) * 5, (1, 2, 3, 4, 5) * 2
ERRORS = np.array([0.4, 0.5, 0.6, 0.7, 0.8, 0.30, 0.35, 0.40, 0.45, 0.50])
BASELINE_ERRORS = np.array([0.6, 0.7, 0.8, 0.9, 1.0, 0.45, 0.50, 0.55, 0.60, 0.70])
CLEAN_ERROR, BASELINE_CLEAN_ERROR = 0.24, 0.43
"""A model and its baseline on two corruptions of five levels."""

WHOLE, RELATIVE = CorruptionError(against="old"), CorruptionError(against="old", relative=True)


def value(aggregate, at=slice(None), higher=True, weights=None):
    """The value of one row that scores the errors above, over some of the cells."""
    sign, best = (-1, 1) if higher else (1, 0)
    scores, baseline = best + sign * ERRORS[at], best + sign * BASELINE_ERRORS[at]
    if aggregate.over_clean:
        baseline = baseline - (best + sign * BASELINE_CLEAN_ERROR)
    shares = np.full((1, len(scores)), 1 / len(scores)) if weights is None else np.array([weights])
    clean = np.array([best + sign * CLEAN_ERROR])
    found = aggregate.rows(
        Block(scores[None], shares, clean, LABELS[at], LEVELS[at], baseline[None], published=True), higher
    )
    assert found[1] is None
    return float(found[0][0])


@pytest.mark.parametrize("higher", [True, False])
@pytest.mark.parametrize(
    ("aggregate", "of_p1", "of_p2", "mean"),
    [(WHOLE, 0.75, 0.714286, 0.732143), (RELATIVE, 0.972973, 1.230769, 1.101871)],
)
def test_it_is_the_ratio_of_sums(aggregate, of_p1, of_p2, mean, higher):
    """CE .75 and .714286, rCE .972973 and 1.230769, and their means; not means of ratios."""
    found = [value(aggregate, at, higher) for at in (slice(0, 5), slice(5, 10), slice(None))]
    assert found == pytest.approx([of_p1, of_p2, mean], abs=5e-7)


def test_a_row_is_compared_over_the_levels_that_it_has():
    """Levels 1 and 5 of the first: (.16 + .56) / (.17 + .57)."""
    found = value(RELATIVE, slice(0, 5), weights=[0.5, 0, 0, 0, 0.5])
    assert found == pytest.approx(0.72 / 0.74)


@pytest.mark.parametrize("higher", [True, False])
def test_no_relative_value_leaves_its_bounds(higher):
    """Right on clean and wrong in the cell with the smallest excess, and the other way round."""
    excess = np.array([0.1, 0.4, 0.2])
    reference = -excess if higher else excess
    lower, upper = RELATIVE.bounds(0.0, 1.0, reference, higher)
    shares = np.vstack((np.eye(3), np.full((1, 3), 1 / 3), [[0.25, 0.25, 0.5]]))
    found = []
    for score in (0.0, 1.0):
        values = np.full((5, 3), score)
        block = Block(values, shares, np.full(5, 1 - score), ("a", "a", "b"), (1, 2, 1), published=True)
        block.baseline = np.broadcast_to(reference, values.shape)
        found.append(RELATIVE.rows(block, higher)[0])
    assert (np.min(found), np.max(found)) == pytest.approx((lower, upper))
    assert upper == pytest.approx(10)


def test_without_an_excess_there_is_no_bound():
    """The specification is refused before; nothing is tested against it."""
    assert RELATIVE.bounds(0.0, 1.0, np.array([-0.1, 0.0]), True) == (-np.inf, np.inf)


def test_what_the_engine_asks():
    """Relative, it is paired with clean; else it needs none."""
    assert (RELATIVE.needs_clean, RELATIVE.paired, RELATIVE.over_clean) == (True, True, True)
    assert (WHOLE.needs_clean, WHOLE.paired, WHOLE.over_clean) == (False, False, False)
    assert not RELATIVE.is_ratio(published=True)
    assert "over clean" in RELATIVE.words
