"""Thicker slices."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from robustspec.data.picture import Volume
from robustspec.perturbation.base import Params
from robustspec.perturbation.frame import Frame, VolumeOperator
from robustspec.perturbation.ladder import Ladder

from .resampling import Plane, averaged, coarse, regridded, sized, stack_axis


class SliceThickness(VolumeOperator):
    """Averages the volume over slices of a given thickness (a box profile, no gap), then goes back to its own grid.

    Stands for 2-D protocols with thick slices: partial volume blurs everything along one direction. Shape, affine and
    sides stay; findings thinner than a slice lose contrast. With ``grid: thick`` the volume has the fewer, thicker
    voxels and an affine that says so, as the scanner would have stored it.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | thickness_mm | 4 | 5 | 6 | 8 | 10 |

    A volume whose slices are that thick already stays as it is and counts as unchanged. Magnitude: root mean square of
    the change as a share of the white level; with ``grid: thick`` the share of voxels that are gone.

    >>> from robustspec.data.picture import Volume
    >>> import numpy as np
    >>> ramp = np.arange(6.0).reshape(1, 1, 6)
    >>> thick = SliceThickness(grid="thick").change(Volume(ramp, np.eye(4)), 3.0, seed=0)
    >>> thick.voxels.ravel().tolist(), thick.spacing_mm, thick.affine[2, 3]
    ([1.0, 4.0], (1.0, 1.0, 3.0), np.float64(1.0))

    Source: 4 to 6 mm are usual for 2-D scans of the head, 8 to 10 mm elsewhere; thinner slices change few volumes.
    """

    kind: Literal["slice_thickness"] = "slice_thickness"
    thickness_mm: float | None = Field(default=None, gt=0)
    """Thickness of the slices, instead of a level."""
    plane: Plane = "axial"
    """Plane of the slices."""
    grid: Literal["same", "thick"] = "same"
    """Back on the volume's own grid, or left on that of the thick slices."""

    ladder: ClassVar[Ladder | None] = Ladder("thickness_mm", (4.0, 5.0, 6.0, 8.0, 10.0), "mm")

    @property
    def moves_places(self) -> bool:  # type: ignore[override]  # a field decides
        """Whether the grid is another one."""
        return self.grid == "thick"

    @property
    def keeps_shape(self) -> bool:
        """Whether the volume's own grid stays."""
        return self.grid == "same"

    def change(self, volume: Volume, amount: float, seed: int) -> Volume:
        """The volume as thick slices show it."""
        axis = stack_axis(volume, self.plane)
        size, factor = volume.voxels.shape[axis], amount / volume.spacing_mm[axis]
        if factor <= 1 or size == 1:
            return volume
        places = coarse(size, factor)
        slices = averaged(volume.floats(), axis, places, min(factor, size))
        if self.grid == "same":
            return volume.with_floats(regridded(slices, axis, places, size))
        affine = volume.affine.copy()
        affine[:3, 3] += affine[:3, axis] * places[0]
        affine[:3, axis] *= factor
        return volume.with_voxels(volume.with_floats(slices).voxels, affine)

    def apply(self, passage: Frame, params: Params, level: int | None) -> Frame:
        """The frame with thicker slices; the frame itself where they are that thick already."""
        return sized(passage, super().apply(passage, params, level))
