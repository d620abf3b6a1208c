"""Turning an image: the angle, its side, and what fills the corners."""

from __future__ import annotations

import numpy as np
import pytest
from picture_samples import KINDS, scene, typed

from robustspec.registry import load_operators, lookup

load_operators()
Rotate = lookup("perturbations", "rotate")


def direct(pixels: np.ndarray, degrees: float) -> np.ndarray:
    """albumentations' own Rotate with a range of one value."""
    albumentations = pytest.importorskip("albumentations")
    turned = albumentations.Rotate(limit=(degrees, degrees), border_mode=4, p=1)(image=pixels)["image"]
    return np.asarray(turned)


@pytest.mark.parametrize("kind", [np.uint8, np.float32])
@pytest.mark.parametrize("grey", [True, False])
def test_it_is_the_rotation_of_albumentations(kind: type, grey: bool) -> None:
    """Every level is albumentations' Rotate by exactly that angle, to one of the two sides."""
    image, operator = scene(48, width=64, grey=grey, kind=kind), Rotate()
    for level, degrees in enumerate((5, 10, 15, 20, 30), 1):
        turned = operator.change(image, operator.amount(level), 5).pixels
        assert any(np.array_equal(turned, direct(image.pixels, side * degrees)) for side in (1, -1))


def test_a_quarter_turn_is_exact() -> None:
    """By 90 degrees every pixel finds its place."""
    image = scene(33)
    turned = Rotate().change(image, 90, 7).pixels
    assert any(np.array_equal(turned, np.rot90(image.pixels, quarters)) for quarters in (1, 3))


def test_the_seed_draws_the_side_and_levels_keep_it() -> None:
    """Both sides occur; a seed turns to the same side at every level."""
    image = scene(32)
    sides = []
    for seed in range(20):
        found = [
            next(side for side in (1, -1) if np.array_equal(turned, direct(image.pixels, side * degrees)))
            for degrees in (5, 30)
            for turned in [Rotate().change(image, degrees, seed).pixels]
        ]
        assert found[0] == found[1]
        sides.append(found[0])
    assert set(sides) == {1, -1}


@pytest.mark.parametrize("kind", KINDS)
def test_the_border_is_mirrored_or_black(kind: type) -> None:
    """Corners of a white image stay white, but are black for medical images, and as the field says."""
    white = typed(np.ones((40, 40)), kind)
    corners = {
        operator: float(operator.change(white, 30, 1).pixels[0, 0])
        for operator in (
            Rotate(),
            Rotate(border="black"),
            Rotate(profile="medical"),
            Rotate(profile="medical", border="reflect"),
        )
    }
    assert [white.white, 0, 0, white.white] == list(corners.values())


def test_magnitude_is_the_angle() -> None:
    """What is realised is known beforehand; the medical ladder is the milder one."""
    assert [
        Rotate().magnitude(1),
        Rotate().magnitude(5),
        Rotate(profile="medical").magnitude(5),
        Rotate(degrees=7.5).magnitude(None),
    ] == [5, 30, 15, 7.5]


def test_16_bits_turn_as_floats_do() -> None:
    """uint16 is turned as it is, not through bytes."""
    fine, floats = scene(40, kind=np.uint16), scene(40, kind=np.float32)
    a, b = Rotate().change(fine, 20, 3).unit(), Rotate().change(floats, 20, 3).unit()
    assert np.abs(a - b).max() < 0.005
    assert len(np.unique(Rotate().change(fine, 20, 3).pixels)) > 300
