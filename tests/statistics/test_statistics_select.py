"""Which test judges an arm, and how few units can pass it."""

import numpy as np
import pytest
from statistics_references import above, below, run

from robustspec.statistics import fewest_that_can_pass, make_test
from robustspec.statistics.approximate import ApproximateTest
from robustspec.statistics.dataset import DatasetTest
from robustspec.statistics.exact.sequential import ExactDatasetTest, ExactTest
from robustspec.statistics.fixed import FixedTest
from robustspec.statistics.point import PointTest
from robustspec.statistics.quantile import QuantileTest
from robustspec.statistics.remaining import RemainingTest
from robustspec.statistics.sequential import SequentialTest
from robustspec.statistics.tail_mean import TailMeanTest


@pytest.mark.parametrize(
    ("method", "population", "facts", "kind"),
    [
        ("sequential", "distribution", {}, SequentialTest),
        ("sequential", "distribution", {"binary": True}, ExactTest),
        ("fixed", "distribution", {"binary": True}, FixedTest),
        ("point", "distribution", {}, PointTest),
        ("approximate", "distribution", {}, ApproximateTest),
        ("sequential", "dataset", {}, RemainingTest),
        ("sequential", "dataset", {"binary": True}, ExactDatasetTest),
        ("sequential", "dataset", {"binary": True, "every_unit": False}, RemainingTest),
        ("sequential", "dataset", {"upper": np.inf}, DatasetTest),
        ("sequential", "dataset", {"upper": np.inf, "denominator_upper": 1.0, "nested": False}, DatasetTest),
        ("fixed", "dataset", {"binary": True}, DatasetTest),
        ("approximate", "dataset", {}, DatasetTest),
        ("point", "dataset", {}, DatasetTest),
        ("sequential", "distribution", {"form": "quantile", "share": 0.9}, QuantileTest),
        ("fixed", "dataset", {"form": "quantile", "share": 0.9}, QuantileTest),
        ("sequential", "distribution", {"form": "tail_mean", "share": 0.1}, TailMeanTest),
        ("point", "dataset", {"form": "tail_mean", "share": 0.1}, TailMeanTest),
    ],
)
def test_the_method_the_population_and_the_hypothesis_choose_the_test(method, population, facts, kind) -> None:
    """Exact where units are 0 or 1, all at the end where that is asked for, betting otherwise."""
    assert type(make_test(method, population, above(0.8, **facts))) is kind


def test_a_quantile_is_judged_by_the_method_and_population_of_its_requirement() -> None:
    """95 % of units must be at most 2: the exact test of a share stops at the unit at which it would."""
    hypothesis = below(2.0, 100, form="quantile", share=0.8, lower=-np.inf, upper=np.inf)
    test = run(make_test("sequential", "distribution", hypothesis), np.full(100, 1.5))
    assert (test.decision, test.n) == ("PASS", fewest_that_can_pass("sequential", "distribution", hypothesis))
    assert make_test("fixed", "distribution", hypothesis).extend(*[(np.full(40, 1.5), None)] * 2) is None


def test_an_unknown_method_is_refused_with_a_remedy() -> None:
    """The error names those that exist."""
    with pytest.raises(ValueError, match="write one of sequential, fixed, approximate, point"):
        make_test("sequentially", "distribution", above(0.8))


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
    """At N = 2000 a bet on scores that are all perfect passes tau 0.9 after the 47 units of the design's table A'."""
    assert fewest_that_can_pass("sequential", "distribution", above(tau, 2000)) == units


@pytest.mark.parametrize(
    ("horizon", "expected"), [(500, [27, 51, 92, 338]), (2000, [32, 62, 115, 448]), (64, [19, 35, 60, 299])]
)
def test_fewest_of_the_exact_sequential_test(horizon, expected) -> None:
    """The first n with tau^n <= alpha n / N, for tau 0.8, 0.9, 0.95, 0.99 and mirrored; beyond N that of the fixed test."""
    taus = (0.8, 0.9, 0.95, 0.99)
    for hypotheses in (
        [above(tau, horizon, binary=True) for tau in taus],
        [below(1 - tau, horizon, binary=True) for tau in taus],
    ):
        found = [fewest_that_can_pass("sequential", "distribution", each) for each in hypotheses]
        assert found == expected


@pytest.mark.parametrize("facts", [{}, {"binary": True}])
def test_a_hundred_units_cannot_show_ninety_nine_percent(facts) -> None:
    """The answer may exceed the horizon: such a requirement is unreachable."""
    assert fewest_that_can_pass("sequential", "distribution", above(0.99, 100, **facts)) > 100


def test_fewest_of_a_quantile_is_that_of_its_share() -> None:
    """The 0.1 quantile is above a value where 90 % of units are."""
    quantile = above(2.0, 500, form="quantile", share=0.1, lower=-np.inf, upper=np.inf)
    assert fewest_that_can_pass("sequential", "distribution", quantile) == 51
    assert fewest_that_can_pass("fixed", "distribution", quantile) == 29


def test_fewest_of_the_approximate_method() -> None:
    """No bounds are taken from fewer than 30 units."""
    unbounded = above(5.0, lower=-np.inf, upper=np.inf)
    assert fewest_that_can_pass("approximate", "distribution", unbounded) == 30


@pytest.mark.parametrize("method", ["sequential", "fixed"])
def test_fewest_of_a_tail_mean(method) -> None:
    """With the best units there are, the number that is given is enough and one less is not."""
    hypothesis = above(0.8, 400, form="tail_mean", share=0.1)
    units = fewest_that_can_pass(method, "distribution", hypothesis)
    for n, expected in ((units, "PASS"), (units - 1, None)):
        assert run(make_test(method, "distribution", hypothesis), np.ones(n)).finish() == expected


def test_fewest_of_a_tail_mean_beyond_the_horizon() -> None:
    """Ten units cannot show it, and that is said by a number of units that could."""
    short = above(0.8, 10, form="tail_mean", share=0.1)
    units = fewest_that_can_pass("sequential", "distribution", short)
    enough = above(0.8, units, form="tail_mean", share=0.1)
    assert units > 10
    assert run(make_test("sequential", "distribution", enough), np.ones(units)).decision == "PASS"


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
