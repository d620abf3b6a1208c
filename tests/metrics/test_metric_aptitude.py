"""Aptitude and unreliability over repeats, by hand and beside a plain loop."""

import numpy as np
import pytest

from robustspec.data.row import Answer, Case, Row
from robustspec.metrics.accuracy import Accuracy
from robustspec.metrics.aptitude import Aptitude, Unreliability
from robustspec.metrics.kendall_tau import KendallTau

BASES = {"accuracy": Accuracy(), "kendall_tau": KendallTau()}


def table(scores):
    """The table of several cases, from the scores of their repeats; each case weighs 1."""
    return {
        (row, "clean", number, score): 1 / len(repeats)
        for row, repeats in scores.items()
        for number, score in enumerate(repeats)
    }


def percentile(scores, q):
    """Linear interpolation between the sorted scores at position (N - 1) q."""
    ordered = sorted(scores)
    place = (len(ordered) - 1) * q
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def test_by_hand():
    """Ten repeats 0, 0.1 .. 0.9: positions 8.1 and 0.9, so 0.81 and 0.09; a steady case has 1 and no range."""
    cases = {"1": [number / 10 for number in range(10)], "2": [1.0] * 10}
    assert Aptitude(of="accuracy").value(table(cases)) == pytest.approx((0.81 + 1) / 2)
    assert Unreliability(of="accuracy").value(table(cases)) == pytest.approx((0.72 + 0) / 2)


def test_against_a_plain_loop():
    """Random scores, other percentiles."""
    draws = np.random.default_rng(1).random((20, 7)).tolist()
    cases = {str(number): scores for number, scores in enumerate(draws)}
    high = np.mean([percentile(scores, 0.8) for scores in draws])
    low = np.mean([percentile(scores, 0.25) for scores in draws])
    assert Aptitude(of="accuracy", high=0.8).value(table(cases)) == pytest.approx(high)
    assert Unreliability(of="accuracy", high=0.8, low=0.25).value(table(cases)) == pytest.approx(high - low)


def test_right_half_of_the_time():
    """Two repeats, one right: 0.9 and 0.1 of the way up, so the range is 0.8."""
    assert Aptitude(of="accuracy").value(table({"1": [0, 1]})) == pytest.approx(0.9)
    assert Unreliability(of="accuracy").value(table({"1": [0, 1]})) == pytest.approx(0.8)


def test_cells_of_a_row_are_cases_of_their_own():
    """The repeats of one cell are not mixed with those of another."""
    entries = {("1", cell, repeat, score): 0.25 for cell, score in (("a", 0.0), ("b", 1.0)) for repeat in (0, 1)}
    assert Unreliability(of="accuracy").value(entries) == 0
    assert Aptitude(of="accuracy").value(entries) == 0.5


def test_resampled_rows_weigh_as_often_as_they_were_drawn():
    """Row 1 three times, row 2 not at all, and both; no rows at all have no value."""
    entries = list(table({"1": [0.0, 1.0], "2": [1.0, 1.0]}))
    weights = np.array([[1.5, 1.5, 0, 0], [0.5, 0.5, 0.5, 0.5], [0, 0, 0, 0]])
    found = Aptitude(of="accuracy").values(entries, weights)
    assert found[:2].tolist() == pytest.approx([0.9, 0.95])
    assert np.isnan(found[2])
    assert Aptitude(of="accuracy").value({}) is None


def test_what_is_observed():
    """Row, cell, number of the call and score: so that equal scores of two repeats stay two."""
    metric = Aptitude(of="accuracy").bound(BASES)
    case = Case(Row("7", "...", "y"), Answer("y"), cell="typo-1", call=3)
    assert metric.observe(case) == ("7", "typo-1", 3, 1.0)


def test_bounds_follow_the_metric():
    """A score from -1 to 1 has a range of up to 2."""
    aptitude, spread = (cls(of="kendall_tau").bound(BASES) for cls in (Aptitude, Unreliability))
    assert (aptitude.lower, aptitude.upper) == (KendallTau.lower, KendallTau.upper)
    assert (spread.lower, spread.upper) == (0, KendallTau.upper - KendallTau.lower)
