"""Quantile and tail mean: what they hand to their tests."""

import numpy as np
import pytest
from pydantic import ValidationError

from robustspec.aggregates.base import Block
from robustspec.aggregates.quantile import Quantile
from robustspec.aggregates.tail_mean import TailMean


@pytest.mark.parametrize(
    ("aggregate", "form", "fraction", "words"),
    [
        (Quantile(q=0.05), "quantile", 0.05, "5 % quantile of the unit values"),
        (TailMean(share=0.1), "tail_mean", 0.1, "mean of the worst 10 % of the unit values"),
    ],
)
def test_they_say_which_part_of_the_units_they_are(aggregate, form, fraction, words):
    """The unit values are those of a mean, in the metric's own range, even an infinite one."""
    block = Block(np.array([[1.0, 0.0]]), np.array([[0.75, 0.25]]), np.array([np.nan]))
    assert (aggregate.form, aggregate.fraction, aggregate.words) == (form, fraction, words)
    assert aggregate.rows(block, True)[0].tolist() == [0.75]
    assert aggregate.units(np.array([3.0])).tolist() == [3.0]
    assert aggregate.bounds(0, float("inf")) == (0, float("inf"))
    assert not aggregate.binary(True, True, 1)


@pytest.mark.parametrize("q", [0, 1, -0.1, 1.5])
def test_a_quantile_lies_inside(q):
    """Between none of the units and all."""
    with pytest.raises(ValidationError):
        Quantile(q=q)


@pytest.mark.parametrize("share", [0, 1.01])
def test_a_tail_is_a_part_of_the_units(share):
    """More than none, at most all."""
    with pytest.raises(ValidationError):
        TailMean(share=share)


def test_the_whole_tail_is_the_mean():
    """It is allowed, and is no other number."""
    assert TailMean(share=1).fraction == 1
