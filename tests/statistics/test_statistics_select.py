"""Which test judges an arm, and how few units can pass it."""

import numpy as np
import pytest
from statistics_references import above, below, run

from robustspec.statistics import fewest_that_can_pass, make_test
from robustspec.statistics.dataset import DatasetTest
from robustspec.statistics.fixed import FixedTest
from robustspec.statistics.point import PointTest
from robustspec.statistics.sequential import SequentialTest


@pytest.mark.parametrize(
    ("method", "population", "kind"),
    [
        ("sequential", "distribution", SequentialTest),
        ("fixed", "distribution", FixedTest),
        ("point", "distribution", PointTest),
        ("sequential", "dataset", DatasetTest),
        ("point", "dataset", DatasetTest),
    ],
)
def test_the_method_and_the_population_choose_the_test(method, population, kind) -> None:
    """A claim about these rows is certain whatever the method is."""
    assert type(make_test(method, population, above(0.8))) is kind


def test_approximate_is_refused_with_a_remedy() -> None:
    """A method without a test names one that exists."""
    with pytest.raises(ValueError, match="write method: point"):
        make_test("approximate", "distribution", above(0.8))


@pytest.mark.parametrize(("tau", "units"), [(0.8, 14), (0.9, 29), (0.95, 59), (0.99, 299)])
def test_fewest_of_a_fixed_binary_test(tau, units) -> None:
    """The numbers of the textbook: ln(0.05) / ln(tau), rounded up; mirrored for at_most."""
    assert fewest_that_can_pass("fixed", "distribution", above(tau, binary=True)) == units
    assert fewest_that_can_pass("fixed", "distribution", below(1 - tau, binary=True)) == units


@pytest.mark.parametrize("method", ["sequential", "fixed"])
@pytest.mark.parametrize(
    ("hypothesis", "best"),
    [
        (above(0.9), 1.0),
        (below(0.05), 0.0),
        (above(0.9, binary=True), 1.0),
        (above(0.9, denominator_upper=2.0), (2.0, 2.0)),
        (above(0.9, denominator_upper=1.0, nested=False), (1.0, 0.0)),
        (below(0.05, lower=-1.0), -1.0),
    ],
    ids=["mean", "at_most", "binary", "f1", "retention", "drop"],
)
def test_the_fewest_pass_and_one_less_does_not(method, hypothesis, best) -> None:
    """Perfect units decide exactly at the number that is given."""
    units = fewest_that_can_pass(method, "distribution", hypothesis)
    for n, expected in ((units, "PASS"), (units - 1, None)):
        a, b = best if isinstance(best, tuple) else (best, None)
        values = np.full(n, a) if b is None else (np.full(n, a), np.full(n, b))
        assert run(make_test(method, "distribution", hypothesis), values).finish() == expected


@pytest.mark.parametrize(("tau", "units"), [(0.8, 23), (0.9, 47), (0.95, 83)])
def test_fewest_of_the_sequential_test(tau, units) -> None:
    """At N = 2000 a perfect model at tau 0.9 passes after the 47 units of the design's table A'."""
    assert fewest_that_can_pass("sequential", "distribution", above(tau, 2000)) == units


def test_a_hundred_units_cannot_show_ninety_nine_percent() -> None:
    """The answer may exceed the horizon: such a requirement is unreachable."""
    assert fewest_that_can_pass("sequential", "distribution", above(0.99, 100)) > 100


@pytest.mark.parametrize("method", ["sequential", "fixed"])
def test_perfection_can_never_be_shown(method) -> None:
    """No number of units shows "all of them" or "never"."""
    assert fewest_that_can_pass(method, "distribution", above(1.0)) is None
    assert fewest_that_can_pass(method, "distribution", below(0.0, binary=True)) is None


def test_a_drop_may_be_planned_for_a_model_that_does_not_drop() -> None:
    """If nothing can be better than clean, far more units are needed than the range of a drop allows."""
    hypothesis = below(0.05, 400, lower=-1.0)
    strict = fewest_that_can_pass("sequential", "distribution", hypothesis)
    planned = fewest_that_can_pass("sequential", "distribution", hypothesis, ideal=(0.0, None))
    assert strict < 10 < 57 < planned


def test_one_unit_may_pass_by_comparison() -> None:
    """Without a guarantee any number will do."""
    assert fewest_that_can_pass("point", "distribution", above(0.99)) == 1
    assert fewest_that_can_pass("sequential", "dataset", above(1.0)) == 1


def test_a_margin_lowers_the_fewest() -> None:
    """PASS then needs to show less."""
    loose = fewest_that_can_pass("sequential", "distribution", above(0.99, margin=0.05))
    assert loose < fewest_that_can_pass("sequential", "distribution", above(0.99))
