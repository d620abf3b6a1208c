"""What a test keeps of the units, and what it refuses."""

import math

import numpy as np
import pytest
from statistics_references import above

from robustspec.statistics.evidence import Evidence, count


def one(*values):
    return np.array(values, dtype=float), None


def test_count_gives_distinct_units_and_the_estimate() -> None:
    """Pairs are counted as pairs; the estimate is mean(A) / mean(B)."""
    seen = count((np.array([1.0, 0.0, 1.0, 0.0]), np.array([1.0, 1.0, 1.0, 0.0])))
    assert sorted(zip(*(part.tolist() for part in seen.pair), seen.counts.tolist(), strict=True)) == [
        (0.0, 0.0, 1.0),
        (0.0, 1.0, 1.0),
        (1.0, 1.0, 2.0),
    ]
    assert seen.estimate == pytest.approx(2 / 3)


def test_units_after_the_horizon_are_no_evidence() -> None:
    """The evidence is full at the horizon."""
    evidence = Evidence(above(0.5, horizon=3))
    evidence.take(one(1, 1, 0, 0, 0), one(1, 1, 0, 0, 0))
    assert (evidence.n, evidence.counted("pass").counts.tolist()) == (3, [1.0, 2.0])


@pytest.mark.parametrize("value", [np.nan, np.inf, 1.01, -0.5])
def test_an_unusable_unit_is_named_and_nothing_after_it_is_kept(value) -> None:
    """The fault gives the place and value of the unit and the declared range."""
    evidence = Evidence(above(0.5))
    _, _, fault = evidence.take(one(1, 0.5, value, 1), one(1, 0.5, value, 1))
    assert evidence.n == 2
    assert "unit 3 has the value" in str(fault)
    assert "[0, 1]" in str(fault)


def test_a_fraction_is_no_binary_value() -> None:
    """What is declared 0 or 1 must be."""
    _, _, fault = Evidence(above(0.5, binary=True)).take(one(1, 0.5), one(1, 0.5))
    assert "unit 2 has the value 0.5, outside the declared 0 or 1" in str(fault)


def test_a_numerator_above_its_denominator_is_refused_where_they_are_nested() -> None:
    """A <= B is what the guarantee of a nested ratio rests on."""
    pair = (np.array([0.5, 1.0]), np.array([0.5, 0.5]))
    _, _, fault = Evidence(above(0.5, denominator_upper=1.0)).take(pair, pair)
    assert "unit 2 has the value 1 / 0.5" in str(fault)


def test_rounding_beyond_the_range_is_taken_off() -> None:
    """The mean of three ones may be a hair above 1."""
    evidence = Evidence(above(0.5))
    _, _, fault = evidence.take(one(1 + 1e-12, -0.0), one(1 + 1e-12, -0.0))
    assert fault is None
    assert evidence.counted("pass").pair[0].max() == 1.0


def test_a_mean_takes_no_denominator() -> None:
    """Denominators that the hypothesis did not declare are refused, and missing ones too."""
    with pytest.raises(ValueError, match="denominator"):
        Evidence(above(0.5)).take((np.ones(2), np.ones(2)), (np.ones(2), np.ones(2)))
    with pytest.raises(ValueError, match="denominator"):
        Evidence(above(0.5, denominator_upper=1.0)).take(one(1, 1), one(1, 1))


def test_the_two_views_are_kept_apart() -> None:
    """A missing output counts 0 against the PASS and 1 against the FAIL."""
    evidence = Evidence(above(0.5))
    evidence.take(one(1, 0), one(1, 1))
    assert (evidence.counted("pass").estimate, evidence.counted("fail").estimate) == (0.5, 1.0)


@pytest.mark.parametrize(("low", "high", "value"), [(0.0, math.inf, math.inf), (-math.inf, 1.0, -math.inf)])
def test_a_quantile_takes_the_infinite_end_of_its_range(low, high, value) -> None:
    """A missing output counts as it; it stands on one side of any bound."""
    evidence = Evidence(above(0.5, lower=low, upper=high, form="quantile", share=0.5))
    _, _, fault = evidence.take(one(0.5, value), one(0.5, value))
    assert (fault, evidence.n) == (None, 2)


@pytest.mark.parametrize("value", [np.nan, -np.inf, -1.0])
def test_a_quantile_takes_nothing_beyond_its_range(value) -> None:
    """Infinity is one of its values at the infinite end alone."""
    facts = {"lower": 0.0, "upper": math.inf, "form": "quantile", "share": 0.5}
    _, _, fault = Evidence(above(0.5, **facts)).take(one(0.5, value), one(0.5, value))
    assert "unit 2 has the value" in str(fault)


@pytest.mark.parametrize("form", ["mean", "tail_mean"])
def test_a_mean_of_what_has_no_worst_value_is_told_what_to_do(form) -> None:
    """The infinity of a missing output would be the mean."""
    _, _, fault = Evidence(above(0.5, upper=math.inf, form=form)).take(one(0.5, np.inf), one(0.5, 0))
    assert "unit 2 has no limit" in str(fault)
    assert "write on_missing: exclude" in str(fault)


@pytest.mark.parametrize("pair", [([0.5, np.inf], [1.0, 1.0]), ([0.5, 0.5], [1.0, np.inf])])
def test_neither_part_of_a_ratio_may_be_infinite(pair) -> None:
    """A clean output may be missing as well as a perturbed one."""
    views = tuple(np.array(part) for part in pair)
    facts = {"upper": math.inf, "denominator_upper": math.inf, "nested": False}
    _, _, fault = Evidence(above(0.5, **facts)).take(views, views)
    assert "unit 2 has no limit" in str(fault)
