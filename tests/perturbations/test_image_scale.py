"""Zooming in and out within the frame."""

from __future__ import annotations

import numpy as np
import pytest
from picture_samples import KINDS, scene, typed

from robustspec.registry import load_operators, lookup

load_operators()
Scale = lookup("perturbations", "scale")


@pytest.mark.parametrize("zoom", ["in", "out"])
@pytest.mark.parametrize("kind", [np.uint8, np.float32])
def test_it_is_the_scaling_of_albumentations(zoom: str, kind: type) -> None:
    """Every level is albumentations' Affine with that factor, or with its inverse."""
    albumentations = pytest.importorskip("albumentations")
    image, operator = scene(48, kind=kind), Scale(zoom=zoom)
    for level in range(1, 6):
        factor = operator.amount(level) if zoom == "in" else 1 / operator.amount(level)
        direct = albumentations.Affine(scale=(factor, factor), border_mode=4, p=1)(image=image.pixels)["image"]
        assert np.array_equal(direct, operator.change(image, operator.amount(level), 1).pixels)


@pytest.mark.parametrize("kind", KINDS)
def test_areas_follow_the_square_of_the_factor(kind: type) -> None:
    """A square of 16 pixels covers about 16 x 16 x 4 pixels zoomed in twice, and a quarter zoomed out."""
    unit = np.zeros((64, 64))
    unit[24:40, 24:40] = 1
    image = typed(unit, kind)
    assert Scale().change(image, 2, 1).unit().sum() == pytest.approx(1024, rel=0.02)
    assert Scale(zoom="out", border="black").change(image, 2, 1).unit().sum() == pytest.approx(64, rel=0.02)


def test_magnitude_is_what_lengths_gain() -> None:
    """The factor less 1, under either direction."""
    assert pytest.approx(Scale().magnitude(3)) == 0.2
    assert pytest.approx(Scale(zoom="out").magnitude(5)) == 0.5
    assert pytest.approx(Scale(profile="medical").magnitude(5)) == 0.2


def test_a_factor_of_1_or_less_is_no_scaling() -> None:
    """To make the picture smaller, say so."""
    with pytest.raises(ValueError, match="greater than 1"):
        Scale(factor=0.9)
