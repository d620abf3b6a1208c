"""Transforms of albumentations as operators: their traps closed."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from picture_samples import KINDS, scene

from robustspec.data.picture import Image
from robustspec.errors import PerturbationError, PictureError
from robustspec.registry import load_operators, lookup

pytest.importorskip("albumentations")
load_operators()
Albumentations = lookup("perturbations", "albumentations")
MODULE = sys.modules[Albumentations.__module__]

NEEDED: dict[str, dict[str, Any]] = {
    "CenterCrop": {"height": 24, "width": 24},
    "Crop": {"x_max": 24, "y_max": 24},
    "CropAndPad": {"px": 4},
    "GridElasticDeform": {"num_grid_xy": [4, 4], "magnitude": 4},
    "LongestMaxSize": {"max_size": 24},
    "PadIfNeeded": {"min_height": 48, "min_width": 48},
    "RandomCrop": {"height": 24, "width": 24},
    "RandomResizedCrop": {"size": [24, 24]},
    "RandomSizedCrop": {"min_max_height": [16, 24], "size": [32, 32]},
    "Resize": {"height": 24, "width": 24},
    "SmallestMaxSize": {"max_size": 24},
    "TimeMasking": {"time_mask_param": 8},
}
"""Arguments of transforms that have no defaults, or whose defaults are for large images."""


def transforms() -> list[str]:
    """Every transform of the installed albumentations that is not refused."""
    import albumentations

    bases = {"BasicTransform", "DualTransform", "ImageOnlyTransform", "Transform3D"}
    return sorted(
        name
        for name, value in vars(albumentations).items()
        if inspect.isclass(value) and issubclass(value, albumentations.BasicTransform)
        if name not in MODULE.REFUSED and name not in bases
    )


def operator(name: str, **parameters: Any) -> Any:
    return Albumentations(transform=name, parameters=NEEDED.get(name, {}) | parameters).bind(Path())


def direct(name: str, pixels: np.ndarray, seed: int, **parameters: Any) -> np.ndarray:
    """A fresh pipeline of albumentations with this one transform and seed."""
    import albumentations

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        transform = getattr(albumentations, name)(**(NEEDED.get(name, {}) | parameters), p=1)
        return np.asarray(albumentations.Compose([transform], seed=seed)(image=pixels.copy())["image"])


@pytest.mark.parametrize("name", transforms())
def test_every_transform_is_a_fresh_pipeline_with_the_seed_of_the_case(name: str) -> None:
    """Whatever was called before, it makes what a new Compose with this seed makes; the image is left as it was."""
    for image in (scene(32), scene(32, kind=np.float32), scene(32, grey=True)):
        if image.is_grey and name in MODULE._COLOURED:
            continue
        before = image.pixels.copy()
        used = operator(name)
        used.change(image, 1, 4)
        assert np.array_equal(
            np.clip(direct(name, image.pixels, 2**60 + 5), 0, image.white), used.change(image, 1, 2**60 + 5).pixels
        )
        assert np.array_equal(before, image.pixels)


@pytest.mark.parametrize("name", transforms())
def test_every_transform_takes_every_image(name: str) -> None:
    """16 bits and grey images come back as such, whichever types the transform knows."""
    for kind, grey in ((np.uint16, False), (np.uint16, True), (np.uint8, True)):
        image = scene(32, kind=kind, grey=grey)
        after = operator(name).change(image, 1, 3).pixels
        assert (kind, image.pixels.ndim) == (after.dtype.type, after.ndim)


def test_every_image_is_changed() -> None:
    """p is 1, where albumentations' default leaves every second image clean; to set it is an error."""
    image = scene(32)
    assert not any(np.array_equal(image.pixels, operator("GaussNoise").change(image, 1, n).pixels) for n in range(12))
    with pytest.raises(PerturbationError, match=r"parameters\.p: it is always 1, .* -- leave it out"):
        operator("GaussNoise", p=0.5)


@pytest.mark.parametrize(
    ("name", "parameters", "told"),
    [
        ("RandomRian", {}, "has no transform 'RandomRian' -- did you mean 'RandomRain'?"),
        ("RandomRain", {"drop_lenght": 9}, "RandomRain of 2.0.8 has no such parameter -- did you mean 'drop_length'?"),
        ("GaussNoise", {"var_limit": [10, 50]}, "parameters.var_limit: GaussNoise of 2.0.8 has no such parameter"),
        ("Rotate", {"limit": "far"}, "Rotate does not take them: limit: Input should be a valid"),
        ("GaussNoise", {"std_range": [3, 4]}, "must be >= 0 and <= 1"),
        ("ToSepia", {"amount": 1}, "has no such parameter -- it has none, leave them out"),
        ("MedianBlur", {"blur_limit": "x"}, "MedianBlur does not take them: blur_limit"),
        ("Resize", {"height": None}, "Resize does not take them: height"),
    ],
)
def test_a_wrong_name_or_parameter_is_an_error_before_the_run(name: str, parameters: Any, told: str) -> None:
    """Where albumentations warns and goes on with its defaults, the check of the specification fails."""
    with pytest.raises(PerturbationError) as raised:
        operator(name, **parameters)
    assert told in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", sorted(MODULE.REFUSED))
def test_what_cannot_be_a_perturbation_is_refused_by_name(name: str) -> None:
    """Masks, boxes, other images, volumes, types, functions: each with a reason, before anything is imported."""
    with pytest.raises(ValueError, match=f"{name} cannot be used: .* -- "):
        Albumentations(transform=name)


def test_refused_names_exist() -> None:
    """The list has no name that albumentations does not know."""
    import albumentations

    assert [name for name in MODULE.REFUSED if not hasattr(albumentations, name)] == []


def test_a_range_of_one_value_is_a_fixed_amount() -> None:
    """A list stands for a tuple: limit [90, 90] is a quarter turn for every seed."""
    image = scene(32)
    turned = [operator("Rotate", limit=[90, 90]).change(image, 1, seed).pixels for seed in range(4)]
    assert all(np.array_equal(np.rot90(image.pixels), pixels) for pixels in turned)


def test_threads_do_not_share_a_transform() -> None:
    """Eight threads that use one operator at once make what one thread makes."""
    image, used = scene(48), operator("ElasticTransform")
    alone = [used.change(image, 1, seed).pixels for seed in range(16)]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda seed: used.change(image, 1, seed % 16).pixels, range(64)))
    assert all(np.array_equal(alone[at % 16], pixels) for at, pixels in enumerate(together))


def test_two_entries_with_the_same_transform_draw_apart() -> None:
    """The seed is that of the entry: other parameters, other draws, unlike the stages of one Compose."""
    from robustspec.perturbation.seeds import case_seed

    seeds = {case_seed(1, "row", operator("Rotate", limit=[-9, top]), "image.1", 0) for top in (9, 10)}
    assert len(seeds) == 2


def test_global_generators_are_left_alone() -> None:
    """Neither numpy's nor Python's global state moves, and it does not matter."""
    import random

    np.random.seed(1)
    random.seed(1)
    before = np.random.get_state()[1].tolist(), random.getstate()
    for name in ("GaussNoise", "ISONoise", "RandomFog", "CoarseDropout"):
        operator(name).change(scene(32), 1, 3)
    assert before == (np.random.get_state()[1].tolist(), random.getstate())


def test_a_transform_that_fails_on_an_image_makes_its_case_missing() -> None:
    """A crop larger than the image is a fault of that case, told with the image's size."""
    with pytest.raises(PictureError, match=r"albumentations\.RandomCrop failed on an image of \(16, 16, 3\) uint8"):
        operator("RandomCrop").change(scene(16), 1, 1)


def test_a_transform_that_writes_to_its_image_cannot() -> None:
    """All but those known to write get a read-only array: a row is never changed."""
    image = scene(32, grey=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MODULE, "_WRITES", set())
        with pytest.raises(PictureError, match="read-only"):
            operator("AutoContrast").change(image, 1, 1)
    assert np.array_equal(image.pixels, scene(32, grey=True).pixels)


def test_an_identity_is_the_image_itself() -> None:
    """What the transform leaves alone is counted as unchanged."""
    image = scene(32)
    assert np.array_equal(image.pixels, operator("Pad", padding=0).change(image, 1, 1).pixels)


def test_importing_asks_no_server() -> None:
    """The import of the engine opens no connection, and the switch that sees to it is put back."""
    code = (
        "import os, socket, sys\n"
        "sys.modules['torch'] = None  # albumentations does without, and is there sooner\n"
        "def refuse(*a, **k): raise SystemExit('it opened a connection')\n"
        "socket.socket.connect = refuse; socket.getaddrinfo = refuse\n"
        "from robustspec.registry import lookup\n"
        "from pathlib import Path\n"
        "lookup('perturbations', 'albumentations')(transform='HorizontalFlip').bind(Path())\n"
        "assert 'albumentations' in sys.modules\n"
        "assert 'albumentations.check_version' in sys.modules\n"
        "assert 'NO_ALBUMENTATIONS_UPDATE' not in os.environ\n"
    )
    left = {key: value for key, value in os.environ.items() if key != "NO_ALBUMENTATIONS_UPDATE"}
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], env=left, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_without_the_extra_the_check_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is imported; bind leaves it to the check to say so."""
    monkeypatch.setattr("robustspec.perturbation.base.find_spec", lambda name: None if name == "albumentations" else 1)
    missing = Albumentations(transform="RandomRain")
    assert missing.missing_extra() == "albumentations needs albumentations -- pip install 'robustspec[image]'"
    assert missing.bind(Path()) is missing


@pytest.mark.parametrize("kind", KINDS)
def test_grey_images_take_weather_as_their_luma(kind: type) -> None:
    """A grey image under fog is the luma of three equal channels under the same fog."""
    grey = scene(48, grey=True, kind=kind)
    colour = Image(np.repeat(grey.pixels[..., np.newaxis], 3, axis=-1))
    fog = operator("RandomFog", fog_coef_range=[0.6, 0.6])
    expected = fog.change(colour, 1, 5).unit() @ np.array([0.299, 0.587, 0.114])
    assert np.abs(expected - fog.change(grey, 1, 5).unit()).max() < 0.005


def test_transforms_that_move_what_is_shown_are_known() -> None:
    """Every transform that albumentations would apply to a mask as well moves places, but for those that only hide."""
    engine = MODULE.albumentations()
    hiding = {"CoarseDropout", "Erasing", "FrequencyMasking", "GridDropout", "PixelDropout", "TimeMasking", "XYMasking"}
    dual = {
        name
        for name, value in vars(engine).items()
        if inspect.isclass(value) and issubclass(value, engine.DualTransform)
    }
    usable = dual - hiding - set(MODULE.REFUSED) - {"DualTransform", "Transform3D"}
    assert {name for name in dual if Albumentations.model_construct(transform=name).moves_places} == usable
