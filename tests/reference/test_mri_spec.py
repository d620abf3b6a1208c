"""The shipped MRI specification passes the reference copilot, and rejects each broken one for the right reason.

Every scenario is here with the requirement that its broken variant must fail. The whole specification takes minutes:
``robustspec run specs/mri_copilot.yaml``.
"""

from functools import cache
from pathlib import Path

import pytest

from robustspec.engine.session import Options, load_plan, open_model, run_plan

pytest.importorskip("scipy")

SPEC = Path(__file__).resolve().parents[2] / "specs" / "mri_copilot.yaml"

REQUIREMENTS = {
    "loses_second_image": "turns-and-images::mean-image_cited-clean-worst-over-shown::3",
    "fits_one_vendor": "vendors::mean-lesion_recall-worst-over-perturbation::sim-06",
    "assumes_t1": "acquisition::mean-lesion_recall-clean-worst-over-sequence::T2w",
    "no_quality_gate": "artefacts::severe-noise::all",
    "knows_only_heads": "organs-and-planes::mean-organ_named-clean-worst-over-organ::knee",
    "knows_one_term": "vocabulary::mean-answer_right::all",
    "mirrors_laterality": "spatial-relations::mean-wrong_side-worst-over-perturbation::mirror",
    "ignores_orientation": "spatial-relations::mean-lesion_recall-worst-over-perturbation::left-posterior",
    "takes_arrival_for_time": "time::mean-order_right-clean.study_order::all",
    "reads_exact_words": "paraphrase-and-typo::flips-in-terms::all",
    "reports_on_photos": "out-of-scope::mean-forbidden_answer-clean-worst-over-what::not-mri",
}
"""Of each broken copilot, the arm that must fail it."""


@cache
def plan():
    return load_plan(SPEC, Options())


def verdict(target, arm, cache):
    """The verdict of one arm under ``target``."""
    options = Options(cache=cache)
    model, timeout_s = open_model(plan(), f"robustspec.reference.mri:{target}")
    with model:
        (result,) = run_plan(plan(), model, options, timeout_s=timeout_s, selected=[arm]).arms
    return result.verdict


def test_every_scenario_has_its_broken_copilot():
    """M1 to M10, none left out."""
    assert {arm.split("::")[0] for arm in REQUIREMENTS.values()} == {scenario.id for scenario in plan().scenarios}
    assert len(plan().scenarios) == 10


@pytest.mark.parametrize("arm", REQUIREMENTS.values())
def test_the_reference_passes(arm, tmp_path):
    """The copilot as it is meant to be passes what the broken one fails."""
    assert verdict("copilot", arm, tmp_path) == "PASS"


@pytest.mark.parametrize(("variant", "arm"), REQUIREMENTS.items())
def test_a_broken_copilot_fails(variant, arm, tmp_path):
    """Each variant is rejected by the requirement made for it."""
    assert verdict(variant, arm, tmp_path) == "FAIL"


def test_every_verdict_says_simulated(tmp_path):
    """The origin stands in the claim."""
    options = Options(cache=tmp_path)
    arm = REQUIREMENTS["knows_only_heads"]
    model, timeout_s = open_model(plan(), "robustspec.reference.mri:copilot")
    with model:
        (result,) = run_plan(plan(), model, options, timeout_s=timeout_s, selected=[arm]).arms
    assert "Origin: simulated." in result.claim
