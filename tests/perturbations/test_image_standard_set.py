"""What holds for all twenty kinds of the field's standard set: published numbers, types, sizes, levels."""

from __future__ import annotations

from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
from picture_samples import KINDS, scene

from robustspec.data.picture import Image
from robustspec.errors import PictureError
from robustspec.perturbation.frame import rms_change
from robustspec.registry import lookup

ONE_TO_FIVE = (1, 2, 3, 4, 5)

NATURAL: dict[str, tuple[float, ...]] = {
    "gaussian_noise": (0.08, 0.12, 0.18, 0.26, 0.38),
    "shot_noise": (60, 25, 12, 5, 3),
    "impulse_noise": (0.03, 0.06, 0.09, 0.17, 0.27),
    "speckle_noise": (0.15, 0.2, 0.35, 0.45, 0.6),
    "defocus_blur": (3, 4, 6, 8, 10),
    "motion_blur": ONE_TO_FIVE,
    "zoom_blur": (1.11, 1.16, 1.21, 1.26, 1.31),
    "glass_blur": ONE_TO_FIVE,
    "gaussian_blur": (1, 2, 3, 4, 6),
    "brightness": (0.1, 0.2, 0.3, 0.4, 0.5),
    "contrast": (0.4, 0.3, 0.2, 0.1, 0.05),
    "gamma": (1.1, 1.2, 1.3, 1.4, 1.6),
    "saturate": ONE_TO_FIVE,
    "jpeg": (25, 18, 15, 10, 7),
    "pixelate": (0.6, 0.5, 0.4, 0.3, 0.25),
    "elastic": (12.5, 16.25, 21.25, 25, 30),
    "fog": ONE_TO_FIVE,
    "frost": ONE_TO_FIVE,
    "snow": ONE_TO_FIVE,
    "spatter": ONE_TO_FIVE,
}
"""ImageNet-C's numbers; of gamma MedMNIST-C's for X-ray of the chest, of elastic imagecorruptions'."""

MEDICAL: dict[str, tuple[float, ...]] = {
    "gaussian_noise": (0.04, 0.08, 0.12, 0.16, 0.20),
    "shot_noise": (200, 100, 50, 25, 15),
    "impulse_noise": (0.01, 0.02, 0.03, 0.05, 0.08),
    "speckle_noise": (0.05, 0.10, 0.20, 0.30, 0.40),
    "gaussian_blur": tuple(round(0.15 * size + 0.35, 2) for size in (11, 13, 15, 17, 21)),
    "contrast": (0.8, 0.7, 0.6, 0.55, 0.5),
    "gamma": (1.3, 1.4, 1.6, 1.8, 2.0),
    "jpeg": (50, 30, 15, 10, 7),
    "pixelate": (0.7, 0.6, 0.5, 0.4, 0.35),
}
"""MedMNIST-C's numbers for CT of organs."""

SMALL: dict[str, tuple[float, ...]] = {
    "gaussian_noise": (0.04, 0.06, 0.08, 0.09, 0.10),
    "shot_noise": (500, 250, 100, 75, 50),
    "impulse_noise": (0.01, 0.02, 0.03, 0.05, 0.07),
    "speckle_noise": (0.06, 0.1, 0.12, 0.16, 0.2),
    "defocus_blur": (0.3, 0.4, 0.5, 1, 1.5),
    "zoom_blur": (1.06, 1.11, 1.16, 1.21, 1.26),
    "gaussian_blur": (0.4, 0.6, 0.7, 0.8, 1),
    "brightness": (0.05, 0.1, 0.15, 0.2, 0.3),
    "contrast": (0.75, 0.5, 0.4, 0.3, 0.15),
    "jpeg": (80, 65, 58, 50, 40),
    "pixelate": (0.95, 0.9, 0.85, 0.75, 0.65),
}
"""CIFAR-10-C's numbers."""

TABLES = [("natural", NATURAL), ("medical", MEDICAL), ("small", SMALL)]


@pytest.mark.parametrize(
    ("kind", "profile", "rungs"), [(kind, profile, rungs) for profile, table in TABLES for kind, rungs in table.items()]
)
def test_rungs_are_the_published_ones(kind: str, profile: str, rungs: tuple[float, ...]) -> None:
    """Level by level, of each profile."""
    operator = lookup("perturbations", kind)(profile=profile)
    assert tuple(operator.amount(level) for level in ONE_TO_FIVE) == pytest.approx(rungs)


@pytest.mark.parametrize("kind", NATURAL)
@pytest.mark.parametrize(("grey", "pixel_type"), list(product([False, True], KINDS)))
def test_type_and_shape_stay_and_the_input_too(kind: str, grey: bool, pixel_type: Any) -> None:
    """Grey and colour, all types, of an odd size, and of an array that nobody may write to."""
    image = scene(37, width=45, grey=grey, kind=pixel_type)
    image.pixels.setflags(write=False)
    operator = lookup("perturbations", kind)()
    changed = operator.change(image, operator.amount(4), 3)
    assert (changed.pixels.dtype, changed.pixels.shape) == (image.pixels.dtype, image.pixels.shape)
    assert 0 <= changed.pixels.min() <= changed.pixels.max() <= image.white
    assert (changed is image) == (kind == "saturate" and grey)


@pytest.mark.parametrize("kind", NATURAL)
def test_types_agree(kind: str) -> None:
    """The same image in 8 bits, 16 bits and floats is corrupted alike."""
    operator = lookup("perturbations", kind)()
    narrow = scene(40)
    wide = Image(narrow.pixels.astype(np.uint16) * 257)
    changed = [operator.change(image, operator.amount(2), 3).unit() for image in (narrow, wide, Image(narrow.unit()))]
    for other in changed[1:]:
        assert np.abs(changed[0] - other).mean() < (0.004 if kind != "shot_noise" else 0.008)


@pytest.mark.parametrize("kind", NATURAL)
def test_8_pixels_are_enough_and_7_are_an_error(kind: str) -> None:
    """The least side that a corruption takes, whatever the other is."""
    operator = lookup("perturbations", kind)()
    for level in ONE_TO_FIVE:
        assert operator.change(scene(8, width=11), operator.amount(level), 3).size == (8, 11)
    with pytest.raises(PictureError, match=f"7 x 40 pixels is too small for {kind} -- give one of at least 8 x 8"):
        operator.change(scene(7, width=40), operator.amount(1), 3)


@pytest.mark.parametrize("kind", NATURAL)
def test_arrays_in_any_order_of_memory(kind: str) -> None:
    """Turned views are corrupted as their copies are."""
    operator, pixels = lookup("perturbations", kind)(), scene(40).pixels
    for view in (pixels[::-1, ::-1], pixels.transpose(1, 0, 2), pixels[::2]):
        changed = operator.change(Image(view), operator.amount(3), 3).pixels
        assert (changed == operator.change(Image(view.copy()), operator.amount(3), 3).pixels).all()


@pytest.mark.parametrize(
    ("kind", "profile"),
    [(kind, name) for kind in NATURAL for name in ("natural", *lookup("perturbations", kind).ladders)],
)
def test_magnitudes_never_fall(kind: str, profile: str) -> None:
    """Where the operator gives its own, and else the change as it is measured."""
    operator, image = lookup("perturbations", kind)(profile=profile), scene(64)
    sizes = []
    for level in ONE_TO_FIVE:
        own = operator.magnitude(level)
        sizes.append(rms_change(image, operator.change(image, operator.amount(level), 3)) if own is None else own)
    assert all(0 < less <= more for less, more in pairwise(sizes)), sizes
    assert sizes[0] < sizes[-1]


@pytest.mark.parametrize("kind", [kind for kind, rungs in NATURAL.items() if rungs == ONE_TO_FIVE])
def test_a_strength_between_two_rungs_is_between_them(kind: str) -> None:
    """2.5 takes the mean of rows 2 and 3."""
    operator = lookup("perturbations", kind)(strength=2.5)
    rows = operator.rows["natural"]
    assert operator.companions(operator.amount(None)) == pytest.approx(tuple(np.mean(rows[1:3], axis=0)))


@pytest.mark.parametrize("kind", ["glass_blur", "saturate", "snow", "fog", "frost", "spatter"])
def test_the_page_says_where_the_published_ladder_is_not_monotone(kind: str) -> None:
    """Whoever reads a trend into the levels has been told."""
    assert "Not monotone" in (lookup("perturbations", kind).__doc__ or "")


def test_opencv_keeps_its_settings() -> None:
    """Neither its number of threads nor its global random numbers are touched."""
    cv2 = pytest.importorskip("cv2")
    cv2.setRNGSeed(5)
    expected, threads = cv2.randu(np.zeros(4), 0, 1).tolist(), cv2.getNumThreads()
    cv2.setRNGSeed(5)
    for kind in NATURAL:
        operator = lookup("perturbations", kind)()
        operator.change(scene(32), operator.amount(3), 3)
    assert (expected, threads) == (cv2.randu(np.zeros(4), 0, 1).tolist(), cv2.getNumThreads())
