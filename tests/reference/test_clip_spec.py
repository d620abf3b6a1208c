"""The shipped specification of shapes passes the small CLIP, and rejects each broken one for the right reason."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("cv2")

from clip_models import LABELS, clip_folder

from robustspec.adapters.base import Model
from robustspec.adapters.clip import ClipAdapter
from robustspec.adapters.encoders.prompts import document, picture_of
from robustspec.engine.session import Options, load_plan, open_model, run_plan

SPECS = Path(__file__).resolve().parents[2] / "specs"


class Broken(Model):
    """The small CLIP, but for a kind of input that it takes for something else."""

    modalities = frozenset({"text", "image"})
    batch_size = 16

    def __init__(self, fails):
        self._fails = fails
        self._model = opened()
        self.name = self.fingerprint = f"broken-{fails.__name__}"

    def predict(self, inputs):
        outputs = self._model.predict(inputs)
        return [
            output | {"label": "none of them"} if self._fails(item) else output
            for item, output in zip(inputs, outputs, strict=True)
        ]


def sees_no_drawings(item):
    """A picture without colours."""
    return np.ptp(pixels(item), axis=2).mean() < 12


def sees_no_noise(item):
    """A picture whose neighbouring pixels differ nearly everywhere."""
    return np.median(np.abs(np.diff(pixels(item), axis=1))) > 5


def knows_one_prompt(item):
    """A template, or names of classes, that it was not made with."""
    return document(item, "template") not in (None, "a photo of a {}.") or document(item, "classes") != "\n".join(
        LABELS
    )


def overlooks_no(item):
    """A caption that denies."""
    return document(item, "captions") is not None and "there" not in item.case_id.rsplit("/", 2)[1]


def pixels(item):
    return picture_of(item).open().pixels.astype(float)


def opened(part=""):
    return ClipAdapter(path=str(clip_folder() / part), labels=LABELS).open(SPECS)


REJECTED = {
    "ignores_text": (
        "domain-shift::mean-accuracy-worst-over-domain::sketch",
        "domain-shift::mean-accuracy-worst-over-class::star",
        "domain-shift::no-shift-below-the-start::resampled",
        "image-corruptions::mean-accuracy-worst-over-perturbation::jpeg",
        "image-corruptions::mean-accuracy-worst-over-class::ring",
        "prompt-templates::mean-accuracy-worst-over-perturbation::template_swap",
        "class-synonyms::mean-accuracy-worst-over-cell::entity_substitution",
        "negated-prompts::mean-accuracy-clean-worst-over-shown::there",
        "negated-prompts::mean-accuracy-worst-over-cell::letter_case",
    ),
    sees_no_drawings: (
        "domain-shift::mean-accuracy-gap-over-domain::all",
        "domain-shift::no-shift-below-the-start::sketch",
    ),
    sees_no_noise: (
        "image-corruptions::drop-accuracy::all",
        "image-corruptions::mean-accuracy-worst-over-perturbation::gaussian_noise",
    ),
    knows_one_prompt: (
        "prompt-templates::mean-flips-worst-over-perturbation::template_swap",
        "class-synonyms::mean-flips-entity_substitution::all",
    ),
    overlooks_no: ("negated-prompts::mean-accuracy-clean-worst-over-shown::absent",),
}
"""Of each broken model, arms that must fail it."""
ARMS = [arm for arms in REJECTED.values() for arm in arms]


@cache
def plan():
    return load_plan(SPECS / "clip.yaml", Options())


def verdicts(model, arms, cache):
    """The verdicts of some arms under ``model``."""
    with model:
        results = run_plan(plan(), model, Options(cache=cache), selected=list(arms)).arms
    return {result.id: result.verdict for result in results}


def test_every_requirement_has_its_broken_model():
    """None of the specification's requirements is left out."""
    named = {tuple(arm.split("::")[:2]) for arm in ARMS}
    assert named == {(arm.scenario, arm.id.split("::")[1]) for arm in plan().arms}


def test_the_reference_passes(tmp_path):
    """The model as it is meant to be passes what the broken ones fail."""
    assert verdicts(opened(), ARMS, tmp_path) == dict.fromkeys(ARMS, "PASS")


@pytest.mark.parametrize("broken", REJECTED, ids=lambda broken: getattr(broken, "__name__", broken))
def test_a_broken_model_fails(broken, tmp_path):
    """Each is rejected by the requirements made for it."""
    model = opened("ignores_text") if broken == "ignores_text" else Broken(broken)
    assert verdicts(model, REJECTED[broken], tmp_path) == dict.fromkeys(REJECTED[broken], "FAIL")


def test_a_missing_model_names_its_training(tmp_path):
    """Where nobody has trained it yet, the run says how."""
    from robustspec.errors import AdapterError

    (tmp_path / "clip.yaml").write_text((SPECS / "clip.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "data").symlink_to(SPECS / "data")
    with pytest.raises(AdapterError, match=r"make it with: python -m robustspec\.reference\.clip\.train .*models/clip"):
        open_model(load_plan(tmp_path / "clip.yaml", Options(cache=tmp_path)))
