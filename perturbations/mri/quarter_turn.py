"""A scan turned by right angles."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from robustspec.data.picture import Volume
from robustspec.perturbation.frame import VolumeOperator

from .resampling import Plane, relaid, stack_axis


class QuarterTurn(VolumeOperator):
    """Turns the voxels by 90 degrees in a plane, once or more, with the affine following or not.

    With ``affine: follows`` only the storage changes and every point of the body stays where it is: a model that goes by
    the orientation tag sees the same scan. With ``affine: stays`` the tag is wrong, as after a converter that rotates
    pictures: in space the head lies on its side. A turn is no reflection, so the patient's left stays the patient's left
    for a reader that knows the anatomy, and the label stays in both cases.

    There is no ladder. Shape and spacing change places with the axes. Magnitude: degrees.

    >>> from robustspec.data.picture import Volume
    >>> import numpy as np
    >>> scan = Volume(np.arange(6.0).reshape(3, 2, 1), np.diag([1, 2, 3, 1.0]))
    >>> turned = QuarterTurn(affine="stays").change(scan, 1.0, seed=0)
    >>> turned.voxels[..., 0].tolist(), turned.spacing_mm
    ([[1.0, 3.0, 5.0], [0.0, 2.0, 4.0]], (2.0, 1.0, 3.0))

    Source: rotations by 90 degrees of Box 2 of Xian et al. (spatial relations).
    """

    kind: Literal["quarter_turn"] = "quarter_turn"
    plane: Plane = "axial"
    """The plane that is turned."""
    turns: int = Field(default=1, ge=1, le=3)
    """How many quarter turns, from the first voxel axis of the plane towards the second."""
    affine: Literal["follows", "stays"] = "follows"
    """Whether the affine says that the voxels were turned."""

    moves_places: ClassVar[bool] = True

    @property
    def keeps_shape(self) -> bool:
        """Whether the axes stay in their order: after two turns."""
        return self.turns == 2

    def change(self, volume: Volume, amount: float, seed: int) -> Volume:
        """The turned volume."""
        first, second = (axis for axis in range(3) if axis != stack_axis(volume, self.plane))
        order = [0, 1, 2]
        if self.turns != 2:
            order[first], order[second] = second, first
        flipped = [False, False, False]
        flipped[first], flipped[second] = self.turns in (1, 2), self.turns in (2, 3)
        turned = relaid(volume, order, flipped)
        return turned if self.affine == "follows" else replace(turned, affine=_as_before(volume, turned, order))

    def magnitude(self, level: int | None) -> float | None:
        """The angle in degrees, at most 180."""
        return 180.0 if self.turns == 2 else 90.0


def _as_before(volume: Volume, turned: Volume, order: list[int]) -> NDArray[np.float64]:
    """An affine with the directions and the middle of ``volume`` and the spacing of the turned axes."""
    spacing = np.array(volume.spacing_mm)
    affine = volume.affine.copy()
    affine[:3, :3] *= spacing[order] / spacing
    middle = volume.affine[:3, :3] @ (np.array(volume.voxels.shape) - 1) / 2 + volume.affine[:3, 3]
    affine[:3, 3] = middle - affine[:3, :3] @ (np.array(turned.voxels.shape) - 1) / 2
    return affine
