"""What to expect of a requirement: against simulation through the test that judges, scipy, and numbers of the design."""

import math

import numpy as np
import pytest
from scipy import stats

from robustspec.statistics.base import Hypothesis
from robustspec.statistics.planning.law import law_of
from robustspec.statistics.planning.planner import as_share, expected, outlook, unit_of
from robustspec.statistics.select import make_test

RUNS = 400


def claim(bound, horizon, at_least=True, alpha=0.05, **facts):
    return Hypothesis(bound, at_least, alpha, alpha, horizon, **facts)


def simulated(method, population, hypothesis, value, runs=RUNS):
    """Shares of PASS and FAIL and the units of each run, through the test itself, by another generator than the plan's."""
    rng, law, n = np.random.default_rng(5), law_of(hypothesis, value), hypothesis.horizon
    words, units = [], []
    for _ in range(runs):
        free = population == "distribution"
        which = rng.choice(len(law.shares), n, p=law.shares) if free else rng.permutation(law.units(n))
        test, view = make_test(method, population, hypothesis), law.view(which)
        test.extend(view, view)
        words.append(test.finish())
        units.append(test.n)
    return words.count("PASS") / runs, words.count("FAIL") / runs, np.array(units)


@pytest.mark.parametrize(
    ("bound", "horizon", "true", "p_pass", "units"),
    [
        (0.9, 500, 0.94, 0.908, 264),
        (0.9, 500, 0.92, 0.370, None),
        (0.8, 200, 0.84, 0.338, None),
        (0.95, 1000, 0.97, 0.898, 544),
    ],
)
def test_numbers_of_the_design(bound, horizon, true, p_pass, units):
    """The exact sequential test has the power that was worked out when it was designed."""
    found = outlook("sequential", "distribution", claim(bound, horizon, binary=True), true)
    assert found.p_pass == pytest.approx(p_pass, abs=0.001)
    assert units is None or round(found.mean_units) == units
    assert found.how == "exact"


@pytest.mark.parametrize(
    ("true", "verdict", "share", "pairs"),
    [
        (0.0, "p_pass", 1.0, 232),
        (0.01, "p_pass", 1.0, 379),
        (0.03, "p_pass", 0.743, None),
        (0.08, "p_fail", 0.927, None),
    ],
)
def test_drops_of_the_design(true, verdict, share, pairs):
    """A drop of 0 to 0.08 against 0.05, in 2,000 pairs of which 4 to 12 in 100 differ (design: 2,000 paths)."""
    found = outlook("sequential", "distribution", claim(0.05, 2000, at_least=False, lower=-1.0), true)
    assert getattr(found, verdict) == pytest.approx(share, abs=3 * 0.011 * math.sqrt(2))
    assert pairs is None or found.mean_units == pytest.approx(pairs, rel=0.05)
    assert found.how == "simulated"


@pytest.mark.parametrize(
    ("method", "population", "hypothesis", "true", "how"),
    [
        ("sequential", "distribution", claim(0.9, 200, binary=True), 0.93, "exact"),
        ("sequential", "distribution", claim(0.1, 200, at_least=False, binary=True), 0.16, "exact"),
        ("sequential", "distribution", claim(0.9, 200), 0.94, "worst case"),
        ("sequential", "distribution", claim(5.0, 200, at_least=False, upper=10.0), 4.4, "worst case"),
        ("sequential", "distribution", claim(0.1, 200, at_least=False, lower=-1.0), 0.02, "simulated"),
        ("sequential", "distribution", claim(0.8, 200, denominator_upper=1.0, nested=False), 0.9, "simulated"),
        ("sequential", "distribution", claim(0.8, 200, upper=2.0, denominator_upper=2.0), 0.87, "approximate"),
        ("sequential", "distribution", claim(0.9, 200, margin=0.03), 0.92, "worst case"),
        ("sequential", "dataset", claim(0.9, 150, binary=True), 0.94, "exact"),
        ("sequential", "dataset", claim(0.9, 150, binary=True, every_unit=False), 0.94, "simulated"),
        ("sequential", "dataset", claim(0.1, 150, at_least=False, lower=-1.0), 0.04, "simulated"),
        ("fixed", "distribution", claim(0.9, 150, binary=True), 0.94, "exact"),
        ("fixed", "distribution", claim(0.9, 150), 0.95, "worst case"),
        ("fixed", "distribution", claim(0.1, 150, at_least=False, lower=-1.0), 0.0, "simulated"),
        ("point", "distribution", claim(0.9, 150, binary=True), 0.91, "exact"),
    ],
)
def test_the_plan_equals_simulation(method, population, hypothesis, true, how):
    """G11: within three Monte Carlo errors of both, for every method and shape of a unit."""
    found = outlook(method, population, hypothesis, true)
    p_pass, p_fail, units = simulated(method, population, hypothesis, true)
    own = 2000 if how == "simulated" else math.inf
    for planned, seen in ((found.p_pass, p_pass), (found.p_fail, p_fail)):
        spread = max(planned * (1 - planned), 1 / RUNS)
        assert abs(planned - seen) <= 3 * math.sqrt(spread / RUNS + spread / own)
    error = units.std() * math.sqrt(1 / RUNS + 1 / own)
    assert abs(found.mean_units - units.mean()) <= 3 * error + 1e-6
    assert found.how == how


def test_fixed_is_a_binomial_tail():
    """By scipy: the least number right whose Clopper-Pearson bound meets 0.9, and the chance of as many."""
    found = outlook("fixed", "distribution", claim(0.9, 200, binary=True), 0.95)
    lower = [stats.beta.ppf(0.05, s, 201 - s) if s else 0.0 for s in range(201)]
    upper = [stats.beta.ppf(0.95, s + 1, 200 - s) if s < 200 else 1.0 for s in range(201)]
    passing = min(s for s in range(201) if lower[s] >= 0.9)
    failing = max(s for s in range(201) if upper[s] < 0.9)
    assert found.p_pass == pytest.approx(stats.binom.sf(passing - 1, 200, 0.95), abs=1e-9)
    assert found.p_fail == pytest.approx(stats.binom.cdf(failing, 200, 0.95), abs=1e-9)
    assert found.mean_units == 200


def test_every_path_of_a_short_run():
    """By enumeration: all 2^10 runs of ten scores at their bounds."""
    hypothesis, true = claim(0.3, 10, alpha=0.3), 0.6
    chance = {"PASS": 0.0, "FAIL": 0.0, None: 0.0}
    units = 0.0
    for code in range(2**10):
        scores = np.array([code >> k & 1 for k in range(10)], dtype=float)
        test = make_test("sequential", "distribution", hypothesis)
        test.extend((scores, None), (scores, None))
        weight = true ** scores.sum() * (1 - true) ** (10 - scores.sum())
        chance[test.finish()] += weight
        units += weight * test.n
    found = outlook("sequential", "distribution", hypothesis, true)
    assert [found.p_pass, found.p_fail, found.p_inconclusive] == pytest.approx([*chance.values()], abs=1e-12)
    assert found.mean_units == pytest.approx(units)
    assert 0.1 < found.p_pass < 0.9


@pytest.mark.parametrize("binary", [True, False])
def test_a_model_at_the_bound_is_seldom_called_anything(binary):
    """At the bound PASS and FAIL each stay within 5 in 100, as guaranteed."""
    found = outlook("sequential", "distribution", claim(0.8, 300, binary=binary), 0.8)
    assert 0.02 < found.p_pass <= 0.05
    assert 0.02 < found.p_fail <= 0.05


def test_a_data_set_ends_certain():
    """All rows in, the value is known: the order can only mislead before."""
    for kept in ("sequential", "fixed"):
        found = outlook(kept, "dataset", claim(0.9, 100, binary=True), 0.95)
        assert found.p_pass + found.p_fail == pytest.approx(1)
        assert found.p_pass >= 0.95
    assert outlook("fixed", "dataset", claim(0.9, 100), 0.85).p_fail == 1


def test_a_quantile_is_planned_as_its_share():
    """'95 % of answers within 2 s' is a share of 0.95, whatever the unit of time."""
    slow = claim(2.0, 400, at_least=False, form="quantile", share=0.95, upper=math.inf)
    share = claim(0.95, 400, binary=True)
    assert outlook("sequential", "distribution", slow, 0.98) == outlook("sequential", "distribution", share, 0.98)
    assert as_share(slow).bound == 0.95


def test_a_tail_mean_is_not_planned():
    """Its mean alone says too little."""
    with pytest.raises(ValueError, match="how the worst units spread"):
        outlook("sequential", "distribution", claim(0.5, 100, form="tail_mean", share=0.1), 0.7)


def test_approximate_is_about_a_binomial():
    """A bound at 1.645 standard errors: P(Z > 1.645 - 0.05 / se), se = sqrt(0.95 * 0.05 / 200)."""
    found = outlook("approximate", "distribution", claim(0.9, 200, binary=True), 0.95)
    assert found.p_pass == pytest.approx(stats.norm.sf(1.6449 - 0.05 / math.sqrt(0.95 * 0.05 / 200)), abs=1e-4)
    assert found.how == "approximate"


@pytest.mark.parametrize(("horizon", "true"), [(29, 0.95), (200, 1.0)])
def test_approximate_never_passes_on_few_or_equal_units(horizon, true):
    """Fewer than 30 have no verdict; units that are all alike say nothing to the bootstrap."""
    assert outlook("approximate", "distribution", claim(0.9, horizon, binary=True), true).p_pass == 0


def test_scores_with_less_spread_decide_sooner():
    """The worst case is one: beta scores of the same mean pass more often, with fewer units."""
    hypothesis, rng = claim(0.9, 300), np.random.default_rng(0)
    found = outlook("sequential", "distribution", hypothesis, 0.93)
    words, units = [], []
    for _ in range(200):
        scores = rng.beta(9.3, 0.7, 300)
        test = make_test("sequential", "distribution", hypothesis)
        test.extend((scores, None), (scores, None))
        words.append(test.finish())
        units.append(test.n)
    assert words.count("PASS") / 200 > found.p_pass + 0.2
    assert np.mean(units) < found.mean_units - 20


def test_impossible_values_are_refused():
    """A share above 1 is a mistake of the reader."""
    with pytest.raises(ValueError, match=r"the value 1.2 lies outside \[0, 1\]"):
        outlook("sequential", "distribution", claim(0.9, 100, binary=True), 1.2)


def test_the_seed_of_resampling_makes_no_difference():
    """Arms that differ in nothing else share one answer."""
    one, other = (outlook("sequential", "distribution", claim(0.9, 100, seed=seed), 0.95) for seed in (1, 2))
    assert one is other


@pytest.mark.parametrize(
    ("hypothesis", "value"),
    [
        (claim(0.8, 100), 0.85),
        (claim(0.95, 100), 0.975),
        (claim(0.05, 100, at_least=False), 0.025),
        (claim(0.2, 100, at_least=False), 0.15),
        (claim(0.05, 100, at_least=False, lower=-1.0), 0.025),
        (claim(-0.02, 100, lower=-1.0), -0.01),
        (claim(0.02, 100, lower=-1.0), 0.07),
        (claim(0.9, 100, denominator_upper=1.0, nested=False), 0.95),
        (claim(20.0, 100, upper=40.0), 22.0),
        (claim(2.0, 100, at_least=False, form="quantile", share=0.98, upper=math.inf), 0.99),
    ],
)
def test_what_is_expected_without_a_word(hypothesis, value):
    """0.05 of the scale better than the bound, or halfway to perfect; no change is perfect for a drop."""
    assert expected(hypothesis) == pytest.approx(value)


@pytest.mark.parametrize(
    ("hypothesis", "unit"),
    [
        (claim(0.8, 100), 1),
        (claim(20.0, 100, upper=40.0), 40),
        (claim(0.0, 100, lower=-2.0, upper=2.0), 2),
        (claim(0.9, 100, upper=3.0, denominator_upper=3.0), 1),
    ],
)
def test_the_unit_of_a_scale(hypothesis, unit):
    """Distances from the bound are in parts of it."""
    assert unit_of(hypothesis) == unit


@pytest.mark.parametrize(
    ("hypothesis", "value"),
    [
        (claim(0.8, 100), 0.85),
        (claim(0.1, 100, lower=-1.0, at_least=False), 0.07),
        (claim(0.1, 100, lower=-1.0, at_least=False), -0.995),
        (claim(0.9, 100, denominator_upper=1.0, nested=False), 0.93),
        (claim(0.9, 100, denominator_upper=1.0, nested=False), 1.4),
        (claim(1.1, 100, denominator_upper=1.0, nested=False, at_least=False), 0.8),
        (claim(1.1, 100, denominator_upper=1.0, nested=False, at_least=False), 0.0),
        (claim(0.9, 100, upper=2.0, denominator_upper=2.0), 0.5),
    ],
)
def test_a_law_has_the_value_it_is_made_for(hypothesis, value):
    """mean(A) / mean(B) is the assumed value, within the declared ranges."""
    law = law_of(hypothesis, value)
    a, b = law.pair
    assert law.shares.sum() == pytest.approx(1)
    assert law.shares.min() > 0
    assert a @ law.shares / law.mean_b == pytest.approx(value)
    assert hypothesis.lower <= a.min() <= a.max() <= hypothesis.upper
    assert b is None or (b.min() >= 0 and b.max() <= hypothesis.denominator_upper)
