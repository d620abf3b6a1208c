"""Larger voxels."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from robustspec.data.picture import Floats32, Volume
from robustspec.perturbation.frame import VolumeOperator
from robustspec.perturbation.ladder import Ladder

from .resampling import averaged, coarse, regridded


class Downsample(VolumeOperator):
    """Averages the volume over voxels that are ``factor`` times larger along every axis, then goes back to its own grid.

    Stands for a smaller acquisition matrix: fast protocols, old or low-field scanners. Shape, affine and sides stay;
    findings smaller than a large voxel lose contrast.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | factor (edge of a voxel, in old voxels) | 1.25 | 1.6 | 2.2 | 2.8 | 4 |

    Magnitude: root mean square of the change as a share of the white level.

    >>> from robustspec.data.picture import Volume
    >>> import numpy as np
    >>> corner = np.zeros((4, 4, 4)); corner[0, 0, 0] = 64
    >>> Downsample().change(Volume(corner, np.eye(4)), 4.0, seed=0).voxels.max()
    np.float64(1.0)

    Source: isotropic downsampling of ROOD-MRI (Boone et al., 2023), which begins at 1.6; unlike TorchIO's
    ``Resample`` it averages rather than picks voxels, as a scanner does.
    """

    kind: Literal["downsample"] = "downsample"
    factor: float | None = Field(default=None, gt=1)
    """Edge of the larger voxels, in old voxels, instead of a level."""

    ladder: ClassVar[Ladder | None] = Ladder("factor", (1.25, 1.6, 2.2, 2.8, 4.0))

    def change(self, volume: Volume, amount: float, seed: int) -> Volume:
        """The volume as large voxels show it."""
        return volume.with_floats(with_larger_voxels(volume, amount))


def with_larger_voxels(volume: Volume, factor: float) -> Floats32:
    """The intensities (float32) as voxels that are ``factor`` times larger along every axis show them, on the old grid."""
    values, shape = volume.floats(), volume.voxels.shape
    places = [coarse(size, factor) for size in shape]
    for axis, size in enumerate(shape):
        values = averaged(values, axis, places[axis], min(factor, size))
    for axis, size in enumerate(shape):
        values = regridded(values, axis, places[axis], size)
    return values
