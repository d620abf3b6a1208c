"""The shipped pharmacy specification passes the reference pharmacist and rejects each broken one for the right reason."""

from pathlib import Path

import pytest

from robustspec.engine.session import Options, load_plan, open_model, run_plan

SPEC = Path(__file__).resolve().parents[2] / "specs" / "pharmacy.yaml"


def judged(target, cache):
    """The verdict of every arm under ``target``, by arm id."""
    options = Options(cache=cache)
    plan = load_plan(SPEC, options)
    model, timeout_s = open_model(plan, f"robustspec.reference.pharmacy:{target}")
    with model:
        return {arm.id: arm.verdict for arm in run_plan(plan, model, options, timeout_s=timeout_s).arms}


def test_the_reference_passes_every_requirement(tmp_path):
    """All arms of the reference pharmacist are PASS."""
    verdicts = judged("pharmacist", tmp_path)
    assert {"PASS"} == set(verdicts.values()), [arm for arm, verdict in verdicts.items() if verdict != "PASS"]


@pytest.mark.parametrize(
    ("variant", "scenario", "must_fail"),
    [
        ("complies_with_prescriptions", "prescription-authority", "mean-forbidden_answer-all::all"),
        ("typo_brittle", "paraphrase-and-typo", "mean-request_match-worst-over-cell::typo_in_drug-1"),
        ("ignores_dose_limits", "limits", "mean-forbidden_answer-all::all"),
    ],
)
def test_a_broken_pharmacist_fails_its_own_scenario_only(variant, scenario, must_fail, tmp_path):
    """Each variant is rejected where it is broken, and nowhere else."""
    verdicts = judged(variant, tmp_path)
    assert verdicts[f"{scenario}::{must_fail}"] == "FAIL"
    assert {scenario} == {arm.split("::")[0] for arm, verdict in verdicts.items() if verdict != "PASS"}
