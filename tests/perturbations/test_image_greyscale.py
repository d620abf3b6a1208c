"""Colours taken out."""

from __future__ import annotations

import numpy as np
import pytest
from picture_samples import KINDS, scene

from robustspec.registry import load_operators, lookup

load_operators()
Greyscale = lookup("perturbations", "greyscale")


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_the_luma_in_three_channels(kind: type) -> None:
    """Each channel is 0.299 R + 0.587 G + 0.114 B."""
    image = scene(kind=kind)
    grey = Greyscale().change(image, 1, 0)
    luma = image.unit() @ np.array([0.299, 0.587, 0.114])
    assert all(np.abs(grey.unit()[..., channel] - luma).max() < 0.003 for channel in range(3))
    assert (grey.pixels.shape, grey.pixels.dtype) == (image.pixels.shape, image.pixels.dtype)


def test_it_is_albumentations_to_gray() -> None:
    """The same as ToGray, which is always applied only with p=1."""
    albumentations = pytest.importorskip("albumentations")
    pixels = scene().pixels
    assert np.array_equal(albumentations.ToGray(p=1)(image=pixels)["image"], Greyscale().change(scene(), 1, 0).pixels)


def test_a_grey_image_is_no_evidence() -> None:
    """It comes back as it is, and is counted as unchanged."""
    image = scene(grey=True)
    assert Greyscale().change(image, 1, 0) is image


def test_it_has_no_levels() -> None:
    """A profile would have nothing to choose from."""
    assert Greyscale.ladder is None
    with pytest.raises(ValueError, match="no ladder of the profile 'medical'"):
        Greyscale(profile="medical")
