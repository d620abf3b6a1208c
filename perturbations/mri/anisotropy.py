"""Slices far apart along one axis."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from robustspec.data.picture import Volume
from robustspec.perturbation.frame import VolumeOperator
from robustspec.perturbation.ladder import Ladder

from .resampling import Plane, chosen_axis, coarse, regridded


class Anisotropy(VolumeOperator):
    """Keeps only every ``factor``-th slice along one axis and fills the gaps between them linearly.

    Stands for 2-D protocols with gaps between slices that are then resampled to the grid that a model wants. Shape,
    affine and sides stay; what lies between two slices that were kept is lost, so a finding thinner than the gap may be.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | factor (distance between slices that are kept, in old slices) | 1.5 | 2 | 3 | 4 | 6 |

    ROOD-MRI goes from 2.8 to 10. A thin structure may by chance be hit better by the coarser of two grids, so a single
    case need not get worse with every level; the mean over cases does. Unlike TorchIO's, slices stay where they were (TorchIO
    moves them by up to half a voxel), and at the two ends of the stack the last slice is repeated rather than left blank.
    Magnitude: root mean square of the change as a share of the white level.

    >>> from robustspec.data.picture import Volume
    >>> import numpy as np
    >>> ramp = np.square(np.arange(6.0)).reshape(1, 1, 6)
    >>> Anisotropy(plane="axial").change(Volume(ramp, np.eye(4)), 2.0, seed=0).voxels.ravel().tolist()
    [1.0, 1.0, 5.0, 9.0, 17.0, 25.0]

    Source: ``RandomAnisotropy`` of TorchIO (Perez-Garcia et al., 2021) and ROOD-MRI (Boone et al., 2023).
    """

    kind: Literal["anisotropy"] = "anisotropy"
    factor: float | None = Field(default=None, gt=1)
    """Distance between slices that are kept, in old slices, instead of a level."""
    plane: Plane | Literal["drawn"] = "drawn"
    """Plane of the slices that are kept; ``drawn`` takes one of the three axes by the case's seed."""

    ladder: ClassVar[Ladder | None] = Ladder("factor", (1.5, 2.0, 3.0, 4.0, 6.0))

    def change(self, volume: Volume, amount: float, seed: int) -> Volume:
        """The volume as resampled from the slices that are left."""
        axis = chosen_axis(volume, self.plane, seed)
        size = volume.voxels.shape[axis]
        kept = np.floor(coarse(size, amount) + 0.5)
        slices = np.take(volume.voxels, kept.astype(np.intp), axis).astype(np.float32)
        return volume.with_floats(regridded(slices, axis, kept, size))
