from __future__ import annotations

import artefact_samples
import numpy as np
import pytest

from robustspec.data.picture import Volume
from robustspec.errors import PictureError
from robustspec.registry import lookup

Ghosting = lookup("perturbations", "ghosting")


@pytest.mark.parametrize(("ghosts", "axis"), [(3, 0), (4, 0), (7, 1), (2, 2), (4, 2)])
@pytest.mark.parametrize("intensity", [0.4, 1.0])
def test_it_is_torchios_ghosting_where_the_lines_are_the_same(ghosts: int, axis: int, intensity: float) -> None:
    """Half the matrix size is a multiple of n on these axes, so both count the same lines; ours is the magnitude."""
    torchio = pytest.importorskip("torchio")
    volume = artefact_samples.head((24, 28, 25))
    theirs = torchio.Ghosting(num_ghosts=ghosts, axis=axis, intensity=intensity, restore=None)(volume.voxels[None])[0]
    ours = Ghosting(ghosts=ghosts, axis=axis).change(volume, intensity, seed=0)
    np.testing.assert_allclose(np.abs(theirs), ours.voxels, atol=0.01)


def test_a_point_gets_one_copy_for_each_ghost() -> None:
    """At intensity 1 a point of 12 on an axis of 12, less its own third, leaves copies a third of the axis apart.

    By hand: every third line of k-space gone is minus a third at places 0, 4 and 8; the centre put back is plus 1 everywhere.
    """
    point = np.zeros((12, 1, 1), dtype=np.float32)
    point[2] = 12
    ghosted = Ghosting(ghosts=3, axis=0).change(Volume(point, np.eye(4)), 1.0, seed=0).voxels.ravel()
    expected = np.ones(12)
    expected[[2, 6, 10]] = [12 - 4 + 1, 3, 3]  # -4 + 1 = -3, shown as its magnitude
    np.testing.assert_allclose(expected, ghosted, atol=1e-5)


def test_mean_signal_stays() -> None:
    """The centre of k-space is kept: before the magnitude is taken every line along the axis keeps its sum."""
    bright = Volume(artefact_samples.head().voxels + 4000, np.eye(4))
    ghosted = Ghosting(axis=1).change(bright, 0.6, seed=0)
    np.testing.assert_allclose(bright.voxels.sum(axis=1), ghosted.voxels.sum(axis=1), rtol=1e-5)


def test_an_axis_that_is_too_short_is_told() -> None:
    """An axis that is named must hold the ghosts; one that is drawn is drawn from those that do."""
    volume = artefact_samples.slab()
    with pytest.raises(PictureError, match=r"ghosting needs 6 voxels along axis 2, and the volume is 24 x 28 x 1"):
        Ghosting(axis=2).change(volume, 0.5, seed=0)
    assert all(Ghosting().change(volume, 0.5, seed).voxels.shape == (24, 28, 1) for seed in range(5))
