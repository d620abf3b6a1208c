from __future__ import annotations

from importlib import import_module
from itertools import pairwise

import artefact_samples
import numpy as np
import pytest

from robustspec.data.picture import Volume
from robustspec.registry import lookup

SusceptibilityVoid = lookup("perturbations", "susceptibility_void")
disturbed = import_module(SusceptibilityVoid.__module__).disturbed


def block(spacing_mm: tuple[float, float, float] = (2.0, 2.0, 2.0), extent_mm: float = 120) -> Volume:
    """Uniform tissue of 100, ``extent_mm`` along each axis."""
    shape = [int(extent_mm / step) for step in spacing_mm]
    return Volume(np.full(shape, 100, dtype=np.float32), np.diag([*spacing_mm, 1.0]))


@pytest.mark.parametrize("spacing", [(2.0, 2.0, 2.0), (1.0, 2.0, 4.0)])
@pytest.mark.parametrize("radius", [8, 12])
def test_the_hole_is_as_large_as_it_says_in_mm(spacing: tuple[float, float, float], radius: float) -> None:
    """The volume without any signal is that of the sphere, whatever the spacing."""
    changed = SusceptibilityVoid(place="anywhere").change(block(spacing), radius, seed=6).voxels
    assert (changed == 0).sum() * np.prod(spacing) == pytest.approx(4 / 3 * np.pi * radius**3, rel=0.15)


def test_the_rim_is_bright_and_far_tissue_untouched() -> None:
    """Signal piles up beside the hole, and beyond three radii nothing changes."""
    volume = block()
    changed = SusceptibilityVoid(place="anywhere").change(volume, 10, seed=6).voxels
    hole = np.argwhere(changed == 0) * 2.0
    far = np.linalg.norm(np.argwhere(changed != 100) * 2.0 - hole.mean(axis=0), axis=1)
    assert 125 < changed.max() <= 300
    assert 20 < far.max() < 33


def test_displacement_is_the_field_of_a_sphere() -> None:
    """A thin bright plane two radii above the middle, by hand: it is read at u where u = 40 mm + 20^4 / u^3, 42.2 mm."""
    up = np.zeros((1, 1, 161), dtype=np.float32)
    up[0, 0, 120] = 100  # 40 mm above the middle, at 1 mm
    offsets = [
        np.zeros((1, 1, 1), dtype=np.float32),
        np.zeros((1, 1, 1), dtype=np.float32),
        (np.arange(161, dtype=np.float32) - 80).reshape(1, 1, -1),
    ]
    moved = disturbed(up, offsets, 20.0, upwards=2, readout=2, spacing_mm=1.0).ravel()
    assert np.average(np.arange(161), weights=moved) == pytest.approx(80 + 42.2, abs=0.3)


def test_the_place_stays_and_the_hole_grows() -> None:
    """All that level k takes away, level k + 1 takes away as well."""
    operator = SusceptibilityVoid(place="anywhere")
    holes = [operator.change(block(), operator.amount(level), seed=8).voxels == 0 for level in range(1, 6)]
    assert all((fewer <= more).all() and more.sum() > fewer.sum() for fewer, more in pairwise(holes))


@pytest.mark.parametrize("flipped", [False, True])
def test_the_base_is_towards_the_feet(flipped: bool) -> None:
    """In the lowest third of the head, whether the last axis points up or down."""
    volume = artefact_samples.head()
    if flipped:
        affine = volume.affine @ np.diag([1.0, 1.0, -1.0, 1.0])
        affine[2, 3] = volume.affine[2, 2] * (volume.voxels.shape[2] - 1) + volume.affine[2, 3]
        volume = Volume(np.flip(volume.voxels, 2).copy(), affine)
    for seed in range(12):
        changed = SusceptibilityVoid().change(volume, 6, seed).voxels
        at = np.argwhere((changed == 0) & (volume.voxels > 100)).mean(axis=0)
        assert (volume.affine @ [*at, 1.0])[2] < -4


def test_volumes_without_signal_stay() -> None:
    """There is no head to put it in: the case counts as unchanged."""
    empty = Volume(np.zeros((8, 8, 8), dtype=np.uint8), np.eye(4))
    assert SusceptibilityVoid().change(empty, 8, seed=0) is empty
