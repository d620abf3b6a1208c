"""What would let a requirement pass: reachability against brute force, and remedies that work when they are taken."""

import re
from dataclasses import replace

import numpy as np
import pytest

from robustspec.statistics.base import Hypothesis
from robustspec.statistics.gap import GapTest
from robustspec.statistics.planning.planner import outlook
from robustspec.statistics.planning.reach import gap_units, remedy_for_unreachable, units_for_power
from robustspec.statistics.select import fewest_that_can_pass, make_test


def claim(bound, horizon, at_least=True, alpha=0.05, **facts):
    return Hypothesis(bound, at_least, alpha, alpha, horizon, **facts)


def drawn_requirement(rng):
    """A requirement as specifications have them, with few units and bounds near the edge; and its best possible unit."""
    horizon, alpha = int(rng.integers(1, 120)), float(rng.choice([0.01, 0.05, 0.1]))
    shape = rng.choice(["binary", "score", "drop", "precision", "retention", "quantile", "rate"])
    bound = float(rng.choice([0.5, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99]))
    if shape == "drop":
        return claim(1 - bound, horizon, at_least=False, alpha=alpha, lower=-1.0), (0.0, None)
    if shape == "rate":
        return claim(1 - bound, horizon, at_least=False, alpha=alpha, binary=True), (0.0, None)
    if shape == "precision":
        return claim(bound, horizon, alpha=alpha, denominator_upper=1.0), (1.0, 1.0)
    if shape == "retention":
        return claim(bound, horizon, alpha=alpha, denominator_upper=1.0, nested=False), (1.0, 1.0)
    if shape == "quantile":
        facts = {"form": "quantile", "share": bound, "upper": float("inf")}
        return claim(2.0, horizon, at_least=False, alpha=alpha, **facts), (1.0, None)
    return claim(bound, horizon, alpha=alpha, binary=shape == "binary"), (1.0, None)


def passes(method, hypothesis, unit):
    """Whether units that are all the best pass, by the test itself."""
    test, n = make_test(method, "distribution", hypothesis), hypothesis.horizon
    view = np.full(n, unit[0]), None if unit[1] is None else np.full(n, unit[1])
    test.extend(view, view)
    return test.finish() == "PASS"


@pytest.mark.parametrize("method", ["sequential", "fixed"])
def test_every_unreachable_requirement_is_caught(method):
    """G11: 150 drawn requirements; exactly those that no perfect run passes are told, before any call."""
    rng = np.random.default_rng(3)
    unreachable = 0
    for _ in range(150):
        hypothesis, unit = drawn_requirement(rng)
        ideal = None if hypothesis.form == "quantile" else unit
        fewest = fewest_that_can_pass(method, "distribution", hypothesis, ideal)
        told = fewest is None or fewest > hypothesis.horizon
        assert told == (not passes(method, hypothesis, unit)), hypothesis
        unreachable += told
    assert 30 < unreachable < 120


@pytest.mark.parametrize("method", ["sequential", "fixed"])
def test_remedies_work(method):
    """Each number that is named makes a perfect run pass; a number a step nearer does not."""
    rng, tried = np.random.default_rng(8), 0
    while tried < 20:
        hypothesis, unit = drawn_requirement(rng)
        if hypothesis.form == "quantile" or passes(method, hypothesis, unit):
            continue
        tried += 1
        text = remedy_for_unreachable(method, "distribution", hypothesis, unit, available=10**9)
        units = int(re.search(r"raise max_samples to (\d+)", text)[1])
        assert passes(method, replace(hypothesis, horizon=units), unit)
        assert not passes(method, replace(hypothesis, horizon=units - 1), unit)
        if confidence := re.search(r"lower the confidence to (0\.\d+)", text):
            alpha = 1 - float(confidence[1])
            assert passes(method, replace(hypothesis, alpha_pass=alpha + 1e-12), unit)
            assert not passes(method, replace(hypothesis, alpha_pass=alpha - 0.01 - 1e-12), unit)
        if bound := re.search(r"move the bound to (0\.\d+)", text):
            moved = replace(hypothesis, bound=float(bound[1]))
            assert passes(method, moved, unit)
            step = 0.01 if hypothesis.at_least else -0.01
            nearer = replace(moved, bound=moved.bound + step)
            assert abs(nearer.bound - hypothesis.bound) < 0.0099 or not passes(method, nearer, unit)


def test_the_remedy_in_words():
    """0.99 takes 299 units that are all right, as 0.99 ** 299 < 0.05; 100 show 0.97, or 0.99 at confidence 0.63."""
    text = remedy_for_unreachable("fixed", "distribution", claim(0.99, 100, binary=True), available=100)
    assert text == ("add rows up to 299 units (100 now), lower the confidence to 0.63, or move the bound to 0.97")


def test_more_samples_where_the_data_have_them():
    """The rows are there: only max_samples is in the way."""
    text = remedy_for_unreachable("fixed", "distribution", claim(0.99, 100, binary=True), available=500)
    assert text.startswith("raise max_samples to 299, ")


def test_a_corrected_confidence_is_told_as_it_is_written():
    """With 10 requirements under bonferroni, alpha 0.005 stands for confidence 0.95."""
    hypothesis = claim(0.9, 40, alpha=0.005, binary=True)
    text = remedy_for_unreachable("fixed", "distribution", hypothesis, requirements=10)
    confidence = float(re.search(r"lower the confidence to (0\.\d+)", text)[1])
    chance_of_luck = 0.9**40
    assert chance_of_luck <= (1 - confidence) / 10
    assert chance_of_luck > (1 - confidence - 0.01) / 10


def test_perfection_cannot_be_shown():
    """No number of units and no confidence shows 1: only another bound, a margin, or these rows."""
    text = remedy_for_unreachable("sequential", "distribution", claim(1.0, 100, binary=True))
    assert text == (
        "move the bound to 0.97, write margin: 0.03, which shows 0.97, or write population: dataset, which claims these "
        "rows only"
    )
    hopeless = remedy_for_unreachable("sequential", "distribution", claim(1.0, 1, binary=True, alpha=1e-9))
    assert hopeless == "write population: dataset, which claims these rows only"


@pytest.mark.parametrize(
    ("hypothesis", "unit"),
    [
        (claim(1.0, 100, binary=True), (1.0, None)),
        (claim(0.0, 60, at_least=False, lower=-1.0), (0.0, None)),
        (claim(1.0, 60, denominator_upper=1.0, nested=False), (1.0, 1.0)),
    ],
)
def test_the_margin_at_the_end_of_the_scale_works(hypothesis, unit):
    """A perfect run passes with it, and not with 0.01 less."""
    text = remedy_for_unreachable("sequential", "distribution", hypothesis, unit)
    margin = float(re.search(r"write margin: (0\.\d+), which shows", text)[1])
    assert passes("sequential", replace(hypothesis, margin=margin), unit)
    assert not passes("sequential", replace(hypothesis, margin=margin - 0.01), unit)


@pytest.mark.parametrize(
    ("method", "hypothesis", "value"),
    [
        ("sequential", claim(0.9, 100, binary=True), 0.94),
        ("sequential", claim(0.85, 100), 0.92),
        ("fixed", claim(0.9, 100, binary=True), 0.94),
        ("sequential", claim(0.1, 100, at_least=False, lower=-1.0), 0.02),
    ],
)
def test_units_for_power(method, hypothesis, value):
    """So many units pass 80 times in 100, and two thirds of them do not."""
    units = units_for_power(method, "distribution", hypothesis, value)
    assert outlook(method, "distribution", replace(hypothesis, horizon=units), value).p_pass > 0.75
    assert outlook(method, "distribution", replace(hypothesis, horizon=units * 2 // 3), value).p_pass < 0.8


def test_no_units_show_what_is_not_so():
    """A value at the bound passes 5 times in 100 with any number of units; a data set has the units it has."""
    assert units_for_power("sequential", "distribution", claim(0.9, 100, binary=True), 0.9) is None
    assert units_for_power("sequential", "dataset", claim(0.9, 100, binary=True), 0.95) is None


@pytest.mark.parametrize("method", ["sequential", "fixed"])
def test_units_of_a_gap(method):
    """Values that are all right show the gap with so many units of each, not with fewer."""
    streams = claim(0.0, 2000, binary=True)
    units = gap_units(method, "distribution", streams, 0.1, 1.0)

    def verdict(n):
        test = GapTest(method, "distribution", 0.1, 0.05, 0.05, [replace(streams, horizon=n)] * 3)
        for k in range(3):
            test.extend(k, (np.ones(n), None), (np.ones(n), None))
        return test.finish()

    assert verdict(units) == "PASS"
    # A sequential gap is looked at after 25 % more units each time.
    fewer = units - 1 if method == "fixed" else units * 3 // 4
    assert verdict(fewer) is None
    assert gap_units(method, "distribution", streams, 0.1, 0.9) > 2 * units
    assert gap_units(method, "distribution", replace(streams, horizon=fewer), 0.1, 1.0) is None
