"""What to expect of a plan: true values, chances and calls of its arms."""

from types import SimpleNamespace

import pytest
from spec_factory import A12, B1, rows, spec_text

from robustspec.engine.outlook import ArmOutlook, Expectations, all_pass, calls, claim, fewest, grid, outlook_of
from robustspec.statistics.planning.planner import Outlook

BOTH = f"{A12}\n{B1}"


def expected_outlooks(plan, expected=None):
    return [outlook_of(arm, (expected or Expectations()).of(arm)) for arm in plan.arms]


def known(chance, problem=None):
    """An arm that passes with this chance, or one about which nothing is known."""
    found = None if chance is None else Outlook(chance, 0.0, 10.0, "exact")
    return ArmOutlook(SimpleNamespace(problem=problem), 0.9, found)


def test_an_expectation_goes_where_it_is_meant(bench):
    """The requirement's name wins over the metric's, and that over the number for at_least."""
    plan = bench.plan(
        spec_text(
            """
            - {metric: accuracy, cells: clean, at_least: 0.8}
            - {metric: accuracy, at_least: 0.8}
            - {metric: accuracy, aggregate: drop, at_most: 0.3}
            - {metric: flip_rate, at_most: 0.4}
            - {metric: accuracy, worst_over: cell, at_least: 0.7}
            """,
            perturbations=BOTH,
            top="metrics: {flip_rate: {kind: flip_rate, of: accuracy}}",
        ),
        rows(60),
    )
    expected = Expectations(0.9, {"accuracy": 0.92, "mean-accuracy-clean": 0.99})
    values = {arm.requirement.key: expected.of(arm) for arm in plan.arms}
    assert values == {
        "mean-accuracy-clean": 0.99,
        "mean-accuracy": 0.92,
        "drop-accuracy": 0.25,
        "mean-flip_rate": 0.35,
        "mean-accuracy-worst-over-cell": 0.92,
    }
    assert Expectations(0.9).of(plan.arms[1]) == 0.9
    assert Expectations(None, {"drop-accuracy": 0.01}).of(plan.arm("s::drop-accuracy::all")) == 0.01


def test_the_outlook_is_that_of_the_arm_s_own_test(bench):
    """0.8 ** 14 < 0.05: one cell of 0/1 values under fixed passes 14 units with 0.9 ** 14."""
    spec = spec_text("- {metric: accuracy, at_least: 0.8, method: fixed, max_samples: 14}", perturbations=B1)
    (found,) = expected_outlooks(bench.plan(spec, rows(60)), Expectations(0.9))
    assert found.p_pass == pytest.approx(0.9**14)
    assert found.outlook.how == "exact"
    assert found.units == 14


def test_calls_share_cases_and_stop_early(bench):
    """Two arms on the same cells cost as much as the longer one; each case is counted once."""
    spec = spec_text(
        "- {metric: accuracy, at_least: 0.8}\n- {metric: accuracy, cells: [a], at_least: 0.5}", perturbations=BOTH
    )
    plan = bench.plan(spec, rows(200))
    (scenario,) = plan.scenarios
    first, second = expected_outlooks(plan, Expectations(0.95))
    assert 0 < second.units < first.units < 200
    assert calls(scenario, [first]) == 3 * first.units
    assert calls(scenario, [second]) == 2 * second.units
    assert calls(scenario, [first, second]) == calls(scenario, [first]) < scenario.most_calls()


def test_calls_of_groups_add_up(bench):
    """Groups share no rows: two of them cost the sum."""
    data = rows(120, vendor=lambda k: "ab"[k % 2])
    spec = spec_text("- {metric: accuracy, worst_over: vendor, at_least: 0.6}", data="groups: [vendor]")
    plan = bench.plan(spec, data)
    outlooks = expected_outlooks(plan, Expectations(0.9))
    assert calls(plan.scenarios[0], outlooks) == sum(each.units for each in outlooks) > 0


def test_expected_calls_are_about_those_of_runs(bench):
    """A model that is right nine times in ten takes as many units as planned, on average over 25 orders."""
    spec = spec_text("- {metric: accuracy, cells: clean, at_least: 0.75}", statistics="seed: SEED")
    units = []
    for seed in range(25):
        plan = bench.plan(spec.replace("SEED", str(seed)), rows(150, label=lambda k: "no" if k % 10 == 0 else "yes"))
        units.append(bench.arm(plan).units)
    (planned,) = expected_outlooks(plan, Expectations(0.9))
    mean = sum(units) / 25
    spread = (sum((n - mean) ** 2 for n in units) / 24) ** 0.5
    assert abs(planned.outlook.mean_units - mean) < 3 * spread / 25**0.5


def test_an_arm_without_a_chance(bench):
    """UNREACHABLE takes no units, and nothing passes with it."""
    plan = bench.plan(
        spec_text("- {metric: accuracy, at_least: 0.999}\n- {metric: accuracy, at_least: 0.5, name: b}"), rows(60)
    )
    hopeless, fine = expected_outlooks(plan)
    assert (hopeless.p_pass, hopeless.units, hopeless.reason) == (0.0, 0, "UNREACHABLE")
    assert all_pass([hopeless, fine])[:2] == (0.0, 0.0)
    assert calls(plan.scenarios[0], [hopeless]) == 0


def test_what_is_not_worked_out(bench):
    """A gap and a tail mean say why, and count with the most that they may take."""
    data = rows(120, vendor=lambda k: "ab"[k % 2])
    spec = spec_text(
        "- {metric: accuracy, gap_over: vendor, at_most: 0.5}\n"
        "- {metric: test/number, aggregate: {kind: tail_mean, share: 0.5}, at_least: 0.5}",
        data="groups: [vendor]",
    )
    gap, tail = expected_outlooks(bench.plan(spec, data))
    assert (gap.p_pass, gap.units, gap.reason) == (None, 120, "a gap depends on all its values")
    assert (tail.p_pass, tail.units, tail.reason) == (None, 120, "a tail mean depends on how the worst units spread")


def test_a_gap_that_is_compared_needs_one_unit_of_each(bench):
    """Point asks for no evidence."""
    data = rows(120, vendor=lambda k: "ab"[k % 2])
    spec = spec_text("- {metric: accuracy, gap_over: vendor, at_most: 0.3, method: point}", data="groups: [vendor]")
    assert fewest(bench.plan(spec, data).arms[0]) == 2


def test_values_without_bounds_are_not_planned(bench):
    """A mean of seconds may hang on one of them; a quantile is a share."""
    spec = spec_text(
        "- {metric: latency, at_most: 2, method: approximate}\n"
        "- {metric: latency, aggregate: {kind: quantile, q: 0.9}, at_most: 2}"
    )
    mean, quantile = expected_outlooks(bench.plan(spec, rows(100)))
    assert (mean.outlook, mean.reason) == (None, "values without declared bounds may spread in any way")
    assert 0 < quantile.p_pass < 1


def test_the_number_of_a_table_of_these_rows_is_known_at_the_end(bench):
    """A claim about these rows is a comparison, whatever the method."""
    spec = spec_text("- {metric: mcc, at_least: 0.5, method: approximate, population: dataset}")
    (arm,) = bench.plan(spec, rows(100)).arms
    assert [outlook_of(arm, value).p_pass for value in (0.4, 0.6)] == [0, 1]


def test_the_fewest_of_a_gap(bench):
    """Both values must be shown: the fewest units count those of both, and that many pass."""
    data = rows(120, vendor=lambda k: "ab"[k % 2])
    plan = bench.plan(spec_text("- {metric: accuracy, gap_over: vendor, at_most: 0.3}", data="groups: [vendor]"), data)
    result = bench.arm(plan)
    assert (result.verdict, result.units) == ("PASS", fewest(plan.arms[0]))


def test_the_fewest_of_a_drop(bench):
    """The best there is: a model that does not drop, not one that gains."""
    plan = bench.plan(spec_text("- {metric: accuracy, aggregate: drop, at_most: 0.3}", perturbations=B1), rows(120))
    result = bench.arm(plan)
    assert (result.verdict, result.units) == ("PASS", fewest(plan.arms[0]))


def test_a_number_of_a_table(bench):
    """MCC in [-1, 1] spreads like a share of its scale: 0.5 against 0.5 is called a PASS every second run by point."""
    plan = bench.plan(spec_text("- {metric: mcc, at_least: 0.5, method: point}"), rows(100))
    found = outlook_of(plan.arms[0], 0.5).outlook
    assert found.p_pass == pytest.approx(0.5, abs=0.06)
    assert found.how == "approximate"
    assert fewest(plan.arms[0]) == 1


def test_the_grid_is_about_the_bound(bench):
    """0.01, 0.02 and 0.05 beside it and what is expected, within the scale."""
    plan = bench.plan(
        spec_text(
            "- {metric: accuracy, at_least: 0.97}\n- {metric: accuracy, aggregate: drop, at_most: 0.02}",
            perturbations=B1,
        ),
        rows(200),
    )
    accuracy, drop = plan.arms
    assert grid(accuracy, 0.975) == [0.92, 0.95, 0.96, 0.97, 0.975, 0.98, 0.99]
    assert grid(accuracy, 0.98) == [0.92, 0.95, 0.96, 0.97, 0.98, 0.99]
    assert grid(drop, 0.0) == [-0.03, 0.0, 0.01, 0.02, 0.03, 0.04, 0.07]


def test_a_quantile_is_planned_by_the_share_that_meets_its_bound(bench):
    """At least 0.3 in nine of ten units: the claim is a share of 0.9."""
    spec = spec_text("- {metric: test/number, aggregate: {kind: quantile, q: 0.1}, at_least: 0.3}")
    (arm,) = bench.plan(spec, rows(100)).arms
    assert claim(arm).bound == pytest.approx(0.9)
    assert outlook_of(arm, Expectations(0.1).of(arm)).value == pytest.approx(0.95)


def test_a_value_that_cannot_be(bench):
    """The fault names the requirement and its scale."""
    (arm,) = bench.plan(spec_text("- {metric: accuracy, at_least: 0.8}"), rows(60)).arms
    with pytest.raises(ValueError, match=r"mean-accuracy lies in \[0, 1\], so 1.5 cannot be expected of it"):
        outlook_of(arm, 1.5)


def test_everything_passes():
    """0.9 * 0.8 if independent, and never less than 1 - 0.1 - 0.2; what is unknown is counted apart."""
    least, alone, left_out = all_pass([known(0.9), known(0.8), known(None)])
    assert (least, alone, left_out) == (pytest.approx(0.7), pytest.approx(0.72), 1)
    assert all_pass([known(0.4), known(0.4)])[0] == 0
    assert all_pass([known(0.9), known(None, ("INVALID", "no row"))])[:2] == (0.0, 0.0)


def test_every_aggregate_has_an_outlook(bench):
    """None of them stops a plan, and a better true value passes more often and fails less often."""
    spec = spec_text(
        """
        - {metric: accuracy, aggregate: retention, at_least: 0.5}
        - {metric: accuracy, aggregate: instance_worst, at_least: 0.5}
        - {metric: accuracy, aggregate: trend, at_least: -0.2}
        - {metric: accuracy, aggregate: {kind: share_above, threshold: 0.5}, at_least: 0.5}
        - {metric: accuracy, aggregate: {kind: reweighted, over: vendor, to: balanced}, at_least: 0.5}
        - {metric: accuracy, aggregate: {kind: difference, against: old}, at_least: -0.3}
        - {metric: accuracy, aggregate: {kind: corruption_error, against: old}, at_most: 3}
        - {metric: f1, cells: clean, at_least: 0.5}
        """,
        perturbations=A12,
        data="groups: [vendor]",
        top=("baselines: {old: {kind: callable, target: 'json:dumps'}}\nmetrics: {f1: {kind: f1, positive: 'yes'}}"),
    )
    plan = bench.plan(spec, rows(200, vendor=lambda k: "ab"[k % 2]))
    for arm in plan.arms:
        assert fewest(arm) is not None
        found = [outlook_of(arm, value).outlook for value in grid(arm, Expectations().of(arm))]
        assert all(each.p_pass + each.p_fail <= 1 + 1e-9 and 0 < each.mean_units <= 200 for each in found)
        worst, *_, best = found if arm.requirement.at_least is not None else found[::-1]
        assert worst.p_pass < best.p_pass, arm.id
        assert worst.p_fail > best.p_fail, arm.id
