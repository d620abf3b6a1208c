"""What a unit wins and loses against a null, with numbers worked out by hand."""

import numpy as np
import pytest
from statistics_references import above, below

from robustspec.statistics.side import check_hypothesis, fail_side, pass_side, value_range


def returns(side, a, b=None):
    return side.returns((np.array(a), None if b is None else np.array(b))).tolist()


def test_a_mean_in_zero_one_returns_x_over_tau_less_one() -> None:
    """Against "mean < 0.8" a success multiplies a full stake by 1 / 0.8 and a failure loses it."""
    assert returns(pass_side(above(0.8)), [1.0, 0.0, 0.9]) == pytest.approx([0.25, -1.0, 0.125])


def test_the_fail_side_swaps_tau_and_one_less_tau() -> None:
    """Against "mean >= 0.8" a failure multiplies a full stake by 1 / 0.2."""
    assert returns(fail_side(above(0.8)), [1.0, 0.0]) == pytest.approx([-1.0, 4.0])


def test_a_drop_is_rescaled_from_minus_one_to_one() -> None:
    """Drop <= 0.05: Z = 0.05 - A lies in [-0.95, 1.05]; no drop gains 0.05 / 0.95."""
    side = pass_side(below(0.05, lower=-1.0, upper=1.0))
    assert (side.stake, side.reach) == pytest.approx((0.95, 1.05))
    assert returns(side, [0.0, 1.0, -1.0]) == pytest.approx([0.05 / 0.95, -1.0, 1.05 / 0.95])


def test_a_nested_ratio_has_the_map_of_precision() -> None:
    """Precision >= 0.9: Z = A - 0.9 B is 0.1 on a true positive, -0.9 on a false one, 0 elsewhere; x = Z + 0.9."""
    side = pass_side(above(0.9, denominator_upper=1.0))
    assert side.null_mean == pytest.approx(0.9)
    assert returns(side, [1.0, 0.0, 0.0], [1.0, 1.0, 0.0]) == pytest.approx([0.1 / 0.9, -1.0, 0.0])


def test_a_retention_has_the_map_of_two_free_scores() -> None:
    """Retention >= 0.9: Z in [-0.9, 1]; a score that only the perturbed case has gains 1 / 0.9."""
    side = pass_side(above(0.9, denominator_upper=1.0, nested=False))
    assert (side.stake, side.reach) == pytest.approx((0.9, 1.0))
    assert returns(side, [1.0, 0.0, 1.0], [0.0, 1.0, 1.0]) == pytest.approx([1 / 0.9, -1.0, 0.1 / 0.9])


def test_margin_moves_only_the_pass_side() -> None:
    """PASS then speaks of bound - margin, FAIL still of the bound; mirrored for at_most."""
    assert (pass_side(above(0.9, margin=0.02)).null, fail_side(above(0.9, margin=0.02)).null) == (0.88, 0.9)
    assert (pass_side(below(0.1, margin=0.02)).null, fail_side(below(0.1, margin=0.02)).null) == (
        0.12000000000000001,
        0.1,
    )


def test_one_counterexample_refutes_a_bound_at_the_end() -> None:
    """Against "mean >= 1" any unit below 1 pays without limit, rounding apart."""
    assert returns(fail_side(above(1.0)), [1.0, 1 - 1e-12, 0.99]) == [0.0, 0.0, np.inf]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"lower": -1.0, "upper": 2.0}, (-1.0, 2.0)),
        ({"denominator_upper": 2.0}, (0.0, 1.0)),
        ({"denominator_upper": 1.0, "nested": False}, (0.0, np.inf)),
    ],
)
def test_value_range(facts, expected) -> None:
    """The range of the arm's value follows from the ranges of A and B."""
    assert value_range(above(0.5, **facts)) == expected


@pytest.mark.parametrize(
    ("hypothesis", "message"),
    [
        (above(0.5, upper=np.inf), "finite bounds"),
        (above(0.5, lower=-1.0, denominator_upper=1.0, nested=False), "ratio"),
        (above(float("nan")), "bound"),
        (above(0.5, margin=-0.1), "margin"),
    ],
)
def test_facts_that_carry_no_guarantee_are_errors(hypothesis, message) -> None:
    """A hypothesis without finite bounds, or with a nonsensical one, is refused with its remedy."""
    with pytest.raises(ValueError, match=message):
        check_hypothesis(hypothesis)
