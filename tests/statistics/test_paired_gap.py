"""The gap between values that have units of their own, by the differences of paired units."""

import math
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statistics_references import above, below, run

from robustspec.statistics.betting import horizon_grid, invert
from robustspec.statistics.evidence import count
from robustspec.statistics.gap import GapTest
from robustspec.statistics.paired_gap import MOST_VALUES, PairedGapTest, make_gap, paired_horizons
from robustspec.statistics.sequential import SequentialTest
from robustspec.statistics.side import fail_side, pass_side

LOOKS = [8, 15, 22, 29, 37, 47, 59, 74, 93, 117, 147, 184, 230, 288]


def draw(rng, shares, n):
    return [(rng.random(n) < p).astype(float) for p in shares]


def fill(test, streams, size=None):
    longest = max(len(x) for x in streams)
    size = size or longest
    for start in range(0, longest, size):
        for k, x in enumerate(streams):
            part = (x[start : start + size], None)
            test.extend(k, part, part)
    test.finish()
    return test


def paired(bound, horizons, **facts):
    return PairedGapTest(bound, 0.05, 0.05, [above(0.0, n) for n in horizons], **facts)


def first_look(n):
    return min(look for look in LOOKS if look >= n)


@pytest.mark.parametrize("shares", [[0.6, 0.5], [0.9, 0.8, 0.85], [1.0, 0.9, 0.9, 0.9]])
def test_false_verdicts_at_the_bound(shares) -> None:
    """A true gap equal to the bound fails, or passes, in at most 5 % of seeded runs."""
    rng, runs = np.random.default_rng(2), 100
    words = [fill(paired(0.1, [150] * len(shares)), draw(rng, shares, 150)).decision for _ in range(runs)]
    assert max(words.count("PASS"), words.count("FAIL")) / runs <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / runs)


@pytest.mark.parametrize(("low", "word"), [(0.9, "PASS"), (0.7, "FAIL")])
def test_it_needs_well_below_the_units_of_the_interval_form(low, word) -> None:
    """Five values within 0.1, or some of them 0.2 off, in a mean over seeded runs: seven tenths at most."""
    rng, units = np.random.default_rng(3), np.zeros(2)
    for _ in range(4):
        streams = draw(rng, [0.9, 0.9, 0.9, low, low], 1000)
        tests = [
            fill(
                make_gap("sequential", "distribution", 0.1, 0.05, 0.05, [above(0.0, 1000)] * 5, disjoint=disjoint),
                streams,
            )
            for disjoint in (True, False)
        ]
        assert tests[0].decision == word
        units += [test.n for test in tests]
    assert units[0] <= 0.7 * units[1]


def test_two_values_pass_when_both_differences_do() -> None:
    """The look at which it passes is the first after the differences both ways are shown to be small."""
    streams = draw(np.random.default_rng(5), [0.9, 0.9], 400)
    test = fill(paired(0.1, [400] * 2), streams)
    alone = [run(SequentialTest(below(0.1, 400, lower=-1.0)), streams[i] - streams[j]) for i, j in ((0, 1), (1, 0))]
    assert [each.decision for each in alone] == ["PASS", "PASS"]
    assert (test.decision, test.n) == ("PASS", 2 * first_look(max(each.n for each in alone)))


def test_the_error_rate_of_a_fail_is_shared_among_the_ordered_pairs() -> None:
    """One pair of three values that are apart fails at a sixth of the rate."""
    x = (np.random.default_rng(5).random(300) < 0.6).astype(float)
    test = fill(paired(0.2, [300] * 3), [np.ones(300), np.ones(300), x])
    alone = run(SequentialTest(replace(below(0.2, 300, lower=-1.0), alpha_fail=0.05 / 6)), 1 - x)
    assert (test.decision, alone.decision) == ("FAIL", "FAIL")
    assert test.n == 3 * first_look(alone.n)


def test_a_pair_that_was_shown_stays_shown() -> None:
    """Two values that were shown to be near before the look pass, though the units after that speak against it."""
    crossing = run(SequentialTest(below(0.1, 100, lower=-1.0)), np.zeros(100)).n
    look = first_look(crossing)
    assert crossing < look
    later = np.arange(100) >= crossing
    assert run(SequentialTest(below(0.1, 100, lower=-1.0)), np.sort(later[:look])[::-1].astype(float)).decision is None
    test = fill(paired(0.1, [100] * 2), [np.ones(100), 1.0 - later])
    assert (test.decision, test.n, test.summary().upper) == ("PASS", 2 * look, 0.1)


def bounds_by_pairs(streams, horizons, bound):
    """The bounds pair by pair, each from its own differences and its own grid."""
    plain = replace(below(bound, lower=-1.0), alpha_fail=0.05 / (len(streams) * (len(streams) - 1)))
    found = []
    for i, j in permutations(range(len(streams)), 2):
        n = min(horizons[i], horizons[j])
        seen = count((streams[i][:n] - streams[j][:n], None))
        sides = fail_side(plain), pass_side(plain)
        found.append([invert(side, seen, horizon_grid(side, n), 1e-7) for side in sides])
    lower, upper = np.max(found, axis=0)
    return lower, upper


@pytest.mark.parametrize("horizons", [[300] * 3, [300, 60, 150]])
def test_bounds_are_the_furthest_of_all_pairs(horizons) -> None:
    """Of an open gap: those of the differences of every pair, which end with the smaller horizon of the two."""
    rng = np.random.default_rng(6)
    streams = [np.round(rng.beta(a, 2, n), 3) for a, n in zip((6, 5, 4), horizons, strict=True)]
    seen = fill(test := paired(0.1, horizons), streams).summary()
    assert test.decision is None
    lower, upper = bounds_by_pairs(streams, horizons, 0.1)
    assert (seen.lower, seen.upper) == pytest.approx((max(0.0, lower), upper), abs=2e-5)


@pytest.mark.parametrize(("last", "word"), [(0.9, "PASS"), (0.82, None), (0.6, "FAIL")])
def test_the_summary_agrees_with_the_verdict(last, word) -> None:
    """PASS exactly if the upper bound is within the bound, FAIL exactly if the lower one reaches it."""
    test = fill(paired(0.1, [500] * 3), draw(np.random.default_rng(8), [0.9, 0.9, last], 500))
    seen = test.summary()
    assert test.decision == word
    assert (test.decision == "PASS") == (seen.upper <= 0.1)
    assert (test.decision == "FAIL") == (seen.lower >= 0.1)
    assert seen.lower <= seen.estimate <= seen.upper


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 30), st.integers(1, 200), st.sampled_from([0.9, 0.8, 0.5]))
def test_batches_do_not_change_the_outcome(seed, size, last) -> None:
    """Decision, units and bounds are the same for any cut into batches."""
    rng, horizons = np.random.default_rng(seed), [200, 120, 70]
    streams = [draw(rng, [p], n)[0] for p, n in zip((0.9, 0.9, last), horizons, strict=True)]
    whole, cut = fill(paired(0.15, horizons), streams), fill(paired(0.15, horizons), streams, size)
    assert (cut.decision, cut.n, cut.summary()) == (whole.decision, whole.n, whole.summary())


def test_missing_outputs_count_against_both_verdicts() -> None:
    """The PASS side takes the first as high and the second as low as can be, the FAIL side the other way round."""
    x, y = draw(np.random.default_rng(9), [0.95, 0.4], 300)
    low, high = (np.where(np.arange(300) % 10 == 0, end, x) for end in (0.0, 1.0))
    test = paired(0.2, [300] * 2)
    for k, views in enumerate(((low, high), (y, y))):
        test.extend(k, (views[0], None), (views[1], None))
    test.finish()
    n, at = test.n // 2, below(0.2, 300, lower=-1.0)
    alone = run(SequentialTest(replace(at, alpha_fail=0.025)), low - y)
    assert (test.decision, alone.decision, n) == ("FAIL", "FAIL", first_look(alone.n))
    side = pass_side(at)
    upper = invert(side, count((high[:n] - y[:n], None)), horizon_grid(side, 300), 1e-7)
    assert test.summary().upper == pytest.approx(upper, abs=2e-5)


def test_the_views_of_a_value_that_is_better_low_are_swapped() -> None:
    """For an error rate the view against the PASS is the higher one; the outcome is the mirror image."""
    low, high = (np.repeat([1.0, 0.0], [80, 20]), None), (np.repeat([1.0, 0.0], [90, 10]), None)
    up = PairedGapTest(0.3, 0.05, 0.05, [above(0.0, 100)] * 2)
    down = PairedGapTest(0.3, 0.05, 0.05, [below(0.0, 100)] * 2)
    for k in (0, 1):
        up.extend(k, low, high)
        down.extend(k, high, low)
    assert up.summary() == down.summary()


def test_no_units_decide_nothing() -> None:
    """Without evidence, or with an empty value, the gap may be anything."""
    test = paired(0.1, [50, 50])
    assert test.finish() is None
    assert (test.summary().estimate, test.summary().lower, test.summary().upper) == (None, 0.0, 1.0)
    one = fill(paired(0.1, [50, 50]), [np.ones(50), np.ones(0)])
    assert (one.decision, one.summary().upper) == (None, 1.0)


def test_values_without_spread() -> None:
    """Equal units pass, opposite ones fail, and the bounds keep a width."""
    same = fill(paired(0.1, [300] * 2), [np.ones(300)] * 2)
    apart = fill(paired(0.1, [300] * 2), [np.ones(300), np.zeros(300)])
    assert (same.decision, apart.decision) == ("PASS", "FAIL")
    assert same.summary().upper > 0.0
    assert apart.summary().lower < 1.0


def test_a_bound_that_no_gap_exceeds_passes_at_once() -> None:
    """Shares are at most 1 apart, which the first look finds."""
    test = fill(paired(1.0, [300] * 2), [np.ones(300), np.zeros(300)])
    assert (test.decision, test.n, test.summary().upper) == ("PASS", 16, 1.0)


def test_a_margin_loosens_the_pass_only() -> None:
    """A gap at the bound passes with a margin, and one beyond both fails as before."""
    streams = draw(np.random.default_rng(7), [0.9, 0.8], 400)
    assert fill(paired(0.1, [400] * 2), streams).decision is None
    passed = fill(paired(0.1, [400] * 2, margin=0.15), streams)
    assert passed.decision == "PASS"
    assert 0.1 < passed.summary().upper <= 0.25
    far = [np.ones(300), np.zeros(300)]
    one, other = fill(paired(0.1, [300] * 2), far), fill(paired(0.1, [300] * 2, margin=0.15), far)
    assert (one.decision, one.n) == (other.decision, other.n) == ("FAIL", one.n)


def test_other_ranges_than_shares() -> None:
    """Ten times the scores with ten times the bound are judged alike."""
    rng = np.random.default_rng(10)
    streams = [rng.beta(8, 2, 300) for _ in range(3)]
    one = fill(paired(0.1, [300] * 3), streams)
    ten = PairedGapTest(1.0, 0.05, 0.05, [above(0.0, 300, upper=10.0)] * 3)
    fill(ten, [10 * x for x in streams])
    assert (one.decision, ten.decision, ten.n) == ("PASS", "PASS", one.n)
    assert ten.summary().upper == pytest.approx(10 * one.summary().upper, abs=1e-3)


def test_an_unusable_unit_is_an_error() -> None:
    """A score outside the declared bounds is refused when it comes into evidence."""
    with pytest.raises(ValueError, match="unit 2 has the value 2"):
        fill(paired(0.1, [20] * 2), [np.array([1.0, 2.0] + [1.0] * 18), np.ones(20)])


def test_the_largest_value_needs_no_more_units_than_find_another() -> None:
    """The units of the largest after those of the second have none to be paired with."""
    assert paired_horizons([40, 300, 90]) == [40, 90, 90]
    assert paired_horizons([50, 50]) == [50, 50]


@pytest.mark.parametrize(
    ("streams", "method", "population", "disjoint"),
    [
        ([above(0.0, 50)] * 2, "sequential", "distribution", False),
        ([above(0.0, 50)] * 2, "fixed", "distribution", True),
        ([above(0.0, 50)] * 2, "point", "distribution", True),
        ([above(0.0, 50)] * 2, "sequential", "dataset", True),
        ([above(0.0, 50, denominator_upper=1.0)] * 2, "sequential", "distribution", True),
        ([above(0.0, 50), above(0.0, 801)], "sequential", "distribution", True),
        ([above(0.0, 50), above(0.0, 0)], "sequential", "distribution", True),
        ([above(0.0, 50)], "sequential", "distribution", True),
        ([above(0.0, 50)] * (MOST_VALUES + 1), "sequential", "distribution", True),
        ([], "sequential", "distribution", True),
    ],
)
def test_gaps_that_are_judged_by_the_bounds_of_each_value(streams, method, population, disjoint) -> None:
    """Units in common, other methods, ratios, very uneven sizes, and too few or too many values."""
    assert type(make_gap(method, population, 0.1, 0.05, 0.05, streams, disjoint=disjoint)) is GapTest


def test_values_with_units_of_their_own_are_paired() -> None:
    """Up to sixteen times as many in one of them."""
    streams = [above(0.0, 50), above(0.0, 800)]
    assert type(make_gap("sequential", "distribution", 0.1, 0.05, 0.05, streams, disjoint=True)) is PairedGapTest
