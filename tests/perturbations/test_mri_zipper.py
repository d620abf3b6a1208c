from __future__ import annotations

from itertools import pairwise

import artefact_samples
import numpy as np
import pytest

from robustspec.data.picture import Volume
from robustspec.registry import lookup

Zipper = lookup("perturbations", "zipper")


def planes_changed(operator: object, volume: Volume, amount: float, seed: int) -> set[int]:
    change = operator.change(volume, amount, seed).voxels != volume.voxels  # type: ignore[attr-defined]  # an operator
    return set(np.flatnonzero(change.any(axis=(1, 2))).tolist())


def test_level_k_has_k_lines_and_keeps_those_before() -> None:
    """Lines are three voxels wide; each level's planes hold those of the level before."""
    flat = Volume(np.full((200, 16, 4), 500, dtype=np.float32), np.eye(4))
    operator = Zipper(frequency_axis=0)
    for seed in range(5):
        found = [planes_changed(operator, flat, operator.amount(level), seed) for level in range(1, 6)]
        assert len(found[0]) == 3
        assert all(fewer < more for fewer, more in pairwise(found))
        assert len(found[4]) <= 15


def test_a_line_in_air_is_the_magnitude_of_complex_noise() -> None:
    """Rayleigh: its mean square is twice the square of the amplitude, here a tenth of the white level."""
    voxels = np.zeros((50, 400, 40), dtype=np.float32)
    voxels[:3] = 1000
    zipped = Zipper(frequency_axis=0, lines=1).change(Volume(voxels, np.eye(4)), 0.1, seed=0).voxels
    line = max(zipped[3:], key=lambda plane: float(plane.sum()))
    assert float((line**2).mean()) == pytest.approx(2 * 100**2, rel=0.05)


def test_lines_cross_the_slices() -> None:
    """The frequency axis is drawn within slices: across sagittal slices of 4 mm no line lies in one slice alone."""
    volume = Volume(artefact_samples.head().voxels, np.diag([4.0, 1.0, 1.0, 1.0]))
    for seed in range(8):
        change = Zipper().change(volume, 0.1, seed).voxels != volume.voxels
        assert change.any(axis=(1, 2)).all()


def test_the_number_of_lines_can_be_set() -> None:
    """Twelve lines at a low intensity."""
    flat = Volume(np.full((300, 8, 4), 500, dtype=np.float32), np.eye(4))
    assert 24 < len(planes_changed(Zipper(frequency_axis=0, lines=12), flat, 0.1, 3)) <= 36
