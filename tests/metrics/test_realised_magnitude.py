"""What a perturbation did, by its own account."""

import math

import pytest

from robustspec.data.row import Answer, Case, Row
from robustspec.errors import DataError
from robustspec.metrics.realised_magnitude import RealisedMagnitude


def case(magnitude):
    return Case(Row("7", "...", magnitude=magnitude), Answer(None, "unparsed"), cell="blur-2", level=2)


def test_it_is_the_magnitude_of_the_row():
    """Whatever the model made of it."""
    assert RealisedMagnitude().score(case(0.25)) == 0.25


def test_its_upper_bound_is_declared():
    """Infinite without one."""
    assert (RealisedMagnitude.upper, RealisedMagnitude().upper) == (math.inf, math.inf)
    assert RealisedMagnitude(most=1).upper == 1


@pytest.mark.parametrize(("magnitude", "words"), [(None, "blur-2 records no magnitude"), (1.5, "above `most: 1`")])
def test_what_it_cannot_say_is_a_fault(magnitude, words):
    """An operator that records none, or more than there can be."""
    with pytest.raises(DataError, match=words):
        RealisedMagnitude(most=1).score(case(magnitude))
