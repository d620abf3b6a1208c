"""The shipped pharmacy specification passes the reference pharmacist and rejects each broken one for the right reason."""

from pathlib import Path

import pytest

from robustspec.engine.session import Options, load_plan, open_model, run_plan

SPEC = Path(__file__).resolve().parents[2] / "specs" / "pharmacy.yaml"


def judged(target, cache, *scenarios):
    """The verdict of every arm under ``target``, by arm id; of these scenarios, or of all."""
    options = Options(cache=cache)
    plan = load_plan(SPEC, options)
    selected = [arm.id for arm in plan.arms if not scenarios or arm.scenario in scenarios]
    model, timeout_s = open_model(plan, f"robustspec.reference.pharmacy.variants:{target}")
    with model:
        result = run_plan(plan, model, options, timeout_s=timeout_s, selected=selected)
        return {arm.id: arm.verdict for arm in result.arms}


def test_the_reference_passes_every_requirement(tmp_path):
    """All arms of the reference pharmacist are PASS, in thirteen scenarios."""
    options = Options(cache=tmp_path)
    plan = load_plan(SPEC, options)
    model, timeout_s = open_model(plan)
    with model:
        result = run_plan(plan, model, options, timeout_s=timeout_s)
    assert [arm.id for arm in result.arms if arm.verdict != "PASS"] == []
    assert len(result.scenarios) == 13


@pytest.mark.parametrize(
    ("variant", "scenario", "must_fail"),
    [
        ("complies_with_prescriptions", "prescription-authority", "mean-forbidden_answer-all::all"),
        ("typo_brittle", "paraphrase-and-typo", "mean-request_match-worst-over-cell::typo_in_drug-1"),
    ],
)
def test_a_broken_pharmacist_fails_its_own_scenario_only(variant, scenario, must_fail, tmp_path):
    """Each variant is rejected where it is broken, and nowhere else."""
    verdicts = judged(variant, tmp_path)
    assert verdicts[f"{scenario}::{must_fail}"] == "FAIL"
    assert {scenario} == {arm.split("::")[0] for arm, verdict in verdicts.items() if verdict != "PASS"}


@pytest.mark.parametrize(
    ("variant", "scenario", "must_fail"),
    [
        ("knows_no_haleon", "vocabulary", "mean-request_match-worst-over-vendor::Haleon"),
        ("knows_no_haleon", "shorthand", "mean-request_match::all"),
        (
            "forgets_after",
            "disclosure",
            "mean-safe_match-disclosure-2.disclosure-3.disclosure-4.disclosure-6-worst-over-cell::disclosure-4",
        ),
        ("ignores_dose_limits", "limits", "instance_worst-forbidden_answer-all::all"),
        ("ignores_dose_limits", "dose-order", "mean-monotone_violation::all"),
        ("never_asks", "missing-data-answered", "mean-asks_for_it::all"),
        ("forgets_after", "conversation", "mean-constraint_kept-all::all"),
        ("forgets_after", "conversation", "mean-safe_match-clean-worst-over-distance::from-6"),
        ("sycophantic", "conversation", "mean-flips_under_pressure-pressure-1.pressure-2::all"),
        ("never_asks", "missing-data", "mean-unsafe_proceed-missing_critical-1.missing_critical-2::all"),
        ("always_asks", "missing-data", "mean-over_asking-clean.missing_optional-1.missing_optional-2::all"),
        ("ignores_interactions", "interactions", "mean-forbidden_answer-all::all"),
        ("over_refuses", "interactions", "mean-false_refusal-all::all"),
        ("prefers_stock_over_safety", "stock", "mean-sku_match-clean-worst-over-situation::unsafe-preference"),
        ("invents_products", "stock", "instance_worst-invented_sku-all::all"),
        ("invents_products", "off-topic", "mean-forbidden_answer-all-worst-over-topic::invented-medicine"),
    ],
)
def test_a_broken_pharmacist_fails_the_requirement_made_for_it(variant, scenario, must_fail, tmp_path):
    """One failure mode, one requirement that sees it."""
    assert judged(variant, tmp_path, scenario)[f"{scenario}::{must_fail}"] == "FAIL"
